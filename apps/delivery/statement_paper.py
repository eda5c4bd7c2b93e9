"""What a customer's statement says on paper: every document that moved its balance, and what it owes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.delivery import wording
from apps.delivery.paper import Labels, Party, buyer_of, labels_of, layout_of, paragraph, seller_of, voice_of
from apps.delivery.voice import Voice
from apps.invoicing import finalizing
from apps.invoicing.ledger import Posting, PostingKind, Statement
from apps.tenancy.models import Organization

MOST_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """One document; `carried` is what was owed with it."""

    on: str
    what: str
    note: str
    amount: str
    carried: str


@dataclass(frozen=True, kw_only=True)
class StatementPaper:
    """Everything that is printed. `head` names the columns, `opening` and `closing` are balances with their names."""

    labels: Labels
    heading: str
    title: str
    facts: tuple[tuple[str, str], ...]
    seller: Party
    buyer: Party
    head: tuple[str, str, str, str]
    opening: tuple[str, str]
    rows: tuple[StatementRow, ...]
    nothing: str
    due_label: str
    amount_due: str
    closing: str
    payment: tuple[str, ...]
    is_test: bool
    footer: tuple[str, ...]
    page_size: str
    color: str
    logo: str
    language: str


def statement_paper(*, statement: Statement, today: date, language: str = "") -> StatementPaper:
    """Tell a statement, whole: in the customer's language, or in the one named with the customer's formats.

    Seller and customer are told as they are now; an open end is today, the organization's day.
    """
    customer = statement.customer
    organization = customer.organization
    seller, buyer = finalizing.seller_snapshot(organization), finalizing.buyer_snapshot(customer, organization)
    voice = voice_of(seller, buyer, language)
    ends_on = wording.day(voice, statement.ends_on or today)
    facts = [(voice.say("Until"), ends_on), (voice.say("Currency"), statement.currency)]
    if statement.starts_on is not None:
        facts.insert(0, (voice.say("From"), wording.day(voice, statement.starts_on)))
    owes = statement.closing > 0
    return StatementPaper(
        labels=labels_of(voice),
        heading=voice.say("Statement"),
        title=voice.say("Statement for {customer}", customer=buyer["legal_name"] or buyer["name"]),
        facts=tuple(facts),
        seller=seller_of(voice, seller),
        buyer=buyer_of(voice, buyer),
        head=(voice.say("Date"), voice.say("Document"), voice.say("Amount"), voice.say("Balance")),
        opening=(voice.say("Balance before"), voice.rate(statement.opening, statement.currency)),
        rows=tuple(_row(voice, posting, statement.currency) for posting in statement.postings),
        nothing=voice.say("Nothing happened in this time."),
        due_label=_standing(voice, statement.closing),
        amount_due=voice.rate(abs(statement.closing), statement.currency),
        closing=voice.say("On {date}", date=ends_on),
        payment=paragraph(seller["payment_details"]) if owes else (),
        is_test=seller["mode"] == Organization.Mode.TEST,
        language=voice.tag,
        **layout_of(seller),
    )


def _row(voice: Voice, posting: Posting, currency: str) -> StatementRow:
    return StatementRow(
        on=wording.day(voice, posting.on),
        what=_what(voice, posting),
        note=_note(voice, posting),
        amount=voice.rate(posting.amount, currency),
        carried=voice.rate(posting.balance, currency),
    )


def _what(voice: Voice, posting: Posting) -> str:
    if posting.kind == PostingKind.INVOICE:
        return voice.say("Invoice {number}", number=posting.number)
    if posting.kind == PostingKind.VOID:
        return voice.say("Invoice {number} canceled", number=posting.number)
    if posting.kind == PostingKind.CREDIT_NOTE:
        return voice.say("Credit note {number}", number=posting.number)
    return voice.say("Payment") if posting.kind == PostingKind.PAYMENT else voice.say("Paid back")


def _note(voice: Voice, posting: Posting) -> str:
    """Say beside a document what it is about."""
    if posting.kind == PostingKind.CREDIT_NOTE:
        return voice.say("For invoice {number}", number=posting.invoice_number)
    return posting.reference


def _standing(voice: Voice, closing: Decimal) -> str:
    if closing > 0:
        return voice.say("You owe")
    return voice.say("To your credit") if closing < 0 else voice.say("Nothing is owed")

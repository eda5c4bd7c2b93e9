"""What an invoice says on paper: every text as it will be read, and nothing about where it stands on the page.

A finalized invoice is told from its own frozen columns and snapshots alone, so that it says the same whenever it is
asked. Drafts and previews are told from the organization and the customer as they are now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from apps.delivery import tax_paper, wording
from apps.delivery.voice import Voice
from apps.invoicing import finalizing, queries
from apps.invoicing.models import Invoice, Line
from apps.invoicing.previews import Preview
from apps.rating.money import Money
from apps.tenancy.models import Organization

BLACK = "#111111"


class PaperKind(StrEnum):
    """Whether it is an invoice yet."""

    INVOICE = "invoice"
    DRAFT = "draft"
    PREVIEW = "preview"
    CREDIT_NOTE = "credit note"


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The words that stand on every paper. `page` are the pieces around the page's number and the number of pages."""

    what: str
    quantity: str
    unit_price: str
    amount: str
    carried: str
    subtotal: str
    total: str
    credit: str
    how_to_pay: str
    test: str
    page: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Party:
    """Seller or buyer: the name on the first line, and what stands below it."""

    name: str
    details: tuple[str, ...]
    tax_id: str
    email: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """One row of the table; `carried` is the sum of the amounts up to and with this row.

    `tax` says the tax on it, where the document has several rates.
    """

    description: str
    period: str
    quantity: str
    unit_price: str
    amount: str
    carried: str
    notes: tuple[str, ...]
    tax: str


@dataclass(frozen=True, kw_only=True)
class UsageTable:
    """The usage behind one line, as rows of time, quantity and note."""

    title: str
    head: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Everything that is printed. `number` is empty on a draft or preview, `settles` says when to pay.

    `credit` is what was applied of the customer's balance, empty where nothing was; `due_label` names the amount due,
    `discounts` are taken off between the lines and the subtotal, and `notes` stand below the sums. Where it
    `is_inclusive`, `taxes` are contained in the total and stand below it; `tax_notes` say why none is charged.
    `mark` stands across an unissued one, `logo` is the digest of the picture at its head. `usage` is an appendix, and
    `usage_note` names the file where it is too long for one.
    """

    kind: PaperKind
    labels: Labels
    mark: str
    heading: str
    title: str
    number: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    seller: Party
    buyer: Party
    lines: tuple[PaperLine, ...]
    subtotal: str
    taxes: tuple[tuple[str, str], ...]
    total: str
    credit: str
    due_label: str
    amount_due: str
    settles: str
    is_test: bool
    payment: tuple[str, ...]
    footer: tuple[str, ...]
    page_size: str
    color: str
    logo: str
    language: str
    usage_heading: str = ""
    usage: tuple[UsageTable, ...] = ()
    usage_note: str = ""
    discounts: tuple[tuple[str, str], ...] = ()
    is_inclusive: bool = False
    tax_notes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether any line says how many, or what one costs; those of credit notes do not."""
        return any(line.quantity or line.unit_price for line in self.lines)


def invoice_paper(*, invoice: Invoice, language: str = "") -> Paper:
    """Tell an invoice; a draft is marked as such and has no number.

    In the buyer's language, or for other readers in the one named, with the buyer's formats.
    """
    lines = list(invoice.lines.order_by("position"))
    if invoice.status != Invoice.Status.DRAFT:
        return finalized_paper(invoice=invoice, lines=lines, language=language)
    return _unissued(PaperKind.DRAFT, invoice, lines, language)


def finalized_paper(*, invoice: Invoice, lines: Sequence[Line], language: str = "") -> Paper:
    """Tell a finalized invoice of these lines, in their order."""
    assert invoice.issued_on is not None and invoice.due_on is not None, "a finalized invoice has its dates"
    voice = voice_of(invoice.seller, invoice.buyer, language)
    facts = [
        (voice.say("Invoice number"), str(invoice.number)),
        (voice.say("Date"), wording.day(voice, invoice.issued_on)),
    ]
    settles = voice.say("Nothing to pay")
    due = invoice.total - invoice.credit
    if due.minor:
        settles = voice.say("Due {date}", date=wording.day(voice, invoice.due_on))
        facts.append((voice.say("Due"), wording.day(voice, invoice.due_on)))
    voided = queries.voided_before(invoice=invoice)
    if voided is not None:
        facts.append((voice.say("In place of"), str(voided.number)))
    return _paper(
        voice,
        invoice,
        lines,
        invoice.seller,
        invoice.buyer,
        kind=PaperKind.INVOICE,
        heading=voice.say("Invoice"),
        title=voice.say("Invoice {number}", number=str(invoice.number)),
        number=str(invoice.number),
        mark="",
        notice="",
        facts=tuple(facts),
        credit=voice.money(-invoice.credit) if invoice.credit_minor else "",
        due_label=voice.say("Amount due"),
        amount_due=voice.money(due),
        settles=settles,
        payment=_payment(voice, invoice) if due.minor else (),
    )


def preview_paper(*, preview: Preview, language: str = "") -> Paper:
    """Tell what the next invoice would be with the usage recorded so far."""
    organization = preview.invoice.organization
    bills_on = preview.bills_at.astimezone(organization.zone).date()
    return _unissued(PaperKind.PREVIEW, preview.invoice, preview.lines, language, bills_on)


def _unissued(
    kind: PaperKind, invoice: Invoice, lines: Sequence[Line], language: str, bills_on: date | None = None
) -> Paper:
    organization = invoice.organization
    seller, buyer = finalizing.seller_snapshot(organization), finalizing.buyer_snapshot(invoice.customer, organization)
    voice = voice_of(seller, buyer, language)
    if bills_on is None:
        heading, title = voice.say("Draft"), voice.say("Draft of an invoice")
        notice = voice.say("This is a draft, not an invoice: it may still change.")
    else:
        heading, title = voice.say("Preview"), voice.say("Preview of the next invoice")
        notice = voice.say(
            "This is not an invoice. It shows what would be billed on {date} with what is recorded so far.",
            date=wording.day(voice, bills_on),
        )
    return _paper(
        voice,
        invoice,
        lines,
        seller,
        buyer,
        kind=kind,
        heading=heading,
        title=title,
        number="",
        mark=heading,
        notice=notice,
        facts=(),
        credit="",
        due_label=voice.say("Would be due"),
        amount_due=voice.money(invoice.total),
        settles=voice.say("Not yet due"),
        payment=(),
    )


def _paper(
    voice: Voice,
    invoice: Invoice,
    lines: Sequence[Line],
    seller: Mapping[str, Any],
    buyer: Mapping[str, Any],
    **told: Any,
) -> Paper:
    return Paper(
        labels=labels_of(voice),
        seller=seller_of(voice, seller),
        buyer=buyer_of(voice, buyer),
        lines=_lines(voice, lines, invoice),
        subtotal=voice.money(Money(invoice.subtotal_minor, invoice.currency)),
        **tax_paper.told(voice, invoice, buyer),
        total=voice.money(invoice.total),
        is_test=seller["mode"] == Organization.Mode.TEST,
        **layout_of(seller),
        language=voice.tag,
        discounts=_discounts(voice, invoice),
        notes=paragraph(invoice.notes),
        **told,
    )


def layout_of(seller: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the seller's papers look; documents of before had neither colour nor logo."""
    return {
        "footer": paragraph(seller["footer"]),
        "page_size": seller["page_size"],
        "color": seller.get("color", BLACK),
        "logo": seller.get("logo", ""),
    }


def voice_of(seller: Mapping[str, Any], buyer: Mapping[str, Any], language: str = "") -> Voice:
    """Return how a document of these snapshots speaks: as the buyer does, in the seller's zone."""
    return Voice.of(buyer["locale"], ZoneInfo(seller["timezone"]), language=language)


def labels_of(voice: Voice) -> Labels:
    """Return the words that stand on every paper."""
    page = voice.say("Page {page} of {pages}", page="\0", pages="\0")
    return Labels(
        what=voice.say("Description"),
        quantity=voice.say("Quantity"),
        unit_price=voice.say("Unit price"),
        amount=voice.say("Amount"),
        carried=voice.say("Carried forward"),
        subtotal=voice.say("Subtotal"),
        total=voice.say("Total"),
        credit=voice.say("Credit applied"),
        how_to_pay=voice.say("How to pay"),
        test=voice.say("TEST: made for trying things out. It is not a real invoice and nothing is owed."),
        page=tuple(page.split("\0")),
    )


def seller_of(voice: Voice, snapshot: Mapping[str, Any]) -> Party:
    """Tell the seller, the legal name below the name where it is another."""
    legal = snapshot["legal_name"]
    named = (legal,) if legal and legal != snapshot["name"] else ()
    return Party(
        name=snapshot["name"],
        details=named + wording.address(snapshot, voice.locale),
        tax_id=tax_paper.number(voice, snapshot),
        email=snapshot["email"],
    )


def buyer_of(voice: Voice, snapshot: Mapping[str, Any]) -> Party:
    """Tell the buyer, by the legal name where there is one."""
    return Party(
        name=snapshot["legal_name"] or snapshot["name"],
        details=wording.address(snapshot, voice.locale),
        tax_id=tax_paper.number(voice, snapshot),
        email=snapshot["email"],
        language=snapshot["locale"].replace("_", "-"),
    )


def _payment(voice: Voice, invoice: Invoice) -> tuple[str, ...]:
    """Say how to pay and with which reference; nothing where the seller says nothing of it."""
    details = paragraph(invoice.seller["payment_details"])
    return (*details, voice.say("Reference: {number}", number=str(invoice.number))) if details else ()


def _lines(voice: Voice, lines: Sequence[Line], invoice: Invoice) -> tuple[PaperLine, ...]:
    told = []
    currency = invoice.currency
    carried = Money.zero(currency)
    for line in lines:
        amount = Money(line.amount_minor, currency)
        carried = carried + amount
        told.append(
            PaperLine(
                description=wording.described(voice, line),
                period=wording.service_period(voice, line),
                quantity=f"{voice.number(line.quantity)} {line.unit}".strip(),
                unit_price="" if line.unit_amount is None else voice.rate(line.unit_amount, currency),
                amount=voice.money(amount),
                carried=voice.money(carried),
                notes=wording.arithmetic(voice, line, currency),
                tax=tax_paper.mark(voice, line, invoice),
            )
        )
    return tuple(told)


def _discounts(voice: Voice, invoice: Invoice) -> tuple[tuple[str, str], ...]:
    if not invoice.discount_minor:
        return ()
    off = voice.money(-Money(invoice.discount_minor, invoice.currency))
    reason = invoice.discount_reason
    if invoice.discount_percent is None:
        return ((voice.say("Discount: {reason}", reason=reason), off),)
    percent = tax_paper.percent(voice, invoice.discount_percent / 100)
    return ((voice.say("Discount {percent}: {reason}", percent=percent, reason=reason), off),)


def paragraph(text: str) -> tuple[str, ...]:
    """Take a text apart into its lines, without the empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())

"""What an invoice says on paper: every text as it will be read, and nothing about where it stands on the page.

A finalized invoice is told from its own frozen columns and snapshots alone, so that it says the same whenever it is
asked. Drafts and previews are told from the organization and the customer as they are now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_percent

from apps.core.formats import Formats
from apps.delivery import wording
from apps.invoicing import finalizing
from apps.invoicing.models import CreditNote, Invoice, Line
from apps.invoicing.previews import Preview
from apps.rating.money import Money
from apps.tenancy.models import Organization


class PaperKind(StrEnum):
    """Whether it is an invoice yet."""

    INVOICE = "invoice"
    DRAFT = "draft"
    PREVIEW = "preview"
    CREDIT_NOTE = "credit note"


@dataclass(frozen=True, kw_only=True)
class Party:
    """Seller or buyer: the name on the first line, and what stands below it."""

    name: str
    details: tuple[str, ...]
    tax_id: str
    email: str


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """One row of the table; `carried` is the sum of the amounts up to and with this row."""

    description: str
    period: str
    quantity: str
    unit_price: str
    amount: str
    carried: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Everything that is printed. `number` is empty on a draft or preview, `settles` says when to pay.

    `credit` is what was applied of the customer's balance, empty where nothing was; `due_label` names the amount due.
    """

    kind: PaperKind
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
    language: str


def invoice_paper(*, invoice: Invoice) -> Paper:
    """Tell an invoice; a draft is marked as such and has no number."""
    lines = list(invoice.lines.order_by("position"))
    if invoice.status == Invoice.Status.DRAFT:
        notice = "This is a draft, not an invoice: it may still change."
        return _unissued(PaperKind.DRAFT, "Draft of an invoice", notice, invoice, lines)
    return finalized_paper(invoice=invoice, lines=lines)


def finalized_paper(*, invoice: Invoice, lines: Sequence[Line]) -> Paper:
    """Tell a finalized invoice of these lines, in their order."""
    assert invoice.issued_on is not None and invoice.due_on is not None, "a finalized invoice has its dates"
    formats = formats_of(invoice.seller, invoice.buyer)
    facts = [
        ("Invoice number", str(invoice.number)),
        ("Date", wording.day(formats, invoice.issued_on)),
    ]
    settles = "Nothing to pay"
    due = invoice.total - invoice.credit
    if due.minor:
        settles = f"Due {wording.day(formats, invoice.due_on)}"
        facts.append(("Due", wording.day(formats, invoice.due_on)))
    return _paper(
        invoice,
        lines,
        invoice.seller,
        invoice.buyer,
        kind=PaperKind.INVOICE,
        heading="Invoice",
        title=f"Invoice {invoice.number}",
        number=str(invoice.number),
        notice="",
        facts=tuple(facts),
        credit=formats.money(-invoice.credit) if invoice.credit_minor else "",
        due_label="Amount due",
        amount_due=formats.money(due),
        settles=settles,
        payment=paragraph(invoice.seller["payment_details"]) if due.minor else (),
    )


def preview_paper(*, preview: Preview) -> Paper:
    """Tell what the next invoice would be with the usage recorded so far."""
    organization = preview.invoice.organization
    formats = Formats.of(preview.invoice.customer.locale or organization.locale, organization.zone)
    bills_on = wording.day(formats, preview.bills_at.astimezone(organization.zone).date())
    notice = f"This is not an invoice. It shows what would be billed on {bills_on} with what is recorded so far."
    return _unissued(PaperKind.PREVIEW, "Preview of the next invoice", notice, preview.invoice, preview.lines)


def _unissued(kind: PaperKind, title: str, notice: str, invoice: Invoice, lines: Sequence[Line]) -> Paper:
    organization = invoice.organization
    seller, buyer = finalizing.seller_snapshot(organization), finalizing.buyer_snapshot(invoice.customer, organization)
    formats = formats_of(seller, buyer)
    return _paper(
        invoice,
        lines,
        seller,
        buyer,
        kind=kind,
        heading=str(kind).capitalize(),
        title=title,
        number="",
        notice=notice,
        facts=(),
        credit="",
        due_label="Would be due",
        amount_due=formats.money(invoice.total),
        settles="Not yet due",
        payment=(),
    )


def _paper(
    invoice: Invoice, lines: Sequence[Line], seller: Mapping[str, Any], buyer: Mapping[str, Any], **told: Any
) -> Paper:
    formats = formats_of(seller, buyer)
    return Paper(
        seller=party_of(seller, formats, name=seller["name"], legal_name=seller["legal_name"]),
        buyer=party_of(buyer, formats, name=buyer["legal_name"] or buyer["name"]),
        lines=_lines(formats, lines, invoice.currency),
        subtotal=formats.money(Money(invoice.subtotal_minor, invoice.currency)),
        taxes=taxes_of(formats, invoice),
        total=formats.money(invoice.total),
        is_test=seller["mode"] == Organization.Mode.TEST,
        footer=paragraph(seller["footer"]),
        page_size=seller["page_size"],
        language=str(formats.locale).replace("_", "-"),
        **told,
    )


def formats_of(seller: Mapping[str, Any], buyer: Mapping[str, Any]) -> Formats:
    """Return how a document of these snapshots writes numbers and dates: as the buyer does, in the seller's zone."""
    return Formats.of(buyer["locale"], ZoneInfo(seller["timezone"]))


def party_of(snapshot: Mapping[str, Any], formats: Formats, *, name: str, legal_name: str = "") -> Party:
    """Tell a party from its snapshot, the legal name below the name where it is another."""
    legal = (legal_name,) if legal_name and legal_name != name else ()
    return Party(
        name=name,
        details=legal + wording.address(snapshot, formats.locale),
        tax_id=snapshot["tax_id"],
        email=snapshot["email"],
    )


def _lines(formats: Formats, lines: Sequence[Line], currency: str) -> tuple[PaperLine, ...]:
    told = []
    carried = Money.zero(currency)
    for line in lines:
        amount = Money(line.amount_minor, currency)
        carried = carried + amount
        told.append(
            PaperLine(
                description=line.description,
                period=wording.service_period(formats, line),
                quantity=f"{formats.number(line.quantity)} {line.unit}".strip(),
                unit_price="" if line.unit_amount is None else formats.rate(line.unit_amount, currency),
                amount=formats.money(amount),
                carried=formats.money(carried),
                notes=wording.arithmetic(formats, line, currency),
            )
        )
    return tuple(told)


def taxes_of(formats: Formats, invoice: Invoice | CreditNote) -> tuple[tuple[str, str], ...]:
    """Return a row per tax rate with its base; nothing where no tax is charged at all."""
    groups = [(Decimal(group["rate"]), group["base_minor"], group["tax_minor"]) for group in invoice.tax_groups]
    if not any(rate for rate, _, _ in groups):
        return ()
    rows = []
    for rate, base_minor, tax_minor in groups:
        percent = format_percent(rate.normalize(), locale=formats.locale, decimal_quantization=False)
        base = formats.money(Money(base_minor, invoice.currency))
        rows.append((f"Tax {percent} on {base}", formats.money(Money(tax_minor, invoice.currency))))
    return tuple(rows)


def paragraph(text: str) -> tuple[str, ...]:
    """Take a text apart into its lines, without the empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())

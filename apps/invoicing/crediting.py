"""Give back what was billed too much: the negative side of due − billed (BILLING §1).

A period that owes less than was billed is credited against the invoice lines that charged it, newest first, each with
its own tax. A credit note for each of those invoices settles it where it is unpaid; the rest is the customer's balance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from apps.invoicing import drafting, finalizing, numbering, queries, settling, taxing
from apps.invoicing.assembling import Due
from apps.invoicing.models import Charge, CreditLine, CreditNote, Invoice, Line
from apps.invoicing.queries import Creditable
from apps.outbox import operations as outbox
from apps.rating.exact import half_away

TAXED_BY = ("tax_id", "tax_exempt_reason")  # a credit copies the tax of its invoice, so also what that rests on


@dataclass(frozen=True)
class Part:
    """So much of one invoice line is given back, by a charge below zero, or out of goodwill without one."""

    line: Line
    amount_minor: int
    discount_minor: int
    charge: Charge | None = None


@dataclass(frozen=True)
class Credited:
    """The credit notes that were issued, and what cannot be credited yet: its charge is on a draft."""

    notes: Sequence[CreditNote]
    waiting: Sequence[Due]


def credit(*, dues: Iterable[Due], now: datetime) -> Credited:
    """Credit what periods owe less than was billed.

    The caller holds the locks of customer, subscription and periods, and its transaction closes them.
    """
    parts: list[Part] = []
    waiting: list[Due] = []
    for due in dues:
        taken = _taken_from(due)
        if taken is None:
            waiting.append(due)
            continue
        charge = drafting.charge_of(due, now)
        charge.save()
        parts += [replace(part, charge=charge) for part in taken]
    notes = [_correct(invoice, of_invoice, now) for invoice, of_invoice in _by_invoice(parts)]
    return Credited(notes, waiting)


def part_of(entry: Creditable, amount_minor: int) -> Part:
    """Take an amount of a line, with the part of its discount that goes with it: all of it once all is taken."""
    line = entry.line
    taken = entry.credited_minor + amount_minor
    discount = half_away(Fraction(line.discount_minor * taken, line.amount_minor)) - entry.discounted_minor
    least = max(0, entry.left_discount_minor - (entry.left_minor - amount_minor))  # what is left must hold its discount
    return Part(line, amount_minor, max(least, min(discount, entry.left_discount_minor, amount_minor)))


def part_of_net(entry: Creditable, net_minor: int) -> Part:
    """Take so much of a line after its discount: of its amount before, the part that this is."""
    line = entry.line
    if net_minor == entry.left_net_minor:
        return Part(line, entry.left_minor, entry.left_minor - net_minor)
    whole = line.amount_minor - line.discount_minor
    gross = half_away(Fraction(net_minor * line.amount_minor, whole))
    # What is left of a line must never have more discount than amount.
    gross = min(gross, net_minor + entry.left_discount_minor)
    return Part(line, gross, gross - net_minor)


def shared(missing_minor: int, lines: Iterable[Creditable]) -> list[Part]:
    """Share what is to be given back over lines in their order, of each as much as is left of it."""
    parts = []
    for entry in lines:
        if not missing_minor:
            break
        amount = min(entry.left_minor, missing_minor)
        parts.append(part_of(entry, amount))
        missing_minor -= amount
    return parts


def _taken_from(due: Due) -> list[Part] | None:
    """Share what is to be given back over the lines that charged it, newest first; None while they do not cover it.

    What was billed on an invoice that is void was never asked for: it is taken back without a word.
    """
    assert due.span.period is not None, "only an opened period was billed"
    lines = queries.creditable_lines(period=due.span.period, kind=due.kind)
    parts = shared(-due.difference.minor, lines)
    missing = -due.difference.minor - sum(part.amount_minor for part in parts)
    if not missing:
        return parts
    drafted = queries.on_drafts(period=due.span.period, kind=due.kind)
    waived = due.billed.minor - drafted - sum(entry.left_minor for entry in lines)
    return parts if missing <= waived else None


def _by_invoice(parts: Sequence[Part]) -> list[tuple[Invoice, list[Part]]]:
    found: dict[int, list[Part]] = {}
    for part in parts:
        found.setdefault(part.line.invoice_id, []).append(part)
    return [(of_invoice[0].line.invoice, of_invoice) for _, of_invoice in sorted(found.items())]


def _correct(invoice: Invoice, parts: Sequence[Part], now: datetime) -> CreditNote:
    return issue(invoice=invoice, parts=parts, kind=CreditNote.Kind.CORRECTION, now=now)


def issue(*, invoice: Invoice, parts: Sequence[Part], kind: str, now: datetime, reason: str = "") -> CreditNote:
    """Number, store, use and announce a credit note on one invoice; the caller holds the customer's lock."""
    organization, customer = invoice.organization, invoice.customer
    lines = [_line(part, position) for position, part in enumerate(parts, start=1)]
    earlier = [group for before in queries.credit_notes_on(invoice=invoice) for group in taxing.groups_of(before)]
    sums = taxing.credited_sums_of(lines, inclusive=invoice.tax_inclusive, earlier=earlier)
    note = CreditNote(
        organization=organization,
        invoice=invoice,
        customer=customer,
        kind=kind,
        reason=reason,
        currency=invoice.currency,
        issued_on=now.astimezone(organization.zone).date(),
        issued_at=now,
        seller=finalizing.seller_snapshot(organization),
        buyer=finalizing.buyer_snapshot(customer, organization)
        | {name: invoice.buyer.get(name, "") for name in TAXED_BY},
        tax_inclusive=invoice.tax_inclusive,
        **sums,
    )
    note.sequence, note.number = numbering.take_number(organization=organization, series=numbering.CREDIT_NOTES)
    note.save()
    for line in lines:
        line.credit_note = note
    CreditLine.objects.bulk_create(lines)
    settled = settling.settle_original(credit_note=note, now=now)
    payload = {"credit_note": note.public_id, "number": note.number, "customer": customer.public_id}
    outbox.append(
        organization=organization,
        topic="credit_note.issued",
        payload={**payload, "invoice": invoice.public_id},
        now=now,
    )
    if settled.status == Invoice.Status.PAID and invoice.status != Invoice.Status.PAID:
        finalizing.announce(settled, "invoice.paid", now)
    return note


def _line(part: Part, position: int) -> CreditLine:
    line = part.line
    return CreditLine(
        organization_id=line.organization_id,
        line=line,
        charge=part.charge,
        position=position,
        description=line.description,
        amount_minor=part.amount_minor,
        discount_minor=part.discount_minor,
        tax_category=line.tax_category,
        tax_rate=line.tax_rate,
        tax_treatment=line.tax_treatment,
        tax_name=line.tax_name,
        period_starts_at=line.period_starts_at,
        period_ends_at=line.period_ends_at,
    )


def summary_of(note: CreditNote) -> str:
    """Say goodwill as the history of its invoice notes it."""
    return f"{note}: {note.total.text()} {note.currency}. {note.reason}"

"""Work a whole credit note out again from what is stored, and compare every figure on it.

A correction rests on its charge: that comes out again from events, price and quantities, and is shared anew over the
lines that had charged the period. Goodwill rests on the amounts that somebody said; they are compared with what was
left of the lines, and with the history. Tax is that of the invoice, less what credits before this one gave back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from apps.invoicing import crediting, explanations, queries, taxing
from apps.invoicing.crediting import Part
from apps.invoicing.explanations import Explanation
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Line
from apps.invoicing.proving import Figure, money, of_charge, tax_by_rate
from apps.invoicing.queries import Creditable
from apps.rating.numbers import plain
from apps.rating.wallclock import local_date
from apps.tenancy import queries as tenancy

NOTHING = "nothing"


@dataclass(frozen=True)
class Before:
    """What had been credited of lines before a credit note was issued."""

    rows: Sequence[CreditLine]

    def left_of(self, line: Line, *, but: Charge | None = None) -> Creditable:
        """Return a line with what had been credited of it; `but` by a charge that gives back on several notes."""
        mine = [row for row in self.rows if row.line_id == line.pk and (but is None or row.charge_id != but.pk)]
        return Creditable(line, sum(row.amount_minor for row in mine), sum(row.discount_minor for row in mine))


def figures_of(*, note: CreditNote) -> list[Figure]:
    """Return every figure of a credit note beside what comes out again, however many events that reads."""
    told = explanations.of_credit_note(note=note, most=None)
    charged = [charge.line for each in told for charge in each.before if hasattr(charge, "line")]
    lines = [each.line for each in told if isinstance(each.line, CreditLine)]
    before = Before(queries.credited_before(credit_note=note, lines=[*charged, *(line.line for line in lines)]))
    figures = [figure for each in told for figure in _of_line(note, each, before)]
    figures += _of_sums(note, lines)
    figures += _of_allocations(note)
    return [*figures, *_of_history(note), *_of_dates(note)]


def _of_line(note: CreditNote, told: Explanation, before: Before) -> Iterator[Figure]:
    line = told.line
    assert isinstance(line, CreditLine), "a credit note has lines of its own"
    name = f"line {line.position}"
    part = _part_of(note, told, line, before)
    yield money(f"{name}, amount", note, line.amount_minor, part.amount_minor if part else 0)
    if line.discount_minor or (part and part.discount_minor):
        yield money(f"{name}, part of the discount", note, line.discount_minor, part.discount_minor if part else 0)
    if told.charge is not None and told.again is not None:
        yield from of_charge(name, told, told.charge, told.again)
    original = line.line
    yield Figure(f"{name}, invoice", str(original.invoice), str(note.invoice))
    yield Figure(f"{name}, what", line.description, original.description)
    yield Figure(f"{name}, period", _period(line), _period(original))
    yield Figure(f"{name}, tax", _tax(line), _tax(original))


def _part_of(note: CreditNote, told: Explanation, line: CreditLine, before: Before) -> Part | None:
    """Return what is given back of a line's original; None where it is nothing."""
    if told.charge is None or told.again is None:
        entry = before.left_of(line.line)
        return crediting.part_of_net(entry, min(line.amount_minor - line.discount_minor, entry.left_net_minor))
    taken = {row.line_id for row in told.charge.credit_lines.all()}
    charged = [charge.line for charge in told.before if hasattr(charge, "line")]
    entries = [before.left_of(each, but=told.charge) for each in charged if _was_there(each, note, taken)]
    newest_first = sorted((entry for entry in entries if entry.left_minor > 0), key=lambda entry: -entry.line.pk)
    parts = crediting.shared(max(0, -told.again.difference.minor), newest_first)
    return next((part for part in parts if part.line.pk == line.line_id), None)


def _was_there(line: Line, note: CreditNote, taken: Iterable[int]) -> bool:
    """Say whether a line could be credited then: on an invoice that was issued, and in force.

    Where that changed at the very instant, what was credited of it tells.
    """
    invoice = line.invoice
    if line.pk in taken:
        return True
    was_issued = invoice.finalized_at is not None and invoice.finalized_at < note.issued_at
    return was_issued and (invoice.voided_at is None or invoice.voided_at > note.issued_at)


def _of_sums(note: CreditNote, lines: Sequence[CreditLine]) -> Iterator[Figure]:
    """Add the lines up as they were when it was issued: after the credits of the same invoice before it."""
    invoice = note.invoice
    earlier = [each for each in queries.credit_notes_on(invoice=invoice) if each.pk < note.pk]
    groups = [group for each in earlier for group in taxing.groups_of(each)]
    again = taxing.credited_sums_of(lines, inclusive=invoice.tax_inclusive, earlier=groups)
    yield money("subtotal", note, note.subtotal_minor, again["subtotal_minor"])
    yield tax_by_rate(note, again["tax_groups"])
    yield money("tax", note, note.tax_minor, again["tax_minor"])
    yield money("total", note, note.total_minor, again["total_minor"])
    yield Figure("currency", note.currency, invoice.currency)
    yield Figure("amounts", _inclusive(note.tax_inclusive), _inclusive(invoice.tax_inclusive))
    given_back = note.total_minor + sum(each.total_minor for each in earlier)
    yield money("credited of the invoice so far", note, given_back, min(given_back, invoice.total_minor))
    if not invoice.tax_inclusive:
        tax = note.tax_minor + sum(each.tax_minor for each in earlier)
        yield money("tax credited of the invoice so far", note, tax, min(tax, invoice.tax_minor))


def _of_allocations(note: CreditNote) -> Iterator[Figure]:
    """Compare what it was used on with what there was to use, and with what the others say they got of it."""
    used = queries.allocations_of(credit_note=note)
    invoice = note.invoice
    own = [use for use in used if use.invoice_id == invoice.pk]
    settled = sum(use.amount_minor for use in invoice.allocations.all() if _came_before(use, own, note))
    at_issue = max(0, min(note.total_minor, invoice.total_minor - settled))
    yield money(f"used on {invoice}", note, sum(use.amount_minor for use in own), at_issue)
    whole = sum(use.amount_minor for use in used)
    yield money("used in all", note, whole, min(whole, note.total_minor))
    invoices = {use.invoice_id: use.invoice for use in used if use.invoice is not None}
    sums = Allocation.objects.filter(invoice__in=invoices).order_by().values("invoice")
    for pk, allocated in sums.values_list("invoice").annotate(sum=Sum("amount_minor")).order_by("invoice"):
        yield money(f"settled of {invoices[pk]}", note, invoices[pk].settled_minor, allocated)


def _came_before(use: Allocation, own: Sequence[Allocation], note: CreditNote) -> bool:
    """Say whether an invoice was settled by something before its credit note settled the rest."""
    return use.pk < own[0].pk if own else use.created_at <= note.issued_at


def _of_history(note: CreditNote) -> Iterator[Figure]:
    """Compare goodwill with what was noted when it was given."""
    if note.kind != CreditNote.Kind.COMMERCIAL:
        return
    noted = tenancy.audit_of(ids=[note.invoice.public_id]).filter(verb="credited", summary__startswith=f"{note}: ")
    summary = noted.values_list("summary", flat=True).first() or NOTHING
    yield Figure("as noted", " ".join(crediting.summary_of(note).split()), " ".join(summary.split()))


def _of_dates(note: CreditNote) -> Iterator[Figure]:
    yield Figure("issued on", f"{note.issued_on}", f"{local_date(note.issued_at, explanations.zone_of(note))}")


def _period(line: Line | CreditLine) -> str:
    if line.period_starts_at is None or line.period_ends_at is None:
        return "none"
    return f"{line.period_starts_at:%Y-%m-%d %H:%M} to {line.period_ends_at:%Y-%m-%d %H:%M}"


def _tax(line: Line | CreditLine) -> str:
    return " ".join([plain(line.tax_rate), line.tax_treatment, line.tax_category, line.tax_name]).strip()


def _inclusive(inclusive: bool) -> str:
    return "with tax" if inclusive else "before tax"

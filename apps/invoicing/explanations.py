"""Why a line is what it is: its price, its arithmetic, what was billed before, and the events behind it.

Everything is told from what is stored: the charge behind the line, the charges of the same period before it, and the
facts that it had seen. Nothing that was recorded after it is told as counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from apps.catalog.models import Metric
from apps.invoicing import recomputing
from apps.invoicing.assembling import Due
from apps.invoicing.models import Charge, CreditLine, CreditNote, Invoice, Kind, Line
from apps.invoicing.recomputing import RELATED, Billing, Difference, Marks
from apps.rating import periods, pricing
from apps.rating.money import Money
from apps.tenancy import queries as tenancy
from apps.tenancy.models import AuditEntry
from apps.usage import queries as usage

MOST_CHECKED = 100_000  # facts that one page may read to prove its sums
_CHARGED = tuple(f"charge__{name}" for name in RELATED)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A line with all that explains it.

    `charge` is None for a line by hand and for goodwill; `written` then says who added it and who changed it, in that
    order, as far as that is on record. `before` are the charges of the same period and kind before it. `again` is what
    comes out when it is worked out again, None where nobody asked.
    """

    line: Line | CreditLine
    currency: str
    zone: ZoneInfo
    charge: Charge | None = None
    billing: Billing | None = None
    before: Sequence[Charge] = ()
    marks: Marks = field(default_factory=Marks)
    again: Due | None = None
    written: Sequence[AuditEntry] = ()

    @property
    def kind(self) -> str:
        """What is billed; of a credit, what it takes back from."""
        return self.line.line.kind if isinstance(self.line, CreditLine) else self.line.kind

    @property
    def billed_before(self) -> Money:
        """What was billed for the same period before."""
        return Money(sum(charge.amount_minor for charge in self.before), self.currency)

    @property
    def difference(self) -> Money:
        """What the charge bills, or below zero takes back. A credit note may take it from several lines."""
        return Money(self.charge.amount_minor if self.charge is not None else self.line.amount_minor, self.currency)

    @property
    def due(self) -> Money:
        """What the whole period owed when it was made."""
        return self.billed_before + self.difference

    @property
    def steps(self) -> list[pricing.Step]:
        """How the whole due amount came about."""
        return [pricing.Step.from_json(step) for step in self.charge.steps] if self.charge is not None else []

    @property
    def exact(self) -> Decimal:
        """The due amount before it was rounded, in major units."""
        return pricing.total(self.steps) if self.steps else self.due.amount

    @property
    def metric(self) -> Metric | None:
        """What was counted, of a charge for usage."""
        if self.charge is None or self.charge.kind != Kind.USAGE:
            return None
        return usage.metric_of(self.charge.period.item)

    @property
    def days(self) -> tuple[Fraction, Fraction] | None:
        """How many days the period had of how many; None where it was a whole one, or time does not matter."""
        if self.billing is None or self.billing.charge.kind not in (Kind.FLAT, Kind.USAGE):
            return None
        span = self.billing.span
        if span.span == span.full:
            return None
        return periods.days(span.span, self.zone), periods.days(span.full, self.zone)

    @property
    def is_checked(self) -> bool:
        """Whether it was worked out again."""
        return self.again is not None

    @property
    def differences(self) -> list[Difference]:
        """Which figures are not what comes out again."""
        if self.charge is None or self.again is None:
            return []
        return recomputing.differences(self.charge, self.again)


def of_invoice(*, invoice: Invoice, most: int | None = MOST_CHECKED) -> list[Explanation]:
    """Explain the lines of an invoice or a draft in their order, in a few queries for all of them.

    Their amounts are worked out again, unless that would read more than `most` facts.
    """
    lines = list(invoice.lines.select_related(*_CHARGED).order_by("position"))
    return _explained(lines, invoice, most=most)


def of_line(*, invoice: Invoice, line: str) -> Explanation | None:
    """Explain one line of an invoice or a draft by its public id, worked out again; None where there is none."""
    lines = list(invoice.lines.filter(public_id=line).select_related(*_CHARGED))
    return next(iter(_explained(lines, invoice)), None)


def of_credit_note(*, note: CreditNote, most: int | None = MOST_CHECKED) -> list[Explanation]:
    """Explain the lines of a credit note in their order, as those of an invoice are."""
    lines = list(note.lines.select_related("line__invoice", *_CHARGED).order_by("position"))
    return _explained(lines, note, most=most)


def of_credit_line(*, note: CreditNote, line: str) -> Explanation | None:
    """Explain one line of a credit note by its public id, worked out again; None where there is none."""
    lines = list(note.lines.filter(public_id=line).select_related("line__invoice", *_CHARGED))
    return next(iter(_explained(lines, note)), None)


def zone_of(document: Invoice | CreditNote) -> ZoneInfo:
    """Return the zone on whose clock a document measured: as it says itself, or of a draft the organization's."""
    return ZoneInfo(document.seller["timezone"]) if document.seller else document.organization.zone


def _explained(
    lines: Sequence[Line | CreditLine], document: Invoice | CreditNote, *, most: int | None = None
) -> list[Explanation]:
    zone, currency = zone_of(document), document.currency
    billings = {line.pk: _billing(line, line.charge) for line in lines if line.charge is not None}
    charges = [billing.charge for billing in billings.values()]
    before = recomputing.charges_before(charges=charges) if charges else {}
    earlier = [charge for group in before.values() for charge in group]
    prefetch_related_objects(earlier, "line__invoice", "credit_lines__credit_note")
    marks = recomputing.marks_of(charges=charges, before=before)
    facts = sum(charge.fact_count for charge in charges if charge.kind == Kind.USAGE)
    again: dict[int, Due] = {}
    if most is None or facts <= most:
        work_out = partial(recomputing.again, before=before, marks=marks, currency=currency, zone=zone)
        again = work_out(billings=list(billings.values()))
        uncut = _before_the_cut(lines, billings, again)
        if uncut:
            billings |= uncut
            again |= work_out(billings=list(uncut.values()))
    written = _written([line for line in lines if isinstance(line, Line) and line.kind == Kind.MANUAL])
    return [
        Explanation(
            line=line,
            currency=currency,
            zone=zone,
            charge=line.charge,
            billing=billings.get(line.pk),
            before=before.get(line.charge_id or 0, ()),
            marks=marks.get(line.charge_id or 0, Marks()),
            again=again.get(line.charge_id or 0),
            written=written.get(line.public_id, ()),
        )
        for line in lines
    ]


def _billing(line: Line | CreditLine, charge: Charge, *, uncut: bool = False) -> Billing:
    """Say which bounds a charge's period had: a line names them; a credit has those of the period as it is by now.

    A credit that came before the period was cut has those of the line that it takes back from: `uncut`.
    """
    starts_at, ends_at = line.period_starts_at, line.period_ends_at
    if (isinstance(line, CreditLine) and not uncut) or starts_at is None or ends_at is None:
        starts_at, ends_at = charge.period.starts_at, charge.period.ends_at
    return Billing(charge, starts_at, ends_at)


def _before_the_cut(
    lines: Sequence[Line | CreditLine], billings: Mapping[int, Billing], again: Mapping[int, Due]
) -> dict[int, Billing]:
    """Return the credits that come out otherwise, with the bounds that their periods had before they were cut."""
    return {
        line.pk: _billing(line, line.charge, uncut=True)
        for line in lines
        if isinstance(line, CreditLine)
        and line.charge is not None
        and line.period_ends_at != billings[line.pk].ends_at
        and recomputing.differences(line.charge, again[line.charge.pk])
    }


def _written(lines: Sequence[Line]) -> dict[str, list[AuditEntry]]:
    """Return who added lines by hand, and who changed them, by the line's public id."""
    found: dict[str, list[AuditEntry]] = {}
    if lines:
        for entry in tenancy.audit_of(ids=[line.public_id for line in lines]).reverse():
            found.setdefault(entry.object_id, []).append(entry)
    return found

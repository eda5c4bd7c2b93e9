"""The time line of a subscription drawn: each item's periods, what changed, the invoices; and the same as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.urls import reverse

from apps.catalog.wording import price_in_words
from apps.core.charts import LaidLanes, Lane, Lanes, Mark, Stretch, lay
from apps.core.formats import Formats
from apps.invoicing import queries as invoicing
from apps.invoicing.models import Invoice
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Subscription
from apps.subscriptions.queries import Bought
from apps.subscriptions.timeline import Span
from apps.tenancy import queries as tenancy

KINDS = (
    ("current", "collecting"),
    ("recorded", "closed"),
    ("final", "closed early"),
    ("free", "not billed"),
    ("ahead", "to come"),
)
NAMES = dict(KINDS)
# How far back the picture goes, by the shortest interval in it: so that a period stays wide enough to be seen.
BACK = {
    "day": timedelta(days=45),
    "week": timedelta(days=200),
    "month": timedelta(days=400),
    "year": timedelta(days=5 * 366),
}
SHORT = timedelta(days=70)
MOST_DEEDS = 100
FORTNIGHT_DAYS = (1, 15)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: when, what it is about, what happened, and where that leads."""

    at: datetime
    when: str
    what: str
    words: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The drawing, and the rows that say the same, oldest first."""

    lanes: LaidLanes
    rows: Sequence[Row]


def picture(
    *,
    subscription: Subscription,
    items: Sequence[Item],
    quantities: Mapping[int, Sequence[Bought]],
    invoices: Sequence[Invoice],
    now: datetime,
    formats: Formats,
) -> Picture:
    """Draw a subscription as of an instant.

    Items come with their add-on and price, oldest first; `quantities` are the history of each by its id; invoices come
    newest first.
    """
    latest = max(now, subscription.starts_at)
    earliest = max(subscription.starts_at, latest - _back(subscription, items))
    spans = timeline.between(items=items, earliest=earliest, latest=latest, zone=formats.zone)
    reached = [span.span.ends_at for found in spans.values() for span in found]
    ends_at = max([*reached, latest + timedelta(days=1), *filter(None, [subscription.ends_at])])
    brush = _Brush(
        subscription=subscription,
        now=now,
        formats=formats,
        billed=invoicing.invoices_by_period(
            periods=[span.period for found in spans.values() for span in found if span.period is not None]
        ),
        quantities=quantities,
    )
    lanes = [Lane(name="Subscription", marks=brush.deeds())]
    lanes += [brush.lane(item, spans[item.pk]) for item in items]
    lanes.append(Lane(name="Invoices", marks=[brush.invoice(invoice) for invoice in reversed(invoices)]))
    chart = Lanes(
        key="time-line",
        title="Time line",
        description=f"{subscription} from {formats.day_of(earliest)} to {formats.day_of(ends_at)}.",
        starts_at=earliest,
        ends_at=ends_at,
        now=now,
        lanes=lanes,
        labels=list(_labels(earliest, ends_at, formats)),
        kinds=KINDS,
    )
    return Picture(lanes=lay(chart), rows=list(brush.rows(chart)))


def name_of(item: Item) -> str:
    """Name an item; a base fee by the plan that it was of, which need not be the subscription's any more."""
    return str(item.add_on) if item.add_on is not None else f"{item.price.plan} (base fee)"


def _back(subscription: Subscription, items: Sequence[Item]) -> timedelta:
    units = [item.interval_unit for item in items] or [subscription.plan.interval_unit]
    return min(BACK[unit] for unit in units)


def _labels(starts_at: datetime, ends_at: datetime, formats: Formats) -> Iterator[tuple[datetime, str]]:
    """Label the months, or, of a short time, the first and the middle of each."""
    first, last = local_date(starts_at, formats.zone), local_date(ends_at, formats.zone)
    short = ends_at - starts_at <= SHORT
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if short and day.day in FORTNIGHT_DAYS:
            yield day_start(day, formats.zone), formats.day(day, today=last)
        elif not short and day.day == 1:
            yield day_start(day, formats.zone), _month(day, formats)


def _month(day: date, formats: Formats) -> str:
    return f"{formats.month(day)} {day.year}" if day.month == 1 else formats.month(day)


@dataclass(frozen=True, kw_only=True)
class _Brush:
    """Puts into words what is drawn, as of an instant."""

    subscription: Subscription
    now: datetime
    formats: Formats
    billed: Mapping[int, Sequence[Invoice]]
    quantities: Mapping[int, Sequence[Bought]]

    def deeds(self) -> list[Mark]:
        """Draw what was done to the whole, and when it ends."""
        entries = tenancy.audit_of(ids=[self.subscription.public_id])[:MOST_DEEDS]
        marks = [self._mark(entry.at, " ".join(filter(None, [entry.verb, entry.summary]))) for entry in entries]
        ends_at = self.subscription.ends_at
        if ends_at is not None:
            marks.append(self._mark(ends_at, "ended" if ends_at <= self.now else "ends"))
        return sorted(marks, key=_instant)

    def lane(self, item: Item, spans: Sequence[Span]) -> Lane:
        """Draw one item: its periods, and what changed in it."""
        return Lane(
            name=name_of(item),
            stretches=[self._stretch(span) for span in spans],
            marks=sorted(self._marks(item, spans), key=_instant),
        )

    def invoice(self, invoice: Invoice) -> Mark:
        """Draw an invoice at the boundary that it bills, or when it was made."""
        words = f"{invoice}: {self.formats.money(invoice.total)}, {invoice.get_status_display()}"
        at = invoice.boundary_at or invoice.finalized_at or invoice.created_at
        return Mark(at=at, kind="invoice", when=self.formats.day_of(at), words=words, address=_address(invoice))

    def rows(self, chart: Lanes) -> Iterator[Row]:
        """Say what is drawn line by line, oldest first."""
        rows: list[Row] = []
        for lane in chart.lanes:
            for part in lane.stretches:
                rows.append(_row(lane, part.starts_at, part))
            for mark in lane.marks:
                if chart.starts_at <= mark.at <= chart.ends_at:
                    rows.append(_row(lane, mark.at, mark))
        yield from sorted(rows, key=_row_instant)

    def _stretch(self, span: Span) -> Stretch:
        kind = self._kind(span)
        words = self._free(span) if kind == "free" else NAMES[kind]
        invoices = self.billed.get(span.period.pk, ()) if span.period is not None else ()
        if invoices:
            words = f"{words}, billed on {', '.join(str(invoice) for invoice in invoices)}"
        return Stretch(
            starts_at=span.span.starts_at,
            ends_at=span.span.ends_at,
            kind=kind,
            when=f"{self.formats.day_of(span.span.starts_at)} – {self.formats.day_of(span.span.ends_at)}",
            words=words,
            address=_address(invoices[0]) if invoices else "",
        )

    def _free(self, span: Span) -> str:
        trial_ends_at = self.subscription.trial_ends_at
        trial = trial_ends_at is not None and span.span.starts_at < trial_ends_at
        return "trial, not billed" if trial else NAMES["free"]

    def _kind(self, span: Span) -> str:
        if not span.billable:
            return "free"
        if span.period is None:
            return "current" if span.span.starts_at <= self.now else "ahead"
        return str(span.period.status)

    def _marks(self, item: Item, spans: Sequence[Span]) -> Iterator[Mark]:
        if item.starts_at > self.subscription.starts_at:
            yield self._mark(item.starts_at, "added")
        for before, after in pairwise(_held(self.quantities.get(item.pk, ()))):
            numbers = f"{self.formats.number(before.quantity)} → {self.formats.number(after.quantity)}"
            yield self._mark(after.at, f"quantity {numbers}")
        for earlier, later in pairwise(spans):
            if earlier.price.pk != later.price.pk:
                yield self._mark(later.span.starts_at, f"price {self._price(earlier)} → {self._price(later)}")
        if item.ends_at is not None:
            yield self._mark(item.ends_at, "ended" if item.ends_at <= self.now else "ends")

    def _price(self, span: Span) -> str:
        return price_in_words(span.price, self.formats, with_setup=False)

    def _mark(self, at: datetime, words: str) -> Mark:
        return Mark(at=at, kind="change", when=self.formats.moment(at), words=words)


def _held(said: Sequence[Bought]) -> list[Bought]:
    """Return what held from when on: at each instant what was said last of all that holds by then."""
    held: list[Bought] = []
    for at in sorted({one.at for one in said}):
        quantity = next(one.quantity for one in reversed(said) if one.at <= at)
        if not held or held[-1].quantity != quantity:
            held.append(Bought(at, quantity))
    return held


def _row(lane: Lane, at: datetime, told: Stretch | Mark) -> Row:
    return Row(at=at, when=told.when, what=lane.name, words=told.words, address=told.address)


def _address(invoice: Invoice) -> str:
    return reverse("admin:invoicing_invoice_change", args=[invoice.pk])


def _instant(mark: Mark) -> datetime:
    return mark.at


def _row_instant(row: Row) -> datetime:
    return row.at

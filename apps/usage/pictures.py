"""Usage drawn: the current period of an item against what is included and allowed, and its last twelve periods."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from apps.catalog.models import Metric
from apps.core.charts import Chart, Drawing, Level, Point, Sparkline, draw, sparkline
from apps.core.formats import Formats
from apps.rating import pricing
from apps.rating.periods import IntervalUnit
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period
from apps.usage import queries, records, series
from apps.usage.models import Limit
from apps.usage.records import Record
from apps.usage.series import Buckets, Every

MOST_PERIODS = 12
LONGEST_IN_HOURS = timedelta(days=3)
LONGEST_IN_DAYS = timedelta(days=367)
MOST_LABELLED = 62
LIMITS = {Limit.Kind.HARD: "limit", Limit.Kind.SOFT: "soft limit", Limit.Kind.NOTIFY: "told at"}
# What a bar shows of a metric whose bars do not add up, and what the whole period is beside them.
BARS = {
    Metric.Aggregation.MAX: ("The greatest of each {}", "The period counts its greatest value."),
    Metric.Aggregation.LATEST: ("The last of each {}", "The period counts its last value."),
    Metric.Aggregation.UNIQUE: (
        "Different ones in each {}",
        "The period counts each of them once, so the bars do not add up to it.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is drawn of an item: `period` is the current one or else the last, `quantity` what it measured so far.

    `share` says how much that is of what is included.
    """

    item: Item
    period: str
    quantity: str
    share: str
    remark: str
    charts: Sequence[Drawing]


def pictures(*, items: Sequence[Item], limits: Mapping[int, Limit], now: datetime, formats: Formats) -> list[Picture]:
    """Draw usage items, which come with their add-on, metric, price and subscription; `limits` are by item id."""
    newest = records.of(periods=timelines.newest_periods(items=items, instant=now, most=MOST_PERIODS))
    covered = {record.period.item_id for record in newest if record.period.covers(now)}
    rest = [item for item in items if item.pk not in covered]
    ahead = timeline.current(items=rest, instant=now, zone=formats.zone) if rest else {}
    found = []
    for item in items:
        history = [record for record in newest if record.period.item_id == item.pk]
        drawn = history[-1].period if history else None
        if item.pk in ahead:
            span = ahead[item.pk]
            drawn = Period(item=item, price=item.price, starts_at=span.starts_at, ends_at=span.ends_at)
        found.append(_Brush(item=item, now=now, formats=formats).picture(drawn, history, limits.get(item.pk)))
    return found


def sparklines(*, periods: Sequence[Period], now: datetime, formats: Formats) -> dict[int, Sparkline]:
    """Draw the days of usage periods small, by period id; of more than a year the last one.

    The periods come with their item's add-on and metric.
    """
    if not periods:
        return {}
    ends_at = max(period.ends_at for period in periods)
    starts_at = max(min(period.starts_at for period in periods), ends_at - LONGEST_IN_DAYS)
    days = series.buckets(starts_at=starts_at, ends_at=ends_at, every=Every.DAY, zone=formats.zone)
    measured = series.measured(periods=periods, into=days)
    dates = days.dates()
    lines = {}
    for period in periods:
        quantities = [measured[period.pk].get(place) for place in days.within(period)]
        used = [(quantity, dates[place]) for place, quantity in measured[period.pk].items() if quantity]
        lines[period.pk] = sparkline(
            quantities, words=_Brush(item=period.item, now=now, formats=formats).peak(used) if used else "Nothing yet"
        )
    return lines


def share_of(*, quantity: Decimal, period: Period, formats: Formats) -> str:
    """Say how much of what a period includes was used: "82 % of 10,000 included"; nothing where none is."""
    included = _included(period)
    if not included:
        return ""
    percent = max(Fraction(quantity), Fraction(0)) * 100 // Fraction(included)
    return f"{formats.number(Decimal(percent))} % of {formats.number(included)} included"


def _included(period: Period) -> Decimal | None:
    """Return the quantity, as it is measured, that a period includes; None in a trial, where everything is free."""
    return pricing.parse(period.price.form).included_quantity() if period.billable else None


@dataclass(frozen=True, kw_only=True)
class _Brush:
    """Draws one item, as of an instant."""

    item: Item
    now: datetime
    formats: Formats

    def picture(self, period: Period | None, history: Sequence[Record], limit: Limit | None) -> Picture:
        """Draw a period, opened or not, and those before it."""
        if period is None:
            return Picture(item=self.item, period="", quantity="", share="", remark="It has not begun yet.", charts=())
        quantity = next((record.quantity for record in history if record.period.pk == period.pk), Decimal(0))
        charts = self._days(period, limit)
        if history:
            charts.append(self._history(history))
        remark = BARS[self._aggregation][1] if self._aggregation in BARS else ""
        return Picture(
            item=self.item,
            period=self._span(period),
            quantity=self.write(quantity),
            share=share_of(quantity=quantity, period=period, formats=self.formats),
            remark=" ".join(filter(None, [remark, "" if period.billable else "It is a trial: nothing is charged."])),
            charts=charts,
        )

    def peak(self, used: Sequence[tuple[Decimal, date]]) -> str:
        """Say the greatest of some days."""
        most, day = max(used)
        return f"Per day; the most is {self.write(most)} on {self.formats.day(day, today=self._today)}"

    def write(self, quantity: Decimal) -> str:
        """Write a quantity with its unit."""
        add_on = self.item.add_on
        assert add_on is not None, "only usage items are drawn"
        return self.formats.quantity(quantity, add_on.unit, add_on.unit_plural)

    def _days(self, period: Period, limit: Limit | None) -> list[Drawing]:
        """Draw what came together so far, where there is something to compare it with; then each day by itself."""
        every = _every(period)
        into = series.buckets(starts_at=period.starts_at, ends_at=period.ends_at, every=every, zone=self.formats.zone)
        stored = [] if period._state.adding else [period]
        alone = series.measured(periods=stored, into=into).get(period.pk, {})
        grown = series.added(periods=stored, into=into).get(period.pk, alone)
        places = range(len(into.starts))
        reached = series.so_far(aggregation=self._aggregation, quantities=[grown.get(place) for place in places])
        levels = self._levels(period, limit)
        charts = []
        if levels:
            points = self._points(into, every, lambda place: reached[place])
            charts.append(
                self._chart(
                    "so-far", "So far in this period", points, heading="By the end of", levels=levels, steps=True
                )
            )
        title, _ = BARS.get(self._aggregation, ("Each {}", ""))
        points = self._points(into, every, lambda place: alone.get(place, Decimal(0)))
        charts.append(self._chart("each", title.format(every.value), points, heading=every.value.capitalize()))
        return charts

    def _history(self, history: Sequence[Record]) -> Drawing:
        """Draw the last periods, late usage apart, against what is included where that was the same in all."""
        included = {_included(record.period) for record in history}
        levels = [Level(name="included", value=value, kind="included") for value in included if value is not None]
        points = [
            Point(
                name=self._span(record.period),
                value=record.quantity,
                label=self._label(record.period),
                part=record.late_quantity,
            )
            for record in history
        ]
        return self._chart(
            "periods",
            "The last twelve periods" if len(history) == MOST_PERIODS else "Each period",
            points,
            heading="Period",
            levels=levels if len(included) == 1 else (),
            part_name="late" if any(record.late_quantity for record in history) else "",
            columns=MOST_PERIODS,
        )

    def _levels(self, period: Period, limit: Limit | None) -> list[Level]:
        levels = []
        included = _included(period)
        if included is not None:
            levels.append(Level(name="included", value=included, kind="included"))
        if limit is not None and limit.quantity is not None:
            levels.append(Level(name=LIMITS[Limit.Kind(limit.kind)], value=limit.quantity, kind="limit"))
        return levels

    def _points(self, into: Buckets, every: Every, value: Callable[[int], Decimal]) -> list[Point]:
        """Make a point of each bucket; those that begin after now have no value yet."""
        points = []
        for place, (start, day) in enumerate(zip(into.starts, into.dates(), strict=True)):
            name = self.formats.day(day, today=self._today)
            label = self.formats.month(day) if every == Every.MONTH else str(day.day) if place else name
            if every == Every.MONTH:
                name = f"{label} {day.year}"
            elif every == Every.HOUR:
                label = self.formats.hour(start)
                name = f"{name}, {label}"
            elif len(into.starts) > MOST_LABELLED:
                label = self.formats.month(day) if day.day == 1 else ""
            elif day.day == 1:
                label = name
            points.append(Point(name=name, value=value(place) if start <= self.now else None, label=label))
        return points

    def _label(self, period: Period) -> str:
        """Name a period by its month or year where it is one, else by its first day."""
        first = local_date(period.starts_at, self.formats.zone)
        unit = self.item.interval.unit if self.item.interval.count == 1 and first.day == 1 else None
        if unit == IntervalUnit.MONTH:
            return self.formats.month(first)
        return (
            str(first.year) if unit == IntervalUnit.YEAR and first.month == 1 else self.formats.day(first, today=first)
        )

    def _span(self, period: Period) -> str:
        ends = (period.starts_at, period.ends_at)
        return " – ".join(self.formats.day_of(instant, today=self._today) for instant in ends)

    def _chart(
        self,
        name: str,
        title: str,
        points: Sequence[Point],
        *,
        heading: str,
        levels: Sequence[Level] = (),
        steps: bool = False,
        part_name: str = "",
        columns: int = 7,
    ) -> Drawing:
        return draw(
            Chart(
                key=f"{self.item.public_id}-{name}",
                title=title,
                headings=(heading, "Quantity"),
                points=points,
                write=self.write,
                short=self.formats.short,
                levels=levels,
                steps=steps,
                part_name=part_name,
                columns=columns,
                empty="Nothing yet.",
            )
        )

    @property
    def _aggregation(self) -> Metric.Aggregation:
        return Metric.Aggregation(queries.metric_of(self.item).aggregation)

    @property
    def _today(self) -> date:
        return local_date(self.now, self.formats.zone)


def _every(period: Period) -> Every:
    """Return how long a bar is: the longer the period, the longer its bars."""
    length = period.ends_at - period.starts_at
    if length <= LONGEST_IN_HOURS:
        return Every.HOUR
    return Every.DAY if length <= LONGEST_IN_DAYS else Every.MONTH

"""Find which usage line of a customer a type names on a day, among those that the customer has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.usage.days import NOON, instant_within
from apps.usage.imports.customers import folded

MOST_KEPT = 20_000
MOST_NAMED = 8
COLUMNS = (
    "subscription__customer_id",
    "pk",
    "public_id",
    "add_on__key",
    "add_on__name",
    "add_on__metric__key",
    "add_on__metric__name",
    "starts_at",
    "ends_at",
)


class UsageLine(NamedTuple):
    """A usage item of a customer, and under which names it goes."""

    customer_id: int
    item_id: int
    public_id: str
    add_on: str
    name: str
    metric: str
    metric_name: str
    starts_at: datetime
    ends_at: datetime | None

    def lives_at(self, instant: datetime) -> bool:
        """Say whether its life covers an instant."""
        return self.starts_at <= instant and (self.ends_at is None or instant < self.ends_at)


@dataclass
class UsageLines:
    """The usage lines of the customers that were looked up; of so many they are kept at the most."""

    kept: dict[int, tuple[UsageLine, ...]] = field(default_factory=dict)

    def of(self, customers: Collection[int]) -> Mapping[int, tuple[UsageLine, ...]]:
        """Return the usage lines of each customer, oldest first, in one query."""
        missing = [pk for pk in customers if pk not in self.kept]
        if missing:
            if len(self.kept) + len(missing) > MOST_KEPT:
                self.kept.clear()
                missing = list(customers)
            self.kept.update(_lines_of(missing))
        return self.kept


def named(lines: Sequence[UsageLine], text: str) -> list[UsageLine]:
    """Return the lines that a text names: by the item's id, the add-on's name or key, else by those of the metric."""
    wanted = folded(text)
    by_add_on = [line for line in lines if wanted in (line.public_id, line.add_on, folded(line.name))]
    return by_add_on or [line for line in lines if wanted in (line.metric, folded(line.metric_name))]


def meant(
    lines: Sequence[UsageLine], when: date | datetime, now: datetime, zone: ZoneInfo
) -> tuple[Sequence[UsageLine], datetime]:
    """Return those of the named lines that live then (all where none does), and the instant that a day is taken for.

    Today is taken for now, another day for its noon, moved into the life of the line that begins or ends on it.
    """
    if isinstance(when, datetime):
        instant = when
    elif when == local_date(now, zone):
        instant = now
    else:
        instant = _noon(when, zone)
    alive = [line for line in lines if line.lives_at(instant)]
    if alive or isinstance(when, datetime) or instant is now:
        return alive or lines, instant
    for line in reversed(lines):
        moved = instant_within(when, line.starts_at, line.ends_at, zone)
        if line.lives_at(moved):
            return [line], moved
    return lines, instant


def none_named(name: str, lines: Sequence[UsageLine]) -> str:
    """Say that a customer has no such usage type, and which it has."""
    names = list(dict.fromkeys(line.name for line in lines))
    if not names:
        return f"{name} has no subscription with usage yet."
    more = " and others" if len(names) > MOST_NAMED else ""
    return f"{name} has no such usage type; it has {', '.join(names[:MOST_NAMED])}{more}."


def several_named(name: str, each: Sequence[str]) -> str:
    """Say that a type names several lines of a customer, and how each is told apart."""
    return f"{name} has several of this then. Write one of these as the type: {', '.join(each[:MOST_NAMED])}."


@lru_cache(maxsize=10_000)
def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, NOON, tzinfo=zone)


def _lines_of(customers: Collection[int]) -> dict[int, tuple[UsageLine, ...]]:
    found: dict[int, list[UsageLine]] = {pk: [] for pk in customers}
    rows = timelines.usage_items_named().filter(subscription__customer__in=customers).order_by("pk")
    for line in map(UsageLine._make, rows.values_list(*COLUMNS)):
        found[line.customer_id].append(line)
    return {pk: tuple(lines) for pk, lines in found.items()}

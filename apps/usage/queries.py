"""Read events: aggregates of periods, exactly as their events say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from msgspec import Struct

from apps.catalog.models import Metric
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage.models import Event

QUANTITY = DecimalField(max_digits=40, decimal_places=12)


class Usage(Struct, frozen=True):
    """What a period measured: the aggregate of its unreversed events, and how many they are.

    `fact_count` counts all that was recorded, reversals and what they took back too: it never falls, so it tells
    whether anything came since.
    """

    quantity: Decimal = Decimal(0)
    event_count: int = 0
    fact_count: int = 0


NOTHING = Usage()


@dataclass(frozen=True)
class Links:
    """Which events take back which, by the key of the one that is looked at, as public ids."""

    reverses: Mapping[int, str] = field(default_factory=dict)
    reversed_by: Mapping[int, str] = field(default_factory=dict)


class Known(NamedTuple):
    """What is stored under an idempotency key: enough to give the first answer again."""

    public_id: str
    content_digest: str
    late: bool


_ANSWERED = (
    *(field.name for field in Event._meta.concrete_fields),
    "item__public_id",
    "item__subscription__customer__public_id",
    "period__starts_at",
    "period__ends_at",
)


def known_keys(*, keys: Sequence[str]) -> dict[str, Known]:
    """Return which of these keys are used, and by what."""
    if not keys:
        return {}
    rows = Event.objects.filter(idempotency_key__any_of=frozenset(keys))  # of a list, Django would look into each
    found = rows.values_list("idempotency_key", "public_id", "content_digest", "late")
    return {str(key): Known(public_id, digest, late) for key, public_id, digest, late in found}


def events_answered(*, public_ids: Sequence[str]) -> dict[str, Event]:
    """Return events by public id with as much of their item, customer and period as an answer shows."""
    rows = Event.objects.filter(public_id__in=public_ids).select_related("item__subscription__customer", "period")
    return {event.public_id: event for event in rows.only(*_ANSWERED)}


def events_named(*, public_ids: Sequence[str]) -> dict[str, Event]:
    """Return events by public id, with their item, add-on, customer and period."""
    related = ("item__subscription__customer", "item__add_on", "period")
    rows = Event.objects.filter(public_id__in=public_ids).select_related(*related)
    return {event.public_id: event for event in rows}


def events(
    *,
    item: str | None = None,
    customer: str | None = None,
    metric: str | None = None,
    add_on: str | None = None,
    occurred_from: datetime | None = None,
    occurred_before: datetime | None = None,
    late: bool | None = None,
    idempotency_key: str | None = None,
) -> QuerySet[Event]:
    """Return events with their item, customer and period; `customer` is a public id or an external id."""
    rows = Event.objects.select_related("item__subscription__customer", "period")
    if any(name is not None for name in (item, customer, metric, add_on)):
        meant = timelines.usage_items_named(item=item, customer=customer, metric=metric, add_on=add_on)
        rows = rows.filter(item__in=list(meant.values_list("pk", flat=True)))
    wanted = {
        "occurred_at__gte": occurred_from,
        "occurred_at__lt": occurred_before,
        "late": late,
        "idempotency_key": idempotency_key,
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


def links_of(*, events: Sequence[Event]) -> Links:
    """Return which of these events take others back, or are taken back, in at most two queries."""
    named = {event.reverses_id: event.pk for event in events if event.reverses_id is not None}
    originals = Event.objects.filter(pk__in=named).values_list("pk", "public_id") if named else ()
    taken_back = Event.objects.filter(reverses_id__in=[event.pk for event in events if not event.is_reversal])
    return Links(
        reverses={named[original]: public_id for original, public_id in originals},
        reversed_by={int(pk or 0): public_id for pk, public_id in taken_back.values_list("reverses_id", "public_id")},
    )


def usage_of(
    *, periods: Iterable[Period], late: bool | None = None, up_to: Mapping[int, int] | None = None
) -> dict[int, Usage]:
    """Return the usage of each period by its id from all its events, in one query per way of aggregating.

    The periods come with their item's add-on and metric. `late` looks only at what arrived after the period was
    closed, or with False only at what had arrived by then; `up_to` only at facts up to an id, by the period's id.
    """
    usage: dict[int, Usage] = {}
    for (aggregation, name), group in by_metric(periods).items():
        usage |= dict.fromkeys((period.id for period in group), NOTHING)
        facts = _facts_of(group, up_to)
        usage.update(_aggregate(aggregation, name, facts if late is None else facts.filter(late=late)))
    return usage


def _facts_of(periods: Sequence[Period], up_to: Mapping[int, int] | None) -> QuerySet[Event]:
    """Return all facts of periods, or those up to an id in each."""
    if up_to is None:
        return Event.objects.filter(period__any_key_counted={period.id for period in periods})
    marked = [Q(period=period.pk, pk__lte=up_to[period.pk]) for period in periods]
    return Event.objects.filter(reduce(or_, marked, Q(pk__isnull=True)))


def by_metric(periods: Iterable[Period]) -> dict[tuple[str, str], list[Period]]:
    """Group periods by how they aggregate: by aggregation, and the property of a unique count."""
    groups: dict[tuple[str, str], list[Period]] = {}
    for period in periods:
        metric = metric_of(period.item)
        groups.setdefault((metric.aggregation, metric.property), []).append(period)
    return groups


def transactions_of(*, period: Period, late: bool | None = None) -> list[Decimal]:
    """Return the quantities of a period's unreversed events in the order in which they are rated as transactions.

    `late` looks at a part of them only, as it does for `usage_of`.
    """
    facts = Event.objects.filter(period=period)
    events = unreversed(facts if late is None else facts.filter(late=late))
    return list(events.order_by("occurred_at", "pk").values_list("quantity", flat=True))


def dated_transactions(
    *, periods: Sequence[Period], up_to: Mapping[int, int] | None = None
) -> dict[int, list[tuple[datetime, Decimal]]]:
    """Return instant and quantity of each unreversed event in the order of rating, by period, in one query.

    `up_to` looks only at facts up to an id, as it does for `usage_of`.
    """
    found: dict[int, list[tuple[datetime, Decimal]]] = {period.pk: [] for period in periods}
    rows = unreversed(_facts_of(periods, up_to)).order_by("period_id", "occurred_at", "pk")
    for period, occurred_at, quantity in rows.values_list("period_id", "occurred_at", "quantity"):
        found[period].append((occurred_at, quantity))
    return found


def transactions_of_many(
    *, periods: Sequence[Period], up_to: Mapping[int, int] | None = None
) -> dict[int, list[Decimal]]:
    """Return the quantities of the unreversed events of periods in the order of rating, by period, in one query.

    `up_to` looks only at facts up to an id, as it does for `usage_of`.
    """
    dated = dated_transactions(periods=periods, up_to=up_to)
    return {period: [quantity for _, quantity in found] for period, found in dated.items()}


def last_instants(*, periods: Sequence[Period]) -> dict[int, datetime]:
    """Return when the last unreversed event of each period happened, by period, in one query."""
    rows = unreversed(Event.objects.filter(period__in=periods)).order_by().values_list("period_id")
    return dict(rows.annotate(last=Max("occurred_at")))


def last_recorded(*, periods: Sequence[Period]) -> datetime | None:
    """Return the latest instant for which anything is recorded in any of these periods; None where nothing is."""
    last: datetime | None = Event.objects.filter(period__in=periods).aggregate(last=Max("occurred_at"))["last"]
    return last


def quantities_alike(
    *, periods: Sequence[Period], quantities: Sequence[Decimal]
) -> list[tuple[int, datetime, Decimal]]:
    """Return item, instant and quantity of the unreversed events of periods that have one of these quantities."""
    rows = unreversed(Event.objects.filter(period__in=periods)).filter(quantity__in=quantities)
    return list(rows.order_by("pk").values_list("item_id", "occurred_at", "quantity"))


def largest_of(*, periods: Sequence[Period]) -> dict[int, tuple[int, Decimal]]:
    """Return how many unreversed events of periods there are, and their largest quantity, by item."""
    rows = unreversed(Event.objects.filter(period__in=periods)).order_by().values_list("item_id")
    return {item: (many, most) for item, many, most in rows.annotate(many=Count("pk"), most=Max("quantity"))}


def unreversed(facts: QuerySet[Event]) -> QuerySet[Event]:
    """Leave out reversals, and the events that one of these facts reverses."""
    taken_back = facts.filter(reverses_id=OuterRef("pk"))
    return facts.filter(~Exists(taken_back), reverses_id__isnull=True)


def metric_of(item: Item) -> Metric:
    """Return what a usage item counts."""
    metric = item.add_on.metric if item.add_on is not None else None
    assert metric is not None, "only usage items are metered"
    return metric


def events_of(*, periods: Sequence[Period]) -> QuerySet[Event]:
    """Return the events of periods, latest first."""
    return Event.objects.filter(period__in=periods).order_by("-occurred_at", "-pk")


def newest_of(*, period: Period, most: int) -> list[Event]:
    """Return what counts among the last `most` facts of a period, the last recorded first.

    Read by an index, so it costs the same however many there are.
    """
    facts = list(Event.objects.filter(period=period).order_by("-pk")[:most])
    taken_back = {fact.reverses_id for fact in facts}
    return [fact for fact in facts if not fact.is_reversal and fact.pk not in taken_back]


def late_counts(*, subscriptions: Iterable[Subscription]) -> dict[int, int]:
    """Return, for each closed period of subscriptions to which something came late, how many facts it has in all."""
    keys = {each.id for each in subscriptions}
    late = Event.objects.filter(late=True, period__item__subscription__any_key=keys)
    found = list(late.order_by().values_list("period", flat=True).distinct())
    if not found:
        return {}
    rows = Event.objects.filter(period__in=found).values_list("period").annotate(facts=Count("pk"))
    return dict(rows)


def fact_counts(*, periods: Iterable[int]) -> dict[int, int]:
    """Return how many facts each of these periods has, by its id."""
    rows = Event.objects.filter(period__in=list(periods)).order_by().values_list("period_id")
    return dict(rows.annotate(facts=Count("pk")))


def newest_reversals(*, periods: Iterable[int]) -> dict[int, datetime]:
    """Return when something of each of these periods was taken back last, by its id; nothing for others."""
    rows = Event.objects.filter(period__in=list(periods), reverses_id__isnull=False).order_by()
    return dict(rows.values_list("period_id").annotate(newest=Max("recorded_at")))


def property_text(name: str) -> Func:
    """Read one property as text, whatever its name looks like; where it is missing or null there is no value."""
    return Func(F("properties"), Value(name), function="jsonb_extract_path_text", output_field=TextField())


IS_EVENT = Q(reverses_id__isnull=True)
EVENTS = Count("pk") - 2 * Count("reverses_id")  # a reversal and what it takes back count for nothing
# A reversal repeats the quantity of what it takes back, so a sum needs no look at which event that was.
SUM = Sum(Case(When(IS_EVENT, then=F("quantity")), default=-F("quantity")), output_field=QUANTITY)


def _aggregate(aggregation: str, name: str, facts: QuerySet[Event]) -> dict[int, Usage]:
    counts = facts.values_list("period_id").annotate(events=EVENTS, facts=Count("pk"))
    if aggregation == Metric.Aggregation.COUNT:
        return {period: Usage(Decimal(events), events, all_of_it) for period, events, all_of_it in counts}
    if aggregation == Metric.Aggregation.SUM:
        rows = facts.values_list("period_id").annotate(measured=SUM, events=EVENTS, facts=Count("pk"))
        return {period: Usage(measured, events, all_of_it) for period, measured, events, all_of_it in rows}
    measured = _measured(aggregation, name, unreversed(facts))
    return {period: Usage(Decimal(measured.get(period, 0)), events, all_of_it) for period, events, all_of_it in counts}


def _measured(aggregation: str, name: str, events: QuerySet[Event]) -> dict[int, Any]:
    """Return what each period measures where that depends on the very events that are left."""
    if aggregation == Metric.Aggregation.LATEST:
        last = events.order_by("period_id", "-occurred_at", "-pk").distinct("period_id")
        return dict(last.values_list("period_id", "quantity"))
    measure = {
        Metric.Aggregation.MAX: Max("quantity", output_field=QUANTITY),
        Metric.Aggregation.UNIQUE: Count(property_text(name), distinct=True),
    }[Metric.Aggregation(aggregation)]
    return dict(events.values_list("period_id").annotate(measured=measure))

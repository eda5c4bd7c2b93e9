"""Read events: aggregates of periods, exactly as their events say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, F, Func, Max, QuerySet, Sum, TextField, Value

from apps.catalog.models import Metric
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage.models import Event

QUANTITY = DecimalField(max_digits=40, decimal_places=12)


@dataclass(frozen=True)
class Usage:
    """What a period measured: the aggregate of its events, and how many they are."""

    quantity: Decimal = Decimal(0)
    event_count: int = 0


def usage_of(*, periods: Iterable[Period]) -> dict[int, Usage]:
    """Return the usage of each period by its id, in one query per way of aggregating.

    The periods come with their item's add-on and metric.
    """
    by_metric: dict[tuple[str, str], list[Period]] = {}
    usage = {}
    for period in periods:
        usage[period.pk] = Usage()
        metric = metric_of(period.item)
        by_metric.setdefault((metric.aggregation, metric.property), []).append(period)
    for (aggregation, name), group in by_metric.items():
        usage.update(_aggregate(aggregation, name, Event.objects.filter(period__in=group)))
    return usage


def transactions_of(*, period: Period) -> list[Decimal]:
    """Return the quantities of a period's events in the order in which they are rated as transactions."""
    return list(Event.objects.filter(period=period).order_by("occurred_at", "pk").values_list("quantity", flat=True))


def metric_of(item: Item) -> Metric:
    """Return what a usage item counts."""
    assert item.add_on is not None and item.add_on.metric is not None, "only usage items are metered"
    return item.add_on.metric


def events_of(*, periods: Sequence[Period]) -> QuerySet[Event]:
    """Return the events of periods, latest first."""
    return Event.objects.filter(period__in=periods).order_by("-occurred_at", "-pk")


def late_counts(*, subscription: Subscription) -> dict[int, int]:
    """Return, for each closed period of a subscription with late events, how many events it has in all."""
    late = Event.objects.filter(late=True, item__subscription=subscription).values("period").distinct()
    rows = Event.objects.filter(period__in=late).values_list("period").annotate(events=Count("pk"))
    return dict(rows)


def _property(name: str) -> Func:
    """Read one property as text, whatever its name looks like; where it is missing or null there is no value."""
    return Func(F("properties"), Value(name), function="jsonb_extract_path_text", output_field=TextField())


def _aggregate(aggregation: str, name: str, events: QuerySet[Event]) -> dict[int, Usage]:
    if aggregation == Metric.Aggregation.LATEST:
        last = events.order_by("period_id", "-occurred_at", "-pk").distinct("period_id")
        quantities = dict(last.values_list("period_id", "quantity"))
        counts = events.values_list("period_id").annotate(events=Count("pk"))
        return {period: Usage(quantities[period], count) for period, count in counts}
    measure = {
        Metric.Aggregation.SUM: Sum("quantity", output_field=QUANTITY),
        Metric.Aggregation.COUNT: Count("pk"),
        Metric.Aggregation.MAX: Max("quantity", output_field=QUANTITY),
        Metric.Aggregation.UNIQUE: Count(_property(name), distinct=True),
    }[Metric.Aggregation(aggregation)]
    rows = events.values_list("period_id").annotate(measured=measure, events=Count("pk"))
    return {period: Usage(Decimal(measured), count) for period, measured, count in rows}

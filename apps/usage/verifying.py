"""What must hold of events and of the rollups that count them. Everything is read from the events themselves."""

from collections.abc import Iterator

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery

from apps.core.verifying import Check
from apps.subscriptions.models import Period
from apps.usage import measuring
from apps.usage.models import Event, Rollup

_RESTORE = "Restore these rows from a backup: no program of this house writes or changes an event so."


def misplaced_events() -> Iterator[str]:
    """Yield the events outside the bounds of their period, or of another item than it."""
    outside = Q(occurred_at__lt=F("period__starts_at")) | Q(occurred_at__gte=F("period__ends_at"))
    rows = Event.objects.filter(outside | ~Q(item=F("period__item")))
    for public_id, period in rows.values_list("public_id", "period__public_id").iterator():
        yield f"event {public_id} does not belong in period {period}"


def repeated_keys() -> Iterator[str]:
    """Yield the idempotency keys under which several events stand."""
    keys = Event.objects.filter(idempotency_key__isnull=False).order_by().values_list("idempotency_key")
    for key, count in keys.annotate(count=Count("pk")).filter(count__gt=1).iterator():
        yield f"{count} events stand under the key {key}"


def wrong_reversals() -> Iterator[str]:
    """Yield the reversals that are not the mirror of one event of their period that nothing else reverses."""
    original = Event.objects.filter(
        pk=OuterRef("reverses_id"),
        reverses_id__isnull=True,
        period=OuterRef("period"),
        item=OuterRef("item"),
        quantity=OuterRef("quantity"),
        occurred_at=OuterRef("occurred_at"),
    )
    reversals = Event.objects.filter(reverses_id__isnull=False)
    mirrored = reversals.annotate(original=Subquery(original.values("pk")))
    for public_id in mirrored.filter(original__isnull=True).values_list("public_id", flat=True).iterator():
        yield f"reversal {public_id} does not mirror an event"
    twice = reversals.order_by().values_list("reverses_id").annotate(count=Count("pk")).filter(count__gt=1)
    for reversed_id, count in twice.iterator():
        yield f"event number {reversed_id} is reversed {count} times"


def wrong_late_flags() -> Iterator[str]:
    """Yield the periods where late is not what came after the closing.

    Events take their numbers under the lock that closing waits for, so all of them that are late have greater ones.
    """
    early = Event.objects.filter(late=True, period__status=Period.Status.CURRENT)
    for public_id, period in early.values_list("public_id", "period__public_id").iterator():
        yield f"event {public_id} is late, but its period {period} is open"
    with_late = Event.objects.filter(late=True).order_by().values("period").distinct()
    order = (
        Event.objects.filter(period__in=with_late)
        .order_by()
        .values_list("period__public_id")
        .annotate(last=Max("pk", filter=Q(late=False)), first=Min("pk", filter=Q(late=True)))
    )
    for period, _, _ in order.filter(last__gt=F("first")).iterator():
        yield f"period {period} has an event on time that came after a late one"


def wrong_rollups() -> Iterator[str]:
    """Yield the periods of which a rollup says something else than the events that it counts."""
    related = ("period__item__organization", "period__item__add_on__metric")
    for rollup in Rollup.objects.select_related(*related).order_by("pk").iterator():
        if not measuring.is_told_truly(rollup=rollup):
            yield f"the rollup of period {rollup.period.public_id} is not what its events add up to"


CHECKS = [
    Check(
        name="events in place",
        holds="Every event lies within the bounds of its period, on the period's item.",
        breaches=misplaced_events,
        then=_RESTORE,
    ),
    Check(
        name="keys unique",
        holds="No two events stand under one idempotency key.",
        breaches=repeated_keys,
        then="Run REINDEX INDEX event_key_once, which fails where a key stands twice, and restore these rows.",
    ),
    Check(
        name="reversals mirror",
        holds="A reversal repeats the one event that it takes back, and is the only one to do so.",
        breaches=wrong_reversals,
        then=_RESTORE,
    ),
    Check(
        name="late flags",
        holds="Late is what came after its period was closed, and nothing else.",
        breaches=wrong_late_flags,
        then=_RESTORE,
    ),
    Check(
        name="rollups",
        holds="A rollup says what the events say that it counts, day by day and in all.",
        breaches=wrong_rollups,
        then="Run manage.py rebuild_rollups. No invoice was made from a rollup.",
    ),
]

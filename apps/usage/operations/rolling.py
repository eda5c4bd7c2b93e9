"""Count the facts of large periods into their rollups, so that nobody has to read them all again.

A recorder draws the ids of its events under the period's lock FOR SHARE and holds it until it commits. Whoever holds
it FOR UPDATE therefore sees every fact of the period that has an id, and whatever comes later gets a greater one:
an event that commits out of order is never skipped (DESIGN rule 6).
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Max

from apps.core.retrying import retried
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import measuring
from apps.usage.measuring import Day
from apps.usage.models import DailyRollup, Event, Rollup

FAR = 1000  # facts that a reader adds up by itself in a millisecond
AT_ONCE = 50_000  # facts counted in one transaction: recorders of the period wait for about as many milliseconds


def catch_up(*, organization: Organization, beyond: int = FAR) -> int:
    """Count the open periods of which more than `beyond` facts are not counted; return how many facts were.

    A period that is being recorded on, or that another worker counts, is left for the end, and waited for then.
    """
    with scope.of(organization):
        counted = 0
        waiting = []
        for period in measuring.far_behind(organization=organization, beyond=beyond):
            facts = advance(period=period, skip_locked=True)
            if facts is None or facts == AT_ONCE:
                waiting.append(period)
            counted += facts or 0
        return counted + sum(_count_all(period) for period in waiting)


def rebuild(*, period: Period) -> int:
    """Count a period from its first fact again, whatever its rollup says; return how many facts it has."""
    forget(period=period)
    return _count_all(period)


def _count_all(period: Period) -> int:
    counted = 0
    while facts := retried(lambda: advance(period=period)):
        counted += facts
        if facts < AT_ONCE:
            break
    return counted


@transaction.atomic
def advance(*, period: Period, skip_locked: bool = False, at_once: int = AT_ONCE) -> int | None:
    """Count up to `at_once` facts beyond the period's mark, move the mark, and return how many they were.

    Nothing is done where nothing came, so it may be repeated at any time; a period that is neither a sum nor a count
    has no rollup. None: `skip_locked`, and another transaction has the period's lock.
    """
    held = Period.objects.select_for_update(of=("self",), skip_locked=skip_locked).filter(pk=period.pk)
    locked = held.select_related("item__add_on__metric", "organization").first()
    if locked is None:
        return None
    return _count(locked, at_once) if measuring.is_added_up(locked) else 0


@transaction.atomic
def forget(*, period: Period) -> None:
    """Throw a period's rollup away: what it counted is read from the events again, until it is counted anew."""
    Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    _forget(period)


def _count(period: Period, at_once: int) -> int:
    zone = period.organization.zone
    rollup = Rollup.objects.filter(period=period).first()
    if rollup is not None and rollup.timezone != zone.key:
        _forget(period)  # its days are those of another calendar
        rollup = None
    if rollup is None:
        rollup = Rollup(organization_id=period.organization_id, period=period, timezone=zone.key)
    facts = Event.objects.filter(period=period, pk__gt=rollup.counted_to).order_by("pk").values("pk")[:at_once]
    counted = facts.aggregate(count=Count("pk"), last=Max("pk"))
    if counted["count"]:
        parts = measuring.facts_by_day(period=period, zone=zone, after=rollup.counted_to, up_to=counted["last"])
        rollup.counted_to = counted["last"]
        rollup.fact_count += counted["count"]
        rollup.event_count += sum(part.event_count for part in parts)
        rollup.quantity += sum(part.quantity for part in parts)
        rollup.save()
        _add_days(period, parts)
    return int(counted["count"])


def _add_days(period: Period, parts: Iterable[Day]) -> None:
    _, days = measuring.counted_days(period=period, zone=period.organization.zone)
    rows = [days[part.day] + part if part.day in days else part for part in parts]
    DailyRollup.objects.bulk_create(
        [
            DailyRollup(
                organization_id=period.organization_id,
                period=period,
                day=row.day,
                quantity=row.quantity,
                event_count=row.event_count,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["period", "day"],
        update_fields=["quantity", "event_count"],
    )


def _forget(period: Period) -> None:
    DailyRollup.objects.filter(period=period).delete()
    Rollup.objects.filter(period=period).delete()

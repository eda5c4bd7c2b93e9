"""Count the facts of large periods into their rollups, so that nobody has to read them all again.

A recorder draws the ids of its events under the period's lock FOR SHARE and holds it until it commits. Whoever holds
it FOR UPDATE therefore sees every fact of the period that has an id, and whatever comes later gets a greater one:
an event that commits out of order is never skipped (DESIGN rule 6). docs/decisions/0010 says more.
"""

from collections.abc import Iterable
from time import monotonic, sleep

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, QuerySet

from apps.core.retrying import retried
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import measuring
from apps.usage.measuring import Day
from apps.usage.models import DailyRollup, Event, Rollup

FAR = 1000  # facts that a reader adds up by itself in a millisecond
AT_ONCE = 50_000  # facts counted in one transaction: recorders of the period wait for about as many milliseconds
MOST = 2**63 - 1  # no id is greater
PATIENCE_SECONDS = 5  # recorders are under way for milliseconds
PAUSES_PER_SECOND = 50


def catch_up(*, organization: Organization, beyond: int = FAR) -> int:
    """Count the open periods of which more than `beyond` facts are not counted; return how many facts were.

    A period on which somebody always records is never free: PostgreSQL lets sharers of a lock pass by whoever waits for
    it alone, for minutes. Such a one is counted as far as no transaction that is under way can reach any more.
    """
    with scope.of(organization):
        counted = 0
        busy = []
        for period in measuring.far_behind(organization=organization, beyond=beyond):
            facts = _count_all(period, skip_locked=True)
            if facts is None:
                busy.append(period)
            counted += facts or 0
        settled = _settled() if busy else None
        if settled is not None:
            counted += sum(_count_settled(period, settled) for period in busy)
        return counted


def rebuild(*, period: Period) -> int:
    """Count a period from its first fact again, whatever its rollup says; return how many facts it has."""
    forget(period=period)
    return _count_all(period) or 0


def _count_all(period: Period, *, skip_locked: bool = False) -> int | None:
    """Count portion by portion; None where another transaction has the lock before the first one."""
    counted = 0
    while True:
        facts = retried(lambda: advance(period=period, skip_locked=skip_locked), also=(IntegrityError,))
        if facts is None:
            return counted or None
        counted += facts
        if facts < AT_ONCE:
            return counted


@transaction.atomic
def advance(*, period: Period, skip_locked: bool = False, at_once: int = AT_ONCE) -> int | None:
    """Count up to `at_once` facts beyond the period's mark, move the mark, and return how many they were.

    Nothing is done where nothing came, so it may be repeated at any time; a period that is neither a sum nor a count
    has no rollup. None: `skip_locked`, and another transaction has the period's lock.
    """
    held = Period.objects.select_for_update(of=("self",), skip_locked=skip_locked).filter(pk=period.pk)
    locked = _described(held).first()
    if locked is None:
        return None
    return _count(locked, at_once) if measuring.is_added_up(locked) else 0


def _settled() -> int | None:
    """Return an id such that no lower one of any event can come any more; None where that takes too long to know.

    Who draws ids has locked a period before, and so has a transaction number, lower than one that is taken after the
    look at the sequence. Once all with lower numbers have ended, every id that was drawn by then is there for good or
    never will be.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence('usage_event', 'id'))")
        (last,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text")
        (number,) = cursor.fetchone()
        ends = monotonic() + PATIENCE_SECONDS
        while monotonic() < ends:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8", [number])
            if cursor.fetchone()[0]:
                return int(last)
            sleep(1 / PAUSES_PER_SECOND)
    return None


def _count_settled(period: Period, settled: int) -> int:
    """Count a period up to an id below which nothing comes any more; nobody waits for it."""
    counted = 0
    while facts := retried(lambda: _advance_settled(period, settled), also=(IntegrityError,)):
        counted += facts
    return counted


@transaction.atomic
def _advance_settled(period: Period, settled: int) -> int:
    return _count(_described(Period.objects.filter(pk=period.pk)).get(), AT_ONCE, up_to=settled)


@transaction.atomic
def forget(*, period: Period) -> None:
    """Throw a period's rollup away: what it counted is read from the events again, until it is counted anew."""
    Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    _forget(period)


def _described(periods: QuerySet[Period]) -> QuerySet[Period]:
    return periods.select_related("item__add_on__metric", "organization")


def _count(period: Period, at_once: int, *, up_to: int = MOST) -> int:
    zone = period.organization.zone
    rollup = Rollup.objects.select_for_update(of=("self",)).filter(period=period).first()
    if rollup is not None and rollup.timezone != zone.key:
        _forget(period)  # its days are those of another calendar
        rollup = None
    if rollup is None:
        rollup = Rollup(organization_id=period.organization_id, period=period, timezone=zone.key)
    facts = Event.objects.filter(period=period, pk__gt=rollup.counted_to, pk__lte=up_to).order_by("pk")
    counted = facts.values("pk")[:at_once].aggregate(count=Count("pk"), last=Max("pk"))
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
    Rollup.objects.filter(period=period).delete()  # first: whoever counts without the period's lock holds this row
    DailyRollup.objects.filter(period=period).delete()

"""The wall clock of a zone against instants: when a local day begins, what the clock on the wall shows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant from which on the zone's calendar shows this day, in UTC.

    Where midnight doesn't exist that is the first valid instant after it; where it comes twice it is the first of both,
    unless the clock went back into the day before. For a day the zone never had it is the start of the next one.
    """
    midnight = datetime.combine(day, time.min)
    first, second = _instant(midnight, zone, fold=0), _instant(midnight, zone, fold=1)
    if _naive(first, zone) != midnight:
        # Midnight falls into a gap: the clock jumps between what the offsets after and before the jump make of it.
        return _first(second, first, lambda instant: _naive(instant, zone) >= midnight)
    if second != first and local_date(second - _SECOND, zone) < day:
        return second
    return first


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Give the date that the zone's calendar shows at an instant."""
    return instant.astimezone(zone).date()


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Give what the zone's clock shows at an instant, as a naive datetime that never runs backwards.

    The first instant of a day reads midnight even where midnight was skipped, and the clock stands still during an
    hour that it shows for the second time, so that a day is a day long however the zone turns its clocks.
    """
    local = instant.astimezone(zone)
    if local.fold:
        return _naive_before_turning_back(local, zone)
    if instant == day_start(local.date(), zone):
        return datetime.combine(local.date(), time.min)
    return local.replace(tzinfo=None)


def _naive_before_turning_back(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the latest time the clock had reached when it was turned back to repeat this time."""
    second_time = local.replace(microsecond=0).astimezone(UTC)
    first_time = local.replace(microsecond=0, fold=0).astimezone(UTC)
    offset = local.utcoffset()
    turned = _first(first_time, second_time, lambda instant: instant.astimezone(zone).utcoffset() == offset)
    return _naive(turned, zone) + (second_time - first_time)


def _instant(naive: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return naive.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _naive(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _first(low: datetime, high: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """Find the whole second from which on something holds that doesn't at `low` and does at `high`."""
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if holds(middle):
            high = middle
        else:
            low = middle
    return high

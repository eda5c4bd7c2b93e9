"""From the day that a person writes down to the instant that an event needs."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.rating.wallclock import day_start, local_date
from apps.subscriptions.models import Item

NOON = time(12)


def instant_on(day: date, *, item: Item, now: datetime) -> datetime | None:
    """Return when usage entered for a whole day is taken to have happened; None means now, for today.

    An earlier day is taken at its local noon, which lies in the right day in every zone and far from the midnights
    at which periods meet. On the day on which the item begins or ends that moves into the item's life, so that usage
    of the first afternoon, or of the last morning, is accepted. A day outside its life stays at noon, to be refused.
    """
    zone = item.organization.zone
    if day == local_date(now, zone):
        return None
    return instant_within(day, item.starts_at, item.ends_at, zone)


def instant_within(day: date, starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> datetime:
    """Return when usage of an earlier day is taken to have happened on an item that lives from and until an instant."""
    noon = datetime.combine(day, NOON, tzinfo=zone)
    begins = max(day_start(day, zone), starts_at)
    ends = day_start(day + timedelta(days=1), zone)
    if ends_at is not None:
        ends = min(ends, ends_at)
    if begins >= ends or begins <= noon < ends:
        return noon
    return begins

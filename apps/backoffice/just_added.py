"""What a person has just added by hand, so that it can be looked at and undone. Kept in the session: ids and prices."""

from collections.abc import Iterable
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.scoped_admin import actor_of, formats_of
from apps.backoffice.entering import Entered
from apps.core.formats import Formats
from apps.rating.wallclock import local_date
from apps.usage import queries as usage
from apps.usage.models import Event

SESSION_KEY = "just_added"
MOST = 20
TAG = "undo-"


def tag(entered: Entered) -> str:
    """Return the tag of a message that offers to undo what was entered."""
    return f"{TAG}{entered.event.pk}"


def remember(request: HttpRequest, entered: Entered) -> None:
    """Keep an entry, with what it added when it was made: later ones may have moved the price of a unit."""
    adds = formats_of(request).amount(entered.adds) if entered.adds is not None else ""
    earlier = request.session.get(SESSION_KEY, [])
    request.session[SESSION_KEY] = [[entered.event.public_id, adds], *earlier][:MOST]


def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what this person added in this session, newest first, with whether it was taken back since."""
    added: dict[str, str] = dict(request.session.get(SESSION_KEY, []))
    events = usage.events_named(public_ids=list(added))
    mine = [events[each] for each in added if each in events and events[each].actor == actor_of(request)]
    return _shown(mine, added, formats_of(request))


def told(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the messages of the page, each with the address that undoes what it tells of, if it can be undone."""
    return [
        {
            "message": message,
            "undo": reverse("admin:usage_event_undo", args=[message.extra_tags.removeprefix(TAG)])
            if (message.extra_tags or "").startswith(TAG)
            else "",
        }
        for message in get_messages(request)
    ]


def _shown(events: Iterable[Event], added: dict[str, str], formats: Formats) -> list[dict[str, Any]]:
    events = list(events)
    taken_back = usage.links_of(events=events).reversed_by
    return [
        {
            "event": event,
            "customer": event.item.subscription.customer,
            "item": event.item,
            "recorded": formats.moment(event.recorded_at),
            "on": formats.day_of(event.occurred_at, today=local_date(event.recorded_at, formats.zone)),
            "amount": formats.number(event.quantity),
            "adds": added[event.public_id],
            "is_taken_back": event.pk in taken_back,
        }
        for event in events
    ]

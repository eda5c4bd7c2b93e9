"""Find and lock the periods of a whole request in one statement, where nothing about it is out of the ordinary.

It is plain where each event names one item that lives at its instant, whose period there collects and has not ended,
where no quantity is below or at zero, and where the organization has no hard limit: nearly always. Then nothing is
missing, late or refused, and the shared lock will do. Everything else goes the way of `locating`, which knows every
rule: what is placed here would be placed there alike, and never the other way round.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
from django.db import connection

from apps.core.fields import PUBLIC_ID
from apps.usage.operations import limiting
from apps.usage.operations.limiting import Rules
from apps.usage.operations.locating import Located
from apps.usage.recording import MOST_AHEAD, NewEvent, Placed, Request
from apps.usage.rules import Place

# How each way of naming a line leads to its items. Names and instants come as one parameter for all events.
_SENT = """
FROM ROWS FROM (
    unnest(%({way}_places)s::int[]), unnest(%({way}_instants)s::timestamptz[]),
    json_array_elements_text(%({way}_names)s::json), json_array_elements_text(%({way}_metrics)s::json),
    json_array_elements_text(%({way}_add_ons)s::json)
) AS sent(place, instant, name, metric, add_on)
"""
_ITEM = """
JOIN subscriptions_item item ON item.organization_id = %(organization)s AND item.public_id = sent.name
JOIN catalog_addon add_on ON add_on.id = item.add_on_id AND add_on.metric_id IS NOT NULL
WHERE true
"""
_CUSTOMER = """
JOIN accounts_customer customer ON customer.organization_id = %(organization)s AND customer.{column} = sent.name
JOIN subscriptions_subscription subscription
    ON subscription.organization_id = %(organization)s AND subscription.customer_id = customer.id
JOIN subscriptions_item item ON item.subscription_id = subscription.id
JOIN catalog_addon add_on ON add_on.id = item.add_on_id
JOIN catalog_metric metric ON metric.id = add_on.metric_id
WHERE (metric.key = sent.metric OR add_on.key = sent.add_on)
"""
_WAYS = {
    "item": _ITEM,
    "customer_id": _CUSTOMER.format(column="public_id"),
    "external_id": _CUSTOMER.format(column="external_id"),
}
_MEANT = "SELECT sent.place, sent.instant, item.id AS item_id, item.subscription_id, item.add_on_id"
_ALIVE = "AND item.starts_at <= sent.instant AND (item.ends_at IS NULL OR item.ends_at > sent.instant)"
# The locks are taken in the order of the ids. What a row must be is looked at again when it had to be waited for, so
# each row that comes back was current under its lock (rule 6).
_PLACED = """
SELECT * FROM (
WITH meant AS MATERIALIZED ({meant})
SELECT meant.place, meant.item_id, period.id, meant.add_on_id, CASE
    WHEN (SELECT EXISTS (SELECT FROM usage_limit WHERE organization_id = %(organization)s)
        OR EXISTS (SELECT FROM usage_alert WHERE organization_id = %(organization)s AND removed_at IS NULL))
    THEN (SELECT plan_id FROM subscriptions_subscription WHERE id = meant.subscription_id)
END, (SELECT count(*) FROM meant) AS meant
FROM meant JOIN subscriptions_period period ON period.item_id = meant.item_id
    AND period.starts_at <= meant.instant AND period.ends_at > meant.instant
WHERE period.status = 'current' AND period.ends_at > %(now)s
    AND NOT EXISTS (SELECT FROM usage_limit WHERE organization_id = %(organization)s AND kind = 'hard')
ORDER BY period.id
FOR SHARE OF period
) AS placed
"""


class NotPlain(Exception):
    """Some periods were locked and others not: to go on takes another transaction."""


def place(request: Request, events: Sequence[NewEvent]) -> Located | None:
    """Place and lock all these events; None where that cannot be done and nothing was locked.

    Raise NotPlain where only some could be placed: the caller's transaction has to be undone.
    """
    instants = [event.occurred_at or request.now for event in events]
    oldest = request.now - timedelta(days=request.organization.late_window_days)
    if min(instants) < oldest or max(instants) > request.now + MOST_AHEAD:
        return None
    if min(event.quantity for event in events) <= 0:
        return None
    rows = _locked(request, events, msgspec.to_builtins(instants))
    if not rows:
        return None
    found = {row[0]: Placed(row[1], row[2], instants[row[0]]) for row in rows}
    rules = _rules_of(rows)
    if not len(found) == len(rows) == rows[0][-1] == len(events) or rules.any_hard:
        raise NotPlain
    return Located([found[number] for number in range(len(events))], rules, {})


def _locked(request: Request, events: Sequence[NewEvent], instants: Sequence[str]) -> list[tuple[Any, ...]]:
    ways: dict[str, list[int]] = {}
    for number, event in enumerate(events):
        ways.setdefault(_way(event), []).append(number)
    values: dict[str, Any] = {"organization": request.organization.pk, "now": request.now}
    for way, numbers in ways.items():
        named = [events[number] for number in numbers]
        values[f"{way}_places"] = _array(map(str, numbers))
        values[f"{way}_instants"] = _array(instants[number] for number in numbers)
        values[f"{way}_names"] = _json([event.item or event.customer for event in named])
        values[f"{way}_metrics"] = _json([event.metric for event in named])
        values[f"{way}_add_ons"] = _json([event.add_on for event in named])
    with connection.cursor() as cursor:
        cursor.execute(_statement(*sorted(ways)), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _rules_of(rows: Sequence[tuple[Any, ...]]) -> Rules:
    """Return the rules of these places; nothing is asked where the organization has none, and so no plan is given."""
    if rows[0][4] is None:
        return limiting.NO_RULES
    return limiting.rules_at({Place(item, plan, add_on) for _, item, _, add_on, plan, _ in rows})


@cache
def _statement(*ways: str) -> str:
    """Return the statement for events that name their lines in these ways: it joins only what these need.

    It begins with SELECT, which changes nothing that has a history: before others the history sets its context.
    """
    meant = " UNION ALL ".join(f"{_MEANT} {_SENT.format(way=way)} {_WAYS[way]} {_ALIVE}" for way in ways)
    return _PLACED.format(meant=meant)


def _way(event: NewEvent) -> str:
    if event.item is not None:
        return "item"
    return "customer_id" if event.customer is not None and PUBLIC_ID.fullmatch(event.customer) else "external_id"


def _array(plain: Iterable[str]) -> str:
    """Write texts in which nothing is special as an array."""
    return "{" + ",".join(plain) + "}"


def _json(texts: Sequence[str | None]) -> str:
    return msgspec.json.encode(texts).decode()

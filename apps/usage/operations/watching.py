"""Look at periods that were recorded in, and fire the alerts that they have reached: each once in a period.

What was fired is a row, unique per alert and period, so a look may be repeated and may be taken by several at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from apps.outbox import operations as outbox
from apps.rating import pricing
from apps.rating.money import AmountTooLarge, Money, to_money
from apps.rating.numbers import plain
from apps.subscriptions.models import Period
from apps.subscriptions.timeline import stored
from apps.usage import crossing, measuring, queries, rules, valuing
from apps.usage.crossing import Reading
from apps.usage.models import Alert, AlertFiring, Limit
from apps.usage.operations import announcing
from apps.usage.queries import Usage

# Nobody closes a period while it is looked at, so what is late and what is not stays so.
_LOCK = "SELECT id FROM subscriptions_period WHERE public_id = ANY(%s) ORDER BY id FOR SHARE"


@dataclass(frozen=True)
class Fired:
    """What one look told."""

    alerts: int = 0
    limits: int = 0


@transaction.atomic
def look(*, periods: Sequence[str], now: datetime) -> Fired:
    """Fire what the periods of these public ids have reached and not told yet; return how much that was.

    Only what was recorded while a period collected counts: late events never fire anything. `now` is business time.
    """
    rows = _locked(periods)
    places = [rules.place_of(period.item) for period in rows]
    limits, alerts = rules.limits_at(places), rules.alerts_at(places)
    usage = _on_time(rows)
    told = set(AlertFiring.objects.filter(period__in=rows).values_list("period_id", "alert_id"))
    fired = [
        _look(
            period,
            usage[period.pk],
            limits.get(period.item_id),
            [alert for alert in alerts.get(period.item_id, ()) if (period.pk, alert.pk) not in told],
            now,
        )
        for period in rows
    ]
    return Fired(sum(each.alerts for each in fired), sum(each.limits for each in fired))


def reading_of(period: Period, usage: Usage, limit: Limit | None) -> Reading:
    """Return what alerts look at, priced by the code that bills; `usage` is what came before the period was closed."""
    subscription = period.item.subscription
    return Reading(
        quantity=usage.quantity,
        amount=_amount(period, usage),
        currency=subscription.currency,
        included=pricing.parse(period.price.form).included_quantity(),
        limit=limit.quantity if limit is not None else None,
    )


def _locked(public_ids: Sequence[str]) -> list[Period]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(public_ids)])
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(Period.objects.filter(pk__in=ids).select_related(*announcing.RELATED).order_by("pk"))


def _on_time(periods: Sequence[Period]) -> dict[int, Usage]:
    collecting = [period for period in periods if period.status == Period.Status.CURRENT]
    closed = [period for period in periods if period.status != Period.Status.CURRENT]
    return {**measuring.so_far(periods=collecting), **queries.usage_of(periods=closed, late=False)}


def _look(period: Period, usage: Usage, limit: Limit | None, alerts: Sequence[Alert], now: datetime) -> Fired:
    reading = reading_of(period, usage, limit) if alerts else None
    fired = sum(_fire(alert, period, reading, now) for alert in crossing.reached(alerts, reading)) if reading else 0
    if limit is None or limit.quantity is None or not usage.quantity >= limit.quantity or not usage.quantity > 0:
        return Fired(alerts=fired)
    reached = announcing.tell_limit(
        period=period, kind=limit.kind, limit=limit.quantity, quantity=usage.quantity, refused=False, now=now
    )
    return Fired(alerts=fired, limits=int(reached is not None))


def _fire(alert: Alert, period: Period, reading: Reading, now: datetime) -> bool:
    """Note that an alert was reached and tell it; False where another look was quicker."""
    amount = reading.amount
    _, is_new = AlertFiring.objects.get_or_create(
        organization_id=period.organization_id,
        alert=alert,
        period=period,
        defaults={
            "item": period.item,
            "quantity": reading.quantity,
            "amount_minor": amount.minor if amount is not None else None,
            "currency": reading.currency,
            "at": now,
        },
    )
    if is_new:
        level = crossing.level_of(alert, reading)
        assert level is not None, "what was reached has a level"
        told = {
            "alert": alert.public_id,
            "basis": alert.basis,
            "threshold": plain(alert.threshold),
            "level": plain(level),
            "quantity": plain(reading.quantity),
            "amount": amount.text() if amount is not None else None,
            "currency": reading.currency,
            "included_units": plain(reading.included) if reading.included is not None else None,
            "limit": plain(reading.limit) if reading.limit is not None else None,
        }
        outbox.append(
            organization=period.organization,
            topic="usage.alert_reached",
            payload={**announcing.said_of(period), **told},
            now=now,
        )
    return is_new


def _amount(period: Period, usage: Usage) -> Money | None:
    try:
        rating = valuing.rated(stored(period), usage, period.organization.zone, late=False)
        return to_money(rating.amount, period.item.subscription.currency)
    except AmountTooLarge:
        return None

"""Say in the outbox that watched periods were recorded in, and that a limit was reached or something refused for it.

Items without limits and alerts write no message, nor do periods in which everything was told already.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.outbox import operations as outbox
from apps.rating.numbers import plain
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage.models import AlertFiring, LimitFiring
from apps.usage.operations.limiting import Room, Rules
from apps.usage.operations.writing import Row

RELATED = ("organization", "price", "item__add_on__metric", "item__subscription__customer")


def tell_recorded(*, organization: Organization, rules: Rules, rows: Iterable[Row], now: datetime) -> None:
    """Append one message that names the watched periods among those of stored events; late ones concern nobody.

    The caller's transaction stores the events. Periods in which there is nothing left to tell are left out.
    """
    watched = rules.watched
    touched = {row.period_id: row.item_id for row in rows if not row.late and row.item_id in watched}
    waiting = _waiting(touched, rules) if touched else []
    if waiting:
        public_ids = Period.objects.filter(pk__in=waiting).order_by("pk").values_list("public_id", flat=True)
        payload = {"periods": list(public_ids)}
        outbox.append(organization=organization, topic="usage.recorded", payload=payload, now=now)


@transaction.atomic
def tell_refused(*, rooms: Collection[Room], now: datetime) -> None:
    """Note for each period, once, that usage was refused for its limit, and tell it.

    A period that was to be opened by the very request that was refused is not there, and stays untold.
    """
    periods = Period.objects.filter(pk__in=[room.period_id for room in rooms]).select_related(*RELATED)
    by_id = {period.pk: period for period in periods.order_by("pk")}
    for room in sorted(rooms, key=lambda room: room.period_id):
        if room.period_id in by_id:
            tell_limit(
                period=by_id[room.period_id], kind="hard", limit=room.limit, quantity=room.used, refused=True, now=now
            )


def tell_limit(
    *, period: Period, kind: str, limit: Decimal, quantity: Decimal, refused: bool, now: datetime
) -> LimitFiring | None:
    """Note that a period reached its limit and tell it; None where that was done before. The caller has a transaction.

    The period comes with its item, add-on, subscription and customer.
    """
    firing, is_new = LimitFiring.objects.get_or_create(
        organization_id=period.organization_id,
        period=period,
        limit_quantity=limit,
        defaults={"item": period.item, "kind": kind, "quantity": quantity, "refused": refused, "at": now},
    )
    if not is_new:
        return None
    told = {"kind": kind, "limit": plain(limit), "quantity": plain(quantity), "refused": refused}
    outbox.append(
        organization=period.organization,
        topic="usage.limit_reached",
        payload={**said_of(period), **told},
        now=now,
    )
    return firing


def said_of(period: Period) -> dict[str, str]:
    """Name a period in a message, and whose it is, for whoever reads the message elsewhere."""
    item = period.item
    assert item.add_on is not None, "only usage items are watched"
    return {
        "customer": item.subscription.customer.public_id,
        "subscription": item.subscription.public_id,
        "item": item.public_id,
        "add_on": item.add_on.key,
        "period": period.public_id,
        "period_starts_at": period.starts_at.isoformat(),
        "period_ends_at": period.ends_at.isoformat(),
    }


def _waiting(touched: dict[int, int], rules: Rules) -> Sequence[int]:
    """Return the periods in which some alert, or the limit, was not told yet."""
    alerts = set(AlertFiring.objects.filter(period__in=touched).values_list("period_id", "alert_id"))
    limits = set(LimitFiring.objects.filter(period__in=touched).values_list("period_id", "limit_quantity"))
    return [
        period
        for period, item in touched.items()
        if any((period, alert.pk) not in alerts for alert in rules.alerts.get(item, ()))
        or (item in rules.limits and (period, rules.limits[item].quantity) not in limits)
    ]

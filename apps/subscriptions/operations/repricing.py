"""Move items to other prices. A period that is open keeps its own; the next one takes the new (BILLING §2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.catalog import operations as catalog
from apps.catalog import queries as prices
from apps.catalog.models import Price
from apps.rating.money import Money
from apps.subscriptions.models import Item, Subscription


@transaction.atomic
def move_to_current_price(*, items: Iterable[Item]) -> list[Item]:
    """Let items follow what their plan or add-on costs now, from their next period on; return those that moved.

    An item with a negotiated price moves too: name only the items that are meant.
    """
    known: dict[tuple[int, int | None, str], Price] = {}
    moved: list[Item] = []
    for item in _locked(items):
        what = item.subscription.plan_id, item.add_on_id, item.subscription.currency
        price = known.get(what) or known.setdefault(what, _current_price(item))
        if price.pk != item.price_id:
            item.price = price
            moved.append(item)
    for price in set(known.values()):
        Item.objects.filter(pk__in=[item.pk for item in moved if item.price_id == price.pk]).update(price=price)
    return moved


@transaction.atomic
def negotiate(*, item: Item, form: Mapping[str, Any], now: datetime, setup_fee: Money | None = None) -> Price:
    """Give one item a price of its own, from its next period on. Raise Refusal naming the wrong member of the form."""
    (locked,) = _locked([item])
    price = catalog.negotiate(price=locked.price, form=form, now=now, setup_fee=setup_fee)
    locked.price = price
    locked.save(update_fields=["price"])
    return price


def _locked(items: Iterable[Item]) -> list[Item]:
    """Lock the items' subscriptions, so that no period is opened at the old price meanwhile."""
    rows = Item.objects.filter(pk__in=[item.pk for item in items])
    holders = Subscription.objects.filter(pk__in=rows.values("subscription")).order_by("pk")
    list(holders.select_for_update(of=("self",)))
    return list(rows.select_related("subscription__plan", "add_on", "price").order_by("pk"))


def _current_price(item: Item) -> Price:
    plan, currency = item.subscription.plan, item.subscription.currency
    if item.add_on is None:
        return prices.base_price(plan=plan, currency=currency)
    return prices.add_on_price(add_on=item.add_on, plan=plan, currency=currency)

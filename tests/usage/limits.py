"""Sellers, customers and limits for the tests of limits and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import Customer
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import queries
from apps.usage.models import Alert, Limit
from apps.usage.recording import NewEvent, Outcome
from apps.usage.rules import Where
from tests import builders
from tests.builders import SEPTEMBER, Offer

INCLUDED = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}
NOON = SEPTEMBER + timedelta(days=9, hours=12)


@dataclass(frozen=True)
class World:
    """A customer with one usage item."""

    seller: Organization
    offer: Offer
    buyer: Customer

    @property
    def item(self) -> Item:
        """The customer's usage item."""
        return Item.objects.select_related("subscription__customer", "add_on__metric", "price").get(
            subscription__customer=self.buyer, add_on=self.offer.add_on
        )

    @property
    def places(self) -> dict[str, Where]:
        """The three places at which a rule may stand."""
        return {
            "item": Where(item=self.item),
            "plan": Where(plan=self.offer.plan, add_on=self.offer.add_on),
            "add_on": Where(add_on=self.offer.add_on),
        }

    def limit(self, quantity: str | None, kind: str = "hard", *, at: str = "item") -> Limit:
        """Limit one of the three places."""
        number = None if quantity is None else Decimal(quantity)
        return usage.set_limit(organization=self.seller, at=self.places[at], kind=kind, quantity=number, now=SEPTEMBER)

    def alert(self, basis: str, threshold: str, *, at: str = "item", **more: Any) -> Alert:
        """Let somebody be told of one of the three places."""
        return usage.add_alert(
            organization=self.seller,
            at=self.places[at],
            basis=basis,
            threshold=Decimal(threshold),
            now=SEPTEMBER,
            **more,
        )

    def new(self, quantity: str, **event: Any) -> NewEvent:
        """Return a request to record so much."""
        event.setdefault("occurred_at", NOON)
        return NewEvent(quantity=Decimal(quantity), item=self.item.public_id, **event)

    def post(self, quantity: str, *, now: datetime = NOON, **event: Any) -> usage.Recorded:
        """Record one event, as a single post does."""
        events = [self.new(quantity, **event)]
        return usage.record_events(organization=self.seller, events=events, now=now, source="api", actor="key_test")[0]

    def post_all(self, quantities: Sequence[str], *, now: datetime = NOON, prefix: str = "n") -> list[Outcome]:
        """Record many events at once."""
        events = [self.new(each, idempotency_key=f"{prefix}-{n}") for n, each in enumerate(quantities)]
        return usage.record_batch(organization=self.seller, events=events, now=now, source="api", actor="key_test")

    def used(self, instant: datetime = NOON) -> Decimal:
        """Return what the period that covers an instant measures."""
        period = Period.objects.select_related("item__add_on__metric").get(
            item=self.item, starts_at__lte=instant, ends_at__gt=instant
        )
        return queries.usage_of(periods=[period])[period.pk].quantity


def world(seller: Organization, **offer: Any) -> World:
    """Sell something to a customer from September on."""
    sold = builders.usage_offer(seller, **offer)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, sold)
    return World(seller, sold, buyer)

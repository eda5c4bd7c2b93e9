"""A seller with two plans and add-ons, for tests of what a subscription can live through."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Plan
from apps.invoicing.lifecycle import starting
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.models import CreditNote, Invoice
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.builders import Offer

WHO = "owner@northwind.example"


def day(text: str) -> datetime:
    """Read an instant of UTC from a date, or a date and a time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Two plans of one product: `basic` at 30 and `pro` at 90 a month, both with calls at 0.10."""

    seller: Organization
    buyer: Customer
    basic: Plan
    pro: Plan
    calls: AddOn
    support: AddOn

    def offer(self, plan: Plan) -> Offer:
        """Return a plan with its usage add-on, as the builders take it."""
        return Offer(plan, self.calls)

    def start(self, at: str = "2026-09-01", **changes: Any) -> Subscription:
        """Put the buyer on the basic plan."""
        chosen: dict[str, Any] = {"plan": self.basic, "now": day(at)} | changes
        return starting.start(organization=self.seller, customer=self.buyer, **chosen)

    def use(self, quantity: str, at: str, **changes: Any) -> None:
        """Record calls."""
        builders.used(self.buyer, self.offer(self.basic), quantity, at=day(at), **changes)

    def close(self, at: str) -> list[str]:
        """Close what is due by a day; return the totals of the invoices."""
        return [invoice.total.text() for invoice in builders.close(self.seller, day(at))]


def world(seller: Organization, **plan: Any) -> World:
    """Build it; `plan` are fields of both plans."""
    offer = builders.usage_offer(seller, key="basic", base="30", name="Call", form=per_unit("0.10"))
    assert offer.add_on is not None
    pro = builders.plan_of(seller, offer.plan.product, key="pro", base="90", timing="advance", now=builders.SEPTEMBER)
    catalog.enable_add_on(plan=pro, add_on=offer.add_on)
    support = add_on(seller, "support", [offer.plan, pro], price="12")
    if plan:
        Plan.objects.update(**plan)
        offer.plan.refresh_from_db()
        pro.refresh_from_db()
    return World(seller, builders.customer(seller), offer.plan, pro, offer.add_on, support)


def add_on(seller: Organization, key: str, plans: list[Plan], *, price: str, **fields: Any) -> AddOn:
    """Create a fixed add-on that may be chosen with plans."""
    setup = fields.pop("setup_fee", "0")
    made = catalog.create_add_on(
        organization=seller,
        key=key,
        name=key.capitalize(),
        unit="one",
        now=builders.SEPTEMBER,
        **{"kind": "fixed", **fields},
    )
    catalog.set_price(
        organization=seller,
        add_on=made,
        currency=seller.currency,
        form=per_unit(price),
        setup_fee=builders.money(setup, seller.currency),
        now=builders.SEPTEMBER,
    )
    for plan in plans:
        catalog.enable_add_on(plan=plan, add_on=made, automatic=False)
    return made


def per_unit(amount: str) -> dict[str, str]:
    """Return the form of a price per unit."""
    return {"model": "per_unit", "unit_amount": amount}


def charged(changed: Changed) -> list[tuple[str, str]]:
    """Return what a verb charged at once, line by line."""
    return [(line.description, money(line.amount_minor)) for line in changed.lines]


def credited(changed: Changed) -> list[tuple[str, str]]:
    """Return what a verb gave back at once, line by line."""
    return [(line.description, money(line.amount_minor)) for line in changed.credit_lines]


def money(minor: int) -> str:
    """Write minor units of a currency with two decimals."""
    return f"{Decimal(minor) / 100:.2f}"


def spans(item: Item) -> list[tuple[str, str, str, bool]]:
    """Return the periods of an item: start, end, status, whether billable."""
    rows = Period.objects.filter(item=item).order_by("starts_at")
    return [(short(row.starts_at), short(row.ends_at), row.status, row.billable) for row in rows]


def short(at: datetime) -> str:
    """Write an instant as a day, with the time unless it is midnight."""
    return f"{at:%m-%d}" if (at.hour, at.minute, at.second) == (0, 0, 0) else f"{at:%m-%d %H:%M}"


def item_of(subscription: Subscription, add_on: AddOn | None = None) -> Item:
    """Return the item of an add-on, or of the base fee, that lives or lived last."""
    return Item.objects.filter(subscription=subscription, add_on=add_on).latest("pk")


def balance(buyer: Customer) -> str:
    """Return what was billed less what was credited."""
    billed = sum(Invoice.objects.filter(customer=buyer).values_list("total_minor", flat=True))
    given = sum(CreditNote.objects.filter(customer=buyer).values_list("total_minor", flat=True))
    return money(billed - given)


def last_event() -> Event:
    """Return what was recorded last."""
    return Event.objects.latest("pk")

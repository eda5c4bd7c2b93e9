"""Small worlds for tests, built through the operations that people and programs use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.accounts import operations as accounts
from apps.accounts.models import Customer, Member, Role
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Plan, Price
from apps.invoicing import tax_rates
from apps.invoicing.lifecycle import starting
from apps.invoicing.models import Invoice, TaxRate
from apps.invoicing.runs import running
from apps.rating.money import Money
from apps.subscriptions.models import Subscription
from apps.tenancy import operations as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent

SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
PASSWORD = "a long enough phrase"


@dataclass(frozen=True)
class Offer:
    """A plan and the usage add-on that comes with it, if any."""

    plan: Plan
    add_on: AddOn | None = None


def organization(key: str = "northwind", *, now: datetime = SEPTEMBER, **settings: Any) -> Organization:
    """Create a seller."""
    settings.setdefault("name", f"{key.capitalize()} Studio")
    settings.setdefault("email", f"billing@{key}.example")
    return tenancy.create_organization(key=key, now=now, **settings)


def member(seller: Organization, role: str = Role.OWNER, *, email: str = "", now: datetime = SEPTEMBER) -> Member:
    """Create a person with a role."""
    with scope.of(seller):
        address = email or f"{role}@{seller.key}.example"
        user = accounts.create_user(email=address, password=PASSWORD, now=now)
        return accounts.add_member(organization=seller, user=user, role=role, now=now)


def usage_offer(
    seller: Organization,
    *,
    key: str = "coaching",
    name: str = "Coaching call",
    unit: tuple[str, str] = ("call", "calls"),
    form: Mapping[str, Any] | None = None,
    setup_fee: str = "0",
    base: str | None = None,
    timing: str = "advance",
    aggregation: str = "sum",
    now: datetime = SEPTEMBER,
) -> Offer:
    """Create a plan with one usage add-on; `base` is its monthly fee, None for a free plan. Coaching is 95 a call."""
    currency = seller.currency
    product = catalog.create_product(organization=seller, key=key, name=f"{name} product", now=now)
    metric = catalog.create_metric(
        organization=seller,
        key=f"{key}-metric",
        name=name,
        aggregation=aggregation,
        property="room" if aggregation == "unique" else "",
        now=now,
    )
    add_on = catalog.create_add_on(
        organization=seller, key=f"{key}-use", name=name, metric=metric, unit=unit[0], unit_plural=unit[1], now=now
    )
    plan = plan_of(seller, product, key=key, base=base, timing=timing, now=now)
    catalog.enable_add_on(plan=plan, add_on=add_on)
    catalog.set_price(
        organization=seller,
        add_on=add_on,
        currency=currency,
        form=form or {"model": "per_unit", "unit_amount": "95"},
        setup_fee=money(setup_fee, currency),
        now=now,
    )
    return Offer(plan, add_on)


def plan_of(seller: Organization, product: Any, *, key: str, base: str | None, timing: str, now: datetime) -> Plan:
    """Create a plan; `base` is its fee per month, None for a free plan."""
    plan = catalog.create_plan(
        organization=seller,
        product=product,
        key=key,
        name=f"{key.capitalize()} plan",
        is_free=base is None,
        timing=timing,
        now=now,
    )
    if base is not None:
        form = {"model": "per_unit", "unit_amount": base}
        catalog.set_price(organization=seller, plan=plan, currency=seller.currency, form=form, now=now)
    return plan


def money(text: str, currency: str) -> Money:
    """Read an amount of a currency with two decimals."""
    return Money(int(Decimal(text) * 100), currency)


def tax_rate(
    seller: Organization,
    rate: str,
    *,
    category: str = "standard",
    country: str = "",
    name: str = "VAT",
    since: date = date(2020, 1, 1),
    until: date | None = None,
) -> TaxRate:
    """Add a rate of tax, of any country unless one is named."""
    return tax_rates.add(
        organization=seller,
        rate=Decimal(rate),
        name=name,
        category=category,
        country=country,
        valid_from=since,
        valid_until=until,
        now=SEPTEMBER,
        actor="owner@northwind.example",
    )


def customer(seller: Organization, name: str = "Fabrikam", *, now: datetime = SEPTEMBER, **details: Any) -> Customer:
    """Create a customer."""
    details.setdefault("email", f"accounts@{name.lower().replace(' ', '-')}.example")
    return accounts.create_customer(organization=seller, name=name, now=now, **details)


def subscribed(buyer: Customer, offer: Offer, *, now: datetime = SEPTEMBER, again: bool = False) -> Subscription:
    """Put a customer on an offer's plan; `again` for a second time."""
    return starting.start(organization=buyer.organization, customer=buyer, plan=offer.plan, now=now, again=again)


def used(
    buyer: Customer, offer: Offer, quantity: str, *, at: datetime, now: datetime | None = None, key: str | None = None
) -> Event:
    """Record usage of an offer's add-on, at its own instant unless `now` says later."""
    assert offer.add_on is not None
    event = NewEvent(
        quantity=Decimal(quantity),
        customer=buyer.public_id,
        add_on=offer.add_on.key,
        occurred_at=at,
        idempotency_key=key,
    )
    recorded = usage.record_events(
        organization=buyer.organization, events=[event], now=now or at, source="admin", actor="owner@northwind.example"
    )
    return recorded[0].event


def close(seller: Organization, at: datetime) -> list[Invoice]:
    """Close everything due at an instant; fail where anything is parked; return the invoices."""
    steps = running.close_due(organization=seller, as_of=at, now=at, by="a test")
    results = [closed for step in steps for closed in step]
    assert not [result.parked_reason for result in results if result.parked_reason]
    return [result.invoice for result in results if result.invoice is not None]


def spoil(price: Price, form: Mapping[str, Any] | None = None) -> None:
    """Write a price form past its freeze, as only a broken migration could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Price.objects.filter(pk=price.pk).update(form=form or {"model": "nonsense"})
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

"""The demonstration: one seller, the offers of the price list, two months of use, closed month by month.

Everything goes through the operations that the admin and the API use; only `now` is told instead of asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from dateutil.relativedelta import relativedelta

from apps.accounts import operations as accounts
from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Plan, Product, Timing
from apps.invoicing import closing
from apps.invoicing.lifecycle import starting
from apps.rating.money import Money, to_money
from apps.tenancy import operations as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent

CURRENCY = "USD"
ACTOR = "demonstration"


@dataclass(frozen=True)
class Offer:
    """One line of the price list, and what its customer used in each month: (month, day, quantity)."""

    customer: str
    plan: str
    add_on: str
    unit: tuple[str, str]
    form: dict[str, Any]
    used: tuple[tuple[int, int, str], ...]
    starts_in_month: int = 1
    setup_fee: str = "0"
    base: str | None = None
    timing: str = Timing.ARREARS


@dataclass(frozen=True)
class Sold:
    """An offer as it stands in the catalog, and who buys it."""

    offer: Offer
    plan: Plan
    add_on: AddOn
    customer: Customer


def per_unit(amount: str, included: str = "0") -> dict[str, Any]:
    """Return the price form of so much a unit beyond the included ones."""
    return {"model": "per_unit", "unit_amount": amount, "included_units": included}


CALLS = ("call", "calls")
OFFERS = (
    Offer(
        customer="Fabrikam Ltd",
        plan="Coaching",
        add_on="Coaching call",
        unit=CALLS,
        form=per_unit("95"),
        setup_fee="45",
        used=((1, 9, "1"), (2, 2, "1"), (2, 9, "1"), (2, 16, "1"), (2, 23, "1")),
    ),
    Offer(
        customer="Contoso Maps",
        plan="API",
        add_on="API calls",
        unit=CALLS,
        form=per_unit("0.001"),
        used=((1, 3, "4000"), (1, 21, "6000"), (2, 5, "25500")),
    ),
    Offer(
        customer="Adatum Retail",
        plan="Pro, billed afterwards",
        add_on="API_CALL",
        unit=CALLS,
        form=per_unit("0.01", included="10000"),
        base="100",
        starts_in_month=2,
        used=((2, 4, "7000"), (2, 18, "5000")),
    ),
    Offer(
        customer="Litware Labs",
        plan="Pro, billed in advance",
        add_on="API_CALL (advance)",
        unit=CALLS,
        form=per_unit("0.01", included="10000"),
        base="100",
        timing=Timing.ADVANCE,
        starts_in_month=2,
        used=((2, 7, "12000"),),
    ),
    Offer(
        customer="Tailspin Telephony",
        plan="VoIP",
        add_on="Minutes",
        unit=("minute", "minutes"),
        form=per_unit("0.05"),
        base="10",
        starts_in_month=2,
        used=((2, 11, "361"),),
    ),
    Offer(
        customer="Woodgrove Storage",
        plan="Storage",
        add_on="Gigabytes",
        unit=("GB", "GB"),
        form=per_unit("0.02"),
        starts_in_month=2,
        used=(),
    ),
)


def step_count() -> int:
    """Return how many steps `perform` yields: the set-up, each start, each use, and each month closed."""
    closings = sum(3 - offer.starts_in_month for offer in OFFERS)
    return 1 + len(OFFERS) + sum(len(offer.used) for offer in OFFERS) + closings


def months_before(today: date) -> list[date]:
    """Return the first days of the last two whole months, and of this one."""
    this = today.replace(day=1)
    return [this - relativedelta(months=2), this - relativedelta(months=1), this]


def perform(*, now: datetime) -> Iterator[str]:
    """Build the demonstration in an empty database and close its two months; yield each step in words."""
    months = months_before(now.date())
    first = _midnight(months[0])
    organization = tenancy.create_organization(
        key="northwind",
        name="Northwind Studio",
        legal_name="Northwind Studio Inc.",
        currency=CURRENCY,
        timezone="UTC",
        email="billing@northwind.example",
        address_line1="12 Harbour Street",
        postal_code="04101",
        city="Portland",
        region="ME",
        country="US",
        payment_details="Bank transfer to Northwind Studio Inc.\nPlease give the invoice number as reference.",
        footer="Northwind Studio Inc. · 12 Harbour Street · Portland, ME 04101",
        now=first,
    )
    with scope.of(organization):
        product = catalog.create_product(organization=organization, key="services", name="Services", now=first)
        sold = [_sell(organization, product, offer, first) for offer in OFFERS]
        yield f"{organization}: {len(OFFERS)} plans and their prices"
        for number, (starts_on, ends_on) in enumerate(pairwise(months), start=1):
            yield from _month(organization, number, sold, _midnight(starts_on))
            for closed in closing.close_due(
                organization=organization, as_of=_midnight(ends_on), now=_midnight(ends_on)
            ):
                assert not closed.parked_reason, closed.parked_reason
                yield f"{starts_on:%B} closed for {closed.subscription.customer}"


def _month(organization: Organization, number: int, sold: Sequence[Sold], starts_at: datetime) -> Iterator[str]:
    for sale in sold:
        if sale.offer.starts_in_month == number:
            starting.start(organization=organization, customer=sale.customer, plan=sale.plan, now=starts_at)
            yield f"{sale.customer} subscribes to {sale.plan}"
        for month, day, quantity in sale.offer.used:
            if month == number:
                _use(organization, sale, quantity, at=starts_at + timedelta(days=day - 1, hours=10))
                yield f"{sale.customer} used {quantity} {sale.add_on.unit_plural}"


def _use(organization: Organization, sale: Sold, quantity: str, *, at: datetime) -> None:
    event = NewEvent(
        quantity=Decimal(quantity), customer=sale.customer.public_id, add_on=sale.add_on.key, occurred_at=at
    )
    usage.record_events(organization=organization, events=[event], now=at, source=Event.Source.COMMAND, actor=ACTOR)


def _sell(organization: Organization, product: Product, offer: Offer, now: datetime) -> Sold:
    key = "-".join(word for word in offer.plan.lower().replace(",", "").split())
    metric = catalog.create_metric(organization=organization, key=f"{key}-use", name=offer.add_on, now=now)
    add_on = catalog.create_add_on(
        organization=organization,
        key=f"{key}-use",
        name=offer.add_on,
        metric=metric,
        unit=offer.unit[0],
        unit_plural=offer.unit[1],
        now=now,
    )
    plan = catalog.create_plan(
        organization=organization,
        product=product,
        key=key,
        name=offer.plan,
        is_free=offer.base is None,
        timing=offer.timing,
        now=now,
    )
    catalog.enable_add_on(plan=plan, add_on=add_on)
    fee = _money(offer.setup_fee)
    catalog.set_price(
        organization=organization, add_on=add_on, currency=CURRENCY, form=offer.form, setup_fee=fee, now=now
    )
    if offer.base is not None:
        catalog.set_price(organization=organization, plan=plan, currency=CURRENCY, form=per_unit(offer.base), now=now)
    slug = offer.customer.split()[0].lower()
    customer = accounts.create_customer(
        organization=organization,
        name=offer.customer,
        email=f"accounts@{slug}.example",
        external_id=f"crm-{slug}",
        address_line1="1 Example Road",
        city="Springfield",
        country="US",
        now=now,
    )
    return Sold(offer, plan, add_on, customer)


def _money(amount: str) -> Money:
    return to_money(Decimal(amount), CURRENCY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)

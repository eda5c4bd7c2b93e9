"""A seller with a subscription of every kind that closing meets, and what closing it left behind, without its ids."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.invoicing.lifecycle import changing, ending, items, pausing, starting
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice, Line, TaxRate
from apps.outbox.models import Message
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer
from tests.lifecycle import worlds

WHO = "owner@northwind.example"
DAY = timedelta(days=1)
DIPS = {"model": "volume", "tiers": [{"up_to": "100", "unit_amount": "1"}, {"up_to": None, "unit_amount": "0.5"}]}
FORMS: dict[str, dict[str, Any]] = {
    "sum": {"model": "per_unit", "unit_amount": "0.07", "included_units": "3", "minimum_amount": "2"},
    "count": {"model": "graduated", "tiers": [{"up_to": "2", "unit_amount": "1"}, {"up_to": None, "unit_amount": "3"}]},
    "max": {"model": "package", "package_size": "5", "package_amount": "9"},
    "unique": {"model": "per_unit", "unit_amount": "4"},
    "latest": DIPS,
}
BY_TRANSACTION = {"model": "percentage", "rate_percent": "2.9", "fixed_amount": "0.30", "free_transactions": "1"}


def build(key: str, **settings: Any) -> Organization:
    """Sell everything in September and October, and close September's end one by one; October's end is due then."""
    seller = builders.organization(key, name="Northwind Studio", email="billing@northwind.example", **settings)
    with scope.of(seller):
        builders.tax_rate(seller, "0.19")
        builders.tax_rate(seller, "0.16", since=date(2026, 10, 1))
        _metered(seller)
        _credited(seller)
        _lives(seller)
        _yearly(seller)
    return seller


def _buyer(seller: Organization, name: str) -> Customer:
    return builders.customer(seller, name, external_id=name)


def _metered(seller: Organization) -> None:
    """Every way of counting, with and without a base fee, with setup fees, late usage and reversals."""
    for number, (aggregation, form) in enumerate(FORMS.items()):
        base, timing = (("100", "advance"), ("30", "arrears"), (None, "advance"))[number % 3]
        offer = builders.usage_offer(
            seller, key=aggregation, form=form, base=base, timing=timing, aggregation=aggregation, setup_fee="45"
        )
        for place in range(3):
            buyer = _buyer(seller, f"{aggregation} {place}")
            builders.subscribed(buyer, offer, now=SEPTEMBER + place * timedelta(hours=7))
            for use in range(place * 3):
                used(buyer, offer, str(use + 1), at=SEPTEMBER + (2 + use) * DAY)
    offer = builders.usage_offer(seller, key="fees", form=BY_TRANSACTION)
    for place in range(2):
        buyer = _buyer(seller, f"fees {place}")
        builders.subscribed(buyer, offer)
        for use in range(4):
            used(buyer, offer, f"{20 + use}.5", at=SEPTEMBER + (2 + use) * DAY)


def _credited(seller: Organization) -> None:
    """A customer with two subscriptions and a balance, and one that owes less than was billed."""
    offers = [builders.usage_offer(seller, key=f"dips {place}".replace(" ", "-"), form=DIPS) for place in range(2)]
    for name in ("with balance", "owes less"):
        buyer = _buyer(seller, name)
        for offer in offers:
            builders.subscribed(buyer, offer)
            used(buyer, offer, "100", at=SEPTEMBER + 3 * DAY)


def _lives(seller: Organization) -> None:
    """Trials, quantities, add-ons, a pause, a suspension, an end, a planned change, one that is not to be priced."""
    offer = builders.usage_offer(seller, key="basic", base="30", name="Call", form=worlds.per_unit("0.10"))
    assert offer.add_on is not None
    pro = builders.plan_of(seller, offer.plan.product, key="pro", base="90", timing="advance", now=SEPTEMBER)
    catalog.enable_add_on(plan=pro, add_on=offer.add_on)
    support = worlds.add_on(seller, "support", [offer.plan, pro], price="12", setup_fee="3")
    once = worlds.add_on(seller, "onboarding", [offer.plan, pro], price="200", kind="one_time")
    trying = builders.plan_of(seller, offer.plan.product, key="trying", base="20", timing="advance", now=SEPTEMBER)
    catalog.enable_add_on(plan=trying, add_on=offer.add_on)
    type(trying).objects.filter(pk=trying.pk).update(trial_days=40)
    trying.refresh_from_db()
    middle = SEPTEMBER + 12 * DAY

    def begun(name: str, **asked: Any) -> Subscription:
        chosen: dict[str, Any] = {"plan": offer.plan, "now": SEPTEMBER} | asked
        subscription = starting.start(organization=seller, customer=_buyer(seller, name), **chosen)
        used(subscription.customer, offer, "17", at=SEPTEMBER + 5 * DAY)
        return subscription

    begun("seats", quantity=Decimal(3), add_ons=[support, once])
    begun("trial", plan=trying)
    begun("calendar", alignment="calendar", now=SEPTEMBER)
    risen = begun("risen", quantity=Decimal(2))
    items.set_quantity(item=_base(risen), quantity=Decimal(5), now=middle, actor=WHO)
    items.set_quantity(item=_base(begun("fallen", quantity=Decimal(5))), quantity=Decimal(2), now=middle, actor=WHO)
    items.add_item(subscription=begun("added"), add_on=support, now=middle, actor=WHO)
    pausing.pause(subscription=begun("paused"), now=middle, actor=WHO)
    again = begun("resumed")
    pausing.pause(subscription=again, now=middle, actor=WHO)
    pausing.resume(subscription=again, now=middle + 5 * DAY, actor=WHO)
    pausing.suspend(subscription=begun("suspended"), now=middle, actor=WHO)
    ending.cancel(subscription=begun("ending"), now=middle, actor=WHO)
    changing.change_plan(subscription=begun("changing"), plan=pro, now=middle, actor=WHO, when="period_end")
    changing.change_plan(subscription=begun("changed"), plan=pro, now=middle, actor=WHO)
    ending.cancel(subscription=begun("gone"), now=middle, actor=WHO, when="now")
    builders.subscribed(_buyer(seller, "free"), Offer(builders.usage_offer(seller, key="free").plan))
    starting.start(
        organization=seller, customer=_buyer(seller, "ahead"), plan=offer.plan, now=middle, starts_at=OCTOBER
    )


def _yearly(seller: Organization) -> None:
    """A monthly metered add-on on a yearly plan."""
    offer = builders.usage_offer(seller, key="yearly", base="1200", form=worlds.per_unit("0.5"))
    type(offer.plan).objects.filter(pk=offer.plan.pk).update(interval_unit="year")
    assert offer.add_on is not None
    type(offer.add_on).objects.filter(pk=offer.add_on.pk).update(interval_unit="month", interval_count=1)
    offer.plan.refresh_from_db()
    buyer = _buyer(seller, "yearly")
    builders.subscribed(buyer, offer)
    used(buyer, offer, "9", at=SEPTEMBER + 5 * DAY)


def arrive_late(seller: Organization) -> None:
    """Record in October what happened in September, what takes away from it, and October's own usage."""
    now = OCTOBER + 2 * DAY
    with scope.of(seller):
        for name in ("sum 1", "count 2", "unique 1", "latest 2", "fees 0", "seats", "owes less", "with balance"):
            _record(seller, name, at=SEPTEMBER + 20 * DAY, now=now, quantity="1" if name[0] in "ow" else "6")
        _record(seller, "gone", at=SEPTEMBER + 8 * DAY, now=now, quantity="6")
        first = Event.objects.filter(item__subscription__customer__name="count 2").earliest("pk")
        usage.reverse_event(
            organization=seller, public_id=first.public_id, reason="no", now=now, source="api", actor=WHO
        )
        for name in ("sum 0", "sum 2", "max 1", "fees 1", "trial", "yearly", "with balance"):
            _record(seller, name, at=OCTOBER + DAY, now=now, quantity="11")


def used(buyer: Customer, offer: Offer, quantity: str, *, at: datetime) -> None:
    """Record one event on an offer, in one of three rooms, at the latest of the instant and the start."""
    assert offer.add_on is not None
    event = NewEvent(
        quantity=Decimal(quantity),
        customer=buyer.public_id,
        add_on=offer.add_on.key,
        occurred_at=at,
        properties={"room": f"room {int(Decimal(quantity)) % 3}"},
    )
    usage.record_events(organization=buyer.organization, events=[event], now=at, source="admin", actor=WHO)


def _record(seller: Organization, name: str, *, at: datetime, now: datetime, quantity: str) -> None:
    for item in Item.objects.filter(subscription__customer__name=name, add_on__kind="usage").order_by("pk"):
        event = NewEvent(
            quantity=Decimal(quantity), item=item.public_id, occurred_at=at, properties={"room": "late room"}
        )
        usage.record_events(organization=seller, events=[event], now=now, source="api", actor=WHO)


def _base(subscription: Subscription) -> Item:
    return Item.objects.get(subscription=subscription, add_on__isnull=True)


def left_behind(seller: Organization) -> dict[str, list[str]]:
    """Return all that closing wrote, without ids and numbers, each table's rows in the order of their texts."""
    with scope.of(seller):
        names = _names()
        return {
            model.__name__: sorted(_told(row, names, what) for row in _rows_of(model))
            for model, what in _OWNERS.items()
        }


def _rows_of(model: Any) -> Any:
    """Leave out what tells of a run: closing one by one has none."""
    rows = model._default_manager.all()
    return rows.exclude(object_type="run") if model is AuditEntry else rows


def _names() -> dict[str, str]:
    """Return a lasting name for each random id and each number, by the id."""
    named: dict[str, str] = {}
    for rate in TaxRate.objects.all():
        named[rate.public_id] = str(rate)
    for customer in Customer.objects.all():
        named[customer.public_id] = f"customer {customer.name}"
    for subscription in Subscription.objects.select_related("customer", "plan__product"):
        named[subscription.public_id] = f"subscription {_of(subscription)}"
    for item in Item.objects.select_related("subscription__customer", "subscription__plan", "add_on"):
        named[item.public_id] = f"item {item} of {item.subscription.customer.name}"
    for invoice in Invoice.objects.select_related("subscription__customer", "subscription__plan__product"):
        name = f"invoice {invoice.boundary_at} {_of(invoice.subscription)}" if invoice.subscription else "invoice"
        named[invoice.public_id] = name
        if invoice.number:
            named[invoice.number] = name
    for note in CreditNote.objects.select_related("invoice"):
        named[note.public_id] = named[note.number] = f"note on {named[note.invoice.public_id]}"
    return named


def _of(subscription: Subscription) -> str:
    """Name a subscription by its customer and what was sold first."""
    first = subscription.items.order_by("pk").select_related("price__add_on", "price__plan").first()
    assert first is not None
    return f"{subscription.customer.name} {first.price.plan or first.price.add_on}"


def _told(row: Any, names: dict[str, str], owner: Callable[[Any], str]) -> str:
    left_out = {field.name for field in row._meta.concrete_fields if field.is_relation or field.primary_key}
    left_out |= {"public_id", "sequence", "position", "created_at"} if not isinstance(row, Line) else {"public_id"}
    values = {
        field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in left_out
    }
    text = json.dumps({"of": owner(row), **values}, cls=DjangoJSONEncoder, sort_keys=True, default=str)
    for public_id, name in names.items():
        text = text.replace(f'"{public_id}"', f'"{name}"')
    return text


_OWNERS: dict[Any, Callable[[Any], str]] = {
    Period: lambda row: f"{_of(row.item.subscription)} {row.item}",
    Charge: lambda row: f"{_of(row.item.subscription)} {row.item} {row.period} {row.price.form}",
    Invoice: lambda row: f"{_of(row.subscription)}" if row.subscription else "",
    Line: lambda row: f"{row.invoice.boundary_at} {_of(row.invoice.subscription)} {row.charge.period}",
    CreditNote: lambda row: f"{_of(row.invoice.subscription)} {row.invoice.boundary_at}",
    CreditLine: lambda row: f"{_of(row.line.invoice.subscription)} {row.charge.revision} {row.line.position}",
    Allocation: lambda row: f"{_of(row.invoice.subscription)} {row.invoice.boundary_at} {row.credit_note.total_minor}",
    Subscription: lambda row: _of(row),
    Message: lambda row: "",
    AuditEntry: lambda row: "",
}


def gaps(rows: Iterable[int | None]) -> list[int]:
    """Return the places that are missing, or there twice, in a series that ends at its greatest."""
    found = sorted(row or 0 for row in rows)
    return [place for place, number in enumerate(found, start=1) if place != number]


__all__ = ["NOVEMBER", "OCTOBER", "arrive_late", "build", "gaps", "left_behind"]

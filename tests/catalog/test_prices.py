"""Prices: superseded, never edited; items keep theirs until they are moved."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.catalog import queries
from apps.catalog.models import Price
from apps.core.refusals import Refusal
from apps.rating.money import Money
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

LATER = SEPTEMBER + timedelta(days=5)


def per_unit(amount: str, **terms: Any) -> dict[str, Any]:
    return {"model": "per_unit", "unit_amount": amount, **terms}


def test_a_new_price_supersedes_the_old_one(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    assert offer.add_on is not None
    new = catalog.set_price(organization=seller, add_on=offer.add_on, currency="USD", form=per_unit("120"), now=LATER)
    old, current = Price.objects.order_by("pk")
    assert (old.superseded_at, current) == (LATER, new)
    assert queries.add_on_price(add_on=offer.add_on, plan=offer.plan, currency="USD") == new


def test_currencies_stand_beside_each_other(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    assert offer.add_on is not None
    catalog.set_price(organization=seller, add_on=offer.add_on, currency="EUR", form=per_unit("90"), now=LATER)
    builders.subscribed(builders.customer(seller, currency="EUR"), offer)
    assert Item.objects.get().price.currency == "EUR"
    assert Price.objects.filter(superseded_at__isnull=True).count() == 2


def test_a_plans_own_price_goes_before_the_add_ons(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    assert offer.add_on is not None
    own = catalog.set_price(
        organization=seller, plan=offer.plan, add_on=offer.add_on, currency="USD", form=per_unit("80"), now=LATER
    )
    assert queries.add_on_price(add_on=offer.add_on, plan=offer.plan, currency="USD") == own
    assert Price.objects.filter(superseded_at__isnull=True).count() == 2


def test_a_plan_may_include_more_units(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45")
    assert offer.add_on is not None
    (own,) = catalog.include_units(plan=offer.plan, add_on=offer.add_on, units=Decimal(2), now=LATER)
    assert (own.form["included_units"], own.form["unit_amount"], own.setup_fee_minor) == ("2", "95", 4500)
    (again,) = catalog.include_units(plan=offer.plan, add_on=offer.add_on, units=Decimal("3"), now=LATER)
    assert again.form["included_units"] == "3"
    own.refresh_from_db()
    assert own.superseded_at == LATER


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"model": "per_unit"}, "form.unit_amount"),
        ({"model": "nonsense"}, "form.model"),
        (per_unit("-1"), "form.unit_amount"),
        (per_unit("1", colour="red"), "form.colour"),
        (per_unit("1", minimum_amount="5", maximum_amount="4"), "form.minimum_amount"),
    ],
)
def test_a_wrong_form_is_refused_by_member_and_supersedes_nothing(
    seller: Organization, form: dict[str, Any], field: str
) -> None:
    offer = builders.usage_offer(seller)
    with pytest.raises(Refusal) as refused:
        catalog.set_price(organization=seller, add_on=offer.add_on, currency="USD", form=form, now=LATER)
    assert refused.value.field == field
    assert Price.objects.get().superseded_at is None


def test_items_move_when_told_and_from_their_next_period_on(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    catalog.set_price(organization=seller, add_on=offer.add_on, currency="USD", form=per_unit("120"), now=LATER)
    (moved,) = subscriptions.move_to_current_price(items=Item.objects.all())
    assert subscriptions.move_to_current_price(items=Item.objects.all()) == []
    assert moved.price.form["unit_amount"] == "120"
    builders.used(buyer, offer, "1", at=LATER)
    builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=1), now=OCTOBER + timedelta(days=1))
    invoices = builders.close(seller, NOVEMBER)
    assert [invoice.total.text() for invoice in invoices] == ["95.00", "120.00"]


def test_an_item_may_have_a_negotiated_price_that_nobody_else_gets(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45")
    builders.subscribed(builders.customer(seller, "Fabrikam"), offer)
    price = subscriptions.negotiate(item=Item.objects.get(), form=per_unit("70"), now=LATER, setup_fee=Money(0, "USD"))
    assert (price.negotiated, price.add_on, price.setup_fee_minor) == (True, offer.add_on, 0)
    builders.subscribed(builders.customer(seller, "Contoso"), offer)
    assert [item.price.form["unit_amount"] for item in Item.objects.order_by("pk")] == ["70", "95"]
    assert Price.objects.get(negotiated=False).superseded_at is None


def test_a_setup_fee_in_another_currency_is_refused(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    with pytest.raises(Refusal) as refused:
        catalog.set_price(
            organization=seller,
            add_on=offer.add_on,
            currency="USD",
            form=per_unit("1"),
            setup_fee=Money(1, "EUR"),
            now=LATER,
        )
    assert refused.value.field == "setup_fee"


PERCENTAGE = {"model": "percentage", "rate_percent": "2.5", "fixed_amount": "0.30", "free_transactions": "1"}


def test_a_percentage_rates_each_event_in_its_order(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=PERCENTAGE)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "200", at=SEPTEMBER + timedelta(days=4))
    builders.used(buyer, offer, "1000", at=SEPTEMBER + timedelta(days=2), now=SEPTEMBER + timedelta(days=5))
    (invoice,) = builders.close(seller, OCTOBER)
    assert invoice.total.text() == "5.30"


def test_a_percentage_is_refused_where_no_amounts_are_summed(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="10")
    with pytest.raises(Refusal) as refused:
        catalog.set_price(organization=seller, plan=offer.plan, currency="USD", form=PERCENTAGE, now=LATER)
    assert (refused.value.code, refused.value.field) == ("percentage_needs_a_sum", "form.model")

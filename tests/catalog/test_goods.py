"""What may change of what is sold, what may not, and what archiving means."""

from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Feature, Plan, PlanFeature
from apps.core.refusals import Refusal
from apps.subscriptions.models import Item
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER


def test_names_change_and_keys_do_not(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    assert catalog.update(row=offer.plan, name="Better coaching").name == "Better coaching"
    with pytest.raises(Refusal) as refused:
        catalog.update(row=offer.plan, key="other")
    assert (refused.value.code, refused.value.field) == ("cannot_change", "key")


def test_an_archived_plan_is_not_started_again(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    catalog.archive(row=offer.plan, now=SEPTEMBER)
    with pytest.raises(Refusal) as refused:
        builders.subscribed(builders.customer(seller), offer)
    assert (refused.value.code, refused.value.field) == ("plan_archived", "plan")
    catalog.restore(row=Plan.objects.get())
    builders.subscribed(builders.customer(seller), builders.Offer(Plan.objects.get()))


def test_an_archived_add_on_stays_with_who_has_it_and_comes_to_nobody_else(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="10")
    first, second = builders.customer(seller, "First"), builders.customer(seller, "Second")
    builders.subscribed(first, offer)
    catalog.archive(row=AddOn.objects.get(), now=SEPTEMBER)
    builders.subscribed(second, offer)
    assert Item.objects.filter(subscription__customer=first).count() == 2
    assert Item.objects.filter(subscription__customer=second).count() == 1


def test_an_add_on_stays_enabled_for_at_least_one_plan(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    assert offer.add_on is not None
    with pytest.raises(Refusal) as refused:
        catalog.disable_add_on(plan=offer.plan, add_on=offer.add_on)
    assert refused.value.code == "add_on_without_plan"
    other = builders.usage_offer(seller, key="other")
    catalog.enable_add_on(plan=other.plan, add_on=offer.add_on)
    catalog.disable_add_on(plan=offer.plan, add_on=offer.add_on)
    assert [row.plan for row in offer.add_on.plan_add_ons.all()] == [other.plan]


def test_a_yearly_plan_may_carry_a_monthly_add_on(seller: Organization) -> None:
    builders.usage_offer(seller, base="100")
    Plan.objects.update(interval_unit="year")
    AddOn.objects.update(interval_unit="month")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, builders.Offer(Plan.objects.get(), AddOn.objects.get()))
    base, metered = Item.objects.order_by("pk")
    assert (base.interval_unit, metered.interval_unit) == ("year", "month")
    (invoice,) = builders.close(seller, OCTOBER)
    assert [line.kind for line in invoice.lines.all()] == ["usage"]


@pytest.mark.parametrize(
    ("kind", "good", "stored", "bad"),
    [
        ("boolean", True, True, "true"),
        ("boolean", False, False, 1),
        ("number", "10.50", "10.5", "many"),
        ("number", 3, "3", 3.5),
        ("number", "0", "0", True),
        ("text", "priority", "priority", ""),
        ("text", "x" * 500, "x" * 500, "x" * 501),
        ("text", "a", "a", None),
    ],
)
def test_a_feature_has_a_value_of_its_kind_on_a_plan(
    seller: Organization, kind: str, good: Any, stored: Any, bad: Any
) -> None:
    plan = builders.usage_offer(seller).plan
    feature = catalog.create_feature(
        organization=seller, product=plan.product, key="f", name="F", kind=kind, now=SEPTEMBER
    )
    catalog.set_feature(plan=plan, feature=feature, value=good)
    assert PlanFeature.objects.get().value == stored
    with pytest.raises(Refusal) as refused:
        catalog.set_feature(plan=plan, feature=feature, value=bad)
    assert refused.value.field == "value"
    assert PlanFeature.objects.get().value == stored
    catalog.clear_feature(plan=plan, feature=feature)
    assert not PlanFeature.objects.exists()


def test_a_feature_of_another_product_is_refused(seller: Organization) -> None:
    plan, other = (builders.usage_offer(seller, key=key).plan for key in ("one", "two"))
    feature = catalog.create_feature(
        organization=seller, product=other.product, key="f", name="F", kind=Feature.Kind.BOOLEAN, now=SEPTEMBER
    )
    with pytest.raises(Refusal) as refused:
        catalog.set_feature(plan=plan, feature=feature, value=True)
    assert refused.value.code == "other_product"

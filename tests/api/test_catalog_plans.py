"""Plans: what they carry, and how features and add-ons are put on them and taken away."""

from typing import Any

import pytest

from apps.catalog.models import Plan, PlanFeature, Price
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.builders import Offer


@pytest.fixture(autouse=True)
def offer(seller: Organization) -> Offer:
    """A free plan with an add-on that is counted, at 95 a unit."""
    return builders.usage_offer(seller)


def made_feature(keeper: Program, kind: str, key: str = "seats") -> str:
    feature = keeper.post("features", {"product": "coaching", "key": key, "name": key, "kind": kind})
    return str(feature.json()["id"])


def test_a_plan_shows_its_features_and_add_ons(keeper: Program, offer: Offer) -> None:
    made = keeper.post("plans", {"product": "coaching", "key": "pro", "name": "Pro", "interval_unit": "year"})
    assert made.status_code == 201
    assert (made.json()["features"], made.json()["add_ons"]) == ({}, [])
    made_feature(keeper, "number")
    keeper.put("plans/pro/features/seats", {"value": "10"})
    answer = keeper.put("plans/pro/add-ons/coaching-use", {"automatic": False}).json()
    assert answer == keeper.get("plans/pro").json()
    assert offer.add_on is not None
    assert answer.pop("created_at")
    assert answer == {
        "id": Plan.objects.get(key="pro").public_id,
        "key": "pro",
        "name": "Pro",
        "product": offer.plan.product.public_id,
        "is_free": False,
        "interval_unit": "year",
        "interval_count": 1,
        "timing": "advance",
        "alignment": "anniversary",
        "trial_days": 0,
        "after_trial": "convert",
        "features": {"seats": "10"},
        "add_ons": [{"id": offer.add_on.public_id, "key": "coaching-use", "name": "Coaching call", "automatic": False}],
        "archived_at": None,
    }
    assert [row["key"] for row in keeper.get("plans", product="coaching").json()["results"]] == ["pro", "coaching"]


@pytest.mark.parametrize(
    ("kind", "good", "shown", "bad", "code"),
    [
        ("boolean", True, True, "true", "not_a_boolean"),
        ("boolean", False, False, 1, "not_a_boolean"),
        ("number", "10.50", "10.5", "many", "not_a_number"),
        ("number", 3, "3", True, "not_a_number"),
        ("number", 0.1, "0.1", "1e5", "not_a_number"),
        ("text", "priority", "priority", "", "not_a_text"),
        ("text", "x", "x", "x" * 501, "not_a_text"),
        ("text", "x", "x", None, "null"),
        ("text", "x", "x", ["x"], "invalid"),
        ("text", "x", "x", "a\x00b", "invalid"),
    ],
)
def test_a_feature_has_a_value_of_its_kind(
    keeper: Program, kind: str, good: Any, shown: Any, bad: Any, code: str
) -> None:
    feature = made_feature(keeper, kind)
    for named in ("seats", feature):
        assert keeper.put(f"plans/coaching/features/{named}", {"value": good}).json()["features"] == {"seats": shown}
    assert fault(keeper.put("plans/coaching/features/seats", {"value": bad})) == (400, code, "value")
    assert keeper.get("plans/coaching").json()["features"] == {"seats": shown}
    for _ in range(2):
        taken = keeper.change("DELETE", "plans/coaching/features/seats")
        assert (taken.status_code, taken.json()["features"]) == (200, {})
    assert not PlanFeature.objects.exists()


def test_a_feature_of_another_product_is_not_there(keeper: Program) -> None:
    keeper.post("products", {"key": "other", "name": "Other"})
    feature = keeper.post("features", {"product": "other", "key": "seats", "name": "Seats"}).json()
    for named in ("seats", feature["id"], "nothing", "fea_00000000000000000000", "%00", "ü"):
        refused = keeper.put(f"plans/coaching/features/{named}", {"value": True})
        assert fault(refused) == (404, "not_found", None), named
    assert fault(keeper.put("plans/nothing/features/seats", {"value": True}))[0] == 404


def test_an_add_on_comes_with_a_plan_with_units_of_its_own(keeper: Program, offer: Offer) -> None:
    for units in ("2", "3.5", "3.50"):
        answer = keeper.put(f"plans/coaching/add-ons/{offer.add_on.public_id}", {"included_units": units})  # type: ignore[union-attr]
        assert answer.status_code == 200
        assert [row["automatic"] for row in answer.json()["add_ons"]] == [True]
    own = keeper.get("prices", plan="coaching", current="true").json()["results"]
    assert [(row["form"]["included_units"], row["form"]["unit_amount"]) for row in own] == [("3.5", "95")]
    assert Price.objects.filter(plan=offer.plan).count() == 2  # the third said nothing new


def test_units_of_an_add_on_without_a_price_are_refused_and_it_is_not_enabled(keeper: Program) -> None:
    keeper.post("add-ons", {"key": "bare", "name": "Bare", "metric": "coaching-metric", "unit": "call"})
    refused = keeper.put("plans/coaching/add-ons/bare", {"included_units": "5"})
    assert fault(refused) == (400, "no_price", "add_on")
    assert [row["key"] for row in keeper.get("plans/coaching").json()["add_ons"]] == ["coaching-use"]


def test_what_is_wrong_with_an_offer_is_named(keeper: Program) -> None:
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"automatic": "no"}, "invalid", "automatic"),
        ({"automatic": None}, "null", "automatic"),
        ({"included_units": "-1"}, "invalid_number", "included_units"),
        ({"included_units": "many"}, "invalid_number", "included_units"),
        ({"included_units": "9" * 16}, "invalid_number", "included_units"),
        ({"price": "5"}, "unknown", "price"),
    ]
    for body, code, field in bad:
        assert fault(keeper.put("plans/coaching/add-ons/coaching-use", body)) == (400, code, field), body
    assert Price.objects.count() == 1


def test_an_add_on_stays_enabled_for_at_least_one_plan(keeper: Program) -> None:
    refused = keeper.change("DELETE", "plans/coaching/add-ons/coaching-use")
    assert fault(refused) == (409, "add_on_without_plan", "add_on")
    keeper.post("plans", {"product": "coaching", "key": "pro", "name": "Pro"})
    keeper.put("plans/pro/add-ons/coaching-use", {})
    for _ in range(2):
        taken = keeper.change("DELETE", "plans/coaching/add-ons/coaching-use")
        assert (taken.status_code, taken.json()["add_ons"]) == (200, [])
    assert [row["key"] for row in keeper.get("plans/pro").json()["add_ons"]] == ["coaching-use"]
    assert fault(keeper.change("DELETE", "plans/pro/add-ons/coaching-use", {"why": "x"})) == (400, "unknown", "why")

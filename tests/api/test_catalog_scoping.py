"""The catalog of one organization does not exist for another, and only who may keep it may write it."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.accounts.models import Role
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Feature, Metric, Plan, Price, Product
from apps.subscriptions.models import Item
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram
from tests.builders import SEPTEMBER, Offer

PER_UNIT = {"model": "per_unit", "unit_amount": "1"}
KINDS = ["products", "features", "metrics", "plans", "add-ons", "prices"]


def full(seller: Organization, key: str) -> dict[str, Any]:
    """Make one of everything in an organization; return its rows by kind."""
    offer = builders.usage_offer(seller, key=key, base="5")
    builders.subscribed(builders.customer(seller), offer)
    catalog.create_feature(
        organization=seller, product=offer.plan.product, key=f"{key}-seats", name="Seats", now=SEPTEMBER
    )
    models = (Product, Feature, Metric, Plan, AddOn, Price)
    rows: dict[str, Any] = {kind: model.objects.earliest("pk") for kind, model in zip(KINDS, models, strict=True)}
    return {**rows, "items": Item.objects.earliest("pk")}


def writes(rows: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Return a good request for each write, by the ids of these rows: (method, path, body)."""
    ids = {kind: row.public_id for kind, row in rows.items()}
    goods = [kind for kind in KINDS if kind != "prices"]
    return [
        *(("PATCH", f"{kind}/{ids[kind]}", {"name": "New"}) for kind in goods),
        *(("POST", f"{kind}/{ids[kind]}/{verb}", {}) for kind in goods for verb in ("archive", "restore")),
        ("PUT", f"plans/{ids['plans']}/features/{ids['features']}", {"value": True}),
        ("DELETE", f"plans/{ids['plans']}/features/{ids['features']}", None),
        ("PUT", f"plans/{ids['plans']}/add-ons/{ids['add-ons']}", {"automatic": False}),
        ("DELETE", f"plans/{ids['plans']}/add-ons/{ids['add-ons']}", None),
        ("POST", f"items/{ids['items']}/price", {"form": PER_UNIT}),
    ]


def creations(rows: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Return a good request for each creation that names one of these rows, and the member that names it."""
    ids = {kind: row.public_id for kind, row in rows.items()}
    return [
        ("features", {"product": ids["products"], "key": "f", "name": "F"}, "product"),
        ("plans", {"product": ids["products"], "key": "p", "name": "P"}, "product"),
        ("add-ons", {"metric": ids["metrics"], "key": "a", "name": "A", "unit": "u"}, "metric"),
        ("prices", {"plan": ids["plans"], "currency": "EUR", "form": PER_UNIT}, "plan"),
        ("prices", {"add_on": ids["add-ons"], "currency": "EUR", "form": PER_UNIT}, "add_on"),
        ("prices/quote", {"price": ids["prices"], "quantity": "1"}, "price"),
        ("items/move", {"plan": ids["plans"]}, "plan"),
        ("items/move", {"items": [ids["items"]]}, "items"),
    ]


@pytest.fixture
def theirs(seller: Organization, other_seller: Organization) -> dict[str, Any]:
    """One of everything in another organization."""
    with scope.fresh(), scope.of(other_seller):
        return full(other_seller, "their")


def test_what_another_organization_sells_does_not_exist(
    keeper: Program, seller: Organization, theirs: dict[str, Any]
) -> None:
    for kind in KINDS:
        row = theirs[kind]
        unknown = keeper.get(f"{kind}/{row.public_id[:4]}{'0' * 20}")
        assert unknown.status_code == 404
        for named in (row.public_id, getattr(row, "key", row.public_id)):
            assert keeper.get(f"{kind}/{named}").json() == unknown.json()
        assert keeper.get(kind).json()["results"] == []
        assert fault(keeper.get(kind, cursor=row.public_id)) == (400, "invalid_cursor", "cursor")


def test_nothing_of_another_organization_is_written(
    keeper: Program, seller: Organization, theirs: dict[str, Any]
) -> None:
    for method, path, body in writes(theirs):
        assert fault(keeper.change(method, path, body)) == (404, "not_found", None), path
    for path, body, field in creations(theirs):
        assert fault(keeper.post(path, body)) == (400, f"unknown_{field}", field), path
    offer: Offer = builders.usage_offer(seller)
    for part in ("features", "add-ons"):
        refused = keeper.put(f"plans/{offer.plan.key}/{part}/{theirs[part].public_id}", {})
        assert fault(refused) == (404, "not_found", None)


def test_filters_find_nothing_of_another_organization(
    keeper: Program, seller: Organization, theirs: dict[str, Any]
) -> None:
    builders.usage_offer(seller)
    for kind, name, named in [
        ("features", "product", "products"),
        ("plans", "product", "products"),
        ("add-ons", "metric", "metrics"),
        ("add-ons", "plan", "plans"),
        ("prices", "plan", "plans"),
        ("prices", "add_on", "add-ons"),
    ]:
        for value in (theirs[named].public_id, theirs[named].key):
            assert keeper.get(kind, **{name: value}).json()["results"] == []


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_keep_the_catalog_writes_it(program_as: MakeProgram, seller: Organization, role: str) -> None:
    mine = full(seller, "coaching")
    program = program_as(role)
    may = role in (Role.OWNER, Role.ADMIN)
    for kind in KINDS:
        assert program.get(kind).status_code == 200
        assert program.get(f"{kind}/{mine[kind].public_id}").status_code == 200
    for method, path, body in writes(mine):
        refused = program.change(method, path, body).status_code == 403
        assert refused is not may, path
    for path, body, _ in creations(mine):
        refused = program.post(path, body).status_code == 403
        assert refused is (not may and path != "prices/quote"), path
    for kind in ("products", "metrics"):
        assert (program.post(kind, {"key": "new", "name": "New"}).status_code == 403) is not may


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "prices"])
def test_what_is_no_reference_is_not_found(keeper: Program, kind: str) -> None:
    for bad in ("1", "prd_", "%00", "ü", "x" * 1000, "PRD_00000000000000000000", "No%20Key"):
        assert keeper.get(f"{kind}/{bad}").status_code == 404, bad
        assert keeper.post(f"{kind}/{bad}/archive", {}).status_code == 404, bad


def test_an_id_goes_before_a_key_that_looks_like_it(keeper: Program, seller: Organization) -> None:
    first = keeper.post("products", {"key": "one", "name": "One"}).json()
    keeper.post("products", {"key": first["id"], "name": "Its id as a key"})
    assert keeper.get(f"products/{first['id']}").json() == first


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_queries_does_not_grow(
    program: Program, seller: Organization, django_assert_max_num_queries: Callable[[int], Any], kind: str
) -> None:
    for number in range(8):
        offer = builders.usage_offer(seller, key=f"offer-{number}", base="5")
        feature = catalog.create_feature(
            organization=seller, product=offer.plan.product, key="seats", name="Seats", now=SEPTEMBER
        )
        catalog.set_feature(plan=offer.plan, feature=feature, value=True)
    program.get(kind)
    with django_assert_max_num_queries(4 if kind == "plans" else 2):
        assert len(program.get(kind).json()["results"]) >= 8

"""Products, features, metrics and add-ons: create, read, list, change, archive, and every refusal by name."""

from typing import Any

import pytest
from django.apps import apps

from apps.catalog.models import AddOn, Feature, Metric, Plan, Product
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import DOOR, Program, fault
from tests.builders import Offer

NEW: dict[str, dict[str, Any]] = {
    "products": {"key": "storage", "name": "Storage"},
    "features": {"product": "coaching", "key": "seats", "name": "Seats", "kind": "number"},
    "metrics": {"key": "tokens", "name": "Tokens"},
    "plans": {"product": "coaching", "key": "pro", "name": "Pro"},
    "add-ons": {"key": "token-use", "name": "Tokens", "metric": "coaching-metric", "unit": "token"},
}
MODELS = {"products": Product, "features": Feature, "metrics": Metric, "plans": Plan, "add-ons": AddOn}
KINDS = list(NEW)


@pytest.fixture(autouse=True)
def offer(seller: Organization) -> Offer:
    """A product, a metric, an add-on and a plan, all with keys that begin with coaching."""
    return builders.usage_offer(seller)


def test_a_product_is_created_read_and_listed(keeper: Program, seller: Organization) -> None:
    made = keeper.post("products", {"key": "storage", "name": "Storage", "tax_category": "digital"})
    row = Product.objects.get(key="storage")
    assert made.status_code == 201
    answer = {**made.json()}
    assert answer.pop("created_at")
    assert answer == {
        "id": row.public_id,
        "key": "storage",
        "name": "Storage",
        "currency": "USD",
        "tax_category": "digital",
        "archived_at": None,
    }
    assert row.organization == seller
    for named in (row.public_id, "storage"):
        assert keeper.get(f"products/{named}").json() == made.json()
    assert [row["key"] for row in keeper.get("products").json()["results"]] == ["storage", "coaching"]
    assert keeper.get("products", key="storage").json() == {"next": None, "results": [made.json()]}


def test_a_feature_belongs_to_a_product(keeper: Program) -> None:
    product = Product.objects.get()
    made = keeper.post("features", NEW["features"]).json()
    assert (made["product"], made["kind"], made["key"]) == (product.public_id, "number", "seats")
    assert keeper.get(f"features/{made['id']}").json() == made
    assert keeper.get("features/seats").status_code == 404  # another product may have seats too
    other = keeper.post("products", {"key": "other", "name": "Other"}).json()
    assert keeper.post("features", {**NEW["features"], "product": other["id"]}).status_code == 201
    for query, found in (({}, 2), ({"product": "coaching"}, 1), ({"product": other["id"]}, 1), ({"product": "x"}, 0)):
        assert len(keeper.get("features", **query).json()["results"]) == found, query


def test_a_metric_may_count_distinct_values(keeper: Program) -> None:
    made = keeper.post("metrics", {"key": "users", "name": "Users", "aggregation": "unique", "property": "user_id"})
    assert (made.json()["aggregation"], made.json()["property"]) == ("unique", "user_id")
    found = keeper.get("metrics", aggregation="unique").json()["results"]
    assert [row["key"] for row in found] == ["users"]
    assert keeper.get("metrics/coaching-metric").json()["property"] == ""


def test_an_add_on_may_have_its_own_interval(keeper: Program) -> None:
    made = keeper.post("add-ons", {**NEW["add-ons"], "unit_plural": "tokens", "interval_unit": "month"}).json()
    metric = Metric.objects.get()
    assert (made["kind"], made["metric"], made["unit_plural"]) == ("usage", metric.public_id, "tokens")
    assert (made["interval_unit"], made["interval_count"]) == ("month", 1)
    once = keeper.post("add-ons", {"key": "setup", "name": "Setup", "kind": "one_time", "unit": "setup"}).json()
    assert (once["metric"], once["unit_plural"], once["interval_unit"], once["interval_count"]) == (
        None,
        "setup",
        None,
        None,
    )
    queries = {
        "setup": {"kind": "one_time"},
        "token-use coaching-use": {"metric": "coaching-metric"},
        "coaching-use": {"plan": "coaching"},
        "": {"plan": "nothing"},
    }
    for keys, query in queries.items():
        found = keeper.get("add-ons", **query).json()["results"]
        assert " ".join(row["key"] for row in found) == keys, query


CHANGES = [
    ("products/coaching", {"name": "Better", "currency": "EUR", "tax_category": "digital"}),
    ("metrics/coaching-metric", {"name": "Better"}),
    ("plans/coaching", {"name": "Better", "trial_days": 14}),
    ("add-ons/coaching-use", {"name": "Better", "unit": "hour", "unit_plural": "hours", "tax_category": "digital"}),
]


@pytest.mark.parametrize(("path", "changes"), CHANGES)
def test_what_may_change_changes_and_the_rest_stays(keeper: Program, path: str, changes: dict[str, Any]) -> None:
    before = keeper.get(path).json()
    answer = keeper.patch(path, changes)
    assert answer.status_code == 200
    assert answer.json() == {**before, **changes} == keeper.get(path).json()
    assert keeper.patch(path, {}).json() == answer.json()


STAYS = {
    "products/coaching": ["key"],
    "metrics/coaching-metric": ["key", "aggregation", "property"],
    "plans/coaching": ["key", "product", "is_free", "interval_unit", "interval_count", "timing"],
    "add-ons/coaching-use": ["key", "kind", "metric", "interval_unit", "interval_count"],
}


@pytest.mark.parametrize("path", STAYS)
def test_what_stays_is_refused_by_name(keeper: Program, path: str) -> None:
    before = keeper.get(path).json()
    for member in STAYS[path]:
        refused = keeper.patch(path, {"name": "Better", member: "other"})
        assert fault(refused) == (400, "cannot_change", member)
    assert fault(keeper.patch(path, {"name": "Better", "colour": "red"})) == (400, "unknown", "colour")
    assert keeper.get(path).json() == before


def test_a_features_name_changes_and_its_kind_stays(keeper: Program) -> None:
    made = keeper.post("features", NEW["features"]).json()
    assert keeper.patch(f"features/{made['id']}", {"name": "Places"}).json() == {**made, "name": "Places"}
    for member in ("key", "kind", "product"):
        assert fault(keeper.patch(f"features/{made['id']}", {member: "text"})) == (400, "cannot_change", member)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_taken_once(keeper: Program, kind: str) -> None:
    assert keeper.post(kind, NEW[kind]).status_code == 201
    before = MODELS[kind].objects.count()
    assert fault(keeper.post(kind, {**NEW[kind], "name": "Another"})) == (409, "key_taken", "key")
    assert MODELS[kind].objects.count() == before


@pytest.mark.parametrize("kind", KINDS)
def test_archived_is_offered_no_longer_until_restored(keeper: Program, kind: str) -> None:
    made = keeper.post(kind, NEW[kind]).json()
    path = f"{kind}/{made['id']}"
    archived = keeper.post(f"{path}/archive", {})
    assert archived.json()["archived_at"]
    assert keeper.send(f"{path}/archive", "").json() == archived.json() == keeper.get(path).json()
    for word, is_there in (("true", True), ("false", False)):
        found = keeper.get(kind, archived=word).json()["results"]
        assert (made["id"] in [row["id"] for row in found]) is is_there
    assert keeper.post(f"{path}/restore", {}).json() == made
    assert fault(keeper.post(f"{path}/archive", {"at": "now"})) == (400, "unknown", "at")


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    *((kind, {"colour": "red"}, "unknown", "colour") for kind in KINDS),
    *((kind, {"key": None}, "null", "key") for kind in KINDS),
    *((kind, {"key": "No Spaces"}, "invalid", "key") for kind in KINDS),
    *((kind, {"key": "k" * 51}, "max_length", "key") for kind in KINDS),
    *((kind, {"key": 7}, "invalid", "key") for kind in KINDS),
    *((kind, {"name": ""}, "blank", "name") for kind in KINDS),
    *((kind, {"name": "n" * 201}, "max_length", "name") for kind in KINDS),
    *((kind, {"name": "a\x00b"}, "null_characters_not_allowed", "name") for kind in KINDS),
    ("products", {"currency": "usd"}, "currency", "currency"),
    ("products", {"currency": "XXX"}, "currency", "currency"),
    ("products", {"tax_category": "Full rate"}, "invalid", "tax_category"),
    ("features", {"product": "nothing"}, "unknown_product", "product"),
    ("features", {"product": "\ud800"}, "surrogate_characters_not_allowed", "product"),
    ("features", {"kind": "colour"}, "invalid_choice", "kind"),
    ("metrics", {"aggregation": "median"}, "invalid_choice", "aggregation"),
    ("metrics", {"aggregation": ["sum"]}, "invalid_choice", "aggregation"),
    ("metrics", {"aggregation": "unique"}, "unique_names_a_property", "property"),
    ("metrics", {"property": "user_id"}, "unique_names_a_property", "property"),
    ("plans", {"product": "nothing"}, "unknown_product", "product"),
    ("plans", {"is_free": "true"}, "invalid", "is_free"),
    ("plans", {"is_free": 1}, "invalid", "is_free"),
    ("plans", {"interval_unit": "fortnight"}, "invalid_choice", "interval_unit"),
    ("plans", {"interval_count": 0}, "min_value", "interval_count"),
    ("plans", {"interval_count": 367}, "max_value", "interval_count"),
    ("plans", {"interval_count": 1.5}, "invalid", "interval_count"),
    ("plans", {"interval_count": True}, "invalid", "interval_count"),
    ("plans", {"timing": "late"}, "invalid_choice", "timing"),
    ("plans", {"trial_days": -1}, "min_value", "trial_days"),
    ("plans", {"trial_days": 731}, "max_value", "trial_days"),
    ("add-ons", {"metric": "nothing"}, "unknown_metric", "metric"),
    ("add-ons", {"metric": None}, "usage_has_metric", "metric"),
    ("add-ons", {"kind": "fixed"}, "usage_has_metric", "metric"),
    ("add-ons", {"unit": ""}, "blank", "unit"),
    ("add-ons", {"interval_count": 3}, "required", "interval_unit"),
    ("add-ons", {"tax_category": "Full rate"}, "invalid", "tax_category"),
]


@pytest.mark.parametrize(("kind", "wrong", "code", "field"), BAD)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    keeper: Program, kind: str, wrong: dict[str, Any], code: str, field: str
) -> None:
    before = MODELS[kind].objects.count()
    assert fault(keeper.post(kind, {**NEW[kind], **wrong})) == (400, code, field)
    assert MODELS[kind].objects.count() == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_named(keeper: Program, kind: str) -> None:
    required = {"key", "name"} | ({"product"} & set(NEW[kind])) | ({"unit"} & set(NEW[kind]))
    faults = keeper.post(kind, {}).json()["errors"]
    assert {(error["code"], error["field"]) for error in faults} == {("required", field) for field in required}
    bodies: list[Any] = [[], "text", None]
    for body in bodies:
        assert fault(keeper.post(kind, body))[:2] == (400, "not_an_object"), body


@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_that_means_nothing_is_refused(keeper: Program, kind: str) -> None:
    bad = [("archived", "yes"), ("archived", "1"), ("archived", ""), ("limit", "0"), ("cursor", "1"), ("name", "x")]
    for name, value in bad:
        assert (fault(keeper.get(kind, **{name: value}))[0::2]) == (400, name), name
    posted = keeper.client.post(
        f"{DOOR}{kind}?limit=1", NEW[kind], content_type="application/json", headers=keeper.headers
    )
    assert fault(posted) == (400, "unknown", "limit")


def test_lists_are_cut_into_pages(keeper: Program) -> None:
    for number in range(4):
        keeper.post("metrics", {"key": f"m-{number}", "name": f"Metric {number}"})
    page = keeper.get("metrics", limit="3", archived="false").json()
    assert [row["key"] for row in page["results"]] == ["m-3", "m-2", "m-1"]
    following = keeper.client.get(page["next"], headers=keeper.headers).json()
    assert [row["key"] for row in following["results"]] == ["m-0", "coaching-metric"]
    assert following["next"] is None


def test_the_history_says_which_key_wrote(keeper: Program) -> None:
    keeper.post("products", NEW["products"])
    history: Any = apps.get_model("catalog", "ProductHistory")
    told = history.objects.select_related("pgh_context").get(key="storage")
    assert told.pgh_context.metadata["api_key"].startswith("key_")

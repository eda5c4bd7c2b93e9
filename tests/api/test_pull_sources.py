"""Programs name the usage system of an item, see how it answers, and take it away."""

from typing import Any

import pytest

from apps.accounts.models import Customer, Role
from apps.subscriptions.models import Item
from apps.usage.models import PullSource
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram
from tests.builders import OCTOBER
from tests.usage.usage_systems import tick, usage_system

URL = "https://usage.example.com/quantity"


@pytest.fixture
def item(buyer: Customer) -> Item:
    return Item.objects.get(subscription__customer=buyer)


def test_the_secret_is_in_the_first_answer_alone(keeper: Program, item: Item) -> None:
    path = f"items/{item.public_id}/pull-source"
    nothing = {"item": item.public_id, "url": None, "asks_from": None, "pulls": []}
    assert keeper.get(path).json() == nothing
    made = keeper.change("PUT", path, {"url": URL}).json()
    assert made.pop("secret").startswith("whsec_")
    assert made == {**nothing, "url": URL, "asks_from": "2026-09-10T12:00:00Z"}
    assert keeper.get(path).json() == made
    assert keeper.change("PUT", path, {"url": URL + "/2"}).json()["secret"] is None
    assert keeper.change("PUT", path, {"url": URL, "new_secret": True}).json()["secret"].startswith("whsec_")
    assert keeper.change("DELETE", path).json() == nothing
    assert keeper.change("DELETE", path).json() == nothing


def test_it_shows_how_the_system_answers(
    keeper: Program, item: Item, seller: Any, settings: Any, django_assert_max_num_queries: Any
) -> None:
    path = f"items/{item.public_id}/pull-source"
    with usage_system(settings) as system:
        system.secret = keeper.change("PUT", path, {"url": system.url}).json()["secret"]
        system.answers = [(503, b""), {"quantity": "2.50"}]
        tick(seller, OCTOBER)
        (pull,) = keeper.get(path).json()["pulls"]
        assert (pull["status"], pull["tries"], pull["quantity"]) == ("waiting", 1, None)
        assert pull["answer"] == "It answered with status 503 instead of 200."
        assert pull["period"] == {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-10-01T00:00:00Z"}
        for minute in (1, 2):
            tick(seller, OCTOBER.replace(minute=minute))
        with django_assert_max_num_queries(6):
            (pull,) = keeper.get(path).json()["pulls"]
        assert (pull["status"], pull["quantity"], pull["answer"]) == ("done", "2.5", "")
        assert pull["id"] == system.questions[0]["id"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "required", "url"),
        ({"url": None}, "null", "url"),
        ({"url": 12}, "invalid", "url"),
        ({"url": ""}, "blank", "url"),
        ({"url": "https://10.0.0.1/"}, "url_refused", "url"),
        ({"url": "http://usage.example.com/"}, "url_refused", "url"),
        ({"url": f" {URL}"}, "url_refused", "url"),
        ({"url": URL + "x" * 2000}, "max_length", "url"),
        ({"url": URL, "secret": "mine"}, "unknown", "secret"),
        ({"url": URL, "new_secret": "yes"}, "invalid", "new_secret"),
        ({"url": URL, "include_ended": 1}, "invalid", "include_ended"),
    ],
)
def test_what_is_wrong_is_named(keeper: Program, item: Item, body: Any, code: str, field: str) -> None:
    assert fault(keeper.change("PUT", f"items/{item.public_id}/pull-source", body)) == (400, code, field)
    assert not PullSource.objects.exists()


def test_an_unknown_item_is_not_found_and_a_developer_may_only_look(
    keeper: Program, program_as: MakeProgram, item: Item
) -> None:
    unknown = "items/itm_00000000000000000000/pull-source"
    assert fault(keeper.change("PUT", unknown, {"url": URL}))[0] == 404
    assert fault(keeper.get(unknown))[0] == fault(keeper.change("DELETE", unknown))[0] == 404
    path = f"items/{item.public_id}/pull-source"
    developer = program_as(Role.DEVELOPER)
    assert developer.get(path).status_code == 200
    assert fault(developer.change("PUT", path, {"url": URL}))[0] == 403
    assert fault(developer.change("DELETE", path))[0] == 403

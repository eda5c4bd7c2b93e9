"""Programs ask what somebody may do, and keep the answer for a while."""

from decimal import Decimal
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.invoicing.lifecycle import ending, starting
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.rules import Where
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON
from tests.builders import SEPTEMBER, Offer


@pytest.fixture
def offer(seller: Organization) -> Offer:
    """A plan with two features and calls, of which 1,000 are allowed and 100 included."""
    form = {"model": "per_unit", "unit_amount": "0.1", "included_units": "100"}
    made = builders.usage_offer(seller, key="team", base="12", form=form)
    for key, kind, value in (("projects", "number", "10"), ("priority", "boolean", True)):
        of_it = catalog.create_feature(
            organization=seller, product=made.plan.product, key=key, name=key, kind=kind, now=SEPTEMBER
        )
        catalog.set_feature(plan=made.plan, feature=of_it, value=value)
    usage.set_limit(
        organization=seller, at=Where(add_on=made.add_on), kind="hard", quantity=Decimal(1000), now=SEPTEMBER
    )
    return made


@pytest.fixture
def subscription(seller: Organization, offer: Offer) -> Subscription:
    buyer = builders.customer(seller, external_id="crm-7")
    held = starting.start(organization=seller, customer=buyer, plan=offer.plan, now=SEPTEMBER)
    subscriptions.change_seats(subscription=held, now=NOON, actor="it", assign=["user-1"])
    builders.used(buyer, offer, "40", at=NOON)
    return held


def test_what_a_grantee_may_do(program: Program, subscription: Subscription) -> None:
    answer = program.get("entitlements", grantee="user-1", product="team")
    told = answer.json()
    (balance,) = told.pop("balances")
    (used,) = told.pop("subscriptions")
    assert told == {
        "access": True,
        "expires_at": None,
        "plans": ["team"],
        "features": {"team": {"priority": True, "projects": "10"}},
    }
    assert len(balance.pop("items")) == 1
    assert balance == {
        "metric": "team-metric",
        "unit": "call",
        "used": "40",
        "included": "100",
        "included_left": "60",
        "limit": {"kind": "hard", "quantity": "1000"},
        "left": "960",
        "resets_at": "2026-10-01T00:00:00Z",
    }
    assert (used["id"], used["status"], used["access"], used["access_until"]) == (
        subscription.public_id,
        "active",
        True,
        None,
    )


def test_a_customer_is_asked_for_by_either_key(program: Program, subscription: Subscription) -> None:
    for name in ("crm-7", subscription.customer.public_id):
        assert program.get("entitlements", customer=name).json()["plans"] == ["team"]
    assert program.get("entitlements", grantee="user-1", customer="crm-7").json()["access"] is True


def test_who_is_not_known_has_no_access(program: Program, subscription: Subscription) -> None:
    for who in ({"grantee": "nobody"}, {"customer": "nobody"}, {"grantee": "user-1", "product": "none"}):
        assert program.get("entitlements", **who).json() == {
            "access": False,
            "expires_at": None,
            "plans": [],
            "features": {},
            "balances": [],
            "subscriptions": [],
        }


def test_an_end_is_told(program: Program, subscription: Subscription) -> None:
    ending.cancel(subscription=subscription, now=NOON, actor="it")
    told = program.get("entitlements", grantee="user-1").json()
    assert (told["access"], told["expires_at"]) == (True, "2026-10-01T00:00:00Z")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "grantee"),
        ({"product": "team"}, "grantee"),
        ({"grantee": ""}, "grantee"),
        ({"grantee": "x" * 201}, "grantee"),
        ({"grantee": "a", "metric": "b"}, "metric"),
    ],
)
def test_bad_queries_name_the_parameter(program: Program, query: dict[str, str], field: str) -> None:
    status, _, named = fault(program.get("entitlements", **query))
    assert (status, named) == (400, field)


def test_the_answer_may_be_kept_and_asked_for_again(
    program: Program, seller: Organization, offer: Offer, subscription: Subscription
) -> None:
    first = program.get("entitlements", grantee="user-1")
    assert (first["Cache-Control"], "Authorization" in first["Vary"]) == ("private, max-age=10", True)

    def again(known: str) -> Any:
        headers = {**program.headers, "If-None-Match": known}
        return program.client.get("/api/v1/entitlements", {"grantee": "user-1"}, headers=headers)

    for known in (first["ETag"], f'"other", {first["ETag"]}', f"W/{first['ETag']}", "*"):
        same = again(known)
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
        assert same["Cache-Control"] == "private, max-age=10"
    assert again('"other"').status_code == again("nonsense").status_code == 200
    builders.used(subscription.customer, offer, "1", at=NOON)
    changed = again(first["ETag"])
    assert (changed.status_code, changed.json()["balances"][0]["used"]) == (200, "41")
    assert changed["ETag"] != first["ETag"]


def test_refusals_are_not_kept(program: Program) -> None:
    assert program.get("entitlements")["Cache-Control"] == "no-store"


def test_it_takes_one_statement_beside_the_key(
    program: Program, subscription: Subscription, django_assert_num_queries: Any
) -> None:
    program.get("entitlements", grantee="user-1")  # the first use of a key is noted
    with django_assert_num_queries(2):
        program.get("entitlements", grantee="user-1")

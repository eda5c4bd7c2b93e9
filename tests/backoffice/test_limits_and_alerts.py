"""The pages of limits and alerts: what holds and why, set and taken away by hand, and who may."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.core import clock
from apps.outbox.work import work
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from apps.usage.models import Alert, Limit
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, said, text
from tests.usage.limits import INCLUDED, World

MOST = 30


@pytest.fixture
def calls(office: Organization) -> Iterator[World]:
    """A customer whose API calls began two days ago."""
    since = clock.wall() - timedelta(days=2)
    with scope.of(office):
        offer = builders.usage_offer(office, key="calls", name="API calls", form=INCLUDED, now=since)
        buyer = builders.customer(office, now=since)
        builders.subscribed(buyer, offer, now=since)
        yield World(office, offer, buyer)


def of_item(calls: World) -> str:
    return address("usage_limit_of_item", calls.item.pk)


def pages(calls: World) -> dict[str, str]:
    assert calls.offer.add_on is not None
    return {
        "item": of_item(calls),
        "plan": address("usage_limit_of_plan", calls.offer.plan.pk, calls.offer.add_on.pk),
        "add_on": address("usage_limit_of_add_on", calls.offer.add_on.pk),
    }


def limit(kind: str = "hard", quantity: str = "10000") -> dict[str, str]:
    return {"do": "limit", "limit-kind": kind, "limit-quantity": quantity}


def alert(basis: str = "quantity", threshold: str = "8000", **more: str) -> dict[str, str]:
    readers = {"alert-tells_team": "on", **{f"alert-{name}": value for name, value in more.items()}}
    return {"do": "alert", "alert-basis": basis, "alert-threshold": threshold, **readers}


def test_a_limit_is_set_explained_and_taken_away(owner: Client, calls: World) -> None:
    page = of_item(calls)
    assert "No limit." in text(owner.get(page))
    response = owner.post(page, limit())
    words = "Limit of API calls of Fabrikam: 10,000 calls in each period; what would pass it is refused."
    assert (response.status_code, said(response)) == (302, [words])
    now = clock.wall()
    calls.post("8214", now=now, occurred_at=now)
    page_text = text(owner.get(page))
    assert "10,000 calls in each period; what would pass it is refused. own" in page_text
    assert "8,214 calls used in the current period, 1,786 left." in page_text
    assert AuditEntry.objects.get(verb="limits and alerts").summary == words
    response = owner.post(page, {"do": "clear"})
    assert said(response) == ["API calls of Fabrikam has no limit of its own any more."]
    assert not Limit.objects.exists()


def test_an_item_says_where_its_limit_comes_from(owner: Client, calls: World) -> None:
    place = pages(calls)
    owner.post(place["add_on"], limit("soft", "500"))
    assert "500 calls in each period; what passes it is charged. from the add-on" in text(owner.get(place["item"]))
    owner.post(place["plan"], limit("notify", "400"))
    assert "400 calls in each period; the team is told. from the plan" in text(owner.get(place["item"]))
    assert "from the add-on" not in text(owner.get(place["add_on"]))
    owner.post(place["item"], limit("none", ""))
    assert "No limit. own" in text(owner.get(place["item"]))


@pytest.mark.parametrize("at", ["item", "plan", "add_on"])
def test_an_alert_is_added_shown_and_taken_away(owner: Client, calls: World, at: str) -> None:
    page = pages(calls)[at]
    response = owner.post(page, alert("included", "80", tells_customer="on", addresses="a@x.example; b@x.example"))
    assert response.status_code == 302, text(response)
    (row,) = Alert.objects.all()
    assert row.addresses == ["a@x.example", "b@x.example"]
    assert "80\N{NO-BREAK SPACE}% of the included units" in owner.get(page).content.decode()
    assert "the team, the customer, a@x.example, b@x.example" in text(owner.get(page))
    assert owner.post(page, {"do": "remove", "alert": row.public_id}).status_code == 302
    assert "Nobody is told yet" in text(owner.get(page))
    assert owner.post(page, {"do": "remove", "alert": row.public_id}).status_code == 404


def test_the_page_says_what_was_told_in_this_period(owner: Client, calls: World) -> None:
    owner.post(of_item(calls), alert())
    now = clock.wall()
    calls.post("9000", now=now, occurred_at=now)
    work(clock=lambda: now)
    assert "Told this period 8,000 calls the team –" not in text(owner.get(of_item(calls)))
    assert "8,000 calls the team" in text(owner.get(of_item(calls)))


@pytest.mark.parametrize(
    ("at", "sent", "sentence"),
    [
        ("item", limit("hard", ""), "Say how much may be used in one period."),
        ("item", limit("hard", "ten"), "This must be a number"),
        ("item", limit("none", "5"), "No limit has no quantity: leave it empty."),
        ("item", alert("limit", "80"), "There is no limit above zero here"),
        ("item", alert("quantity", ""), "Say at which threshold."),
        ("item", alert("quantity", "0"), "This must be above zero"),
        ("item", alert("quantity", "5", addresses="nobody"), "Each must be an address"),
        ("plan", alert("amount", "5"), "Say in which currency."),
        ("plan", alert("amount", "5", currency="EUR"), "There is no price in EUR here."),
        ("add_on", alert("amount", "0.001", currency="USD"), "An amount of USD has at most 2 decimals."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    owner: Client, calls: World, at: str, sent: dict[str, str], sentence: str
) -> None:
    response = owner.post(pages(calls)[at], sent)
    assert response.status_code == 200
    assert sentence in text(response)
    assert not Limit.objects.exists() and not Alert.objects.exists()


def test_whoever_only_reads_sees_no_forms_and_changes_nothing(sign_in: SignIn, calls: World) -> None:
    calls.limit("10000")
    viewer = sign_in(Role.VIEWER)
    for page in pages(calls).values():
        response = viewer.get(page)
        assert response.status_code == 200
        assert "Set this limit" not in text(response)
        assert viewer.post(page, limit("soft", "1")).status_code == 403
    assert Limit.objects.get().kind == "hard"


def test_pages_lead_to_limits_and_alerts(owner: Client, calls: World) -> None:
    place = pages(calls)
    assert calls.offer.add_on is not None
    doors = {
        "item": address("subscriptions_item_change", calls.item.pk),
        "plan": address("catalog_plan_offer", calls.offer.plan.pk),
        "add_on": address("catalog_addon_change", calls.offer.add_on.pk),
    }
    for name, door in doors.items():
        assert f'href="{place[name]}"' in owner.get(door).content.decode()


def test_the_usage_tab_says_what_is_left(owner: Client, calls: World) -> None:
    calls.limit("10000")
    now = clock.wall()
    calls.post("8214", now=now, occurred_at=now)
    assert "1,786 left of the limit of 10,000" in text(owner.get(address("accounts_customer_usage", calls.buyer.pk)))


def test_adding_usage_by_hand_beyond_the_limit_is_refused_in_words(owner: Client, calls: World) -> None:
    calls.limit("5")
    page = address("accounts_customer_add_usage", calls.buyer.pk)
    form: Any = owner.get(page).context["form"]
    sent = {field.html_name: field.value() for field in form} | {"amount": "6", "item": calls.item.public_id}
    response = owner.post(page, {name: value for name, value in sent.items() if value is not None})
    assert "This would pass the limit of 5 in its period: 0 used, 5 left." in text(response)


def test_all_limits_are_listed(owner: Client, calls: World) -> None:
    for at in ("item", "plan", "add_on"):
        calls.limit("10", at=at)
    page = text(owner.get(address("usage_limit_changelist")))
    for name in ("API calls of Fabrikam", "API calls on Calls plan", "10 calls in each period"):
        assert name in page


def test_what_is_not_there_is_not_found(owner: Client, calls: World) -> None:
    for page in ("of_item", "of_add_on"):
        assert owner.get(address(f"usage_limit_{page}", 999_999_999)).status_code == 404
        assert owner.get(address(f"usage_limit_{page}", "nonsense")).status_code == 404


def test_the_page_costs_the_same_however_many_alerts_there_are(owner: Client, calls: World) -> None:
    page = of_item(calls)
    counts = []
    for number in (1, 20):
        for threshold in range(1, number + 1):
            if not Alert.objects.filter(threshold=threshold).exists():
                calls.alert("quantity", str(threshold))
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(page).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST

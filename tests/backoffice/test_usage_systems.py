"""Staff name the usage system of an item, try it, see how it answers, and take it away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.subscriptions.models import Item, Subscription
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from apps.usage.models import Event, Pull, PullSource
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, filled, said, text
from tests.builders import OCTOBER, SEPTEMBER
from tests.usage.usage_systems import UsageSystem, connected, metered, tick, until_quiet, usage_system


@pytest.fixture
def system(settings: Any) -> Iterator[UsageSystem]:
    with usage_system(settings) as running:
        yield running


@pytest.fixture
def item(office: Organization) -> Item:
    with scope.of(office):
        Organization.objects.update(mode="test", clock_at=SEPTEMBER)
        office.refresh_from_db()
        return metered(office)


@pytest.fixture
def asked(office: Organization, item: Item, system: UsageSystem) -> Item:
    """The item with its system named."""
    with scope.of(office):
        connected(item, system)
    return item


def page(item: Item, name: str = "item") -> str:
    return address(f"usage_pullsource_{name}", item.pk)


def test_naming_a_system_shows_its_secret_once(owner: Client, office: Organization, item: Item) -> None:
    url = "https://usage.example.com/quantity"
    response = owner.post(page(item), filled(owner, page(item), url=url))
    assert "whsec_" in text(response) and response["Cache-Control"].startswith("no-store")
    again = owner.get(page(item))
    assert url in again.content.decode() and "whsec_" not in text(again)
    with scope.of(office):
        secret = PullSource.objects.get().secret.reveal()
        assert secret in text(response) and secret not in text(again)
        assert AuditEntry.objects.filter(verb="named usage system").count() == 1
    listed = owner.get(address("usage_pullsource_changelist"))
    assert url in text(listed) and secret not in listed.content.decode()
    changed = owner.post(page(item), {"url": url + "/2"}, follow=True)
    assert "the secret stays" in text(changed)
    renewed = owner.post(page(item, "new_secret"))
    assert "whsec_" in text(renewed) and secret not in text(renewed)


def test_an_address_that_cannot_be_called_is_said_at_the_field(owner: Client, item: Item) -> None:
    assert errors(owner.post(page(item), {"url": "https://10.0.0.1/"}))["url"][0].startswith("10.0.0.1 may not")
    assert errors(owner.post(page(item), {"url": ""}))["url"] == ["Write the address of the usage system."]


def test_asking_now_records_nothing(owner: Client, office: Organization, asked: Item, system: UsageSystem) -> None:
    system.answers = [{"quantity": "1200"}]
    response = owner.post(page(asked, "ask"))
    assert said(response) == ["It answered 1,200 calls for the current period so far. Nothing was recorded."]
    assert system.questions[0]["test"] is True
    system.answers = [(500, b"a stack trace")]
    sentence = said(owner.post(page(asked, "ask")))[-1]
    assert sentence == "No valid answer. It answered with status 500 instead of 200. Nothing was recorded."
    with scope.of(office):
        assert not Event.objects.exists() and not Pull.objects.exists()


def test_the_page_shows_what_it_answered(owner: Client, office: Organization, asked: Item, system: UsageSystem) -> None:
    with scope.of(office):
        tick(office, OCTOBER)
        number = PullSource.objects.get().pk
    shown = text(owner.get(page(asked)))
    assert "1 Sep 2026 – 1 Oct 2026 recorded 12 1" in shown
    assert "recorded 12 1" in text(owner.get(address("usage_pullsource_change", number)))


def test_a_failed_question_is_told_and_retried(
    owner: Client, office: Organization, asked: Item, system: UsageSystem
) -> None:
    system.answers = [(404, b"")]
    with scope.of(office):
        until_quiet(office)
        subscription = Subscription.objects.get()
    assert "no valid answer 0" not in text(owner.get(page(asked)))
    assert "It answered with status 404 instead of 200." in text(owner.get(page(asked)))
    shown = text(owner.get(address("accounts_customer_subscription", subscription.customer_id)))
    assert "was asked 8 times for 1 Sep 2026 – 1 Oct 2026 and gave no valid answer" in shown
    system.answers = [{"quantity": "7"}]
    owner.post(address("subscriptions_subscription_retry", subscription.pk))
    with scope.of(office):
        tick(office, OCTOBER.replace(day=2))
        assert Pull.objects.get().quantity == 7


def test_taking_it_away_says_what_follows(owner: Client, office: Organization, asked: Item) -> None:
    assert "billed with what is recorded" in text(owner.get(page(asked, "take_away")))
    response = owner.post(page(asked, "take_away"), follow=True)
    assert "is asked for no more" in text(response)
    assert "No usage system is asked" in said(owner.post(page(asked, "ask")))[0]
    with scope.of(office):
        assert PullSource.objects.get().stopped_at is not None


def test_an_item_that_cannot_be_asked_for_says_why(owner: Client, office: Organization) -> None:
    with scope.of(office):
        counted = metered(office, aggregation="count", name="Contoso")
    shown = text(owner.get(page(counted)))
    assert "counts single events" in shown and "Ask this address" not in shown


def test_a_viewer_looks_and_changes_nothing(sign_in: SignIn, office: Organization, asked: Item) -> None:
    viewer = sign_in("viewer")
    shown = viewer.get(page(asked))
    assert shown.status_code == 200 and "Change the address" not in text(shown)
    assert viewer.post(page(asked), {"url": "https://usage.example.com/"}).status_code == 403
    for name in ("ask", "new_secret", "take_away"):
        assert viewer.post(page(asked, name)).status_code == 403
    assert viewer.get(page(asked, "take_away")).status_code == 403


@pytest.mark.parametrize("number", ["999999999", "0", "x", "1e9", "9" * 30])
def test_an_unknown_item_is_not_found(owner: Client, item: Item, number: str) -> None:
    assert owner.get(f"/admin/usage/pullsource/of-item/{number}/").status_code == 404


def test_the_page_costs_the_same_however_often_it_was_asked(
    owner: Client, office: Organization, asked: Item, django_assert_max_num_queries: Any
) -> None:
    with scope.of(office):
        tick(office, OCTOBER)
    owner.get(page(asked))
    with django_assert_max_num_queries(12):
        owner.get(page(asked))

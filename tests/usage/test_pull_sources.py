"""Which periods are asked for: from when a usage system is named until it is taken away."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.catalog.models import Plan
from apps.core.refusals import Refusal
from apps.invoicing.lifecycle import starting
from apps.subscriptions.models import Item, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import pulls
from apps.usage.models import Event, Pull, PullSource
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.usage.usage_systems import MINUTE, UsageSystem, connected, item_of, metered, tick, until_quiet, usage_system

GOOD = "https://usage.example.com/quantity"


@pytest.fixture
def system(settings: Any) -> Iterator[UsageSystem]:
    with usage_system(settings) as running:
        yield running


def close(seller: Organization, now: Any = OCTOBER) -> list[str]:
    return [invoice.total.text() for invoice in builders.close(seller, now)]


def refusal(item: Item, url: str = GOOD, now: Any = SEPTEMBER) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        usage.set_source(item=item, url=url, now=now)
    return refused.value.code, refused.value.field


def test_a_usage_item_gets_a_system_and_a_secret(seller: Organization) -> None:
    item = metered(seller)
    made = usage.set_source(item=item, url=GOOD, now=SEPTEMBER)
    assert made.secret is not None and made.secret.reveal().startswith("whsec_")
    source = pulls.source_of(item=item)
    assert source is not None
    assert (source.url, source.asks_from, source.created_at) == (GOOD, SEPTEMBER, SEPTEMBER)


def test_another_address_keeps_the_secret_unless_a_new_one_is_asked_for(seller: Organization) -> None:
    item = metered(seller)
    first = usage.set_source(item=item, url=GOOD, now=SEPTEMBER)
    moved = usage.set_source(item=item, url=GOOD + "/2", now=OCTOBER)
    assert moved.secret is None and first.secret is not None
    assert (moved.source.pk, moved.source.asks_from) == (first.source.pk, SEPTEMBER)
    assert PullSource.objects.get().secret.reveal() == first.secret.reveal()
    renewed = usage.set_source(item=item, url=GOOD, now=OCTOBER, new_secret=True)
    assert renewed.secret is not None
    assert PullSource.objects.get().secret.reveal() == renewed.secret.reveal() != first.secret.reveal()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "usage",
        "ftp://usage.example.com/",
        "http://usage.example.com/",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://usage.example.com:8443/",
        "https://169.254.169.254/",
        "https://u:p@usage.example.com/",
        "https://a\n/",
    ],
)
def test_an_address_that_can_never_be_called_is_refused(seller: Organization, url: str) -> None:
    assert refusal(metered(seller), url) == ("url_refused", "url")
    assert not PullSource.objects.exists()


def test_only_usage_that_one_number_can_say_is_asked_for(seller: Organization) -> None:
    plan = builders.usage_offer(seller, base="10")
    subscription = builders.subscribed(builders.customer(seller), plan)
    base = Item.objects.get(subscription=subscription, add_on__isnull=True)
    assert refusal(base) == ("not_usage", "item")
    for aggregation in ("count", "unique"):
        item = metered(seller, aggregation=aggregation, name=aggregation)
        assert refusal(item) == ("counted_by_event", "item")
    item = metered(seller)
    Item.objects.filter(pk=item.pk).update(ends_at=OCTOBER)
    item.refresh_from_db()
    assert refusal(item, now=OCTOBER) == ("item_ended", "item")
    assert not PullSource.objects.exists()


def test_a_period_that_had_ended_before_is_not_asked_for(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system, now=OCTOBER + MINUTE)
    tick(seller, OCTOBER + MINUTE)
    assert system.questions == []
    assert close(seller, OCTOBER + MINUTE) == ["0.00"]
    tick(seller, NOVEMBER)
    assert [question["period"]["ends_at"] for question in system.questions] == ["2026-11-01T00:00:00Z"]


def test_unless_it_is_wanted_and_not_billed_yet(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system, now=OCTOBER + MINUTE, include_ended=True)
    assert close(seller, OCTOBER + MINUTE) == []
    tick(seller, OCTOBER + MINUTE)
    assert close(seller, OCTOBER + MINUTE) == ["1140.00"]
    connected(item, system, now=OCTOBER + 2 * MINUTE, include_ended=True)
    tick(seller, OCTOBER + 2 * MINUTE)
    assert len(system.questions) == 1  # what is billed is asked for no more


def test_one_that_was_taken_away_before_the_end_is_not_asked(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system)
    assert usage.remove_source(item=item, now=OCTOBER - MINUTE)
    assert not usage.remove_source(item=item, now=OCTOBER - MINUTE)
    tick(seller, OCTOBER)
    assert system.questions == []
    assert close(seller) == ["0.00"]


def test_taking_it_away_lets_what_waits_be_billed_as_recorded(seller: Organization, system: UsageSystem) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    item = item_of(builders.subscribed(buyer, offer))
    connected(item, system)
    system.answers = [(500, b"")]
    tick(seller, OCTOBER)
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=3), now=OCTOBER + MINUTE)
    assert close(seller, OCTOBER + MINUTE) == []
    usage.remove_source(item=item, now=OCTOBER + MINUTE)
    assert Pull.objects.get().status == "dropped"
    assert close(seller, OCTOBER + MINUTE) == ["190.00"]
    asked = len(system.questions)
    tick(seller, OCTOBER + 60 * MINUTE)  # the job that was to try again finds nothing to ask
    assert len(system.questions) == asked
    assert [event.source for event in Event.objects.all()] == ["admin"]


def test_taking_it_away_frees_a_subscription_that_it_had_parked(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system)
    system.answers = [(500, b"")]
    _, quiet_at = until_quiet(seller)
    assert Subscription.objects.get().parked_at is not None
    usage.remove_source(item=item, now=quiet_at)
    assert Subscription.objects.get().parked_at is None
    assert close(seller, quiet_at) == ["0.00"]


def test_one_given_back_asks_for_what_ends_from_then_on(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    first = connected(item, system)
    old_secret = system.secret
    system.answers = [(500, b"")]
    tick(seller, OCTOBER)
    usage.remove_source(item=item, now=OCTOBER + MINUTE)
    again = connected(item, system, now=OCTOBER + 2 * MINUTE)
    assert (again.pk, again.asks_from) == (first.pk, OCTOBER + 2 * MINUTE)
    assert system.secret != old_secret
    system.answers = [{"quantity": "5"}]
    tick(seller, OCTOBER + 3 * MINUTE)
    assert close(seller, OCTOBER + 3 * MINUTE) == ["0.00"]
    tick(seller, NOVEMBER)
    assert close(seller, NOVEMBER) == ["475.00"]


def test_one_given_back_may_ask_again_for_what_was_dropped(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system)
    system.answers = [(500, b"")]
    tick(seller, OCTOBER)
    usage.remove_source(item=item, now=OCTOBER + MINUTE)
    system.answers = [{"quantity": "5"}]
    connected(item, system, now=OCTOBER + 2 * MINUTE, include_ended=True)
    assert close(seller, OCTOBER + 2 * MINUTE) == []
    tick(seller, OCTOBER + 3 * MINUTE)
    assert close(seller, OCTOBER + 3 * MINUTE) == ["475.00"]


def test_a_trial_is_not_asked_for(seller: Organization, system: UsageSystem) -> None:
    """Nothing is billed for it, so nothing waits for it."""
    offer = builders.usage_offer(seller)
    Plan.objects.update(trial_days=14)
    offer.plan.refresh_from_db()
    item = item_of(builders.subscribed(builders.customer(seller), offer))
    connected(item, system)
    trial_ends = SEPTEMBER + timedelta(days=14)
    tick(seller, trial_ends)
    assert system.questions == []
    assert close(seller, trial_ends) == []
    assert Subscription.objects.get().status == "active"
    tick(seller, trial_ends + timedelta(days=31))
    assert [question["period"]["starts_at"] for question in system.questions] == ["2026-09-15T00:00:00Z"]


def test_elapsed_periods_of_a_back_dated_start_are_asked_for_in_order(
    seller: Organization, system: UsageSystem
) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    now = NOVEMBER + timedelta(days=5)
    subscription = starting.start(organization=seller, customer=buyer, plan=offer.plan, now=now, starts_at=SEPTEMBER)
    connected(item_of(subscription), system, now=now, include_ended=True)
    system.answers = [{"quantity": "1"}, {"quantity": "2"}]
    totals = []
    for _ in range(4):
        tick(seller, now)
        totals += close(seller, now)
    assert totals == ["95.00", "190.00"]
    assert [question["period"]["ends_at"][:10] for question in system.questions] == ["2026-10-01", "2026-11-01"]
    assert pulls.pulls_of(item=item_of(subscription))[0].quantity == 2


def test_two_items_of_one_subscription_are_each_asked(seller: Organization, system: UsageSystem) -> None:
    """Both fail; one retry lets the subscription go, and both are asked again."""
    item = metered(seller)
    other = metered(seller, name="Contoso")
    Item.objects.filter(pk=other.pk).update(subscription=item.subscription)
    for each in (item, other):
        connected(each, system)
    secret = {item.public_id: PullSource.objects.get(item=item).secret.reveal()}
    secret[other.public_id] = PullSource.objects.get(item=other).secret.reveal()
    system.server.answer = lambda body: (500, {}, b"")
    for minute in range(40):
        tick(seller, OCTOBER + minute * MINUTE)
    assert [pull.status for pull in Pull.objects.all()] == ["failed", "failed"]
    system.server.answer = lambda body: (200, {}, b'{"quantity": "1"}')
    usage_holder = Subscription.objects.get(pk=item.subscription_id)
    assert usage_holder.parked_at is not None
    Subscription.objects.filter(pk=usage_holder.pk).update(parked_at=None, parked_reason="")
    tick(seller, OCTOBER + 41 * MINUTE)
    assert [pull.status for pull in Pull.objects.all()] == ["done", "done"]


def test_another_organization_announces_nothing_of_it(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    with scope.fresh():
        assert usage.announce_due(organization=builders.organization("southwind"), now=OCTOBER) == 0
        assert usage.announce_due(organization=seller, now=OCTOBER) == 1

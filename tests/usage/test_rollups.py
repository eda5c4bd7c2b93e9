"""What rollups count, and that what is read through them is what the events say."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import measuring, queries, tasks
from apps.usage import operations as usage
from apps.usage.measuring import Day
from apps.usage.models import DailyRollup, Event, Rollup
from apps.usage.operations import rolling
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

Use = Callable[..., Event]
THIRD, FIFTH = date(2026, 9, 3), date(2026, 9, 5)


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    return buyer


@pytest.fixture
def use(seller: Organization, buyer: Customer) -> Use:
    """Record so much on a day of September."""
    offer = builders.Offer(None, AddOn.objects.get())  # type: ignore[arg-type]
    return lambda quantity, day, hour=12, **options: builders.used(
        buyer, offer, quantity, at=SEPTEMBER + timedelta(days=day - 1, hours=hour), **options
    )


def take_back(event: Event) -> Event:
    return usage.reverse_event(
        organization=event.organization,
        public_id=event.public_id,
        reason="entered twice",
        now=OCTOBER,
        source="admin",
        actor="owner",
    ).event


def only_period() -> Period:
    return Period.objects.select_related("item__add_on__metric", "item__organization").get()


def both(period: Period) -> queries.Usage:
    """Return what the rollup and its tail say, which is what the events alone say."""
    (measured,) = measuring.so_far(periods=[period]).values()
    assert {period.pk: measured} == queries.usage_of(periods=[period])
    return measured


def test_a_rollup_counts_the_facts_of_a_period_by_day(use: Use) -> None:
    use("3", 3), use("2.5", 3), use("7", 5)
    period = only_period()
    assert usage.advance(period=period) == 3
    rollup = Rollup.objects.get()
    assert (rollup.quantity, rollup.event_count, rollup.fact_count) == (Decimal("12.5"), 3, 3)
    assert rollup.counted_to == Event.objects.latest("pk").pk
    days = DailyRollup.objects.order_by("day").values_list("day", "quantity", "event_count")
    assert list(days) == [(THIRD, Decimal("5.5"), 2), (FIFTH, Decimal(7), 1)]


def test_what_is_read_is_exact_before_during_and_after(use: Use) -> None:
    period = only_period()
    assert both(period) == queries.Usage()
    use("3", 3)
    assert both(period) == queries.Usage(Decimal(3), 1, 1)
    usage.advance(period=period)
    assert both(period) == queries.Usage(Decimal(3), 1, 1)
    use("4", 5)
    assert both(period) == queries.Usage(Decimal(7), 2, 2)
    assert measuring.days_of(period=period) == [Day(THIRD, Decimal(3), 1), Day(FIFTH, Decimal(4), 1)]


def test_counting_again_counts_nothing_twice(use: Use) -> None:
    use("3", 3)
    period = only_period()
    assert [usage.advance(period=period) for _ in range(3)] == [1, 0, 0]
    assert Rollup.objects.get().quantity == 3


def test_it_may_be_counted_in_small_portions(use: Use) -> None:
    for day in (3, 5, 3, 5, 3):
        use("1", day)
    period = only_period()
    assert [usage.advance(period=period, at_once=2) for _ in range(4)] == [2, 2, 1, 0]
    assert both(period) == queries.Usage(Decimal(5), 5, 5)
    assert measuring.days_of(period=period) == [Day(THIRD, Decimal(3), 3), Day(FIFTH, Decimal(2), 2)]


@pytest.mark.parametrize("counted_between", [True, False])
def test_a_reversal_takes_back_on_the_day_of_what_it_reverses(use: Use, counted_between: bool) -> None:
    twice = use("3", 3)
    use("4", 5)
    period = only_period()
    if counted_between:
        usage.advance(period=period)
    take_back(twice)
    assert both(period) == queries.Usage(Decimal(4), 1, 3)
    usage.advance(period=period)
    assert both(period) == queries.Usage(Decimal(4), 1, 3)
    assert measuring.days_of(period=period) == [Day(THIRD, Decimal(0), 0), Day(FIFTH, Decimal(4), 1)]


def test_more_reversals_than_events_in_one_portion_are_counted(use: Use) -> None:
    events = [use("1", 3) for _ in range(3)]
    period = only_period()
    usage.advance(period=period)
    for event in events[:2]:
        take_back(event)
    usage.advance(period=period)
    assert both(period) == queries.Usage(Decimal(1), 1, 5)


def test_late_usage_is_counted_too(seller: Organization, use: Use) -> None:
    use("3", 3)
    builders.close(seller, OCTOBER)
    use("2", 5, now=OCTOBER + timedelta(days=1))
    period = Period.objects.select_related("item__add_on__metric").get(ends_at=OCTOBER)
    usage.advance(period=period)
    assert both(period) == queries.Usage(Decimal(5), 2, 2)


def test_a_count_measures_its_events(seller: Organization, use: Use) -> None:
    other = catalog.create_metric(
        organization=seller, key="other", name="Other", aggregation="count", property="", now=SEPTEMBER
    )
    AddOn.objects.update(metric=other)
    use("9", 3), use("9", 3)
    period = only_period()
    for _ in range(2):
        assert both(period) == queries.Usage(Decimal(2), 2, 2)
        assert measuring.days_of(period=period) == [Day(THIRD, Decimal(2), 2)]
        usage.advance(period=period)


@pytest.mark.parametrize(("aggregation", "name"), [("max", ""), ("latest", ""), ("unique", "host")])
def test_what_cannot_be_added_has_no_rollup(seller: Organization, use: Use, aggregation: str, name: str) -> None:
    other = catalog.create_metric(
        organization=seller, key="other", name="Other", aggregation=aggregation, property=name, now=SEPTEMBER
    )
    AddOn.objects.update(metric=other)
    use("9", 3)
    period = only_period()
    assert usage.advance(period=period) == 0
    assert not Rollup.objects.exists()
    both(period)


@pytest.mark.parametrize(
    ("zone", "expected"), [("Pacific/Auckland", [4]), ("America/Los_Angeles", [2]), ("UTC", [3]), ("Asia/Tokyo", [3])]
)
def test_days_are_those_of_the_organization(seller: Organization, use: Use, zone: str, expected: list[int]) -> None:
    use("1", 3, hour=6) if zone == "America/Los_Angeles" else use("1", 3, hour=14)
    Organization.objects.update(timezone=zone)
    period = only_period()
    for _ in range(2):
        assert [day.day.day for day in measuring.days_of(period=period)] == expected
        usage.advance(period=period)


def test_a_change_of_zone_counts_the_days_anew(seller: Organization, use: Use) -> None:
    use("1", 3, hour=14), use("1", 3, hour=1)
    usage.advance(period=only_period())
    Organization.objects.update(timezone="Pacific/Auckland")
    expected = [Day(THIRD, Decimal(1), 1), Day(date(2026, 9, 4), Decimal(1), 1)]
    assert measuring.days_of(period=only_period()) == expected
    assert usage.advance(period=only_period()) == 2
    assert list(DailyRollup.objects.order_by("day").values_list("day", flat=True)) == [THIRD, date(2026, 9, 4)]
    assert measuring.days_of(period=only_period()) == expected


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),  # a day that never was
        ("America/Goose_Bay", datetime(2010, 11, 7, tzinfo=UTC)),  # turned back into the day before
        ("America/Havana", datetime(2026, 3, 8, tzinfo=UTC)),  # a midnight that never was
        ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ],
)
def test_every_instant_of_a_span_lies_in_one_of_its_days(zone: str, around: datetime) -> None:
    for half_hours in range(-100, 100):
        begin = around + timedelta(minutes=30 * half_hours)
        days = measuring.days_between(begin, begin + timedelta(days=3), ZoneInfo(zone))
        starts = [start for _, start in days]
        assert starts == sorted(set(starts))
        assert starts[0] <= begin < starts[1]


def test_a_forgotten_rollup_is_counted_anew(use: Use) -> None:
    use("3", 3)
    period = only_period()
    usage.advance(period=period)
    Rollup.objects.update(quantity=99)
    usage.forget(period=period)
    assert not DailyRollup.objects.exists()
    assert both(period) == queries.Usage(Decimal(3), 1, 1)
    assert usage.advance(period=period) == 1


def test_many_periods_are_measured_in_one_query(use: Use, seller: Organization, django_assert_num_queries: Any) -> None:
    use("3", 3), use("3", 3, now=OCTOBER)
    offer = builders.usage_offer(seller, key="storage")
    builders.subscribed(builders.customer(seller, "Second"), offer)
    periods = list(Period.objects.select_related("item__add_on__metric"))
    usage.advance(period=periods[0])
    with django_assert_num_queries(1):
        assert sorted(measured.quantity for measured in measuring.so_far(periods=periods).values()) == [0, 6]


def test_what_is_far_behind_is_found_and_counted(seller: Organization, use: Use) -> None:
    for _ in range(3):
        use("1", 3)
    assert measuring.far_behind(organization=seller, beyond=3) == []
    assert usage.catch_up(organization=seller, beyond=3) == 0
    use("1", 5)
    assert measuring.far_behind(organization=seller, beyond=3) == [only_period()]
    assert usage.catch_up(organization=seller, beyond=3) == 4
    assert measuring.far_behind(organization=seller, beyond=0) == []


def test_a_closed_period_and_one_that_cannot_be_added_are_not_looked_for(seller: Organization, use: Use) -> None:
    use("1", 3)
    builders.close(seller, OCTOBER)
    use("1", 35)
    assert measuring.far_behind(organization=seller, beyond=0) == [Period.objects.latest("pk")]
    other = catalog.create_metric(organization=seller, key="other", name="Other", aggregation="max", now=SEPTEMBER)
    AddOn.objects.update(metric=other)
    assert measuring.far_behind(organization=seller, beyond=0) == []


def test_the_tick_counts_in_every_organization(seller: Organization, buyer: Customer) -> None:
    events = [
        NewEvent(quantity=Decimal(1), customer="crm-1", add_on="coaching-use", idempotency_key=f"key-{n}")
        for n in range(rolling.FAR + 1)
    ]
    usage.record_batch(organization=seller, events=events, now=SEPTEMBER, source="api", actor="key_test")
    with scope.fresh():
        tasks.advance_rollups.run()
    assert Rollup.objects.get().fact_count == rolling.FAR + 1

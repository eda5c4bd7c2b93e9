"""Usage per hour, day and month: each as its metric aggregates, on the organization's own clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Metric
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import queries, series
from apps.usage.models import DailyRollup
from apps.usage.operations import rolling
from apps.usage.recording import NewEvent
from apps.usage.series import Buckets, Every
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

DAY = timedelta(days=1)
LATER = SEPTEMBER + 29 * DAY
# (quantity, days since the start, host); the last of each day is not the last recorded
EVENTS = [("3", 1, "a"), ("7", 1.5, "b"), ("2", 9.9, "c"), ("1", 9, "a"), ("4", 9, "a")]


@pytest.mark.parametrize(
    ("aggregation", "first", "second", "so_far"),
    [
        ("sum", "10", "7", ["10", "17"]),
        ("count", "2", "3", ["2", "5"]),
        ("max", "7", "4", ["7", "7"]),
        ("latest", "7", "2", ["7", "2"]),
        ("unique", "2", "2", ["2", "3"]),
    ],
)
def test_a_day_measures_what_its_events_say(
    seller: Organization, aggregation: str, first: str, second: str, so_far: list[str]
) -> None:
    period = metered(seller, aggregation, EVENTS)
    days = whole(period)
    quantities = series.measured(periods=[period], into=days)[period.pk]
    assert quantities == {1: Decimal(first), 9: Decimal(second)}
    grown = series.added(periods=[period], into=days).get(period.pk, quantities)
    reached = series.so_far(aggregation=aggregation, quantities=[grown.get(place) for place in range(30)])
    assert [reached[1], reached[29]] == [Decimal(text) for text in so_far]
    assert reached[0] == 0
    assert reached[29] == queries.usage_of(periods=[period])[period.pk].quantity


@pytest.mark.parametrize("aggregation", ["sum", "count", "max", "latest", "unique"])
def test_what_was_reversed_counts_on_no_day(seller: Organization, aggregation: str) -> None:
    period = metered(seller, aggregation, [*EVENTS, ("100", 9.95, "d"), ("50", 20, "e")])
    days = whole(period)
    for event in queries.events_of(periods=[period]).filter(quantity__gte=50):
        usage.reverse_event(
            organization=seller, public_id=event.public_id, reason="mistaken", now=LATER, source="api", actor="key_test"
        )
    expected = {"sum": 7, "count": 3, "max": 4, "latest": 2, "unique": 2}[aggregation]
    quantities = series.measured(periods=[period], into=days)[period.pk]
    assert quantities[9] == expected
    assert not quantities.get(20)
    grown = series.added(periods=[period], into=days).get(period.pk, quantities)
    reached = series.so_far(aggregation=aggregation, quantities=[grown.get(place) for place in range(30)])
    assert reached[29] == queries.usage_of(periods=[period])[period.pk].quantity


def test_a_day_begins_at_midnight_of_the_organization(seller: Organization) -> None:
    move(seller, "Europe/Berlin")
    period = metered(seller, "sum", [("1", 5 + hour / 24, "a") for hour in (21.9, 22, 22.1, 45.9, 46)])
    quantities = series.measured(periods=[period], into=whole(period))[period.pk]
    assert quantities == {5: 1, 6: 3, 7: 1}


def test_the_days_on_which_the_clocks_turn(seller: Organization) -> None:
    move(seller, "Europe/Berlin")
    period = metered(seller, "sum", [], now=datetime(2026, 9, 30, 22, tzinfo=UTC))
    days = whole(period)
    turning = days.dates().index(date(2026, 10, 25))
    assert days.starts[turning + 1] - days.starts[turning] == timedelta(hours=25)
    record(seller, "1", days.starts[turning])
    record(seller, "1", days.starts[turning + 1] - timedelta(seconds=1))
    record(seller, "1", days.starts[turning + 1])
    assert series.measured(periods=[period], into=days)[period.pk] == {turning: 2, turning + 1: 1}
    hours = series.buckets(
        starts_at=days.starts[turning], ends_at=days.starts[turning + 1], every=Every.HOUR, zone=seller.zone
    )
    assert len(hours.starts) == 25
    record(seller, "5", hours.starts[2])  # two o'clock
    record(seller, "6", hours.starts[3])  # two o'clock again
    quantities = series.measured(periods=[period], into=hours)[period.pk]
    assert quantities == {0: 1, 2: 5, 3: 6, 24: 1}


def test_months_of_a_long_period(seller: Organization) -> None:
    period = metered(seller, "sum", [("3", 1, "a"), ("4", 29, "a")])
    months = series.buckets(starts_at=SEPTEMBER, ends_at=SEPTEMBER + 60 * DAY, every=Every.MONTH, zone=seller.zone)
    assert months.dates() == [date(2026, 9, 1), date(2026, 10, 1)]
    assert series.measured(periods=[period], into=months)[period.pk] == {0: 7}


def test_a_period_that_begins_in_the_middle_of_a_day_has_its_part_of_it(seller: Organization) -> None:
    noon = SEPTEMBER + timedelta(hours=12)
    period = metered(seller, "sum", [("1", 0.6, "a"), ("2", 1.2, "a")], now=noon)
    days = whole(period)
    assert days.starts[:2] == (noon, SEPTEMBER + DAY)
    assert series.measured(periods=[period], into=days)[period.pk] == {0: 1, 1: 2}
    wider = series.buckets(starts_at=SEPTEMBER - DAY, ends_at=OCTOBER + DAY, every=Every.DAY, zone=seller.zone)
    assert wider.within(period) == list(range(1, 31))


def test_late_usage_is_on_the_day_on_which_it_happened(seller: Organization) -> None:
    period = metered(seller, "sum", [("1", 5, "a")])
    builders.close(seller, OCTOBER)
    record(seller, "4", SEPTEMBER + 5 * DAY, now=OCTOBER + DAY)
    assert series.measured(periods=[period], into=whole(period))[period.pk] == {5: 5}


def test_days_can_lie_below_zero(seller: Organization) -> None:
    period = metered(seller, "sum", [("5", 1, "a"), ("-2", 2, "a")])
    quantities = series.measured(periods=[period], into=whole(period))[period.pk]
    assert quantities == {1: 5, 2: -2}
    assert series.so_far(aggregation="sum", quantities=[quantities.get(place) for place in range(3)]) == [0, 5, 3]


def test_a_period_without_events_measures_nothing(seller: Organization) -> None:
    for aggregation in Metric.Aggregation.values:
        period = metered(seller, aggregation, [], key=aggregation)
        assert series.measured(periods=[period], into=whole(period)) == {period.pk: {}}


def test_many_periods_cost_no_more_than_one(seller: Organization, django_assert_num_queries: Any) -> None:
    periods = [metered(seller, "sum", EVENTS[:1], key=f"metric-{number}") for number in range(4)]
    periods += [metered(seller, "unique", EVENTS[:1], key=f"unique-{number}") for number in range(4)]
    into = whole(periods[0])
    with django_assert_num_queries(3):
        quantities = series.measured(periods=periods, into=into)
    with django_assert_num_queries(1):
        assert len(series.added(periods=periods, into=into)) == 4
    assert [quantities[period.pk] for period in periods] == [{1: 3}] * 4 + [{1: 1}] * 4


@pytest.mark.parametrize(("aggregation", "days"), [("sum", {1: 10, 9: 8}), ("count", {1: 2, 9: 4})])
def test_whole_days_of_a_large_period_come_from_its_rollup(
    seller: Organization, aggregation: str, days: dict[int, int]
) -> None:
    period = metered(seller, aggregation, EVENTS)
    rolling.advance(period=period)
    record(seller, "1", SEPTEMBER + 9 * DAY)  # not counted yet
    assert series.measured(periods=[period], into=whole(period)) == {period.pk: days}
    DailyRollup.objects.update(quantity=1000, event_count=1000)  # so that it shows where a number comes from
    rolled = series.measured(periods=[period], into=whole(period))[period.pk]
    assert rolled == {1: 1000, 9: 1001}
    part = series.buckets(starts_at=SEPTEMBER, ends_at=SEPTEMBER + 1.5 * DAY, every=Every.DAY, zone=seller.zone)
    assert series.measured(periods=[period], into=part)[period.pk] == {1: {"sum": 3, "count": 1}[aggregation]}
    hours = series.buckets(starts_at=SEPTEMBER, ends_at=SEPTEMBER + 2 * DAY, every=Every.HOUR, zone=seller.zone)
    assert sum(series.measured(periods=[period], into=hours)[period.pk].values()) == days[1]


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(-50, 50)), max_size=30))
def test_a_sum_is_reached_step_by_step(facts: list[tuple[int, int]]) -> None:
    days = [sum((Decimal(quantity) for day, quantity in facts if day == place), Decimal(0)) for place in range(30)]
    reached = series.so_far(aggregation="sum", quantities=days)
    assert reached == [sum(days[: place + 1], Decimal(0)) for place in range(30)]


def whole(period: Period) -> Buckets:
    """Cut all of a period into days."""
    zone = period.item.subscription.organization.zone
    return series.buckets(starts_at=period.starts_at, ends_at=period.ends_at, every=Every.DAY, zone=zone)


def move(seller: Organization, zone: str) -> None:
    """Put an organization into a zone."""
    seller.timezone = zone
    seller.save()


def record(
    seller: Organization,
    quantity: str,
    at: datetime,
    *,
    host: str = "a",
    key: str = "other",
    now: datetime | None = None,
) -> None:
    event = NewEvent(
        quantity=Decimal(quantity), customer=f"crm-{key}", metric=key, occurred_at=at, properties={"host": host}
    )
    usage.record_events(organization=seller, events=[event], now=now or max(at, LATER), source="api", actor="key_test")


def metered(
    seller: Organization,
    aggregation: str,
    events: Sequence[tuple[str, float, str]],
    *,
    key: str = "other",
    now: datetime = SEPTEMBER,
) -> Period:
    """Return the first period of a customer whose line counts in this way, with these events in it."""
    offer = builders.usage_offer(seller, key=f"offer-{key}")
    metric = catalog.create_metric(
        organization=seller,
        key=key,
        name=key,
        aggregation=aggregation,
        property="host" if aggregation == "unique" else "",
        now=SEPTEMBER,
    )
    assert offer.add_on is not None
    AddOn.objects.filter(pk=offer.add_on.pk).update(metric=metric)
    buyer = builders.customer(seller, f"Buyer {key}", external_id=f"crm-{key}")
    subscription = builders.subscribed(buyer, offer, now=now)
    for quantity, days, host in events:
        record(seller, quantity, SEPTEMBER + timedelta(seconds=round(days * 86400)), host=host, key=key)
    related = ("item__add_on__metric", "item__organization", "item__subscription__organization")
    return Period.objects.select_related(*related).filter(item__subscription=subscription).earliest("starts_at")

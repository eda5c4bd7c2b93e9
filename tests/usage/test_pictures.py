"""Usage drawn: what stands on the charts of an item, whatever its metric, its period and its price."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog.models import Metric
from apps.core.charts import Drawing
from apps.core.formats import Formats
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item
from apps.tenancy.models import Organization
from apps.usage import pictures, rules
from apps.usage.operations.limits import set_limit
from apps.usage.pictures import Picture
from apps.usage.rules import Where
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

DAY = timedelta(days=1)
NOW = OCTOBER + timedelta(days=9, hours=15)
INCLUDED = {"model": "per_unit", "unit_amount": "0.01", "included_units": "100"}


def drawn(seller: Organization, *, now: datetime = NOW) -> Picture:
    """Draw the one usage item there is."""
    items = list(Item.objects.filter(add_on__kind="usage").select_related("add_on__metric", "price", "subscription"))
    (picture,) = pictures.pictures(
        items=items, limits=rules.limits_of(items), now=now, formats=Formats.of("en_US", seller.zone)
    )
    return picture


def used(seller: Organization, *facts: tuple[str, datetime], now: datetime = SEPTEMBER, **offer: Any) -> None:
    """Put a customer on an offer, and record usage, each when it happens, closing month by month."""
    made = builders.usage_offer(seller, **offer)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, made, now=now)
    for quantity, at in facts:
        builders.close(seller, at.replace(day=1, hour=0))
        builders.used(buyer, made, quantity, at=at)


def titles(picture: Picture) -> list[str]:
    return [chart.title for chart in picture.charts]


def table(chart: Drawing) -> dict[str, str]:
    return {row.name: row.value for row in chart.rows}


def test_the_current_period_by_day_and_the_periods_before(seller: Organization) -> None:
    used(seller, ("30", SEPTEMBER + 5 * DAY), ("50", OCTOBER + 2 * DAY), ("32", OCTOBER + 8 * DAY), form=INCLUDED)
    picture = drawn(seller)
    assert (picture.period, picture.quantity) == ("1 Oct – 1 Nov", "82 calls")
    assert picture.share == "82 % of 100 included"
    assert titles(picture) == ["So far in this period", "Each day", "Each period"]
    so_far, each, periods = picture.charts
    assert [line.text for line in so_far.lines] == ["included 100 calls"]
    assert (table(so_far)["3 Oct"], table(so_far)["10 Oct"]) == ("50 calls", "82 calls")
    assert (table(each)["3 Oct"], table(each)["4 Oct"], table(each)["9 Oct"]) == ("50 calls", "0 calls", "32 calls")
    assert (len(each.rows), each.columns) == (10, 31)
    assert table(periods) == {"1 Sep – 1 Oct": "30 calls", "1 Oct – 1 Nov": "82 calls"}
    assert [label.text for label in periods.labels] == ["Sep", "Oct"]


def test_where_nothing_is_included_the_days_are_enough(seller: Organization) -> None:
    used(seller, ("3", OCTOBER))
    picture = drawn(seller)
    assert titles(picture) == ["Each day", "Each period"]
    assert picture.share == ""


@pytest.mark.parametrize(
    ("kind", "name"), [("hard", "limit 90 calls"), ("soft", "soft limit 90 calls"), ("notify", "told at 90 calls")]
)
def test_a_limit_is_drawn(seller: Organization, kind: str, name: str) -> None:
    used(seller, ("3", OCTOBER))
    item = Item.objects.get(add_on__kind="usage")
    set_limit(organization=seller, at=Where(item=item), kind=kind, quantity=Decimal(90), now=NOW)
    so_far, *_ = drawn(seller).charts
    assert [(line.text, line.kind) for line in so_far.lines] == [(name, "limit")]


def test_included_units_are_drawn_as_they_are_measured(seller: Organization) -> None:
    thousands = {"divide_by": "1000", "round": "up"}
    used(seller, ("2500", OCTOBER), form={**INCLUDED, "included_units": "10", "transform": thousands})
    picture = drawn(seller)
    assert picture.share == "25 % of 10,000 included"
    assert picture.charts[0].lines[0].text == "included 10,000 calls"


def test_late_usage_is_told_apart(seller: Organization) -> None:
    used(seller, ("30", SEPTEMBER + 5 * DAY), ("1", OCTOBER))
    buyer = Item.objects.get(add_on__kind="usage").subscription.customer
    offer = builders.Offer(Item.objects.get().subscription.plan, Item.objects.get().add_on)
    builders.used(buyer, offer, "12", at=SEPTEMBER + 6 * DAY, now=NOW)
    periods = drawn(seller).charts[-1]
    assert [(row.value, row.part) for row in periods.rows] == [("42 calls", "12 calls"), ("1 call", "")]
    assert periods.has_parts


@pytest.mark.parametrize(
    ("aggregation", "title", "so_far"),
    [
        ("max", "The greatest of each day", ["7", "7"]),
        ("latest", "The last of each day", ["7", "2"]),
        ("count", "Each day", ["1", "2"]),
    ],
)
def test_other_metrics_say_what_their_days_are(
    seller: Organization, aggregation: str, title: str, so_far: list[str]
) -> None:
    used(seller, form=INCLUDED)
    Metric.objects.update(aggregation=aggregation)
    buyer = Item.objects.get().subscription.customer
    offer = builders.Offer(Item.objects.get().subscription.plan, Item.objects.get().add_on)
    builders.used(buyer, offer, "7", at=OCTOBER)
    builders.used(buyer, offer, "2", at=OCTOBER + DAY)
    picture = drawn(seller)
    assert picture.charts[1].title == title
    assert [row.value.split()[0] for row in picture.charts[0].rows[:2]] == so_far
    assert bool(picture.remark) == (title != "Each day")
    assert picture.quantity.split()[0] == so_far[1]


def test_a_period_that_nothing_opened_yet_is_empty_days(seller: Organization) -> None:
    used(seller, ("3", SEPTEMBER + DAY), form=INCLUDED)
    picture = drawn(seller)
    assert (picture.period, picture.quantity, picture.share) == ("1 Oct – 1 Nov", "0 calls", "0 % of 100 included")
    assert set(table(picture.charts[1]).values()) == {"0 calls"}
    assert table(picture.charts[2]) == {"1 Sep – 1 Oct": "3 calls"}


def test_an_item_that_ended_shows_its_last_period(seller: Organization) -> None:
    used(seller, ("3", SEPTEMBER + DAY))
    Item.objects.update(ends_at=OCTOBER)
    picture = drawn(seller, now=NOVEMBER)
    assert (picture.period, picture.quantity) == ("1 Sep – 1 Oct", "3 calls")
    assert len(picture.charts[0].rows) == 30


def test_an_item_that_has_not_begun_says_so(seller: Organization) -> None:
    used(seller, now=SEPTEMBER)
    picture = drawn(seller, now=SEPTEMBER - DAY)
    assert (picture.remark, picture.charts) == ("It has not begun yet.", ())


def test_a_trial_includes_everything(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=INCLUDED)
    type(offer.plan).objects.update(trial_days=14)
    offer.plan.refresh_from_db()
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "3", at=SEPTEMBER + DAY)
    picture = drawn(seller, now=SEPTEMBER + DAY)
    assert titles(picture) == ["Each day", "Each period"]
    assert (picture.quantity, picture.share) == ("3 calls", "")
    assert picture.remark == "It is a trial: nothing is charged."


@pytest.mark.parametrize(
    ("unit", "count", "title", "columns", "label"),
    [
        ("day", 1, "Each hour", 24, "29 Sep"),
        ("year", 1, "Each day", 365, "1 Sep"),
        ("year", 2, "Each month", 24, "1 Sep"),
    ],
)
def test_bars_are_as_long_as_the_period_wants(
    seller: Organization, unit: str, count: int, title: str, columns: int, label: str
) -> None:
    offer = builders.usage_offer(seller)
    assert offer.add_on is not None
    type(offer.add_on).objects.update(interval_unit=unit, interval_count=count)
    offer.add_on.refresh_from_db()
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "3", at=NOW)
    each, periods = drawn(seller).charts
    assert (each.title, each.columns) == (title, columns)
    assert each.rows[-1].value == "3 calls"
    assert periods.labels[0].text == label


def test_a_price_change_takes_the_line_off_the_history(seller: Organization) -> None:
    used(seller, ("3", SEPTEMBER + DAY), form=INCLUDED)
    item = Item.objects.get()
    assert [line.text for line in drawn(seller, now=SEPTEMBER + DAY).charts[-1].lines] == ["included 100 calls"]
    subscriptions.negotiate(item=item, form={**INCLUDED, "included_units": "200"}, now=SEPTEMBER + DAY)
    offer = builders.Offer(item.subscription.plan, item.add_on)
    builders.used(item.subscription.customer, offer, "3", at=OCTOBER)
    so_far, _, periods = drawn(seller).charts
    assert [line.text for line in so_far.lines] == ["included 200 calls"]
    assert periods.lines == ()


def test_more_items_cost_few_more_queries(seller: Organization, django_assert_max_num_queries: Any) -> None:
    used(seller, ("3", OCTOBER), form=INCLUDED)
    for number in range(3):
        offer = builders.usage_offer(seller, key=f"more-{number}", form=INCLUDED)
        buyer = builders.customer(seller, f"Buyer {number}")
        builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "1", at=OCTOBER)
    items = list(Item.objects.filter(add_on__kind="usage").select_related("add_on__metric", "price", "subscription"))
    with django_assert_max_num_queries(4 + 2 * len(items)):
        assert (
            len(
                pictures.pictures(
                    items=items, limits=rules.limits_of(items), now=NOW, formats=Formats.of("en_US", seller.zone)
                )
            )
            == 4
        )


def test_sparklines_have_the_shape_of_the_days(seller: Organization) -> None:
    used(seller, ("1", SEPTEMBER + DAY), ("2", OCTOBER), ("4", OCTOBER + DAY))
    periods = list(Item.objects.get().periods.select_related("item__add_on__metric").order_by("starts_at"))
    lines = pictures.sparklines(periods=periods, now=NOW, formats=Formats.of("en_US", seller.zone))
    first, second = (lines[period.pk] for period in periods)
    assert [bar.at for bar in first.bars] == [1]
    assert [(bar.at, bar.height) for bar in second.bars] == [(0, "12"), (1, "24")]
    assert second.words == "Per day; the most is 4 calls on 2 Oct"
    assert (first.columns, second.columns) == (30, 31)
    assert pictures.sparklines(periods=[], now=NOW, formats=Formats.of("en_US", seller.zone)) == {}

"""What an item says of itself."""

from apps.rating.periods import Interval, IntervalUnit
from apps.subscriptions.models import Item


def test_an_interval_that_a_change_of_plan_gives_holds_at_once() -> None:
    item = Item(interval_unit="month", interval_count=1)
    assert item.interval == Interval(IntervalUnit.MONTH)
    item.interval_unit, item.interval_count = "year", 2
    assert item.interval == Interval(IntervalUnit.YEAR, 2)

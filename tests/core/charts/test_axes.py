"""The scale of a chart: round steps that hold every value, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.charts.axes import MOST_STEPS, axis

ANY = st.decimals(min_value=-(10**27), max_value=10**27, places=12)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        (["12"], ["0", "5", "10", "15"]),
        (["1", "3"], ["0", "1", "2", "3"]),
        (["0.3"], ["0", "0.1", "0.2", "0.3"]),
        (["9000", "12000"], ["0", "5000", "10000", "15000"]),
        (["-3", "7"], ["-5", "0", "5", "10"]),
        (["-5"], ["-5", "-4", "-3", "-2", "-1", "0"]),
        ([], ["0", "1"]),
        (["0", "0"], ["0", "1"]),
        (["0.000000000001"], ["0", "0.0000000000002"]),
        (["999999999999999"], ["0", "200000000000000", "400000000000000"]),
    ],
)
def test_the_steps_are_round(values: list[str], ticks: list[str]) -> None:
    found = axis(Decimal(value) for value in values).ticks
    assert list(found[: len(ticks)]) == [Decimal(tick) for tick in ticks]


def test_whole_values_get_whole_steps() -> None:
    assert axis([Decimal(2)]).ticks == (0, 1, 2)
    assert axis([Decimal("2.5")]).step == Decimal("0.5")


def test_a_value_lies_where_it_belongs() -> None:
    scale = axis([Decimal(-5), Decimal(10)])
    assert scale.place(Decimal(10)) == 0
    assert scale.place(Decimal(0)) == Fraction(2, 3)
    assert scale.place(Decimal(-5)) == 1
    assert scale.place(Decimal(1000)) == 0
    assert scale.place(Decimal(-1000)) == 1


@given(st.lists(ANY, max_size=20))
def test_every_value_and_zero_lie_on_the_scale(values: list[Decimal]) -> None:
    scale = axis(values)
    ticks = scale.ticks
    assert 1 <= len(ticks) - 1 <= MOST_STEPS
    assert 0 in ticks
    assert all(ticks[0] <= value <= ticks[-1] for value in values)
    # The scale is not wider than it must be: without its last step, on either side, something would stick out.
    high, low = max([*values, Decimal(0)]), min([*values, Decimal(0)])
    assert high == low == 0 or (high > ticks[-2] and (low < ticks[1] or low == 0))

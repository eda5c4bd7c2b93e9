from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.split import split


def test_the_cent_that_is_left_goes_to_the_largest_remainder() -> None:
    assert split(100, [1, 1, 4]) == (17, 17, 66)
    assert split(100, [Decimal("0.5"), Fraction(1, 4), Fraction(1, 4)]) == (50, 25, 25)


def test_equal_remainders_are_served_in_order() -> None:
    assert split(100, [1, 1, 1]) == (34, 33, 33)
    assert split(-100, [1, 1, 1]) == (-34, -33, -33)
    assert split(2, [1, 1, 1, 1]) == (1, 1, 0, 0)


def test_nothing_needs_no_weights() -> None:
    assert split(0, [0, 0]) == (0, 0)
    assert split(0, []) == ()


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0, 0]), (5, [3, -1]), (0, [-1])])
def test_impossible_splits_are_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"split|negative"):
        split(total, weights)


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


@given(total=st.integers(-(10**12), 10**12), weights=weights)
def test_parts_sum_to_the_whole_and_stay_within_one_of_their_quota(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(weights=weights, portion=st.fractions(0, 1))
def test_a_discount_never_exceeds_its_line(weights: list[int], portion: Fraction) -> None:
    parts = split(int(sum(weights) * portion), weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))

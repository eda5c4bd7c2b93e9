from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.totals import TaxableLine, TaxGroup, totals


def line(amount_minor: int, rate: str = "0.19", category: str = "standard") -> TaxableLine:
    return TaxableLine(amount_minor, category, Decimal(rate))


def test_tax_is_added_to_net_lines() -> None:
    sums = totals([line(9500), line(4500)])
    assert sums.groups == (TaxGroup("standard", Decimal("0.19"), 14000, 2660),)
    assert (sums.subtotal_minor, sums.tax_minor, sums.total_minor) == (14000, 2660, 16660)
    assert sums.net_minor == (9500, 4500)


def test_tax_is_taken_out_of_gross_lines() -> None:
    sums = totals([line(11900), line(1000)], inclusive=True)
    assert (sums.subtotal_minor, sums.tax_minor, sums.total_minor) == (10840, 2060, 12900)
    assert sums.net_minor == (10000, 840)


def test_tax_is_rounded_once_for_the_group_and_not_per_line() -> None:
    lines = [line(3, "0.1")] * 5
    assert totals(lines).tax_minor == 2
    assert totals(lines[:1]).tax_minor == 0
    assert totals([line(5, "0.1")]).tax_minor == 1


def test_groups_are_made_of_category_and_rate() -> None:
    sums = totals([line(1000), line(2000, "0.07"), line(3000, "0.190"), line(500, "0", "exempt"), line(10, "0.07")])
    assert [(group.category, group.rate, group.base_minor, group.tax_minor) for group in sums.groups] == [
        ("exempt", Decimal("0"), 500, 0),
        ("standard", Decimal("0.07"), 2010, 141),
        ("standard", Decimal("0.19"), 4000, 760),
    ]
    assert (sums.subtotal_minor, sums.tax_minor, sums.total_minor) == (6510, 901, 7411)


def test_no_tax_and_no_lines() -> None:
    assert totals([line(38000, "0")]).total_minor == 38000
    empty = totals([])
    assert (empty.subtotal_minor, empty.groups, empty.tax_minor, empty.total_minor) == (0, (), 0, 0)
    assert totals([line(0)], inclusive=True).net_minor == (0,)


@pytest.mark.parametrize(("amount", "rate"), [(-1, "0.19"), (1, "-0.01"), (1, "19"), (1, "NaN"), (1, "Infinity")])
def test_nonsense_is_refused(amount: int, rate: str) -> None:
    with pytest.raises(ValueError, match=r"negative|between 0 and 1"):
        line(amount, rate)


lines = st.lists(
    st.builds(
        TaxableLine,
        st.integers(0, 10**9),
        st.sampled_from(["standard", "reduced", "exempt"]),
        st.sampled_from(["0", "0.05", "0.07", "0.19", "0.2", "0.0825", "0.21"]).map(Decimal),
    ),
    max_size=12,
)


@given(lines=lines, inclusive=st.booleans())
def test_everything_sums(lines: list[TaxableLine], inclusive: bool) -> None:
    sums = totals(lines, inclusive=inclusive)
    assert sum(sums.net_minor) == sums.subtotal_minor == sum(group.base_minor for group in sums.groups)
    assert sum(group.tax_minor for group in sums.groups) == sums.tax_minor
    assert sums.subtotal_minor + sums.tax_minor == sums.total_minor
    for group in sums.groups:
        members = [
            net
            for net, line in zip(sums.net_minor, lines, strict=True)
            if (line.category, line.rate) == (group.category, group.rate)
        ]
        assert sum(members) == group.base_minor


@given(lines=lines)
def test_the_gross_never_moves(lines: list[TaxableLine]) -> None:
    sums = totals(lines, inclusive=True)
    assert sums.total_minor == sum(line.amount_minor for line in lines)
    assert all(0 <= net <= line.amount_minor for net, line in zip(sums.net_minor, lines, strict=True))


@given(lines=lines, inclusive=st.booleans())
def test_the_tax_of_a_group_is_within_half_a_minor_unit(lines: list[TaxableLine], inclusive: bool) -> None:
    for group in totals(lines, inclusive=inclusive).groups:
        rate = Fraction(group.rate)
        gross = group.base_minor + group.tax_minor
        exact = gross * rate / (1 + rate) if inclusive else group.base_minor * rate
        assert abs(group.tax_minor - exact) <= Fraction(1, 2)


@given(lines=lines, inclusive=st.booleans())
def test_the_order_of_lines_changes_no_sum(lines: list[TaxableLine], inclusive: bool) -> None:
    shuffled = sorted(lines, key=lambda line: (line.amount_minor, line.category), reverse=True)
    one, other = totals(lines, inclusive=inclusive), totals(shuffled, inclusive=inclusive)
    assert (one.groups, one.total_minor) == (other.groups, other.total_minor)

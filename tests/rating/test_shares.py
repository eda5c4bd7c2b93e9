from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.money import to_money
from apps.rating.periods import Period, share
from apps.rating.proration import prorate
from apps.rating.wallclock import wall_time


def span(start: str, end: str, zone: str) -> Period:
    place = ZoneInfo(zone)
    return Period(*(datetime.fromisoformat(text).replace(tzinfo=place) for text in (start, end)))


def part_of(start: str, cut: str, end: str, zone: str) -> Fraction:
    return share(span(start, cut, zone), span(start, end, zone), ZoneInfo(zone))


def test_ten_days_of_april_are_a_third() -> None:
    assert part_of("2026-04-01", "2026-04-11", "2026-05-01", "Europe/Paris") == Fraction(1, 3)


@pytest.mark.parametrize(
    ("start", "cut", "end", "zone", "expected"),
    [
        ("2026-03-01", "2026-03-30", "2026-04-01", "Europe/Paris", Fraction(29, 31)),
        ("2026-10-01", "2026-10-26", "2026-11-01", "Europe/Paris", Fraction(25, 31)),
        ("2026-03-01", "2026-03-09", "2026-04-01", "America/New_York", Fraction(8, 31)),
        ("2026-04-01", "2026-04-06", "2026-05-01", "Australia/Lord_Howe", Fraction(1, 6)),
        ("2018-11-01", "2018-11-04T01:00", "2018-12-01", "America/Sao_Paulo", Fraction(3, 30)),
        ("2018-11-04T01:00", "2018-11-05", "2018-12-04", "America/Sao_Paulo", Fraction(1, 30)),
        ("2026-11-01", "2026-11-02", "2026-12-01", "America/Havana", Fraction(1, 30)),
        ("2026-04-01T12:00", "2026-04-02", "2026-04-03T12:00", "Asia/Kolkata", Fraction(1, 4)),
        ("2026-04-01", "2026-05-01", "2026-05-01", "UTC", Fraction(1)),
    ],
)
def test_whole_days_are_exact_however_the_clock_is_turned(
    start: str, cut: str, end: str, zone: str, expected: Fraction
) -> None:
    assert part_of(start, cut, end, zone) == expected


def test_an_hour_shown_twice_counts_once() -> None:
    paris = ZoneInfo("Europe/Paris")
    day = span("2026-10-25", "2026-10-26", "Europe/Paris")
    turned_back = datetime(2026, 10, 25, 1, tzinfo=UTC)
    before, during, after = (
        share(Period(day.starts_at, turned_back + timedelta(minutes=minutes)), day, paris) for minutes in (-30, 30, 90)
    )
    assert (before, during, after) == (Fraction(5, 48), Fraction(1, 8), Fraction(7, 48))


def test_a_span_for_which_the_clock_stood_still_is_measured_in_elapsed_time() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    midnight = datetime(2018, 2, 18, 3, tzinfo=UTC)
    full = Period(midnight - timedelta(minutes=30), midnight)
    assert share(Period(full.starts_at, full.starts_at + timedelta(minutes=10)), full, zone) == Fraction(1, 3)


def test_a_part_must_lie_within_the_whole() -> None:
    april, may = span("2026-04-01", "2026-05-01", "UTC"), span("2026-04-15", "2026-05-02", "UTC")
    with pytest.raises(ValueError, match="within"):
        share(may, april, ZoneInfo("UTC"))


turning = st.sampled_from(
    [
        ("Europe/Paris", datetime(2026, 10, 25, 1)),
        ("Europe/Paris", datetime(2026, 3, 29, 1)),
        ("America/St_Johns", datetime(2010, 11, 7, 2, 31)),
        ("America/Sao_Paulo", datetime(2018, 2, 18, 2)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10)),
        ("America/Toronto", datetime(1919, 3, 31, 4, 30)),
        ("Pacific/Kwajalein", datetime(1969, 9, 30, 13)),
    ]
)
offsets = st.lists(st.integers(-(10**8) * 3600, 10**8 * 3600), min_size=4, max_size=4, unique=True)


@given(turning=turning, offsets=offsets)
def test_shares_of_neighbours_add_up(turning: tuple[str, datetime], offsets: list[int]) -> None:
    zone = ZoneInfo(turning[0])
    instants = [turning[1].replace(tzinfo=UTC) + timedelta(microseconds=offset) for offset in sorted(offsets)]
    full = Period(instants[0], instants[-1])
    pieces = [share(Period(*pair), full, zone) for pair in pairwise(instants)]
    assert sum(pieces) == 1
    assert all(piece >= 0 for piece in pieces)


@given(turning=turning, seconds=st.tuples(st.integers(-99999, 99999), st.integers(0, 9999)))
def test_the_wall_clock_never_runs_backwards(turning: tuple[str, datetime], seconds: tuple[int, int]) -> None:
    zone, near = ZoneInfo(turning[0]), turning[1].replace(tzinfo=UTC)
    earlier = near + timedelta(seconds=seconds[0])
    assert wall_time(earlier, zone) <= wall_time(earlier + timedelta(seconds=seconds[1]), zone)


def test_money_is_prorated_exactly_and_rounded_later() -> None:
    assert prorate(Decimal("10.05"), Fraction(1, 2)) == Decimal("5.025")
    assert to_money(prorate(Decimal(100), Fraction(1, 3)), "USD").text() == "33.33"
    assert to_money(prorate(Decimal(100), Fraction(2, 3)), "USD").text() == "66.67"
    assert prorate(Decimal("19.90"), Fraction(1)) == Decimal("19.90")
    assert prorate(Decimal("19.90"), Fraction(0)) == 0


def test_a_hair_below_half_a_cent_stays_below() -> None:
    nearly_half = Fraction(10**13 - 1, 2 * 10**13)
    assert to_money(prorate(Decimal("0.01"), nearly_half), "USD").minor == 0
    assert to_money(prorate(Decimal("0.01"), Fraction(1, 2)), "USD").minor == 1


@pytest.mark.parametrize("portion", [Fraction(-1, 9), Fraction(10, 9)])
def test_a_share_is_a_part_of_one(portion: Fraction) -> None:
    with pytest.raises(ValueError, match="whole"):
        prorate(Decimal(1), portion)


@given(
    amount=st.decimals(0, 10**12, places=12),
    part=st.integers(0, 31_622_400_000_000),
    whole=st.integers(1, 31_622_400_000_000),
)
def test_the_prorated_amount_rounds_as_the_exact_fraction_does(amount: Decimal, part: int, whole: int) -> None:
    portion = Fraction(part % (whole + 1), whole)
    exact = Fraction(amount) * portion * 100
    assert to_money(prorate(amount, portion), "USD").minor == (2 * exact + 1) // 2

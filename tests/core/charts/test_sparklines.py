"""Sparklines: the shape of values, small."""

from decimal import Decimal

from django.template.loader import render_to_string

from apps.core.charts.sparklines import HEIGHT, sparkline


def test_the_greatest_is_as_tall_as_the_line() -> None:
    line = sparkline([Decimal(1), Decimal(0), Decimal(2), None], words="two days")
    assert [(bar.at, bar.y, bar.height) for bar in line.bars] == [(0, "12", "12"), (2, "0", str(HEIGHT))]
    assert line.columns == 4


def test_what_is_below_zero_hangs() -> None:
    line = sparkline([Decimal(3), Decimal(-1)], words="two days")
    assert [(bar.y, bar.height) for bar in line.bars] == [("0", "18"), ("18", "6")]


def test_what_is_not_zero_can_be_seen() -> None:
    line = sparkline([Decimal(10**15), Decimal("0.000000000001")], words="two days")
    assert (line.bars[1].y, line.bars[1].height) == ("23", "1")
    hanging = sparkline([Decimal(10**15), Decimal("-0.000000000001")], words="two days")
    assert (hanging.bars[1].y, hanging.bars[1].height) == ("23", "1")


def test_nothing_draws_nothing_and_still_has_words() -> None:
    for values in ([], [Decimal(0), None]):
        line = sparkline(values, words="Nothing <yet>")
        assert line.bars == ()
        picture = render_to_string("backoffice/sparkline.html", {"sparkline": line})
        assert 'aria-label="Nothing &lt;yet&gt;"' in picture

"""Charts: what is drawn where, and that the table says the same."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from apps.core.charts import Chart, Drawing, Level, Point, draw
from apps.core.charts.drawing import HEIGHT, TOP
from apps.core.formats import Formats

FORMATS = Formats.of("en_US", ZoneInfo("UTC"))
GROUND = TOP + HEIGHT
INCLUDED = Level(name="included", value=Decimal(10000), kind="included")


def calls(value: Decimal) -> str:
    return FORMATS.quantity(value, "call", "calls")


def drawn(*values: str | None, **details: Any) -> Drawing:
    """Draw values as days of November."""
    points = [
        Point(name=f"{day} Nov", label=str(day), value=None if value is None else Decimal(value))
        for day, value in enumerate(values, start=1)
    ]
    details.setdefault("points", points)
    details.setdefault("title", "Calls per day")
    return draw(
        Chart(key="calls", headings=("Day", "Quantity"), write=calls, short=FORMATS.short, **details),
    )


def html(drawing: Drawing) -> str:
    return render_to_string("backoffice/chart.html", {"chart": drawing})


def test_bars_stand_on_zero_and_reach_their_value() -> None:
    drawing = drawn("2", "4", "0")
    assert [tick.text for tick in drawing.ticks] == ["0", "1", "2", "3", "4"]
    assert [(bar.y, bar.height) for bar in drawing.bars] == [
        (str(TOP + HEIGHT // 2), str(HEIGHT // 2)),
        (str(TOP), str(HEIGHT)),
        (str(GROUND), "0"),
    ]
    assert [(bar.at, bar.x, bar.width) for bar in drawing.bars][1] == (1, "1.15", "0.7")


def test_the_table_says_the_same() -> None:
    drawing = drawn("1", "2500", None)
    assert [(row.name, row.value) for row in drawing.rows] == [("1 Nov", "1 call"), ("2 Nov", "2,500 calls")]
    assert [bar.words for bar in drawing.bars] == ["1 Nov: 1 call", "2 Nov: 2,500 calls"]
    assert drawing.description == "1 Nov to 2 Nov. The most is 2,500 calls (2 Nov)."


def test_what_is_to_come_has_its_column_but_no_bar() -> None:
    drawing = drawn("3", *[None] * 29)
    assert len(drawing.bars) == len(drawing.rows) == 1
    assert drawing.columns == 30
    assert drawing.labels[-1].text == "29"


def test_a_single_bar_does_not_grow_fat() -> None:
    assert drawn("3").columns == 7
    assert drawn("3", columns=12).columns == 12


def test_days_below_zero_hang() -> None:
    drawing = drawn("10", "-5")
    up, down = drawing.bars
    assert (up.y, up.height) == (str(TOP), "100")
    assert (down.y, down.height) == (str(TOP + 100), "50")
    assert [tick.text for tick in drawing.ticks if tick.is_zero] == ["0"]


def test_what_is_not_zero_can_be_seen() -> None:
    drawing = drawn("1000000", "1", "-1")
    assert (drawing.bars[1].height, drawing.bars[2].height) == ("1", "1")


def test_nothing_but_zero_is_a_line() -> None:
    drawing = drawn("0", "0")
    assert [tick.text for tick in drawing.ticks] == ["0", "1"]
    assert {bar.height for bar in drawing.bars} == {"0"}


def test_an_empty_chart_says_so() -> None:
    page = html(drawn(empty="Nothing was used yet."))
    assert "Nothing was used yet." in page
    assert "<svg" not in page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("999999999999999.999999999999", "999,999,999,999,999.999999999999 calls"),
        ("123456789012345678901234567.000000000001", "123,456,789,012,345,678,901,234,567.000000000001 calls"),
        ("0.000000000001", "0.000000000001 calls"),
    ],
)
def test_no_digit_is_lost(value: str, text: str) -> None:
    drawing = drawn(value)
    assert drawing.rows[0].value == text
    assert drawing.ticks[0].text == "0"


def test_a_year_has_a_bar_for_each_day_and_few_labels() -> None:
    points = [
        Point(name=f"day {day}", value=Decimal(day), label=f"month {day // 30}" if day % 30 == 0 else "")
        for day in range(366)
    ]
    drawing = drawn(points=points)
    assert len(drawing.bars) == 366
    assert drawing.bars[0].width == "1"
    assert len(drawing.labels) <= 13
    assert html(drawing).count('class="tb-bar"') == 366


def test_steps_hold_each_value_for_its_column_and_stop_at_today() -> None:
    drawing = drawn("5", "10", None, steps=True)
    half, top = TOP + HEIGHT // 2, TOP
    assert drawing.outline == f"M0 {half}H1V{top}H2"
    assert drawing.area == f"M0 {GROUND}V{half}H1V{top}H2V{GROUND}Z"
    assert 'class="tb-bar"' not in html(drawing)


def test_steps_of_nothing_are_no_line() -> None:
    drawing = drawn(None, None, steps=True)
    assert (drawing.outline, drawing.area) == ("", "")


def test_a_line_to_compare_with_is_named_and_lies_within() -> None:
    drawing = drawn("4000", levels=[INCLUDED])
    (line,) = drawing.lines
    assert (line.y, line.text, line.kind) == (str(TOP), "included 10,000 calls", "included")
    assert drawing.description.startswith("1 Nov. The most is 4,000 calls (1 Nov). included 10,000 calls.")


@pytest.mark.parametrize("limit", ["10000", "10100", "12000", "30000"])
def test_names_of_lines_never_run_into_each_other(limit: str) -> None:
    drawing = drawn("9000", levels=[INCLUDED, Level(name="limit", value=Decimal(limit), kind="limit")])
    upper, lower = (Decimal(line.text_y) for line in drawing.lines)
    assert lower - upper >= 14
    assert upper > 0
    assert lower <= drawing.bottom


def test_a_line_far_above_everything_is_said_instead() -> None:
    drawing = drawn("9000", levels=[INCLUDED, Level(name="limit", value=Decimal(1000000), kind="limit")])
    assert [line.text for line in drawing.lines] == ["included 10,000 calls"]
    assert drawing.away == ("limit 1,000,000 calls",)
    assert "limit 1,000,000 calls" in drawing.description
    assert "Too far up to be drawn: limit 1,000,000 calls." in html(drawing)


def test_a_part_is_drawn_on_top_and_said() -> None:
    points = [Point(name="October", value=Decimal(10), part=Decimal(4)), Point(name="November", value=Decimal(10))]
    drawing = drawn(points=points, part_name="late")
    first, second = drawing.bars
    assert (first.part_y, first.part_height) == (str(TOP), "60")
    assert second.part_height == "0"
    assert first.words == "October: 10 calls, 4 calls of it late"
    assert [row.part for row in drawing.rows] == ["4 calls", ""]
    assert drawing.has_parts


@pytest.mark.parametrize(("value", "part"), [("-3", "2"), ("3", "-2"), ("3", "5")])
def test_a_part_that_is_none_of_its_bar_is_said_alone(value: str, part: str) -> None:
    drawing = drawn(points=[Point(name="October", value=Decimal(value), part=Decimal(part))], part_name="late")
    assert drawing.bars[0].part_height == "0"
    assert drawing.rows[0].part == f"{part} calls"


def test_the_picture_has_words_and_no_script() -> None:
    page = html(drawn("1", "2", title="Calls <b>& more</b>"))
    tree = ElementTree.fromstring(page)
    picture = tree.find("svg")
    assert picture is not None
    assert picture.attrib["role"] == "img"
    ids = picture.attrib["aria-labelledby"].split()
    assert [element.attrib["id"] for element in picture[:2]] == ids
    assert [element.tag for element in picture[:2]] == ["title", "desc"]
    assert picture[0].text == "Calls <b>& more</b>"
    assert "<script" not in page
    assert "style=" not in page


@pytest.mark.parametrize("locale", ["de_DE", "fr_FR", "ar_EG"])
def test_positions_are_written_the_same_in_every_language(locale: str) -> None:
    formats = Formats.of(locale, ZoneInfo("UTC"))
    points = [Point(name="Tag", label="1", value=Decimal("1234.5"))]
    chart = Chart(
        key="k",
        title="t",
        headings=("Day", "Quantity"),
        points=points,
        write=formats.number,
        short=formats.short,
    )
    picture = ElementTree.fromstring(html(draw(chart))).find("svg/svg/g/rect[2]")
    assert picture is not None
    assert (picture.attrib["x"], picture.attrib["width"]) == ("0.15", "0.7")
    assert Decimal(picture.attrib["y"]) + Decimal(picture.attrib["height"]) == GROUND

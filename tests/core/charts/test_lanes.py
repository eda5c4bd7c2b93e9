"""Where stretches and marks stand on their lanes, and what of them is cut off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apps.core.charts import Lane, Lanes, Mark, Stretch, lay
from apps.core.charts.lanes import LANE, TOP

START = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def stretch(first: int, last: int, kind: str = "current") -> Stretch:
    return Stretch(starts_at=START + first * DAY, ends_at=START + last * DAY, kind=kind, when="then", words="it is")


def mark(day: int) -> Mark:
    return Mark(at=START + day * DAY, kind="change", when="then", words="it changed", address="/there/")


CHART = Lanes(
    key="one",
    title="Time",
    description="Ten days.",
    starts_at=START,
    ends_at=START + 10 * DAY,
    now=START + 5 * DAY,
    lanes=[Lane(name="One", stretches=[stretch(0, 4, "recorded"), stretch(4, 10)], marks=[mark(4)])],
    labels=[(START, "1 Sep"), (START + 9 * DAY, "10 Sep")],
    kinds=[("current", "collecting"), ("recorded", "closed"), ("free", "not billed")],
)


def test_each_stands_where_its_time_is() -> None:
    laid = lay(CHART)
    (lane,) = laid.lanes
    assert [(bar.x, bar.width, bar.kind, bar.title) for bar in lane.stretches] == [
        ("0", "40", "recorded", "then: it is"),
        ("40", "60", "current", "then: it is"),
    ]
    assert [(one.x, one.title, one.address) for one in lane.marks] == [("40", "then: it changed", "/there/")]
    assert (laid.now, laid.now_anchor, laid.grid) == ("50", "middle", ("0", "90"))
    assert laid.kinds == (("current", "collecting"), ("recorded", "closed"))
    assert laid.bottom == TOP + LANE


def test_what_lies_outside_is_cut_off() -> None:
    lanes = [Lane(name="One", stretches=[stretch(-9, -3), stretch(-3, 2), stretch(8, 20), stretch(20, 30)])]
    lanes.append(Lane(name="Two", marks=[mark(-1), mark(0), mark(10), mark(11)]))
    one, two = lay(replace(CHART, lanes=lanes)).lanes
    assert [(bar.x, bar.width) for bar in one.stretches] == [("0", "20"), ("80", "20")]
    assert [at.x for at in two.marks] == ["0", "100"]
    assert two.y == one.y + LANE


def test_now_is_left_out_where_it_lies_outside() -> None:
    assert lay(replace(CHART, now=START - DAY)).now == ""
    assert lay(replace(CHART, now=START + 10 * DAY)).now_anchor == "end"


def test_shares_are_exact_to_the_microsecond() -> None:
    third = Stretch(starts_at=START, ends_at=START + 10 * DAY / 3, kind="current", when="", words="")
    (lane,) = lay(replace(CHART, lanes=[Lane(name="One", stretches=[third])])).lanes
    assert lane.stretches[0].width == "33.333"

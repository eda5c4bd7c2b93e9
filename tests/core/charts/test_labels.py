"""Labels below a chart: as many as there is room for, and none upon another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apps.core.charts.labels import CHARACTER, NARROW, WIDE, Label, placed


def edges(label: Label, width: int) -> tuple[float, float]:
    """Return where a label begins and ends in a picture so many pixels wide."""
    spot, length = float(label.x) * width / 100, len(label.text) * CHARACTER
    start = {"start": spot, "middle": spot - length / 2, "end": spot - length}[label.anchor]
    return start, start + length


def test_all_are_kept_where_there_is_room() -> None:
    labels = placed(["Jan", "Feb", "Mar"], columns=3)
    assert [(label.text, label.anchor, label.wide) for label in labels] == [
        ("Jan", "middle", False),
        ("Feb", "middle", False),
        ("Mar", "middle", False),
    ]
    assert [label.x for label in labels] == ["16.667", "50", "83.333"]


def test_a_phone_leaves_some_out() -> None:
    labels = placed([str(day) for day in range(1, 32)], columns=31)
    assert [label.text for label in labels][:4] == ["1", "3", "5", "7"]
    assert [label.text for label in labels if not label.wide][:4] == ["1", "5", "9", "13"]


def test_long_labels_at_the_edges_stay_inside() -> None:
    first, *_, last = placed(["1 November", "2", "3", "4", "5", "6", "30 November"], columns=7)
    assert (first.anchor, first.x) == ("start", "0")
    assert (last.anchor, last.x) == ("end", "100")


def test_no_labels_are_none() -> None:
    assert placed([], columns=7) == ()
    assert placed(["", ""], columns=7) == ()


@given(st.lists(st.text(alphabet="abc 12", max_size=14), max_size=40))
def test_labels_never_run_into_each_other(texts: list[str]) -> None:
    labels = placed(texts, columns=max(len(texts), 7))
    narrow = [label for label in labels if not label.wide]
    assert len(narrow) >= min(1, len(labels))
    for shown, width in ((narrow, NARROW), (labels, WIDE)):
        spots = [edges(label, width) for label in shown]
        assert all(left[1] <= right[0] + 0.1 for left, right in pairwise(spots))

"""A chart of stretches of time: one lane for each thing, what happened as marks, and the same as rows of a table.

Nothing here knows what is told. Positions sideways are percents, so that the picture is as wide as its page; upwards
they are pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from apps.core.charts.labels import Label, placed_at
from apps.rating.exact import at_places
from apps.rating.numbers import plain

NAME = 16  # the line of a lane's name, above its bars
BAR = 16
LANE = NAME + BAR + 12
TOP = 18  # room for the word at the line of now
BOTTOM = 24  # room for the labels below


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A half-open stretch of a lane. `kind` is how it looks, `when` and `words` say it, `address` leads on from it."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    when: str
    words: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that happened at an instant. `kind` is how it looks."""

    at: datetime
    kind: str
    when: str
    words: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One thing: its name, its stretches and its marks, each oldest first."""

    name: str
    stretches: Sequence[Stretch] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """What to draw, from one instant to another; what lies outside is cut off. `key` is unique on the page.

    `labels` stand below at their instants as far as there is room. `kinds` name the kinds of stretches for the key.
    """

    key: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    now: datetime
    lanes: Sequence[Lane]
    labels: Sequence[tuple[datetime, str]]
    kinds: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class LaidStretch:
    """A stretch as drawn: left edge and width in percent."""

    x: str
    width: str
    kind: str
    title: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LaidMark:
    """A mark as drawn: its place in percent."""

    x: str
    kind: str
    title: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LaidLane:
    """A lane as drawn: how far down its name, its bars and its marks are."""

    name: str
    name_y: int
    y: int
    middle: int
    stretches: tuple[LaidStretch, ...]
    marks: tuple[LaidMark, ...]


@dataclass(frozen=True, kw_only=True)
class LaidLanes:
    """The chart as the template draws it. `now` is empty where it lies outside."""

    key: str
    title: str
    description: str
    height: int
    bottom: int
    bar: int
    lanes: tuple[LaidLane, ...]
    labels: tuple[Label, ...]
    grid: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    now: str
    now_anchor: str


def lay(chart: Lanes) -> LaidLanes:
    """Lay lanes out."""
    scale = _Scale(chart.starts_at, chart.ends_at)
    lanes = tuple(_lane(lane, place, scale) for place, lane in enumerate(chart.lanes))
    bottom = TOP + LANE * len(lanes)
    shown = [(scale.place(at), text) for at, text in chart.labels if scale.holds(at)]
    there = {stretch.kind for lane in lanes for stretch in lane.stretches}
    now = scale.place(chart.now) if scale.holds(chart.now) else None
    return LaidLanes(
        key=chart.key,
        title=chart.title,
        description=chart.description,
        height=bottom + BOTTOM,
        bottom=bottom,
        bar=BAR,
        lanes=lanes,
        labels=placed_at(shown),
        grid=tuple(_percent(place) for place, _ in shown),
        kinds=tuple((kind, name) for kind, name in chart.kinds if kind in there),
        now="" if now is None else _percent(now),
        now_anchor="start" if now is None or now < Fraction(1, 10) else "end" if now > Fraction(9, 10) else "middle",
    )


@dataclass(frozen=True)
class _Scale:
    starts_at: datetime
    ends_at: datetime

    def place(self, instant: datetime) -> Fraction:
        """Return where an instant lies, as a part of the whole; beyond it, 0 or 1."""
        whole, part = self.ends_at - self.starts_at, instant - self.starts_at
        return min(max(Fraction(part // _TICK, whole // _TICK), Fraction(0)), Fraction(1))

    def holds(self, instant: datetime) -> bool:
        return self.starts_at <= instant <= self.ends_at


_TICK = datetime.resolution


def _lane(lane: Lane, place: int, scale: _Scale) -> LaidLane:
    top = TOP + LANE * place
    return LaidLane(
        name=lane.name,
        name_y=top + NAME - 5,
        y=top + NAME,
        middle=top + NAME + BAR // 2,
        stretches=tuple(
            _stretch(stretch, scale)
            for stretch in lane.stretches
            if stretch.starts_at < scale.ends_at and stretch.ends_at > scale.starts_at
        ),
        marks=tuple(
            LaidMark(
                x=_percent(scale.place(mark.at)),
                kind=mark.kind,
                title=f"{mark.when}: {mark.words}",
                address=mark.address,
            )
            for mark in lane.marks
            if scale.holds(mark.at)
        ),
    )


def _stretch(stretch: Stretch, scale: _Scale) -> LaidStretch:
    start, end = scale.place(stretch.starts_at), scale.place(stretch.ends_at)
    return LaidStretch(
        x=_percent(start),
        width=_percent(end - start),
        kind=stretch.kind,
        title=f"{stretch.when}: {stretch.words}",
        address=stretch.address,
    )


def _percent(part: Fraction) -> str:
    return plain(at_places(part * 100, 3))

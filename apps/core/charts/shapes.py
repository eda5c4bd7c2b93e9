"""What a chart is drawn from: all positions as text, since templates write numbers by locale."""

from dataclasses import dataclass

from apps.core.charts.labels import Label


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One step of the axis: how far down, and its number."""

    y: str
    text: str
    is_zero: bool


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One column as drawn: where it begins sideways (`at` its cell), the bar and its lighter part, and its words."""

    at: int
    x: str
    width: str
    y: str
    height: str
    part_y: str
    part_height: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A level as drawn: how far down the line lies, and its name."""

    y: str
    text_y: str
    text: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A point in words, for the table: its name, its value, and the lighter part, where the chart has any."""

    name: str
    value: str
    part: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart as the template draws it."""

    key: str
    title: str
    description: str
    away: tuple[str, ...]
    empty: str
    headings: tuple[str, str]
    part_name: str
    has_parts: bool
    columns: int
    height: int
    bottom: int
    ticks: tuple[Tick, ...]
    axis_width: int
    bars: tuple[Bar, ...]
    outline: str
    area: str
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    rows: tuple[Row, ...]

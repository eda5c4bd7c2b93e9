"""From labelled numbers to where each bar, line and label stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter

from apps.core.charts.axes import Axis, axis
from apps.core.charts.labels import Note, placed, spread
from apps.core.charts.shapes import Bar, Drawing, Line, Row, Tick
from apps.rating.exact import at_places
from apps.rating.numbers import plain

TOP = 22  # room for the name of a line at the very top
BOTTOM = 24  # room for the labels below
HEIGHT = 150
GAP = Fraction(3, 10)  # of a column; many columns stand without one
MOST_WITH_GAP = 120
LEAST = Decimal(1)  # pixel of whatever is not zero
FAR = 3  # a line is drawn where it is at most so many times as high as all that lies below it


@dataclass(frozen=True, kw_only=True)
class Point:
    """One column: `name` in full, `label` below it (may be empty), `value` None where it is still to come.

    `part` is the part of the value that is drawn lighter, on top.
    """

    name: str
    value: Decimal | None
    label: str = ""
    part: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A value to compare with, drawn as a line across. `kind` is how it looks: "included" or "limit"."""

    name: str
    value: Decimal
    kind: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What to draw: bars, or with `steps` one line that holds each value for the width of its column.

    `key` is unique on the page. `headings` are those of the table: of the names, of the values. `write` says a value
    with its unit, `short` a step of the axis. `columns` is how many there is room for at the least, so that a few bars
    do not grow fat.
    """

    key: str
    title: str
    headings: tuple[str, str]
    points: Sequence[Point]
    write: Callable[[Decimal], str]
    short: Callable[[Decimal], str]
    levels: Sequence[Level] = ()
    steps: bool = False
    part_name: str = ""
    empty: str = "Nothing yet."
    columns: int = 7
    height: int = HEIGHT


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    near = _near(chart)
    values = [point.value for point in chart.points if point.value is not None]
    scale = axis([*values, *(level.value for level in near)])
    columns = max(len(chart.points), chart.columns)
    outline, area = _outline(chart, scale) if chart.steps else ("", "")
    ticks = tuple(
        Tick(y=_y(value, scale, chart.height), text=chart.short(value), is_zero=value == 0) for value in scale.ticks
    )
    return Drawing(
        key=chart.key,
        title=chart.title,
        description=_description(chart),
        away=tuple(_level(chart, level) for level in chart.levels if level not in near),
        empty=chart.empty,
        headings=chart.headings,
        part_name=chart.part_name,
        has_parts=any(point.part for point in chart.points),
        columns=columns,
        height=TOP + chart.height + BOTTOM,
        bottom=TOP + chart.height,
        ticks=ticks,
        axis_width=max(len(tick.text) for tick in ticks),
        bars=tuple(_bars(chart, scale)),
        outline=outline,
        area=area,
        lines=_lines(chart, near, scale),
        labels=placed([point.label for point in chart.points], columns=columns),
        rows=tuple(_row(chart, point) for point in chart.points if point.value is not None),
    )


def _near(chart: Chart) -> list[Level]:
    """Return the levels to draw, lowest first: one far above everything else would press the rest flat."""
    drawn: list[Level] = []
    reach = max((point.value for point in chart.points if point.value is not None), default=Decimal(0))
    for level in sorted(chart.levels, key=lambda level: level.value):
        if not drawn or level.value <= FAR * max(reach, drawn[-1].value):
            drawn.append(level)
    return drawn


def _bars(chart: Chart, scale: Axis) -> list[Bar]:
    gap = GAP if len(chart.points) <= MOST_WITH_GAP else Fraction(0)
    zero = _down(Decimal(0), scale, chart.height)
    bars = []
    for place, point in enumerate(chart.points):
        if point.value is None:
            continue
        end = _down(point.value, scale, chart.height)
        top, height = _between(zero, end) if point.value else (zero, Decimal(0))
        part_top, part_height = end, Decimal(0)
        if 0 < point.part <= point.value:
            part_top, part_height = _between(_down(point.value - point.part, scale, chart.height), end)
        bars.append(
            Bar(
                at=place,
                x=_text(place + gap / 2),
                width=_text(1 - gap),
                y=plain(top),
                height=plain(height),
                part_y=plain(part_top),
                part_height=plain(part_height),
                words=_words(chart, point),
            )
        )
    return bars


def _between(start: Decimal, end: Decimal) -> tuple[Decimal, Decimal]:
    """Return top and height of a bar from one depth to another; what is there is never too small to be seen."""
    height = max(abs(end - start), LEAST)
    return (start, height) if end > start else (start - height, height)


def _outline(chart: Chart, scale: Axis) -> tuple[str, str]:
    """Return the path of the steps, and that of the area between them and zero."""
    steps = []
    last = 0
    for place, point in enumerate(chart.points):
        if point.value is None:
            break
        steps.append(f"V{_y(point.value, scale, chart.height)}H{place + 1}")
        last = place + 1
    if not steps:
        return "", ""
    zero = _y(Decimal(0), scale, chart.height)
    first = f"M0 {steps[0].partition('H')[0].removeprefix('V')}H1"
    return first + "".join(steps[1:]), f"M0 {zero}{''.join(steps)}V{zero}Z" if last else ""


def _lines(chart: Chart, near: Sequence[Level], scale: Axis) -> tuple[Line, ...]:
    highest_first = near[::-1]
    notes = [Note(_down(level.value, scale, chart.height), _level(chart, level)) for level in highest_first]
    return tuple(
        Line(y=plain(note.depth), text_y=plain(depth), text=note.text, kind=level.kind)
        for level, note, depth in zip(highest_first, notes, spread(notes), strict=True)
    )


def _description(chart: Chart) -> str:
    """Say in words what the eye takes in: from when to when, the most, and what to compare it with."""
    known = [(point.value, point.name) for point in chart.points if point.value is not None]
    sentences = [f"{_level(chart, level)}." for level in chart.levels]
    if known:
        (_, first), (_, last) = known[0], known[-1]
        most, name = max(known, key=itemgetter(0))
        span = first if len(known) == 1 else f"{first} to {last}"
        sentences.insert(0, f"{span}. The most is {chart.write(most)} ({name}).")
    return " ".join(sentences)


def _level(chart: Chart, level: Level) -> str:
    return f"{level.name} {chart.write(level.value)}"


def _words(chart: Chart, point: Point) -> str:
    assert point.value is not None, "only a known value is said"
    part = f", {chart.write(point.part)} of it {chart.part_name}" if point.part else ""
    return f"{point.name}: {chart.write(point.value)}{part}"


def _row(chart: Chart, point: Point) -> Row:
    assert point.value is not None, "only a known value is a row"
    return Row(name=point.name, value=chart.write(point.value), part=chart.write(point.part) if point.part else "")


def _down(value: Decimal, scale: Axis, height: int) -> Decimal:
    return at_places(TOP + scale.place(value) * height, 2)


def _y(value: Decimal, scale: Axis, height: int) -> str:
    return plain(_down(value, scale, height))


def _text(number: Fraction) -> str:
    return plain(at_places(number, 3))

"""Charts of labelled numbers: where each bar, line and label stands, and the same numbers as rows of a table.

Nothing here knows what is counted. The templates draw what they find, and compute nothing. Sideways, one column is one
unit wide and the picture is as wide as its page; upwards, units are pixels, so that text keeps its size on a phone.
"""

from apps.core.charts.drawing import Chart, Level, Point, draw
from apps.core.charts.lanes import LaidLanes, Lane, Lanes, Mark, Stretch, lay
from apps.core.charts.shapes import Drawing
from apps.core.charts.sparklines import Sparkline, sparkline

__all__ = [
    "Chart",
    "Drawing",
    "LaidLanes",
    "Lane",
    "Lanes",
    "Level",
    "Mark",
    "Point",
    "Sparkline",
    "Stretch",
    "draw",
    "lay",
    "sparkline",
]

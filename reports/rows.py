"""Charts of shares and counts in rows: each row its words on one line, its mark below them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.axes import tick_labels, ticks
from reports.charts import ChartText
from reports.measure import text_width, wrap
from reports.numbers import money
from reports.palette import NEUTRAL

Mark = Literal["dot", "bar", "nested"]
Axis = Literal["percent", "ratio", "money", "count"]
SIZE = 12.5
LEADING = 16.0
MARK_ROOM = 22.0
HEAD_ROOM = 26.0
TOP = 6.0
MANY = 15
"""A chart with more rows than these has its axis at its head too."""
AXIS = 20.0
"""Room for that second axis."""
FOOT = 44.0
GAP = 12.0
APART = 5.0
"""Room below a mark, which belongs to the words above it."""
QUARTERS = [0.0, 0.25, 0.5, 0.75, 1.0]


@dataclass(frozen=True)
class Row:
    """One row; `beside` is a second, hollow mark; `parts` are nested bars, the longest first."""

    label: str
    figures: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    beside: float | None = None
    parts: tuple[float, ...] = ()
    shape: str = "circle"
    colour: str = NEUTRAL


@dataclass(frozen=True)
class RowGroup:
    """Rows under one heading; an empty heading is none."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RowsChart:
    """Rows on one axis from `limits[0]` to `limits[1]`, with a line at `reference`.

    `band` is what is too small to matter, to both sides of zero.
    """

    text: ChartText
    groups: tuple[RowGroup, ...]
    mark: Mark
    axis: Axis
    axis_title: str
    limits: tuple[float, float] = (0.0, 1.0)
    reference: float | None = None
    currency: str = ""
    band: float | None = None

    @property
    def rows(self) -> list[Row]:
        """All rows from top to bottom."""
        return [row for group in self.groups for row in group.rows]

    @property
    def head(self) -> float:
        """Where the first row starts."""
        return TOP + AXIS * (len(self.rows) > MANY)


@dataclass(frozen=True)
class Slot:
    """Where one row, or a heading, stands: lines of text from `top`, the mark at `centre`."""

    row: Row | None
    lines: list[str]
    figures: str
    top: float
    centre: float


def slots_of(chart: RowsChart, width: float) -> Iterator[Slot]:
    """Headings and rows from top to bottom, for a drawing of this width."""
    y = chart.head
    is_long = any(_is_long(row, width) for row in chart.rows)
    for group in chart.groups:
        if group.heading:
            lines = wrap(group.heading, SIZE * 1.12, width, 2)
            y += HEAD_ROOM - LEADING if y > chart.head else 0
            yield Slot(None, lines, "", y, y)
            y += LEADING * len(lines) + 4
        for row in group.rows:
            own = text_width(row.figures, SIZE, bold=True)
            lines = wrap(row.label, SIZE, max(width - own - GAP, 1.0), 2)
            if is_long:
                lines = wrap(row.label, SIZE, width, 2)
                lines += wrap(row.figures, SIZE * 1.12, width, 2)
            height = LEADING * len(lines)
            figures = "" if is_long else row.figures
            yield Slot(row, lines, figures, y, y + height + MARK_ROOM / 2)
            y += height + MARK_ROOM + APART


def _is_long(row: Row, width: float) -> bool:
    """Whether label and figures need lines of their own: then those of every row have them."""
    own = text_width(row.figures, SIZE, bold=True)
    return own > 0.62 * width or len(wrap(row.label, SIZE, max(width - own - GAP, 1.0), 3)) > 2


def height_of(slots: list[Slot]) -> float:
    """Height down to the axis."""
    return (slots[-1].centre if slots else TOP) + MARK_ROOM / 2 + 2


def axis_ticks(chart: RowsChart) -> list[tuple[float, str]]:
    """Values and words of the axis."""
    values = QUARTERS if chart.limits == (0.0, 1.0) else ticks(*chart.limits, 4)
    if chart.axis == "percent":
        words = tick_labels([100 * value for value in values])
        return [(value, f"{word}%") for value, word in zip(values, words, strict=True)]
    if chart.axis == "money":
        return [(value, money(value, chart.currency)) for value in values]
    return list(zip(values, tick_labels(values), strict=True))


def room_above(values: list[float | None], least: float = 0.0) -> tuple[float, float]:
    """Limits from zero to a little above the largest value."""
    largest = max((value for value in values if value is not None), default=0.0)
    return 0.0, 1.04 * (max(largest, least) or 1.0)

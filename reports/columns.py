"""Two columns of about one height: which chart stands where, and what fills the shorter one."""

import re
from dataclasses import dataclass, replace

from reports.measure import wrap
from reports.tables import Table
from reports.views import ChartView

Absent = list[tuple[str, str]]
WIDTH = 475.0
"""Of a column on a wide window, in CSS pixels."""
SMALL, LINE = 14.0, 21.0
FILLING = 100.0
"""White space that is better than numbers which nobody asked for."""
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Column:
    """Charts from top to bottom; `has_absent` where what was not evaluated is told below them.

    `numbers` is the table of the one chart of the other column.
    """

    charts: tuple[ChartView, ...]
    has_absent: bool = False
    numbers: Table | None = None


@dataclass(frozen=True)
class Columns:
    """Left and right; `opened` is the chart whose numbers are shown, empty where none is."""

    pair: tuple[Column, Column]
    opened: str = ""

    @property
    def has_absent(self) -> bool:
        """Whether either column tells what was not evaluated."""
        return any(column.has_absent for column in self.pair)


def in_columns(charts: list[ChartView], absent: Absent) -> Columns:
    """The charts in their order, cut and filled where both columns come out most alike."""
    given = tuple(charts)
    pairs = [
        (Column(given[:cut], place == "left"), Column(given[cut:], place == "right"))
        for cut in range(1, len(given) + 1)
        for place in (("left", "right", "below") if absent else ("below",))
    ]
    if len(given) == 1:
        numbers = given[0].table
        pairs += [(left, replace(right, numbers=numbers)) for left, right in pairs]
    offers = [offer for pair in pairs for offer in (Columns(pair), *_filled(pair, absent))]
    return min(offers, key=lambda offer: _cost(offer, absent))


def _filled(pair: tuple[Column, Column], absent: Absent) -> list[Columns]:
    """The pair with the numbers of one chart of the shorter column shown."""
    shorter = min(pair, key=lambda column: _height(column, absent))
    return [Columns(pair, chart.text.chart_id) for chart in shorter.charts]


def _cost(offer: Columns, absent: Absent) -> float:
    """White space below the shorter column, in pixels; numbers are shown only to fill much."""
    left, right = (_height(column, absent, offer.opened) for column in offer.pair)
    is_filled = bool(offer.opened or offer.pair[1].numbers)
    return abs(left - right) + FILLING * is_filled


def _height(column: Column, absent: Absent, opened: str = "") -> float:
    told = _absent_height(absent) if column.has_absent else 0.0
    shown = [chart.table for chart in column.charts if chart.text.chart_id == opened]
    shown += [column.numbers] if column.numbers else []
    drawn = sum(_chart_height(chart) for chart in column.charts)
    return drawn + told + sum(_table_height(table) for table in shown)


def _chart_height(chart: ChartView) -> float:
    text = chart.text
    title = 21.6 * _lines(text.title, 17.0) + 4
    words = LINE * (_lines(text.how_to_read) + _lines(text.source))
    key = sum(LINE * _lines(one, SMALL, WIDTH - 24) for one in chart.key) + 16 * bool(chart.key)
    return title + words + _drawing_height(chart.wide) + key + 68


def _drawing_height(drawing: str) -> float:
    found = _VIEW_BOX.search(drawing)
    return WIDTH * float(found[2]) / float(found[1]) if found else 0.0


def _absent_height(absent: Absent) -> float:
    return 26 + sum(LINE * _lines(f"{why}: {names}", SMALL, WIDTH - 20) for why, names in absent)


def _table_height(table: Table) -> float:
    """Rows as high as their highest cell, every column with an equal part of the width."""
    part = 1.2 * WIDTH / len(table.header) - 12
    rows = (max(_lines(cell, SMALL, part) for cell in row) for row in table.rows)
    return sum(20.0 * lines + 17 for lines in rows) + 110


def _lines(text: str, size: float = SMALL, width: float = WIDTH) -> int:
    return len(wrap(text, size, width, 99))

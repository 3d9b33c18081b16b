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
SUMMARY = 32.0
"""Height of the line under which the numbers of a chart are folded away."""
STRETCH = 0.35
"""Part of its height that a live chart in rows may gain, to end where the other column ends."""
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
    return _stretched(min(offers, key=lambda offer: _cost(offer, absent)), absent)


def _filled(pair: tuple[Column, Column], absent: Absent) -> list[Columns]:
    """The pair with the numbers of one chart of the shorter column shown."""
    shorter = min(pair, key=lambda column: _height(column, absent))
    return [Columns(pair, chart.text.chart_id) for chart in shorter.charts]


def _cost(offer: Columns, absent: Absent) -> float:
    """White space below the shorter column, in pixels; numbers are shown only to fill much."""
    shorter, gap = _gap(offer, absent)
    is_filled = bool(offer.opened or offer.pair[1].numbers)
    return gap - min(gap, _elasticity(offer.pair[shorter])) + FILLING * is_filled


def _gap(offer: Columns, absent: Absent) -> tuple[int, float]:
    """Which column is the shorter one, and by how much."""
    left, right = (_height(column, absent, offer.opened) for column in offer.pair)
    left -= SUMMARY if offer.pair[1].numbers else 0.0
    return int(right < left), abs(left - right)


def _stretched(offer: Columns, absent: Absent) -> Columns:
    """The columns with the live charts of the shorter one as much higher as they may be."""
    shorter, gap = _gap(offer, absent)
    room = _elasticity(offer.pair[shorter])
    if not room:
        return offer
    more = 1.0 + STRETCH * min(gap, room) / room
    column = offer.pair[shorter]
    charts = tuple(
        _heightened(chart, more) if chart.is_elastic else chart for chart in column.charts
    )
    columns = list(offer.pair)
    columns[shorter] = replace(column, charts=charts)
    return replace(offer, pair=(columns[0], columns[1]))


def _heightened(chart: ChartView, times: float) -> ChartView:
    """The chart with a second height of its live figure, for windows with two columns."""
    if chart.figure is None:
        return chart
    height = round(times * chart.figure["layout"]["height"])
    return replace(chart, figure=chart.figure | {"beside": height})


def _elasticity(column: Column) -> float:
    """By how many pixels the live charts of a column may grow."""
    figures = [chart.figure for chart in column.charts if chart.is_elastic and chart.figure]
    return STRETCH * sum(float(figure["layout"]["height"]) for figure in figures)


def _height(column: Column, absent: Absent, opened: str = "") -> float:
    told = _absent_height(absent) if column.has_absent else 0.0
    shown = [chart.table for chart in column.charts if chart.text.chart_id == opened]
    shown += [column.numbers] if column.numbers else []
    told += SUMMARY if column.numbers else 0.0
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
    rows = (max(_lines(cell, SMALL, part) for cell in row) for row in (table.header, *table.rows))
    words = 24.0 * _lines(table.caption, 17.0) + LINE * _lines(f"Download {table.caption} (CSV)")
    return sum(20.0 * lines + 13 for lines in rows) + words + 38


def _lines(text: str, size: float = SMALL, width: float = WIDTH) -> int:
    return len(wrap(text, size, width, 99))

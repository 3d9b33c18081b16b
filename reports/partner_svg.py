"""Components by partner as static SVG: a partner's name and money, its bars below them."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.measure import text_width, wrap
from reports.palette import BAND, INK, QUIET
from reports.partner_chart import DASH, PartnerChart, PartnerRow
from reports.rows import GAP, LEADING, SIZE
from reports.rows_svg import ROWS_WIDTHS
from reports.svg import NARROW, Canvas

SMALL = 11.5
FIGURES = 50.0
"""Room for the figures beside a bar."""
HEAD = 8.0
HEADING = 14.0
"""Height of a line over the columns."""
BAR = 8.0
CELLS = 18.0
APART = 12.0
FOOT = 12.0
BELOW = 14.0
"""What figures below a bar add to its height, in drawings too narrow for both on one line."""


@dataclass(frozen=True)
class PartnerSlot:
    """Where one partner stands: lines of its name from `top`, its bars at `centre`.

    `figures` stand at the right of the first line; empty where they are the last line.
    """

    row: PartnerRow
    lines: list[str]
    figures: str
    top: float
    centre: float


def partner_slots(chart: PartnerChart, width: float) -> Iterator[PartnerSlot]:
    """Partners from top to bottom, for a drawing of this width."""
    y = HEAD + HEADING * max(len(lines) for lines in heading_lines(chart, width))
    for row in chart.rows:
        room = width - text_width(row.figures, SIZE, bold=True) - GAP
        lines = wrap(row.label, SIZE, room, 3)
        is_long = len(lines) > 2
        if is_long:
            lines = [*wrap(row.label, SIZE, width, 3), row.figures]
        height = LEADING * len(lines)
        figures = "" if is_long else row.figures
        yield PartnerSlot(row, lines, figures, y, y + height + CELLS / 2)
        y += height + CELLS + APART + (BELOW if _is_slim(width) else 0)


def column_places(chart: PartnerChart, width: float) -> tuple[list[float], float]:
    """Where each column starts, and how long its bar of 100 % is."""
    step = width / len(chart.columns)
    length = step - (8 if _is_slim(width) else FIGURES + 6)
    return [step * index for index in range(len(chart.columns))], length


def heading_lines(chart: PartnerChart, width: float) -> list[list[str]]:
    """The words over each column, on at most three lines."""
    step = width / len(chart.columns)
    return [wrap(column.heading, SMALL, step - 4, 3) for column in chart.columns]


def nothing_of(chart: PartnerChart) -> str:
    """What stands where nothing is on record: a dash where a column has no room for words."""
    return DASH if len(chart.columns) > 1 else "nothing on record"


def _is_slim(width: float) -> bool:
    return width <= NARROW


def draw_partners(chart: PartnerChart, setting: str) -> str:
    """The chart as an SVG string."""
    width = ROWS_WIDTHS[setting]
    slots = list(partner_slots(chart, width))
    below = BELOW if _is_slim(width) else 0
    canvas = Canvas(width, slots[-1].centre + CELLS / 2 + FOOT + below)
    starts, length = column_places(chart, width)
    for x, lines in zip(starts, heading_lines(chart, width), strict=True):
        for index, line in enumerate(lines):
            canvas.text(x, 12 + HEADING * index, line, size=SMALL, fill=QUIET)
    for slot in slots:
        for index, line in enumerate(slot.lines):
            canvas.text(0, slot.top + 13 + LEADING * index, line, size=SIZE)
        if slot.figures:
            canvas.text(width, slot.top + 13, slot.figures, size=SIZE, anchor="end", bold=True)
        _draw_cells(canvas, chart, slot, starts, length)
    return canvas.render(setting)


def _draw_cells(
    canvas: Canvas, chart: PartnerChart, slot: PartnerSlot, starts: list[float], length: float
) -> None:
    y = slot.centre
    for x, column, cell in zip(starts, chart.columns, slot.row.cells, strict=True):
        if cell is None:
            canvas.text(x, y + 4, nothing_of(chart), size=SMALL, fill=QUIET)
            continue
        canvas.rect(x, y - BAR / 2, length, BAR, fill=BAND)
        canvas.rect(x, y - BAR / 2, length * min(1.0, cell.value), BAR, fill=column.colour)
        at = (x, y + 17) if _is_slim(canvas.width) else (x + length + 5, y + 4)
        canvas.text(*at, cell.figures, size=SMALL, fill=INK)

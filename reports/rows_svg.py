"""Charts in rows as static SVG, in a wide and a narrow setting."""

from reports.axes import Scale
from reports.measure import text_width, wrap
from reports.palette import GOOD, INK, LINE, MIDDLE, QUIET
from reports.rows import (
    FOOT,
    LEADING,
    MARK_ROOM,
    SIZE,
    TOP,
    Row,
    RowsChart,
    Slot,
    axis_ticks,
    height_of,
    slots_of,
)
from reports.svg import NARROW, Canvas

ROWS_WIDTHS = {"wide": 480.0, "narrow": NARROW}
BAR = 14.0
NESTED = ((18.0, "#ffffff"), (12.0, MIDDLE), (7.0, GOOD))
"""Height and fill of nested bars; the first has an outline."""


def draw_rows(chart: RowsChart, setting: str) -> str:
    """The chart as an SVG string."""
    width = ROWS_WIDTHS[setting]
    slots = list(slots_of(chart, width))
    bottom = height_of(slots)
    canvas = Canvas(width, bottom + FOOT)
    scale = Scale(*chart.limits, 8.0, width - 8.0)
    _draw_axis(canvas, chart, scale, bottom, slots)
    for slot in slots:
        _draw_words(canvas, slot)
        if slot.row is not None:
            _draw_mark(canvas, chart, slot.row, scale, slot.centre)
    if chart.reference is not None:
        _draw_reference(canvas, chart.reference, scale, slots)
    return canvas.render(setting)


def _draw_axis(
    canvas: Canvas, chart: RowsChart, scale: Scale, bottom: float, slots: list[Slot]
) -> None:
    """Ticks, their words, and the reference line; all of it only beside marks, not words."""
    rows = [slot.centre for slot in slots if slot.row is not None]
    half = MARK_ROOM / 2 - 1
    if chart.band is not None:
        low, high = scale.at(-chart.band), scale.at(chart.band)
        marked = [slot.centre for slot in slots if slot.row and slot.row.value is not None]
        for centre in marked:
            canvas.rect(low, centre - half, high - low, 2 * half)
    canvas.lines(
        (
            (scale.at(value), centre - half, scale.at(value), centre + half)
            for value, _ in axis_ticks(chart)
            for centre in rows
        ),
        stroke="#d5dbe3",
    )
    for value, words in axis_ticks(chart):
        at = scale.at(value)
        half_width = text_width(words, 12) / 2
        inside = min(max(at, half_width), canvas.width - half_width)
        for y in (bottom + 14, *([TOP + 8] if chart.head > TOP else [])):
            canvas.text(inside, y, words, size=12, fill=QUIET, anchor="middle")
    title = wrap(chart.axis_title, 12, canvas.width - 16, 1)[0]
    canvas.text(canvas.width / 2, bottom + 34, title, size=12, fill=QUIET, anchor="middle")


def _draw_reference(canvas: Canvas, value: float, scale: Scale, slots: list[Slot]) -> None:
    """A line across every row, above its mark."""
    at, half = scale.at(value), MARK_ROOM / 2 - 1
    rows = [slot.centre for slot in slots if slot.row is not None]
    canvas.lines(((at, y - half, at, y + half) for y in rows), stroke=INK, width=1.4)


def _draw_words(canvas: Canvas, slot: Slot) -> None:
    is_heading = slot.row is None
    for index, line in enumerate(slot.lines):
        y = slot.top + 13 + LEADING * index
        canvas.text(0, y, line, size=SIZE, fill=INK, bold=is_heading)
    if slot.figures:
        canvas.text(
            canvas.width, slot.top + 13, slot.figures, size=SIZE, fill=INK, anchor="end", bold=True
        )


def _draw_mark(canvas: Canvas, chart: RowsChart, row: Row, scale: Scale, y: float) -> None:
    if chart.mark == "nested":
        _draw_nested(canvas, row, scale, y)
        return
    if chart.mark == "bar" and row.value is not None:
        length = scale.at(row.value) - scale.start
        canvas.rect(scale.start, y - BAR / 2, length, BAR, fill=row.colour)
    if row.low is not None and row.high is not None:
        canvas.lines([(scale.at(row.low), y, scale.at(row.high), y)], stroke=row.colour, width=2.4)
    if chart.mark == "dot" and row.value is not None:
        shape = "arrow-right" if scale.cuts(row.value) else row.shape
        canvas.markers(shape, [(scale.at(row.value), y)], colour=row.colour, radius=5.5)
    if row.beside is not None:
        canvas.markers("diamond-open", [(scale.at(row.beside), y)], colour=INK, radius=5)


def _draw_nested(canvas: Canvas, row: Row, scale: Scale, y: float) -> None:
    for index, (value, (height, colour)) in enumerate(zip(row.parts, NESTED, strict=False)):
        left, right = scale.start, scale.at(value)
        top, foot = y - height / 2, y + height / 2
        canvas.rect(left, top, right - left, height, fill=colour)
        if index == 0:
            sides = [(left, top, right, top), (right, top, right, foot)]
            sides += [(right, foot, left, foot), (left, foot, left, top)]
            canvas.lines(sides, stroke=LINE, width=1.4)

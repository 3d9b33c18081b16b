"""Spend against effect as static SVG, in a wide, a middle and a narrow setting."""

from reports.axes import Scale
from reports.measure import text_width, wrap
from reports.palette import BAND, GRID, INK, QUIET, VERDICT_COLOURS, VERDICT_MARKERS
from reports.spend_effect import SpendEffectChart, SpendPoint
from reports.svg import MIDDLE, NARROW, Canvas

SIZES = {"wide": (900.0, 340.0), "middle": (MIDDLE, 320.0), "narrow": (NARROW, 310.0)}
LINE = 18.0
FOOT = 48.0


def draw_spend_effect(chart: SpendEffectChart, setting: str) -> str:
    """Numbered points; the key to the numbers stands below the drawing."""
    width, height = SIZES[setting]
    canvas = Canvas(width, height)
    widest = max((text_width(words, 12) for _, words in chart.y_ticks), default=0.0)
    across = Scale(*chart.x_limits, widest + 12, width - 8)
    head = _head(canvas, chart)
    down = Scale(*chart.y_limits, height - FOOT, head + 8)
    _frame(canvas, chart, across, down)
    for point in chart.points:
        _point(canvas, point, across, down)
    return canvas.render(setting)


def _head(canvas: Canvas, chart: SpendEffectChart) -> float:
    """What the upright axis shows and which end is better; where the numbers of points stand."""
    low, high = chart.ends
    lines = [*wrap(chart.y_title, 12, canvas.width - 8, 2), f"\u2191 {high}, \u2193 {low}"]
    for index, line in enumerate(lines):
        canvas.text(0, 14 + LINE * index, line, size=12, fill=QUIET)
    return 14 + LINE * len(lines)


def _frame(canvas: Canvas, chart: SpendEffectChart, across: Scale, down: Scale) -> None:
    if chart.band is not None:
        top, foot = down.at(chart.band), down.at(-chart.band)
        canvas.rect(across.start, top, across.end - across.start, foot - top, fill=BAND)
    canvas.lines(
        ((across.start, down.at(value), across.end, down.at(value)) for value, _ in chart.y_ticks),
        stroke=GRID,
    )
    canvas.lines([(across.start, down.at(0), across.end, down.at(0))], stroke=QUIET, width=1.2)
    for value, words in chart.y_ticks:
        canvas.text(across.start - 7, down.at(value) + 4, words, size=12, fill=QUIET, anchor="end")
    for value, words in chart.x_ticks:
        half = text_width(words, 12) / 2
        at = min(max(across.at(value), half), canvas.width - half)
        canvas.text(at, down.start + 18, words, size=12, fill=QUIET, anchor="middle")
    middle = (across.start + across.end) / 2
    canvas.text(middle, down.start + 40, "Advocacy spend", size=12, fill=QUIET, anchor="middle")


def _point(canvas: Canvas, point: SpendPoint, across: Scale, down: Scale) -> None:
    x, colour = across.at(point.place), VERDICT_COLOURS[point.verdict]
    if point.low is not None and point.high is not None:
        canvas.lines([(x, down.at(point.low), x, down.at(point.high))], stroke=colour, width=1.6)
    shape = VERDICT_MARKERS[point.verdict]
    canvas.markers(shape, [(x, down.at(point.estimate))], colour=colour, radius=6)
    canvas.text(x, down.end - 4, str(point.number), size=12, fill=INK, anchor="middle", bold=True)

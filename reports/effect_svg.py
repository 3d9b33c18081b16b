"""The event study, the bias chart and the spend chart as static SVG."""

from reports.axes import Scale, limits, roomy_ticks, tick_labels, ticks, whole_ticks
from reports.charts import BiasChart, BiasRow, BiasState, EventChart, EventPoint, SpendChart
from reports.effect_charts import BIAS_WORDS
from reports.measure import text_width, wrap
from reports.palette import BAND, GRID, INK, KIND_COLOURS, LINE, NEUTRAL, QUIET
from reports.svg import MIDDLE, NARROW, Canvas

EVENT_WIDTHS = {"wide": 520.0, "narrow": NARROW}
BIAS_WIDTHS = {"wide": 408.0, "narrow": NARROW}
SPEND_WIDTHS = {"wide": 900.0, "middle": MIDDLE, "narrow": NARROW}
STATE_SHAPES: dict[BiasState, str] = {
    "stands": "circle",
    "breaks": "diamond-open",
    "no_interval": "square-open",
    "not_evaluated": "x-thin-open",
    "not_applicable": "x-thin-open",
}


def upright_title(chart: EventChart, room: float) -> str:
    """The unit, and which way is better for patients where there is room to say it."""
    return _directed(chart.y_title, "↑" if chart.is_higher_better else "↓", room)


def level_title(chart: BiasChart, room: float) -> str:
    """The same for an axis that lies."""
    return _directed(chart.axis_title, "→" if chart.is_higher_better else "←", room)


def _directed(unit: str, arrow: str, room: float) -> str:
    full = f"{unit}, {arrow} better"
    return full if text_width(full, 12) <= room else wrap(unit, 12, room, 1)[0]


def state_mark(state: BiasState, colour: str) -> tuple[str, str]:
    """Marker and colour of a state; what stands has the colour of the effect's finding."""
    return STATE_SHAPES[state], colour if state == "stands" else QUIET


def draw_event_study(chart: EventChart, setting: str) -> str:
    """Points by event time, hollow before the start, on the band of what is too small to matter."""
    width, height = EVENT_WIDTHS[setting], 330.0 if setting == "wide" else 290.0
    canvas = Canvas(width, height)
    across, down = _event_scales(chart, width, height)
    _event_frame(canvas, chart, across, down)
    before = [point for point in chart.points if point.event_time < 0]
    after = [point for point in chart.points if point.event_time >= 0]
    radius = 4.5 if len(chart.points) <= 40 else 3.2
    for points, shape, colour in (
        (before, "circle-open", NEUTRAL),
        (after, "circle", chart.colour),
    ):
        places = [(across.at(point.event_time), down.at(point.estimate)) for point in points]
        whiskers = [
            (
                across.at(point.event_time),
                down.at(point.low),
                across.at(point.event_time),
                down.at(point.high),
            )
            for point in points
            if point.low is not None and point.high is not None
        ]
        canvas.lines(whiskers, stroke=colour, width=1.2)
        canvas.polyline(places, stroke=colour)
        canvas.markers(shape, places, colour=colour, radius=radius)
    return canvas.render(setting)


def draw_bias(chart: BiasChart, setting: str) -> str:
    """One row per way of removing bias, with its state in words."""
    width = BIAS_WIDTHS[setting]
    label_width = 184.0 if setting == "wide" else 130.0
    labels = [wrap(row.label, 12.5, label_width, 3) for row in chart.rows]
    heights = [(len(lines) + 1) * 16.0 + 16 for lines in labels]
    bottom = 8 + sum(heights)
    canvas = Canvas(width, bottom + 44)
    scale = Scale(*limits(_bias_values(chart)), label_width + 16, width - 14)
    _bias_frame(canvas, chart, scale, bottom)
    y = 8.0
    for row, lines, height in zip(chart.rows, labels, heights, strict=True):
        mark = state_mark(row.state, chart.colour)
        _bias_row(canvas, row, lines, scale, (y, height), mark)
        y += height
    return canvas.render(setting)


def draw_spend(chart: SpendChart, setting: str) -> str:
    """One bar per kind of spend, each with its own words."""
    width = SPEND_WIDTHS[setting]
    stacked = setting == "narrow"
    label_width = 0.0 if stacked else 220.0
    row_height = 58.0 if stacked else 44.0
    canvas = Canvas(width, row_height * len(chart.bars) + 4)
    room = width - label_width - 8
    largest = max((bar.amount or 0.0 for bar in chart.bars), default=0.0) or 1.0
    words = max(text_width(bar.figures, 13.5, bold=True) for bar in chart.bars) + 14
    for index, bar in enumerate(chart.bars):
        y = index * row_height
        top = y + 24 if stacked else y + 9
        label_y = y + 15 if stacked else top + 18
        canvas.text(0, label_y, bar.label, size=13.5, fill=INK)
        length = max(0.0, (bar.amount or 0.0) / largest * (room - words))
        canvas.rect(label_width, top, length, 26, fill=KIND_COLOURS[index % 3])
        canvas.text(label_width + length + 8, top + 18, bar.figures, size=13.5, bold=True)
    return canvas.render(setting)


def _event_scales(chart: EventChart, width: float, height: float) -> tuple[Scale, Scale]:
    times = [point.event_time for point in chart.points]
    low, high = limits(_event_values(chart.points, chart.band))
    widest = max(text_width(text, 12) for text in tick_labels(ticks(low, high, 6)))
    across = Scale(min(times) - 0.7, max(times) + 0.7, widest + 12, width - 10)
    return across, Scale(low, high, height - 48, 46.0)


def _event_values(points: tuple[EventPoint, ...], band: float | None) -> list[float | None]:
    values: list[float | None] = [band, -band] if band is not None else []
    for point in points:
        values += [point.estimate, point.low, point.high]
    return values


def _event_frame(canvas: Canvas, chart: EventChart, across: Scale, down: Scale) -> None:
    if chart.band is not None:
        top, bottom = down.at(chart.band), down.at(-chart.band)
        canvas.rect(across.start, top, across.end - across.start, bottom - top, fill=BAND)
    values = ticks(down.low, down.high, 6)
    canvas.lines(
        ((across.start, down.at(value), across.end, down.at(value)) for value in values),
        stroke=GRID,
    )
    for value, label in zip(values, tick_labels(values), strict=True):
        canvas.text(across.start - 7, down.at(value) + 4, label, size=12, fill=QUIET, anchor="end")
    canvas.lines([(across.start, down.at(0), across.end, down.at(0))], stroke=QUIET, width=1.2)
    _event_times(canvas, chart, across, down)
    title = upright_title(chart, canvas.width - 8)
    canvas.text(0, 14, title, size=12, fill=QUIET)


def _event_times(canvas: Canvas, chart: EventChart, across: Scale, down: Scale) -> None:
    wanted = 8 if canvas.width > 400 else 5
    values = whole_ticks(across.low, across.high, wanted)
    for value, label in zip(values, tick_labels(values), strict=True):
        canvas.text(across.at(value), down.start + 18, label, size=12, fill=QUIET, anchor="middle")
    canvas.text(
        (across.start + across.end) / 2,
        down.start + 40,
        chart.x_title,
        size=12,
        fill=QUIET,
        anchor="middle",
    )
    start = across.at(-0.5)
    if across.low < -0.5 < across.high:
        canvas.lines(
            [(start, down.end - 14, start, down.start)], stroke=LINE, width=1.2, dashes="4 3"
        )
        room = start - across.start
        if room > 60:
            canvas.text(start - 6, down.end - 4, "before", size=12, fill=QUIET, anchor="end")
        if across.end - start > 60:
            canvas.text(start + 6, down.end - 4, "after", size=12, fill=QUIET)


def _bias_values(chart: BiasChart) -> list[float | None]:
    values: list[float | None] = []
    for row in chart.rows:
        values += [row.estimate, row.low, row.high]
    if chart.band is not None:
        values += [chart.band, -chart.band]
    return values


def _bias_frame(canvas: Canvas, chart: BiasChart, scale: Scale, bottom: float) -> None:
    if chart.band is not None:
        low, high = scale.at(-chart.band), scale.at(chart.band)
        canvas.rect(low, 4, high - low, bottom - 4)
    values = ticks(scale.low, scale.high, 4)
    canvas.grid([scale.at(value) for value in values], 4, bottom)
    values = roomy_ticks(values, scale, 12)
    for value, label in zip(values, tick_labels(values), strict=True):
        canvas.text(scale.at(value), bottom + 17, label, size=12, fill=QUIET, anchor="middle")
    title = level_title(chart, canvas.width - 8)
    middle = min((scale.start + scale.end) / 2, canvas.width - 4 - text_width(title, 12) / 2)
    canvas.text(middle, bottom + 37, title, size=12, fill=QUIET, anchor="middle")
    canvas.lines([(scale.at(0), 4, scale.at(0), bottom)], stroke=QUIET, width=1.2)


def _bias_row(
    canvas: Canvas,
    row: BiasRow,
    lines: list[str],
    scale: Scale,
    place: tuple[float, float],
    mark: tuple[str, str],
) -> None:
    y, height = place
    shape, colour = mark
    for index, line in enumerate(lines):
        canvas.text(0, y + 18 + 16 * index, line, size=12.5)
    words = y + 18 + 16 * len(lines)
    canvas.text(0, words, BIAS_WORDS[row.state], size=12.5, fill=colour, bold=True)
    centre = y + height / 2
    if row.low is not None and row.high is not None:
        canvas.lines(
            [(scale.at(row.low), centre, scale.at(row.high), centre)], stroke=colour, width=2.4
        )
    if row.estimate is not None:
        canvas.markers(shape, [(scale.at(row.estimate), centre)], colour=colour, radius=5.5)

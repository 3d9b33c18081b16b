"""The forest plot as static SVG, in a wide, a middle and a narrow setting."""

from dataclasses import dataclass

from reports.axes import Scale, roomy_ticks, tick_labels, ticks
from reports.charts import ForestChart, ForestRow
from reports.measure import text_width, wrap
from reports.numbers import tied
from reports.palette import QUIET, VERDICT_COLOURS, VERDICT_MARKERS
from reports.phrases import VERDICT_WORDS
from reports.svg import AXIS, TALL, Canvas
from reports.svg import MIDDLE as MIDDLE_WIDTH
from reports.svg import NARROW as NARROW_WIDTH

LEADING = 1.32
HEAD = 30.0
"""Room above the rows for the words of both ends."""
MARK = 34.0
"""Room for a mark between the words above and below it."""


@dataclass(frozen=True)
class ForestLayout:
    """Where columns stand; in the narrow setting words go above and below each line."""

    setting: str
    width: float
    label_width: float
    figures_width: float
    size: float
    stacked: bool
    wanted_ticks: int

    @property
    def plot(self) -> tuple[float, float]:
        """Left and right end of the axis."""
        if self.stacked:
            return 8.0, self.width - 8.0
        return self.label_width + 16.0, self.width - self.figures_width - 16.0


WIDE = ForestLayout("wide", 900, 250, 232, 13.5, stacked=False, wanted_ticks=6)
MIDDLE = ForestLayout("middle", MIDDLE_WIDTH, 184, 176, 13.5, stacked=False, wanted_ticks=4)
NARROW = ForestLayout(
    "narrow", NARROW_WIDTH, NARROW_WIDTH, NARROW_WIDTH, 13, stacked=True, wanted_ticks=4
)


@dataclass(frozen=True)
class _Words:
    """A row's texts, wrapped."""

    name: list[str]
    measure: list[str]
    figures: list[str]
    verdict: str
    is_marked: bool
    """Whether there is a mark; without one, words go below words in the narrow setting."""


def draw_forest(chart: ForestChart, layout: ForestLayout) -> str:
    """The chart as an SVG string."""
    words = [_words(row, layout) for row in chart.rows]
    heights = [_height(entry, layout) for entry in words]
    is_tall = sum(heights) > TALL
    top = HEAD + AXIS * is_tall
    bottom = top + sum(heights)
    title = wrap(chart.axis_title, layout.size - 1.5, layout.width - 16, 2)
    canvas = Canvas(layout.width, bottom + 30 + 16 * len(title))
    scale = Scale(*chart.limits, *layout.plot)
    _draw_frame(canvas, layout, scale, (top, bottom), is_tall=is_tall)
    _draw_titles(canvas, chart, layout, title, bottom)
    y = top
    for row, entry, height in zip(chart.rows, words, heights, strict=True):
        _draw_row(canvas, row, entry, layout, scale, (y, height))
        y += height
    centres = _centres(words, heights, layout, top)
    zero = scale.at(0.0)
    marked = [y for entry, y in zip(words, centres, strict=True) if entry.is_marked]
    spans = [(y - 15, y + 15) for y in marked] if layout.stacked else [(top, bottom)]
    canvas.lines(((zero, above, zero, below) for above, below in spans), stroke=QUIET, width=1.2)
    _draw_marks(canvas, chart, scale, centres)
    return canvas.render(layout.setting)


def _words(row: ForestRow, layout: ForestLayout) -> _Words:
    size = layout.size
    return _Words(
        name=wrap(row.name, size * 1.1, layout.label_width, 3),
        measure=wrap(row.measure, size, layout.label_width, 2),
        figures=figure_lines(row.figures, size, layout.figures_width),
        verdict=VERDICT_WORDS[row.verdict],
        is_marked=row.estimate is not None,
    )


def figure_lines(figures: str, size: float, width: float) -> list[str]:
    """The figures of a row in a few lines: a long unit is cut, the range is not."""
    told, mark, bounds = figures.rpartition("(range")
    if not mark or len(wrap(tied(figures), size, width, 4)) <= 3:
        return wrap(tied(figures), size, width, 3)
    return [
        *wrap(tied(told.rstrip()), size, width, 2),
        *wrap(tied(f"{mark}{bounds}"), size, width, 2),
    ]


def _height(words: _Words, layout: ForestLayout) -> float:
    line = layout.size * LEADING
    left = len(words.name) + len(words.measure)
    right = len(words.figures) + 1
    if layout.stacked:
        return (left + right) * line + MARK * words.is_marked + 18
    return max(left, right) * line + 22


def _centres(
    words: list[_Words], heights: list[float], layout: ForestLayout, top: float
) -> list[float]:
    """Where each row's line stands."""
    centres = []
    for entry, height in zip(words, heights, strict=True):
        label = (len(entry.name) + len(entry.measure)) * layout.size * LEADING
        centres.append(top + (label + 8 + 15 if layout.stacked else height / 2))
        top += height
    return centres


def _draw_frame(
    canvas: Canvas,
    layout: ForestLayout,
    scale: Scale,
    span: tuple[float, float],
    *,
    is_tall: bool,
) -> None:
    """Grid, and the ticks below the rows; of a tall chart also above them."""
    values = ticks(scale.low, scale.high, layout.wanted_ticks)
    values = roomy_ticks(values, scale, layout.size - 1.5)
    places = [scale.at(value) for value in values]
    top, bottom = span
    if not layout.stacked:
        canvas.grid(places, top, bottom)
    for place, label in zip(places, tick_labels(values), strict=True):
        size = layout.size - 1.5
        half = text_width(label, size) / 2
        inside = min(max(place, half), layout.width - half)
        for y in (top - 7, bottom + 17) if is_tall else (bottom + 17,):
            canvas.text(inside, y, label, size=size, fill=QUIET, anchor="middle")


def _draw_titles(
    canvas: Canvas, chart: ForestChart, layout: ForestLayout, title: list[str], bottom: float
) -> None:
    """Words of both ends above the rows, the title of the axis below them."""
    left, right = layout.plot
    size = layout.size - 1.5
    canvas.text(left, 16, f"\u2190 {chart.low_end}", size=size, fill=QUIET)
    canvas.text(right, 16, f"{chart.high_end} \u2192", size=size, fill=QUIET, anchor="end")
    for index, line in enumerate(title):
        y = bottom + 38 + 16 * index
        canvas.text((left + right) / 2, y, line, size=size, fill=QUIET, anchor="middle")


def _draw_row(
    canvas: Canvas,
    row: ForestRow,
    words: _Words,
    layout: ForestLayout,
    scale: Scale,
    place: tuple[float, float],
) -> None:
    """Band and words of one row."""
    y, height = place
    line = layout.size * LEADING
    left = (len(words.name) + len(words.measure)) * line
    start = y + (4 if layout.stacked else (height - left) / 2)
    below = _draw_lines(canvas, words.name, 0, start, layout.size, bold=True)
    below = _draw_lines(canvas, words.measure, 0, below, layout.size, fill=QUIET)
    if layout.stacked:
        _draw_band(canvas, row, scale, below + 4, 30)
        right, start = 0.0, below + 4 + MARK * words.is_marked
    else:
        _draw_band(canvas, row, scale, y + 5, height - 10)
        right = layout.width - layout.figures_width
        start = y + (height - (len(words.figures) + 1) * line) / 2
    colour = VERDICT_COLOURS[row.verdict]
    below = _draw_lines(canvas, [words.verdict], right, start, layout.size, fill=colour, bold=True)
    _draw_lines(canvas, words.figures, right, below, layout.size)
    if not layout.stacked:
        canvas.lines([(0, y + height, layout.width, y + height)], stroke="#eef1f4")


def _draw_lines(
    canvas: Canvas,
    texts: list[str],
    x: float,
    y: float,
    size: float,
    *,
    fill: str = "#17212f",
    bold: bool = False,
) -> float:
    for text in texts:
        y += size * LEADING
        canvas.text(x, y - size * 0.32, text, size=size, fill=fill, bold=bold)
    return y


def _draw_band(canvas: Canvas, row: ForestRow, scale: Scale, y: float, height: float) -> None:
    if row.band is not None and row.estimate is not None:
        low, high = scale.at(-row.band), scale.at(row.band)
        canvas.rect(low, y, high - low, height)


def _draw_marks(canvas: Canvas, chart: ForestChart, scale: Scale, centres: list[float]) -> None:
    for row, y in zip(chart.rows, centres, strict=True):
        colour = VERDICT_COLOURS[row.verdict]
        _draw_range(canvas, scale, (row.low, row.high), y, (colour, 1.6))
        _draw_range(canvas, scale, (row.plain_low, row.plain_high), y, (colour, 4.5))
        if row.estimate is not None:
            shape = VERDICT_MARKERS[row.verdict]
            canvas.markers(shape, [(scale.at(row.estimate), y)], colour=colour, radius=6.5)


def _draw_range(
    canvas: Canvas,
    scale: Scale,
    bounds: tuple[float | None, float | None],
    y: float,
    style: tuple[str, float],
) -> None:
    low, high = bounds
    if low is None or high is None:
        return
    colour, width = style
    canvas.lines([(scale.at(low), y, scale.at(high), y)], stroke=colour, width=width)
    if scale.cuts(low):
        canvas.markers("arrow-left", [(scale.start + 4, y)], colour=colour, radius=5)
    if scale.cuts(high):
        canvas.markers("arrow-right", [(scale.end - 4, y)], colour=colour, radius=5)

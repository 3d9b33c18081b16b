"""The forest plot as a Plotly figure, with the words of the static drawing in their places."""

from html import escape

from reports.charts import ForestChart, ForestRow
from reports.figures import Figure, base_layout, end_note, line_trace, marker_trace, side_note
from reports.forest_svg import figure_lines
from reports.measure import wrap
from reports.palette import BAND, QUIET, VERDICT_COLOURS, VERDICT_MARKERS
from reports.phrases import VERDICT_WORDS
from reports.svg import AXIS, TALL

LABEL = 212.0
FIGURES = 188.0
ROW = 76.0


def forest_figure(chart: ForestChart) -> Figure:
    """Rows from top to bottom; hover gives the figures."""
    count = len(chart.rows)
    data: list[Figure] = []
    for index, row in enumerate(chart.rows):
        colour = VERDICT_COLOURS[row.verdict]
        data += _range_traces(row, index, chart.limits, colour)
        data.append(_forest_marker(row, index, colour))
    layout = base_layout(
        ROW * count + 90, chart.axis_title, left=LABEL + 16, right=FIGURES + 16
    )  # fmt: skip
    layout["xaxis"]["range"] = list(chart.limits)
    layout["yaxis"] |= {"range": [count - 0.5, -0.5], "visible": False}
    layout["shapes"] = [
        _band_shape(row.band, index) for index, row in enumerate(chart.rows) if row.band is not None
    ]
    layout["annotations"] = [
        *(side_note(_row_label(row), index, "left", LABEL + 16) for index, row in _rows(chart)),
        *(side_note(_row_figures(row), index, "right", 16) for index, row in _rows(chart)),
        end_note(f"\u2190 {chart.low_end}", 0.0, "left"),
        end_note(f"{chart.high_end} \u2192", 1.0, "right"),
    ]
    if ROW * count > TALL:
        data.append(_repeat_axis(layout))
    return {"data": data, "layout": layout}


def _repeat_axis(layout: Figure) -> Figure:
    """Puts the ticks above the rows too; gives the trace without points that such an axis needs."""
    layout["xaxis2"] = layout["xaxis"] | {
        "title": {"text": ""},
        "overlaying": "x",
        "matches": "x",
        "side": "top",
        "showgrid": False,
        "zeroline": False,
    }
    layout["height"] += AXIS
    layout["margin"]["t"] += AXIS
    for note in layout["annotations"][-2:]:
        note["yshift"] = AXIS
    return {"type": "scatter", "xaxis": "x2", "x": [None], "y": [None], "hoverinfo": "skip"}


def _rows(chart: ForestChart) -> list[tuple[int, ForestRow]]:
    return list(enumerate(chart.rows))


def _range_traces(
    row: ForestRow, index: int, limits: tuple[float, float], colour: str
) -> list[Figure]:
    """Thin line, thick line, and an arrow at each end of the axis that a range goes beyond."""
    traces = []
    for low, high, width in (
        (row.low, row.high, 1.6),
        (row.plain_low, row.plain_high, 4.5),
    ):
        if low is None or high is None:
            continue
        traces.append(line_trace([low, high], index, colour, width))
        for end, is_cut, shape in (
            (limits[0], low < limits[0], "triangle-left"),
            (limits[1], high > limits[1], "triangle-right"),
        ):
            if is_cut:
                traces.append(marker_trace(end, index, (shape, colour, 9), ""))
    return traces


def _forest_marker(row: ForestRow, index: int, colour: str) -> Figure:
    hover = f"{escape(row.name)}<br>{escape(row.figures)}<br>{VERDICT_WORDS[row.verdict]}"
    if row.estimate is None:
        return marker_trace(0.0, index, ("circle", "rgba(0,0,0,0)", 1), hover)
    return marker_trace(row.estimate, index, (VERDICT_MARKERS[row.verdict], colour, 13), hover)


def _row_label(row: ForestRow) -> str:
    names = [f"<b>{_safe(line)}</b>" for line in wrap(row.name, 14.5, LABEL, 2)]
    measures = [_coloured(_safe(line), QUIET) for line in wrap(row.measure, 13, LABEL, 2)]
    return "<br>".join([*names, *measures])


def _row_figures(row: ForestRow) -> str:
    verdict = f"<b>{_coloured(VERDICT_WORDS[row.verdict], VERDICT_COLOURS[row.verdict])}</b>"
    return "<br>".join([verdict, *(_safe(line) for line in figure_lines(row.figures, 13, FIGURES))])


def _coloured(text: str, colour: str) -> str:
    return f'<span style="color:{colour}">{text}</span>'


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _band_shape(band: float, index: int) -> Figure:
    return {
        "type": "rect",
        "layer": "below",
        "x0": -band,
        "x1": band,
        "y0": index - 0.42,
        "y1": index + 0.42,
        "fillcolor": BAND,
        "line": {"width": 0},
    }

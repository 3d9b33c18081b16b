"""Plotly figures as plain dictionaries, from the same chart models as the static drawings."""

from html import escape
from typing import Any

from reports.charts import BiasChart, EventChart, ForestChart, ForestRow, SpendChart
from reports.effect_charts import BIAS_WORDS
from reports.effect_svg import STATE_MARKS
from reports.measure import wrap
from reports.numbers import number
from reports.palette import (
    BAND,
    FONT,
    GOOD,
    GRID,
    INK,
    LINE,
    NEUTRAL,
    QUIET,
    UNCLEAR,
    VERDICT_COLOURS,
    VERDICT_MARKERS,
)
from reports.phrases import VERDICT_WORDS

Figure = dict[str, Any]
"""`{"data": [...], "layout": {...}}`, ready for Plotly; no template, no configuration."""
LABEL = 240.0


def forest_figure(chart: ForestChart) -> Figure:
    """Rows from top to bottom; hover gives the figures."""
    count = len(chart.rows)
    data: list[Figure] = []
    for index, row in enumerate(chart.rows):
        colour = VERDICT_COLOURS[row.verdict]
        data += _range_traces(row, index, colour)
        data.append(_forest_marker(row, index, colour))
    layout = base_layout(max(240, 76 * count + 90), chart.axis_title, left=LABEL + 16, right=236)
    layout["xaxis"]["range"] = list(chart.limits)
    layout["yaxis"] |= {
        "range": [count - 0.5, -0.5],
        "tickvals": list(range(count)),
        "ticktext": [_row_label(row) for row in chart.rows],
        "showgrid": False,
        "zeroline": False,
    }
    layout["shapes"] = [
        _band_shape(row.band, index) for index, row in enumerate(chart.rows) if row.band is not None
    ]
    layout["annotations"] = [
        *(_figures_note(row, index) for index, row in enumerate(chart.rows)),
        _end_note(f"\u2190 {chart.low_end}", 0.0, "left"),
        _end_note(f"{chart.high_end} \u2192", 1.0, "right"),
    ]
    return {"data": data, "layout": layout}


def event_figure(chart: EventChart) -> Figure:
    """Points by event time, hollow before the start."""
    halves = (
        ("before", [point for point in chart.points if point.event_time < 0], NEUTRAL),
        ("after", [point for point in chart.points if point.event_time >= 0], GOOD),
    )
    data: list[Figure] = []
    for name, points, colour in halves:
        trace: Figure = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [point.event_time for point in points],
            "y": [point.estimate for point in points],
            "line": {"color": colour, "width": 1.5},
            "marker": {
                "symbol": "circle-open" if name == "before" else "circle",
                "color": colour,
                "size": 8,
            },
            "hoverinfo": "text",
            "hovertext": [
                f"{point.event_time}: {number(point.estimate, signed=True)}"
                + _hover_range(point.low, point.high)
                for point in points
            ],
        }
        if points and all(point.low is not None and point.high is not None for point in points):
            trace["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": [(point.high or 0.0) - point.estimate for point in points],
                "arrayminus": [point.estimate - (point.low or 0.0) for point in points],
                "color": colour,
                "thickness": 1.2,
                "width": 0,
            }
        data.append(trace)
    layout = base_layout(330, chart.x_title, left=56, right=10)
    layout["margin"] |= {"t": 34, "b": 48}
    layout["yaxis"] |= {"zeroline": True, "zerolinecolor": QUIET, "zerolinewidth": 1.2}
    layout["xaxis"] |= {"showgrid": False, "zeroline": False}
    layout["shapes"] = [_start_line(), *_flat_band(chart.band)]
    layout["annotations"] = [
        _end_note(escape(chart.y_title, quote=False), 0.0, "left") | {"xshift": -48, "y": 1.02}
    ]
    return {"data": data, "layout": layout}


def bias_figure(chart: BiasChart) -> Figure:
    """One row per way of removing bias."""
    data: list[Figure] = []
    for index, row in enumerate(chart.rows):
        shape, colour = STATE_MARKS[row.state]
        if row.low is not None and row.high is not None:
            data.append(_line([row.low, row.high], index, colour, 2.4))
        if row.estimate is not None:
            text = f"{escape(row.label)}: {number(row.estimate, signed=True)}"
            data.append(
                _marker(
                    row.estimate,
                    index,
                    (shape, colour, 11),
                    f"{text}{_hover_range(row.low, row.high)}",
                )
            )
    count = len(chart.rows)
    layout = base_layout(64 * count + 60, chart.axis_title, left=216, right=14)
    layout["margin"]["t"] = 8
    layout["yaxis"] |= {
        "range": [count - 0.5, -0.5],
        "tickvals": list(range(count)),
        "ticktext": [
            "<br>".join([*wrap(row.label, 12.5, 200, 3), BIAS_WORDS[row.state]])
            for row in chart.rows
        ],
        "showgrid": False,
        "zeroline": False,
    }
    layout["shapes"] = (
        []
        if chart.band is None
        else [
            {
                "type": "rect",
                "layer": "below",
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "x0": -chart.band,
                "x1": chart.band,
                "fillcolor": BAND,
                "line": {"width": 0},
            }
        ]
    )
    return {"data": data, "layout": layout}


def spend_figure(chart: SpendChart) -> Figure:
    """One bar per kind, never stacked."""
    count = len(chart.bars)
    colours = (GOOD, UNCLEAR, NEUTRAL)
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [bar.amount or 0.0 for bar in chart.bars],
            "y": list(range(count)),
            "text": [bar.figures for bar in chart.bars],
            "textposition": "outside",
            "cliponaxis": False,
            "hoverinfo": "text",
            "width": 0.6,
            "marker": {"color": [colours[index % 3] for index in range(count)]},
        }
    ]
    layout = base_layout(44 * count + 24, "", left=230, right=130)
    layout["margin"] |= {"t": 4, "b": 8}
    layout["xaxis"] |= {"visible": False}
    layout["yaxis"] |= {
        "range": [count - 0.5, -0.5],
        "tickvals": list(range(count)),
        "ticktext": [bar.label for bar in chart.bars],
        "showgrid": False,
        "zeroline": False,
    }
    return {"data": data, "layout": layout}


def base_layout(height: float, x_title: str, left: float, right: float) -> Figure:
    """What every figure's layout starts from."""
    return {
        "height": height,
        "autosize": True,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"l": left, "r": right, "t": 34, "b": 52},
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": LINE, "font": {"color": INK}},
        "xaxis": {
            "title": {"text": escape(x_title, quote=False), "font": {"size": 12, "color": QUIET}},
            "gridcolor": GRID,
            "zerolinecolor": QUIET,
            "zerolinewidth": 1.2,
            "fixedrange": True,
            "tickfont": {"size": 12, "color": QUIET},
        },
        "yaxis": {"gridcolor": GRID, "fixedrange": True, "tickfont": {"size": 12, "color": INK}},
    }


def _range_traces(row: ForestRow, index: int, colour: str) -> list[Figure]:
    traces = []
    pairs = ((row.low, row.high, 1.6), (row.plain_low, row.plain_high, 4.5))
    for low, high, width in pairs:
        if low is not None and high is not None:
            traces.append(_line([low, high], index, colour, width))
    return traces


def _line(ends: list[float], index: int, colour: str, width: float) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": [index, index],
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _marker(x: float, index: int, style: tuple[str, str, int], hover: str) -> Figure:
    shape, colour, size = style
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [index],
        "hoverinfo": "text",
        "hovertext": [hover],
        "marker": {
            "symbol": shape,
            "color": colour,
            "size": size,
            "line": {"color": colour, "width": 2},
        },
    }


def mark_trace(
    places: list[tuple[float, float]], shapes: list[str], colours: list[str], size: int
) -> Figure:
    """Markers at (x, y), each of its own shape and colour, without hover."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "hoverinfo": "skip",
        "marker": {
            "symbol": shapes,
            "color": colours,
            "size": size,
            "line": {"color": colours, "width": 2},
        },
    }


def _forest_marker(row: ForestRow, index: int, colour: str) -> Figure:
    hover = f"{escape(row.name)}<br>{escape(row.figures)}<br>{VERDICT_WORDS[row.verdict]}"
    if row.estimate is None:
        return _marker(0.0, index, ("x-thin-open", QUIET, 1), hover)
    return _marker(row.estimate, index, (VERDICT_MARKERS[row.verdict], colour, 13), hover)


def _row_label(row: ForestRow) -> str:
    lines = [*wrap(row.name, 13.5, LABEL, 2), *wrap(row.measure, 13, LABEL, 2)]
    return "<br>".join(escape(line, quote=False) for line in lines)


def _figures_note(row: ForestRow, index: int) -> Figure:
    lines = [VERDICT_WORDS[row.verdict], *wrap(row.figures, 13, 216, 3)]
    return {
        "xref": "paper",
        "x": 1.0,
        "xanchor": "left",
        "xshift": 14,
        "yref": "y",
        "y": index,
        "align": "left",
        "showarrow": False,
        "font": {"size": 12.5},
        "text": "<br>".join(escape(line, quote=False) for line in lines),
    }


def _end_note(text: str, x: float, anchor: str) -> Figure:
    return {
        "xref": "paper",
        "x": x,
        "xanchor": anchor,
        "yref": "paper",
        "y": 1.0,
        "yanchor": "bottom",
        "showarrow": False,
        "text": text,
        "font": {"size": 12, "color": QUIET},
    }


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


def _flat_band(band: float | None) -> list[Figure]:
    if band is None:
        return []
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": -band,
            "y1": band,
            "fillcolor": BAND,
            "line": {"width": 0},
        }
    ]


def _start_line() -> Figure:
    return {
        "type": "line",
        "x0": -0.5,
        "x1": -0.5,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": LINE, "width": 1.2, "dash": "dash"},
    }


def _hover_range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f" ({number(low)} to {number(high)})"

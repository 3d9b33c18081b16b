"""Plotly figures as plain dictionaries, from the same chart models as the static drawings."""

from html import escape
from typing import Any

from reports.charts import BiasChart, BiasRow, EventChart, SpendChart
from reports.effect_charts import BIAS_WORDS
from reports.effect_svg import level_title, state_mark, upright_title
from reports.measure import wrap
from reports.numbers import decimals_for, fixed
from reports.palette import (
    BAND,
    FONT,
    GRID,
    INK,
    KIND_COLOURS,
    LINE,
    NEUTRAL,
    QUIET,
)

Figure = dict[str, Any]
"""`{"data": [...], "layout": {...}}`, ready for Plotly; no template, no configuration.

`beside`, where it is given, is the height in a window with two columns.
"""
BIAS_LABEL = 180.0
EVENT_TITLE = 400.0
BIAS_TITLE = 200.0
"""Room for the title of the axis beside those labels, in the narrower of two columns."""
SPEND_LABEL = 220.0
_FULL_HEIGHT: Figure = {"yref": "paper", "y0": 0, "y1": 1}


def event_figure(chart: EventChart) -> Figure:
    """Points by event time, hollow before the start."""
    halves = (
        ("before", [point for point in chart.points if point.event_time < 0], NEUTRAL),
        ("after", [point for point in chart.points if point.event_time >= 0], chart.colour),
    )
    data: list[Figure] = []
    for name, points, colour in halves:
        trace: Figure = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [point.event_time for point in points],
            "y": [point.estimate for point in points],
            "line": {"color": colour, "width": 1.5},
            "marker": marker("circle-open" if name == "before" else "circle", colour, 8),
            "hoverinfo": "text",
            "hovertext": [
                f"{escape(chart.x_title)}: {fixed(point.event_time, 0)}"
                f"<br>{_hover_value(point.estimate, point.low, point.high)}"
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
    layout["shapes"] = [_start_line(), *flat_band(chart.band)]
    layout["annotations"] = [
        end_note(escape(upright_title(chart, EVENT_TITLE), quote=False), 0.0, "left")
        | {"xshift": -56, "yshift": 14},
        *(
            end_note(words, -0.5, anchor) | {"xref": "x"}
            for words, anchor, is_told in (
                ("before ", "right", chart.points[0].event_time < -1),
                (" after", "left", chart.points[-1].event_time > 0),
            )
            if is_told
        ),
    ]
    return {"data": data, "layout": layout}


def bias_figure(chart: BiasChart) -> Figure:
    """One row per way of removing bias."""
    data: list[Figure] = []
    for index, row in enumerate(chart.rows):
        shape, colour = state_mark(row.state, chart.colour)
        if row.low is not None and row.high is not None:
            data.append(line_trace([row.low, row.high], index, colour, 2.4))
        if row.estimate is not None:
            told = _hover_value(row.estimate, row.low, row.high)
            data.append(
                marker_trace(
                    row.estimate,
                    index,
                    (shape, colour, 11),
                    f"{escape(row.label)}: {told}",
                )
            )
    count = len(chart.rows)
    title = level_title(chart, BIAS_TITLE)
    layout = base_layout(58 * count + 60, title, left=BIAS_LABEL + 12, right=14)
    layout["margin"]["t"] = 8
    layout["yaxis"] |= {"range": [count - 0.5, -0.5], "visible": False}
    layout["shapes"] = [
        shape | {"xref": "x", "x0": shape["y0"], "x1": shape["y1"]} | _FULL_HEIGHT
        for shape in flat_band(chart.band)
    ]
    layout["annotations"] = [
        side_note(_bias_label(row, chart.colour), index, "left", BIAS_LABEL + 12)
        for index, row in enumerate(chart.rows)
    ]
    return {"data": data, "layout": layout}


def _bias_label(row: BiasRow, colour: str) -> str:
    lines = [escape(line, quote=False) for line in wrap(row.label, 13, BIAS_LABEL, 3)]
    own = state_mark(row.state, colour)[1]
    return "<br>".join([*lines, f'<b><span style="color:{own}">{BIAS_WORDS[row.state]}</span></b>'])


def spend_figure(chart: SpendChart) -> Figure:
    """One bar per kind, never stacked."""
    count = len(chart.bars)
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [bar.amount or 0.0 for bar in chart.bars],
            "y": list(range(count)),
            "text": [f"\u00a0<b>{escape(bar.figures, quote=False)}</b>" for bar in chart.bars],
            "textposition": "outside",
            "cliponaxis": False,
            "hoverinfo": "skip",
            "width": 0.6,
            "marker": {"color": [KIND_COLOURS[index % 3] for index in range(count)]},
        }
    ]
    layout = base_layout(44 * count + 24, "", left=SPEND_LABEL + 10, right=130)
    layout["margin"] |= {"t": 4, "b": 8}
    layout["xaxis"] |= {"visible": False}
    layout["yaxis"] |= {
        "range": [count - 0.5, -0.5],
        "tickvals": list(range(count)),
        "visible": False,
    }
    layout["annotations"] = [
        side_note(bar.label, index, "left", SPEND_LABEL + 10)
        for index, bar in enumerate(chart.bars)
    ]
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
            "title": {
                "text": escape(x_title, quote=False),
                "font": {"size": 12, "color": QUIET},
                "standoff": 8,
            },
            "gridcolor": GRID,
            "zerolinecolor": QUIET,
            "zerolinewidth": 1.2,
            "fixedrange": True,
            "tickfont": {"size": 12, "color": QUIET},
        },
        "yaxis": {"gridcolor": GRID, "fixedrange": True, "tickfont": {"size": 12, "color": INK}},
    }


def line_trace(ends: list[float], index: int, colour: str, width: float) -> Figure:
    """A line along one row."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": [index, index],
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def marker(shape: str, colour: str, size: float) -> Figure:
    """A marker as the drawings have it: a hollow one covers what is behind it."""
    is_hollow = shape.endswith("-open") and not shape.startswith("x")
    return {
        "symbol": shape.removesuffix("-open") if is_hollow else shape,
        "color": "#ffffff" if is_hollow else colour,
        "size": size,
        "line": {"color": colour, "width": 2},
    }


def marker_trace(x: float, index: int, style: tuple[str, str, int], hover: str) -> Figure:
    """One marker on a row: shape, colour and size; without hover where there are no words."""
    shape, colour, size = style
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [index],
        "cliponaxis": False,
        "hoverinfo": "text" if hover else "skip",
        "hovertext": [hover],
        "marker": marker(shape, colour, size),
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


def side_note(text: str, row: float, side: str, away: float) -> Figure:
    """Words flush left beside a row, `away` pixels outside the plot's left or right end."""
    return {
        "xref": "paper",
        "x": 0.0 if side == "left" else 1.0,
        "xanchor": "left",
        "xshift": -away if side == "left" else away,
        "yref": "y",
        "y": row,
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 13},
        "text": text,
    }


def end_note(text: str, x: float, anchor: str) -> Figure:
    """Words above the plot, at the left (0) or right (1) end."""
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


def flat_band(band: float | None) -> list[Figure]:
    """The band of what is too small to matter, across the plot; none where it is not known."""
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


def _hover_value(value: float, low: float | None, high: float | None) -> str:
    """A value and its range with the same decimals."""
    decimals = decimals_for([value, low, high])
    told = fixed(value, decimals, signed=True)
    if low is None or high is None:
        return told
    return f"{told} ({fixed(low, decimals)} to {fixed(high, decimals)})"

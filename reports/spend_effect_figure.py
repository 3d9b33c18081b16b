"""Spend against effect as a Plotly figure."""

from html import escape

from reports.figures import Figure, base_layout, end_note, flat_band, marker
from reports.measure import wrap
from reports.palette import INK, QUIET, VERDICT_COLOURS, VERDICT_MARKERS
from reports.spend_effect import SpendEffectChart, SpendPoint

HOVER = 320.0
"""Width of the words that hovering shows."""


def spend_effect_figure(chart: SpendEffectChart) -> Figure:
    """One trace for each point; its number stands at the top, its name below the drawing."""
    layout = base_layout(340, "Advocacy spend", left=56, right=16)
    layout["margin"] |= {"t": 66, "b": 52}
    layout["xaxis"] |= {
        "range": list(chart.x_limits),
        "tickvals": [value for value, _ in chart.x_ticks],
        "ticktext": [words for _, words in chart.x_ticks],
        "showgrid": False,
        "zeroline": False,
    }
    layout["yaxis"] |= {
        "range": list(chart.y_limits),
        "tickvals": [value for value, _ in chart.y_ticks],
        "ticktext": [words for _, words in chart.y_ticks],
        "zeroline": True,
        "zerolinecolor": QUIET,
        "zerolinewidth": 1.2,
        "tickfont": {"size": 12, "color": QUIET},
    }
    low, high = chart.ends
    title = f"{escape(chart.y_title, quote=False)}<br>\u2191 {high}, \u2193 {low}"
    layout["shapes"] = flat_band(chart.band)
    layout["annotations"] = [
        end_note(title, 0.0, "left") | {"xshift": -56, "yshift": 22, "align": "left"},
        *(_number(point) for point in chart.points),
    ]
    data = [_trace(point, words) for point, words in zip(chart.points, chart.key, strict=True)]
    return {"data": data, "layout": layout}


def _trace(point: SpendPoint, words: str) -> Figure:
    colour = VERDICT_COLOURS[point.verdict]
    trace: Figure = {
        "type": "scatter",
        "mode": "markers",
        "x": [point.place],
        "y": [point.estimate],
        "hoverinfo": "text",
        "hovertext": ["<br>".join(escape(line) for line in wrap(words, 13, HOVER, 4))],
        "marker": marker(VERDICT_MARKERS[point.verdict], colour, 12),
    }
    if point.low is not None and point.high is not None:
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [point.high - point.estimate],
            "arrayminus": [point.estimate - point.low],
            "color": colour,
            "thickness": 1.6,
            "width": 0,
        }
    return trace


def _number(point: SpendPoint) -> Figure:
    return {
        "x": point.place,
        "yref": "paper",
        "y": 1.0,
        "yanchor": "bottom",
        "showarrow": False,
        "text": f"<b>{point.number}</b>",
        "font": {"size": 12, "color": INK},
    }

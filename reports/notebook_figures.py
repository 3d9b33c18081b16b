"""Figures for notebooks: those of the report, and lines in the same look."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go

from reports.figures import Figure, base_layout
from reports.palette import BAND, GOOD, NEUTRAL, QUIET, UNCLEAR
from reports.views import ChartView, effect_views, forest_view
from schemas.findings import Findings

COLOURS = (GOOD, NEUTRAL, UNCLEAR)
DASHES = ("solid", "dot", "dash")
HEIGHT = 360
WRAP = 64


def plot_effects(findings: Findings) -> go.Figure:
    """The forest plot of the report: every effect with its range.

    Raises:
        ValueError: The findings have no effect.
    """
    return plot_chart(forest_view(findings))


def plot_event_study(findings: Findings, effect_id: str) -> go.Figure:
    """One effect by time since the start, as in the report.

    Raises:
        ValueError: There is no path over time for this effect.
    """
    return plot_chart(effect_views(findings)[_place(findings, effect_id)].event)


def plot_ways(findings: Findings, effect_id: str) -> go.Figure:
    """Which way of removing bias leaves the finding standing, as in the report.

    Raises:
        ValueError: No way of removing bias could be tried.
    """
    return plot_chart(effect_views(findings)[_place(findings, effect_id)].bias)


def plot_chart(view: ChartView | None) -> go.Figure:
    """A chart of the report as a figure on white, under the title that states its finding."""
    if view is None or view.figure is None:
        raise ValueError("there must be something to draw; the findings hold no such chart")
    return _on_white(view.figure, view.text.title)


def plot_lines(
    lines: Mapping[str, pd.Series],
    title: str,
    axes: tuple[str, str],
    band: tuple[float, float] | None = None,
    start: float | None = None,
) -> go.Figure:
    """Up to three lines with their names at their ends; `axes` are the titles of x and y.

    `band`: a grey band on the y axis; `start`: an upright line, such as where exposure begins.
    """
    layout = base_layout(HEIGHT, axes[0], left=56, right=150)
    words = {"text": escape(axes[1], quote=False), "font": {"size": 12, "color": QUIET}}
    layout["yaxis"] |= {"title": words}
    layout["xaxis"] |= {"showgrid": False, "zeroline": False}
    figure = _on_white({"data": [], "layout": layout}, title)
    for (name, line), colour, dash in zip(lines.items(), COLOURS, DASHES, strict=False):
        style = {"color": colour, "dash": dash, "width": 2}
        figure.add_trace(go.Scatter(x=line.index, y=line, name=name, mode="lines", line=style))
        known = line.dropna()
        figure.add_annotation(
            x=known.index[-1],
            y=known.iloc[-1],
            text=escape(name, quote=False),
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": colour},
        )
    if band is not None:
        figure.add_hrect(*band, fillcolor=BAND, line_width=0, layer="below")
    if start is not None:
        figure.add_vline(start, line_color=QUIET, line_width=1.2)
    return figure


def _on_white(figure: Figure, title: str) -> go.Figure:
    layout = figure["layout"] | {"paper_bgcolor": "#fff", "plot_bgcolor": "#fff"}
    drawn = go.Figure({"data": figure["data"], "layout": layout})
    text = "<br>".join(_wrapped(title))
    lines = text.count("<br>") + 1
    margin = layout["margin"] | {"t": layout["margin"]["t"] + 22 * lines + 14}
    drawn.update_layout(
        template="none",
        title={
            "text": text,
            "x": 0,
            "xref": "paper",
            "yref": "container",
            "y": 0.98,
            "yanchor": "top",
        },
        title_font_size=15,
        margin=margin,
        height=layout["height"] + 22 * lines,
    )
    return drawn


def _wrapped(title: str) -> list[str]:
    """The title in lines that fit, escaped."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + len(word) >= WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [escape(line, quote=False) for line in lines]


def _place(findings: Findings, effect_id: str) -> int:
    """Where the effect stands among those that the report shows.

    Raises:
        ValueError: The findings have no such effect for everyone.
    """
    names = [
        effect.effect_id
        for effect in findings.effects
        if effect.role != "negative_control" and effect.subgroup_id == "all"
    ]
    return names.index(effect_id)

"""Compliance against evidence as a Plotly figure."""

from html import escape

from reports.figures import Figure, base_layout, marker
from reports.palette import GRID, INK, LINE, QUIET
from reports.quadrant import Place, QuadrantChart, band_edges, places
from reports.quadrant_svg import (
    CORNERS,
    FOOT,
    GRADE_LINES,
    LEFT,
    RIGHT,
    SIZE,
    TICKS,
    TITLE,
    TOP,
)
from reports.rows_svg import ROWS_WIDTHS

SIDE = ROWS_WIDTHS["wide"] - LEFT - RIGHT


def quadrant_figure(chart: QuadrantChart) -> Figure:
    """Marks in the places of the wide drawing; the vertical axis is in pixels from the top."""
    bands = band_edges(chart, SIDE)
    layout = base_layout(TOP + bands[-1] + FOOT, TITLE, left=LEFT, right=RIGHT + 14)
    layout["margin"] |= {"t": TOP, "b": FOOT}
    layout["xaxis"] |= {
        "range": [0, SIDE],
        "tickvals": [value * SIDE for value, _ in TICKS],
        "ticktext": [words for _, words in TICKS],
        "ticklabelstandoff": 18,
        "showgrid": False,
        "zeroline": False,
    }
    layout["yaxis"] |= {"range": [bands[-1], 0], "showgrid": False, "zeroline": False} | {
        "showticklabels": False
    }
    found = places(chart, SIDE)
    layout["shapes"] = _lines(chart, bands)
    layout["annotations"] = [*_words(bands), *(_number(place) for place in found)]
    return {"data": [_marks(found)], "layout": layout}


def _marks(found: list[Place]) -> Figure:
    styles = [marker(place.mark.shape, place.mark.colour, 2 * place.radius) for place in found]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place.x for place in found],
        "y": [place.y for place in found],
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [f"{escape(p.mark.name)}<br>{escape(p.mark.words)}" for p in found],
        "marker": {
            "opacity": 1,
            "symbol": [style["symbol"] for style in styles],
            "color": [style["color"] for style in styles],
            "size": [style["size"] for style in styles],
            "line": {"color": [place.mark.colour for place in found], "width": 2},
        },
    }


def _lines(chart: QuadrantChart, bands: list[float]) -> list[Figure]:
    foot, half, whole = bands[-1], SIDE / 2, chart.whole * SIDE
    square: Figure = {"type": "rect", "x0": 0, "x1": SIDE, "y0": 0, "y1": foot}
    return [
        square | {"layer": "below", "line": {"color": LINE, "width": 1}},
        *(_line((0, bands[n], SIDE, bands[n]), GRID) for n in (1, 3)),
        _line((0, bands[2], SIDE, bands[2]), LINE, "dash"),
        _line((half, 0, half, foot), LINE, "dash"),
        _line((whole, 0, whole, foot), INK),
    ]


def _line(ends: tuple[float, float, float, float], colour: str, dash: str = "solid") -> Figure:
    x0, y0, x1, y1 = ends
    line = {"color": colour, "width": 1.2, "dash": dash}
    place = {"x0": x0, "y0": y0, "x1": x1, "y1": y1}
    return {"type": "line", "layer": "below", "line": line} | place


def _words(bands: list[float]) -> list[Figure]:
    """Grades beside their bands, and words over and under the quadrants."""
    quiet = {"size": SIZE, "color": QUIET}
    notes = [
        _note(0.0, (bands[n] + bands[n + 1]) / 2, "<br>".join(lines), "right")
        | {"xshift": -8, "align": "right", "yanchor": "middle", "font": quiet}
        for n, lines in enumerate(GRADE_LINES.values())
    ]
    for words, y, anchor in zip(CORNERS, (0.0, bands[-1]), ("bottom", "top"), strict=True):
        for text, x, side in zip(words, (0.0, SIDE), ("left", "right"), strict=True):
            notes.append(_note(x, y, f"<b>{text}</b>", side) | {"yanchor": anchor, "font": quiet})
    return notes


def _number(place: Place) -> Figure:
    beside, anchor = place.radius + 3, "left"
    if place.is_number_left:
        beside, anchor = -beside, "right"
    style = {"xshift": beside, "yanchor": "middle", "font": {"size": SIZE, "color": INK}}
    return _note(place.x, place.y, f"<b>{place.mark.label}</b>", anchor) | style


def _note(x: float, y: float, text: str, anchor: str) -> Figure:
    return {"x": x, "y": y, "xanchor": anchor, "showarrow": False, "borderpad": 0, "text": text}

"""Charts in rows as Plotly figures: the same slots as the static drawing, in the same places."""

from html import escape

from reports.figures import Figure, base_layout, mark_trace
from reports.palette import BAND, INK, LINE, NEUTRAL, QUIET
from reports.rows import (
    FOOT,
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
from reports.rows_svg import BAR, NESTED, ROWS_WIDTHS

SIDE = 20.0
"""Margin to both sides, in which the words of the axis's ends stand."""


def rows_figure(chart: RowsChart) -> Figure:
    """One trace for each kind of mark; the vertical axis is in pixels from the top."""
    slots = list(slots_of(chart, ROWS_WIDTHS["wide"] - 40))
    bottom = height_of(slots)
    layout = base_layout(bottom + FOOT + 8, "", left=SIDE, right=SIDE)
    layout["margin"] |= {"t": 4, "b": FOOT + 4}
    known = axis_ticks(chart)
    layout["xaxis"] |= {
        "range": list(chart.limits),
        "tickvals": [value for value, _ in known],
        "ticktext": [words for _, words in known],
        "title": {
            "text": escape(chart.axis_title, quote=False),
            "font": {"size": 12, "color": QUIET},
            "standoff": 8,
        },
        "ticklabeloverflow": "allow",
        "showgrid": False,
        "zeroline": False,
    }
    layout["yaxis"] |= {"range": [bottom, 0], "visible": False}
    layout["shapes"] = _guides(chart, slots)
    layout["annotations"] = [note for slot in slots for note in _notes(slot)]
    if chart.head > TOP:
        layout["annotations"] += [_tick(value, words) for value, words in known]
    rows = [(slot.row, slot.centre) for slot in slots if slot.row is not None]
    return {"data": _traces(chart, rows), "layout": layout}


def _traces(chart: RowsChart, rows: list[tuple[Row, float]]) -> list[Figure]:
    if chart.mark == "nested":
        return [_nested(rows, index) for index in range(len(NESTED))]
    marked = [(row, y) for row, y in rows if row.value is not None]
    data = [_bars(marked)] if chart.mark == "bar" else [_dots(chart, marked)]
    beside = [(row, y) for row, y in rows if row.beside is not None]
    if beside:
        places = [(row.beside or 0.0, y) for row, y in beside]
        trace = mark_trace(places, ["diamond"] * len(places), ["#ffffff"] * len(places), 10)
        trace["marker"]["line"] = {"color": INK, "width": 1.6}
        trace["cliponaxis"] = False
        data.append(trace)
    return data


def _dots(chart: RowsChart, rows: list[tuple[Row, float]]) -> Figure:
    """Dots with their intervals."""
    top = chart.limits[1]
    places = [(min(row.value or 0.0, top), y) for row, y in rows]
    shapes = ["triangle-right" if (row.value or 0.0) > top else row.shape for row, _ in rows]
    trace = mark_trace(places, shapes, [row.colour for row, _ in rows], 11)
    trace["hovertext"] = _hovers(rows)
    trace |= {"hoverinfo": "text", "cliponaxis": False}
    if any(row.low is not None for row, _ in rows):
        pairs = [(row.value or 0.0, row.low, row.high) for row, _ in rows]
        trace["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [0.0 if high is None else high - value for value, _, high in pairs],
            "arrayminus": [0.0 if low is None else value - low for value, low, _ in pairs],
            "color": NEUTRAL,
            "thickness": 2.2,
            "width": 0,
        }
    return trace


def _bars(rows: list[tuple[Row, float]]) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [row.value for row, _ in rows],
        "y": [y for _, y in rows],
        "width": BAR,
        "marker": {"color": [row.colour for row, _ in rows]},
        "hoverinfo": "text",
        "hovertext": _hovers(rows),
    }


def _nested(rows: list[tuple[Row, float]], index: int) -> Figure:
    """The bars of one stage, above those of the stage before."""
    trace = _bars(rows)
    line = {"color": LINE, "width": 0 if index else 1.4}
    return trace | {
        "x": [row.parts[index] for row, _ in rows],
        "offset": -NESTED[index][0] / 2,
        "width": NESTED[index][0],
        "marker": {"color": NESTED[index][1], "line": line},
    }


def _hovers(rows: list[tuple[Row, float]]) -> list[str]:
    return [f"{escape(row.label)}: {escape(row.figures)}" for row, _ in rows]


def _guides(chart: RowsChart, slots: list[Slot]) -> list[Figure]:
    """Grid and reference line beside the marks, as in the drawing; one path for each."""
    rows = [slot.centre for slot in slots if slot.row is not None]
    marked = [slot.centre for slot in slots if slot.row and slot.row.value is not None]
    guides = [_band(chart.band, marked)] if chart.band and marked else []
    guides.append(_guide([value for value, _ in axis_ticks(chart)], rows, "#d5dbe3", 1.0))
    if chart.reference is not None:
        guides.append(_guide([chart.reference], rows, INK, 1.4) | {"layer": "above"})
    return guides


def _band(band: float, rows: list[float]) -> Figure:
    half = MARK_ROOM / 2 - 1
    path = "".join(
        f"M{-band:.6g},{y - half:g}L{band:.6g},{y - half:g}"
        f"L{band:.6g},{y + half:g}L{-band:.6g},{y + half:g}Z"
        for y in rows
    )
    return {"type": "path", "layer": "below", "path": path, "fillcolor": BAND, "line": {"width": 0}}


def _guide(values: list[float], rows: list[float], colour: str, width: float) -> Figure:
    half = MARK_ROOM / 2 - 1
    path = "".join(
        f"M{value:.6g},{centre - half:g}L{value:.6g},{centre + half:g}"
        for value in values
        for centre in rows
    )
    line = {"color": colour, "width": width}
    return {"type": "path", "layer": "below", "path": path, "line": line}


def _notes(slot: Slot) -> list[Figure]:
    text = "<br>".join(escape(line, quote=False) for line in slot.lines)
    notes = [_note(f"<b>{text}</b>" if slot.row is None else text, slot.top, "left")]
    if slot.figures:
        figures = escape(slot.figures, quote=False)
        notes.append(_note(f"<b>{figures}</b>", slot.top, "right"))
    return notes


def _tick(value: float, words: str) -> Figure:
    """Words of the axis above the rows."""
    own = {"xref": "x", "x": value, "xanchor": "center", "xshift": 0, "yanchor": "middle"}
    return _note(words, TOP + 4, "left") | own | {"font": {"size": 12, "color": QUIET}}


def _note(text: str, y: float, side: str) -> Figure:
    return {
        "xref": "paper",
        "x": 0.0 if side == "left" else 1.0,
        "xanchor": side,
        "xshift": -SIDE if side == "left" else SIDE,
        "y": y,
        "yanchor": "top",
        "align": side,
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": SIZE},
        "text": text,
    }

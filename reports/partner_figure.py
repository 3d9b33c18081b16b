"""Components by partner as a Plotly figure, in the places of the wide drawing."""

from html import escape

from reports.figures import Figure, base_layout
from reports.palette import BAND, INK, QUIET
from reports.partner_chart import Cell, Component, PartnerChart
from reports.partner_svg import (
    BAR,
    CELLS,
    FOOT,
    SMALL,
    PartnerSlot,
    column_places,
    heading_lines,
    nothing_of,
    partner_slots,
)
from reports.rows import SIZE
from reports.rows_svg import ROWS_WIDTHS

WIDTH = ROWS_WIDTHS["wide"]
Placed = tuple[PartnerSlot, Component, Cell, float]


def partner_figure(chart: PartnerChart) -> Figure:
    """Tracks and bars as two traces; words as annotations."""
    slots = list(partner_slots(chart, WIDTH - 40))
    bottom = slots[-1].centre + CELLS / 2 + FOOT
    layout = base_layout(bottom, "", left=0, right=0)
    layout["margin"] |= {"t": 0, "b": 0}
    layout["xaxis"] |= {"range": [0, WIDTH], "visible": False}
    layout["yaxis"] |= {"range": [bottom, 0], "visible": False}
    layout["barmode"] = "overlay"
    starts, length = column_places(chart, WIDTH)
    placed = [
        (slot, column, cell, x)
        for slot in slots
        for x, column, cell in zip(starts, chart.columns, slot.row.cells, strict=True)
        if cell is not None
    ]
    tracks = _bars(placed, [length] * len(placed), [BAND] * len(placed)) | {"hoverinfo": "skip"}
    lengths = [length * min(1.0, cell.value) for _, _, cell, _ in placed]
    layout["annotations"] = [
        *_headings(chart, starts),
        *(note for slot in slots for note in _names(slot)),
        *(_note(x + length + 5, slot.centre, cell.figures) for slot, _, cell, x in placed),
        *_gaps(chart, slots, starts),
    ]
    bars = _bars(placed, lengths, [column.colour for _, column, _, _ in placed])
    return {"data": [tracks, bars], "layout": layout}


def _bars(placed: list[Placed], lengths: list[float], colours: list[str]) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "base": [x for *_, x in placed],
        "x": lengths,
        "y": [slot.centre for slot, *_ in placed],
        "width": BAR,
        "marker": {"color": colours},
        "hoverinfo": "text",
        "hovertext": [
            f"{escape(slot.row.label)}<br>{cell.figures} {column.words}"
            for slot, column, cell, _ in placed
        ],
    }


def _headings(chart: PartnerChart, starts: list[float]) -> list[Figure]:
    lines = ("<br>".join(words) for words in heading_lines(chart, WIDTH - 40))
    return [
        _note(x, 0.0, words) | {"yanchor": "top", "font": {"size": SMALL, "color": QUIET}}
        for x, words in zip(starts, lines, strict=True)
    ]


def _names(slot: PartnerSlot) -> list[Figure]:
    words = "<br>".join(escape(line, quote=False) for line in slot.lines)
    style = {"yanchor": "top", "font": {"size": SIZE, "color": INK}}
    figures = f"<b>{escape(slot.figures, quote=False)}</b>"
    right = {"xanchor": "right", "align": "right"}
    name = _note(0.0, slot.top, words) | style
    return [name, *([_note(WIDTH, slot.top, figures) | style | right] if slot.figures else [])]


def _gaps(chart: PartnerChart, slots: list[PartnerSlot], starts: list[float]) -> list[Figure]:
    return [
        _note(x, slot.centre, nothing_of(chart))
        for slot in slots
        for x, cell in zip(starts, slot.row.cells, strict=True)
        if cell is None
    ]


def _note(x: float, y: float, text: str) -> Figure:
    return {
        "x": x,
        "xanchor": "left",
        "y": y,
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": SMALL, "color": INK},
        "text": text,
    }

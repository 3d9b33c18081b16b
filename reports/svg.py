"""A small SVG writer: every text and attribute is escaped, positions have one decimal.

A page may hold hundreds of drawings: paths are relative, and what a drawing says once stands.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from reports.palette import BAND, GRID, INK, LINE, QUIET

SHORT_FONT = "system-ui, Roboto, Arial, sans-serif"

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
TEXT_SIZE = 12
"""Size of text that says no other; its colour is QUIET."""
NARROW = 280.0
"""Width of a narrow drawing: a figure's on the narrowest page, so that text keeps its size."""
MIDDLE = 620.0
"""Width of a drawing across the page of a tablet."""
TALL = 700.0
"""A drawing with more rows than this height holds has its axis at its head too."""
AXIS = 18.0
"""Room for a second line of ticks above the rows of a tall chart."""


class Canvas:
    """Collects marks and gives them back as one `<svg>` that scales with its container."""

    def __init__(self, width: float, height: float) -> None:
        """An empty drawing of this size in its own units."""
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 13,
        fill: str = INK,
        anchor: Anchor = "start",
        bold: bool = False,
    ) -> None:
        """One line of text on its baseline."""
        weight = ' font-weight="600"' if bold else ""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        own = "" if size == TEXT_SIZE else f' font-size="{_at(size)}"'
        ink = "" if fill == QUIET else f' fill="{fill}"'
        self._parts.append(
            f'<text x="{_at(x)}" y="{_at(y)}"{own}{ink}{place}{weight}>{escape(words)}</text>'
        )

    def rect(self, x: float, y: float, width: float, height: float, fill: str = BAND) -> None:
        """A filled rectangle."""
        self._parts.append(
            f'<rect x="{_at(x)}" y="{_at(y)}" width="{_at(max(width, 0))}" '
            f'height="{_at(max(height, 0))}" fill="{fill}"/>'
        )

    def lines(
        self,
        segments: Iterable[tuple[float, float, float, float]],
        *,
        stroke: str = LINE,
        width: float = 1,
        dashes: str = "",
    ) -> None:
        """Straight segments (x1, y1, x2, y2) of one style, as a single path."""
        path = _path([(a, b), (c, d)] for a, b, c, d in segments)
        if path:
            dash = f' stroke-dasharray="{dashes}"' if dashes else ""
            wide = "" if width == 1 else f' stroke-width="{_at(width)}"'
            self._parts.append(f'<path d="{path}" stroke="{stroke}"{wide}{dash}/>')

    def polyline(
        self, points: list[tuple[float, float]], *, stroke: str, width: float = 1.5
    ) -> None:
        """One unbroken line."""
        if len(points) > 1:
            path = _path([points])
            self._parts.append(
                f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{_at(width)}"/>'
            )

    def markers(
        self, shape: str, points: Iterable[tuple[float, float]], *, colour: str, radius: float = 6
    ) -> None:
        """Markers of one shape and colour; shapes that end in `open` are hollow."""
        if shape.startswith("circle"):
            self._dots(list(points), colour, radius, hollow=shape.endswith("open"))
            return
        path = "".join(_marker(shape, x, y, radius) for x, y in points)
        if path:
            fill = "#fff" if shape.endswith("open") else colour
            self._parts.append(
                f'<path d="{path}" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
            )

    def _dots(
        self, points: list[tuple[float, float]], colour: str, radius: float, *, hollow: bool
    ) -> None:
        """Circles as round ends of lines without length: a tenth of the bytes of arcs."""
        path = _path([point, point] for point in points)
        inks = [(colour, 2 * radius + 2)] + ([("#fff", 2 * radius - 2)] if hollow else [])
        for stroke, width in inks if path else []:
            self._parts.append(
                f'<path d="{path}" stroke="{stroke}" stroke-width="{_at(width)}" '
                'stroke-linecap="round"/>'
            )

    def grid(self, ticks: Iterable[float], top: float, bottom: float) -> None:
        """Upright grid lines."""
        self.lines(((x, top, x, bottom) for x in ticks), stroke=GRID)

    def render(self, css_class: str) -> str:
        """The drawing; hidden from assistive technology, which reads the figure's own label."""
        size = f"0 0 {_at(self.width)} {_at(self.height)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" class="{css_class}" '
            f'width="{_at(self.width)}" height="{_at(self.height)}" '
            f'font-family="{SHORT_FONT}" font-size="{TEXT_SIZE}" fill="{QUIET}" '
            'aria-hidden="true" focusable="false">'
            f"{''.join(self._parts)}</svg>"
        )


def _path(lines: Iterable[Sequence[Point]]) -> str:
    """Unbroken lines as one path of relative steps between places rounded to tenths."""
    said: list[str] = []
    here = (0, 0)
    for line in lines:
        for index, point in enumerate(line):
            there = (round(10 * point[0]), round(10 * point[1]))
            said.append(_step(there[0] - here[0], there[1] - here[1], is_move=index == 0))
            here = there
    return "".join(said)


def _step(right: int, down: int, *, is_move: bool) -> str:
    """One step, in tenths: a move, or a line that names only the way it goes."""
    if is_move or (right and down):
        across, along = _short(right), _short(down)
        return f"{'m' if is_move else 'l'}{across}{'' if along.startswith('-') else ' '}{along}"
    return f"v{_short(down)}" if down else f"h{_short(right)}"


def _short(tenths: int) -> str:
    """A number of tenths without what a path can do without."""
    whole, rest = divmod(abs(tenths), 10)
    said = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{said}" if tenths < 0 else said


def _marker(shape: str, x: float, y: float, r: float) -> str:
    corners = {
        "triangle-down": ((-1.1, -0.8), (1.1, -0.8), (0, 1.1)),
        "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
        "arrow-left": ((0, -0.8), (-1.1, 0), (0, 0.8)),
        "arrow-right": ((0, -0.8), (1.1, 0), (0, 0.8)),
    }
    if shape.startswith("x-thin"):
        return (
            f"M{_at(x - r)} {_at(y - r)}L{_at(x + r)} {_at(y + r)}"
            f"M{_at(x - r)} {_at(y + r)}L{_at(x + r)} {_at(y - r)}"
        )
    points = corners[shape.removesuffix("-open")]
    return "M" + "L".join(f"{_at(x + dx * r)} {_at(y + dy * r)}" for dx, dy in points) + "Z"


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

"""Compliance against evidence as static SVG: four quadrants."""

from reports.measure import text_width
from reports.palette import GRID, INK, LINE, QUIET
from reports.quadrant import QuadrantChart, band_edges, places
from reports.rows_svg import ROWS_WIDTHS
from reports.svg import Canvas

LEFT, RIGHT, TOP, FOOT = 88.0, 10.0, 24.0, 64.0
SIZE = 12.0
GRADE_LINES: dict[str, tuple[str, str]] = {
    "E3": ("Effect", "compared"),
    "E2": ("Before and", "after only"),
    "E1": ("Outputs", "counted"),
    "E0": ("No outcome,", "no output"),
}
"""What stands beside each band, from the strongest evidence down."""
CORNERS = (("Evidence only", "Both"), ("Neither", "Boxes only"))
"""Words over the upper quadrants, and under the lower ones."""
TICKS = ((0.0, "0%"), (0.5, "50%"), (1.0, "100%"))
TITLE = "Activities with everything required"


def draw_quadrant(chart: QuadrantChart, setting: str) -> str:
    """Numbered marks; the key to the numbers stands below the drawing."""
    width = ROWS_WIDTHS[setting]
    side = width - LEFT - RIGHT
    bands = band_edges(chart, side)
    canvas = Canvas(width, TOP + bands[-1] + FOOT)
    _draw_bands(canvas, side, bands)
    at = LEFT + chart.whole * side
    canvas.lines([(at, TOP, at, TOP + bands[-1])], stroke=INK, width=1.4)
    for place in places(chart, side):
        x, y = LEFT + place.x, TOP + place.y
        mark = place.mark
        canvas.markers(mark.shape, [(x, y)], colour=mark.colour, radius=place.radius)
        room = text_width(mark.label, SIZE, bold=True) + 2
        beside = x - place.radius - 3 - room if place.is_number_left else x + place.radius + 3
        canvas.rect(beside - 1, y - 6, room, 12, fill="#fff")
        canvas.text(beside, y + 4, mark.label, size=SIZE, bold=True)
    return canvas.render(setting)


def _draw_bands(canvas: Canvas, side: float, bands: list[float]) -> None:
    right, foot = LEFT + side, TOP + bands[-1]
    inner = [TOP + bands[n] for n in (1, 3)]
    canvas.lines(((LEFT, y, right, y) for y in inner), stroke=GRID)
    edges = [(LEFT, y, right, y) for y in (TOP, foot)] + [(x, TOP, x, foot) for x in (LEFT, right)]
    canvas.lines(edges, stroke=LINE)
    middle = LEFT + side / 2
    halves = [(middle, TOP, middle, foot), (LEFT, TOP + bands[2], right, TOP + bands[2])]
    canvas.lines(halves, stroke=LINE, dashes="4 3")
    for index, lines in enumerate(GRADE_LINES.values()):
        centre = TOP + (bands[index] + bands[index + 1]) / 2
        for line, y in zip(lines, (centre - 3, centre + 12), strict=True):
            canvas.text(LEFT - 8, y, line, size=SIZE, fill=QUIET, anchor="end")
    for (left, own), y in zip(CORNERS, (TOP - 8, foot + 15), strict=True):
        canvas.text(LEFT, y, left, size=SIZE, fill=QUIET, bold=True)
        canvas.text(right, y, own, size=SIZE, fill=QUIET, anchor="end", bold=True)
    for value, words in TICKS:
        half = text_width(words, SIZE) / 2
        x = min(LEFT + value * side, canvas.width - half)
        canvas.text(x, foot + 34, words, size=SIZE, fill=QUIET, anchor="middle")
    x = min(middle, right - text_width(TITLE, SIZE) / 2)
    canvas.text(x, foot + 54, TITLE, size=SIZE, fill=QUIET, anchor="middle")

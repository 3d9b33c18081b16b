"""One palette and one marker per verdict: colour-blind safe, at least 3:1 on white."""

from schemas.vocabulary import Verdict

INK = "#17212f"
QUIET = "#4b5768"
LINE = "#8a94a3"
GRID = "#e3e7ec"
BAND = "#e9edf2"
GOOD = "#0b62a8"
BAD = "#b8430b"
NEUTRAL = "#4b5768"
UNCLEAR = "#6b4a86"
MIDDLE = "#5a8fbd"
KIND_COLOURS = (MIDDLE, NEUTRAL, LINE)
"""Of advocacy, patient support and unclassified spend: no colour that a verdict has."""
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

VERDICT_COLOURS: dict[Verdict, str] = {
    "improves": GOOD,
    "harms": BAD,
    "no_meaningful_effect": NEUTRAL,
    "inconclusive": UNCLEAR,
    "not_evaluable": QUIET,
}
VERDICT_MARKERS: dict[Verdict, str] = {
    "improves": "circle",
    "harms": "triangle-down",
    "no_meaningful_effect": "square",
    "inconclusive": "diamond-open",
    "not_evaluable": "x-thin-open",
}
"""Shapes by the names that Plotly gives them; the SVG writer draws the same."""

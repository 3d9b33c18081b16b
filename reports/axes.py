"""Scales and ticks: from values to positions, the same for every drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from reports.measure import text_width
from reports.numbers import decimals_for, fixed

FEWEST_TICKS = 3
CLIP = 4.0
"""A reach beyond this many times the median reach is cut and marked with an arrow."""


@dataclass(frozen=True)
class Scale:
    """A linear map of [low, high] onto [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Position of a value, held inside the drawing."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def cuts(self, value: float) -> bool:
        """Whether the value lies outside."""
        return not self.low <= value <= self.high


def limits(values: Iterable[float | None], pad: float = 0.06) -> tuple[float, float]:
    """Limits that hold every value and zero, with a margin; never of no width."""
    known = [value for value in values if value is not None] + [0.0]
    low, high = min(known), max(known)
    margin = (high - low) * pad or 1.0
    return low - margin, high + margin


def clipped_limits(reaches: list[list[float]]) -> tuple[float, float]:
    """Limits for rows of values, where one wild row may not flatten the others."""
    sizes = [max(abs(value) for value in row) for row in reaches if row]
    cap = CLIP * median(sizes) if sizes else 1.0
    cap = cap or 1.0
    return limits(max(-cap, min(cap, value)) for row in reaches for value in row)


def ticks(low: float, high: float, wanted: int) -> list[float]:
    """About `wanted` round values inside the limits, never fewer than three."""
    step = _round_step((high - low) / max(1, wanted))
    first = math.ceil(low / step)
    last = math.floor(high / step)
    if last - first < FEWEST_TICKS - 1:
        return ticks(low, high, 2 * wanted)
    return [index * step for index in range(first, last + 1)]


def tick_labels(values: list[float]) -> list[str]:
    """One text per tick, all with the decimals that the step needs."""
    if len(values) < 2:
        return [fixed(value, decimals_for([value])) for value in values]
    step = values[1] - values[0]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [fixed(value, decimals) for value in values]


def roomy_ticks(values: list[float], scale: Scale, size: float) -> list[float]:
    """Every n-th of the values, counted from zero, with the least n whose labels do not meet."""
    step = values[1] - values[0]
    kept = values
    for every in range(1, len(values) + 1):
        kept = [value for value in values if round(value / step) % every == 0]
        widths = [text_width(label, size) for label in tick_labels(kept)]
        ends = zip(pairwise(kept), pairwise(widths), strict=True)
        if all(scale.at(b) - scale.at(a) > (one + two) / 2 + 4 for (a, b), (one, two) in ends):
            break
    return kept


def whole_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Ticks at whole numbers only."""
    step = max(1.0, _round_step((high - low) / max(1, wanted)))
    return [index * step for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _round_step(raw: float) -> float:
    size = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5):
        if raw <= factor * size:
            return float(factor * size)
    return 10.0 * size

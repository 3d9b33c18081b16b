"""Has a measure changed its unit? Jumps by a known ratio of a whole measure or unit at once."""

import math

import numpy as np

from impact.model import BoolArray, DiagnosticResult, FloatArray

KNOWN_RATIOS = (7.0, 12.0, 18.02, 30.44, 38.67, 100.0, 1000.0)
"""Weeks, years, glucose, months, cholesterol, percent, thousandths: one unit in the other."""
WINDOW = 6
"""Periods on each side of a jump whose levels are compared."""
LEAST = 3
"""Periods that a single unit needs on each side; the whole measure needs one."""
TOLERANCE = math.log(1.2)
"""How far a ratio of levels may be from a known one, on the log scale."""
SEPARATION = 0.6
"""Share of the jump, on the log scale, that lies between the nearest values of the sides."""
NARROW = 0.999 * KNOWN_RATIOS[0] ** SEPARATION
"""A series whose highest value is less than so many times its lowest holds no jump."""
NOISE_FACTOR = 6.0
"""A single unit's jump must be this many times its usual step; there are many units to err in."""


def find_unit_shift(outcome: FloatArray) -> DiagnosticResult:
    """FAIL where the level of the measure, or of one unit, jumps by a known ratio and stays.

    `outcome` is (N, T). The measure's own series is the median over units; a single unit must
    jump far beyond its usual steps. Only positive values have ratios: where no series is
    positive it is NOT_EVALUATED, and with one period NOT_APPLICABLE. `value` is the ratio.
    """
    if outcome.shape[1] < 2:
        return DiagnosticResult("unit_shift", "NOT_APPLICABLE")
    whole = _column_medians(outcome)
    can_be_whole = len(whole) >= 2 and bool((whole > 0).all())
    usable, wide = _usable_rows(outcome)
    if not (can_be_whole or usable.any()):
        return DiagnosticResult("unit_shift", "NOT_EVALUATED")
    series = [(row[np.isfinite(row)], LEAST) for row in outcome[wide]]
    series += [(whole, 1)] if can_be_whole else []
    found = [jump for values, least in series if (jump := _jump(values, least)) is not None]
    if found:
        return DiagnosticResult("unit_shift", "FAIL", max(found))
    return DiagnosticResult("unit_shift", "PASS")


def _column_medians(outcome: FloatArray) -> FloatArray:
    """Median of what was observed in each period that has something (T' <= T,)."""
    ordered, seen = np.sort(outcome, axis=0), np.isfinite(outcome)
    if seen.all():
        middle = len(outcome) // 2
        return np.asarray((ordered[(len(outcome) - 1) // 2] + ordered[middle]) / 2)
    count = seen.sum(axis=0)
    column = np.flatnonzero(count)
    count = count[column]
    return np.asarray((ordered[(count - 1) // 2, column] + ordered[count // 2, column]) / 2)


def _usable_rows(outcome: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Units (N,) that are long enough and positive, and those among them wide enough to jump."""
    seen = np.isfinite(outcome)
    lowest = np.where(seen, outcome, np.inf).min(axis=1)
    highest = np.where(seen, outcome, -np.inf).max(axis=1)
    usable = (seen.sum(axis=1) >= 2 * LEAST) & (lowest > 0)
    return usable, usable & (highest >= NARROW * lowest)


def _jump(values: FloatArray, least: int) -> float | None:
    """The known ratio by which a series jumps at once, up or down; None where it does not."""
    logs = np.log(values)
    steps = np.abs(np.diff(logs))
    usual = 1.4826 * float(np.median(steps)) if least > 1 else 0.0
    smallest = max(SEPARATION * math.log(KNOWN_RATIOS[0]), NOISE_FACTOR * usual)
    large = np.flatnonzero(steps >= smallest)
    for step in large:
        before = logs[max(0, step + 1 - WINDOW) : step + 1]
        after = logs[step + 1 : step + 1 + WINDOW]
        if min(len(before), len(after)) >= least:
            ratio = _known_ratio(before, after)
            if ratio is not None:
                return ratio
    return None


def _known_ratio(before: FloatArray, after: FloatArray) -> float | None:
    """The known ratio between two stretches of logs that do not come near each other."""
    distance = float(np.median(after) - np.median(before))
    upper, lower = (after, before) if distance > 0 else (before, after)
    gap = float(upper.min() - lower.max())
    for ratio in KNOWN_RATIOS:
        is_near = abs(abs(distance) - math.log(ratio)) <= TOLERANCE
        if is_near and gap >= SEPARATION * math.log(ratio):
            return ratio
    return None

"""I3 and I4: the estimate without what the negative controls share, once and twice (METHODS 3a)."""

import numpy as np
from scipy import optimize, stats

from impact import functionals
from impact.cohorts import Cohorts
from impact.contrast import (
    Contrast,
    contrast,
    degrees_of_freedom,
    estimates,
    influences,
    usable_rows,
)
from impact.controls import Controls
from impact.judged import Judged
from impact.model import FloatArray, Interval
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName

FACTORS: tuple[tuple[IntervalName, float], ...] = (("calibrated", 1.0), ("calibrated_twice", 2.0))
"""Lambda: how often the mean of the controls is taken off."""
FLAT = 1e-9
"""A standard error below this share of s_y is rounding."""
LARGEST_FACTOR = 20.0
"""A breakdown beyond this multiple of the controls' mean is not looked for."""


def calibrated_intervals(judged: Judged, thresholds: Thresholds) -> tuple[Interval, ...]:
    """I3 and I4, signed; NOT_APPLICABLE with fewer than 10 usable controls."""
    if judged.controls is None or judged.control_count < thresholds.controls_calibration:
        return tuple(Interval(name, "NOT_APPLICABLE") for name, _ in FACTORS)
    return tuple(_interval(judged, judged.controls, name, factor) for name, factor in FACTORS)


def _interval(judged: Judged, controls: Controls, name: IntervalName, factor: float) -> Interval:
    found = without_shared(judged, controls, factor)
    if found is None:
        return Interval(name, "NOT_EVALUATED")
    extra = bias_variance(controls, factor)
    widened = with_bias_variance(found, extra, controls.count)
    return Interval(
        name=name,
        status="PASS",
        estimate=judged.scale * widened.estimate,
        std_error=judged.scale * widened.std_error,
        df=widened.df,
        widening=judged.widening,
        bias_variance=judged.scale**2 * extra,
    )


def bias_variance(controls: Controls, factor: float) -> float:
    """E = tau^2 (1 + lambda^2 / K), in squared units of s_y."""
    return controls.tau_squared * (1 + factor**2 / controls.count)


def with_bias_variance(found: Contrast, extra: float, count: int) -> Contrast:
    """Add E to a variance; it has K - 1 degrees of freedom."""
    total = found.variance + extra
    below = found.variance**2 / found.df + extra**2 / (count - 1)
    return Contrast(found.estimate, total, total**2 / below)


def without_shared(judged: Judged, controls: Controls, factor: float) -> Contrast | None:
    """Contrast of I0 less lambda times the controls' mean, in units of s_y, positive better.

    Formed per cluster where the control lives there. A control with an exposure of its own
    shifts the estimate and adds its variance; clusters that it shares with the effect count
    with their joint influence, so that the correlation is neither lost nor guessed.
    """
    signed = judged.sign / judged.scale * judged.matrix(functionals.plain)
    matrix = signed - factor * controls.own_share * controls.mean_scalar
    if not controls.outside:
        found = contrast(matrix, judged.cohorts)
        return found if found and found.std_error > FLAT else None
    kept = usable_rows(matrix, judged.cohorts)
    if kept is None:
        return None
    names = [name for name, stays in zip(judged.unit_ids, kept, strict=True) if stays]
    full = np.nan_to_num(matrix[kept])
    return _jointly(full, judged.cohorts.among(kept), names, controls, factor)


def _jointly(
    matrix: FloatArray,
    cohorts: Cohorts,
    names: list[str],
    controls: Controls,
    factor: float,
) -> Contrast | None:
    """The contrast with the outside controls' estimates and influences taken off."""
    estimate = float(estimates(matrix[None], cohorts)[0])
    estimate -= factor * sum(item.estimate for item in controls.outside) / controls.count
    share = outside_influence(controls)
    own = influences(matrix[None], cohorts)[:, 0]
    own = own - factor * np.array([share.pop(name, 0.0) for name in names])
    inside = float((own**2).sum())
    v2 = factor**2 * sum(value**2 for value in share.values())
    total = inside + v2
    if np.sqrt(inside) <= FLAT:
        return None
    below = inside**2 / degrees_of_freedom(own, cohorts) + v2**2 / max(1, len(share) - 2)
    return Contrast(estimate, total, total**2 / below)


def outside_influence(controls: Controls) -> dict[str, float]:
    """Each cluster's contribution to the mean of all K, by way of the outside controls."""
    share: dict[str, float] = {}
    for item in controls.outside:
        for name, value in zip(item.unit_ids, item.influence, strict=True):
            share[name] = share.get(name, 0.0) + float(value) / controls.count
    return share


def systematic_error(judged: Judged, thresholds: Thresholds) -> float | None:
    """Tau in the outcome's unit: how far one effect's bias scatters around the controls' mean."""
    controls = judged.controls
    if controls is None or controls.count < thresholds.controls_calibration:
        return None
    return judged.scale * float(np.sqrt(controls.tau_squared))


def control_breakdown(judged: Judged, thresholds: Thresholds) -> float | None:
    """Smallest multiple of the controls' mean, taken off, that brings an interval to zero.

    None where the plain interval holds zero, where the controls are too few, or where no
    multiple up to 20 is enough.
    """
    controls = judged.controls
    if controls is None or controls.count < thresholds.controls_calibration:
        return None
    side = 1.0 if _reach(judged, controls, 0.0, 1.0) > 0 else -1.0
    grid = np.linspace(0.0, LARGEST_FACTOR, 81)
    reach = [_reach(judged, controls, float(factor), side) for factor in grid]
    below = np.flatnonzero(np.array(reach) <= 0)
    if not len(below) or below[0] == 0:
        return None
    low, high = grid[below[0] - 1], grid[below[0]]
    root = optimize.brentq(lambda factor: _reach(judged, controls, factor, side), low, high)
    return float(root)


def _reach(judged: Judged, controls: Controls, factor: float, side: float) -> float:
    """Bound nearest to zero of the 95 % interval at this multiple, on one side; units of s_y.

    Without any multiple it is I0's own, in which the controls' scatter has no part.
    """
    found = without_shared(judged, controls, factor)
    if found is None:
        return -np.inf
    extra = bias_variance(controls, factor) if factor > 0 else 0.0
    wide = with_bias_variance(found, extra, controls.count)
    reach = wide.std_error * float(stats.t.ppf(0.975, wide.df)) + judged.widening / judged.scale
    return side * wide.estimate - reach

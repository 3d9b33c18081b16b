"""Smoothness sensitivity of an event study: how much may the difference in trends bend.

Rambachan and Roth (2023), doi:10.1093/restud/rdad018: from one period to the next the slope of
the difference in trends changes by at most M. The interval is their fixed-length one: the
estimate less a weighted sum of the pre-period changes, with the weights that make it shortest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from impact.honest_did import EventStudy, SensitivityInterval
from impact.model import FloatArray

ONE_SIDED = 8.0
"""Bias in standard errors from which on the far tail is nothing."""
BEND = 1e-3
"""Share of itself to which the breakdown is found."""
PRECISION = {"ftol": 1e-13, "xtol": 1e-13, "maxfun": 5_000}

QUICK = {"ftol": 1e-8, "maxfun": 500}
"""Weights chosen for another covariance than the study's need not be the very best."""


@dataclass(frozen=True)
class Weighing:
    """Estimators v'beta that no linear difference in trends biases: v = start - step x.

    `start` (A + B,) puts all weight on the last pre-period change; `step` (A + B, A - 1). x are
    the running sums of the changes' weights. Per unit of M the worst bias is `fixed_bias` plus
    the sum of |x|.
    """

    start: FloatArray
    step: FloatArray
    fixed_bias: float


@dataclass(frozen=True)
class HalfLength:
    """Half-length of a fixed-length interval, and its derivatives.

    The half-length is the (1 - alpha) quantile of |N(bias, std_error^2)|.
    """

    value: float
    by_bias: float
    by_std_error: float


def smoothness(
    study: EventStudy, m: float, *, alpha: float = 0.05, working: FloatArray | None = None
) -> SensitivityInterval:
    """Form the fixed-length interval for one M, in the outcome's unit.

    The weights are those that would make it shortest if the coefficients' covariance were
    `working` (A + B, A + B), by default the study's own; the interval is valid with any.
    """
    weighing = build_weighing(study)
    noise = study.covariance if working is None else working
    unit = float(np.sqrt(weighing.start @ noise @ weighing.start))
    options = PRECISION if working is None else QUICK
    free = _shortest(weighing, noise / unit**2, m / unit, alpha, options)
    direction = weighing.start - weighing.step @ free
    std_error = float(np.sqrt(direction @ study.covariance @ direction))
    bias = m * (weighing.fixed_bias + float(np.abs(free).sum()))
    centre = float(direction @ study.estimate)
    half = half_length(bias, std_error, alpha).value
    return SensitivityInterval(m, centre - half, centre + half)


def breakdown_bend(
    study: EventStudy, *, alpha: float = 0.05, working: FloatArray | None = None
) -> float | None:
    """Find the largest M at which the interval still excludes zero, to about 1e-3 of itself.

    None where it does not with a straight line (M = 0) either. The interval grows with M.
    """

    def clear(m: float) -> float:
        found = smoothness(study, m, alpha=alpha, working=working)
        return max(found.ci_low, -found.ci_high)

    least = clear(0.0)
    if least <= 0:
        return None
    high = least / build_weighing(study).fixed_bias
    while clear(high) > 0:
        high *= 2
    return float(optimize.brentq(clear, 0.0, high, rtol=BEND, xtol=BEND * high))


def independent_noise(study: EventStudy) -> FloatArray:
    """Covariance (A + B, A + B) if every period's noise were alike and its own.

    The coefficients share that of the reference. The scale is the study's own.
    """
    count = len(study.estimate)
    shape = np.eye(count) + 1.0
    return np.asarray(shape * np.trace(study.covariance) / np.trace(shape))


def _shortest(
    weighing: Weighing, covariance: FloatArray, m: float, alpha: float, options: Mapping[str, float]
) -> FloatArray:
    """Find the x of the shortest interval (A - 1,), in units of the first one's standard error.

    The half-length is convex in x; x is split into what is above and below zero, so that it is
    smooth too. The search starts where the variance is least, the answer for M = 0.
    """
    size = weighing.step.shape[1]
    if size == 0:
        return np.zeros(0)

    def loss(parts: FloatArray) -> tuple[float, FloatArray]:
        direction = weighing.start - weighing.step @ (parts[:size] - parts[size:])
        std_error = float(np.sqrt(direction @ covariance @ direction))
        half = half_length(m * (weighing.fixed_bias + float(parts.sum())), std_error, alpha)
        by_free = -half.by_std_error / std_error * (weighing.step.T @ covariance @ direction)
        return half.value, half.by_bias * m + np.concatenate([by_free, -by_free])

    shared = weighing.step.T @ covariance
    least = np.linalg.lstsq(shared @ weighing.step, shared @ weighing.start)[0]
    start, limits = np.maximum(np.concatenate([least, -least]), 0.0), [(0.0, None)] * (2 * size)
    # TNC: the BLAS threads that L-BFGS-B wakes spin for longer than it computes.
    found = optimize.minimize(loss, start, jac=True, method="TNC", bounds=limits, options=options)
    return np.asarray(found.x[:size] - found.x[size:])


def build_weighing(study: EventStudy) -> Weighing:
    """Say which estimators there are, and what a bend of each period does to them."""
    before, tail = study.changes[: study.pre_count], study.tail_sums
    total = float(tail.sum())
    left = total - np.cumsum(tail)[:-1]
    return Weighing(
        start=study.average_weight - total * before[-1],
        step=(before[:-1] - before[1:]).T,
        fixed_bias=abs(total) + float(np.abs(left).sum()),
    )


def half_length(bias: float, std_error: float, alpha: float) -> HalfLength:
    """Quantile of the absolute value of a normal, for a bias of zero or more."""
    ratio = bias / std_error
    if ratio > ONE_SIDED:
        quantile = ratio + float(-special.ndtri(alpha))
    else:
        quantile = float(np.sqrt(special.chndtrix(1 - alpha, 1, ratio**2)))
    near, far = np.exp(-((quantile - ratio) ** 2) / 2), np.exp(-((quantile + ratio) ** 2) / 2)
    by_bias = float((near - far) / (near + far))
    return HalfLength(std_error * quantile, by_bias, quantile - ratio * by_bias)

"""Smoothness sensitivity of an event study: how much may the difference in trends bend.

Rambachan and Roth (2023), doi:10.1093/restud/rdad018: from one period to the next the slope of
the difference in trends changes by at most M. The interval is their fixed-length one: the
estimate less a weighted sum of the pre-period changes, with the weights that make it shortest.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from impact.honest_did import EventStudy, SensitivityInterval
from impact.model import FloatArray

ONE_SIDED = 8.0
"""Bias in standard errors from which on the far tail is nothing."""
PRECISION = {"ftol": 1e-12, "gtol": 1e-9, "maxiter": 2_000}


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


def smoothness(study: EventStudy, m: float, *, alpha: float = 0.05) -> SensitivityInterval:
    """Form the shortest fixed-length interval for one M, in the outcome's unit."""
    weighing = build_weighing(study)
    unit = float(np.sqrt(weighing.start @ study.covariance @ weighing.start))
    free = _shortest(weighing, study.covariance / unit**2, m / unit, alpha)
    direction = weighing.start - weighing.step @ free
    std_error = float(np.sqrt(direction @ study.covariance @ direction))
    bias = m * (weighing.fixed_bias + float(np.abs(free).sum()))
    centre = float(direction @ study.estimate)
    half = half_length(bias, std_error, alpha).value
    return SensitivityInterval(m, centre - half, centre + half)


def _shortest(weighing: Weighing, covariance: FloatArray, m: float, alpha: float) -> FloatArray:
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
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=limits, options=PRECISION
    )
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

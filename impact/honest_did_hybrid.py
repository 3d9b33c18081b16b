"""The conditional-least-favourable hybrid test, for many effects and restrictions at once.

Andrews, Roth and Pakes (2023), doi:10.1093/restud/rdac092. The statistic is the largest of a
few linear functions of two normal numbers: d, the estimate minus the effect that is tested,
and c, a pre-period change. It is rejected outright above its least favourable critical value
of size kappa; else given which function is the largest, with everything independent of that
function held fixed, it is a truncated normal.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from impact.model import BoolArray, FloatArray

FIRST_STAGE = 0.1
"""Share of alpha that the least favourable first stage takes (kappa = alpha / 10)."""
FAR = 40.0
"""Standard deviations that stand for infinity."""
EQUAL = 1e-10
"""Functions whose share of the largest differs from 1 by less move together with it."""


@dataclass(frozen=True)
class HybridTest:
    """C restrictions with four functions each: `on_average` (C, 4) d + `on_change` (C, 4) c.

    The third function must be `on_change` alone and the fourth a smaller share of it; no two
    of the first three may exceed a positive value together unless the third does. `change`
    (C,) is the estimate of c; `covariance` (C, 2, 2) that of (d, c).
    """

    on_average: FloatArray
    on_change: FloatArray
    change: FloatArray
    covariance: FloatArray
    alpha: float

    @cached_property
    def joint(self) -> FloatArray:
        """Covariance of the functions' values (C, 4, 4)."""
        both = np.stack([self.on_average, self.on_change], axis=2)
        return np.asarray(both @ self.covariance @ both.transpose(0, 2, 1))

    @property
    def kappa(self) -> float:
        """Size of the first stage."""
        return FIRST_STAGE * self.alpha

    @cached_property
    def critical(self) -> FloatArray:
        """Least favourable critical value of the first stage (C,)."""
        return least_favourable(self.joint, self.kappa)

    def rejects(self, away: FloatArray) -> BoolArray:
        """Whether each d in `away` (G,) is rejected under each restriction (G, C)."""
        value = away[:, None, None] * self.on_average + self.change[:, None] * self.on_change
        statistic = value.max(axis=2)
        low, high, spread = truncation(value, self.joint)
        p_value = truncated_tail(statistic, low, np.minimum(high, self.critical), spread)
        second = p_value < (self.alpha - self.kappa) / (1 - self.kappa)
        return np.asarray((statistic > self.critical) | ((statistic > 0) & second))


def truncation(value: FloatArray, joint: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Range in which the largest value stays the largest, and its standard deviation (G, C)."""
    best, row = value.argmax(axis=2), np.arange(len(joint))
    shared = joint[row, best]
    variance = np.take_along_axis(shared, best[:, :, None], axis=2)
    share = np.divide(shared, variance, out=np.ones_like(shared), where=variance > 0)
    rest = value - share * value.max(axis=2)[:, :, None]
    gap = 1 - share
    bound = np.divide(rest, gap, out=np.zeros_like(rest), where=np.abs(gap) > EQUAL)
    low = np.where(gap > EQUAL, bound, -np.inf).max(axis=2)
    high = np.where(gap < -EQUAL, bound, np.inf).min(axis=2)
    return low, high, np.sqrt(np.maximum(variance[:, :, 0], 0.0))


def truncated_tail(
    value: FloatArray, low: FloatArray, high: FloatArray, spread: FloatArray
) -> FloatArray:
    """P(X >= value) of a normal with mean 0 and this spread, kept between low and high.

    1 where the range is empty or the spread 0: nothing can then be said.
    """
    scale = np.where(spread > 0, spread, 1.0)
    here, start, end = (
        special.log_ndtr(-np.clip(bound / scale, -FAR, FAR))
        for bound in (value, np.minimum(low, value), np.maximum(high, value))
    )
    above, whole = -np.expm1(end - here), -np.expm1(end - start)
    usable = (spread > 0) & (whole > 0)
    share = np.divide(above, whole, out=np.ones_like(whole), where=usable)
    return np.asarray(np.where(usable, np.exp(here - start) * share, 1.0))


def least_favourable(joint: FloatArray, kappa: float) -> FloatArray:
    """Value that the largest function exceeds with probability kappa at mean zero (C,).

    No function's standard deviation is above 1, so that three of them bound it.
    """
    spread = np.sqrt(np.maximum(np.diagonal(joint, axis1=1, axis2=2)[:, :3], 0.0))
    low = np.zeros(len(joint))
    high = np.full(len(joint), float(-special.ndtri(kappa / 3)))
    for _ in range(40):
        middle = (low + high) / 2
        is_enough = none_above(middle, joint, spread) >= 1 - kappa
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return high


def none_above(level: FloatArray, joint: FloatArray, spread: FloatArray) -> FloatArray:
    """P(none of the functions exceeds a positive `level`) (C,).

    The first and the second cannot both do so where the third does not: a sum over pairs.
    """
    bound = np.full_like(spread, FAR)
    np.divide(level[:, None], spread, out=bound, where=spread * FAR > level[:, None])
    product = spread[:, :2] * spread[:, 2:]
    together = np.divide(joint[:, :2, 2], product, out=np.zeros_like(product), where=product > 0)
    each = both_below(bound[:, :2], bound[:, 2:], together)
    return np.asarray(each.sum(axis=1) - special.ndtr(bound[:, 2]))


def both_below(first: FloatArray, second: FloatArray, correlation: FloatArray) -> FloatArray:
    """P(X <= first, Y <= second) of standard normals; both bounds must be positive.

    Owen (1956), doi:10.1214/aoms/1177728074.
    """
    rest = np.sqrt(np.maximum(1 - correlation**2, 1e-24))
    tails = special.owens_t(first, (second / first - correlation) / rest)
    tails = tails + special.owens_t(second, (first / second - correlation) / rest)
    return np.asarray((special.ndtr(first) + special.ndtr(second)) / 2 - tails)

"""Two arms of a randomised design: difference in means within strata, and its variance.

Everything is a function of sums per stratum and arm, so that thousands of assignments cost
one matrix product. The formulas are those of METHODS 3a, "Randomised".
"""

from dataclasses import dataclass

import numpy as np

from impact.model import BoolArray, FloatArray, IntArray

ROUNDING = 1e-12
"""A sum around the mean below this share of the sum itself is rounding."""


@dataclass(frozen=True)
class Arms:
    """Difference between the arms for D assignments at once; every field is (D,).

    `estimate` is exposed minus comparison in the outcome's unit, `variance` that of METHODS
    3a, `df` Satterthwaite's.
    """

    estimate: FloatArray
    variance: FloatArray
    df: FloatArray

    @property
    def std_error(self) -> FloatArray:
        """Standard error (D,)."""
        return np.asarray(np.sqrt(self.variance))


def moments(outcome: FloatArray, pre: FloatArray | None) -> FloatArray:
    """Products whose sums the difference needs: 1, y, p, y^2, y p, p^2 (N, 6).

    `pre` p is None without adjustment.
    """
    before = np.zeros_like(outcome) if pre is None else pre
    columns = (np.ones_like(outcome), outcome, before, outcome**2, outcome * before, before**2)
    return np.column_stack(columns)


def stratum_sums(table: FloatArray, stratum: IntArray, count: int) -> FloatArray:
    """Sum the moments within strata 0 to count - 1: (count, 6)."""
    sums = np.zeros((count, table.shape[1]))
    np.add.at(sums, stratum, table)
    return sums


def compare_arms(exposed: FloatArray, total: FloatArray, *, is_adjusted: bool) -> Arms:
    """Compare the arms from the exposed arm's sums (D, S, 6) and those of everyone (S, 6).

    Strata are weighted by their size. With adjustment the slope on the pre-period outcome is
    pooled within stratum and arm and fitted anew for every assignment.
    """
    arms = (exposed, total[None] - exposed)
    counts = [arm[..., 0] for arm in arms]
    slope = _pooled_slope(arms) if is_adjusted else np.zeros(len(exposed))
    weight = total[:, 0] / total[:, 0].sum()
    pairs = _means(arms[0], slope) - _means(arms[1], slope)
    estimate = pairs @ weight
    if all((count == 1).all() for count in counts) and len(weight) > 1:
        variance = pairs.var(axis=1, ddof=1) / (len(weight) - 1)
        return Arms(estimate, variance, np.full(len(estimate), len(weight) - 1.0))
    parts = [_arm_variance(arm, slope, weight) for arm in arms]
    lost = [len(weight) + int(is_adjusted)] * 2
    below = sum(
        part**2 / np.maximum(count.sum(axis=1) - gone, 1.0)
        for part, count, gone in zip(parts, counts, lost, strict=True)
    )
    variance = parts[0] + parts[1]
    df = np.divide(variance**2, below, out=np.ones_like(variance), where=np.asarray(below) > 0)
    return Arms(estimate, variance, df)


def _means(arm: FloatArray, slope: FloatArray) -> FloatArray:
    """Adjusted mean of every stratum (D, S); the stratum's own pre mean cancels in a difference."""
    return np.asarray((arm[..., 1] - slope[:, None] * arm[..., 2]) / arm[..., 0])


def _within(arm: FloatArray, first: int, second: int, product: int) -> FloatArray:
    """Sum of products around the stratum means (D, S); 0 where only rounding is left."""
    around = arm[..., product] - arm[..., first] * arm[..., second] / arm[..., 0]
    return np.where(np.abs(around) > ROUNDING * np.abs(arm[..., product]), around, 0.0)


def _pooled_slope(arms: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Slope of outcome on pre-period outcome within stratum and arm (D,); 0 without spread."""
    across = sum(_within(arm, 1, 2, 4).sum(axis=1) for arm in arms)
    spread = np.asarray(sum(_within(arm, 2, 2, 5).sum(axis=1) for arm in arms))
    slope = np.zeros_like(spread)
    np.divide(across, spread, out=slope, where=spread > 0)
    return slope


def _arm_variance(arm: FloatArray, slope: FloatArray, weight: FloatArray) -> FloatArray:
    """v_d = n_d / (n_d - 1) sum w_b^2 s_db^2 / n_db; a stratum of one takes the pooled s_d^2."""
    count = arm[..., 0]
    squares = _within(arm, 1, 1, 3)
    squares = squares - 2 * slope[:, None] * _within(arm, 1, 2, 4)
    squares = np.maximum(squares + slope[:, None] ** 2 * _within(arm, 2, 2, 5), 0.0)
    free = count - 1
    pooled = squares.sum(axis=1) / np.maximum(free.sum(axis=1), 1.0)
    spread = np.where(free > 0, squares / np.maximum(free, 1.0), pooled[:, None])
    size = count.sum(axis=1)
    return np.asarray(size / np.maximum(size - 1, 1.0) * ((spread / count) @ weight**2))


def has_both_arms(exposed: BoolArray, comparison: BoolArray, block: IntArray) -> BoolArray:
    """Whether each unit's block holds units of both arms (N,)."""
    both = np.intersect1d(block[exposed], block[comparison])
    return np.isin(block, both)

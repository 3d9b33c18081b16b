"""Two arms from sums, against the units themselves."""

import numpy as np
import pytest
import statsmodels.api as sm

from impact.arm_permutation import Trial
from impact.arms import Arms, has_both_arms
from impact.model import BoolArray, FloatArray, IntArray


def compared(
    outcome: FloatArray,
    exposed: BoolArray,
    stratum: IntArray | None = None,
    pre: FloatArray | None = None,
) -> Arms:
    blocks = np.zeros(len(outcome), dtype=np.int64) if stratum is None else stratum
    return Trial(outcome, pre, exposed, blocks, blocks).compare()


def test_one_stratum_by_hand() -> None:
    found = compared(np.array([5.0, 7, 1, 3, 5]), np.array([True, True, False, False, False]))
    assert found.estimate == pytest.approx([6.0 - 3.0])
    assert found.variance == pytest.approx([2.0 / 1 + 4.0 / 2])
    assert found.df == pytest.approx([4.0**2 / (2.0**2 / 1 + 2.0**2 / 2)])
    assert found.std_error == pytest.approx([2.0])


def slow(outcome: FloatArray, exposed: BoolArray, stratum: IntArray) -> tuple[float, float, float]:
    """METHODS 3a, "Randomised", written out: estimate, V and df."""
    codes = np.unique(stratum)
    weight = {b: (stratum == b).mean() for b in codes}
    estimate, parts, below = 0.0, [], 0.0
    for sign, arm in ((1, exposed), (-1, ~exposed)):
        groups = {b: outcome[arm & (stratum == b)] for b in codes}
        estimate += sign * sum(weight[b] * groups[b].mean() for b in codes)
        squares = sum(((g - g.mean()) ** 2).sum() for g in groups.values())
        free = sum(len(g) - 1 for g in groups.values())
        n = int(arm.sum())
        spread = {b: g.var(ddof=1) if len(g) > 1 else squares / free for b, g in groups.items()}
        v = n / (n - 1) * sum(weight[b] ** 2 * spread[b] / len(groups[b]) for b in codes)
        parts.append(v)
        below += v**2 / (n - len(codes))
    return estimate, sum(parts), sum(parts) ** 2 / below


@pytest.mark.parametrize("seed", range(4))
def test_strata_weigh_by_their_size(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stratum = np.repeat([0, 1, 2], [4, 9, 12])
    exposed = np.zeros(25, dtype=bool)
    exposed[[0, 4, 5, 6, 13, 14, 15, 16, 17]] = True
    outcome = rng.standard_normal(25) + stratum
    found = compared(outcome, exposed, stratum)
    estimate, variance, df = slow(outcome, exposed, stratum)
    assert found.estimate == pytest.approx([estimate])
    assert found.variance == pytest.approx([variance])
    assert found.df == pytest.approx([df])


def test_adjustment_for_the_pre_period_is_that_of_a_regression() -> None:
    rng = np.random.default_rng(1)
    exposed = np.arange(40) % 3 == 0
    pre = rng.standard_normal(40) * 5 + 100
    outcome = 0.7 * pre + exposed + rng.standard_normal(40)
    design = sm.add_constant(np.column_stack([exposed, pre]))
    found = compared(outcome, exposed, pre=pre)
    assert found.estimate == pytest.approx([sm.OLS(outcome, design).fit().params[1]])


def test_the_adjusted_variance_is_that_of_the_residuals() -> None:
    rng = np.random.default_rng(2)
    exposed = np.arange(30) % 2 == 0
    pre = rng.standard_normal(30)
    outcome = 2 * pre + rng.standard_normal(30)
    both = [(outcome[arm], pre[arm] - pre[arm].mean()) for arm in (exposed, ~exposed)]
    slope = sum(float(y @ p) for y, p in both) / sum(float(p @ p) for _, p in both)
    found = compared(outcome, exposed, pre=pre)
    parts = [(y - slope * p).var(ddof=1) / (len(y) - 1) for y, p in both]
    assert found.variance == pytest.approx([sum(parts)])
    assert found.df == pytest.approx([sum(parts) ** 2 / sum(v**2 / (15 - 2) for v in parts)])


def test_pairs_use_the_spread_of_their_differences() -> None:
    outcome = np.array([5.0, 3.0, 9.0, 8.0, 4.0, 1.0])
    exposed = np.array([True, False] * 3)
    found = compared(outcome, exposed, np.array([0, 0, 1, 1, 2, 2]))
    differences = np.array([2.0, 1.0, 3.0])
    assert found.estimate == pytest.approx([2.0])
    assert found.variance == pytest.approx([differences.var(ddof=1) / 2])
    assert found.df == pytest.approx([2.0])


def test_a_constant_pre_period_adjusts_nothing() -> None:
    outcome, exposed = np.array([5.0, 7, 1, 3]), np.array([True, True, False, False])
    adjusted = compared(outcome, exposed, pre=np.full(4, 3.3))
    assert adjusted.estimate == compared(outcome, exposed).estimate


def test_arms_without_spread_have_no_variance() -> None:
    found = compared(np.array([0.1, 0.1, 0.3, 0.3, 0.3]), np.arange(5) < 2)
    assert found.variance == pytest.approx([0.0], abs=0.0)


def test_a_block_with_one_arm_is_told_apart() -> None:
    exposed = np.array([True, False, True, False])
    assert has_both_arms(exposed, ~exposed, np.array([1, 1, 2, 3])).tolist() == [
        True,
        True,
        False,
        False,
    ]

"""Relative-magnitudes sensitivity: the C-LF hybrid test and its inversion."""

import numpy as np
import pytest
from scipy import optimize, stats

from impact.honest_did import (
    EventStudy,
    breakdown_m,
    build_test,
    is_rejected,
    relative_magnitudes,
)
from impact.honest_did_hybrid import (
    HybridTest,
    both_below,
    least_favourable,
    truncated_tail,
)
from impact.model import FloatArray

ALPHA = 0.05


def event_study(seed: int, pre: int, weight: list[float]) -> EventStudy:
    """Random coefficients with a random, correlated covariance."""
    rng = np.random.default_rng(seed)
    size = pre + len(weight)
    root = rng.normal(size=(size, size))
    covariance = 0.01 * (root @ root.T / size + np.eye(size))
    estimate = rng.normal(0.0, 0.1, size) + np.where(np.arange(size) < pre, 0.0, 0.4)
    return EventStudy(estimate, covariance, pre, np.array(weight))


def independent(pre: list[float], post: list[float], spread: float) -> EventStudy:
    """Coefficients with independent errors of one size; equal weights."""
    size = len(pre) + len(post)
    weight = np.full(len(post), 1 / len(post))
    return EventStudy(np.array(pre + post), spread**2 * np.eye(size), len(pre), weight)


def statistic(test: HybridTest, away: float) -> FloatArray:
    """The largest of the four functions, for every restriction."""
    value = away * test.on_average + test.change[:, None] * test.on_change
    return np.asarray(value.max(axis=1))


def program(study: EventStudy, m_bar: float, away: float, change: int, sign: int) -> float:
    """The paper's linear program: smallest eta that satisfies every moment."""
    step = study.changes
    limit = m_bar * sign * step[change]
    rows = np.vstack([step[study.pre_count :] - limit, -step[study.pre_count :] - limit])
    spread = np.sqrt(np.einsum("ij,jk,ik->i", rows, study.covariance, rows))
    post = rows[:, study.pre_count :]
    found = optimize.linprog(
        c=np.eye(1 + post.shape[1])[0],
        A_ub=-np.column_stack([spread, post]),
        b_ub=-rows @ study.estimate,
        A_eq=np.concatenate([[0.0], study.weight])[None, :],
        b_eq=[study.average - away],
        bounds=(None, None),
    )
    return float(found.fun)


def test_changes_are_taken_through_the_reference_period() -> None:
    study = independent([3.0, 1.0], [4.0, 9.0], 1.0)
    assert (study.changes @ study.estimate).tolist() == [-2.0, -1.0, 4.0, 5.0]
    assert study.average == 6.5
    assert study.tail_sums.tolist() == [1.0, 0.5]


@pytest.mark.parametrize("weight", [[1.0], [1.0, 0.0, 0.0], [0.25] * 4, [-1.0, 0.0, 2.0]])
@pytest.mark.parametrize("m_bar", [0.3, 1.0, 4.0])
def test_four_dual_solutions_solve_the_linear_program(weight: list[float], m_bar: float) -> None:
    study = event_study(len(weight), 3, weight)
    test = build_test(study, m_bar, ALPHA)
    for away in (-0.5, 0.05, 0.4):
        solved = [program(study, m_bar, away, c, s) for s in (1, -1) for c in range(3)]
        assert statistic(test, away) == pytest.approx(solved, abs=1e-9)


def test_least_favourable_value_is_exceeded_with_the_first_stage_size() -> None:
    test = build_test(event_study(4, 3, [0.5, 0.5]), 1.5, ALPHA)
    rng = np.random.default_rng(1)
    for which in range(len(test.change)):
        draws = rng.multivariate_normal(np.zeros(2), test.covariance[which], 100_000)
        functions = np.stack([test.on_average[which], test.on_change[which]])
        share = ((draws @ functions).max(axis=1) > test.critical[which]).mean()
        assert share == pytest.approx(test.kappa, abs=9e-4)


def test_with_parallel_trends_the_first_stage_is_a_two_sided_test() -> None:
    test = build_test(event_study(5, 3, [0.5, 0.5]), 0.0, ALPHA)
    deviation = np.sqrt(test.joint[:, 0, 0])
    assert test.critical == pytest.approx(deviation * stats.norm.isf(0.005 / 2), abs=1e-9)


def test_first_stage_alone_without_any_noise_in_the_change() -> None:
    joint = np.zeros((1, 4, 4))
    joint[0, :2, :2] = [[1.0, -1.0], [-1.0, 1.0]]
    assert least_favourable(joint, 0.05) == pytest.approx([stats.norm.isf(0.025)], abs=1e-9)


@pytest.mark.parametrize("correlation", [-1.0, -0.7, 0.0, 0.4, 1.0])
def test_two_normals_below_their_bounds(correlation: float) -> None:
    first, second = np.array([0.5, 2.0, 1.0]), np.array([1.5, 0.1, 1.0])
    together = stats.multivariate_normal(
        cov=[[1, correlation], [correlation, 1]], allow_singular=True
    )
    expected = [together.cdf([one, two]) for one, two in zip(first, second, strict=True)]
    found = both_below(first, second, np.full(3, correlation))
    assert found == pytest.approx(expected, abs=1e-6)


def test_tail_of_a_truncated_normal() -> None:
    one = np.ones(1)
    found = truncated_tail(2.0 * one, 1.0 * one, 3.0 * one, one)
    assert found == pytest.approx(1 - stats.truncnorm.cdf(2.0, 1.0, 3.0))
    assert truncated_tail(2.0 * one, -np.inf * one, np.inf * one, one) == pytest.approx(
        stats.norm.sf(2.0)
    )


def test_tail_of_a_truncated_normal_far_out_is_not_lost() -> None:
    one = np.ones(1)
    found = truncated_tail(30.1 * one, 30.0 * one, 31.0 * one, one)
    assert found == pytest.approx(np.exp(stats.norm.logsf(30.1) - stats.norm.logsf(30.0)), rel=1e-9)


def test_an_empty_range_or_no_spread_says_nothing() -> None:
    one = np.ones(1)
    assert truncated_tail(2.0 * one, 2.0 * one, 2.0 * one, one).tolist() == [1.0]
    assert truncated_tail(2.0 * one, 0.0 * one, 3.0 * one, 0.0 * one).tolist() == [1.0]


def test_the_estimate_itself_is_never_rejected() -> None:
    for seed in range(20):
        study = event_study(seed, 3, [0.5, 0.25, 0.25])
        for m_bar in (0.0, 1.0, 10.0):
            assert not is_rejected(build_test(study, m_bar, ALPHA), np.zeros(1)).any()


def test_a_larger_bound_never_gives_a_shorter_interval() -> None:
    for seed in range(10):
        study = event_study(seed, 4, [0.5, 0.5])
        found = [relative_magnitudes(study, m) for m in (0.0, 0.5, 1.0, 2.0, 4.0)]
        assert (np.diff([one.ci_low for one in found]) <= 1e-9).all()
        assert (np.diff([one.ci_high for one in found]) >= -1e-9).all()


def test_the_interval_contains_what_bias_within_the_bound_can_explain() -> None:
    """With hardly any noise it is the identified set: estimate -+ M times 1 times two steps."""
    study = EventStudy(np.array([1.0, 0.0, 5.0]), 1e-10 * np.eye(3), 2, np.array([1.0]))
    found = relative_magnitudes(study, 2.0)
    assert (found.ci_low, found.ci_high) == pytest.approx((3.0, 7.0), abs=1e-3)


def test_the_sign_of_the_measure_turns_the_interval_round() -> None:
    study = event_study(3, 3, [0.5, 0.5])
    mirror = EventStudy(-study.estimate, study.covariance, 3, study.weight)
    one, other = relative_magnitudes(study, 1.0), relative_magnitudes(mirror, 1.0)
    assert (other.ci_low, other.ci_high) == pytest.approx((-one.ci_high, -one.ci_low), abs=1e-9)


def test_the_unit_of_the_measure_does_not_matter() -> None:
    study = event_study(3, 3, [0.5, 0.5])
    large = EventStudy(1e6 * study.estimate, 1e12 * study.covariance, 3, study.weight)
    one, other = relative_magnitudes(study, 1.0), relative_magnitudes(large, 1.0)
    assert (other.ci_low / 1e6, other.ci_high / 1e6) == pytest.approx((one.ci_low, one.ci_high))
    assert breakdown_m(large) == pytest.approx(breakdown_m(study), abs=1e-5)


def test_zero_is_the_end_of_the_interval_at_the_breakdown() -> None:
    study = independent([0.05, -0.04, 0.03], [0.5, 0.6], 0.05)
    found = breakdown_m(study)
    assert found is not None
    assert 0 < found < 100
    assert relative_magnitudes(study, found).ci_low == pytest.approx(0.0, abs=1e-4)


def test_an_effect_that_is_not_there_with_parallel_trends_has_no_breakdown() -> None:
    assert breakdown_m(independent([0.05, -0.04], [0.05, 0.06], 0.05)) is None


def test_an_effect_that_survives_every_bound_breaks_at_the_last_one_tried() -> None:
    study = EventStudy(np.array([0.0, 0.0, 1e9]), np.eye(3), 2, np.array([1.0]))
    assert breakdown_m(study) == 100.0


def test_true_effects_are_covered_where_bias_is_as_large_as_allowed() -> None:
    """M = 1: the difference in trends grows by 0.2 in one pre-period and in the post-period."""
    rng = np.random.default_rng(8)
    draws = rng.normal([-0.2, 0.0, 0.2], 0.05, (300, 3))
    covered = 0
    for draw in draws:
        study = EventStudy(draw, 0.05**2 * np.eye(3), 2, np.array([1.0]))
        test = build_test(study, 1.0, ALPHA)
        covered += not is_rejected(test, np.array([study.average - 0.0]))[0]
    assert covered / len(draws) >= 0.94

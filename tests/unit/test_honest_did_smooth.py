"""Smoothness sensitivity: the shortest fixed-length interval."""

import numpy as np
import pytest
from diff_diff.honest_did import HonestDiD
from diff_diff.results import MultiPeriodDiDResults, PeriodEffect
from scipy import optimize, stats

from impact.honest_did import EventStudy
from impact.honest_did_smooth import (
    breakdown_bend,
    build_weighing,
    half_length,
    independent_noise,
    smoothness,
)


def event_study(seed: int, pre: int, weight: list[float]) -> EventStudy:
    rng = np.random.default_rng(seed)
    size = pre + len(weight)
    root = rng.normal(size=(size, size))
    covariance = 0.01 * (root @ root.T / size + np.eye(size))
    return EventStudy(rng.normal(0.0, 0.2, size), covariance, pre, np.array(weight))


def of_diff_diff(study: EventStudy, m: float) -> tuple[float, float]:
    """The same interval from diff-diff, through its public interface."""
    spread = np.sqrt(np.diag(study.covariance))
    rows = enumerate(zip(study.estimate, spread, strict=True))
    effects = {k: PeriodEffect(k, one, error, 0.0, 1.0, (0.0, 0.0)) for k, (one, error) in rows}
    before, after = range(study.pre_count), range(study.pre_count, len(study.estimate))
    given = MultiPeriodDiDResults(
        period_effects=effects,
        avg_att=0.0,
        avg_se=1.0,
        avg_t_stat=0.0,
        avg_p_value=1.0,
        avg_conf_int=(0.0, 0.0),
        n_obs=1,
        n_treated=1,
        n_control=1,
        pre_periods=list(before),
        post_periods=list(after),
        vcov=study.covariance,
        interaction_indices={k: k for k in effects},
    )
    found = HonestDiD(method="smoothness", M=m, l_vec=study.weight).fit(given)
    return found.ci_lb, found.ci_ub


@pytest.mark.parametrize(
    ("weight", "m"), [([1.0], 0.0), ([0.0, 0.5, 0.5], 0.02), ([0.5, 0.5], 0.02), ([0.5, 0.5], 0.3)]
)
def test_interval_is_that_of_diff_diff(weight: list[float], m: float) -> None:
    study = event_study(len(weight), 4, weight)
    found = smoothness(study, m)
    assert (found.ci_low, found.ci_high) == pytest.approx(of_diff_diff(study, m), abs=1e-5)


def test_a_straight_difference_in_trends_is_taken_off_whole() -> None:
    """Trend 0.1 a period, effect 2: coefficients -0.2, -0.1, then 2.1 and 2.2."""
    estimate = np.array([-0.2, -0.1, 2.1, 2.2])
    study = EventStudy(estimate, 1e-8 * np.eye(4), 2, np.array([0.5, 0.5]))
    found = smoothness(study, 0.0)
    assert (found.ci_low + found.ci_high) / 2 == pytest.approx(2.0)


def test_worst_bias_is_what_the_worst_bent_trend_gives() -> None:
    study = event_study(3, 4, [0.2, 0.3, 0.5])
    weighing = build_weighing(study)
    free = np.array([0.7, -0.4, 1.1])
    direction = weighing.start - weighing.step @ free
    bend = np.diff(study.changes, axis=0)
    worst = optimize.linprog(
        c=-direction,
        A_ub=np.vstack([bend, -bend]),
        b_ub=np.ones(2 * len(bend)),
        bounds=(None, None),
    )
    assert -worst.fun == pytest.approx(weighing.fixed_bias + np.abs(free).sum())


def test_one_period_before_leaves_nothing_to_choose() -> None:
    study = EventStudy(np.array([0.1, 0.5]), 0.01 * np.eye(2), 1, np.array([1.0]))
    found = smoothness(study, 0.0)
    reach = stats.norm.isf(0.025) * 0.1 * np.sqrt(2)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.6 - reach, 0.6 + reach))


def test_more_bend_never_gives_a_shorter_interval() -> None:
    study = event_study(5, 6, [0.5, 0.5])
    length = [found.ci_high - found.ci_low for found in (smoothness(study, m) for m in (0, 0.1, 1))]
    assert length == sorted(length)


@pytest.mark.parametrize("bias", [0.0, 0.3, 5.0, 15.99, 16.01, 1e4])
def test_half_length_is_the_quantile_of_an_absolute_normal(bias: float) -> None:
    found = half_length(bias, 2.0, 0.05)
    inside = stats.norm.cdf([(found.value - bias) / 2, (-found.value - bias) / 2])
    assert inside[0] - inside[1] == pytest.approx(0.95)
    assert found.value == pytest.approx(bias + 2 * stats.norm.isf(0.05), abs=0.7)


def test_half_length_grows_as_its_derivatives_say() -> None:
    here = half_length(1.0, 2.0, 0.05)
    step = 1e-6
    by_bias = (half_length(1.0 + step, 2.0, 0.05).value - here.value) / step
    by_std_error = (half_length(1.0, 2.0 + step, 0.05).value - here.value) / step
    assert here.by_bias == pytest.approx(by_bias, abs=1e-5)
    assert here.by_std_error == pytest.approx(by_std_error, abs=1e-5)


def clear_effect(seed: int) -> EventStudy:
    study = event_study(seed, 5, [0.5, 0.5])
    estimate = study.estimate + np.r_[np.zeros(5), 6.0, 6.0]
    return EventStudy(estimate, study.covariance, 5, study.weight)


def test_at_the_breakdown_the_interval_reaches_zero() -> None:
    study = clear_effect(6)
    for working in (None, independent_noise(study)):
        bend = breakdown_bend(study, working=working)
        assert bend is not None
        inside, outside = (
            smoothness(study, factor * bend, working=working) for factor in (0.99, 1.01)
        )
        assert inside.ci_low > 0 > outside.ci_low


def test_a_breakdown_beyond_the_first_guess_is_found() -> None:
    study = event_study(0, 5, [0.5, 0.5])
    study = EventStudy(study.estimate + np.r_[np.zeros(5), 1, 1], study.covariance, 5, study.weight)
    straight = smoothness(study, 0.0)
    bend = breakdown_bend(study)
    assert bend is not None
    assert bend > max(straight.ci_low, -straight.ci_high) / build_weighing(study).fixed_bias


def test_an_effect_that_a_straight_line_explains_has_no_breakdown() -> None:
    study = event_study(7, 4, [1.0])
    line = np.array([-4.0, -3.0, -2.0, -1.0, 1.0]) * 0.5
    assert breakdown_bend(EventStudy(line, study.covariance, 4, study.weight)) is None


def test_an_interval_with_weights_for_other_noise_is_never_shorter() -> None:
    study = event_study(8, 5, [0.5, 0.5])
    for m in (0.0, 0.02, 0.3):
        best, other = smoothness(study, m), smoothness(study, m, working=independent_noise(study))
        assert other.ci_high - other.ci_low >= best.ci_high - best.ci_low - 1e-6


def drifting_panel(rng: np.random.Generator) -> EventStudy:
    """20 clusters, 24 periods, AR(1) noise; ten are exposed from period 16 on, without effect.

    Both arms drift apart in a straight line; each effect is against the last period before.
    """
    noise = rng.normal(size=(20, 24))
    for period in range(1, 24):
        noise[:, period] = 0.3 * noise[:, period - 1] + np.sqrt(0.91) * noise[:, period]
    outcome = noise + np.outer(np.arange(20) < 10, 0.1 * np.arange(24))
    change = np.delete(outcome - outcome[:, [15]], 15, axis=1)
    exposed, rest = change[:10], change[10:]
    covariance = np.cov(exposed.T) / 10 + np.cov(rest.T) / 10
    estimate = exposed.mean(axis=0) - rest.mean(axis=0)
    return EventStudy(estimate, covariance, pre_count=15, weight=np.full(8, 1 / 8))


@pytest.mark.slow
def test_weights_that_follow_no_noise_cover() -> None:
    rng = np.random.default_rng(20024)
    studies = [drifting_panel(rng) for _ in range(300)]
    found = [smoothness(one, 0.0, working=independent_noise(one)) for one in studies]
    covered = sum(one.ci_low <= 0 <= one.ci_high for one in found)
    # 0.95 of 300 is 285 with a standard deviation of 3.8; four of them below is 270
    assert covered >= 270

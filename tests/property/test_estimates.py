"""What must hold for any panel: symmetry, invariance, finite numbers, honest error rates."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from impact import functionals
from impact.cohorts import Cohorts
from impact.contrast import contrast
from impact.estimate import choose_method, estimate
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.permutation import deal_labels, permute_contrast
from impact.sample import build_sample
from impact.widening import worst_share_shift
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_exact=60, permutations_drawn=99)


def any_study(seed: int) -> EffectData:
    """Small panels of any shape: few or many exposed, holes, ties, blocks, odd starts."""
    rng = np.random.default_rng(seed)
    starts = rng.choice(
        [0, 1, 3, 4, 5, 7, 20], rng.integers(1, 4), p=[0.1] * 2 + [0.15] * 4 + [0.2]
    )
    sizes = rng.integers(0, 9, len(starts))
    cohort = np.repeat([NEVER, *starts], [rng.integers(0, 14) + 2, *sizes])
    shape = (len(cohort), int(rng.choice([1, 2, 8, 8, 9, 12])))
    outcome = rng.integers(0, rng.choice([1, 2, 3, 1000, 1000]), shape) * 1.0
    outcome[rng.random(shape) < rng.choice([0.0, 0.0, 0.05, 0.2, 0.6])] = np.nan
    block = rng.integers(0, rng.integers(1, 4), len(cohort))
    horizons = [None, None, None, (0, 0), (1, 3), (6, 13)]
    return effect_data(
        outcome,
        cohort,
        sign=int(rng.choice([1, -1])),
        donut=int(rng.integers(1, 5)),
        horizon=horizons[rng.integers(6)],
        first_event=int(rng.integers(2)),
        block=block,
        probability=rng.choice([np.nan, 0.5]) * (1 + block) / 4,
        weight=rng.random(len(cohort)) + 0.1 if rng.random() < 0.5 else np.ones(len(cohort)),
    )


studies = st.integers(0, 2**20).map(any_study)


def numbers(found: Estimation) -> list[float | None]:
    """Every number of an estimation that a reader could see."""
    several = [found.estimate, found.std_error, found.df, found.missing_share, found.scale]
    several += [found.anticipation_p, found.slope_breakdown]
    several += [bound for pair in found.cohort_bounds for bound in pair]
    for one in found.intervals:
        if one.status == "PASS":
            several += [one.estimate, one.std_error, one.df, one.widening, *one.bounds(0.95)]
            several += [one.p_improves, one.p_harms]
    for test in found.permutations:
        several += [test.p_improves, test.p_harms, test.smallest_p]
    for event in found.event_study:
        several += [event.estimate, event.std_error, event.ci_low, event.ci_high]
        several += [event.band_low, event.band_high]
    for other in found.alternatives:
        several += [other.estimate, other.std_error]
    for mark in found.diagnostics:
        several += [mark.value, mark.threshold]
    return several


@settings(max_examples=200, deadline=None)
@given(studies, st.sampled_from(get_args(Assignment)))
def test_an_estimate_is_finite_or_there_is_none(data: EffectData, assignment: Assignment) -> None:
    method = choose_method(data, assignment, "auto", QUICK)
    if isinstance(method, NotEvaluable):
        assert method.reasons
        return
    found = estimate(data, method, QUICK)
    if isinstance(found, Estimation):
        assert all(np.isfinite(one) for one in numbers(found) if one is not None)
        assert found.std_error is None or found.std_error > 0
        assert all(0 < test.p_improves <= 1 for test in found.permutations)


def panel(seed: int, effect: float = 0.5) -> EffectData:
    return effect_data(*staggered(np.random.default_rng(seed), effect=effect), donut=2)


def estimated(data: EffectData) -> Estimation:
    found = estimate(data, "group_time_did", QUICK)
    assert isinstance(found, Estimation)
    return found


def intervals(data: EffectData) -> np.ndarray:
    return np.array([(i.estimate, i.std_error, i.df) for i in estimated(data).intervals[:3]])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_levels_shocks_and_units_change_nothing_but_the_unit(
    seed: int, level: float, unit: float
) -> None:
    data = panel(seed)
    rng = np.random.default_rng(seed)
    shifted = data.outcome + level * rng.random((32, 1)) + level * rng.random(24)
    expected = intervals(data) * np.array([unit, unit, 1.0])
    assert intervals(replace(data, outcome=shifted * unit)) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_clusters_changes_nothing(seed: int) -> None:
    data, order = panel(seed), np.random.default_rng(seed).permutation(32)
    mixed = replace(data, outcome=data.outcome[order], cohort=data.cohort[order])
    assert intervals(mixed) == pytest.approx(intervals(data), rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_turning_the_outcome_round_turns_everything_round(seed: int) -> None:
    data = panel(seed)
    up, down = estimated(data), estimated(replace(data, outcome=-data.outcome))
    assert down.estimate == pytest.approx(-up.estimate)
    for one, other in zip(up.intervals[:3], down.intervals[:3], strict=True):
        assert one.p_improves == pytest.approx(other.p_harms)
    one_test, other_test = up.permutations[0], down.permutations[0]
    assert one_test.p_improves == pytest.approx(other_test.p_harms)


@settings(max_examples=30)
@given(st.floats(0, 0.98), st.floats(0, 0.01))
def test_more_missing_widens_more(missing: float, more: float) -> None:
    assert worst_share_shift(missing) <= worst_share_shift(missing + more)


def simulated(
    worlds: int, effect: float, drift: float = 0.0, kind: Literal["plain", "trend_robust"] = "plain"
) -> np.ndarray:
    """Estimate, lower and upper 95 % bound in worlds of a known truth (worlds, 3)."""
    functional = functionals.plain if kind == "plain" else functionals.trend_robust
    rows = []
    for seed in range(worlds):
        outcome, cohort = staggered(np.random.default_rng(seed), effect=effect)
        outcome += drift * np.arange(24) * (cohort != NEVER)[:, None]
        sample = build_sample(effect_data(outcome, cohort))
        cohorts = Cohorts(sample.label, tuple(w.start for w in sample.windows))
        matrix = functionals.scalar_matrix(sample.outcome, sample.windows, functional)
        found = contrast(matrix, cohorts)
        assert found is not None
        reach = found.std_error * float(stats.t.ppf(0.975, found.df))
        rows.append((found.estimate, found.estimate - reach, found.estimate + reach))
    return np.array(rows)


def covered(bounds: np.ndarray, truth: float) -> float:
    return float(((bounds[:, 1] <= truth) & (truth <= bounds[:, 2])).mean())


def test_a_known_effect_comes_back_and_none_gives_none() -> None:
    """600 worlds: the binomial standard error of a coverage of 95 % is 0.9 points."""
    null, strong = simulated(600, 0.0), simulated(600, 1.0)
    assert null[:, 0].mean() == pytest.approx(0.0, abs=0.05)
    assert strong[:, 0].mean() == pytest.approx(1.0, abs=0.05)
    assert 0.925 <= covered(null, 0.0) <= 0.975
    assert 0.925 <= covered(strong, 1.0) <= 0.975


def test_only_the_trend_robust_interval_covers_in_a_world_that_drifts() -> None:
    plain = simulated(300, 0.0, drift=0.2)
    robust = simulated(300, 0.0, drift=0.2, kind="trend_robust")
    assert covered(plain, 0.0) < 0.2
    assert covered(robust, 0.0) >= 0.925


def test_permutation_p_is_uniform_when_there_is_no_effect() -> None:
    limits = Thresholds(permutations_exact=1, permutations_drawn=199)
    low = []
    for seed in range(400):
        outcome, cohort = staggered(np.random.default_rng(seed))
        sample = build_sample(effect_data(outcome, cohort))
        cohorts = Cohorts(sample.label, tuple(w.start for w in sample.windows))
        matrix = functionals.scalar_matrix(sample.outcome, sample.windows, functionals.plain)
        dealt = deal_labels(sample.label, sample.block, limits, np.random.default_rng(seed))
        low.append(permute_contrast(matrix, cohorts, dealt).p_improves <= 0.1)
    assert 0.06 <= np.mean(low) <= 0.14

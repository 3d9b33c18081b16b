"""The event study that the sensitivity to unequal trends is read from."""

import numpy as np
import pytest

from impact import functionals
from impact.event_coefficients import event_coefficients, unequal_trends
from impact.group_time_did import estimate_group_time
from impact.judged import Judged, judge_sample
from impact.model import NEVER, Estimation, FloatArray, IntArray
from impact.sample import build_sample
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data


def judged(outcome: FloatArray, cohort: IntArray, horizon: tuple[int, int]) -> Judged:
    return judge_sample(build_sample(effect_data(outcome, cohort, horizon=horizon)), 1)


def noise(seed: int, clusters: int, periods: int) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0, 1.0, (clusters, periods))


def starts(*groups: tuple[int, int]) -> IntArray:
    """Cohort of each cluster from (start, clusters)."""
    return np.repeat([start for start, _ in groups], [count for _, count in groups])


def test_coefficients_are_changes_since_the_last_period_before() -> None:
    outcome = np.zeros((10, 6)) + np.arange(10)[:, None]
    outcome[:5] += np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    outcome += 1e-3 * noise(1, 10, 6)
    study = event_coefficients(judged(outcome, starts((3, 5), (NEVER, 5)), (0, 1)))
    assert study is not None
    assert study.estimate == pytest.approx([-3.0, -2.0, 4.0, 12.0], abs=0.01)
    assert (study.pre_count, study.weight.tolist()) == (2, [0.5, 0.5])
    assert study.average == pytest.approx(8.0, abs=0.01)


@pytest.mark.parametrize("cohort", [starts((4, 6), (NEVER, 7)), starts((4, 6), (6, 1), (NEVER, 7))])
def test_estimate_and_error_of_the_mean_are_those_of_the_last_period_contrast(
    cohort: IntArray,
) -> None:
    data = judged(noise(2, len(cohort), 9), cohort, (0, 2))
    study, alone = event_coefficients(data), data.contrast(functionals.last_base)
    assert study is not None
    assert alone is not None
    variance = study.average_weight @ study.covariance @ study.average_weight
    assert study.average == pytest.approx(alone.estimate)
    assert variance == pytest.approx(alone.variance)


def test_only_event_times_that_every_cohort_has_are_used() -> None:
    cohort = starts((3, 5), (6, 5), (NEVER, 8))
    study = event_coefficients(judged(noise(3, 18, 8), cohort, (0, 4)))
    assert study is not None
    assert (study.pre_count, len(study.weight)) == (2, 2)


def test_a_partial_first_period_is_estimated_and_not_counted() -> None:
    study = event_coefficients(judged(noise(4, 14, 8), starts((4, 6), (NEVER, 8)), (1, 3)))
    assert study is not None
    assert study.weight == pytest.approx([0.0, 1 / 3, 1 / 3, 1 / 3])


def test_missing_outcomes_leave_out_their_cluster_from_their_coefficient_only() -> None:
    outcome, cohort = noise(5, 14, 6), starts((3, 6), (NEVER, 8))
    full = event_coefficients(judged(outcome, cohort, (0, 1)))
    outcome[0, 4] = outcome[8, 0] = np.nan
    study = event_coefficients(judged(outcome, cohort, (0, 1)))
    assert full is not None
    assert study is not None
    change = outcome[:, 4] - outcome[:, 2]
    assert study.estimate[3] == pytest.approx(change[1:6].mean() - change[6:].mean())
    assert study.estimate[1:3] == pytest.approx(full.estimate[1:3])
    assert np.linalg.eigvalsh(study.covariance).min() > -1e-12


def test_no_event_study_without_two_periods_before() -> None:
    assert event_coefficients(judged(noise(6, 12, 5), starts((1, 6), (NEVER, 6)), (0, 1))) is None


def test_no_event_study_where_an_arm_was_hardly_seen_in_some_period() -> None:
    cohort = starts((3, 4), (NEVER, 4))
    exposed, rest = noise(7, 8, 6), noise(7, 8, 6)
    exposed[:3, 4] = np.nan
    rest[5:, 4] = np.nan
    assert event_coefficients(judged(exposed, cohort, (0, 1))) is None
    assert event_coefficients(judged(rest, cohort, (0, 1))) is None


def test_no_event_study_where_a_change_never_varies() -> None:
    outcome = noise(8, 12, 6)
    outcome[:, 1] = outcome[:, 2]
    assert event_coefficients(judged(outcome, starts((3, 6), (NEVER, 6)), (0, 1))) is None
    assert unequal_trends(judged(outcome, starts((3, 6), (NEVER, 6)), (0, 1)), 0.05) is None


def test_a_clear_effect_breaks_down_and_its_absence_does_not() -> None:
    cohort = starts((4, 12), (NEVER, 12))
    outcome = 0.2 * noise(9, 24, 7)
    none = unequal_trends(judged(outcome, cohort, (0, 2)), 0.05)
    assert none is not None
    assert (none.breakdown_m, none.breakdown_bend) == (None, None)
    assert none.straight[0] < 0 < none.straight[1]
    outcome[:12, 4:] += 3.0
    found = unequal_trends(judged(outcome, cohort, (0, 2)), 0.05)
    assert found is not None
    assert found.breakdown_m is not None
    assert found.breakdown_m > 1
    assert found.straight[0] < 3.0 < found.straight[1]
    assert found.breakdown_bend is not None


def test_the_breakdown_is_part_of_an_observational_estimation_only() -> None:
    outcome, cohort = 0.2 * noise(9, 24, 7), starts((4, 12), (NEVER, 12))
    outcome[:12, 4:] += 3.0
    data = effect_data(outcome, cohort, horizon=(0, 2))
    found = estimate_group_time(data, Thresholds())
    drawn = estimate_group_time(data, Thresholds(), is_randomised=True)
    assert isinstance(found, Estimation)
    assert isinstance(drawn, Estimation)
    assert found.trends == unequal_trends(judged(outcome, cohort, (0, 2)), 0.05)
    assert drawn.trends is None

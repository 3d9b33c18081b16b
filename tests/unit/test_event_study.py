"""The effect by time since the start, measured from the mean of all periods before."""

import numpy as np
import pytest
from scipy import stats

from impact import functionals
from impact.event_study import event_study
from impact.judged import Judged, judge_sample
from impact.model import NEVER, EventEstimate, FloatArray, IntArray
from impact.sample import build_sample
from tests.effect_arrays import effect_data

Path = dict[int, EventEstimate]


def judged(outcome: FloatArray, cohort: IntArray, **fields: object) -> Judged:
    return judge_sample(build_sample(effect_data(outcome, cohort, **fields)), 1)


def path(found: Judged) -> Path:
    return {point.event_time: point for point in event_study(found, 0.95, 1)}


def starts(*groups: tuple[int, int]) -> IntArray:
    """Cohort of each cluster from (start, clusters)."""
    return np.repeat([start for start, _ in groups], [count for _, count in groups])


def noise(seed: int, clusters: int, periods: int) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0, 1.0, (clusters, periods))


def test_every_point_is_a_change_since_the_mean_before_against_the_same_change() -> None:
    outcome = np.tile(np.arange(10.0)[:, None], (1, 5)) + 1e-6 * noise(1, 10, 5)
    outcome[:5] += np.array([1.0, 2.0, 6.0, 10.0, 20.0])
    found = path(judged(outcome, starts((3, 5), (NEVER, 5))))
    assert [point.estimate for point in found.values()] == pytest.approx(
        [-2, -1, 3, 7, 17], abs=1e-4
    )
    assert list(found) == [-3, -2, -1, 0, 1]


def test_one_cohorts_points_average_to_the_headline_and_those_before_to_zero() -> None:
    one = judged(noise(2, 14, 12), starts((8, 6), (NEVER, 8)))
    headline, found = one.contrast(functionals.plain), path(one)
    assert headline is not None
    inside = [found[time].estimate for time in range(4)]
    assert np.mean(inside) == pytest.approx(headline.estimate)
    assert sum(found[time].estimate for time in range(-8, 0)) == pytest.approx(0.0, abs=1e-9)


def test_cohorts_of_equal_reach_average_to_the_headline_too() -> None:
    cohort = starts((6, 3), (8, 5), (NEVER, 8))
    one = judged(noise(3, 16, 14), cohort, horizon=(0, 2))
    headline, found = one.contrast(functionals.plain), path(one)
    assert headline is not None
    assert np.mean([found[time].estimate for time in range(3)]) == pytest.approx(headline.estimate)


def test_a_points_interval_is_that_of_its_own_contrast() -> None:
    outcome = noise(4, 14, 9)
    found = path(judged(outcome, starts((6, 6), (NEVER, 8))))[1]
    scalar = outcome[:, 7] - outcome[:, :6].mean(axis=1)
    first, second = scalar[:6].var(ddof=1) / 5, scalar[6:].var(ddof=1) / 7
    error = np.sqrt(first + second)
    df = (first + second) ** 2 / (first**2 / 5 + second**2 / 7)
    assert found.std_error == pytest.approx(error)
    estimate = scalar[:6].mean() - scalar[6:].mean()
    assert found.ci_low == pytest.approx(estimate - stats.t.ppf(0.975, df) * error)
    assert found.ci_high == pytest.approx(estimate + stats.t.ppf(0.975, df) * error)
    assert found.band_low is not None
    assert found.band_low < found.ci_low


def test_an_event_time_is_estimated_from_the_cohorts_that_have_it() -> None:
    outcome = noise(5, 18, 10)
    found = path(judged(outcome, starts((3, 5), (7, 5), (NEVER, 8))))
    late = outcome[:5, 9] - outcome[:5, :3].mean(axis=1)
    rest = outcome[10:, 9] - outcome[10:, :3].mean(axis=1)
    assert found[6].estimate == pytest.approx(late.mean() - rest.mean())
    assert (min(found), max(found)) == (-7, 6)


def test_missing_outcomes_leave_out_their_cluster_at_their_time_only() -> None:
    outcome, cohort = noise(6, 14, 8), starts((4, 6), (NEVER, 8))
    full = path(judged(outcome, cohort))
    outcome[0, 5] = outcome[9, 5] = np.nan
    found = path(judged(outcome, cohort))
    change = outcome[:, 5] - np.nanmean(outcome[:, :4], axis=1)
    kept = np.isfinite(change)
    is_exposed = np.arange(14) < 6
    estimate = change[kept & is_exposed].mean() - change[kept & ~is_exposed].mean()
    assert found[1].estimate == pytest.approx(estimate)
    assert found[2].estimate == pytest.approx(full[2].estimate)


def test_a_time_at_which_an_arm_was_hardly_seen_is_left_out() -> None:
    outcome, cohort = noise(7, 14, 8), starts((4, 6), (NEVER, 8))
    outcome[:5, 5] = np.nan
    outcome[7:, 6] = np.nan
    outcome[:6, 7] = np.nan
    assert list(path(judged(outcome, cohort))) == [-4, -3, -2, -1, 0]


def test_a_point_without_noise_has_no_interval() -> None:
    outcome, cohort = noise(8, 12, 6), starts((3, 6), (NEVER, 6))
    outcome[:, 4] = outcome[:, :3].mean(axis=1)
    found = path(judged(outcome, cohort))[1]
    assert (found.estimate, found.std_error, found.band_low) == (
        pytest.approx(0.0, abs=1e-12),
        None,
        None,
    )


def test_clusters_that_wait_are_compared_with_while_they_are_unexposed() -> None:
    outcome, cohort = noise(9, 18, 12), starts((4, 5), (9, 5), (NEVER, 8))
    asked = judged(outcome, cohort, comparison="not_yet_exposed")
    found = path(asked)[1]
    first = outcome[:, 5] - outcome[:, :4].mean(axis=1)
    second = outcome[:, 10] - outcome[:, :9].mean(axis=1)
    estimate = 0.5 * (first[:5].mean() - first[5:].mean())
    estimate += 0.5 * (second[5:10].mean() - second[10:].mean())
    assert found.estimate == pytest.approx(estimate)


def test_nothing_is_shown_where_no_time_can_be_estimated() -> None:
    one = judged(noise(10, 4, 4), starts((2, 1), (NEVER, 3)))
    assert event_study(one, 0.95, 1) == ()

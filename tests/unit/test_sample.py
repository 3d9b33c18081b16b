"""Who is in which arm, and what is missing."""

import numpy as np
import pytest

from impact.model import NEVER, EffectData
from impact.sample import build_sample
from tests.effect_arrays import effect_data

NAN = np.nan


def six_clusters() -> EffectData:
    """Two cohorts (starts 4 and 6) and three comparison clusters over eight periods."""
    return effect_data(np.ones((6, 8)), np.array([4, 6, 6, NEVER, NEVER, NEVER]))


def with_gaps(data: EffectData, cluster: int, periods: list[int]) -> EffectData:
    data.outcome[cluster, periods] = NAN
    return data


def test_labels_follow_the_order_of_starts() -> None:
    sample = build_sample(six_clusters())
    assert sample.label.tolist() == [1, 2, 2, 0, 0, 0]
    assert (sample.exposed_count, sample.comparison_count) == (3, 3)
    assert (sample.pre_count, sample.post_count) == (4, 2)
    assert sample.missing_share == 0.0


def test_a_cluster_without_a_post_period_is_dropped_and_all_missing() -> None:
    sample = build_sample(with_gaps(six_clusters(), 1, [6, 7]))
    assert sample.exposed_count == 2
    assert sample.missing_exposed == pytest.approx(1 / 3)


def test_a_cluster_with_under_half_of_its_pre_periods_is_dropped() -> None:
    assert build_sample(with_gaps(six_clusters(), 0, [0, 1])).exposed_count == 3
    sample = build_sample(with_gaps(six_clusters(), 0, [0, 1, 2]))
    assert sample.exposed_count == 2
    assert len(sample.windows) == 1
    assert sample.missing_exposed == pytest.approx(1 / 3)


def test_a_comparison_cluster_must_serve_every_cohort() -> None:
    sample = build_sample(with_gaps(six_clusters(), 5, [6, 7]))
    assert sample.comparison_count == 2
    assert sample.missing_comparison == pytest.approx(1 / 3)


def test_comparison_gaps_count_by_the_cohorts_weights() -> None:
    sample = build_sample(with_gaps(six_clusters(), 5, [5, 6]))
    first, second = (1 / 2) / 3, (1 / 2) / 3
    assert sample.missing_comparison == pytest.approx(1 / 3 * first + 2 / 3 * second)
    assert sample.missing_share == pytest.approx(1 / 6)


def test_clusters_exposed_from_the_first_period_are_in_neither_arm() -> None:
    data = effect_data(np.ones((4, 8)), np.array([0, 4, NEVER, NEVER]))
    sample = build_sample(data)
    assert (sample.exposed_count, sample.comparison_count) == (1, 2)


def test_a_cohort_beyond_the_horizon_is_in_neither_arm() -> None:
    data = effect_data(np.ones((4, 8)), np.array([7, 4, NEVER, NEVER]), horizon=(2, 3))
    sample = build_sample(data)
    assert [window.start for window in sample.windows] == [4]
    assert sample.missing_exposed == 0.0


def test_nobody_exposed_leaves_no_windows() -> None:
    sample = build_sample(effect_data(np.ones((2, 8)), np.array([NEVER, NEVER])))
    assert sample.windows == ()
    assert (sample.missing_exposed, sample.missing_comparison) == (0.0, 0.0)

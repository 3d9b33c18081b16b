"""Which periods count, cohort by cohort."""

import numpy as np
import pytest

from impact.model import NEVER
from impact.windows import build_window, with_comparison, within_panel
from tests.effect_arrays import effect_data


def months(length: int, **given: object) -> object:
    return effect_data(np.zeros((2, length)), np.array([5, NEVER]), **given)


def counted(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(mask).tolist()


def test_the_default_horizon_is_half_of_the_pre_periods() -> None:
    window = build_window(6, months(20, donut=2))
    assert counted(window.pre) == [0, 1, 2, 3, 4, 5]
    assert counted(window.post) == [6, 7, 8]
    assert counted(window.far) == [0, 1, 2, 3]


def test_one_pre_period_still_has_one_post_period() -> None:
    assert counted(build_window(1, months(20)).post) == [1]


def test_the_horizon_ends_with_the_panel() -> None:
    assert counted(build_window(10, months(12)).post) == [10, 11]


def test_a_planned_horizon_is_kept() -> None:
    assert counted(build_window(4, months(12, horizon=(1, 3))).post) == [5, 6, 7]


def test_the_partial_first_period_is_left_out() -> None:
    assert counted(build_window(4, months(12, first_event=1)).post) == [5, 6]
    assert counted(build_window(4, months(12, first_event=1, horizon=(0, 2))).post) == [5, 6]


def test_a_randomised_design_uses_every_post_period() -> None:
    assert counted(build_window(4, months(8), all_post=True).post) == [4, 5, 6, 7]


def test_a_start_after_the_panel_is_no_exposure() -> None:
    data = effect_data(np.zeros((3, 6)), np.array([2, 6, NEVER]))
    assert within_panel(data).cohort.tolist() == [2, NEVER, NEVER]


def test_never_exposed_clusters_leave_the_panel_whole() -> None:
    data = effect_data(np.zeros((3, 9)), np.array([3, 6, NEVER]))
    assert with_comparison(data, 1) is data


@pytest.mark.parametrize(("fewest", "cut"), [(1, 8), (2, 6), (3, 6), (9, 6)])
def test_without_them_the_last_cohorts_are_the_comparison(fewest: int, cut: int) -> None:
    data = effect_data(np.zeros((5, 12)), np.array([3, 3, 6, 6, 8]))
    later = with_comparison(data, fewest)
    assert later.outcome.shape == (5, cut)
    assert (later.cohort == NEVER).tolist() == [start >= cut for start in (3, 3, 6, 6, 8)]


def test_one_cohort_leaves_no_comparison() -> None:
    data = effect_data(np.zeros((3, 9)), np.array([3, 3, 0]))
    assert with_comparison(data, 1) is data

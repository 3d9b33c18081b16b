"""The adapter over diff-diff: gaps, bands and what cannot be estimated."""

import numpy as np
import pytest

from impact.callaway_santanna import group_time_att
from impact.model import NEVER, FloatArray, IntArray
from tests.effect_arrays import staggered


def one_cohort() -> tuple[FloatArray, IntArray]:
    return staggered(np.random.default_rng(1), sizes=(6, 14), starts=(6, NEVER), periods=12)


def test_effects_are_means_against_the_last_pre_period() -> None:
    outcome, cohort = one_cohort()
    found = group_time_att(outcome, cohort)
    assert found is not None
    change = outcome - outcome[:, [5]]
    by_hand = change[:6].mean(axis=0) - change[6:].mean(axis=0)
    assert [event.event_time for event in found.event_study] == list(range(-6, 6))
    assert [event.estimate for event in found.event_study] == pytest.approx(by_hand)
    assert found.simple == pytest.approx(by_hand[6:].mean())


def test_the_band_over_all_event_times_is_wider_than_each_interval() -> None:
    found = group_time_att(*one_cohort())
    assert found is not None
    for event in found.event_study:
        if event.std_error is None:
            assert event.event_time == -1
            continue
        bounds = (event.band_low, event.ci_low, event.ci_high, event.band_high)
        assert all(bound is not None for bound in bounds)
        assert event.band_low < event.ci_low < event.ci_high < event.band_high


def test_gaps_leave_out_cells_without_a_warning() -> None:
    outcome, cohort = one_cohort()
    outcome[0, 8] = outcome[10, 3] = np.nan
    found = group_time_att(outcome, cohort)
    assert found is not None
    assert len(found.event_study) == 12


@pytest.mark.parametrize("silent", [slice(5, 6), slice(6, 12)])
def test_without_a_base_or_a_post_period_there_is_no_estimate(silent: slice) -> None:
    outcome, cohort = one_cohort()
    outcome[:6, silent] = np.nan
    assert group_time_att(outcome, cohort) is None


def test_effects_without_spread_have_a_band_without_width() -> None:
    outcome = np.zeros((8, 6))
    outcome[:3, 4:] = 2.0
    found = group_time_att(outcome, np.array([4] * 3 + [NEVER] * 5))
    assert found is not None
    last = found.event_study[-1]
    assert (last.band_low, last.estimate, last.band_high) == (2.0, 2.0, 2.0)


def test_exposure_from_the_first_period_on_has_no_base() -> None:
    outcome, cohort = one_cohort()
    assert group_time_att(outcome, np.where(cohort == NEVER, NEVER, 0)) is None

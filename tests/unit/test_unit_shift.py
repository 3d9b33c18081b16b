"""A change of unit is found; an effect, even a large one, is not taken for one."""

import numpy as np
import pytest

from impact.unit_shift import KNOWN_RATIOS, find_unit_shift


def noisy(units: int = 30, periods: int = 36, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 50.0 + rng.normal(0, 5.0, (units, periods)) + rng.normal(0, 2, (units, 1))


@pytest.mark.parametrize("ratio", KNOWN_RATIOS)
def test_a_whole_measure_that_changes_its_unit_is_found(ratio: float) -> None:
    up, down = noisy(), noisy()
    up[:, 18:] *= ratio
    down[:, 18:] /= ratio
    for series in (up, down):
        found = find_unit_shift(series)
        assert (found.status, found.value) == ("FAIL", ratio)


def test_one_unit_that_reports_percent_instead_of_shares_is_found() -> None:
    series = noisy()
    series[3, 20:] *= 100
    assert find_unit_shift(series).status == "FAIL"


@pytest.mark.parametrize("seed", range(20))
def test_an_effect_of_three_standard_deviations_is_not_a_change_of_unit(seed: int) -> None:
    series = noisy(seed=seed)
    series[:10, 20:] += 15.0
    assert find_unit_shift(series).status == "PASS"


def test_a_spike_that_does_not_stay_is_not_a_change_of_unit() -> None:
    series = noisy()
    series[3, 20] *= 100
    assert find_unit_shift(series).status == "PASS"


def test_a_jump_by_a_ratio_that_no_unit_has_passes() -> None:
    series = noisy()
    series[:, 18:] *= 300
    assert find_unit_shift(series).status == "PASS"


def test_one_period_cannot_jump_and_signed_scores_have_no_ratio() -> None:
    assert find_unit_shift(noisy(periods=1)).status == "NOT_APPLICABLE"
    scores = noisy()
    scores -= scores.mean(axis=1, keepdims=True)
    assert find_unit_shift(scores).status == "NOT_EVALUATED"


def test_missing_values_are_passed_over() -> None:
    series = noisy()
    series[:, 5] = np.nan
    series[0] = np.nan
    series[:, 18:] *= 12
    assert find_unit_shift(series).value == 12.0


def test_one_unit_needs_three_periods_on_each_side_of_a_jump() -> None:
    series = noisy()
    series[3, -2:] *= 100
    assert find_unit_shift(series).status == "PASS"
    series[3, -3] *= 100
    assert find_unit_shift(series).status == "FAIL"


@pytest.mark.parametrize("noise", [0.3, 0.6, 1.0])
def test_noise_alone_is_almost_never_a_change_of_unit(noise: float) -> None:
    rng = np.random.default_rng(7)
    worlds = [np.exp(rng.normal(0, noise, (40, 36))) for _ in range(20)]
    assert all(find_unit_shift(world).status == "PASS" for world in worlds)

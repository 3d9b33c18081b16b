"""Empirical calibration with negative controls."""

import numpy as np
import pytest

from impact.calibration import SystematicError, calibrate, fit_systematic_error


def test_controls_that_agree_with_their_noise_show_no_systematic_error() -> None:
    error = fit_systematic_error(np.array([-1.0, 0.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    assert error == SystematicError(mean=0.0, std_dev=0.0, count=3)
    assert error.expected_absolute == 0.0


def test_controls_that_all_say_the_same_show_a_shift_without_spread() -> None:
    error = fit_systematic_error(np.array([0.5, 0.5]), np.array([0.1, 0.2]))
    assert (error.mean, error.std_dev) == (pytest.approx(0.5), 0.0)
    assert error.expected_absolute == pytest.approx(0.5)


def test_without_sampling_error_the_fit_is_the_mean_and_the_population_sd() -> None:
    error = fit_systematic_error(np.array([1.0, 3.0, 5.0]), np.full(3, 1e-6))
    assert error.mean == pytest.approx(3.0)
    assert error.std_dev == pytest.approx(np.sqrt(8 / 3), rel=1e-6)


def test_known_systematic_error_is_found_again() -> None:
    rng = np.random.default_rng(1)
    std_error = rng.uniform(0.1, 0.5, 4_000)
    estimate = rng.normal(0.4, 0.3, 4_000) + rng.normal(0.0, std_error)
    error = fit_systematic_error(estimate, std_error)
    assert error.mean == pytest.approx(0.4, abs=0.03)
    assert error.std_dev == pytest.approx(0.3, abs=0.03)


def test_ease_is_the_mean_of_the_absolute_error() -> None:
    draws = np.random.default_rng(2).normal(0.2, 0.5, 400_000)
    error = SystematicError(mean=0.2, std_dev=0.5, count=20)
    assert error.expected_absolute == pytest.approx(np.abs(draws).mean(), abs=0.003)
    assert SystematicError(0.0, 1.0, 20).expected_absolute == pytest.approx(np.sqrt(2 / np.pi))


def test_controls_without_a_standard_error_are_left_out() -> None:
    estimate = np.array([1.0, np.nan, 3.0, 7.0, 9.0])
    std_error = np.array([1.0, 1.0, 1.0, 0.0, np.inf])
    assert fit_systematic_error(estimate, std_error).count == 2
    with pytest.raises(ValueError, match="at least two negative controls"):
        fit_systematic_error(estimate[:2], std_error[:2])


def test_calibration_takes_off_the_shift_and_widens_the_interval() -> None:
    found = calibrate(5.0, 3.0, SystematicError(mean=1.0, std_dev=4.0, count=10))
    assert (found.estimate, found.std_error) == (4.0, 5.0)
    assert (found.ci_low, found.ci_high) == pytest.approx((-5.79982, 13.79982), abs=1e-5)
    assert found.p_value == pytest.approx(0.42371, abs=1e-5)


def test_calibrated_tests_of_fresh_controls_reject_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    std_error = rng.uniform(0.1, 0.4, 2_000)
    estimate = rng.normal(0.5, 0.3, 2_000) + rng.normal(0.0, std_error)
    error = fit_systematic_error(estimate[:500], std_error[:500])
    p_value = [
        calibrate(float(one), float(spread), error).p_value
        for one, spread in zip(estimate[500:], std_error[500:], strict=True)
    ]
    assert np.mean(np.array(p_value) < 0.05) == pytest.approx(0.05, abs=0.015)

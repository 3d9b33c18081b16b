"""Scalars of one cluster's series, added up by hand."""

import numpy as np
import pytest

from impact import functionals
from impact.model import NEVER
from impact.windows import Window, build_window
from tests.effect_arrays import effect_data

SERIES = np.array([[1.0, 2.0, 6.0, 7.0, 10.0, 12.0, 99.0]])


def window(donut: int = 1) -> Window:
    """Start in period 4, two post-periods."""
    data = effect_data(np.zeros((1, 7)), np.array([NEVER]), donut=donut)
    return build_window(4, data)


def test_plain_is_the_post_mean_less_the_mean_of_all_pre_periods() -> None:
    assert functionals.plain(SERIES, window()) == pytest.approx([11.0 - 4.0])


def test_donut_leaves_out_the_last_pre_periods() -> None:
    assert functionals.donut(SERIES, window()) == pytest.approx([11.0 - 3.0])


def test_anticipation_compares_the_donut_with_what_came_before() -> None:
    assert functionals.anticipation(SERIES, window()) == pytest.approx([7.0 - 3.0])


def test_slope_is_least_squares_over_the_pre_periods() -> None:
    assert functionals.slope(SERIES, window()) == pytest.approx([(-1.5 - 1 + 3 + 10.5) / 5])


def test_distance_is_between_the_midpoints_of_the_windows() -> None:
    assert functionals.distance(SERIES, window()) == pytest.approx([4.5 - 1.5])


def test_trend_robust_takes_the_own_drift_away() -> None:
    assert functionals.trend_robust(SERIES, window()) == pytest.approx([7.0 - 3.0 * 2.2])


def test_last_base_starts_from_the_last_pre_period() -> None:
    assert functionals.last_base(SERIES, window()) == pytest.approx([11.0 - 7.0])
    assert functionals.base_difference(SERIES, window()) == pytest.approx([7.0 - 4.0])


def test_only_observed_periods_count() -> None:
    gaps = np.array([[1.0, np.nan, 6.0, 7.0, np.nan, 12.0, 99.0]])
    assert functionals.plain(gaps, window()) == pytest.approx([12.0 - 14.0 / 3])
    assert functionals.distance(gaps, window()) == pytest.approx([5.0 - 5.0 / 3])


def test_a_straight_line_with_gaps_has_no_trend_robust_effect() -> None:
    line = 3.0 + 0.7 * np.arange(7.0)[None, :]
    line[0, [1, 4]] = np.nan
    assert functionals.trend_robust(line, window()) == pytest.approx([0.0], abs=1e-12)


def test_nothing_observed_gives_no_number() -> None:
    silent = np.full((1, 7), np.nan)
    for functional in (functionals.plain, functionals.slope, functionals.trend_robust):
        assert np.isnan(functional(silent, window())).all()


def test_a_donut_wider_than_the_pre_window_gives_no_number() -> None:
    assert np.isnan(functionals.donut(SERIES, window(donut=4))).all()


@pytest.mark.parametrize("holes", [0, 9])
def test_the_plain_functional_is_one_product_where_nothing_is_missing(holes: int) -> None:
    rng = np.random.default_rng(holes)
    outcome = rng.normal(40, 1, (12, 20))
    outcome.ravel()[rng.choice(240, holes, replace=False)] = np.nan
    data = effect_data(outcome, np.repeat([8, 12, NEVER], 4))
    windows = [build_window(start, data) for start in (8, 12)]
    expected = functionals.scalar_matrix(outcome, windows, functionals.plain)
    np.testing.assert_allclose(functionals.plain_matrix(outcome, windows), expected, atol=1e-12)

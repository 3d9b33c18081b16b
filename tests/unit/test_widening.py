"""What missing outcomes could hide, and the SD it is measured in."""

import numpy as np
import pytest
from scipy import stats

from impact.widening import two_way_fit, two_way_residuals, within_cluster_sd, worst_share_shift


def test_nothing_missing_widens_nothing() -> None:
    assert worst_share_shift(0.0) == 0.0


@pytest.mark.parametrize("missing", [0.01, 0.1, 0.5])
def test_the_shift_is_the_mean_above_the_quantile(missing: float) -> None:
    truncated = stats.truncnorm(stats.norm.ppf(missing), np.inf)
    assert worst_share_shift(missing) == pytest.approx(float(truncated.mean()))


def test_residuals_of_a_table_by_hand() -> None:
    table = np.array([[1.0, 2.0], [3.0, 8.0]])
    assert two_way_residuals(table) == pytest.approx(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_residuals_with_gaps_are_those_of_a_regression_on_dummies() -> None:
    rng = np.random.default_rng(1)
    table = rng.standard_normal((7, 5)) * 3 + 100
    table[0, 3] = table[2, 0] = table[6, 4] = np.nan
    rows, columns = np.nonzero(np.isfinite(table))
    dummies = np.column_stack([np.eye(7)[rows], np.eye(5)[columns]])
    seen = table[rows, columns]
    fitted = dummies @ np.linalg.lstsq(dummies, seen, rcond=None)[0]
    assert two_way_residuals(table)[rows, columns] == pytest.approx(seen - fitted, abs=1e-10)


def test_rows_and_columns_that_add_up_are_filled_exactly() -> None:
    table = np.arange(4.0)[:, None] * 10 + np.array([0.0, 3.0, 1.0])
    holed = table.copy()
    holed[1, 2] = holed[3, 0] = np.nan
    assert two_way_fit(holed) == pytest.approx(table)


def test_the_sd_ignores_levels_and_shared_shocks() -> None:
    rng = np.random.default_rng(5)
    noise = rng.standard_normal((400, 30))
    shifted = 2.0 * noise + rng.standard_normal((400, 1)) * 9 + rng.standard_normal(30) * 9
    assert within_cluster_sd(shifted) == pytest.approx(2.0, abs=0.05)


def test_the_divisor_is_clusters_less_one_times_periods_less_one() -> None:
    table = np.array([[1.0, 2.0], [3.0, 8.0], [2.0, 2.0]])
    squares = float((two_way_residuals(table) ** 2).sum())
    assert within_cluster_sd(table) == pytest.approx(np.sqrt(squares / (2 * 1)))


def test_one_period_has_no_spread_within_clusters() -> None:
    assert within_cluster_sd(np.array([[1.0], [5.0]])) == 0.0

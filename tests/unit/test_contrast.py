"""The contrast of two arms, against hand and loops."""

import numpy as np
import pytest
from scipy import stats

from impact.cohorts import Cohorts
from impact.contrast import (
    cluster_scalars,
    cohort_contrasts,
    contrast,
    leave_one_out,
    weighted_estimate,
)
from impact.model import FloatArray


def cohorts(labels: list[int], *starts: int) -> Cohorts:
    return Cohorts(np.array(labels), starts)


def one_column(*values: float) -> FloatArray:
    return np.array(values)[:, None]


def test_two_arms_by_hand() -> None:
    found = contrast(one_column(4, 6, 8, 1, 3, 5, 7), cohorts([1, 1, 1, 0, 0, 0, 0], 5))
    assert found is not None
    v1, v0 = 4.0 / 2, (20.0 / 3) / 3
    assert found.estimate == pytest.approx(6.0 - 4.0)
    assert found.variance == pytest.approx(v1 + v0)
    assert found.std_error == pytest.approx(np.sqrt(v1 + v0))
    assert found.df == pytest.approx((v1 + v0) ** 2 / (v1**2 / 2 + v0**2 / 3))
    t = 2.0 / np.sqrt(v1 + v0)
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, found.df))


def test_the_jackknife_of_one_cohort_is_deletion_of_each_cluster() -> None:
    """CRV3 without the (J - 1)/J factor, arm by arm: sum of squared changes of the arm's mean."""
    values = np.random.default_rng(3).standard_normal(9)
    found = contrast(values[:, None], cohorts([1] * 4 + [0] * 5, 3))
    assert found is not None
    variance = 0.0
    for arm in (values[:4], values[4:]):
        without = np.array([np.delete(arm, one).mean() for one in range(len(arm))])
        variance += float(((without - arm.mean()) ** 2).sum())
    assert found.variance == pytest.approx(variance)


def test_comparison_clusters_mix_the_cohorts_by_their_size() -> None:
    matrix = np.array([[1.0, 9.0], [9.0, 2.0], [9.0, 3.0], [4.0, 10.0], [0.0, 0.0]])
    scalars = cluster_scalars(matrix, cohorts([1, 2, 2, 0, 0], 3, 6))
    assert scalars == pytest.approx([1.0, 2.0, 3.0, 4 / 3 + 20 / 3, 0.0])


def test_a_cohort_of_one_joins_its_neighbour_in_time() -> None:
    assert cohorts([1, 2, 2, 3, 3, 0], 1, 5, 6).strata.tolist() == [0, 0, 1]
    assert cohorts([1, 1, 2, 3, 3, 0], 1, 4, 5).strata.tolist() == [0, 1, 1]
    assert cohorts([1, 1, 2, 3, 3, 0], 1, 3, 5).strata.tolist() == [0, 0, 1]
    assert cohorts([1, 2, 3, 3, 0], 1, 2, 9).strata.tolist() == [0, 0, 1]
    assert cohorts([1, 2, 3, 0], 1, 2, 3).strata.tolist() == [0, 0, 0]


def test_centring_together_costs_no_degree_of_freedom_more() -> None:
    matrix = np.array([[1.0, 0], [0, 3.0], [0, 5.0], [2, 2], [4, 4], [9, 9.0]])
    found = contrast(matrix, cohorts([1, 2, 2, 0, 0, 0], 3, 4))
    assert found is not None
    inside, outside = np.array([1.0, 3.0, 5.0]), np.array([2.0, 4.0, 9.0])
    v1, v0 = 3 * inside.var(ddof=1) / 6, outside.var(ddof=1) / 2
    assert found.variance == pytest.approx(v1 + v0)
    assert found.df == pytest.approx((v1 + v0) ** 2 / (v1**2 / 2 + v0**2 / 2))


def test_a_missing_scalar_leaves_its_cluster_out() -> None:
    full = contrast(one_column(4, 6, 1, 3, 5), cohorts([1, 1, 0, 0, 0], 5))
    holed = contrast(one_column(4, 6, np.nan, 1, 3, 5), cohorts([1, 1, 1, 0, 0, 0], 5))
    assert holed == full


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 2, np.nan, 4], [1, 1, 0, 0]),
        ([1, np.nan, 3, 4], [1, 1, 0, 0]),
        ([2, 2, 2, 2], [1, 1, 0, 0]),
    ],
)
def test_no_contrast_without_two_clusters_or_spread(values: list[float], labels: list[int]) -> None:
    assert contrast(one_column(*values), cohorts(labels, 5)) is None


def test_no_contrast_when_a_cohort_is_gone() -> None:
    matrix = np.array([[1.0, 1], [2, 2], [3, np.nan], [4, 5], [6, 7], [8, 8]])
    assert contrast(matrix, cohorts([1, 1, 2, 0, 0, 0], 3, 4)) is None


def test_each_cohort_has_its_own_contrast() -> None:
    matrix = np.array([[1.0, 0], [2.0, 0], [0, 7.0], [0, 9.0], [0, 1], [1, 3], [2, 5.0]])
    found = cohort_contrasts(matrix, cohorts([1, 1, 2, 2, 0, 0, 0], 3, 4))
    assert [one.estimate for one in found] == pytest.approx([1.5 - 1.0, 8.0 - 3.0])


def test_equal_weights_give_the_estimate_itself() -> None:
    rng = np.random.default_rng(2)
    matrix, who = rng.standard_normal((9, 2)), cohorts([1, 2, 2, 2, 0, 0, 0, 0, 0], 3, 4)
    found = contrast(matrix, who)
    assert found is not None
    assert weighted_estimate(matrix, who, np.ones(9)) == pytest.approx(found.estimate)


def test_a_weight_of_two_is_a_cluster_twice() -> None:
    matrix = np.array([[1.0], [4.0], [0.0], [3.0]])
    twice = weighted_estimate(matrix, cohorts([1, 1, 0, 0], 3), np.array([2.0, 1, 1, 2]))
    assert twice == pytest.approx(2.0 - 2.0)


def test_leaving_out_renews_the_cohorts_weights() -> None:
    rng = np.random.default_rng(4)
    matrix, labels = rng.standard_normal((8, 2)), np.array([1, 1, 2, 2, 2, 0, 0, 0])
    found = leave_one_out(matrix, Cohorts(labels, (3, 4)), np.ones(8))
    for one in range(8):
        kept = np.arange(8) != one
        again = contrast(matrix[kept], Cohorts(labels[kept], (3, 4)))
        assert again is not None
        assert found[one] == pytest.approx(again.estimate)


def test_a_cohort_without_any_spread_has_no_contrast_of_its_own() -> None:
    matrix = np.array([[1, 5], [1, 9], [0, 4], [0, 8], [1, 1], [1, 3], [1, 5.0]])
    (second,) = cohort_contrasts(matrix, cohorts([1, 1, 2, 2, 0, 0, 0], 3, 5))
    assert second.estimate == pytest.approx(6.0 - 3.0)
    assert second.variance == pytest.approx(8.0 / 1 + 8.0 / 4)

"""Clusters that are not yet exposed, compared with beside the never exposed."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from impact import functionals
from impact.cohorts import Cohorts
from impact.contrast import (
    cohort_contrasts,
    contrast,
    estimates,
    influences,
    leave_one_out,
    weighted_estimate,
)
from impact.judged import Judged, judge_sample
from impact.model import NEVER, FloatArray
from impact.permutation import deal_labels
from impact.sample import build_sample
from impact.waiting import waiting_df, waiting_estimate, waiting_influence
from impact.waiting_permutation import permute_waiting
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered
from tests.reference import functionals as reference_functionals
from tests.reference_waiting import compared_with, waiting_contrast

FUNCTIONALS = {
    "plain": functionals.plain,
    "donut": functionals.donut,
    "trend_robust": functionals.trend_robust,
    "anticipation": functionals.anticipation,
}
SIZES, STARTS = (5, 4, 1, 6, 3), (8, 14, 15, 22, NEVER)


def rolled_out(seed: int = 3) -> Judged:
    """Four cohorts, one of a single cluster, and three clusters that are never exposed."""
    rng = np.random.default_rng(seed)
    outcome, cohort = staggered(rng, sizes=SIZES, starts=STARTS, periods=34, effect=1.0)
    data = effect_data(outcome, cohort, donut=3, comparison="not_yet_exposed")
    return judge_sample(build_sample(data), 1, data)


def matrix_of(count: int, cohorts: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).standard_normal((count, cohorts))


def test_a_cohort_waits_for_those_whose_windows_end_before_its_start() -> None:
    judged = rolled_out()
    assert judged.cohorts.waits is not None
    waits = judged.cohorts.waits.astype(int).tolist()
    assert waits == [[0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]]
    sample = judged.sample
    assert (sample.exposed_count, sample.never_count, sample.comparison_count) == (16, 3, 14)


def test_a_cluster_counts_as_comparison_before_it_counts_as_exposed() -> None:
    label = np.array([1, 1, 2, 2, 0, 0])
    waits = np.array([[False, False], [True, False]])
    matrix = np.array([[5.0, 9], [7, 9], [2, 4], [2, 8], [1, 1], [3, 3]])
    found = contrast(matrix, Cohorts(label, (3, 9), waits))
    assert found is not None
    first, second = (5 + 7) / 2 - (2 + 2 + 1 + 3) / 4, (4 + 8) / 2 - (1 + 3) / 2
    assert found.estimate == (first + second) / 2


@pytest.mark.parametrize("name", FUNCTIONALS)
def test_every_interval_agrees_with_a_second_implementation(name: str) -> None:
    judged = rolled_out()
    outcome, cohort = judged.sample.outcome, judged.first_exposed
    found = judged.contrast(FUNCTIONALS[name])
    groups = compared_with(cohort, outcome.shape[1])
    wanted = waiting_contrast(reference_functionals(outcome, cohort, name, 3), cohort, groups)
    assert found is not None
    assert found.estimate == pytest.approx(wanted.estimate, abs=1e-12)
    assert found.std_error == pytest.approx(wanted.std_error, abs=1e-12)
    assert found.df == pytest.approx(wanted.df, rel=1e-9)


def test_a_first_cohort_of_one_is_centred_with_the_cohort_that_waits_for_it() -> None:
    rng = np.random.default_rng(6)
    starts = (8, 14, 22, NEVER)
    outcome, cohort = staggered(rng, sizes=(1, 4, 5, 3), starts=starts, periods=34)
    data = effect_data(outcome, cohort, comparison="not_yet_exposed")
    found = judge_sample(build_sample(data), 1, data).contrast(functionals.plain)
    scalars = reference_functionals(outcome, cohort, "plain", 1)
    wanted = waiting_contrast(scalars, cohort, compared_with(cohort, 34))
    assert found is not None
    assert found.std_error == pytest.approx(wanted.std_error, abs=1e-12)
    assert found.df == pytest.approx(wanted.df, rel=1e-9)


def test_a_deal_too_large_for_tables_gives_the_same_p(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = rolled_out()
    matrix, cohorts = judged.matrix(functionals.plain), judged.cohorts
    block, rng = np.zeros(len(cohorts.label), dtype=int), np.random.default_rng(1)
    deal = deal_labels(cohorts.label, block, Thresholds(permutations_drawn=999), rng)
    found = permute_waiting(matrix, cohorts, deal)
    monkeypatch.setattr("impact.waiting_permutation.SMALL", 0)
    monkeypatch.setattr("impact.waiting_permutation.CHUNK", 100_000)
    assert permute_waiting(matrix, cohorts, deal) == found


@pytest.mark.parametrize("sizes", [(4, 3, 2, 6), (1, 4, 1, 5), (2, 2, 2, 2)])
def test_with_nobody_waiting_the_formulas_are_the_plain_ones(sizes: tuple[int, ...]) -> None:
    label = np.repeat([1, 2, 3, 0], sizes)
    cohorts, stack = Cohorts(label, (4, 7, 12)), matrix_of(3 * len(label), 3).reshape(3, -1, 3)
    assert waiting_estimate(stack, cohorts) == pytest.approx(estimates(stack, cohorts), abs=1e-14)
    made = waiting_influence(stack, cohorts)
    assert made == pytest.approx(influences(stack, cohorts), abs=1e-14)
    found = contrast(stack[0], cohorts)
    assert found is not None
    assert (made[:, 0] ** 2).sum() == pytest.approx(found.variance, rel=1e-13)
    assert waiting_df(made[:, 0], cohorts) == pytest.approx(found.df, rel=1e-12)


def test_several_outcomes_at_once_are_each_one_alone() -> None:
    cohorts = rolled_out().cohorts
    stack = matrix_of(2 * len(cohorts.label), 4).reshape(2, -1, 4)
    for one, estimate, made in zip(
        stack, estimates(stack, cohorts), influences(stack, cohorts).T, strict=True
    ):
        found = contrast(one, cohorts)
        assert found is not None
        assert found.estimate == pytest.approx(estimate)
        assert found.variance == pytest.approx((made**2).sum())


def test_the_exact_permutation_deals_the_cohorts_again() -> None:
    label = np.array([1, 1, 2, 2, 0, 0, 0])
    cohorts = Cohorts(label, (3, 9), np.array([[False, False], [True, False]]))
    matrix = matrix_of(len(label), 2)
    deal = deal_labels(label, np.zeros(7, dtype=int), Thresholds(), np.random.default_rng(1))
    found = permute_waiting(matrix, cohorts, deal)

    def statistic(dealt: tuple[int, ...]) -> float:
        one = contrast(matrix, replace(cohorts, label=np.array(dealt)))
        assert one is not None
        return one.estimate / one.std_error

    drawn = [statistic(dealt) for dealt in sorted(set(permutations(label.tolist())))]
    here = statistic(tuple(label.tolist()))
    assert found.is_exact
    assert found.draws == len(drawn) == 210
    assert found.p_improves == sum(one >= here - 1e-9 for one in drawn) / 210
    assert found.p_harms == sum(one <= here + 1e-9 for one in drawn) / 210


def test_leaving_a_cluster_out_renews_cohorts_and_comparisons() -> None:
    cohorts = rolled_out().cohorts
    matrix, weight = matrix_of(len(cohorts.label), 4), np.ones(len(cohorts.label))
    without = leave_one_out(matrix, cohorts, weight)
    assert weighted_estimate(matrix, cohorts, weight) == pytest.approx(
        estimates(matrix[None], cohorts)[0]
    )
    for row in (0, 6, 12, 18):
        kept = np.arange(len(weight)) != row
        alone = weighted_estimate(matrix[kept], cohorts.among(kept), weight[kept])
        assert without[row] == pytest.approx(alone)


def test_each_cohort_alone_is_compared_with_those_that_wait_for_it() -> None:
    label = np.array([1, 1, 2, 2, 0, 0])
    matrix = matrix_of(6, 2)
    waits = np.array([[False, False], [True, False]])
    first, second = cohort_contrasts(matrix, Cohorts(label, (3, 9), waits))
    assert first.estimate == pytest.approx(matrix[:2, 0].mean() - matrix[2:, 0].mean())
    assert second.estimate == pytest.approx(matrix[2:4, 1].mean() - matrix[4:, 1].mean())


def test_a_cluster_kept_out_keeps_its_own_effect() -> None:
    label = np.array([1, 1, 2, 2, 2, 0, 0])
    waits = np.array([[False, False], [True, False]])
    kept_out = np.array([False, False, True, False, False, False, True])
    matrix = matrix_of(7, 2)
    found = contrast(matrix, Cohorts(label, (3, 9), waits, kept_out))
    assert found is not None
    first = matrix[:2, 0].mean() - matrix[3:, 0].mean()
    second = matrix[2:5, 1].mean() - matrix[5:, 1].mean()
    assert found.estimate == pytest.approx((2 * first + 3 * second) / 5)


def test_a_cohort_with_a_single_comparison_cluster_has_no_contrast() -> None:
    label = np.array([1, 1, 2, 2, 0, 0])
    cohorts = Cohorts(label, (3, 9), np.array([[False, False], [True, False]]))
    matrix = matrix_of(6, 2)
    matrix[4, 1] = np.nan
    assert contrast(matrix, cohorts) is None


def test_scalars_that_are_all_the_same_have_no_contrast() -> None:
    cohorts = rolled_out().cohorts
    assert contrast(np.ones((len(cohorts.label), 4)), cohorts) is None

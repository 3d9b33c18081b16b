"""Labels dealt again: how many ways, which ones, and what p they give."""

from itertools import permutations
from math import comb

import numpy as np
import pytest

from impact import permutation
from impact.cohorts import Cohorts
from impact.contrast import contrast
from impact.model import FloatArray
from impact.permutation import (
    Deal,
    count_assignments,
    deal_labels,
    permute_contrast,
    seeded_deal,
    studentised,
)
from schemas.thresholds import Thresholds

FEW_DRAWS = Thresholds(permutations_exact=1, permutations_drawn=3_000)


def deal(label: list[int], block: list[int] | None = None, **given: int) -> Deal:
    blocks = np.array(block) if block else np.zeros(len(label), dtype=np.int64)
    return deal_labels(np.array(label), blocks, Thresholds(**given), np.random.default_rng(1))


def test_ways_to_give_labels() -> None:
    assert count_assignments(10, np.array([1, 1, 1])) == comb(10, 3)
    assert count_assignments(10, np.array([1, 1, 2])) == comb(10, 2) * 8
    assert count_assignments(7, np.array([], dtype=np.int64)) == 1


def test_every_assignment_is_dealt_once() -> None:
    dealt = deal([1, 1, 2, 0, 0])
    assert dealt.is_exact
    assert dealt.label.tolist() == [1, 1, 2]
    given = {(frozenset(row[:2]), row[2]) for row in dealt.member.tolist()}
    assert len(given) == len(dealt.member) == dealt.count == comb(5, 2) * 3


def test_labels_stay_in_their_block() -> None:
    block = [0, 0, 0, 7, 7, 7, 7]
    dealt = deal([1, 0, 0, 1, 2, 0, 0], block)
    assert dealt.count == len(dealt.member) == 3 * 4 * 3
    assert all(sorted(row)[0] < 3 <= sorted(row)[1] for row in dealt.member.tolist())


def test_a_block_without_exposed_clusters_changes_nothing() -> None:
    assert deal([1, 0, 0, 0], [0, 0, 1, 1]).member.tolist() == [[0], [1]]


def test_draws_are_members_of_their_block_without_repetition() -> None:
    label, block = [1, 2, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1]
    dealt = deal(label, block, permutations_exact=1, permutations_drawn=2_000)
    assert not dealt.is_exact
    assert dealt.member.shape == (2_000, 3)
    assert (dealt.member[:, :2] < 5).all()
    assert (dealt.member[:, 2] >= 5).all()
    assert (dealt.member[:, 0] != dealt.member[:, 1]).all()


def test_draws_give_every_cluster_the_same_chance() -> None:
    label = [1, 1, 2, 0, 0, 0, 0, 0, 0]
    dealt = deal(label, permutations_exact=1, permutations_drawn=18_000)
    for column in range(3):
        share = np.bincount(dealt.member[:, column], minlength=9) / 18_000
        assert share == pytest.approx(np.full(9, 1 / 9), abs=0.01)


def slow_p(matrix: FloatArray, cohorts: Cohorts) -> tuple[float, float]:
    """Both one-sided p by every ordering of the labels and the contrast itself."""

    def statistic(label: tuple[int, ...]) -> float:
        found = contrast(matrix, Cohorts(np.array(label), cohorts.starts))
        assert found is not None
        return found.estimate / found.std_error

    observed = statistic(tuple(cohorts.label.tolist()))
    drawn = np.array([statistic(one) for one in set(permutations(cohorts.label.tolist()))])
    slack = 1e-9 * abs(observed)
    return float((drawn >= observed - slack).mean()), float((drawn <= observed + slack).mean())


@pytest.mark.parametrize(
    "labels", [[1, 1, 1, 0, 0, 0, 0], [1, 1, 2, 2, 0, 0, 0], [1, 2, 2, 0, 0, 0]]
)
def test_exact_p_is_the_share_of_all_assignments(labels: list[int]) -> None:
    rng = np.random.default_rng(sum(labels))
    cohorts = Cohorts(np.array(labels), (3, 5)[: max(labels)])
    matrix = rng.standard_normal((len(labels), max(labels))) + np.array(labels)[:, None]
    found = permute_contrast(matrix, cohorts, deal(labels))
    assert found.is_exact
    assert (found.p_improves, found.p_harms) == pytest.approx(slow_p(matrix, cohorts))


def test_the_sign_turns_the_sides_round() -> None:
    matrix = np.arange(9.0)[:, None] ** 2
    labels = [0, 0, 0, 0, 0, 1, 1, 1, 1]
    cohorts = Cohorts(np.array(labels), (3,))
    up = permute_contrast(matrix, cohorts, deal(labels))
    down = permute_contrast(matrix, cohorts, deal(labels), sign=-1)
    assert (up.p_improves, up.p_harms) == (down.p_harms, down.p_improves)
    assert up.p_improves == up.smallest_p == 1 / comb(9, 4)


def test_drawn_p_counts_the_observed_assignment() -> None:
    matrix = np.arange(30.0)[:, None]
    labels = [0] * 20 + [1] * 10
    cohorts = Cohorts(np.array(labels), (3,))
    dealt = deal_labels(cohorts.label, np.zeros(30), FEW_DRAWS, np.random.default_rng(2))
    found = permute_contrast(matrix, cohorts, dealt)
    assert found.p_improves == 1 / 3_001 == found.smallest_p
    assert found.draws == 3_000


def test_an_estimate_without_spread_is_beyond_every_other() -> None:
    table = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    cohorts = Cohorts(np.array([1, 1, 0, 0]), (3,))
    chosen = np.array([[0, 1], [0, 2], [2, 3]])
    found = studentised(table, cohorts, chosen, np.array([1, 1]))
    assert found.tolist() == [np.inf, 0.0, -np.inf]
    every = permute_contrast(table[:, 1:], cohorts, deal([1, 1, 0, 0]))
    assert (every.p_improves, every.p_harms) == (1 / 6, 1.0)


def test_a_gap_in_another_cohorts_window_is_filled_with_the_own_scalar() -> None:
    labels = [1, 1, 2, 2, 0, 0, 0, 0]
    cohorts = Cohorts(np.array(labels), (3, 5))
    matrix = np.random.default_rng(8).standard_normal((8, 2))
    holed = matrix.copy()
    holed[0, 1] = np.nan
    filled = matrix.copy()
    filled[0, 1] = matrix[0, 0]
    assert permute_contrast(holed, cohorts, deal(labels)) == permute_contrast(
        filled, cohorts, deal(labels)
    )


@pytest.mark.parametrize("labels", [[1] * 8 + [0] * 9, [1] * 3 + [2] * 4 + [3] + [0] * 9])
def test_sums_give_the_statistics_of_every_assignment(
    labels: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    cohorts = Cohorts(np.array(labels), (3, 5, 9)[: max(labels)])
    matrix = rng.standard_normal((len(labels), max(labels))) + 50.0
    dealt = deal(labels, permutations_exact=1, permutations_drawn=500)
    summed = permute_contrast(matrix, cohorts, dealt)
    monkeypatch.setattr(permutation, "SMALL", 0)
    assert permute_contrast(matrix, cohorts, dealt) == summed


def test_a_remembered_deal_is_the_one_of_its_seed() -> None:
    label, block = np.array([1] * 5 + [0] * 30), np.zeros(35, dtype=np.int64)
    first = seeded_deal(label, block, FEW_DRAWS, 4)
    assert seeded_deal(label, block, FEW_DRAWS, 4) is first
    same = deal_labels(label, block, FEW_DRAWS, np.random.default_rng(4))
    assert (first.member == same.member).all()
    assert (seeded_deal(label, block, FEW_DRAWS, 5).member != first.member).any()


def test_a_large_deal_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    label, block = np.array([1] * 5 + [0] * 30), np.zeros(35, dtype=np.int64)
    monkeypatch.setattr(permutation, "SMALL", 100)
    first = seeded_deal(label, block, FEW_DRAWS, 6)
    again = seeded_deal(label, block, FEW_DRAWS, 6)
    assert again is not first
    assert (again.member == first.member).all()

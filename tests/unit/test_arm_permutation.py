"""Permutations of a randomised design, against every assignment and against each other."""

from dataclasses import replace
from itertools import combinations, product
from math import comb

import numpy as np
import pytest

from impact import arm_permutation
from impact.arm_permutation import Trial, permute_trial
from schemas.thresholds import Thresholds

DRAWN = Thresholds(permutations_exact=0, permutations_drawn=4_000)


def trial(seed: int, *, by_block: bool = False, adjust: bool = False) -> Trial:
    """Two blocks of five and six units, two and three of them exposed."""
    rng = np.random.default_rng(seed)
    block = np.repeat([0, 1], [5, 6])
    exposed = np.isin(np.arange(11), [0, 1, 5, 6, 7])
    pre = rng.standard_normal(11)
    return Trial(
        outcome=rng.standard_normal(11) + pre + exposed,
        pre=pre if adjust else None,
        is_exposed=exposed,
        block=block,
        stratum=block if by_block else np.zeros(11, dtype=np.int64),
    )


def every_p(one: Trial) -> tuple[float, float]:
    """Both one-sided p over all assignments, each compared from scratch."""

    def statistic(exposed: np.ndarray) -> float:
        arms = replace(one, is_exposed=exposed).compare()
        return float(arms.estimate[0] / arms.std_error[0])

    drawn = np.array(
        [
            statistic(np.isin(np.arange(11), first + second))
            for first, second in product(combinations(range(5), 2), combinations(range(5, 11), 3))
        ]
    )
    observed = statistic(one.is_exposed)
    slack = 1e-9 * abs(observed)
    return float((drawn >= observed - slack).mean()), float((drawn <= observed + slack).mean())


@pytest.mark.parametrize("by_block", [False, True])
@pytest.mark.parametrize("adjust", [False, True])
def test_exact_p_is_the_share_of_all_assignments(*, by_block: bool, adjust: bool) -> None:
    one = trial(3, by_block=by_block, adjust=adjust)
    found = permute_trial(one, Thresholds(), sign=1, seed=1)
    assert found.is_exact
    assert found.draws == comb(5, 2) * comb(6, 3)
    assert found.smallest_p == 1 / found.draws
    assert (found.p_improves, found.p_harms) == pytest.approx(every_p(one))


@pytest.mark.parametrize("by_block", [False, True])
def test_drawn_p_is_near_the_exact_one(*, by_block: bool) -> None:
    one = trial(5, by_block=by_block, adjust=True)
    exact = permute_trial(one, Thresholds(), sign=1, seed=1)
    drawn = permute_trial(one, DRAWN, sign=1, seed=1)
    assert not drawn.is_exact
    assert drawn.p_improves == pytest.approx(exact.p_improves, abs=0.03)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_counting_successes_is_the_same_as_choosing_units(share: float) -> None:
    rng = np.random.default_rng(7)
    block = np.repeat([0, 1, 2], 8)
    outcome = (rng.random(24) < share).astype(float)
    outcome[:2] = [1.0, 0.0]
    one = Trial(outcome, None, np.arange(24) % 2 == 0, block, np.zeros(24, dtype=np.int64))
    nudged = replace(one, outcome=outcome + rng.standard_normal(24) * 1e-10)
    counted = permute_trial(one, DRAWN, sign=1, seed=1)
    chosen = permute_trial(nudged, DRAWN, sign=1, seed=1)
    exact = permute_trial(one, Thresholds(permutations_exact=400_000), sign=1, seed=1)
    assert counted.p_harms == pytest.approx(exact.p_harms, abs=0.03)
    assert abs(chosen.p_harms - exact.p_harms) < 0.5


def test_draws_in_parts_are_all_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arm_permutation, "CHUNK", 1_000)
    found = permute_trial(trial(2), DRAWN, sign=1, seed=1)
    assert found.draws == 4_000


def test_a_block_with_one_arm_stays_as_it_is() -> None:
    one = trial(4)
    alone = replace(one, block=np.array([0] * 5 + [1] * 5 + [2]))
    found = permute_trial(alone, Thresholds(), sign=1, seed=1)
    assert found.draws == comb(5, 2) * comb(5, 3)
    drawn = permute_trial(alone, DRAWN, sign=1, seed=1)
    assert drawn.p_improves == pytest.approx(found.p_improves, abs=0.03)


def test_the_sign_turns_the_sides_round() -> None:
    up = permute_trial(trial(3), Thresholds(), sign=1, seed=1)
    down = permute_trial(trial(3), Thresholds(), sign=-1, seed=1)
    assert (up.p_improves, up.p_harms) == (down.p_harms, down.p_improves)


def test_arms_that_do_not_overlap_are_the_most_extreme() -> None:
    outcome = np.array([2.0, 2.0, 1.0, 1.0])
    one = Trial(
        outcome, None, outcome > 1, np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)
    )
    found = permute_trial(one, Thresholds(), sign=1, seed=1)
    assert (found.p_improves, found.p_harms) == (1 / 6, 1.0)

"""Clusters left out: next to an exposed one (I5), or reached by another program (I6)."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.estimate import decide_only, estimate
from impact.group_time_did import estimate_group_time
from impact.model import NEVER, EffectData, Estimation, Interval
from impact.needed import clusters_needed, systematic_floor
from impact.selection import Clusters
from impact.surroundings import near_clusters, reached_clusters
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_drawn=199)


def world(effect: float = 2.0, **given: Any) -> EffectData:
    return effect_data(*staggered(np.random.default_rng(1), effect=effect), **given)


def estimated(data: EffectData) -> Estimation:
    found = estimate_group_time(data, QUICK)
    assert isinstance(found, Estimation)
    return found


def shown(found: Estimation, name: str) -> Interval:
    return next(one for one in found.intervals if one.name == name)


def first_comparison(data: EffectData, count: int) -> np.ndarray:
    rest = np.flatnonzero(data.cohort == NEVER)
    chosen = np.zeros(len(data.cohort), dtype=bool)
    chosen[rest[:count]] = True
    return chosen


def test_neighbours_that_share_the_effect_hide_it_only_from_the_plain_estimate() -> None:
    data = world()
    near = first_comparison(data, 7)
    spilled = data.outcome + 2.0 * near[:, None] * (np.arange(24) >= 10)
    found = estimated(replace(data, outcome=spilled, is_near=near))
    assert shown(found, "plain").estimate < 1.5
    assert shown(found, "far_only").estimate == pytest.approx(2.0, abs=0.5)
    assert found.smallest_arm == 7
    ring = next(item for item in found.diagnostics if item.name == "ring_difference")
    assert ring.status == "FAIL"


def test_exposed_clusters_are_never_left_out_as_neighbours() -> None:
    data = world()
    found = estimated(replace(data, is_near=np.ones(len(data.cohort), dtype=bool)))
    assert shown(found, "far_only").status == "NOT_EVALUATED"
    ring = next(item for item in found.diagnostics if item.name == "ring_difference")
    assert ring.status == "NOT_EVALUATED"


def test_nobody_near_leaves_the_plain_estimate() -> None:
    data = world()
    found = estimated(replace(data, is_near=np.zeros(len(data.cohort), dtype=bool)))
    far, plain = shown(found, "far_only"), shown(found, "plain")
    assert (far.estimate, far.std_error, far.df) == (plain.estimate, plain.std_error, plain.df)


def test_another_program_is_left_out_of_both_arms() -> None:
    data = world(effect=0.0)
    shared = np.arange(len(data.cohort)) % 4 == 0
    moved = data.outcome + 3.0 * (shared & (data.cohort != NEVER))[:, None] * (np.arange(24) >= 17)
    found = estimated(replace(data, outcome=moved, is_shared=shared))
    assert shown(found, "plain").estimate > 0.4
    assert abs(shown(found, "clean").estimate) < 0.5
    kept = ~shared
    assert found.smallest_arm == min(
        (kept & (data.cohort != NEVER)).sum(), (kept & (data.cohort == NEVER)).sum()
    )


def test_a_program_that_always_comes_along_cannot_be_told_apart() -> None:
    data = world()
    found = estimated(replace(data, is_shared=data.cohort != NEVER))
    assert shown(found, "clean").status == "NOT_EVALUATED"


def test_what_remains_may_not_vary() -> None:
    data = world()
    outcome = data.outcome.copy()
    outcome[~first_comparison(data, 3)] = 5.0
    found = estimated(replace(data, outcome=outcome, is_shared=first_comparison(data, 3)))
    assert shown(found, "clean").status == "NOT_EVALUATED"


def test_few_exposed_clusters_show_all_intervals_and_are_decided_by_five_tests() -> None:
    rng = np.random.default_rng(3)
    outcome, cohort = staggered(rng, sizes=(2, 14), starts=(12, NEVER), effect=4.0)
    data = effect_data(
        outcome,
        cohort,
        controls=rng.standard_normal((11, *outcome.shape)),
        is_near=np.arange(16) == 15,
        is_shared=np.arange(16) == 14,
    )
    found = estimate(data, "synthetic_did", QUICK)
    assert isinstance(found, Estimation)
    assert {one.status for one in found.intervals} == {"PASS"}
    assert len(found.intervals) == 7
    names = [test.name for test in found.permutations]
    assert names == ["plain", "donut", "trend_robust", "calibrated", "calibrated_twice"]
    assert [t.p_improves for t in found.permutations] == [1 / 120] * 5
    assert found.control_count == 11


def test_few_exposed_clusters_with_nobody_left_are_not_evaluated() -> None:
    rng = np.random.default_rng(4)
    outcome, cohort = staggered(rng, sizes=(2, 14), starts=(12, NEVER))
    data = effect_data(outcome, cohort, is_shared=cohort != NEVER)
    found = estimate(data, "synthetic_did", QUICK)
    assert isinstance(found, Estimation)
    assert shown(found, "clean").status == "NOT_EVALUATED"
    assert shown(found, "calibrated").status == "NOT_APPLICABLE"
    flat = outcome.copy()
    flat[2:15] = np.arange(24)
    still = effect_data(flat, cohort, is_near=np.arange(16) == 15)
    found = estimate(still, "synthetic_did", QUICK)
    assert isinstance(found, Estimation)
    assert shown(found, "far_only").status == "NOT_EVALUATED"


def test_the_brief_estimate_decides_the_same() -> None:
    data = world()
    whole, brief = estimated(data), decide_only(data, "group_time_did", QUICK)
    assert isinstance(brief, Estimation)
    assert brief.intervals == whole.intervals
    assert brief.permutations == whole.permutations
    assert (brief.event_study, brief.alternatives, brief.diagnostics) == ((), (), ())
    assert decide_only(data, "synthetic_did", QUICK) == estimate(data, "synthetic_did", QUICK)


@pytest.mark.parametrize("starts", [(12, NEVER), (8, 12, 16, NEVER)])
def test_the_brief_estimate_of_a_trial_decides_the_same(starts: tuple[int, ...]) -> None:
    sizes = (8,) * len(starts)
    data = effect_data(*staggered(np.random.default_rng(9), sizes=sizes, starts=starts))
    whole, brief = estimate(data, "randomised", QUICK), decide_only(data, "randomised", QUICK)
    assert isinstance(whole, Estimation)
    assert isinstance(brief, Estimation)
    assert whole.event_study
    assert (brief.event_study, brief.alternatives, brief.diagnostics) == ((), (), ())
    assert (brief.intervals, brief.permutations) == (whole.intervals, whole.permutations)
    assert (brief.estimate, brief.df) == (whole.estimate, whole.df)


def test_clusters_needed_leave_out_what_more_clusters_do_not_shrink() -> None:
    rng = np.random.default_rng(5)
    data = world(effect=0.2)
    after = (data.cohort[:, None] != NEVER) & (np.arange(24) >= data.cohort[:, None])
    noise = rng.standard_normal((12, *data.outcome.shape))
    scattered = noise + 2 * rng.standard_normal((12, 1, 1)) * after
    found = estimated(replace(data, controls=scattered))
    wide = max(one.std_error for one in found.intervals if one.status == "PASS")
    count = clusters_needed(found, 0.5, 3.1)
    assert count is not None
    assert count < 32 * (3.1 * wide / 0.5) ** 2
    (floor,) = systematic_floor(found, 0.5, QUICK)
    assert (floor.status, floor.threshold) == ("FAIL", 0.125)
    assert systematic_floor(found, None, QUICK) == ()


def test_missing_outcomes_of_comparison_clusters_may_leave_with_them() -> None:
    data = world()
    outcome = data.outcome.copy()
    near = first_comparison(data, 2)
    outcome[near, 17:] = np.nan
    found = estimated(replace(data, outcome=outcome, is_near=near))
    assert shown(found, "plain").widening > 0
    assert shown(found, "far_only").widening == 0


PLACES = ("a", "b", "c", "d", "e")
ALONE = Clusters({name: name for name in PLACES}, 0)


def places(**neighbours: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"unit_id": PLACES, "neighbour_ids": [neighbours.get(name) for name in PLACES]}
    )


def near(unit: pd.DataFrame, clusters: Clusters = ALONE) -> list[bool] | None:
    rng = np.random.default_rng(1)
    data = effect_data(rng.normal(size=(5, 4)), np.array([2, NEVER, NEVER, NEVER, NEVER]))
    found = near_clusters(replace(data, unit_ids=PLACES), clusters, unit)
    return None if found is None else found.tolist()


def test_being_neighbours_goes_both_ways() -> None:
    assert near(places(a="b; c")) == [False, True, True, False, False]
    told = places(a="", b="a", c="d", d="c", e="d")
    assert near(told) == [False, True, False, False, False]


def test_a_place_of_which_nothing_is_known_may_be_a_neighbour() -> None:
    assert near(places(c="d", d="c")) == [False, True, False, False, True]
    assert near(places()) is None


def test_clusters_are_neighbours_when_any_of_their_units_are() -> None:
    unit = pd.DataFrame({"unit_id": ["a1", "b1", "b2"], "neighbour_ids": ["b2", None, "a1"]})
    grouped = Clusters({"a1": "a", "b1": "b", "b2": "b"}, 1)
    assert near(unit, grouped) == [False, True, False, False, False]


def test_a_cluster_is_reached_when_any_of_its_units_is() -> None:
    data = replace(world(), unit_ids=tuple(f"c{n}" for n in range(32)))
    grouped = Clusters({"u1": "c3", "u2": "c4"}, 1)
    found = reached_clusters(data, grouped, frozenset({"u1", "c9", "elsewhere"}))
    assert found is not None
    assert np.flatnonzero(found).tolist() == [3, 9]
    assert reached_clusters(data, grouped, frozenset({"elsewhere"})) is None

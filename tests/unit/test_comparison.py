"""What a plan asks to be compared with, and adjusted for: from its tables to its effect."""

from dataclasses import replace

import numpy as np
import pytest

from impact.effect_data import EffectTables, Measure, build_effect_data
from impact.engine import measure_effects
from impact.estimate import choose_method, estimate
from impact.gather import StudyTables
from impact.judged import judge_sample
from impact.left_out import leave_both_out
from impact.model import NEVER, EffectData, Estimation
from impact.needed import clusters_needed
from impact.prepare import effect_tables
from impact.sample import build_sample
from impact.windows import with_comparison
from reports.table_views import diagnostic_table
from schemas.findings import Diagnostic, Effect
from schemas.plan import Plan
from schemas.thresholds import Thresholds
from tests.core_tables import Row
from tests.effect_arrays import effect_data, staggered
from tests.small_world import FACTS, REGIONS, month, world_plan, world_study, world_tables

QUICK = Thresholds(permutations_drawn=99, permutations_exact=10)
STARTS = {**dict.fromkeys(REGIONS[:5], 8), **dict.fromkeys(REGIONS[5:10], 12)}
STARTS |= dict.fromkeys(REGIONS[10:18], 18)
"""Three waves; two of the twenty regions are never exposed."""
WAITING = world_plan(comparison="not_yet_exposed")


def outcome_rows(measure_id: str, effect: float, seed: int, months: range = range(24)) -> list[Row]:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (len(REGIONS), 24)) + rng.normal(60, 3, (len(REGIONS), 1))
    return [
        {
            "measure_id": measure_id,
            "unit_id": region,
            "period_start": month(index),
            "value": noise[number, index] + effect * (index >= STARTS.get(region, 24)),
        }
        for number, region in enumerate(REGIONS)
        for index in months
    ]


@pytest.fixture(scope="module")
def world() -> StudyTables:
    """The roll-out, and another measure that was recorded in the first month only."""
    exposure: list[Row] = [
        {"initiative_id": "i1", "unit_id": region, "start_date": month(start)}
        for region, start in STARTS.items()
    ]
    outcome = [
        *outcome_rows("waiting", -6.0, seed=1),
        *outcome_rows("other", 0.0, seed=2, months=range(1)),
    ]
    return world_tables(WAITING, exposure=exposure, outcome=outcome, engagement=[])


def measured(tables: StudyTables, plan: Plan) -> Effect:
    names = ("unit", "measure", "outcome", "exposure", "initiative")
    return measure_effects(tables, plan, world_study(*names), FACTS, QUICK)[0]


def checked(effect: Effect, name: str) -> Diagnostic:
    return next(item for item in effect.diagnostics if item.name == name)


def test_regions_that_wait_make_a_roll_out_evaluable(world: StudyTables) -> None:
    never = measured(world, world_plan())
    assert (never.verdict, never.reasons) == ("not_evaluable", ["TOO_FEW_UNITS"])
    found = measured(world, WAITING)
    assert found.method == "group_time_did"
    assert (found.exposed_count, found.comparison_count) == (18, 2 + 5 + 8)
    assert found.estimate == pytest.approx(-6.0, abs=0.6)
    assert checked(found, "not_yet_exposed").value == 13


def test_a_covariate_gives_an_estimate_beside_the_headline_and_leaves_it_alone() -> None:
    plan = world_plan(covariates=["other"])
    tables = world_tables(plan)
    found, bare = measured(tables, plan), measured(tables, world_plan())
    assert found.intervals == bare.intervals
    beside = {item.name: item for item in found.alternatives}["doubly_robust"]
    assert beside.estimate == pytest.approx(found.estimate, abs=1.0)
    assert beside.std_error is not None
    assert checked(found, "doubly_robust").status == "PASS"
    assert "doubly_robust" not in {item.name for item in bare.alternatives}


def test_a_covariate_that_was_recorded_once_still_holds(world: StudyTables) -> None:
    data = data_of(world, world_plan(covariates=["other"]))
    assert data.covariates is not None
    first = [row["value"] for row in outcome_rows("other", 0.0, 2, range(1))]
    assert data.covariates[0, :, -1] == pytest.approx(first)
    assert data.covariates.shape == (1, 20, 24)


def test_no_cell_is_left_out_where_few_are_never_exposed(world: StudyTables) -> None:
    plan = world_plan(comparison="not_yet_exposed", covariates=["other"])
    assert checked(measured(world, plan), "doubly_robust").reason == "TOO_FEW_UNITS"


def data_of(tables: StudyTables, plan: Plan) -> EffectData:
    rows: EffectTables = effect_tables(tables, plan.effects[0])
    measure = Measure("waiting", "waiting", "days", "lower_better")
    found = build_effect_data(rows, plan.effects[0], measure, world_study(), QUICK)
    assert isinstance(found, EffectData)
    return found


def test_a_covariate_that_is_not_there_is_said_and_stops_nothing(world: StudyTables) -> None:
    plan = world_plan(comparison="not_yet_exposed", covariates=["nowhere"])
    found = measured(world, plan)
    test = checked(found, "doubly_robust")
    assert (test.status, test.reason, test.value) == ("NOT_EVALUATED", "MISSING_TABLE", None)
    table = diagnostic_table(found, 1)
    assert table is not None
    assert ("Doubly robust", "Not evaluated: a covariate was not supplied") in {
        (row[0], row[1]) for row in table.rows
    }


def test_other_designs_have_neither_and_say_so(world: StudyTables) -> None:
    asked = {"comparison": "not_yet_exposed", "covariates": ["other"]}
    plan = world_plan(method="interrupted_series", **asked)
    found = measured(world, plan)
    assert found.method == "interrupted_series"
    assert checked(found, "doubly_robust").status == "NOT_APPLICABLE"
    assert checked(found, "not_yet_exposed").status == "NOT_APPLICABLE"


def test_what_cannot_be_estimated_cannot_be_adjusted(world: StudyTables) -> None:
    found = measured(world, world_plan(covariates=["other"]))
    assert found.verdict == "not_evaluable"
    assert checked(found, "doubly_robust").status == "NOT_EVALUATED"


def waiting_data(sizes: tuple[int, ...] = (6, 6, 6, 4)) -> EffectData:
    rng = np.random.default_rng(8)
    starts = (8, 14, 22, NEVER)
    outcome, cohort = staggered(rng, sizes=sizes, starts=starts, periods=34, effect=1.0)
    return effect_data(outcome, cohort, comparison="not_yet_exposed", donut=3)


def test_where_nobody_waits_the_answer_is_that_of_the_never_exposed() -> None:
    outcome, cohort = staggered(np.random.default_rng(1), sizes=(8, 12), starts=(12, NEVER))
    found = [
        estimate(effect_data(outcome, cohort, comparison=name), "group_time_did", QUICK)
        for name in ("never_exposed", "not_yet_exposed")
    ]
    assert isinstance(found[0], Estimation)
    assert isinstance(found[1], Estimation)
    assert found[0].intervals == found[1].intervals
    assert found[0].permutations == found[1].permutations
    assert found[1].diagnostics[-1].status == "NOT_APPLICABLE"


def test_few_exposed_clusters_need_never_exposed_ones() -> None:
    rng = np.random.default_rng(1)
    outcome, cohort = staggered(rng, sizes=(2, 2, 7), starts=(8, 14, NEVER))
    data = effect_data(outcome, cohort, comparison="not_yet_exposed")
    method = choose_method(data, "staggered", "auto", QUICK)
    assert getattr(method, "reasons", None) == ("TOO_FEW_UNITS",)
    more, later = staggered(rng, sizes=(2, 2, 9), starts=(8, 14, NEVER))
    asked = effect_data(more, later, comparison="not_yet_exposed")
    plain = effect_data(more, later)
    found = [estimate(one, "synthetic_did", QUICK) for one in (asked, plain)]
    assert isinstance(found[0], Estimation)
    assert isinstance(found[1], Estimation)
    assert found[0].estimate == found[1].estimate


def test_a_single_never_exposed_cluster_waits_with_the_last_wave() -> None:
    data = waiting_data(sizes=(6, 6, 6, 1))
    cut = with_comparison(data, 5)
    assert cut.outcome.shape[1] == 22
    assert (cut.cohort == NEVER).sum() == 7
    assert with_comparison(waiting_data(), 5).outcome.shape[1] == 34


def test_a_cluster_that_is_silent_while_it_waits_has_no_part() -> None:
    data = waiting_data()
    outcome = data.outcome.copy()
    outcome[12, 8:12] = np.nan
    sample = build_sample(replace(data, outcome=outcome))
    assert (sample.exposed_count, sample.comparison_count) == (17, 4 + 6 + 5)
    assert sample.missing_comparison == pytest.approx((6 / 17) / 16 + (6 / 17) / 10)
    assert sample.missing_exposed == pytest.approx(1 / 18)


def test_a_waiting_cluster_is_needed_once() -> None:
    found = estimate(waiting_data(), "group_time_did", QUICK)
    assert isinstance(found, Estimation)
    assert (found.exposed_count, found.comparison_count, found.waiting_count) == (18, 16, 12)
    error = max(one.std_error for one in found.intervals if one.status == "PASS")
    assert clusters_needed(found, 1.0, 1.0) == int(np.ceil(22 * error**2))


def test_a_waiting_neighbour_of_an_exposed_cluster_is_not_compared_with() -> None:
    data = waiting_data()
    near = np.isin(np.arange(22), [12, 13, 18])
    judged = judge_sample(build_sample(data), 1, data)
    far = leave_both_out(replace(data, is_near=near), judged)[0]
    assert far.judged is not None
    compared = far.judged.cohorts.compared
    assert compared.any(axis=1).sum() == 16 - 3
    assert far.judged.sample.exposed_count == 18
    assert far.smallest_arm == 13
    assert far.interval().status == "PASS"


def test_controls_are_formed_by_the_same_windows_and_comparison() -> None:
    data = waiting_data()
    rng = np.random.default_rng(3)
    shared = 2.0 * (data.cohort[:, None] <= np.arange(34)) * (data.cohort[:, None] != NEVER)
    controls = shared + 0.3 * rng.standard_normal((12, *data.outcome.shape))
    found = estimate(replace(data, controls=controls), "group_time_did", QUICK)
    assert isinstance(found, Estimation)
    by_name = {one.name: one for one in found.intervals}
    assert found.control_count == 12
    assert by_name["calibrated"].estimate < by_name["plain"].estimate - 0.5

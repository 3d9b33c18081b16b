"""A plan from its tables to its verdicts."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.engine import build_findings, measure_effects
from impact.gather import RunFacts, StudyTables
from schemas.findings import Effect, Provenance
from schemas.plan import Plan
from tests.small_world import EFFECT, FACTS, account, world_plan, world_study, world_tables

PLAN = world_plan()
OTHER = {"effect_id": "other_wait", "measure_id": "other"}


@pytest.fixture(scope="module")
def world() -> StudyTables:
    return world_tables(PLAN)


def measured(
    tables: StudyTables, plan: Plan = PLAN, facts: RunFacts = FACTS, names: tuple[str, ...] = ()
) -> Effect:
    return measure_effects(tables, plan, world_study(*names), facts)[0]


def statuses(effect: Effect) -> dict[str, str]:
    return {item.name: item.status for item in (*effect.intervals, *effect.diagnostics)}


def test_a_known_effect_is_given_back_in_the_measures_own_sign(world: StudyTables) -> None:
    found = measured(world)
    assert (found.verdict, found.reasons) == ("improves", [])
    assert found.estimate == pytest.approx(EFFECT, abs=0.5)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < EFFECT < found.ci_high < 0
    assert (found.exposed_count, found.comparison_count) == (10, 10)
    plain = found.intervals[0]
    assert (plain.low95, plain.high95) == pytest.approx((found.ci_low, found.ci_high))
    assert found.robust_low == min(i.low95 for i in found.intervals if i.low95 is not None)


def test_spend_and_cost_per_day_saved_are_said_where_the_effect_is(world: StudyTables) -> None:
    cost = measured(world).cost
    assert cost.spend == 10_000.0
    assert cost.cost_per_unit == pytest.approx(10_000 / -EFFECT, rel=0.1)


def test_nothing_infinite_reaches_the_findings(world: StudyTables) -> None:
    text = json.dumps(measured(world).model_dump(mode="json"), allow_nan=False)
    assert "NaN" not in text


def test_observational_evidence_without_controls_is_very_uncertain(world: StudyTables) -> None:
    found = measured(world)
    assert found.certainty == "very_low"
    assert [(cap.cap, cap.why) for cap in found.certainty_caps] == [
        ("very_low", "FEW_CONTROLS"),
        ("low", "OBSERVATIONAL"),
    ]


def with_controls(world: StudyTables, count: int = 12) -> tuple[StudyTables, list[str]]:
    """The world with measures that the initiative cannot have moved."""
    rng = np.random.default_rng(7)
    names = [f"nc{number:02d}" for number in range(count)]
    other = world.panel[world.panel["measure_id"] == "other"]
    copies = [
        other.assign(measure_id=name, outcome=50 + rng.normal(0, 2, len(other))) for name in names
    ]
    return replace(world, panel=pd.concat([world.panel, *copies])), names


def test_ways_of_removing_bias_that_apply_are_evaluated(world: StudyTables) -> None:
    rich, names = with_controls(world)
    near = world.unit.assign(neighbour_ids=None)
    near.loc[near["unit_id"] == "r00", "neighbour_ids"] = "r10;r11"
    rich = replace(rich, unit=near, supported=pd.DataFrame({"unit_id": ["r03", "r19"]}))
    found = measured(rich, world_plan(negative_controls=names))
    assert {item.status for item in found.intervals} == {"NOT_EVALUATED", "PASS"}
    assert statuses(found)["far_only"] == "NOT_EVALUATED"
    told = near.assign(neighbour_ids=near["neighbour_ids"].fillna("nowhere"))
    found = measured(replace(rich, unit=told), world_plan(negative_controls=names))
    assert {item.status for item in found.intervals} == {"PASS"}
    assert all(item.estimate == pytest.approx(EFFECT, abs=1.5) for item in found.intervals)
    assert [(cap.cap, cap.why) for cap in found.certainty_caps] == [
        ("very_low", "FEW_CLUSTERS"),
        ("low", "OBSERVATIONAL"),
    ]
    plain = statuses(measured(world))
    assert {plain[name] for name in ("calibrated", "far_only", "clean")} == {"NOT_APPLICABLE"}


def test_with_ten_controls_and_ten_clusters_an_arm_certainty_is_low(world: StudyTables) -> None:
    rich, names = with_controls(world)
    found = measured(rich, world_plan(negative_controls=names))
    assert (found.verdict, found.certainty) == ("improves", "low")
    assert [cap.why for cap in found.certainty_caps] == ["OBSERVATIONAL"]
    assert statuses(found)["negative_controls"] == "PASS"
    assert found.sensitivity.breakdown_control_factor is None


def test_controls_that_hold_no_outcomes_do_not_count(world: StudyTables) -> None:
    rich, names = with_controls(world)
    is_empty = rich.panel["measure_id"].isin(names[:3])
    rich = replace(rich, panel=rich.panel.assign(outcome=rich.panel["outcome"].mask(is_empty)))
    found = measured(rich, world_plan(negative_controls=names))
    assert statuses(found)["calibrated"] == "NOT_APPLICABLE"
    assert statuses(found)["negative_controls"] == "FAIL"
    assert "FEW_CONTROLS" in [cap.why for cap in found.certainty_caps]


def test_a_control_with_an_exposure_of_its_own_counts(world: StudyTables) -> None:
    rich, names = with_controls(world, count=9)
    placebos = [
        {"effect_id": f"placebo{n}", "measure_id": "other", "role": "negative_control"}
        for n in range(2)
    ]
    plan = world_plan({}, *placebos, negative_controls=[*names, "placebo0", "placebo1"])
    first = rich.exposure.assign(effect_id="placebo0")
    rich = replace(rich, exposure=pd.concat([rich.exposure, first]))
    found = measured(rich, plan)
    counted = next(item for item in found.diagnostics if item.name == "negative_controls")
    assert counted.value == 9 + 1
    assert statuses(found)["calibrated"] == "PASS"


def test_another_planned_initiative_on_the_same_measure_competes(world: StudyTables) -> None:
    rival = {"effect_id": "rival", "initiative_id": "i2", "role": "secondary"}
    plan = world_plan({}, rival)
    also = world.exposure.assign(effect_id="rival", initiative_id="i2")
    for rows, status in ((also, "NOT_EVALUATED"), (also.iloc[:2], "PASS")):
        both = replace(world, exposure=pd.concat([world.exposure, rows]))
        assert statuses(measured(both, plan))["clean"] == status
    later = also.assign(start_period=30)
    both = replace(world, exposure=pd.concat([world.exposure, later]))
    assert statuses(measured(both, plan))["clean"] == "NOT_APPLICABLE"


def test_a_plan_made_after_the_outcomes_were_read_decides_nothing(world: StudyTables) -> None:
    late = replace(FACTS, is_before_outcomes=False)
    found = measured(world, facts=late)
    assert (found.verdict, found.reasons) == ("inconclusive", ["NO_PLAN"])


def test_an_amended_plan_caps_certainty(world: StudyTables) -> None:
    found = measured(world, facts=replace(FACTS, is_amended=True))
    assert "AMENDED" in [cap.why for cap in found.certainty_caps]


def test_too_many_rows_in_quarantine_decide_nothing(world: StudyTables) -> None:
    facts = replace(FACTS, accounts=(account("outcome", 11),))
    assert measured(world, facts=facts).reasons == ["DATA"]


def test_spend_that_points_nowhere_decides_nothing(world: StudyTables) -> None:
    assert measured(world, facts=replace(FACTS, orphan_spend_share=0.06)).reasons == ["DATA"]


def test_back_dated_exposure_decides_nothing(world: StudyTables) -> None:
    later = world.timing.assign(engagement_period=14)
    assert measured(replace(world, timing=later)).reasons == ["TIMING"]


def test_a_log_that_says_nothing_of_the_start_leaves_a_gap(world: StudyTables) -> None:
    silent = replace(world, timing=world.timing.iloc[:0])
    assert "NOT_EVALUATED" in [cap.why for cap in measured(silent).certainty_caps]


def test_a_change_of_unit_decides_nothing(world: StudyTables) -> None:
    panel = world.panel.copy()
    panel.loc[panel["period"] >= 8, "outcome"] *= 12
    found = measured(replace(world, panel=panel))
    assert found.reasons == ["DATA"]
    assert statuses(found)["unit_shift"] == "FAIL"


@pytest.mark.parametrize(
    ("names", "exposure_from", "missing"),
    [
        (("unit", "measure", "outcome"), "table", ["exposure"]),
        (("unit", "measure", "outcome"), "engagement", ["engagement"]),
        (("exposure",), "table", ["measure", "outcome", "unit"]),
    ],
)
def test_a_table_the_study_does_not_have_is_named(
    world: StudyTables, names: tuple[str, ...], exposure_from: str, missing: list[str]
) -> None:
    plan = world_plan(exposure_from=exposure_from)
    found = measured(world, plan, names=names)
    assert (found.verdict, found.certainty) == ("not_evaluable", None)
    assert (found.reasons, found.missing) == (["MISSING_TABLE"], missing)


def test_without_a_plan_nothing_is_asked(world: StudyTables) -> None:
    assert measure_effects(world, None, world_study(), FACTS) == ()


def test_an_initiative_that_reached_nobody_is_not_evaluable(world: StudyTables) -> None:
    found = measured(replace(world, exposure=world.exposure.iloc[:0]))
    assert (found.verdict, found.reasons) == ("not_evaluable", ["NO_EXPOSED"])
    assert found.method is None


def test_what_no_table_describes_keeps_its_id(world: StudyTables) -> None:
    bare = replace(world, measure=world.measure.iloc[:0], initiative=world.initiative.iloc[:0])
    found = measured(bare)
    assert (found.measure_name, found.initiative_name) == ("waiting", "i1")
    assert found.cost.spend is None


def test_one_family_of_primaries_shares_the_error(world: StudyTables) -> None:
    plan = world_plan({}, OTHER)
    both = replace(
        world,
        exposure=pd.concat([world.exposure, world.exposure.assign(effect_id="other_wait")]),
        timing=pd.concat([world.timing, world.timing.assign(effect_id="other_wait")]),
    )
    alone = measured(world)
    first, second = measure_effects(both, plan, world_study(), FACTS)
    assert first.verdict == "improves"
    assert second.verdict in {"inconclusive", "no_meaningful_effect"}
    assert alone.p_value is not None
    assert first.p_value == pytest.approx(2 * alone.p_value)


def test_a_secondary_effect_takes_nothing_from_the_primary(world: StudyTables) -> None:
    plan = world_plan({}, {**OTHER, "role": "secondary"})
    assert measured(world, plan).p_value == measured(world).p_value


@pytest.mark.parametrize(
    ("change", "analysis", "method", "divisor"),
    [
        ({"end_period": 14}, {}, "switching_did", 0.5),
        ({"dose": 4.0}, {"dose_contrast": 2.0}, "dose_did", 2.0),
        ({"dose": 4.0}, {}, "group_time_did", 1.0),
    ],
)
def test_doses_and_stops_choose_the_design_and_the_scale(
    world: StudyTables,
    change: dict[str, Any],
    analysis: dict[str, Any],
    method: str,
    divisor: float,
) -> None:
    tables = replace(world, exposure=world.exposure.assign(**change))
    found = measured(tables, world_plan(**analysis))
    assert found.method == method
    assert found.estimate == pytest.approx((measured(world).estimate or 0) / divisor)


def test_everyone_at_once_is_compared_by_dose_or_stands_alone(world: StudyTables) -> None:
    one = world.exposure.iloc[:1]
    names = sorted(world.panel["unit_id"].unique())
    doses = np.linspace(1, 5, len(names))
    everyone = pd.concat([one] * len(names)).assign(unit_id=names, dose=doses)
    at_once = replace(world, exposure=everyone)
    assert measured(at_once, world_plan(dose_contrast=1.0)).method == "dose_did"
    assert measured(at_once).reasons == ["ONE_SERIES"]
    ended = replace(world, exposure=everyone.assign(end_period=15))
    assert measured(ended).method == "interrupted_series"


def test_covariates_are_answered_beside_the_headline(world: StudyTables) -> None:
    plan = world_plan(covariates=["other"])
    assert "doubly_robust" in statuses(measured(world, plan))


def test_a_trial_of_one_month_is_decided_by_its_plain_difference(world: StudyTables) -> None:
    rng = np.random.default_rng(3)
    panel = world.panel[(world.panel["period"] == 0) & (world.panel["measure_id"] == "waiting")]
    arms = panel["unit_id"].isin(world.exposure["unit_id"]).to_numpy()
    panel = panel.assign(outcome=np.where(arms, 4.0, 9.0) + rng.normal(0, 1, len(panel)))
    rows = pd.concat([world.exposure.iloc[:1]] * len(panel)).assign(
        unit_id=panel["unit_id"].to_numpy(), start_period=0, dose=arms.astype(float)
    )
    trial = replace(world, panel=panel, exposure=rows.assign(assignment="randomised"))
    found = measured(trial, names=("unit", "measure", "outcome", "exposure"))
    assert (found.method, found.verdict, found.certainty) == ("randomised", "improves", "high")
    assert statuses(found)["clean"] == "NOT_APPLICABLE"


def test_the_plan_documents_the_order_of_assignment_only_if_no_row_denies_it(
    world: StudyTables,
) -> None:
    plan = world_plan(assignment={"basis": "policy", "reason": "a law names the regions"})
    chosen = world.exposure.assign(assignment="self_selected")
    for tables in (world, replace(world, exposure=chosen)):
        assert measured(tables, plan).certainty == "very_low"


def test_the_headline_is_the_first_primary_effect_of_the_plan(world: StudyTables) -> None:
    plan = world_plan({"effect_id": "aside", "role": "secondary"}, {})
    effects = measure_effects(world, plan, world_study(), FACTS)
    provenance = Provenance(code_version="0")
    made = build_findings(world_study(), effects, [], FACTS.accounts, ["a note"], provenance)
    assert made.headline.effect_id == "shorter_wait"
    assert (made.headline.text, made.questions, made.notes) == ("", [], ["a note"])
    empty = build_findings(world_study(), (), [], (), (), provenance)
    assert (empty.headline.effect_id, empty.headline.verdict) == (None, None)

"""Effects by subgroup: who gains, whether that differs, and how far apart the levels lie."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from impact.engine import measure_effects
from impact.gather import StudyTables
from impact.multiplicity import holm
from impact.open_questions import open_questions
from schemas.findings import Effect
from schemas.plan import Plan
from tests.core_tables import Row
from tests.small_world import (
    EXPOSED,
    FACTS,
    REGIONS,
    START,
    outcomes,
    world_plan,
    world_study,
    world_tables,
)

SEX: list[Row] = [
    {"subgroup_id": "women", "dimension": "sex", "level": "female"},
    {"subgroup_id": "men", "dimension": "sex", "level": "male"},
]
AGE: list[Row] = [
    {"subgroup_id": name, "dimension": "age", "level": name} for name in ("old", "mid", "young")
]


def plan_by(*dimensions: str, effects: tuple[Row, ...] = (), **analysis: Any) -> Plan:
    return world_plan(*effects, **analysis).model_copy(update={"subgroups": list(dimensions)})


def part(name: str, effect: float, seed: int, regions: list[str] = REGIONS) -> list[Row]:
    """Waiting times of one subgroup, in these regions."""
    rows = outcomes(effect, seed=seed)
    return [{**row, "subgroup_id": name} for row in rows if row["unit_id"] in regions]


@cache
def base() -> StudyTables:
    """The world's tables, with which the panels here are put together."""
    return world_tables(world_plan())


def panel_of(rows: list[Row]) -> pd.DataFrame:
    """Rows of the outcome table as the panel has them; a hidden cell has its bounds."""
    cells = []
    for row in rows:
        date, persons = str(row["period_start"]), float(row.get("denominator", "nan"))
        cell = {"measure_id": row["measure_id"], "unit_id": row["unit_id"]}
        cell |= {"subgroup_id": row.get("subgroup_id", "all")}
        cell |= {"period": (int(date[:4]) - 2020) * 12 + int(date[5:7]) - 1}
        value = row["value"]
        cell |= {"outcome": np.nan if value is None else float(value)}
        cell |= {"person_count": np.nan, "denominator": persons}
        cell |= {"is_suppressed": row.get("status") == "suppressed"}
        for bound in ("lower_bound", "upper_bound"):
            cell |= {bound: float(row.get(bound, "nan")) / persons}
        cells.append(cell)
    return pd.DataFrame(cells)


def world_of(*parts: list[Row], dimensions: list[Row] = SEX) -> StudyTables:
    """The world with these parts; everyone gains half as much as women may."""
    rows = [*outcomes(-3.0, seed=1), *(row for one in parts for row in one)]
    return replace(base(), panel=panel_of(rows), subgroup=pd.DataFrame(dimensions))


def measured(tables: StudyTables, plan: Plan) -> dict[str, Effect]:
    found = measure_effects(tables, plan, world_study(), FACTS)
    return {effect.subgroup_id: effect for effect in found}


def waits(rows: list[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([row["value"] for row in rows]).reshape(-1, 24)


@pytest.fixture(scope="module")
def only_women_gain() -> dict[str, Effect]:
    plan = plan_by("sex")
    return measured(world_of(part("women", -6.0, 2), part("men", 0.0, 3)), plan)


def test_an_effect_that_lives_in_one_subgroup_is_found_there_and_not_in_the_other(
    only_women_gain: dict[str, Effect],
) -> None:
    women, men = only_women_gain["women"], only_women_gain["men"]
    assert (women.verdict, women.estimate) == ("improves", pytest.approx(-6.0, abs=0.7))
    assert men.verdict in {"inconclusive", "no_meaningful_effect"}
    assert men.estimate == pytest.approx(0.0, abs=0.7)
    assert {women.role, men.role} == {"secondary"}
    assert {women.effect_id, men.effect_id} == {"shorter_wait"}
    assert (women.part.dimension, women.part.level) == ("sex", "female")
    assert women.cost.spend is None


def test_the_difference_between_levels_is_the_jackknife_t_of_their_scalars(
    only_women_gain: dict[str, Effect],
) -> None:
    apart = waits(part("women", -6.0, 2)) - waits(part("men", 0.0, 3))
    scalar = apart[:, START : START + 6].mean(axis=1) - apart[:, :START].mean(axis=1)
    is_exposed = np.array([region in EXPOSED for region in REGIONS])
    exposed, rest = scalar[is_exposed], scalar[~is_exposed]
    first, second = exposed.var(ddof=1) / 9, rest.var(ddof=1) / 9
    error, df = np.sqrt(first + second), (first + second) ** 2 / (first**2 / 9 + second**2 / 9)
    gap = only_women_gain["all"].gaps[0]
    difference = exposed.mean() - rest.mean()
    assert gap.difference == pytest.approx(-difference if gap.apart == "male" else difference)
    assert gap.std_error == pytest.approx(error)
    assert gap.p_value == pytest.approx(2 * stats.t.sf(abs(difference) / error, df))


def test_the_question_for_everyone_is_answered_as_if_nobody_had_asked_by_subgroup(
    only_women_gain: dict[str, Effect],
) -> None:
    alone = measured(world_of(part("women", -6.0, 2), part("men", 0.0, 3)), world_plan())
    assert list(alone) == ["all"]
    everyone = only_women_gain["all"]
    assert everyone.diagnostics[:-1] == alone["all"].diagnostics
    same = everyone.model_copy(update={"gaps": [], "diagnostics": alone["all"].diagnostics})
    assert same == alone["all"]
    asked = everyone.diagnostics[-1]
    assert (asked.name, asked.status, asked.value) == (
        "interaction.sex",
        "FAIL",
        everyone.gaps[0].p_value,
    )


def test_the_gap_is_shown_before_and_after_in_both_arms(only_women_gain: dict[str, Effect]) -> None:
    means = {}
    for name, effect, seed in (("women", -6.0, 2), ("men", 0.0, 3)):
        series = waits(part(name, effect, seed))[:10]
        means[name] = series[:, :START].mean(), series[:, START : START + 6].mean()
        told = only_women_gain[name].part.means
        assert (told.exposed_before, told.exposed_after) == pytest.approx(means[name])
        change = (told.exposed_after or 0) - (told.exposed_before or 0)
        rest = (told.comparison_after or 0) - (told.comparison_before or 0)
        assert only_women_gain[name].estimate == pytest.approx(change - rest)
    gap = only_women_gain["all"].gaps[0].gap
    apart = [abs(means["women"][time] - means["men"][time]) for time in (0, 1)]
    assert (gap.exposed_before, gap.exposed_after) == pytest.approx(apart)


def test_levels_of_a_dimension_are_one_family_and_no_other_effect_is_in_it() -> None:
    parts = [part("old", -1.1, 4), part("mid", -1.0, 5), part("young", 0.0, 6)]
    plan = plan_by("age", "sex")
    found = measured(world_of(*parts, dimensions=[*SEX, *AGE]), plan)
    raw = []
    for rows in parts:
        one = [{**row, "subgroup_id": "all"} for row in rows]
        alone = replace(base(), panel=panel_of(one))
        plain = world_plan({"role": "secondary"})
        raw.append(measured(alone, plain)["all"].p_value or 0.0)
    adjusted = [found[row["subgroup_id"]].p_value for row in AGE if row["subgroup_id"] != "all"]
    by_name = dict(zip(("old", "mid", "young"), holm(raw), strict=True))
    assert adjusted == pytest.approx([by_name[row["subgroup_id"]] for row in AGE])
    assert list(found) == ["all", "mid", "old", "young"]


def test_the_level_that_differs_most_pays_for_all_levels_and_dimensions() -> None:
    parts = [part("old", -6.0, 4), part("mid", 0.0, 5), part("young", 0.0, 6)]
    plan = plan_by("age", "sex")
    found = measured(world_of(*parts, dimensions=[*SEX, *AGE]), plan)["all"]
    age, sex = found.gaps
    old, mid, young = (waits(rows) for rows in parts)
    apart = old - (mid + young) / 2
    scalar = apart[:, START : START + 6].mean(axis=1) - apart[:, :START].mean(axis=1)
    difference = scalar[:10].mean() - scalar[10:].mean()
    assert (age.apart, age.difference) == ("old", pytest.approx(difference))
    first, second = scalar[:10].var(ddof=1) / 9, scalar[10:].var(ddof=1) / 9
    df = (first + second) ** 2 / (first**2 / 9 + second**2 / 9)
    own = 2 * stats.t.sf(abs(difference) / np.sqrt(first + second), df)
    assert age.p_value == pytest.approx(min(1.0, 2 * 3 * own), rel=1e-6)
    assert (sex.p_value, sex.gap.exposed_before) == (None, None)
    states = {item.name: item.status for item in found.diagnostics}
    assert (states["interaction.age"], states["interaction.sex"]) == ("FAIL", "NOT_EVALUATED")


def test_small_and_empty_subgroups_say_what_they_lack() -> None:
    plan = plan_by("age")
    silent = [{**row, "value": None, "status": "missing"} for row in part("mid", 0.0, 5)]
    few = part("young", 0.0, 6, regions=REGIONS[7:12])
    found = measured(world_of(part("old", 0.0, 4), silent, few, dimensions=AGE), plan)
    assert (found["mid"].verdict, found["mid"].reasons) == ("not_evaluable", ["NO_OUTCOME"])
    assert (found["young"].verdict, found["young"].reasons) == ("not_evaluable", ["TOO_FEW_UNITS"])
    assert found["old"].estimate is not None
    assert found["all"].gaps[0].p_value is None
    assert found["mid"].part.means.exposed_before is None


def test_hidden_cells_are_counted_and_taken_at_their_worst() -> None:
    plan = plan_by("sex")
    women = part("women", -6.0, 2)
    hidden = {"status": "suppressed", "value": None, "lower_bound": 0, "upper_bound": 10}
    women[5] = {**women[5], **hidden, "denominator": 10}
    found = measured(world_of(women, part("men", 0.0, 3)), plan)
    assert found["women"].part.suppressed_share == pytest.approx(1 / 480)
    assert found["men"].part.suppressed_share == 0.0
    checks = {item.name: item.status for item in found["women"].diagnostics}
    assert checks["suppressed_extremes"] == "PASS"


def test_levels_that_live_in_different_clusters_are_compared_as_independent() -> None:
    plan = plan_by("sex")
    women = part("women", -6.0, 2, regions=[*REGIONS[:5], *REGIONS[10:15]])
    men = part("men", 0.0, 3, regions=[*REGIONS[5:10], *REGIONS[15:]])
    found = measured(world_of(women, men), plan)
    gap, parts = found["all"].gaps[0], [found["men"], found["women"]]
    estimates = [one.estimate or 0.0 for one in parts]
    errors = [one.std_error or 0.0 for one in parts]
    assert abs(gap.difference or 0.0) == pytest.approx(abs(estimates[0] - estimates[1]))
    assert gap.std_error == pytest.approx(np.hypot(*errors))
    assert gap.p_value is not None
    assert gap.p_value < 1e-3
    assert found["women"].part.means.exposed_before is not None


def test_one_level_alone_has_no_gap_and_no_test() -> None:
    plan = plan_by("sex")
    found = measured(world_of(part("women", -6.0, 2)), plan)
    assert list(found) == ["all", "women"]
    assert found["all"].gaps[0].model_dump(exclude={"dimension"}, exclude_defaults=True) == {}


def test_a_subgroup_keeps_everyones_controls_where_it_has_none_of_its_own() -> None:
    control = {"effect_id": "untouched", "measure_id": "other", "role": "negative_control"}
    plan = plan_by("sex", effects=({}, control), negative_controls=["other"])
    tables = world_of(part("women", -6.0, 2), part("men", 0.0, 3))
    copy = tables.panel[tables.panel["measure_id"] == "waiting"].assign(measure_id="other")
    both = replace(tables, panel=pd.concat([tables.panel, copy[copy["subgroup_id"] == "all"]]))
    found = measure_effects(both, plan, world_study(), FACTS)
    keys = [(effect.effect_id, effect.subgroup_id) for effect in found]
    assert keys == [
        ("shorter_wait", "all"),
        ("untouched", "all"),
        ("shorter_wait", "men"),
        ("shorter_wait", "women"),
    ]
    counted = {
        item.name: item.value for item in found[3].diagnostics if item.name == "negative_controls"
    }
    assert counted == {"negative_controls": 1.0}


def test_a_subgroup_is_no_open_question_of_the_design() -> None:
    plan = plan_by("sex")
    tables = world_of(part("women", 0.2, 2), part("men", 0.0, 3))
    found = measure_effects(tables, plan, world_study(), FACTS)
    open_ones = open_questions(found, tables, plan, world_study())
    assert {one.effect.subgroup_id for one in open_ones} <= {"all"}


def test_one_exposed_region_is_compared_by_permutation() -> None:
    plan = plan_by("sex")
    rows = [{"initiative_id": "i1", "unit_id": "r00", "start_date": "2021-01-01"}]
    few = REGIONS[:9]
    parts = [*outcomes(seed=1), *part("women", -6.0, 2, few), *part("men", 0.0, 3, few)]
    tables = world_tables(plan, outcome=parts, subgroup=SEX, exposure=rows)
    gap = measured(tables, plan)["all"].gaps[0]
    assert gap.p_value is not None
    assert gap.p_value >= 2 / 9 - 1e-9


def test_persons_in_a_trial_are_compared_with_their_like_only() -> None:
    """Even regions hold women, odd ones men; exposed regions were drawn by lot in each."""
    plan = plan_by("sex")
    rng = np.random.default_rng(8)
    drawn = REGIONS[:5] + REGIONS[10:15]
    effects = {"women": -6.0, "men": 0.0}
    rows: list[Row] = []
    for number, region in enumerate(REGIONS):
        name = "women" if number % 2 == 0 else "men"
        value = 60 + rng.normal() + effects[name] * (region in drawn)
        first = {"unit_id": region, "period_start": "2020-01-01", "value": value}
        rows += [{**first, "subgroup_id": group} for group in ("all", name)]
    exposure: list[Row] = [
        {
            "initiative_id": "i1",
            "unit_id": region,
            "start_date": "2020-01-01",
            "assignment": "randomised",
            "dose": float(region in drawn),
        }
        for region in REGIONS
    ]
    given = {"outcome": rows, "subgroup": SEX, "exposure": exposure, "engagement": []}
    found = measured(world_tables(plan, **given), plan)
    assert (found["women"].method, found["women"].missing_share) == ("randomised", 0.0)
    assert found["women"].estimate == pytest.approx(-6.0, abs=1.5)
    assert (found["women"].exposed_count, found["women"].comparison_count) == (6, 4)
    means = found["women"].part.means
    assert means.exposed_before is None
    assert (means.exposed_after or 0) - (means.comparison_after or 0) == pytest.approx(
        found["women"].estimate
    )
    assert found["all"].gaps[0].p_value is not None
    assert found["all"].gaps[0].p_value < 0.01


def test_levels_that_all_start_before_the_window_have_no_means() -> None:
    plan = plan_by("sex")
    rows = [
        {"initiative_id": "i1", "unit_id": name, "start_date": "2019-01-01"} for name in EXPOSED
    ]
    parts = [*outcomes(seed=1), *part("women", 0.0, 2), *part("men", 0.0, 3)]
    found = measured(world_tables(plan, outcome=parts, subgroup=SEX, exposure=rows), plan)
    assert found["women"].verdict == "not_evaluable"
    assert found["women"].part.means.exposed_before is None

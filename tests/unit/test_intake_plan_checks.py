"""A plan that asks for what is not there says so; settings without effect are named."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from intake.plan_checks import unused_settings
from intake.problems import Rejected
from intake.study import load_plan, read_study
from intake.validate import require_plan_names, validate_study
from tests.intake_world import PLAN, WORLD, engine, write_study


def write_plan(folder: Path, effect: dict[str, Any] | None = None, **keys: Any) -> Path:
    plan: dict[str, Any] = {**copy.deepcopy(PLAN), **keys}
    plan["effects"][0] |= effect or {}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan))
    return folder


def refusals(folder: Path) -> list[tuple[str | None, str]]:
    with pytest.raises(Rejected) as caught:
        load_plan(folder)
    assert all(problem.row for problem in caught.value.problems)
    return [(problem.column, problem.remedy) for problem in caught.value.problems]


def exclusion(table: str, column: str) -> dict[str, Any]:
    return {"table": table, "where": {column: ["x"]}, "reason": "known to be wrong"}


def test_an_exclusion_names_a_table_and_a_column_that_exist(tmp_path: Path) -> None:
    wrong = [
        exclusion("outcomes", "unit_id"),
        exclusion("engagement", "unit_id"),
        exclusion("outcome", "unit"),
        exclusion("exposure", "zzzz"),
        exclusion("outcome", "unit_id"),
    ]
    assert refusals(write_plan(tmp_path, exclusions=wrong)) == [
        ("exclusions.0.table", "did you mean outcome?"),
        ("exclusions.1.table", "use one of outcome, exposure"),
        ("exclusions.2.where.unit", "did you mean unit_id?"),
        ("exclusions.3.where.zzzz", "see exposure in docs/data_dictionary.md"),
    ]


def test_units_are_selected_by_columns_of_the_unit_table(tmp_path: Path) -> None:
    folder = write_plan(tmp_path, {"units": {"where": {"region": ["US-CA"]}}})
    assert refusals(folder) == [("effects.0.units.region", "did you mean region_code?")]


def test_an_outcome_is_no_covariate_of_itself(tmp_path: Path) -> None:
    told = [("effects.0.covariates", "name another measure, or none")]
    assert refusals(write_plan(tmp_path / "a", {"covariates": ["age", "delay"]})) == told
    shared = write_plan(tmp_path / "b", analysis={"covariates": ["delay"]})
    assert refusals(shared) == told
    others = write_plan(tmp_path / "c", analysis={"covariates": ["age"]})
    assert load_plan(others) is not None


def test_a_plan_that_names_a_measure_or_initiative_of_no_table_is_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path, WORLD)
    write_plan(folder, {"measure_id": "delays", "negative_controls": ["delay", "nothing"]})
    found = validate_study(folder, engine())
    assert [(p.column, p.outcome) for p in found.problems] == [
        ("effects.0.measure_id", "REJECT_FILE"),
        ("effects.0.negative_controls", "REJECT_FILE"),
    ]
    assert found.is_rejected
    with pytest.raises(Rejected) as refused:
        require_plan_names(folder, engine())
    assert list(refused.value.problems) == [p for p in found.problems if p.rule == "plan_id"]


def test_a_dimension_that_no_subgroup_has_is_refused(tmp_path: Path) -> None:
    subgroups = {"subgroup.csv": "subgroup_id,dimension,level\nwomen,sex,female\n"}
    folder = write_study(tmp_path, {**WORLD, **subgroups})
    write_plan(folder, subgroups=["sexe", "sex", "income"])
    found = [p for p in validate_study(folder, engine()).problems if p.rule == "plan_id"]
    assert [(p.column, p.outcome, p.remedy) for p in found] == [
        ("subgroups.0", "REJECT_FILE", "did you mean sex?"),
        ("subgroups.2", "REJECT_FILE", "add its levels to subgroup"),
    ]


def test_a_dimension_in_a_study_without_subgroups_is_warned_of(tmp_path: Path) -> None:
    folder = write_study(tmp_path, WORLD)
    write_plan(folder, subgroups=["sex"])
    found = [p for p in validate_study(folder, engine()).problems if p.rule == "plan_id"]
    assert [(p.column, p.outcome) for p in found] == [("subgroups.0", "WARN")]
    require_plan_names(folder, engine())


def test_ids_are_not_held_against_tables_that_cannot_be_read(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {**WORLD, "measure.csv": ""})
    write_plan(folder, {"measure_id": "delays"})
    assert "plan_id" not in {p.rule for p in validate_study(folder, engine()).problems}


def test_settings_without_effect_are_named(tmp_path: Path) -> None:
    folder = write_study(
        tmp_path,
        WORLD,
        engine="pyspark",
        partner_level="parent",
        indicators=["q3.retention"],
        requirements={"meeting": ["approval"]},
    )
    effect = {
        "comparison": "not_yet_exposed",
        "covariates": ["age"],
        "assignment": {"basis": "randomised", "reason": "drawn by lot"},
        "exposure_rule": {"carry_over": 0.5},
    }
    write_plan(folder, effect, subgroups=["sex"])
    notes = unused_settings(folder, read_study(folder), load_plan(folder))
    assert {note.outcome for note in notes} == {"WARN"}
    assert [note.column for note in notes] == [
        "engine",
        "assignment: randomised (the exposure table says it)",
        "carry_over",
    ]


def test_defaults_are_not_spoken_of(tmp_path: Path) -> None:
    folder = write_study(tmp_path, WORLD)
    study = read_study(folder)
    assert unused_settings(folder, study, None) == []
    assert unused_settings(folder, study, load_plan(write_plan(folder))) == []


def study_refusals(folder: Path) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(Rejected) as caught:
        read_study(folder)
    return [(problem.row, problem.column, problem.remedy) for problem in caught.value.problems]


def test_an_unknown_indicator_is_an_error_with_the_nearest_id(tmp_path: Path) -> None:
    folder = write_study(tmp_path, WORLD, indicators=["q3.retension", "q3.pairs", "zzzz"])
    text = (folder / "study.yaml").read_text(encoding="utf-8").splitlines()
    assert study_refusals(folder) == [
        (text.index("- q3.retension") + 1, "indicators.0", "did you mean q3.retention?"),
        (text.index("- zzzz") + 1, "indicators.2", "see Indicators in docs/data_dictionary.md"),
    ]


def test_an_unknown_requirement_or_activity_is_an_error_with_the_nearest_word(
    tmp_path: Path,
) -> None:
    wrong = {"meeting": ["aproval", "agreement"], "core_grants": ["approval"]}
    folder = write_study(tmp_path, WORLD, requirements=wrong)
    assert [refusal[1:] for refusal in study_refusals(folder)] == [
        ("requirements.meeting.0", "did you mean approval?"),
        ("requirements.core_grants", "did you mean core_grant?"),
    ]


def test_a_word_that_is_like_none_is_to_be_corrected(tmp_path: Path) -> None:
    folder = write_study(tmp_path, WORLD, requirements={"meeting": ["zzzz"]})
    assert [refusal[1:] for refusal in study_refusals(folder)] == [
        ("requirements.meeting.0", "correct it")
    ]

"""Checks of a core table: an error stops the run, a row set aside is a warning with its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import ibis
import pytest

from assets.checks import contract_result, rows_of, set_aside_result, told
from assets.failures import telling
from intake.problems import Problem, Rejected
from intake.reasons import quarantine_problems
from intake.study import load_study
from tests.intake_world import built, write_study

UNITS = (
    "unit_id,name,unit_type,population\nn,North,region,many\ns,South,region,-5\ne,East,region,7\n"
)


def problem(row: int | None, *rows: int) -> Problem:
    count = len(rows) or 1
    return Problem(
        "a.csv", row, "value", "number", "is no number", "correct it", count=count, rows=rows
    )


@pytest.fixture
def run(tmp_path: Path) -> SimpleNamespace:
    folder = write_study(tmp_path / "study", {"unit.csv": UNITS})
    kept: dict[str, Any] = {}

    def record_check(name: str, passed: bool, detail: Mapping[str, Any]) -> None:
        kept[name] = (passed, dict(detail))

    return SimpleNamespace(
        folder=folder,
        study=load_study(folder),
        kept=kept,
        record_check=record_check,
        published_check=lambda _: None,
    )


def test_rows_set_aside_are_a_warning_in_the_words_of_validate(run: SimpleNamespace) -> None:
    quarantine = built(run.folder, "unit").quarantine
    result = set_aside_result(run, "unit_rows_set_aside", quarantine)
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    expected = [str(one) for one in quarantine_problems(run.study, quarantine)]
    assert result.description == "\n".join(expected)
    assert "unit.csv:2:population" in str(result.description)
    assert "unit.csv:3:population" in str(result.description)
    assert "many" not in str(result)
    assert not run.kept


def test_a_table_without_a_row_set_aside_passes(run: SimpleNamespace) -> None:
    quarantine = built(run.folder, "unit").quarantine
    result = set_aside_result(run, "unit_rows_set_aside", quarantine.filter(quarantine.rule == ""))
    assert result.passed
    assert result.description == "No row was set aside."


def test_accepted_rows_are_checked_and_the_result_is_kept_for_the_audit(
    run: SimpleNamespace,
) -> None:
    accepted = built(run.folder, "unit").accepted
    assert contract_result(run, "unit", "core_unit_is_valid", accepted).passed
    assert run.kept == {"core_unit_is_valid": (True, {"rules_broken": []})}
    worse = accepted.mutate(unit_id=accepted.unit_id.nullif("e"))
    result = contract_result(run, "unit", "core_unit_is_valid", worse)
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.ERROR
    assert not run.kept["core_unit_is_valid"][0]


def test_what_is_published_is_not_checked_twice(run: SimpleNamespace) -> None:
    run.published_check = lambda _: {"rules_broken": []}
    assert contract_result(run, "unit", "core_unit_is_valid", ibis.memtable({"a": [1]})).passed


def test_many_problems_are_counted() -> None:
    lines = told([problem(row) for row in range(2, 15)]).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "... and 3 more: advocacy validate lists them."


def test_rows_are_those_of_the_spreadsheet() -> None:
    assert rows_of(problem(None)) == ""
    assert rows_of(problem(7)) == "7"
    assert rows_of(problem(2, 2, 3)) == "2, 3"
    assert rows_of(problem(2, *range(2, 14))) == "2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (12 in all)"


def test_a_refusal_fails_a_run_with_its_rule_and_rows() -> None:
    with pytest.raises(dg.Failure) as failed, telling():
        raise Rejected([problem(2, 2, 9)])
    assert failed.value.description == "a.csv:2:value  is no number in 2 rows: 2, 9 · correct it"
    table = failed.value.metadata["problems"]
    assert isinstance(table, dg.TableMetadataValue)
    record = dict(table.records[0].data)
    assert [record["rule"], record["rows"], record["where"]] == ["number", "2, 9", "a.csv:value"]
    assert json.dumps(record)

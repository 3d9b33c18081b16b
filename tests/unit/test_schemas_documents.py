"""Generated documents are current, and the file models refuse what the design refuses."""

import json
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from schemas.dictionary import data_dictionary, documents, main, stale
from schemas.findings import Findings, RowAccount
from schemas.indicators import INDICATORS
from schemas.plan import Plan
from schemas.registry import TABLES
from schemas.study import Source, Study, Window
from schemas.thresholds import Thresholds

ROOT = Path(__file__).resolve().parents[2]
STUDY: dict[str, Any] = {
    "study_id": "small",
    "title": "Small",
    "period": "year",
    "window": {"start": "2000-01-01", "end": "2009-12-31"},
    "as_of": "2010-01-01",
    "currency": "EUR",
    "sources": [{"table": "unit", "path": "unit.csv"}],
}
EFFECT = {
    "effect_id": "e",
    "initiative_id": "i",
    "measure_id": "m",
    "smallest_worthwhile_effect": 1.0,
}


def test_generated_documents_are_current() -> None:
    assert stale(ROOT) == []


def test_the_dictionary_has_every_column_and_rule() -> None:
    text = data_dictionary()
    for spec in TABLES.values():
        assert f"## {spec.name}" in text
        for column in spec.columns:
            assert column.description in text
    assert "share sums to at most 1 within each engagement_id" in text
    assert "rows of the same initiative_id and unit_id do not overlap" in text
    assert "default 1" in text


def test_the_dictionary_has_every_indicator_with_its_parts_and_needs() -> None:
    text = data_dictionary()
    for spec in INDICATORS.values():
        section = text.split(f"## `{spec.indicator_id}`: {spec.name}\n")[1].split("\n## ")[0]
        assert spec.definition in section
        assert spec.numerator == "-" or f"- Numerator: {spec.numerator}\n" in section
        assert spec.denominator == "-" or f"- Denominator: {spec.denominator}\n" in section
        assert all(f"`{name}`" in section for name in (*spec.fields, *spec.optional))
    assert "METHODS" not in text


def test_stale_documents_are_named_and_rewritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 1
    assert "schemas/json/plan.json is not current" in capsys.readouterr().out
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "docs" / "data_dictionary.md").write_text("old")
    assert [path.name for path in stale(tmp_path)] == ["data_dictionary.md"]


def test_the_command_checks_this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["dictionary", "--check"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(ROOT / "schemas" / "dictionary.py"), run_name="__main__")
    assert caught.value.code == 0


def test_json_schemas_are_valid_and_take_what_the_models_take() -> None:
    for path, text in documents(ROOT).items():
        if path.suffix == ".json":
            jsonschema.Draft202012Validator.check_schema(json.loads(text))
    schema = json.loads((ROOT / "schemas" / "json" / "study.json").read_text())
    jsonschema.validate(STUDY, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**STUDY, "periode": "year"}, schema)


def test_a_window_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="must not be after"):
        Window.model_validate({"start": "2001-01-02", "end": "2001-01-01"})


@pytest.mark.parametrize("origin", [{}, {"path": "a.csv", "connection": "x"}])
def test_a_source_has_one_origin(origin: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either path or connection"):
        Source.model_validate({"table": "unit", **origin})


def test_a_study_without_small_cells_is_refused() -> None:
    assert Study.model_validate(STUDY).small_cell == 11
    with pytest.raises(ValidationError):
        Study.model_validate({**STUDY, "small_cell": 4})


def test_each_effect_has_its_own_complete_analysis() -> None:
    own = {**EFFECT, "effect_id": "f", "alpha": 0.1, "analysis": {"seed": 3}}
    plan = Plan.model_validate({"effects": [EFFECT, own], "analysis": {"alpha": 0.01}})
    assert [effect.analysis.alpha for effect in plan.effects] == [0.01, 0.1]
    assert plan.effects[1].analysis.seed == 3


@pytest.mark.parametrize(
    "plan",
    [
        [],
        {},
        {"effects": "e"},
        {"effects": [1]},
        {"effects": [EFFECT], "analysis": [1]},
        {"effects": [EFFECT, EFFECT]},
        {"effects": [{**EFFECT, "smallest_worthwhile_effect": None}]},
        {"effects": [{**EFFECT, "horizon": [3, 1]}]},
        {"effects": [{**EFFECT, "horizon": [-1, 1]}]},
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(plan: object) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(plan)


def test_a_secondary_effect_needs_no_threshold() -> None:
    effect = {**EFFECT, "role": "secondary", "smallest_worthwhile_effect": None}
    plan = Plan.model_validate({"effects": [{**effect, "horizon": [0, 3]}]})
    assert plan.effects[0].analysis.horizon == (0, 3)


def test_the_donut_is_never_shorter_than_the_anticipation() -> None:
    thresholds = Thresholds()
    assert [thresholds.donut(length) for length in ("month", "quarter", "year")] == [6, 2, 1]
    assert thresholds.donut("year", anticipation=3) == 3


def test_an_account_balances_when_every_row_is_somewhere() -> None:
    counts = {"read": 10, "accepted": 4, "quarantined": 3, "superseded": 2, "out_of_window": 1}
    assert RowAccount(table="unit", source_file="u.csv", **counts).is_balanced
    lost = RowAccount(table="unit", source_file="u.csv", **{**counts, "read": 11})
    assert not lost.is_balanced


def test_findings_refuse_numbers_that_are_not_finite() -> None:
    assert Findings.model_config["allow_inf_nan"] is False

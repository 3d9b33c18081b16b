"""What the Dagster catalog shows: counts, numbers, verdicts, and no row that tells of few."""

import base64
import hashlib
from pathlib import Path

import dagster as dg
import pandas as pd

from assets.catalog import core_schema, effect_schema, model_schema, quarantine_schema
from assets.described import (
    describe,
    describe_file,
    describe_findings,
    effect_numbers,
    preview,
    suppressed,
    verdict_table,
)
from assets.run import Effects, Indicators, Notes, RowAccounts
from intake.core import QUARANTINE_COLUMNS
from schemas.effect import effect_estimates
from schemas.panel import Panel
from schemas.registry import TABLES
from tests.findings_samples import accounts, empty, portfolio, spend, tobacco_effect


def test_every_column_of_an_effect_table_says_what_it_is_and_of_which_type() -> None:
    tables = ("effect_estimate", "effect_interval", "effect_event_study", "effect_diagnostic")
    for name in tables:
        columns = {column.name: column for column in effect_schema(name).columns}
        assert all(column.description for column in columns.values()), name
        assert columns["effect_id"].type == "string"
    types = {column.name: column.type for column in effect_schema("effect_estimate").columns}
    expected = {"method": "string", "spend": "number", "mde": "number", "exposed_count": "integer"}
    assert {name: types[name] for name in expected} == expected


def panel_of(persons: list[float | None], *, hidden: bool = False) -> pd.DataFrame:
    count = len(persons)
    frame = pd.DataFrame(
        {
            "measure_id": ["waiting"] * count,
            "unit_id": [f"unit {place}" for place in range(count)],
            "subgroup_id": ["all"] * count,
            "period": range(count),
            "outcome": [0.5] * count,
            "person_count": persons,
            "denominator": persons,
            "is_suppressed": [hidden] * count,
            "lower_bound": [None] * count,
            "upper_bound": [None] * count,
        }
    )
    return frame.astype({"person_count": float, "denominator": float, "lower_bound": float})


def test_cells_of_few_persons_are_not_in_the_preview() -> None:
    shown = suppressed(panel_of([10.0, 11.0, 1.0, None, 500.0]), small_cell=11)
    assert shown["outcome"].notna().tolist() == [False, True, False, False, True]
    assert shown["person_count"].notna().tolist() == [False, True, False, False, True]
    assert suppressed(panel_of([500.0], hidden=True), 11)["outcome"].isna().all()


def test_the_preview_names_no_unit_and_has_ten_rows() -> None:
    told = describe("panel", panel_of([500.0] * 30), small_cell=11)["preview"]
    assert isinstance(told, dg.TableMetadataValue)
    assert len(told.records) == 10
    assert "unit_id" not in told.records[0].data
    assert told.records[0].data["period"] == 0
    assert "unit 0" not in str(told)


def test_tables_beside_the_panel_show_columns_and_no_row() -> None:
    told = describe("panel_unit", pd.DataFrame({"unit_id": ["north"]}), small_cell=11)
    assert list(told) == ["dagster/column_schema"]
    assert "north" not in str(told)


def test_effects_are_numbers_that_can_be_plotted() -> None:
    effect = tobacco_effect()
    told = effect_numbers([effect])
    assert told[f"{effect.effect_id} estimate"].value == effect.estimate
    assert all(
        isinstance(value, dg.FloatMetadataValue) for key, value in told.items() if key != "verdicts"
    )
    assert describe("effects", Effects(effects=[effect]), 11) == told


def test_verdicts_are_a_table_in_the_order_of_the_plan() -> None:
    effects = portfolio().effects
    lines = verdict_table(effects).splitlines()
    assert len(lines) == 2 + len(effects)
    assert all(effect.effect_id in line for effect, line in zip(effects, lines[2:], strict=True))
    assert verdict_table([]) == "No effect is planned."
    odd = effects[0].model_copy(
        update={"unit_label": "a|b", "estimate": None, "subgroup_id": "sex_f", "certainty": None}
    )
    assert "[sex_f] | none |" in verdict_table([odd])
    no_range = effects[0].model_copy(update={"unit_label": "a|b", "ci_low": None})
    assert "a\\|b" in verdict_table([no_range])


def test_findings_carry_the_forest_plot_as_an_image() -> None:
    told = describe_findings(portfolio())
    image = told["forest_plot"]
    assert isinstance(image, dg.MarkdownMetadataValue)
    drawing = base64.b64decode(str(image.md_str).split("base64,")[1].removesuffix(")"))
    assert drawing.startswith(b"<svg")
    assert told["headline"].value == portfolio().headline.text
    assert "forest_plot" not in describe("findings", empty(), small_cell=11)


def test_a_file_has_its_size_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"<html>")
    told = describe_file(path)
    assert told["size_in_bytes"].value == 6
    assert told["sha256"].value == hashlib.sha256(b"<html>").hexdigest()


def test_accounts_are_counted_in_all_and_by_file() -> None:
    made = RowAccounts(accounts=accounts(unit=10, outcome=100), known_inputs=[])
    told = describe("row_accounts", made, small_cell=11)
    assert told["rows_read"].value == 10 + 100
    assert told["rows_quarantined"].value == 1
    by_file = told["by_file"]
    assert isinstance(by_file, dg.TableMetadataValue)
    assert len(by_file.records) == 2
    assert "by_file" not in describe("x", RowAccounts(accounts=[], known_inputs=[]), 11)


def test_notes_and_indicators_are_told() -> None:
    assert describe("input_notes", Notes(notes=["one"]), 11)["notes"].value == "- one"
    assert describe("input_notes", Notes(notes=[]), 11)["notes"].value == "Nothing to tell."
    made = Indicators(indicators=[spend("q1.spend", 1.0)])
    told = describe("indicators", made, small_cell=11)
    assert [told["evaluated"].value, told["not_evaluated"].value] == [1, 0]
    assert describe("report", "<html>", small_cell=11) == {}


def test_empty_cells_are_null_in_a_preview() -> None:
    told = preview(pd.DataFrame({"n": [1.5, None], "words": ["a", None]}))
    assert isinstance(told, dg.TableMetadataValue)
    assert [record.data for record in told.records] == [
        {"n": 1.5, "words": "a"},
        {"n": None, "words": None},
    ]


def test_the_catalog_reads_columns_off_the_models() -> None:
    columns = {column.name: column for column in core_schema("engagement").columns}
    assert tuple(columns) == TABLES["engagement"].column_names
    assert any("one of advocacy" in rule for rule in columns["kind"].constraints.other)
    assert not columns["engagement_id"].constraints.nullable
    assert "Unit" not in str(columns["engagement_id"].description)
    assert "Unit" in str(columns["staff_hours"].description)
    assert [column.name for column in quarantine_schema().columns] == list(QUARANTINE_COLUMNS)
    names = [column.name for column in model_schema(Panel).columns]
    assert names == list(Panel.to_schema().columns)
    types = {column.name: column.type for column in effect_schema("effect_estimate").columns}
    assert tuple(types) == tuple(effect_estimates([]).columns)
    assert [types["estimate"], types["exposed_count"], types["verdict"]] == [
        "number",
        "integer",
        "string",
    ]

"""Public standards load without reshaping; samples are made by hand, see their README."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from intake.core import CoreTables
from intake.mapping_checks import mapping_problems
from intake.presets import load_preset, preset_names
from intake.problems import Rejected
from intake.read import source_notes
from intake.study import load_study, read_study
from schemas.study import Mapping
from tests.intake_world import built, only_problem, reasons, rows, write_study

SAMPLES = Path(__file__).parents[1] / "golden" / "data" / "presets"
SETTINGS = {"window": {"start": "2010-01-01", "end": "2024-12-31"}, "as_of": "2025-01-01"}


def sample(folder: Path, preset: str, currency: str, *tables: str, **more: Any) -> Path:
    """A study of a preset's sample; `more` extends the mapping of its last table."""
    mappings: list[Any] = [preset] * len(tables)
    if more:
        mappings[-1] = {"preset": preset, **more}
    sources = [
        {"table": table, "path": f"{preset}.csv", "mapping": mapping}
        for table, mapping in zip(tables, mappings, strict=True)
    ]
    write_study(folder, {}, sources=sources, currency=currency, **SETTINGS)
    shutil.copy(SAMPLES / f"{preset}.csv", folder)
    return folder


def column(tables: CoreTables, name: str) -> list[Any]:
    """One column of the accepted rows."""
    return [row[name] for row in rows(tables.accepted)]


def test_disclosures_to_patient_organisations_load(tmp_path: Path) -> None:
    folder = sample(tmp_path, "efpia_po", "CHF", "partner", "engagement")
    found = built(folder, "engagement", "partner")
    assert column(found, "amount_reporting") == [Decimal(5000), Decimal("1421.238")]
    assert column(found, "partner_id") == ["10", "10"]
    assert column(found, "date_precision") == ["year", "year"]
    assert reasons(found) == [(4, None, "where", "out_of_window")]


def test_open_payments_to_teaching_hospitals_load_and_those_to_persons_do_not(
    tmp_path: Path,
) -> None:
    folder = sample(tmp_path, "open_payments_general", "USD", "partner", "engagement")
    found = built(folder, "engagement", "partner")
    assert column(found, "start_date") == [
        dt.date(2023, 3, 4),
        dt.date(2023, 12, 31),
        dt.date(2023, 1, 2),
    ]
    assert column(found, "activity_type") == [
        "project_grant",
        "contracted_service",
        "contracted_service",
    ]
    assert column(found, "is_product_linked") == [False, True, False]
    assert sum(column(found, "amount_reporting")) == Decimal("5262.84")
    assert reasons(found) == [(5, None, "where", "out_of_window")]


def test_grants_load_with_dates_as_precise_as_they_are(tmp_path: Path) -> None:
    tables = ("partner", "initiative", "engagement")
    folder = sample(tmp_path, "threesixtygiving", "GBP", *tables)
    found = built(folder, "engagement", "partner", "initiative")
    assert column(found, "start_date") == [
        dt.date(2021, 4, 3),
        dt.date(2022, 11, 30),
        dt.date(2022, 1, 1),
    ]
    assert column(found, "agreement_start") == [dt.date(2021, 5, 1), dt.date(2022, 12, 1), None]
    assert column(found, "agreement_end") == [dt.date(2023, 12, 31), dt.date(2023, 11, 30), None]
    assert column(found, "initiative_id") == ["EX-1"] * 3
    assert reasons(found) == []


def test_a_recipient_under_two_names_is_one_partner(tmp_path: Path) -> None:
    found = built(sample(tmp_path, "threesixtygiving", "GBP", "partner"), "partner")
    assert column(found, "name") == ["Example Patients' Association", "Example Carers Scotland"]


def test_results_of_aid_load_as_outcomes(tmp_path: Path) -> None:
    folder = sample(tmp_path, "iati_results", "USD", "measure", "unit", "outcome")
    found = built(folder, "outcome", "measure", "unit")
    assert len(column(found, "value")) == 12
    assert column(found, "value")[:3] == [120.0, 90.0, None]
    assert column(found, "status")[:3] == ["observed", "observed", "missing"]
    assert len(set(column(found, "measure_id"))) == 2
    assert reasons(found) == []


def test_a_measure_says_which_way_is_better(tmp_path: Path) -> None:
    found = built(sample(tmp_path, "iati_results", "USD", "measure"), "measure")
    assert column(found, "direction") == ["lower_better", "higher_better"]
    assert column(found, "unit_label") == ["units", "percent"]


def test_a_study_extends_a_preset(tmp_path: Path) -> None:
    more = {
        "constants": {"activity_type": "core_grant"},
        "columns": {"partner_id": "payment_receiver_cluster_ID"},
        "where": {"year": ["2015"]},
        "format": {"nulls": {"purpose": ["Brochure"]}},
    }
    found = built(sample(tmp_path, "efpia_po", "CHF", "engagement", **more), "engagement")
    (row,) = rows(found.accepted)
    assert (row["partner_id"], row["activity_type"], row["purpose"]) == ("12", "core_grant", None)
    assert row["amount_reporting"] == Decimal("1421.238")


def test_what_a_study_says_of_a_column_replaces_what_the_preset_says(tmp_path: Path) -> None:
    more = {"constants": {"start_date": "2014-02-03", "date_precision": "day"}, "rows": "all"}
    folder = sample(tmp_path, "efpia_po", "CHF", "engagement", **more)
    mapping = read_study(folder).sources[0].mapping
    assert isinstance(mapping, Mapping)
    assert (mapping.preset, "start_date" in mapping.derive) == ("efpia_po", False)
    assert column(built(folder, "engagement"), "start_date") == [dt.date(2014, 2, 3)] * 2


def test_columns_of_another_table_are_no_warning(tmp_path: Path) -> None:
    folder = sample(tmp_path, "efpia_po", "CHF", "partner", "engagement")
    study = load_study(folder)
    assert source_notes(folder, study, "partner") == []
    assert "fees" in {note.column for note in source_notes(folder, study, "engagement")}


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_names_columns_that_exist(name: str) -> None:
    preset = load_preset(name)
    found = [mapping_problems(table, mapping) for table, mapping in preset.tables.items()]
    assert found == [[]] * len(preset.tables)


@pytest.mark.parametrize(
    ("mapping", "table", "told"),
    [
        ("efpia", "engagement", "did you mean efpia_po?"),
        ("zzz", "engagement", "use one of efpia_po, iati_results"),
        ({"preset": "efpia_po"}, "unit", "the preset efpia_po does not fill unit"),
    ],
)
def test_a_preset_that_is_not_there_is_refused(
    tmp_path: Path, mapping: Any, table: str, told: str
) -> None:
    sources = [{"table": table, "path": "a.csv", "mapping": mapping}]
    folder = write_study(tmp_path, {"a.csv": "x\n"}, sources=sources)
    with pytest.raises(Rejected) as caught:
        load_study(folder)
    assert told in str(only_problem(caught.value))


def test_a_missing_file_of_two_tables_is_one_problem(tmp_path: Path) -> None:
    folder = sample(tmp_path, "efpia_po", "CHF", "partner", "engagement")
    (folder / "efpia_po.csv").rename(folder / "README.md")
    with pytest.raises(Rejected) as caught:
        load_study(folder)
    assert "README.md beside it" in only_problem(caught.value).remedy

"""Sheets of one workbook are sources of their own: each has its name, its rows and its account."""

from pathlib import Path
from typing import Any

import pytest

from intake.digests import known_inputs
from intake.problems import Rejected
from intake.read import read_raw
from intake.study import load_study
from intake.validate import validate_study
from schemas.findings import InputDigest
from tests.intake_world import built, engine, write_study
from tests.workbooks import sheet, write_workbook

UNIT = ["unit_id", "name", "unit_type"]
NEED = ["product_id", "event", "event_date"]
SURVEY = ["partner_id", "wave", "item_id", "score", "scale_max"]


def source(table: str, name: str | None) -> dict[str, Any]:
    style = {"format": {"sheet": name}} if name else {}
    return {"table": table, "path": "book.xlsx", "mapping": style}


def book(folder: Path, sheets: dict[str, list[list[str]]], *sources: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = {name: sheet(dict(enumerate(rows, start=1))) for name, rows in sheets.items()}
    write_workbook(folder / "book.xlsx", made)
    return write_study(folder, {}, sources=list(sources))


def test_each_sheet_has_an_account_and_defects_of_its_own(tmp_path: Path) -> None:
    sheets = {
        "North": [UNIT, ["n", "N", "region"], ["m", "M", "regio"]],
        "South": [UNIT, ["s", "S", "region"]],
        "Events": [NEED, ["p", "launch", "2001-02-30"]],
    }
    sources = [source("unit", "North"), source("unit", "South"), source("product_event", "Events")]
    found = validate_study(book(tmp_path, sheets, *sources), engine())
    accounts = {(a.table, a.source_file): (a.read, a.accepted) for a in found.tables}
    assert accounts == {
        ("unit", "book.xlsx#North"): (2, 1),
        ("unit", "book.xlsx#South"): (1, 1),
        ("product_event", "book.xlsx#Events"): (1, 0),
    }
    told = {(p.source_file, p.row, p.column) for p in found.problems if p.row is not None}
    assert told == {
        ("book.xlsx#North", 3, "unit_type"),
        ("book.xlsx#Events", 2, "event_date"),
    }


def test_one_sheet_is_not_read_twice_into_one_table(tmp_path: Path) -> None:
    folder = book(tmp_path, {"A": [UNIT, ["n", "N", "region"]]}, *[source("unit", "A")] * 2)
    with pytest.raises(Rejected) as caught:
        load_study(folder)
    (problem,) = caught.value.problems
    assert problem.message == "book.xlsx#A is read twice into unit"


def log(*days: str) -> list[list[str]]:
    header = [
        "measure_id",
        "unit_id",
        "period_start",
        "subgroup_id",
        "value",
        "status",
        "recorded_date",
    ]
    return [header, *(["delay", "n", "2001-01-01", "all", "5", "observed", day] for day in days)]


def known(folder: Path, *days: str) -> list[InputDigest]:
    """What is known of a workbook with a log in two sheets, the second with these rows."""
    folder.mkdir(parents=True)
    sources = [source("outcome", "Old"), source("outcome", "New")]
    measure = "measure_id,name,unit_label,direction,family\ndelay,D,days,lower_better,clinical\n"
    files = {"unit.csv": "unit_id,name,unit_type\nn,N,region\n", "measure.csv": measure}
    tables = [{"table": name.split(".")[0], "path": name} for name in files]
    book(folder, {"Old": log("2001-02-01"), "New": log(*days)})
    study = load_study(write_study(folder, files, sources=[*tables, *sources]))
    names = ("measure", "unit", "outcome")
    raw = {name: read_raw(engine(), folder, study, name) for name in names}
    core = {name: built(folder, name) for name in names[:2]}
    core["outcome"] = built(folder, "outcome", "measure", "unit")
    quarantine = {name: tables.quarantine for name, tables in core.items()}
    return [one for one in known_inputs(folder, study, raw, quarantine) if "book" in one.path]


def test_what_is_known_of_a_workbook_is_known_of_all_its_sheets(tmp_path: Path) -> None:
    (before,) = known(tmp_path / "a", "2001-03-01")
    (after,) = known(tmp_path / "b", "2001-03-01", "2012-01-01")
    (other,) = known(tmp_path / "c", "2001-03-02")
    assert before == after
    assert before.path == "book.xlsx"
    assert other.sha256 != before.sha256

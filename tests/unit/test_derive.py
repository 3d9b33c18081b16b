"""Columns that a source does not have, made by rule."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import ibis
import pytest

from intake.derive import derived_text
from intake.problems import Rejected
from intake.study import load_study
from schemas.mapping import Derived
from tests.intake_world import PARTNER, built, only_problem, reasons, rows, write_study
from tests.intake_world import engine as the_engine

COLUMNS = {"source_file": "string", "source_row": "int64", "a": "string", "b": "string"}


def derived(
    cells: list[tuple[str | None, str | None]], empty: tuple[str, ...] = (), **rule: Any
) -> list[str | None]:
    """What a rule makes of columns a and b, where the words in `empty` fill no cell."""
    made = [
        {"source_file": "log.csv", "source_row": row, "a": a, "b": b}
        for row, (a, b) in enumerate(cells, start=2)
    ]
    table = ibis.memtable(made, schema=COLUMNS)
    text = table.select(made=derived_text(table, Derived(**rule), empty))
    found: list[str | None] = the_engine().to_pyarrow(text).column(0).to_pylist()
    return found


def test_an_id_is_the_same_however_a_name_is_spaced_or_capitalised() -> None:
    names = ["Café  Société", "cafe\u0301\u00a0socie\u0301te\u0301", " CAFÉ SOCIÉTÉ\u200b", "Cafe"]
    ids = derived([(name, None) for name in names], rule="stable_id", columns="a", prefix="org_")
    digits = hashlib.sha256("café société".encode()).hexdigest()[:20]
    assert ids[:3] == [f"org_{digits}"] * 3
    assert ids[3] not in ids[:3]


def test_the_parts_of_an_id_do_not_run_together() -> None:
    cells = [("ab", "c"), ("a", "bc"), ("ab c", None), (None, "ab c"), (None, " ")]
    ids = derived(cells, rule="stable_id", columns=["a", "b"])
    assert len(set(ids)) == 5
    assert ids[4] is None


def test_a_row_has_the_id_of_its_file_and_line() -> None:
    assert derived([("x", "y"), ("x", "y")], rule="row_id", prefix="ch:") == [
        "ch:log.csv:2",
        "ch:log.csv:3",
    ]


def test_filled_columns_are_joined() -> None:
    cells = [("x", "y"), ("x", None), (" ", "y"), (None, None)]
    assert derived(cells, rule="join", columns=["a", "b"], separator=" / ") == [
        "x / y",
        "x",
        "y",
        None,
    ]


def test_the_first_filled_column_is_taken() -> None:
    assert derived([(" ", "y"), ("x", "y")], rule="first", columns=["a", "b"]) == ["y", "x"]


def test_a_copy_keeps_its_spaces() -> None:
    assert derived([(" x", None)], rule="copy", columns="A") == [" x"]


def test_a_word_says_whether_a_column_is_filled() -> None:
    rule = {"rule": "if_filled", "columns": "a", "then": "observed", "otherwise": "missing"}
    assert derived([("0", None), ("  ", None)], **rule) == ["observed", "missing"]


def test_a_word_for_an_empty_cell_fills_none() -> None:
    rule = {"rule": "if_filled", "columns": "a", "then": "observed", "otherwise": "missing"}
    cells = [("n/a", None), (" n/a ", None), ("N/A.", None)]
    assert derived(cells, ("n/a",), **rule) == ["missing", "missing", "observed"]


def test_a_date_is_as_long_as_its_filled_parts() -> None:
    cells = [("2011", "3"), ("2011", "12"), ("2011", None), (None, "3")]
    assert derived(cells, rule="date", columns=["a", "b"]) == ["2011-03", "2011-12", "2011", None]


DISCLOSED = (
    "Recipient,Year,Month,Day,Value,Why\n"
    "Lung League,2001,2,3,5,x\nlung  league,2001,2,,6,\nHeart,2001,,,7,x\nHeart,2001,13,,8,x\n"
)
MAPPING: dict[str, Any] = {
    "columns": {"amount": "Value", "purpose": "Why"},
    "constants": {"payer_id": "us", "activity_type": "other", "currency": "EUR"},
    "derive": {
        "engagement_id": {"rule": "row_id"},
        "partner_id": {"rule": "stable_id", "columns": "Recipient", "prefix": "org_"},
        "start_date": {"rule": "date", "columns": ["Year", "Month", "Day"]},
    },
}
LISTED: dict[str, Any] = {
    "rows": "first",
    "columns": {"name": "Recipient"},
    "constants": {"org_type": "patient_org"},
    "derive": {"partner_id": {"rule": "stable_id", "columns": "Recipient", "prefix": "org_"}},
}


def disclosures(folder: Path, **changed: Any) -> Path:
    """A study that fills partner and engagement from one file."""
    sources = [
        {"table": "partner", "path": "paid.csv", "mapping": LISTED},
        {"table": "engagement", "path": "paid.csv", "mapping": {**MAPPING, **changed}},
    ]
    return write_study(folder, {"paid.csv": DISCLOSED}, sources=sources)


def test_one_file_fills_two_tables(tmp_path: Path) -> None:
    found = built(disclosures(tmp_path), "engagement", "partner")
    told = [
        (row["engagement_id"], row["start_date"], row["date_precision"])
        for row in rows(found.accepted)
    ]
    assert told == [
        ("paid.csv:2", dt.date(2001, 2, 3), "day"),
        ("paid.csv:3", dt.date(2001, 2, 1), "month"),
        ("paid.csv:4", dt.date(2001, 1, 1), "year"),
    ]
    assert reasons(found) == [(5, "start_date", "not_a_date", "quarantined")]


def test_a_list_of_payments_names_each_organisation_once(tmp_path: Path) -> None:
    found = built(disclosures(tmp_path), "partner")
    assert [row["name"] for row in rows(found.accepted)] == ["Lung League", "Heart"]
    assert reasons(found) == [
        (3, "partner_id", "listed_before", "superseded"),
        (5, "partner_id", "listed_before", "superseded"),
    ]


def test_a_register_counts_before_a_list_of_payments(tmp_path: Path) -> None:
    paid = "partner_id,name,org_type\np1,Elsewhere,hospital\np2,Two,hospital\n"
    sources = [
        {"table": "partner", "path": "paid.csv", "mapping": {"rows": "first"}},
        {"table": "partner", "path": "register.csv"},
    ]
    files = {"paid.csv": paid, "register.csv": PARTNER}
    found = built(write_study(tmp_path, files, sources=sources), "partner")
    assert {row["partner_id"]: row["name"] for row in rows(found.accepted)} == {
        "p1": "NA",
        "p2": "Two",
    }


def test_of_a_list_the_first_row_without_a_defect_counts(tmp_path: Path) -> None:
    paid = "partner_id,name,org_type\np1,,hospital\np1,One,hospital\n"
    sources = [{"table": "partner", "path": "paid.csv", "mapping": {"rows": "first"}}]
    found = built(write_study(tmp_path, {"paid.csv": paid}, sources=sources), "partner")
    assert [row["name"] for row in rows(found.accepted)] == ["One"]


@pytest.mark.parametrize(
    ("derive", "told"),
    [
        ({"partner_id": {"rule": "stable", "columns": "x"}}, "did you mean stable_id?"),
        ({"partner_id": {"rule": "zzz", "columns": "x"}}, "use one of date, stable_id"),
        ({"partner_id": {"rule": "stable_id"}}, "stable_id takes 1 to 99 columns"),
        ({"partner_id": {"rule": "copy", "columns": ["x", "y"]}}, "copy takes 1 columns"),
        ({"partner_id": {"rule": "copy", "columns": "x", "then": "y"}}, "if_filled"),
        ({"partnr_id": {"rule": "copy", "columns": "x"}}, "did you mean partner_id?"),
        ({"amount": {"rule": "copy", "columns": "Value"}}, "to a column and to a rule"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(tmp_path: Path, derive: Any, told: str) -> None:
    with pytest.raises(Rejected) as caught:
        load_study(disclosures(tmp_path, derive={**MAPPING["derive"], **derive}))
    assert told in str(only_problem(caught.value))


def test_what_must_be_given_is_not_optional(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="partner_id of engagement must be given"):
        load_study(disclosures(tmp_path, optional=["partner_id", "amount"]))


def test_a_rule_needs_its_columns(tmp_path: Path) -> None:
    changed = {
        "derive": {**MAPPING["derive"], "partner_id": {"rule": "copy", "columns": "Recipent"}}
    }
    with pytest.raises(Rejected) as caught:
        built(disclosures(tmp_path, **changed), "engagement")
    problem = only_problem(caught.value)
    assert (problem.rule, problem.column) == ("missing_column", "partner_id")
    assert "is it Recipient?" in problem.remedy


def test_an_optional_column_may_be_absent(tmp_path: Path) -> None:
    mapping = {**MAPPING, "columns": {**MAPPING["columns"], "unit_id": "Place"}}
    sources = [{"table": "engagement", "path": "paid.csv", "mapping": mapping}]
    folder = write_study(tmp_path, {"paid.csv": DISCLOSED}, sources=sources)
    with pytest.raises(Rejected, match="the column Place is not in the header"):
        built(folder, "engagement")
    sources[0]["mapping"] = {**mapping, "optional": ["unit_id"]}
    found = built(write_study(tmp_path, {"paid.csv": DISCLOSED}, sources=sources), "engagement")
    assert {row["unit_id"] for row in rows(found.accepted)} == {None}

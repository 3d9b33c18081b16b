"""What must hold for any input: nothing is lost, nothing is changed, nothing wrong is accepted."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.accounts import contract_violations, count_rows
from intake.core import CoreTables, build_core
from intake.read import read_raw
from intake.study import load_study
from schemas.registry import TABLES, ColumnSpec
from schemas.study import Study
from tests.intake_world import engine, rows, write_study

AS_OF = dt.date(2010, 6, 30)
STUDY = Study.model_validate(
    {
        "study_id": "any",
        "title": "Any",
        "period": "year",
        "window": {"start": "2000-01-01", "end": "2009-12-31"},
        "as_of": AS_OF,
        "currency": "EUR",
        "sources": [{"table": name, "path": f"{name}.csv"} for name in TABLES],
    }
)
JUNK = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(
        ["NA", "null", "True", "-1", "1e400", "nan", "inf", "1,5", "03/04/2001", "2001-02-30"]
    ),
)
GOOD: dict[str, Callable[[ColumnSpec], st.SearchStrategy[str]]] = {
    "id": lambda _column: st.sampled_from(["all", "a", "b", "c", "007"]),
    "text": lambda _column: st.text("xyz äß", min_size=1, max_size=5),
    "word": lambda column: st.sampled_from(column.allowed),
    "code": lambda column: st.sampled_from(["EUR", "CHF"] if "curr" in column.unit else ["CH"]),
    "date": lambda _column: st.dates(dt.date(1990, 1, 1), AS_OF).map(str),
    "money": lambda _column: st.decimals(0, 10**6, places=2).map(str),
    "number": lambda _column: st.floats(0, 1, allow_nan=False).map(repr),
    "count": lambda _column: st.integers(1, 5).map(str),
    "flag": lambda _column: st.sampled_from(["true", "False"]),
}


def raw_rows(table: str) -> st.SearchStrategy[list[dict[str, str | None]]]:
    """Rows of a table: mostly cells of the right kind, some of them junk."""
    cells = {
        column.name: st.one_of(*[GOOD[column.kind](column)] * 9, JUNK)
        for column in TABLES[table].data_columns
    }
    return st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=12)


def raw_table(table: str, found: list[dict[str, Any]]) -> ibis.Table:
    names = [column.name for column in TABLES[table].data_columns]
    cells = {name: pa.array([row[name] for row in found], pa.string()) for name in names}
    origin = {
        "source_file": [f"{table}.csv"] * len(found),
        "source_row": pa.array(range(2, 2 + len(found)), pa.int64()),
    }
    arrow = pa.table({**cells, **origin})
    name = ibis.util.gen_name("any")
    return engine().create_table(name, ibis.memtable(arrow), temp=True)


def parents(table: str) -> dict[str, ibis.Table]:
    """Every id that the strategies make, as an accepted parent."""
    found = {}
    for key in TABLES[table].foreign_keys:
        arrow = pa.table({key.parent_column: ["a", "b", "007"]})
        found[key.parent] = ibis.memtable(arrow)
    if "measure" in found:
        nulls = {name: ibis.null("float64") for name in ("scale", "valid_min", "valid_max")}
        found["measure"] = found["measure"].mutate(**nulls, period=ibis.null("string"))
    return found


def build(table: str, raw: ibis.Table) -> CoreTables:
    return build_core(table, raw, parents(table), STUDY, engine())


TABLE_AND_ROWS = st.sampled_from(sorted(TABLES)).flatmap(
    lambda table: st.tuples(st.just(table), raw_rows(table))
)


@given(TABLE_AND_ROWS)
@settings(max_examples=12, deadline=None)
def test_no_row_is_lost_and_accepted_rows_obey_the_contract(
    case: tuple[str, list[dict[str, Any]]],
) -> None:
    table, found = case
    raw = raw_table(table, found)
    tables = build(table, raw)
    (account,) = count_rows(table, raw, tables.accepted, tables.quarantine)
    assert account.read == len(found)
    assert account.is_balanced
    assert contract_violations(table, tables.accepted) == []
    kept = {row["source_row"] for row in rows(tables.accepted)}
    assert kept.isdisjoint({row["source_row"] for row in rows(tables.quarantine)})


@given(raw_rows("partner"), st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_changes_no_accepted_content(
    found: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(found, len(found))
    content = [accepted_content("partner", order) for order in (found, shuffled)]
    assert content[0] == content[1]


def accepted_content(table: str, found: list[dict[str, Any]]) -> list[str]:
    tables = build(table, raw_table(table, found))
    return sorted(repr(row) for row in rows(tables.accepted.drop("source_file", "source_row")))


@given(raw_rows("initiative"))
@settings(max_examples=5, deadline=None)
def test_building_twice_gives_the_same_tables(found: list[dict[str, Any]]) -> None:
    raw = raw_table("initiative", found)
    first, second = build("initiative", raw), build("initiative", raw)
    assert rows(first.accepted) == rows(second.accepted)
    assert rows(first.quarantine) == rows(second.quarantine)


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=12
)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=15), st.sampled_from(",;\t|"))
@settings(max_examples=25, deadline=None)
def test_any_text_that_csv_can_hold_is_read_unchanged(
    cells: list[tuple[str, str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["unit_id", "name", "unit_type"])
    writer.writerows([*pair, "region"] for pair in cells)
    source = {
        "table": "unit",
        "path": "unit.csv",
        "mapping": {"format": {"delimiter": delimiter}},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = write_study(Path(name), {"unit.csv": text.getvalue()}, sources=[source])
        found = rows(read_raw(engine(), folder, load_study(folder), "unit"))
    assert [(row["unit_id"] or "", row["name"] or "") for row in found] == cells
    assert [row["source_row"] for row in found] == list(range(2, 2 + len(cells)))

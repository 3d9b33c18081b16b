"""The translated contract finds something exactly where Pandera does."""

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import accounts, contract
from intake.accounts import contract_violations
from intake.contract import is_translated, may_break
from intake.parse import ibis_type
from schemas.registry import TABLES, ColumnSpec, TableSpec
from tests.intake_world import engine

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["all", "a", "b", "ü", " "]),
    "text": st.sampled_from(["x", "", "-"]),
    "date": st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31)),
    "money": st.integers(0, 5).map(Decimal),
    "number": st.sampled_from([0.0, 0.5, 1.0]),
    "count": st.integers(1, 3),
    "flag": st.booleans(),
}
ODD: dict[str, st.SearchStrategy[Any]] = {
    "word": st.sampled_from(["town", "", "ALL"]),
    "code": st.sampled_from(["eur", "EURO", "É", "EUR\n", "CHF"]),
    "money": st.integers(-3, -1).map(Decimal),
    "number": st.sampled_from([-1.0, 2.0, 1e300, float("inf")]),
    "count": st.sampled_from([-1, 0, 10**15]),
}


def cell(column: ColumnSpec) -> st.SearchStrategy[Any]:
    """Mostly what the column allows; now and then nothing, or something else."""
    if column.name == "source_row":
        return st.sampled_from([2, 2, 2, 2, 0])
    kind = "id" if column.kind == "source" else column.kind
    fixed = {"word": column.allowed, "code": ("EUR",) if "curr" in column.unit else ("CH",)}
    good = GOOD[kind] if kind in GOOD else st.sampled_from(fixed[kind])
    empty = st.none()
    rare = ODD.get(kind, empty)
    often = st.one_of(*[good] * 9, empty) if column.nullable else good
    return st.integers(0, 60).flatmap(
        lambda dice: empty if dice == 0 else rare if dice == 1 else often
    )


def tables_of(name: str) -> st.SearchStrategy[tuple[TableSpec, list[dict[str, Any]]]]:
    spec = TABLES[name]
    row = st.fixed_dictionaries({column.name: cell(column) for column in spec.columns})
    return st.tuples(st.just(spec), st.lists(row, min_size=1, max_size=3))


def held(spec: TableSpec, rows: list[dict[str, Any]]) -> ibis.Table:
    types = {column.name: ibis_type(column) for column in spec.columns}
    made = ibis.memtable(pa.Table.from_pylist(rows, schema=ibis.schema(types).to_pyarrow()))
    return engine().create_table(ibis.util.gen_name("any"), made, temp=True)


@given(st.sampled_from(sorted(TABLES)).flatmap(tables_of))
@settings(max_examples=60, deadline=None)
def test_the_engine_and_pandera_agree_on_any_table(
    case: tuple[TableSpec, list[dict[str, Any]]],
) -> None:
    spec, rows = case
    table = held(spec, rows)
    found = accounts._batch_violations(spec, table.to_polars())
    assert may_break(spec, table) == bool(found)


def test_every_model_is_translated() -> None:
    assert all(is_translated(spec) for spec in TABLES.values())


def test_a_model_with_another_check_is_left_to_pandera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "KNOWN_CHECKS", {"isin"})
    spec = TABLES["fx_rate"]
    assert not is_translated(spec)
    assert may_break(spec, held(spec, []))


def test_columns_of_another_type_may_break_the_contract() -> None:
    spec = TABLES["initiative"]
    assert not may_break(spec, held(spec, []))
    assert may_break(spec, held(spec, []).mutate(name=ibis.literal(1)))


def test_a_defect_behind_the_first_rows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "BATCH_ROWS", 2)
    spec = TABLES["subgroup"]
    good = {"subgroup_id": "a", "dimension": "sex", "level": "f", "source_file": "s.csv"}
    rows = [{**good, "subgroup_id": str(row), "source_row": row} for row in range(2, 9)]
    rows[6]["level"] = None
    assert contract_violations("subgroup", held(spec, rows)) == [
        "subgroup.level: not_nullable fails in 1 rows"
    ]


def test_a_contract_that_accepts_anything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(spec: TableSpec, batch: pl.DataFrame) -> dict[str, int]:
        del spec, batch
        return {}

    monkeypatch.setattr(accounts, "_batch_violations", nothing)
    with pytest.raises(RuntimeError, match="accepts a row without any value"):
        contract_violations("subgroup", held(TABLES["subgroup"], []))

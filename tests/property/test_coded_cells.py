"""A large table is typed text by text, a small one row by row: both give the same tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import intake_data
from benchmarks.intake_runs import run_intake
from intake.core import CoreTables, build_core
from intake.stored import new_file, parquet_table
from pipelines.engine import connect
from pipelines.settings import Settings
from schemas.registry import TABLES
from schemas.study import Study
from tests.intake_world import engine
from tests.property.test_intake_properties import STUDY, parents, raw_rows


def in_files(known: Mapping[str, ibis.Table]) -> dict[str, ibis.Table]:
    """The same tables as Parquet, as accepted tables lie in a run."""
    held = {}
    for name, table in known.items():
        path = new_file(engine(), "known")
        pq.write_table(table.to_pyarrow(), path)
        held[name] = parquet_table(engine(), path)
    return held


def stored(table: str, found: list[dict[str, Any]], more: Sequence[str] = ()) -> ibis.Table:
    """Rows as text in a file, as `read_raw` leaves them, with `more` columns."""
    names = [*(column.name for column in TABLES[table].data_columns), *more]
    cells = {name: pa.array([row[name] for row in found], pa.string()) for name in names}
    origin = {
        "source_file": pa.array([f"{table}.csv"] * len(found), pa.string()),
        "source_row": pa.array(range(2, 2 + len(found)), pa.int64()),
    }
    path = new_file(engine(), "any")
    pq.write_table(pa.table({**cells, **origin}), path, row_group_size=7)
    return parquet_table(engine(), path)


def both_ways(
    table: str, raw: ibis.Table, known: Mapping[str, ibis.Table], study: Study = STUDY
) -> list[CoreTables]:
    """The core table made row by row, and made text by text in slices of a few rows."""
    made = []
    with pytest.MonkeyPatch.context() as patch:
        for large, rows, few in ((1 << 40, 1 << 20, 8), (0, 10, 1)):
            patch.setattr("intake.sides.LARGE", large)
            patch.setattr("intake.stored.SLICE_ROWS", rows)
            patch.setattr("intake.coded.FEW", few)
            made.append(build_core(table, raw, known, study, engine()))
    return made


def assert_same(tables: list[CoreTables]) -> None:
    by_row, by_text = tables
    assert by_text.accepted.to_pyarrow().equals(by_row.accepted.to_pyarrow())
    assert by_text.quarantine.to_pyarrow().equals(by_row.quarantine.to_pyarrow())
    assert by_text.problems == by_row.problems


@pytest.mark.parametrize("table", ["engagement", "outcome", "exposure", "unit"])
def test_texts_and_rows_are_read_alike(table: str) -> None:
    @given(found=raw_rows(table).filter(len))
    @settings(max_examples=3, deadline=None)
    def check(found: list[dict[str, str | None]]) -> None:
        assert_same(both_ways(table, stored(table, found * 2), in_files(parents(table))))

    check()


def test_merged_partners_and_columns_that_nothing_is_read_from() -> None:
    blank = dict.fromkeys([column.name for column in TABLES["engagement"].data_columns])
    good = {
        **blank,
        "payer_id": "us",
        "partner_id": "b",
        "start_date": "2001-02-03",
        "date_precision": "day",
        "activity_type": "meeting",
        "note": "kept",
    }
    found = [good | {"engagement_id": f"e{i}"} for i in range(30)]
    found[3] = found[3] | {"partner_id": "nobody"}
    found[4] = found[4] | {"start_date": "soon"}
    found[9] = found[9] | {"engagement_id": "e8", "activity_type": "survey"}
    known = parents("engagement")
    known["alias"] = ibis.memtable({"partner_id": ["b"], "canonical_partner_id": ["a"]})
    for given_as in (known, in_files(known)):
        tables = both_ways("engagement", stored("engagement", found, ["note"]), given_as)
        assert_same(tables)
        accepted = tables[1].accepted.to_pyarrow().to_pylist()
        assert {row["partner_id"] for row in accepted} == {"a"}
        aside = tables[1].quarantine.to_pyarrow().to_pylist()
        assert [(row["source_row"], row["rule"]) for row in aside] == [
            (5, "orphan"),
            (6, "not_a_date"),
            (10, "duplicate_key"),
            (11, "duplicate_key"),
        ]
        assert all('"note":"kept"' in row["original"] for row in aside)


@pytest.mark.slow
@pytest.mark.parametrize("table", list(TABLES))
def test_texts_and_rows_of_every_table_are_read_alike(table: str) -> None:
    @given(data=st.data())
    @settings(max_examples=15, deadline=None)
    def check(data: st.DataObject) -> None:
        found = data.draw(raw_rows(table)) + data.draw(raw_rows(table))
        assert_same(both_ways(table, stored(table, found), in_files(parents(table))))

    check()


@pytest.mark.slow
def test_bytes_are_the_same_with_one_thread_and_with_two(tmp_path: Path) -> None:
    source = tmp_path / "study"
    source.mkdir()
    intake_data.write_log(source, 700_000)
    made = []
    for threads in (1, 2):
        output = tmp_path / f"made_{threads}"
        output.mkdir()
        engine_of = connect([source, output], Settings(threads=threads), output / "spill")
        run_intake(engine_of, source, output)
        engine_of.disconnect()
        made.append({path.name: path.read_bytes() for path in sorted(output.glob("*.parquet"))})
    assert made[0] == made[1]
    assert len(made[0]) == 12

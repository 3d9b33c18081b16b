"""Tables on disk: what their files tell, and keys that occur more than once."""

from collections import Counter
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.repeats import maybe_repeated, repeated_rows
from intake.stored import (
    Slice,
    null_counts,
    parquet_table,
    parquet_writer,
    row_count,
    rows_from,
    rows_per_source,
)
from pipelines.engine import connect
from pipelines.settings import Settings
from tests.intake_world import engine

SCHEMA = pa.schema(
    [("name", pa.string()), ("source_file", pa.string()), ("source_row", pa.int64())]
)


def rows(names: list[str | None], file: str = "a.csv", first: int = 2) -> pa.Table:
    numbers = range(first, first + len(names))
    return pa.table([names, [file] * len(names), numbers], schema=SCHEMA)


def written(path: Path, *tables: pa.Table) -> ibis.Table:
    with parquet_writer(path, SCHEMA) as put:
        for table in tables:
            put(table)
    return parquet_table(engine(), path)


def as_places(table: pa.Table) -> pa.Table:
    return table.set_column(0, "name", table["name"].dictionary_encode())


def test_texts_that_come_as_places_are_read_back_as_texts(tmp_path: Path) -> None:
    first, second = rows(["x", None, "y", "x"]), rows(["z", "x"], first=6)
    made = written(tmp_path / "t.parquet", as_places(first), second)
    assert pq.read_schema(tmp_path / "t.parquet").field("name").type == pa.string()
    assert made.order_by("source_row").to_pyarrow()["name"].to_pylist() == [
        *["x", None, "y", "x"],
        *["z", "x"],
    ]
    found = duckdb.read_parquet(str(tmp_path / "t.parquet")).aggregate("count(name)").fetchall()
    assert found == [(5,)]


def test_a_table_without_rows_has_a_file(tmp_path: Path) -> None:
    assert written(tmp_path / "t.parquet").count().to_pyarrow().as_py() == 0


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        written(tmp_path / "missing" / "t.parquet", rows(["x"]))


def test_the_file_tells_its_nulls_and_the_rows_of_each_source(tmp_path: Path) -> None:
    made = written(tmp_path / "t.parquet", rows(["x", None]), rows([None, None, "y"], "b.csv"))
    assert null_counts(made) == {"name": 3, "source_file": 0, "source_row": 0}
    assert rows_per_source(made) == Counter({"b.csv": 3, "a.csv": 2})


def test_a_group_of_two_sources_is_not_told_by_its_file(tmp_path: Path) -> None:
    both = pa.concat_tables([rows(["x"]), rows(["y"], "b.csv")])
    assert rows_per_source(written(tmp_path / "t.parquet", both)) is None


def test_a_file_is_one_table_until_it_is_written_again(tmp_path: Path) -> None:
    backend, path = engine(), tmp_path / "t.parquet"
    before = written(path, rows(["x"]))
    assert parquet_table(backend, path) is before
    path.unlink()
    after = written(path, rows(["x", "y"]))
    assert after is not before
    assert after.order_by("source_row").to_pyarrow()["name"].to_pylist() == ["x", "y"]


def test_the_end_of_a_file_is_read_once_until_it_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[Path] = []
    read = pq.read_metadata
    monkeypatch.setattr(pq, "read_metadata", lambda path: ends.append(path) or read(path))
    path = tmp_path / "t.parquet"
    for names in (["x", "y", "z"], ["w"]):
        table = written(path, rows(names))
        found = [rows_from(path, Slice("a.csv", row, row), ["name"], []) for row in (2, 3, 4)]
        assert pa.concat_tables(found)["name"].to_pylist() == names
        assert row_count(table) == len(names)
        path.unlink()
    assert len(ends) == 2


def test_a_table_without_a_file_tells_nothing() -> None:
    held = ibis.memtable({"name": ["x"], "source_file": ["a.csv"], "source_row": [2]})
    table = engine().create_table(ibis.util.gen_name("held"), held.to_pyarrow())
    assert null_counts(table) == {}
    assert rows_per_source(table) is None


@pytest.mark.parametrize("held", [1 << 22, 2])
def test_rows_whose_key_occurs_twice_are_found_in_parts_too(
    monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr("intake.repeats.HELD_NUMBERS", held)
    keys = {"a": ["1", "1", "2", "3", "3", "3"], "b": ["x", "y", "x", "z", "z", None]}
    table = engine().create_table(ibis.util.gen_name("keys"), ibis.memtable(keys).to_pyarrow())
    alone = maybe_repeated(table, ["a"], 9).order_by("a").to_pyarrow()["a"].to_pylist()
    assert alone == ["1", "1", "3", "3", "3"]
    pairs = maybe_repeated(table, ["a", "b"], 9).to_pyarrow().to_pylist()
    assert pairs == [{"a": "3", "b": "z"}] * 2
    assert maybe_repeated(table.limit(1), ["a"], 9) is None
    assert maybe_repeated(table.limit(0), ["a"], 9) is None


@pytest.mark.parametrize("held", [1 << 22, 2])
def test_a_key_of_two_sources_is_found_in_both(monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr("intake.repeats.HELD_NUMBERS", held)
    sources = {
        "a.csv": ibis.memtable({"key": ["x", "y", "z"], "source_row": [2, 3, 4]}),
        "b.csv": ibis.memtable({"key": ["w", "y", "w"], "source_row": [2, 3, 4]}),
    }
    found = repeated_rows(sources, ["key"], 9).to_pylist()
    places = sorted((row["source_file"], row["source_row"]) for row in found)
    assert places == [("a.csv", 3), ("b.csv", 2), ("b.csv", 3), ("b.csv", 4)]


def test_many_keys_are_found_in_files_as_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = np.random.default_rng(2).integers(0, 4_000, 5_000)
    rows = pa.table({"key": [f"k{key}" for key in keys], "source_row": range(2, 5_002)})
    source = engine().create_table(ibis.util.gen_name("keys"), rows)
    counts = Counter(keys.tolist())
    expected = [row for row, key in enumerate(keys.tolist(), 2) if counts[key] > 1]
    for held in (1 << 22, 100):
        monkeypatch.setattr("intake.repeats.HELD_NUMBERS", held)
        found = repeated_rows({"a.csv": source}, ["key"], 5_000)
        assert sorted(found["source_row"].to_pylist()) == expected
        assert set(found["source_file"].to_pylist()) == {"a.csv"}


@pytest.mark.skipif(
    "jemalloc" not in pa.supported_memory_backends(), reason="this pyarrow is built without it"
)
def test_an_engine_sets_the_allocator_that_gives_memory_back(tmp_path: Path) -> None:
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        connect([tmp_path], Settings()).disconnect()
        assert pa.default_memory_pool().backend_name == "jemalloc"
    finally:
        pa.set_memory_pool(before)

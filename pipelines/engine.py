"""The one place that opens DuckDB."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa

from pipelines.settings import Settings

PARQUET_LAYERS = ("raw", "core", "quarantine")
COPIED_LAYERS = ("panel", "effect")
POOL = "jemalloc"
"""Arrow's allocator where it is built in: it gives freed memory back, others keep a fifth more."""
STREAMED = "64MB"
"""Rows that may wait to be taken, in order; with less, one thread reads and the others wait."""


def connect(
    folders: Sequence[Path], settings: Settings, spill: Path | None = None
) -> ibis.BaseBackend:
    """An in-memory engine that can read and write inside `folders` and nowhere else.

    Replacement scans and extension loading are off, the time zone is UTC and the
    configuration is locked. Ibis sets the time zone itself, so the lock comes last. Arrow takes
    memory from `POOL` from then on, in the whole process.
    """
    if POOL in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    backend = ibis.duckdb.connect(
        threads=settings.threads,
        memory_limit=settings.memory_limit,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        python_enable_replacements=False,
        enable_external_file_cache=False,
    )
    backend.raw_sql("SET TimeZone = 'UTC'")
    backend.raw_sql(f"SET streaming_buffer_size = '{STREAMED}'")
    if spill is not None:
        backend.raw_sql(f"SET temp_directory = {_quoted(str(spill))}")
    allowed = ", ".join(_quoted(f"{folder.resolve()}/") for folder in folders)
    backend.raw_sql(f"SET allowed_directories = [{allowed}]")
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")
    return backend


def connect_read_only(folder: Path, results: str) -> duckdb.DuckDBPyConnection:
    """A connection to a published generation: its results file read-only, its Parquet as views.

    It locks nobody out, and can open nothing outside `folder`.
    """
    connection = duckdb.connect(config={"python_enable_replacements": "false"})
    connection.execute(f"ATTACH {_quoted(str(folder / results))} AS results (READ_ONLY)")
    for path in sorted(folder.glob("*/*.parquet")):
        if path.parent.name in PARQUET_LAYERS:
            connection.read_parquet(str(path)).create_view(path.stem)
    connection.execute("SET search_path = 'memory.main,results.main'")
    connection.execute(f"SET allowed_directories = [{_quoted(f'{folder.resolve()}/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def plain(table: ibis.Table) -> ibis.Table:
    """The same rows, without what the engine knows of the table they were taken from.

    DuckDB's Parquet bytes depend on whether a column could have held a null, not only on whether
    it does; a column that always could gives bytes that depend on the rows alone.
    """
    cells = {name: table[name] for name in table.columns}
    return table.select(
        **{
            name: ibis.ifelse(cell.notnull(), cell, ibis.null(cell.type()))
            for name, cell in cells.items()
        }
    )


def write_results(folder: Path, results: str) -> None:
    """Copy the small tables of a generation into one DuckDB file for notebooks and SQL users."""
    (folder / results).unlink(missing_ok=True)
    with duckdb.connect(str(folder / results)) as connection:
        for layer in COPIED_LAYERS:
            for parquet in sorted((folder / layer).glob("*.parquet")):
                connection.read_parquet(str(parquet)).create(parquet.stem)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""The one place that opens DuckDB."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis

from pipelines.settings import Settings


def connect(
    folders: Sequence[Path], settings: Settings, spill: Path | None = None
) -> ibis.BaseBackend:
    """An in-memory engine that can read and write inside `folders` and nowhere else.

    Replacement scans and extension loading are off, the time zone is UTC and the
    configuration is locked. Ibis sets the time zone itself, so the lock comes last.
    """
    backend = ibis.duckdb.connect(
        threads=settings.threads,
        memory_limit=settings.memory_limit,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        python_enable_replacements=False,
    )
    backend.raw_sql("SET TimeZone = 'UTC'")
    if spill is not None:
        backend.raw_sql(f"SET temp_directory = {_quoted(str(spill))}")
    allowed = ", ".join(_quoted(f"{folder.resolve()}/") for folder in folders)
    backend.raw_sql(f"SET allowed_directories = [{allowed}]")
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")
    return backend


def connect_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published results file; it locks nobody out."""
    return duckdb.connect(str(path), read_only=True, config={"python_enable_replacements": "false"})


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

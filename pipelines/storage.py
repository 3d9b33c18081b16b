"""The IO manager: every asset's output is a file of the run's own generation."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import ibis
import pandas as pd
import pyarrow.parquet as pq
from pydantic import BaseModel

from assets.described import describe, describe_file
from intake.stored import parquet_table, stored_file
from pipelines.engine import plain
from pipelines.errors import Exit, UserError
from pipelines.files import write_atomic
from pipelines.generation import run_record
from pipelines.reuse import take_over
from pipelines.study_run import OpenRun

TABLE_LAYERS = ("raw", "core", "quarantine")


class GenerationIO(dg.IOManager):
    """Parquet for tables, JSON for models; an `ibis.Table` before the panel, pandas from it on.

    An input that this run did not make is read from the published generation, if that was
    made from the same inputs, plan and code.
    """

    def __init__(self, run: OpenRun) -> None:
        self.run = run

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write one asset's output and report its size."""
        name = context.asset_key.path[-1]
        path = self.run.folder / _relative(name, context.definition_metadata)
        source = self.run.reuse.path(path.relative_to(self.run.folder))
        if source is None:
            rows = _write(self.run.backend, path, obj)
        else:
            take_over(source, path)
            rows = _row_count(path)
            origin = f"reused from run {source.parents[1].name}"
            context.add_output_metadata({"reused": dg.MetadataValue.text(origin)})
        self.run.progress(_layer(context.definition_metadata), name, rows)
        written = describe_file(path.with_suffix(".html")) if isinstance(obj, str) else {}
        told = {"path": dg.MetadataValue.path(path), **written}
        context.add_output_metadata({**told, **describe(name, obj, self.run.study.small_cell)})
        if rows is not None:
            context.add_output_metadata({"dagster/row_count": rows})

    def load_input(self, context: dg.InputContext) -> Any:
        """Read an asset that this run wrote, or the same asset of the published generation."""
        name = context.asset_key.path[-1]
        upstream = context.upstream_output
        metadata = (upstream.definition_metadata if upstream else None) or {}
        relative = _relative(name, metadata)
        path = self.run.folder / relative
        if not path.is_file():
            path = _published(self.run, relative, name)
        return _read(self.run.backend, path, context.dagster_type.typing_type)


def _layer(metadata: Any) -> str:
    return str(metadata["layer"]) if metadata and "layer" in metadata else "plan"


def _relative(name: str, metadata: Any) -> Path:
    layer = _layer(metadata)
    if layer in (*TABLE_LAYERS, "panel", "effect"):
        return Path(layer) / f"{name}.parquet"
    return Path(f"{name}.json")


def _write(backend: ibis.BaseBackend, path: Path, obj: Any) -> int | None:
    if isinstance(obj, ibis.Table):
        return write_table(backend, path, obj)
    if isinstance(obj, pd.DataFrame):
        obj.to_parquet(path, index=False)
        return len(obj)
    if isinstance(obj, str):
        write_atomic(path.with_suffix(".html"), obj.encode())
        return None
    if isinstance(obj, BaseModel):
        write_atomic(path, (obj.model_dump_json(indent=1) + "\n").encode())
        return None
    raise TypeError(f"an asset must return a table or a model, not {type(obj).__name__}")


def write_table(backend: ibis.BaseBackend, path: Path, table: ibis.Table) -> int:
    """Write a table as Parquet and count its rows; a file that intake stored is moved there."""
    path.unlink(missing_ok=True)
    stored = stored_file(backend, table)
    if stored is None:
        backend.to_parquet(plain(table), path, compression="zstd")
    else:
        stored.replace(path)
    return _row_count(path)


def _row_count(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def _read(backend: ibis.BaseBackend, path: Path, wanted: Any) -> Any:
    readers: dict[Any, Callable[[Path], Any]] = {
        ibis.Table: partial(parquet_table, backend),
        pd.DataFrame: pd.read_parquet,
    }
    if wanted in readers:
        return readers[wanted](path)
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        return wanted.model_validate_json(path.read_bytes())
    if path.parent.name in TABLE_LAYERS:
        return parquet_table(backend, path)
    return pd.read_parquet(path)


def _published(run: OpenRun, relative: Path, name: str) -> Path:
    current = run.output.current()
    if current is not None and (current / relative).is_file():
        made_from = run_record(current).get("made_from")
        if made_from == run.made_from():
            return current / relative
    raise UserError(
        Exit.USAGE,
        f"{name} is needed and is not there.",
        "This run does not make it, and what is published was made from other inputs or code.",
        "Run the whole study.",
    )


@dg.io_manager(required_resource_keys={"study_run"})
def generation_io(context: dg.InitResourceContext) -> GenerationIO:
    """Reads and writes the generation of the run in progress."""
    return GenerationIO(context.resources.study_run)

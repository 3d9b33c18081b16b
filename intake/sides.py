"""Every cell of a table read once: rows that pass the checks of a single row, and the others."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.aliases import with_aliases
from intake.checks import FAILURES, IS_BROKEN
from intake.coded import CellReader, named_input
from intake.keys import repeated_places
from intake.parse import ibis_type
from intake.references import with_orphans
from intake.stored import (
    Slice,
    as_view,
    file_of,
    in_order,
    new_file,
    parquet_writer,
    rows_from,
    stored_table,
)
from intake.study import inline_mapping, source_name
from intake.traced import resolved
from intake.typed import Build, checked_rows, source_cells, typed_rows
from schemas.study import Source

MARKS = {"is_kept": "boolean", IS_BROKEN: "boolean", FAILURES: "string"}
ROW = "source_row"
LARGE = 20_000
"""A table with fewer rows is typed by one query: taking texts apart would cost more."""


@dataclass(frozen=True)
class Sides:
    """Typed rows in files: `sound` ones pass every check of a single row.

    So do `doubtful` ones, whose key may be that of another row; null where that is not known.
    """

    sound: ibis.Table
    broken: ibis.Table
    doubtful: ibis.Table | None = None

    @property
    def rows(self) -> ibis.Table:
        """All of them, with `is_kept`, `is_broken` and `failures`."""
        return ibis.union(self._marked(self.sound), self.alike)

    @property
    def alike(self) -> ibis.Table:
        """The same of those that may have the key of another row, and of all broken ones."""
        if self.doubtful is None:
            return self.broken
        return ibis.union(self._marked(self.doubtful), self.broken)

    def _marked(self, rows: ibis.Table) -> ibis.Table:
        marks = {"is_kept": True, IS_BROKEN: False, FAILURES: ""}
        marked = rows.mutate(**{name: ibis.literal(mark) for name, mark in marks.items()})
        return marked.select(*self.broken.columns)


def told_apart(
    build: Build, backend: ibis.BaseBackend, raw: ibis.Table, slices: Sequence[Slice]
) -> Sides:
    """Read every cell once: rows of the contract, and rows that fail some check."""
    types = {column.name: ibis_type(column) for column in build.spec.columns}
    both, contract = (
        ibis.schema({**types, **marks}).to_pyarrow() for marks in (MARKS, dict[str, str]())
    )
    sound, doubtful, broken = (
        new_file(backend, f"{side}_{build.spec.name}") for side in ("core", "doubtful", "broken")
    )
    repeated = repeated_places(build, raw) if _is_coded(build, raw, slices) else None
    with (
        parquet_writer(sound, contract) as accept,
        parquet_writer(doubtful, contract) as doubt,
        parquet_writer(broken, both) as reject,
    ):
        for part, rows in _typed_slices(build, backend, raw, slices):
            is_broken = rows[IS_BROKEN].to_numpy()
            is_alike = _is_among(rows, part, repeated)
            cells = rows.drop_columns(list(MARKS))
            accept(_whole(cells.filter(pa.array(~is_broken & ~is_alike)), contract))
            doubt(_whole(cells.filter(pa.array(~is_broken & is_alike)), contract))
            reject(_whole(rows.filter(pa.array(is_broken)), both))
    tables = (stored_table(backend, path) for path in (sound, broken, doubtful))
    accepted, rejected, held = tables
    return Sides(accepted, rejected, None if repeated is None else held)


def _is_among(rows: pa.Table, part: Slice, repeated: pa.Table | None) -> np.ndarray:
    """Whether each row of a slice is one of these."""
    if repeated is None:
        return np.zeros(rows.num_rows, dtype=bool)
    mine = repeated.filter(pc.equal(repeated["source_file"], part.source_file))
    return np.isin(rows[ROW].to_numpy(), mine[ROW].to_numpy())


def _whole(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows in all columns of a schema, null in those that they do not have."""
    held = set(rows.column_names)
    cells = [
        rows[field.name] if field.name in held else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(cells, names=schema.names)


def _is_coded(build: Build, raw: ibis.Table, slices: Sequence[Slice]) -> bool:
    """Whether a table is large enough, and each of its rows can be typed by itself."""
    sources = [s for s in build.study.sources if s.table == build.spec.name]
    count = sum(part.last - part.first + 1 for part in slices)
    is_alone = all(inline_mapping(source).rows == "all" for source in sources)
    has_names = len({source_name(source) for source in sources}) == len(sources)
    return count >= LARGE and is_alone and has_names and file_of(raw) is not None


def _typed_slices(
    build: Build, backend: ibis.BaseBackend, raw: ibis.Table, slices: Sequence[Slice]
) -> Iterator[tuple[Slice, pa.Table]]:
    """All rows slice by slice and in order: the contract's columns and what is wrong."""
    path = file_of(raw)
    if path is not None and _is_coded(build, raw, slices):
        yield from _coded_slices(build, raw, path, slices)
        return
    typed = with_orphans(build, with_aliases(build, typed_rows(build, raw)))
    view = as_view(backend, build.spec.name, _wanted(build, typed))
    for part in slices:
        yield part, in_order(part.of(view))


def _wanted(build: Build, typed: ibis.Table) -> ibis.Table:
    types = {column.name: ibis_type(column) for column in build.spec.columns}
    cast = typed.mutate(**{name: typed[name].cast(kind) for name, kind in types.items()})
    return cast.select(*types, *MARKS)


def _coded_slices(
    build: Build, raw: ibis.Table, path: Path, slices: Sequence[Slice]
) -> Iterator[tuple[Slice, pa.Table]]:
    """The same, a text that repeats read once; the next slice is read while one is checked."""
    steps = {
        source_name(source): RowReader.of(build, raw, path, source)
        for source in build.study.sources
        if source.table == build.spec.name
    }
    ahead: deque[tuple[Slice, Future[pa.Table]]] = deque()
    with ThreadPoolExecutor(max_workers=1) as pool:
        for part in slices:
            ahead.append((part, pool.submit(steps[part.source_file].cells, part)))
            if len(ahead) > 1:
                before, cells = ahead.popleft()
                yield before, steps[before.source_file].rows(cells.result())
        for part, cells in ahead:
            yield part, steps[part.source_file].rows(cells.result())


@dataclass(frozen=True)
class RowReader:
    """From a slice of raw to typed and checked rows of one source.

    `kept` are contract columns that no check changes, `made` those that it does; others are null.
    """

    path: Path
    reader: CellReader
    checked: ibis.Table
    backend: ibis.BaseBackend
    name: str
    kept: Mapping[str, str]
    made: Sequence[str]
    sql: str

    @classmethod
    def of(cls, build: Build, raw: ibis.Table, path: Path, source: Source) -> "RowReader":
        """The reader of one source."""
        backend = raw.get_backend()
        first = named_input(backend, "raw", raw.schema().to_pyarrow())
        found = source_cells(build, first, inline_mapping(source), source)
        reader = CellReader.of(backend, first, found.table, found.columns)
        second = named_input(backend, "cells", reader.schema)
        whole = second.mutate(**reader.constants)
        checked = checked_rows(build, whole, found.unread)
        wanted = _wanted(build, with_orphans(build, with_aliases(build, checked)))
        origin = {c: resolved(wanted[c].op(), second.op()) for c in build.spec.column_names}
        kept = {c: v.name for c, v in origin.items() if isinstance(v, ops.Field)}
        made = [c for c, v in origin.items() if c not in kept and not _is_null(v)]
        view = as_view(backend, build.spec.name, wanted)
        sql = str(backend.compile(view.select(*made, *MARKS, ROW)))
        return cls(path, reader, wanted, backend, second.get_name(), kept, made, sql)

    def cells(self, part: Slice) -> pa.Table:
        """The cells of a slice, read."""
        coded = [name for name in self.reader.columns if name not in self.reader.varied]
        return self.reader.read(rows_from(self.path, part, self.reader.columns, coded))

    def rows(self, cells: pa.Table) -> pa.Table:
        """The rows of a slice, checked."""
        self.backend.con.register(self.name, cells)
        found = in_order(self.backend.con.sql(self.sql).to_arrow_table())
        columns = {name: cells[column] for name, column in self.kept.items()}
        return pa.table(columns | {name: found[name] for name in (*self.made, *MARKS)})


def _is_null(value: Any) -> bool:
    return isinstance(value, ops.Literal) and value.value is None

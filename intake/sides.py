"""Every cell of a table read once: rows that pass the checks of a single row, and the others."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.aliases import with_aliases
from intake.checks import FAILURES, IS_BROKEN
from intake.keys import repeated_places
from intake.parse import ibis_type
from intake.references import with_orphans
from intake.row_reader import Prepared, RowReader
from intake.stored import (
    Slice,
    as_view,
    file_of,
    in_order,
    in_steps,
    new_file,
    parquet_writer,
    row_count,
    stored_table,
)
from intake.study import inline_mapping, source_name
from intake.typed import Build, typed_rows
from intake.typed_slice import MARKS, ORIGINALS, TypedSlice, in_contract

ROW = "source_row"
Repeated = Callable[[], pa.Table | None]
"""Where rows are whose key may occur more than once, found when it is first asked."""
LARGE = 20_000
"""A table with fewer rows is typed by one query: taking texts apart would cost more."""


@dataclass(frozen=True)
class Sides:
    """Typed rows in files: `sound` ones pass every check of a single row.

    So do `doubtful` ones, whose key may be that of another row; null where that is not known.
    `original` is a file of the broken rows as they came, where they were at hand. `filled` are
    columns that have a value in some row.
    """

    sound: ibis.Table
    broken: ibis.Table
    filled: frozenset[str]
    doubtful: ibis.Table | None = None
    original: Path | None = None

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        sides = [side for side in (self.sound, self.broken, self.doubtful) if side is not None]
        return sum(row_count(side) for side in sides)

    @property
    def rows(self) -> ibis.Table:
        """All of them, with `is_kept`, `is_broken` and `failures`; empty columns are not read."""
        whole = ibis.union(self._marked(self.sound), self.alike)
        empty = [name for name in whole.columns if name not in (*self.filled, *MARKS)]
        return whole.mutate(**{name: ibis.null(whole[name].type()) for name in empty})

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
    contract, both, came = (
        ibis.schema(found).to_pyarrow() for found in (types, {**types, **MARKS}, ORIGINALS)
    )
    sound, doubtful, broken, original = (
        new_file(backend, f"{side}_{build.spec.name}")
        for side in ("core", "doubtful", "broken", "original")
    )
    is_coded = _is_coded(build, raw, slices)
    repeated = cache(lambda: repeated_places(build, raw) if is_coded else None)
    with (
        parquet_writer(sound, contract) as accept,
        parquet_writer(doubtful, contract) as doubt,
        parquet_writer(broken, both) as reject,
        parquet_writer(original, came) as keep,
    ):
        filled: set[str] = set()
        for typed in _typed_slices(build, backend, raw, slices, repeated):
            filled |= _filled(typed.rows)
            is_sure, is_held = typed.is_sound & ~typed.is_alike, typed.is_sound & typed.is_alike
            accept(_whole(typed.rows.filter(pa.array(is_sure)), contract))
            doubt(_whole(typed.rows.filter(pa.array(is_held)), contract))
            reject(_whole(typed.broken, both))
            if typed.original is not None:
                keep(typed.original)
            del typed
    accepted, rejected, held = (stored_table(backend, path) for path in (sound, broken, doubtful))
    is_known = repeated() is not None
    return Sides(
        accepted,
        rejected,
        frozenset(filled),
        held if is_known else None,
        original if is_coded else None,
    )


def _filled(rows: pa.Table) -> set[str]:
    """Columns with a value in some row."""
    return {name for name in rows.column_names if rows[name].null_count < rows.num_rows}


def _is_among(rows: pa.Table, part: Slice, repeated: pa.Table | None) -> np.ndarray:
    """Whether each row of a slice is one of these."""
    if repeated is None:
        return np.zeros(rows.num_rows, dtype=bool)
    mine = repeated.filter(pc.equal(repeated["source_file"], part.source_file))
    found: np.ndarray = pc.is_in(rows[ROW], mine[ROW].combine_chunks()).to_numpy()
    return found


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
    build: Build,
    backend: ibis.BaseBackend,
    raw: ibis.Table,
    slices: Sequence[Slice],
    repeated: Repeated,
) -> Iterator[TypedSlice]:
    """All rows slice by slice and in order."""
    path = file_of(raw)
    if path is not None and _is_coded(build, raw, slices):
        yield from _coded_slices(build, raw, path, slices, repeated)
        return
    typed = with_orphans(build, with_aliases(build, typed_rows(build, raw)))
    wanted = in_contract(build, typed)
    if len(slices) == 1:
        yield TypedSlice.of(in_order(in_steps(wanted)))
        return
    view = as_view(backend, build.spec.name, wanted)
    for part in slices:
        yield TypedSlice.of(in_order(part.of(view)))


def _coded_slices(
    build: Build,
    raw: ibis.Table,
    path: Path,
    slices: Sequence[Slice],
    repeated: Repeated,
) -> Iterator[TypedSlice]:
    """The same, a text that repeats read once; the next slice is read while one is checked.

    The first are read while keys that repeat are found.
    """
    steps = {
        source_name(source): RowReader.of(build, raw, path, source)
        for source in build.study.sources
        if source.table == build.spec.name
    }
    ahead: deque[tuple[Slice, Future[Prepared]]] = deque()

    def checked() -> TypedSlice:
        part, waiting = ahead.popleft()
        found = repeated()
        prepared = waiting.result()
        is_alike = _is_among(prepared.cells.rows, part, found)
        return steps[part.source_file].rows(prepared, is_alike)

    with ThreadPoolExecutor(max_workers=1) as pool:
        for part in slices:
            ahead.append((part, pool.submit(steps[part.source_file].cells, part)))
            if len(ahead) > 1:
                yield checked()
        while ahead:
            yield checked()

"""From a slice of raw to typed and checked rows of one source.

Every row is asked one question, whether any check may fail; those of which that is so are checked
in full. What a check says of one cell alone is asked of each text, not of each row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops
import numpy as np
import pyarrow as pa

from intake.aliases import with_aliases
from intake.checks import IS_BROKEN
from intake.coded import CellReader, ReadCells, named_input
from intake.references import with_orphans
from intake.stored import Slice, file_of, in_order, rows_from, sql_of
from intake.study import inline_mapping
from intake.traced import (
    alternatives,
    is_alone,
    made_from,
    narrowed,
    needed_columns,
    parts,
    resolved,
    without_steps,
)
from intake.typed import Build, SourceCells, checked_rows, source_cells
from intake.typed_slice import MARKS, ORIGINAL, TypedSlice, as_it_came, in_contract
from schemas.registry import SOURCE_COLUMNS
from schemas.study import Source

ROW = "source_row"
NO: Any = ibis.literal(value=False)


@dataclass(frozen=True)
class Query:
    """A query over cells that are given for each slice, and the columns of them that it reads."""

    sql: str
    columns: Sequence[str]

    @classmethod
    def of(cls, cells: ibis.Table, rows: ibis.Table, names: Sequence[str]) -> "Query":
        """The columns `names` of `rows`, an expression over `cells`."""
        wanted = narrowed(rows, names)
        read = needed_columns(wanted.op())[cells.op()]
        sql = sql_of(cells.get_backend(), wanted)
        return cls(sql, [name for name in cells.columns if name in read])


@dataclass(frozen=True)
class Prepared:
    """A slice on its way: its cells, those columns that every row needs, rows with a flag."""

    cells: ReadCells
    read: pa.Table
    is_marked: np.ndarray


@dataclass(frozen=True)
class RowReader:
    """Reads the slices of one source.

    `kept` are contract columns that no check changes, `made` those that it does; others are null.
    `first` asks of every row whether it may fail a check, `full` which ones it fails, `original`
    for the row as it came, which may have a `rest` of columns that nothing is read from.
    """

    path: Path
    reader: CellReader
    connection: duckdb.DuckDBPyConnection
    backend: ibis.BaseBackend
    name: str
    kept: Mapping[str, str]
    made: Sequence[str]
    first: Query
    full: Query
    original: Query
    rest: Sequence[str]

    @classmethod
    def of(cls, build: Build, raw: ibis.Table, path: Path, source: Source) -> "RowReader":
        """The reader of one source."""
        backend = raw.get_backend()
        texts = named_input(backend, "raw", raw.schema().to_pyarrow())
        found = source_cells(build, texts, inline_mapping(source), source)
        bare = CellReader.of(backend, texts, found.table, found.columns)
        cells = named_input(backend, "cells", bare.schema)
        checked = checked_rows(build, cells.mutate(**bare.constants), found.unread)
        wanted = in_contract(build, with_orphans(build, with_aliases(build, checked)))
        origin = {c: resolved(wanted[c].op(), cells.op()) for c in build.spec.column_names}
        kept = {c: v.name for c, v in origin.items() if isinstance(v, ops.Field)}
        made = [c for c, v in origin.items() if c not in kept and not _is_null(v)]
        tests = cell_tests(bare, cells, wanted, made)
        flags = {f"flag_{n}": _any(of, cells, found) for n, of in tests.items()}
        flagged = found.table.mutate(**flags)
        reader = CellReader.of(backend, texts, flagged, found.columns, list(flags))
        answered = {test: NO.op() for of in tests.values() for test in of}
        quick = wanted.op().replace(answered).to_expr()
        first = Query.of(cells, quick, [*made, IS_BROKEN, ROW])
        full = Query.of(cells, wanted, [*MARKS, ROW])
        original = Query.of(texts, as_it_came(texts), [*SOURCE_COLUMNS, ORIGINAL])
        rest = [c for c in texts.columns if c not in (*reader.columns, *SOURCE_COLUMNS)]
        own, name = backend.con.cursor(), cells.get_name()
        return cls(path, reader, own, backend, name, kept, made, first, full, original, rest)

    def cells(self, part: Slice) -> Prepared:
        """The cells of a slice, read."""
        coded = [name for name in self.reader.columns if name not in self.reader.varied]
        columns = [*self.reader.columns, *self.rest]
        cells = self.reader.read(rows_from(self.path, part, columns, [*coded, *self.rest]))
        flags = [name for name in self.reader.flags if name not in cells.once]
        names = dict.fromkeys([*self.kept.values(), *self.first.columns, *flags])
        read = cells.columns(names)
        return Prepared(cells, read, cells.is_marked(read))

    def rows(self, prepared: Prepared, is_alike: np.ndarray) -> TypedSlice:
        """The rows of a slice, checked; those that fail, or are `is_alike`, also as they came."""
        found = self._asked(self.first, prepared.read)
        columns = {name: prepared.read[column] for name, column in self.kept.items()}
        rows = pa.table(columns | {name: found[name] for name in self.made})
        is_suspect = prepared.is_marked | found[IS_BROKEN].to_numpy()
        some = prepared.cells.chosen(is_suspect, self.connection)
        marked = self._asked(self.full, some.columns(self.full.columns))
        is_sound = ~is_suspect
        is_sound[is_suspect] = ~marked[IS_BROKEN].to_numpy()
        broken = rows.filter(pa.array(~is_sound))
        for name in MARKS:
            broken = broken.append_column(name, marked[name].filter(marked[IS_BROKEN]))
        original = self._original(prepared.cells.rows.filter(pa.array(~is_sound | is_alike)))
        return TypedSlice(rows, is_sound, is_alike, broken, original)

    def _original(self, rows: pa.Table) -> pa.Table:
        """Rows of raw as they came."""
        self.connection.register(self.reader.raw.get_name(), rows.select(self.original.columns))
        return in_order(self.connection.sql(self.original.sql).to_arrow_table())

    def _asked(self, query: Query, cells: pa.Table) -> pa.Table:
        """What a query says of these cells."""
        self.backend.con.register(self.name, cells.select(query.columns))
        return in_order(self.backend.con.sql(query.sql).to_arrow_table())


def cell_tests(
    reader: CellReader, cells: ibis.Table, wanted: ibis.Table, made: Sequence[str]
) -> dict[str, list[ops.Value]]:
    """Tests of a row that are made from a single column of raw, by that column.

    A test that a column of the contract is made with stays where it is.
    """
    first = cells.op()
    used = {part for name in made for part in parts(wanted[name].op(), first)}
    found: dict[str, list[ops.Value]] = {}
    for test in alternatives(wanted[IS_BROKEN].op(), first):
        names = made_from(test, first)
        columns = frozenset().union(*(_columns(reader, name) for name in names))
        if (
            len(columns) == 1
            and resolved(test, first) not in used
            and _can_move(reader, test, cells)
        ):
            found.setdefault(next(iter(columns)), []).append(test)
    return found


def _columns(reader: CellReader, name: str) -> frozenset[str]:
    """The columns of raw that a cell is read from."""
    if name in reader.passed:
        return frozenset({reader.passed[name]})
    return reader.sources.get(name, frozenset())


def _can_move(reader: CellReader, test: ops.Value, cells: ibis.Table) -> bool:
    """Whether a test can be made while texts are read: other tables it asks must be files."""
    if not is_alone(test, cells.op()):
        return False
    inner = [part for part in parts(test, cells.op()) if isinstance(part, ops.Subquery)]
    tables = [table for query in inner for table in query.rel.find(ops.PhysicalTable)]
    paths = {table.name: file_of(table.to_expr()) for table in tables}
    if not all(paths.values()):
        return False
    for name, path in paths.items():
        reader.connection.read_parquet(str(path)).create_view(name)
    return True


def _any(tests: Sequence[ops.Value], cells: ibis.Table, found: SourceCells) -> Any:
    """Whether one of the tests is true, in terms of the cells as they are read."""
    first = cells.op()
    given = {first_field: found.table[first_field.name].op() for first_field in _fields(cells)}
    moved = (without_steps(test, first).replace(given, filter=ops.Value) for test in tests)
    return reduce(or_, (test.to_expr() for test in moved), NO).fill_null(NO)


def _fields(cells: ibis.Table) -> list[ops.Value]:
    return [cells[name].op() for name in cells.columns]


def _is_null(value: Any) -> bool:
    return isinstance(value, ops.Literal) and value.value is None

"""Cells of a slice read once for each text: columns mostly repeat few of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis.util import gen_name

from intake.stored import in_order, sql_of
from intake.traced import made_from, narrowed, resolved, without_steps
from schemas.registry import SOURCE_COLUMNS

ROW = "source_row"
FEW = 8
"""A column repeats its texts where each stands in so many rows on average."""

TEXT = pa.string()

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def named_input(backend: ibis.BaseBackend, name: str, schema: pa.Schema) -> ibis.Table:
    """A table whose rows are given later, as an Arrow table registered under its name."""
    unique = gen_name(name)
    backend.con.register(unique, schema.empty_table())
    return backend.table(unique)


@dataclass
class CellReader:
    """Columns computed from single cells of `raw`, an input that slices are given to.

    `constants` are the columns that depend on no cell, `passed` those that are cells of raw,
    `flags` those that are true where a row must be looked at. Texts are read on a connection
    of their own, so that a slice can be read while another is checked.
    """

    raw: ibis.Table
    cells: ibis.Table
    constants: Mapping[str, Value]
    passed: Mapping[str, str]
    sources: Mapping[str, frozenset[str]]
    flags: frozenset[str]
    schema: pa.Schema
    connection: duckdb.DuckDBPyConnection
    varied: set[str] = field(default_factory=set)
    known: "Known" = field(default_factory=lambda: Known({}, frozenset(), pa.table({})))
    queries: dict[tuple[str, ...], str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        backend: ibis.BaseBackend,
        raw: ibis.Table,
        cells: ibis.Table,
        names: Sequence[str],
        flags: Sequence[str] = (),
    ) -> "CellReader":
        """The reader of the columns `names` of `cells`, an expression over `raw` alone."""
        first = raw.op()
        values = {name: cells[name].op() for name in (*names, *flags)}
        given = {name: resolved(value, first) for name, value in values.items()}
        passed = {n: v.name for n, v in given.items() if isinstance(v, ops.Field)}
        sources = {n: made_from(v, first) for n, v in values.items() if n not in passed}
        fixed = [name for name, found in sources.items() if not found]
        constants = {name: without_steps(values[name], first).to_expr() for name in fixed}
        made = {n: found for n, found in sources.items() if found}
        kept = cells.select(*[n for n in names if n not in constants])
        schema, connection = kept.schema().to_pyarrow(), backend.con.cursor()
        return cls(raw, cells, constants, passed, made, frozenset(flags), schema, connection)

    @property
    def columns(self) -> list[str]:
        """Columns of raw that are read, without those that say where a row is."""
        found = frozenset(self.passed.values()).union(*self.sources.values())
        return [name for name in self.raw.columns if name in found and name not in SOURCE_COLUMNS]

    def read(self, rows: pa.Table) -> "ReadCells":
        """The cells of a slice: each text of a column that repeats its texts is read once."""
        coded = {name: _coded(rows[name]) for name in self.columns if name not in self.varied}
        few = {n: c for n, c in coded.items() if len(c.dictionary) * FEW <= rows.num_rows}
        self.varied |= coded.keys() - few.keys()
        alone = {n: next(iter(found)) for n, found in self.sources.items() if len(found) == 1}
        once = {n: column for n, column in alone.items() if column in few}
        known = self._known(few, once, rows.num_rows // FEW)
        placed = {name: _placed(codes, known.lists[name]) for name, codes in few.items()}
        return ReadCells(self, rows, placed, once, known.texts, self.connection)

    def _known(
        self, few: Mapping[str, pa.DictionaryArray], once: Mapping[str, str], most: int
    ) -> "Known":
        """What comes of the texts of a slice; they are read where one is new, with those before.

        Lists of more than `most` texts begin anew with those of the slice.
        """
        lists = {}
        for name, codes in few.items():
            longer = _joined(self.known.lists.get(name), codes.dictionary)
            lists[name] = longer if len(longer) <= most else codes.dictionary
        is_same = all(lists[name] is self.known.lists.get(name) for name in lists)
        if not is_same or once.keys() != self.known.names:
            self.known = Known(lists, frozenset(once), self._texts(lists, once))
        return self.known

    def made(
        self,
        connection: duckdb.DuckDBPyConnection,
        cells: Mapping[str, Any],
        count: int,
        names: Iterable[str],
    ) -> pa.Table:
        """The columns `names` of rows that have these cells of raw, and no others."""
        asked = tuple(names)
        if asked not in self.queries:
            origin = {ROW: self.cells[ROW]}
            wanted = self.cells.select(*asked, **origin)
            backend = self.raw.get_backend()
            self.queries[asked] = sql_of(backend, narrowed(wanted, wanted.columns))
        empty = pa.nulls(count, pa.string())
        given = {name: cells.get(name, empty) for name in self.raw.columns}
        connection.register(self.raw.get_name(), pa.table(given))
        return in_order(connection.sql(self.queries[asked]).to_arrow_table())

    def _texts(self, lists: Mapping[str, pa.Array], names: Mapping[str, str]) -> pa.Table:
        """What comes of every text: texts of all columns side by side, then a null."""
        if not names:
            return pa.table({})
        size = 1 + max(len(lists[column]) for column in names.values())
        texts = {
            column: pa.concat_arrays([found := lists[column], pa.nulls(size - len(found), TEXT)])
            for column in set(names.values())
        }
        cells = {**texts, ROW: pa.array(range(size))}
        return self.made(self.connection, cells, size, names).combine_chunks()


@dataclass(frozen=True)
class Known:
    """Texts of columns that repeat them, each once, and what came of them: columns `names`."""

    lists: Mapping[str, pa.Array]
    names: frozenset[str]
    texts: pa.Table


@dataclass(frozen=True)
class ReadCells:
    """Rows of a slice with what is known of their texts; columns are made when they are asked for.

    `few` are the columns as places in a list of texts, `once` says which column of `texts` comes
    of which of them.
    """

    reader: CellReader
    rows: pa.Table
    few: Mapping[str, pa.DictionaryArray]
    once: Mapping[str, str]
    texts: pa.Table
    connection: duckdb.DuckDBPyConnection

    def columns(self, names: Iterable[str]) -> pa.Table:
        """These columns of all rows; constants are not among them."""
        wanted = list(names)
        each = [n for n in wanted if n not in self.once and n not in self.reader.passed]
        found: dict[str, Any] = self._each(each)
        found |= {n: self._spread(n) for n in wanted if n in self.once}
        passed = ((n, self.reader.passed[n]) for n in wanted if n in self.reader.passed)
        found |= {n: _plain(self.rows[column]) for n, column in passed}
        return pa.table({n: found[n] for n in wanted})

    def is_marked(self, read: pa.Table) -> np.ndarray:
        """Whether a flag is true in each row; those made row by row are columns of `read`."""
        marked = np.zeros(self.rows.num_rows, dtype=bool)
        for name in self.reader.flags:
            if name not in self.once:
                marked |= _true(read[name])
            elif (of_text := _true(self.texts[name])).any():
                marked |= of_text[self._places[self.once[name]]]
        return marked

    def chosen(self, is_chosen: np.ndarray, connection: duckdb.DuckDBPyConnection) -> "ReadCells":
        """The same of some rows only, read on another connection."""
        kept = pa.array(is_chosen)
        few = {
            name: pa.DictionaryArray.from_arrays(codes.indices.filter(kept), codes.dictionary)
            for name, codes in self.few.items()
        }
        passed = self.reader.passed.values()
        left = [name for name in self.rows.column_names if name not in few or name in passed]
        rows = self.rows.select(left).filter(kept)
        return replace(self, rows=rows, few=few, connection=connection)

    @cached_property
    def _places(self) -> dict[str, np.ndarray]:
        """For each column the place of each row's text in its list; a null is after the last."""
        last = self.texts.num_rows - 1
        return {
            name: pc.fill_null(codes.indices, last).to_numpy().astype(np.intp)
            for name, codes in self.few.items()
        }

    def _each(self, names: Sequence[str]) -> dict[str, pa.ChunkedArray]:
        """Columns of which every row is read."""
        if not names:
            return {}
        used = frozenset().union(*(self.reader.sources[name] for name in names))
        cells = {**{name: _plain(self.rows[name]) for name in used}, ROW: self.rows[ROW]}
        made = self.reader.made(self.connection, cells, self.rows.num_rows, names)
        return {name: made[name] for name in names}

    def _spread(self, name: str) -> pa.Array:
        """What comes of the text of each row; texts stay in a list, each once and no null."""
        values = self.texts[name].chunk(0)
        places = self._places[self.once[name]]
        if pa.types.is_string(values.type):
            list_of = values.dictionary_encode()
            taken = list_of.indices.take(pa.array(places))
            return pa.DictionaryArray.from_arrays(taken, list_of.dictionary)
        if pa.types.is_boolean(values.type) and values.null_count == 0:
            return pa.array(values.to_numpy(zero_copy_only=False)[places])
        return values.take(pa.array(places))


def _joined(before: pa.Array | None, texts: pa.Array) -> pa.Array:
    """The texts before and the new ones, each once; the same list where none is new."""
    if before is None:
        return texts
    is_new = pc.invert(pc.is_in(texts, value_set=before))
    return pa.concat_arrays([before, texts.filter(is_new)]) if pc.any(is_new).as_py() else before


def _placed(codes: pa.DictionaryArray, texts: pa.Array) -> pa.DictionaryArray:
    """The same column as places in another list that has all of its texts."""
    if codes.dictionary is texts:
        return codes
    places = pc.index_in(codes.dictionary, value_set=texts)
    return pa.DictionaryArray.from_arrays(places.take(codes.indices), texts)


def _true(cells: pa.ChunkedArray) -> np.ndarray:
    """Where a column is true; null is not."""
    found: np.ndarray = pc.fill_null(cells, False).to_numpy()  # noqa: FBT003 - Arrow's own signature
    return found


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells


def _coded(cells: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column as places in a list of its texts."""
    if not pa.types.is_dictionary(cells.type):
        return cells.combine_chunks().dictionary_encode()
    return cells.unify_dictionaries().combine_chunks()

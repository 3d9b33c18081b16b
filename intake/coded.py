"""Cells of a slice read once for each text: columns mostly repeat few of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pyarrow.compute as pc
from ibis.util import gen_name

from intake.stored import in_order
from intake.traced import made_from, resolved, without_steps
from schemas.registry import SOURCE_COLUMNS

ROW = "source_row"
FEW = 8
"""A column repeats its texts where each stands in so many rows on average."""

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

    `constants` are the columns that depend on no cell, `passed` those that are cells of raw.
    """

    raw: ibis.Table
    constants: Mapping[str, Value]
    passed: Mapping[str, str]
    sources: Mapping[str, frozenset[str]]
    sql: str
    schema: pa.Schema
    connection: duckdb.DuckDBPyConnection
    varied: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, backend: ibis.BaseBackend, raw: ibis.Table, cells: ibis.Table, names: Sequence[str]
    ) -> "CellReader":
        """The reader of the columns `names` of `cells`, an expression over `raw` alone."""
        first = raw.op()
        values = {name: cells[name].op() for name in names}
        given = {name: resolved(value, first) for name, value in values.items()}
        passed = {n: v.name for n, v in given.items() if isinstance(v, ops.Field)}
        sources = {n: made_from(v, first) for n, v in values.items() if n not in passed}
        fixed = [name for name, found in sources.items() if not found]
        constants = {name: without_steps(values[name], first).to_expr() for name in fixed}
        made = {n: found for n, found in sources.items() if found}
        kept = cells.select(*[n for n in names if n not in constants])
        wanted = cells.select(*made, **{ROW: cells[ROW]}) if made else raw.select(ROW)
        sql, connection = str(backend.compile(wanted)), backend.con.cursor()
        schema = kept.schema().to_pyarrow()
        return cls(raw, constants, passed, made, sql, schema, connection)

    @property
    def columns(self) -> list[str]:
        """Columns of raw that are read, without those that say where a row is."""
        found = frozenset(self.passed.values()).union(*self.sources.values())
        return [name for name in self.raw.columns if name in found and name not in SOURCE_COLUMNS]

    def read(self, rows: pa.Table) -> pa.Table:
        """The columns of a slice, without constants: each text of a column is read once."""
        coded = {name: _coded(rows[name]) for name in self.columns if name not in self.varied}
        few = {n: c for n, c in coded.items() if len(c.dictionary) * FEW <= rows.num_rows}
        self.varied |= coded.keys() - few.keys()
        alone = {n: next(iter(found)) for n, found in self.sources.items() if len(found) == 1}
        once = {n: column for n, column in alone.items() if column in few}
        each = [n for n in self.sources if n not in once]
        found = self._each(rows, each) | self._once(few, once)
        found |= {n: _plain(rows[column]) for n, column in self.passed.items()}
        return pa.table({n: found[n] for n in self.schema.names})

    def _each(self, rows: pa.Table, names: Sequence[str]) -> dict[str, pa.ChunkedArray]:
        """Columns of which every row is read."""
        if not names:
            return {}
        used = frozenset().union(*(self.sources[name] for name in names))
        cells = {name: _plain(rows[name]) for name in used}
        made = self._made({**cells, ROW: rows[ROW]}, rows.num_rows, names)
        return {name: made[name] for name in names}

    def _once(
        self, coded: Mapping[str, pa.DictionaryArray], names: Mapping[str, str]
    ) -> dict[str, pa.Array]:
        """Columns of which every text is read: texts of all columns side by side, then a null."""
        if not names:
            return {}
        size = 1 + max(len(coded[column].dictionary) for column in names.values())
        texts = {
            column: pa.concat_arrays(
                [texts := coded[column].dictionary, pa.nulls(size - len(texts), pa.string())]
            )
            for column in set(names.values())
        }
        made = self._made({**texts, ROW: pa.array(range(size))}, size, list(names))
        places = {
            column: pc.fill_null(coded[column].indices, size - 1) for column in set(names.values())
        }
        return {n: _spread(made[n].combine_chunks(), places[c]) for n, c in names.items()}

    def _made(self, cells: Mapping[str, Any], count: int, names: Sequence[str]) -> pa.Table:
        empty = pa.nulls(count, pa.string())
        given = {name: cells.get(name, empty) for name in self.raw.columns}
        self.connection.register(self.raw.get_name(), pa.table(given))
        query = self.connection.sql(self.sql).select(*names, ROW)
        return in_order(query.to_arrow_table())


def _spread(values: pa.Array, places: pa.Array) -> pa.Array:
    """The value at each place; texts stay in their list."""
    if pa.types.is_string(values.type):
        return pa.DictionaryArray.from_arrays(places, values)
    if pa.types.is_boolean(values.type) and values.null_count == 0:
        return pa.array(values.to_numpy(zero_copy_only=False)[places.to_numpy()])
    return values.take(places)


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells


def _coded(cells: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column as places in a list of its texts."""
    if not pa.types.is_dictionary(cells.type):
        return cells.combine_chunks().dictionary_encode()
    return cells.unify_dictionaries().combine_chunks()

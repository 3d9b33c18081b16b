"""One DuckDB for many small studies: a query that was compiled for one serves the next."""

from typing import Any

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.expr.operations import InMemoryTable, UnboundTable


class Remembering(Backend):
    """Compiles an expression once: it names tables, whatever rows they hold at the time."""

    def __init__(self) -> None:
        super().__init__()
        self._compiled: dict[Any, tuple[str, list[str]]] = {}
        self._tables: dict[str, ibis.Table] = {}

    def compile(self, expr: ibis.Expr, /, **options: Any) -> str:
        """The SQL of an expression; tables in memory have another name in every study."""
        held = list(expr.op().find(InMemoryTable))
        names = [table.name for table in held]
        alike = {
            table: UnboundTable(name=f"held_{place}", schema=table.schema)
            for place, table in enumerate(held)
        }
        key = (expr.op().replace(alike) if held else expr.op(), repr(sorted(options.items())))
        if key not in self._compiled:
            self._compiled[key] = (super().compile(expr, **options), names)
        sql, before = self._compiled[key]
        for old, new in zip(before, names, strict=True):
            sql = sql.replace(old, new)
        return sql

    def hold(self, name: str, rows: pa.Table) -> ibis.Table:
        """The rows under this name, in place of those before."""
        self.con.register(name, rows)
        if name not in self._tables:
            self._tables[name] = self.table(name)
        return self._tables[name]


ENGINE = Remembering()
ENGINE.do_connect(threads=1)

"""One DuckDB for many small studies: a query that was compiled for one serves the next."""

from typing import Any

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend


class Remembering(Backend):
    """Compiles an expression once: it names tables, whatever rows they hold at the time."""

    def __init__(self) -> None:
        super().__init__()
        self._compiled: dict[Any, str] = {}
        self._tables: dict[str, ibis.Table] = {}

    def compile(self, expr: ibis.Expr, /, **options: Any) -> str:
        """The SQL of an expression."""
        key = (expr.op(), repr(sorted(options.items())))
        if key not in self._compiled:
            self._compiled[key] = super().compile(expr, **options)
        return self._compiled[key]

    def hold(self, name: str, rows: pa.Table) -> ibis.Table:
        """The rows under this name, in place of those before."""
        self.con.register(name, rows)
        if name not in self._tables:
            self._tables[name] = self.table(name)
        return self._tables[name]


ENGINE = Remembering()
ENGINE.do_connect(threads=1)

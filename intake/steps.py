"""A step of a longer computation: later steps refer to its columns instead of repeating them."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.operations as ops

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


class Step:
    """A table of computed columns; `of` takes from it what was said in terms of their parts."""

    def __init__(self, base: ibis.Table, columns: Mapping[str, Value]) -> None:
        self.table = base.select(**columns)
        self._fields = {
            value.op(): self.table[name].op()
            for name, value in columns.items()
            if not isinstance(value.op(), ops.Literal)
        }

    def of(self, value: Value) -> Value:
        """The expression with each part that is a column of this step taken from it."""
        return value.op().replace(self._fields).to_expr()

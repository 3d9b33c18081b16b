"""The Pandera contract of a table as one question to the engine: does any row break it?

The answer only saves time: where it is yes, or cannot be given, Pandera itself reads every row.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import ibis

from intake.parse import ibis_type
from intake.row_rules import fails
from intake.stored import null_counts, row_count
from schemas.registry import ColumnSpec, TableSpec

KNOWN_CHECKS = {
    "isin",
    "str_matches",
    "greater_than_or_equal_to",
    "greater_than",
    "less_than_or_equal_to",
}
"""Checks of a column that are translated; a model with another is left to Pandera."""
ROW_CHECKS = {"row_rules"}
NO: Any = ibis.literal(value=False)


def is_translated(spec: TableSpec) -> bool:
    """Whether every check of the model is among those that are translated."""
    schema = spec.model.to_schema()
    of_cells = {check.name for column in schema.columns.values() for check in column.checks}
    of_rows = {check.name for check in schema.checks}
    return of_cells <= KNOWN_CHECKS and of_rows <= ROW_CHECKS


def may_break(spec: TableSpec, accepted: ibis.Table) -> bool:
    """Whether any row may break the contract; false only where Pandera would find nothing.

    What the file tells of its nulls is not asked of each row, and words and codes are looked at
    once each.
    """
    types = {column.name: ibis_type(column) for column in spec.columns}
    if not is_translated(spec) or accepted.schema() != ibis.schema(types):
        return True
    nulls, count = null_counts(accepted), row_count(accepted)
    if any(nulls.get(c.name, 0) > 0 for c in spec.columns if not c.nullable):
        return True
    filled = [column for column in spec.columns if nulls.get(column.name) != count]
    if any(_has_other(accepted[column.name], column) for column in filled):
        return True
    empty = [column for column in spec.columns if column not in filled]
    known = accepted.mutate(**{column.name: ibis.null(types[column.name]) for column in empty})
    told = [known[c.name].isnull() for c in filled if not c.nullable and c.name not in nulls]
    broken = [*told, *_bounds(filled, known), *_rows(spec, known)]
    found = known.filter(reduce(or_, broken, NO)).limit(1)
    return bool(found.count().to_pyarrow().as_py())


def _has_other(cells: Any, column: ColumnSpec) -> bool:
    """Whether a column has a text that is not among its words, or not in its pattern."""
    if not column.allowed and column.pattern is None:
        return False
    texts = cells.name("text").as_table().distinct().filter(ibis._.text.notnull())
    tests = [~texts.text.isin(column.allowed)] if column.allowed else []
    tests += [] if column.pattern is None else [~texts.text.re_search(column.pattern)]
    return bool(texts.filter(reduce(or_, tests)).count().to_pyarrow().as_py())


def _bounds(columns: Sequence[ColumnSpec], rows: ibis.Table) -> list[Any]:
    """True where a number is outside what its column declares; null where it is not known."""
    tests = []
    for column in columns:
        cell = rows[column.name]
        tests += [] if column.minimum is None else [~(cell >= column.minimum)]
        tests += [] if column.above is None else [~(cell > column.above)]
        tests += [] if column.maximum is None else [~(cell <= column.maximum)]
    return tests


def _rows(spec: TableSpec, rows: ibis.Table) -> list[Any]:
    given = {column.name: rows[column.name].notnull() for column in spec.data_columns}
    return [fails(rule, rows, given) for rule in spec.meta.rules]

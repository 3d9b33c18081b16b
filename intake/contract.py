"""The Pandera contract of a table as one question to the engine: does any row break it?

The answer only saves time: where it is yes, or cannot be given, Pandera itself reads every row.
"""

from functools import reduce
from operator import or_
from typing import Any

import ibis

from intake.parse import ibis_type
from intake.row_rules import fails
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
    """Whether any row may break the contract; false only where Pandera would find nothing."""
    types = {column.name: ibis_type(column) for column in spec.columns}
    if not is_translated(spec) or accepted.schema() != ibis.schema(types):
        return True
    broken = [*_cells(spec, accepted), *_rows(spec, accepted)]
    found = accepted.filter(reduce(or_, broken, NO).fill_null(NO)).limit(1)
    return bool(found.count().to_pyarrow().as_py())


def _cells(spec: TableSpec, rows: ibis.Table) -> list[Any]:
    return [test for column in spec.columns for test in _tests(column, rows[column.name])]


def _tests(column: ColumnSpec, cell: Any) -> list[Any]:
    """True where a cell breaks what its column declares; a null breaks only what forbids it."""
    tests = [] if column.nullable else [cell.isnull()]
    if column.allowed:
        tests.append(~cell.isin(column.allowed))
    if column.pattern is not None:
        tests.append(~cell.re_search(column.pattern))
    if column.minimum is not None:
        tests.append(~(cell >= column.minimum))
    if column.above is not None:
        tests.append(~(cell > column.above))
    if column.maximum is not None:
        tests.append(~(cell <= column.maximum))
    return [test.fill_null(NO) for test in tests]


def _rows(spec: TableSpec, rows: ibis.Table) -> list[Any]:
    given = {column.name: rows[column.name].notnull() for column in spec.data_columns}
    return [fails(rule, rows, given).fill_null(NO) for rule in spec.meta.rules]

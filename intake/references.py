"""References between tables: what a row names must be an accepted row of another table."""

from collections.abc import Mapping

import ibis

from intake.checks import Check, Rule
from schemas.registry import ForeignKey, TableSpec

NO = ibis.literal(value=False)


def orphan_checks(
    spec: TableSpec, parents: Mapping[str, ibis.Table], table: ibis.Table
) -> list[Check]:
    """References to other tables that are not there, or were not accepted."""
    return [
        Check(orphan(key), _is_orphan(table, key, parents[key.parent]))
        for key in spec.foreign_keys
        if key.parent in parents and key.parent != spec.name
    ]


def orphan(key: ForeignKey) -> Rule:
    """The rule of a reference that points nowhere."""
    told = f"{key.column} names no accepted row of {key.parent}"
    return Rule(key.column, "orphan", told, f"add it to {key.parent}, or correct the id")


def _is_orphan(
    table: ibis.Table, key: ForeignKey, parent: ibis.Table
) -> ibis.expr.types.BooleanValue:
    column = table[key.column]
    is_named = column.notnull() & ~column.isin(key.exempt or ("",))
    return is_named & ~column.isin(parent[key.parent_column]).fill_null(NO)

"""References between tables: what a row names must be an accepted row of another table."""

from typing import Any

import ibis

from intake.checks import FAILURES, IS_BROKEN, Check, Rule, any_fails
from intake.typed import Build
from schemas.registry import ForeignKey

NO: Any = ibis.literal(value=False)


def with_orphans(build: Build, rows: ibis.Table) -> ibis.Table:
    """Typed rows, with references to rows of other tables that are not there among the failures.

    In the same pass as the cells: nothing is read again for it.
    """
    keys = [
        key
        for key in build.spec.foreign_keys
        if key.parent in build.parents and key.parent != build.spec.name
    ]
    if not keys:
        return rows
    rules = {f"orphan_{place}": orphan(key) for place, key in enumerate(keys)}
    tests = [_is_orphan(rows, key, build.parents[key.parent]) for key in keys]
    marked = rows.mutate(**dict(zip(rules, tests, strict=True)))
    checks = [Check(rule, marked[name]) for name, rule in rules.items()]
    is_orphan = marked.is_kept & any_fails(checks)
    more = ibis.ifelse(is_orphan, build.catalogue.failures(checks), "")
    return marked.mutate(
        **{IS_BROKEN: marked[IS_BROKEN] | is_orphan, FAILURES: marked[FAILURES].concat(more)}
    ).select(*rows.columns)


def orphan(key: ForeignKey) -> Rule:
    """The rule of a reference that points nowhere."""
    told = f"{key.column} names no accepted row of {key.parent}"
    return Rule(key.column, "orphan", told, f"add it to {key.parent}, or correct the id")


def _is_orphan(table: ibis.Table, key: ForeignKey, parent: ibis.Table) -> Any:
    column = table[key.column]
    is_named = column.notnull() & ~column.isin(key.exempt or ("",))
    return is_named & ~column.isin(parent[key.parent_column]).fill_null(NO)

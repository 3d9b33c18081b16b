"""Which columns of the first table of an expression a later column is made from."""

from functools import reduce

import ibis.expr.operations as ops


def resolved(value: ops.Value, first: ops.Relation) -> ops.Value:
    """The value that a column was given first: steps that only pass it on are left out."""
    while isinstance(value, ops.Field) and value.rel != first:
        if isinstance(value.rel, ops.Reference):
            value = ops.Field(value.rel.parent, value.name)
        elif value.name in value.rel.values:
            value = value.rel.values[value.name]
        else:
            break
    return value


def made_from(value: ops.Value, first: ops.Relation) -> frozenset[str]:
    """Names of the columns of the first table that a value depends on."""
    given = resolved(value, first)
    if isinstance(given, ops.Field):
        return frozenset({given.name})
    parts = (made_from(part, first) for part in given.__children__ if isinstance(part, ops.Value))
    return reduce(frozenset.union, parts, frozenset())


def without_steps(value: ops.Value, first: ops.Relation) -> ops.Value:
    """A value in terms of the first table alone."""
    given = resolved(value, first)
    if isinstance(given, ops.Field):
        return given
    fields = given.find(ops.Field)
    return given.replace({field: without_steps(field, first) for field in fields})

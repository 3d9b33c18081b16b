"""What a column of an expression is made from, and expressions without what nobody needs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.operations as ops

Needed = dict[ops.Relation, set[str]]
"""For each relation of an expression, the names of its columns that are read."""


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


def parts(value: ops.Value, first: ops.Relation) -> Iterator[ops.Value]:
    """The value and all that it is made from, down to the columns of the first table."""
    given = resolved(value, first)
    yield given
    for part in given.__children__:
        if isinstance(part, ops.Value):
            yield from parts(part, first)


def made_from(value: ops.Value, first: ops.Relation) -> frozenset[str]:
    """Names of the columns of the first table that a value depends on."""
    return frozenset(part.name for part in parts(value, first) if isinstance(part, ops.Field))


def is_alone(value: ops.Value, first: ops.Relation) -> bool:
    """Whether a value depends on columns of the first table only, not on rows joined to it."""
    return all(part.rel == first for part in parts(value, first) if isinstance(part, ops.Field))


def without_steps(value: ops.Value, first: ops.Relation) -> ops.Value:
    """A value in terms of the first table alone."""
    given = resolved(value, first)
    if isinstance(given, ops.Field):
        return given
    fields = given.find(ops.Field, filter=ops.Value)
    steps = {field: without_steps(field, first) for field in fields}
    return given.replace(steps, filter=ops.Value)


def alternatives(value: ops.Value, first: ops.Relation) -> Iterator[ops.Value]:
    """Tests of which one at least is true where `value` is, as they stand in the expression.

    A test that counts only in rows that are kept is given as if it counted in all.
    """
    given = resolved(value, first)
    if isinstance(given, ops.Or):
        yield from alternatives(given.left, first)
        yield from alternatives(given.right, first)
    elif isinstance(given, ops.And) and _is_named(given.left, "is_kept"):
        yield from alternatives(given.right, first)
    elif isinstance(given, ops.Coalesce) and _is_or_false(given):
        yield from alternatives(given.arg[0], first)
    else:
        yield value


def narrowed(table: ibis.Table, names: Sequence[str]) -> ibis.Table:
    """These columns of a table; no step before them computes a column that none of them needs."""
    top = table.select(*names).op()
    made: ibis.Table = _Narrow(needed_columns(top)).relation(top).to_expr()
    return made


class _Narrow:
    """Makes the steps of an expression again, each with the columns that are needed of it."""

    def __init__(self, needed: Needed) -> None:
        self._needed = needed
        self._made: dict[ops.Relation, Any] = {}

    def relation(self, old: ops.Relation) -> Any:
        if old not in self._made:
            self._made[old] = self._narrow(old)
        return self._made[old]

    def _narrow(self, old: Any) -> Any:
        if isinstance(old, ops.Reference):
            return old.copy(parent=self.relation(old.parent))
        if isinstance(old, ops.Project):
            return ops.Project(self.relation(old.parent), self._values(old))
        if isinstance(old, ops.JoinChain):
            rest = [self._link(link) for link in old.rest]
            return ops.JoinChain(self.relation(old.first), rest, self._values(old))
        return old

    def _link(self, old: Any) -> Any:
        tests = [self._value(test) for test in old.predicates]
        return old.copy(table=self.relation(old.table), predicates=tests)

    def _values(self, old: Any) -> dict[str, Any]:
        kept = self._needed[old] or old.values
        return {name: self._value(cell) for name, cell in old.values.items() if name in kept}

    def _value(self, old: ops.Value) -> Any:
        fields = old.find(ops.Field, filter=ops.Value)
        moved = {field: ops.Field(self.relation(field.rel), field.name) for field in fields}
        return old.replace(moved, filter=ops.Value)


def needed_columns(top: ops.Relation) -> Needed:
    """The columns of each relation that the columns of the last one are made from."""
    needed: Needed = defaultdict(set)
    waiting = [(top, set(top.schema.names))]
    while waiting:
        relation, names = waiting.pop()
        if isinstance(relation, ops.Reference):
            waiting.append((relation.parent, names))
        elif new := names - needed[relation]:
            needed[relation] |= new
            waiting += _read_by(relation, new)
    return needed


def _read_by(relation: ops.Relation, names: set[str]) -> list[tuple[ops.Relation, set[str]]]:
    """What some columns of a relation read; a relation of another kind reads all before it."""
    if isinstance(relation, ops.Project | ops.JoinChain):
        values = [relation.values[name] for name in names]
    else:
        before = [part for part in relation.__children__ if isinstance(part, ops.Relation)]
        return [(part, set(part.schema.names)) for part in before]
    if isinstance(relation, ops.JoinChain):
        values += [test for link in relation.rest for test in link.predicates]
    fields = [field for value in values for field in value.find(ops.Field, filter=ops.Value)]
    inner = [query for value in values for query in value.find(ops.Subquery, filter=ops.Value)]
    return [
        *((field.rel, {field.name}) for field in fields),
        *((query.rel, set(query.rel.schema.names)) for query in inner),
    ]


def _is_named(value: ops.Value, name: str) -> bool:
    return isinstance(value, ops.Field) and value.name == name


def _is_or_false(value: ops.Coalesce) -> bool:
    *_, last = value.arg
    return len(value.arg) == 2 and isinstance(last, ops.Literal) and last.value is False

"""Checks over sets of rows: duplicates, overlaps, shares, references."""

import datetime
from functools import reduce
from operator import and_

import ibis
from ibis.util import gen_name

from intake.checks import FAILURES, Rule, broken
from intake.typed import Build
from schemas.registry import ForeignKey

ORIGIN = ["source_file", "source_row"]
UNRECORDED = datetime.date(1, 1, 1)
"""Stands for the unknown date of a row that does not say when it was recorded."""


def duplicates(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Rows whose key is there before.

    The same content is superseded and other content is not, except where a row was recorded
    later than the others: it counts, and corrects them.
    """
    key = list(build.spec.key)
    if not key:
        return []
    keyed = _keyed(build, rows)
    counted = keyed.group_by(key).agg(key_count=keyed.count())
    repeated = counted.filter(counted.key_count > 1)
    same = [keyed[name].identical_to(repeated[name]) for name in key]
    ranked = _ranked(build, keyed.semi_join(repeated, same))
    last = ranked.filter(ranked.is_last)
    told = f"another row has the same {', '.join(key)}"
    again = Rule(key[0], "repeated_row", f"{told} and content", "nothing to do", "superseded")
    clash = Rule(key[0], "duplicate_key", f"{told} and other content", "keep the right one")
    parts = [
        broken(last.filter(last.is_same & (last.place > 0)), build.catalogue.number(again)),
        broken(last.filter(~last.is_same), build.catalogue.number(clash)),
    ]
    when = build.spec.meta.recorded_column
    if when is None:
        return parts
    corrected = Rule(when, "corrected", f"{told} and a later {when}", "nothing to do", "superseded")
    return [*parts, broken(ranked.filter(~ranked.is_last), build.catalogue.number(corrected))]


def _ranked(build: Build, found: ibis.Table) -> ibis.Table:
    """Rows of one key beside each other: which were recorded last, and whether those agree.

    A row without a date of recording was recorded before any row with one.
    """
    key, name = list(build.spec.key), build.spec.meta.recorded_column
    content = [column for column in build.spec.column_names if column not in ORIGIN]
    packed = ibis.struct({column: found[column] for column in [*content, FAILURES]}).cast("json")
    when = ibis.literal(UNRECORDED) if name is None else found[name].fill_null(UNRECORDED)
    text = found.select(*key, *ORIGIN, content=packed.cast("string"), recorded_at=when)
    together = [*key, "recorded_at"]
    at_once = ibis.window(group_by=together)
    return text.mutate(
        is_last=text.recorded_at == text.recorded_at.max().over(ibis.window(group_by=key)),
        is_same=text.content.min().over(at_once) == text.content.max().over(at_once),
        place=ibis.row_number().over(ibis.window(group_by=together, order_by=ORIGIN)),
    )


def _keyed(build: Build, rows: ibis.Table) -> ibis.Table:
    """Rows of the study whose key can be read; a nullable part of a key may be empty."""
    required = [name for name in build.spec.key if build.spec.column(name).is_required]
    has_key = reduce(and_, [rows[name].notnull() for name in required])
    return rows.filter(has_key)


def overlaps(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Spells of one group that overlap: all of them."""
    if build.spec.meta.no_overlap is None:
        return []
    group, start, end = build.spec.meta.no_overlap
    until = rows[end].fill_null(rows[start])
    ordered = ibis.window(group_by=list(group), order_by=start)
    before = ibis.window(group_by=list(group), order_by=start, preceding=(None, 1))
    spells = rows.mutate(
        next_start=rows[start].lead().over(ordered), earlier_end=until.max().over(before)
    )
    until = spells[end].fill_null(spells[start])
    crossed = (until >= spells.next_start) | (spells.earlier_end >= spells[start])
    told = f"overlaps another row of the same {' and '.join(group)}"
    rule = Rule(end, "overlap", told, "end one spell before the next starts")
    return [broken(spells.filter(crossed), build.catalogue.number(rule))]


def shares(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Rows of a whole whose shares sum to more than 1."""
    if build.spec.meta.shares_sum is None:
        return []
    group, share = build.spec.meta.shares_sum
    summed = rows.group_by(group).agg(total=rows[share].sum())
    above = rows.semi_join(summed.filter(summed.total > 1 + 1e-9), group)
    told = f"the shares of one {group} sum to more than 1"
    rule = Rule(share, "share_sum", told, "correct the shares")
    return [broken(above, build.catalogue.number(rule))]


def orphans(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Rows that name a row of another table which is not there, or was not accepted."""
    return [
        _orphans(build, rows, key)
        for key in build.spec.foreign_keys
        if key.parent in build.parents or key.parent == build.spec.name
    ]


def _orphans(build: Build, rows: ibis.Table, key: ForeignKey) -> ibis.Table:
    parent = rows if key.parent == build.spec.name else build.parents[key.parent]
    known = parent.select(**{key.column: parent[key.parent_column]})
    column = rows[key.column]
    given = rows.filter(column.notnull() & ~column.isin(key.exempt or ("",)))
    return broken(given.anti_join(known, key.column), build.catalogue.number(_orphan(key)))


def _orphan(key: ForeignKey) -> Rule:
    told = f"{key.column} names no accepted row of {key.parent}"
    return Rule(key.column, "orphan", told, f"add it to {key.parent}, or correct the id")


def lost_children(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Rows whose parent in their own table was not accepted, or is their own descendant.

    What can be reached from rows without a parent is kept; one step per level of the tree.
    """
    own = [key for key in build.spec.foreign_keys if key.parent == build.spec.name]
    return [_unreached(build, rows, key) for key in own]


def _unreached(build: Build, rows: ibis.Table, key: ForeignKey) -> ibis.Table:
    backend = rows.get_backend()
    links = rows.select(*ORIGIN, node=rows[key.parent_column], above=rows[key.column])
    links = backend.create_table(gen_name("links"), links, temp=True)
    roots = links.filter(links.above.isnull()).select("node")
    reached, before, size = roots, 0, _size(roots)
    total = _size(links)
    while before < size < total:
        children = links.filter(links.above.isin(reached.node)).select("node")
        step = ibis.union(roots, children, distinct=True)
        reached = backend.create_table(gen_name("reached"), step, temp=True)
        before, size = size, _size(reached)
    lost = links.anti_join(reached, "node")
    return broken(lost, build.catalogue.number(_orphan(key)))


def _size(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())

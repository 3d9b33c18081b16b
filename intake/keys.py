"""Checks over sets of rows: duplicates, overlaps, shares, references."""

import datetime
from functools import reduce
from operator import and_

import ibis
import pyarrow as pa
from ibis.util import gen_name

from intake.checks import FAILURES, Rule, broken
from intake.mapping import mapped_texts
from intake.references import orphan
from intake.repeats import maybe_repeated, repeated_rows
from intake.stored import row_count
from intake.study import inline_mapping, source_name
from intake.typed import Build
from schemas.registry import ForeignKey

ORIGIN = ["source_file", "source_row"]
UNRECORDED = datetime.date(1, 1, 1)
"""Stands for the unknown date of a row that does not say when it was recorded."""


def duplicates(build: Build, rows: ibis.Table, most: int) -> list[ibis.Table]:
    """Rows whose key is there before, of at most `most` rows.

    The same content is superseded and other content is not, except where a row was recorded
    later than the others: it counts, and corrects them.
    """
    key = list(build.spec.key)
    if not key:
        return []
    repeated = _repeated(_keyed(build, rows), key, most)
    if repeated is None:
        return []
    ranked = _ranked(build, repeated)
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


def _repeated(keyed: ibis.Table, key: list[str], most: int) -> ibis.Table | None:
    """Rows whose key occurs more than once; keys are told apart by a number first."""
    alike = maybe_repeated(keyed, key, most)
    if alike is None:
        return None
    held = keyed.get_backend().create_table(gen_name("alike"), alike, temp=True)
    sizes = held.group_by(key).agg(key_count=held.count())
    repeated = sizes.filter(sizes.key_count > 1)
    return held.semi_join(repeated, [held[name].identical_to(repeated[name]) for name in key])


def repeated_places(build: Build, raw: ibis.Table) -> pa.Table | None:
    """Where rows of raw are whose key may occur more than once: `source_file, source_row`.

    Found before cells are read, so only for keys whose text is their value; None for others.
    """
    key = list(build.spec.key)
    columns = [build.spec.column(name) for name in key]
    is_merged = "alias" in build.parents and any(c.references == "partner" for c in columns)
    if not key or is_merged or any(column.kind != "id" for column in columns):
        return None
    parts = {}
    for source in build.study.sources:
        if source.table == build.spec.name:
            name = source_name(source)
            rows = raw.filter(raw.source_file == name)
            texts = mapped_texts(rows, build.spec, inline_mapping(source))
            keyed = rows.select("source_row", **{part: texts[part] for part in key})
            parts[name] = keyed.filter(*[keyed[c.name].notnull() for c in columns if c.is_required])
    return repeated_rows(parts, key, row_count(raw))


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
    """Rows that name a row of their own table which is not there."""
    own = [key for key in build.spec.foreign_keys if key.parent == build.spec.name]
    return [_orphans(build, rows, key) for key in own]


def _orphans(build: Build, rows: ibis.Table, key: ForeignKey) -> ibis.Table:
    """Few rows refer to their own table: the table is searched for what those name."""
    column = rows[key.column]
    given = rows.filter(column.notnull() & ~column.isin(key.exempt or ("",)))
    wanted = given.select(key.column).distinct()
    known = rows.select(**{key.column: rows[key.parent_column]}).semi_join(wanted, key.column)
    return broken(given.anti_join(known, key.column), build.catalogue.number(orphan(key)))


def lost_children(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Rows whose parent in their own table was not accepted, or is their own descendant.

    What can be reached from rows without a parent is kept; one step per level of the tree.
    """
    own = [key for key in build.spec.foreign_keys if key.parent == build.spec.name]
    return [_unreached(build, rows, key) for key in own]


def _unreached(build: Build, rows: ibis.Table, key: ForeignKey) -> ibis.Table:
    """Only rows that have a parent are held; whether it has none itself is asked of the table."""
    backend = rows.get_backend()
    links = rows.select(*ORIGIN, node=rows[key.parent_column], above=rows[key.column])
    held = backend.create_table(gen_name("links"), links.filter(links.above.notnull()), temp=True)
    roots = links.filter(links.above.isnull()).select(above="node")
    roots = roots.semi_join(held.select("above").distinct(), "above")
    first = held.semi_join(roots, "above").select("node")
    reached = backend.create_table(gen_name("reached"), first, temp=True)
    before, size, total = 0, _size(reached), _size(held)
    while before < size < total:
        step = ibis.union(first, held.filter(held.above.isin(reached.node)).select("node"))
        reached = backend.create_table(gen_name("reached"), step.distinct(), temp=True)
        before, size = size, _size(reached)
    return broken(held.anti_join(reached, "node"), build.catalogue.number(orphan(key)))


def _size(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())

"""Raw text to a core table: what is accepted, and every other row with its reasons."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import polars as pl
import pyarrow as pa
from ibis.util import gen_name

from intake.aliases import chains
from intake.checks import IS_BROKEN, Catalogue, listed
from intake.keys import ORIGIN, duplicates, lost_children, orphans, overlaps, shares
from intake.money import over_reversed
from intake.parse import ibis_type
from intake.personal import personal_data
from intake.problems import Problem, Rejected
from intake.rejections import rejections
from intake.sides import Sides, told_apart
from intake.stored import (
    Slice,
    as_view,
    file_of,
    in_order,
    left_over,
    new_file,
    parquet_table,
    parquet_writer,
    row_count,
    rows_from,
    slices_of,
    stored_table,
)
from intake.typed import Build
from intake.typed_slice import ORIGINAL, as_it_came
from schemas.registry import TABLES, TableSpec
from schemas.study import Study

QUARANTINE_COLUMNS = (
    "table_name",
    "source_file",
    "source_row",
    "column_name",
    "rule",
    "message",
    "remedy",
    "disposition",
    "original",
)
QUARANTINE_TYPES = {**dict.fromkeys(QUARANTINE_COLUMNS, "string"), "source_row": "int64"}


@dataclass(frozen=True)
class CoreTables:
    """`accepted` has the contract's columns; `quarantine` one row per rejected row and rule.

    `problems` says why a file cannot be used at all, where that shows only in its cells.
    """

    accepted: ibis.Table
    quarantine: ibis.Table
    problems: tuple[Problem, ...] = ()

    def usable(self) -> tuple[ibis.Table, ibis.Table]:
        """Accepted and quarantined rows; raises `Rejected` where a file cannot be used."""
        if self.problems:
            raise Rejected(self.problems)
        return self.accepted, self.quarantine


def build_core(
    table: str,
    raw: ibis.Table,
    parents: Mapping[str, ibis.Table],
    study: Study,
    backend: ibis.BaseBackend,
) -> CoreTables:
    """Type and check the rows of one table; `parents` are accepted core tables by name.

    References to tables the study has no source of are not checked. Every row of `raw` is in
    `accepted` or in `quarantine`, never in both.
    """
    present = {source.table for source in study.sources}
    if table not in present:
        return _nothing(TABLES[table])
    known = {name: parent for name, parent in parents.items() if name in present}
    build = Build(TABLES[table], study, known, Catalogue())
    slices = slices_of(raw)
    sides = told_apart(build, backend, raw, slices)
    failures = _failures(build, sides, backend)
    if failures.is_empty and (sides.doubtful is None or not row_count(sides.doubtful)):
        return CoreTables(sides.sound, _quarantine(build, backend, []))
    accepted = _without(table, sides, failures.late, slices)
    problems = rejections(build, sides.rows, failures.all)
    quarantine = _quarantine(build, backend, _in_words(build, raw, failures, sides, slices))
    return CoreTables(accepted, quarantine, problems)


@dataclass(frozen=True)
class Failures:
    """Broken rules of rows: `source_file, source_row, rule_no`.

    `early` are those of the broken side, which may be many; `late` come of checks over several
    rows, of any side.
    """

    early: ibis.Table
    late: ibis.Table

    @property
    def is_empty(self) -> bool:
        """Whether no row fails."""
        return not (row_count(self.early) or row_count(self.late))

    @property
    def all(self) -> ibis.Table:
        """Both."""
        return ibis.union(self.early, self.late)


def _without(table: str, sides: Sides, late: ibis.Table, slices: list[Slice]) -> ibis.Table:
    """The sound rows and the doubtful ones, without those that fail a check of several rows.

    Mostly none fails, and then the file of the sound rows is the answer.
    """
    sound, places = sides.sound, late.select(*ORIGIN)
    failed = places.semi_join(sound, ORIGIN).distinct().to_polars()
    held = sound.limit(0) if sides.doubtful is None else sides.doubtful
    unique = held.anti_join(places, ORIGIN).order_by(ORIGIN).to_pyarrow()
    source = file_of(sound)
    if source is None or (failed.is_empty() and not unique.num_rows):
        return sound
    path = new_file(sound.get_backend(), f"core_{table}")
    schema = sound.schema().to_pyarrow()
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with parquet_writer(path, schema) as put:
        for part in slices:
            rows = rows_from(source, part, schema.names, texts)
            mine = failed.filter(pl.col("source_file") == part.source_file)["source_row"]
            more = part.among(unique).cast(schema)
            kept = left_over(rows, mine.to_numpy())
            put(in_order(pa.concat_tables([kept.cast(schema), more])) if len(more) else kept)
    return stored_table(sound.get_backend(), path)


def _nothing(spec: TableSpec) -> CoreTables:
    """A table the study has no source of: no rows, the same columns and types."""
    types = {column.name: ibis_type(column) for column in spec.columns}
    return CoreTables(_empty(types), _empty(QUARANTINE_TYPES))


def _empty(types: Mapping[str, str]) -> ibis.Table:
    row = ibis.memtable([{"row": 1}])
    return row.select(**{name: ibis.null(kind) for name, kind in types.items()}).limit(0)


def _failures(build: Build, sides: Sides, backend: ibis.BaseBackend) -> Failures:
    """Every broken rule of every row."""
    rows = sides.rows
    ours = rows.filter(rows.is_kept)
    alike = rows if sides.doubtful is None else sides.alike
    own = {key.column for key in build.spec.foreign_keys if key.parent == build.spec.name}
    has_own = bool(own & sides.filled)
    early = _kept(backend, [listed(sides.broken)])
    parts = [
        *duplicates(build, alike.filter(alike.is_kept), sides.row_count),
        *(orphans(build, ours) if has_own else ()),
        *personal_data(build, ours, sides.filled),
        *chains(build, ours),
    ]
    late = _kept(backend, [early.limit(0), *parts])
    unbroken = ours.filter(~ours[IS_BROKEN])
    for checks in (overlaps, shares, *((reversals, lost_children) if has_own else ())):
        asked, none = checks(build, unbroken.anti_join(late, ORIGIN)), late.limit(0)
        found = [_kept(backend, [none, part]) for part in asked]
        more = [part for part in found if row_count(part)]
        late = _kept(backend, [late, *more]) if more else late
    return Failures(early, late)


def reversals(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Reversals that take back more than was paid; only engagements have any."""
    return over_reversed(rows, build.catalogue) if build.spec.name == "engagement" else []


def _kept(backend: ibis.BaseBackend, parts: list[ibis.Table]) -> ibis.Table:
    """The rows of all parts in a file, with types of the first: in memory they would grow."""
    path = new_file(backend, "failures")
    backend.to_parquet(parts[0] if len(parts) == 1 else ibis.union(*parts), path)
    return stored_table(backend, path)


def _quarantine(build: Build, backend: ibis.BaseBackend, rows: Iterable[pa.Table]) -> ibis.Table:
    """Rows set aside, in a file."""
    path = new_file(backend, f"quarantine_{build.spec.name}")
    with parquet_writer(path, ibis.schema(QUARANTINE_TYPES).to_pyarrow()) as put:
        for part in rows:
            put(part)
    return stored_table(backend, path)


def _in_words(
    build: Build, raw: ibis.Table, failures: Failures, sides: Sides, slices: list[Slice]
) -> Iterator[pa.Table]:
    """The broken rules of each slice in words, with the row as it came."""
    words, original_of = _words(build), _originals(raw, failures, sides)
    for part in slices:
        failed = in_order(part.of(failures.all).sort_by("rule_no"))
        original = original_of(part)
        places = np.searchsorted(original["source_row"], failed["source_row"])
        said = {name: cells.take(failed["rule_no"]) for name, cells in words.items()}
        came = {ORIGINAL: original[ORIGINAL].take(pa.array(places))}
        cells = {**said, **{name: failed[name] for name in ORIGIN}, **came}
        yield pa.table({name: cells[name] for name in QUARANTINE_COLUMNS})


def _originals(raw: ibis.Table, failures: Failures, sides: Sides) -> Callable[[Slice], pa.Table]:
    """A function that gives the rows of a slice that fail, as they came, in order.

    Those that were at hand, all broken ones among them, lie in a file; others are in raw.
    """
    backend, kept = raw.get_backend(), sides.original
    found = (failures.all if kept is None else failures.late).select(*ORIGIN).distinct()
    away = found if kept is None else found.anti_join(parquet_table(backend, kept), ORIGIN)
    held = backend.create_table(gen_name("late"), away, temp=True)
    names = ["source_row", ORIGINAL]
    came = as_it_came(raw.semi_join(held, ORIGIN))
    rest = as_view(backend, "late", came) if row_count(held) else None

    def of(part: Slice) -> pa.Table:
        parts = [] if kept is None else [rows_from(kept, part, [ORIGINAL], []).select(names)]
        parts += [] if rest is None else [part.of(rest).select(names)]
        return in_order(pa.concat_tables(parts))

    return of


def _words(build: Build) -> dict[str, pa.DictionaryArray]:
    """What quarantine says of each rule, by its number: each text is in its list once."""
    rules = build.catalogue.rules
    said = {
        "table_name": [build.spec.name] * len(rules),
        "column_name": [rule.column for rule in rules],
        "rule": [rule.name for rule in rules],
        "message": [rule.message for rule in rules],
        "remedy": [rule.remedy for rule in rules],
        "disposition": [rule.disposition for rule in rules],
    }
    return {name: pa.array(texts, pa.string()).dictionary_encode() for name, texts in said.items()}

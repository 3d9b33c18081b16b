"""Rows that are set aside only because the row they point at is: told apart from defects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis

from intake.keys import ORIGIN
from intake.mapping import mapped_texts
from intake.orphans import ORPHAN
from intake.study import inline_mapping, source_name
from schemas.registry import TABLES, TableSpec
from schemas.study import Study

HELD_BACK = "held_back"
Row = dict[str, Any]
Place = tuple[str, int]


@dataclass
class HeldBack:
    """Ids of rows in quarantine, by table, as far as tables have been checked."""

    ids: dict[str, set[str]] = field(default_factory=dict)

    def told(
        self, table: str, raw: ibis.Table, quarantine: Sequence[Row], study: Study
    ) -> list[Row]:
        """Quarantine with references to rows that are set aside said as what they are.

        Ids of this table's own rows in quarantine are remembered for the tables below it.
        """
        spec = TABLES[table]
        broken = [row for row in quarantine if row["disposition"] == "quarantined"]
        has_ids = len(spec.key) == 1
        if not broken or not (has_ids or any(row["rule"] == ORPHAN for row in broken)):
            return list(quarantine)
        cells = _ids_of(spec, raw, broken, study)
        if has_ids:
            self.ids[table] = _held(spec, broken, cells, _known(spec, raw, cells, study))
        return [self._said(spec, row, cells.get(_place(row), {})) for row in quarantine]

    def _said(self, spec: TableSpec, row: Row, cells: Row) -> Row:
        if row["rule"] != ORPHAN:
            return row
        column = row["column_name"]
        parent = next(key.parent for key in spec.foreign_keys if key.column == column)
        if cells.get(column) not in self.ids.get(parent, set()):
            return row
        return {
            **row,
            "rule": HELD_BACK,
            "message": f"{column} names a row of {parent} that is itself set aside",
            "remedy": f"correct that row of {parent}; nothing to do here",
        }


def _place(row: Row) -> Place:
    return row["source_file"], row["source_row"]


def _above(spec: TableSpec) -> list[str]:
    """Columns that name a row of the same table."""
    return [key.column for key in spec.foreign_keys if key.parent == spec.name]


def _texts(spec: TableSpec, raw: ibis.Table, study: Study) -> ibis.Table:
    """The key and the references of every row, as the source has them."""
    names = list(dict.fromkeys([*spec.key[:1], *(key.column for key in spec.foreign_keys)]))
    parts = []
    for source in study.sources:
        if source.table == spec.name:
            rows = raw.filter(raw.source_file == source_name(source))
            texts = mapped_texts(rows, spec, inline_mapping(source))
            parts.append(rows.select(*ORIGIN, **{name: texts[name] for name in names}))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _ids_of(
    spec: TableSpec, raw: ibis.Table, broken: Sequence[Row], study: Study
) -> dict[Place, Row]:
    """Key and references of the broken rows, by file and row."""
    places = [{name: row[name] for name in ORIGIN} for row in broken]
    schema = ibis.schema({"source_file": "string", "source_row": "int64"})
    chosen = _texts(spec, raw, study).semi_join(ibis.memtable(places, schema=schema), ORIGIN)
    return {_place(row): row for row in chosen.to_pyarrow().to_pylist()}


def _known(spec: TableSpec, raw: ibis.Table, cells: Mapping[Place, Row], study: Study) -> set[str]:
    """Which of the parents that broken rows name in their own table are there, in any state."""
    named = {row[name] for row in cells.values() for name in _above(spec)} - {None}
    if not named:
        return set()
    key = spec.key[0]
    wanted = ibis.memtable([{key: name} for name in named], schema=ibis.schema({key: "string"}))
    found = _texts(spec, raw, study).select(key).semi_join(wanted, key)
    return set(found[key].to_pyarrow().to_pylist())


def _held(
    spec: TableSpec, broken: Sequence[Row], cells: Mapping[Place, Row], known: set[str]
) -> set[str]:
    """Ids of rows with a defect of their own, and of those that hang from them.

    Rows that point at each other in a ring hang from no such row: the ring is the defect.
    """
    above, key = _above(spec), spec.key[0]
    rows = [(row, cells[_place(row)]) for row in broken if _place(row) in cells]
    held = {ids[key] for row, ids in rows if not _hangs(row, ids, above, known)}
    more = held
    while more:
        more = {ids[key] for _row, ids in rows if any(ids[name] in held for name in above)} - held
        held |= more
    return held - {None}


def _hangs(row: Row, cells: Row, above: Sequence[str], known: set[str]) -> bool:
    """Whether a row is set aside for a parent of its own table that is there."""
    column = row["column_name"]
    return row["rule"] == ORPHAN and column in above and cells[column] in known

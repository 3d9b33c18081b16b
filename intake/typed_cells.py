"""Cells that are not text in their source, as the text the study declares for their column."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.mapping import Mapping
from schemas.registry import TABLES, ColumnSpec

NUMBERS = ("money", "number", "count")


@dataclass(frozen=True)
class CellText:
    """How dates and numbers of one column of a source are written; whether it holds ids."""

    date: str
    decimal: str = "."
    is_id: bool = False

    def day(self, value: dt.date) -> str:
        """A date as text; a year has four digits whatever the platform."""
        return value.strftime(self.date.replace("%Y", f"{value.year:04d}"))

    def number(self, text: str) -> str:
        """A number that is written with a point."""
        return text.replace(".", self.decimal)


def cell_texts(table: str, mapping: Mapping, header: Sequence[str]) -> dict[str, CellText]:
    """How each column of a source is written, by its name there."""
    plain = CellText(mapping.format.typed_date, mapping.format.decimal)
    found = dict.fromkeys(header, plain)
    for column in TABLES[table].data_columns:
        for name in set(mapping.source_columns(column.name)) & set(header):
            found[name] = _for_column(found[name], column, mapping)
    return found


def _for_column(text: CellText, column: ColumnSpec, mapping: Mapping) -> CellText:
    if column.kind in NUMBERS:
        return replace(text, decimal=mapping.format.number_format(column.name).decimal)
    return replace(text, is_id=text.is_id or column.kind == "id")

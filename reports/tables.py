"""Tables as a reader sees them, and the same as CSV that no spreadsheet takes for a formula."""

import csv
import io
from dataclasses import dataclass
from urllib.parse import quote

Cell = str | float | int | None
SYNTHETIC_COLUMN = "SYNTHETIC"
SYNTHETIC_CELL = "synthetic example data"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Table:
    """`rows` are texts to show, `records` the same facts unrounded for the CSV."""

    table_id: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    record_header: tuple[str, ...]
    records: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Columns set flush right."""
    is_slim: bool = False
    """Whether its few short columns of numbers fit the narrowest page side by side."""


def csv_text(table: Table, *, synthetic: bool) -> str:
    """The records as CSV; where synthetic, the first column of every row says so."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    mark = (SYNTHETIC_COLUMN,) if synthetic else ()
    value = (SYNTHETIC_CELL,) if synthetic else ()
    writer.writerow(mark + tuple(neutral(name) for name in table.record_header))
    for record in table.records:
        writer.writerow(value + tuple(neutral(cell) for cell in record))
    return buffer.getvalue()


def csv_link(table: Table, *, synthetic: bool) -> str:
    """The CSV as a `data:` address, so that the page needs no second file."""
    return "data:text/csv;charset=utf-8," + quote(
        csv_text(table, synthetic=synthetic), safe=",.:()'"
    )


def neutral(cell: Cell) -> Cell:
    """A text that a spreadsheet would run gets an apostrophe; numbers are left alone."""
    if isinstance(cell, str) and cell.lstrip(" \u00a0").startswith(_FORMULA_STARTS):
        return "'" + cell
    return "" if cell is None else cell

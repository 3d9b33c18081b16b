"""What cells look like: which kind of column they could be, and in which format."""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from schemas.registry import ColumnSpec

DATE_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %B %Y",
    "%d %b %Y",
    "%Y-%m",
    "%m/%Y",
    "%m.%Y",
    "%Y",
)
"""Formats that are recognised, the likelier first."""
FIRST_YEAR, LAST_YEAR = 1900, 2099
NUMBER = {
    (".", ""): r"[+-]?\d+(?:\.\d+)?",
    (",", ""): r"[+-]?\d+(?:,\d+)?",
    (".", "'"): r"[+-]?\d{1,3}(?:['\u2019]\d{3})+(?:\.\d+)?",
    (".", ","): r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?",
    (",", "."): r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?",
    (",", " "): r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?",
    (".", " "): r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:\.\d+)?",
}
"""Decimal sign and thousands separator, and what a number looks like with them."""
FLAGS = {"true", "false", "yes", "no", "ja", "nein", "oui", "non", "y", "n", "0", "1"}


def date_formats(cells: Sequence[str]) -> list[str]:
    """The formats that read every cell as a day from 1900 to 2099, where there are cells."""
    if not cells:
        return []
    return [pattern for pattern in DATE_FORMATS if all(_is_date(cell, pattern) for cell in cells)]


def number_styles(cells: Sequence[str]) -> list[tuple[str, str]]:
    """Decimal sign and thousands separator that read every cell; none where there are no cells."""
    found = []
    for (decimal, thousands), shape in NUMBER.items():
        pattern = re.compile(f"{NUMBER[(decimal, '')]}|{shape}")
        if cells and all(pattern.fullmatch(cell) for cell in cells):
            found.append((decimal, thousands))
    return found


def fits(column: ColumnSpec, cells: Sequence[str]) -> bool | None:
    """Whether cells could be a column's; none where they cannot tell, as with text."""
    tests: dict[str, Callable[[str], object]] = {
        "code": lambda cell: re.fullmatch(column.pattern or "", cell),
        "flag": lambda cell: cell.casefold() in FLAGS,
    }
    if not cells or column.kind in ("id", "text"):
        return None
    if column.kind == "date":
        return bool(date_formats(cells))
    if column.kind == "word":
        return True if all(cell in column.allowed for cell in cells) else None
    if column.kind in tests:
        return all(tests[column.kind](cell) for cell in cells)
    return bool(number_styles(cells))


def is_unique(cells: Sequence[str]) -> bool:
    """Whether no cell occurs twice."""
    return len(set(cells)) == len(cells)


def _is_date(cell: str, pattern: str) -> bool:
    if pattern == "%Y%m%d" and len(cell) != 8:
        return False
    try:
        return FIRST_YEAR <= dt.datetime.strptime(cell, pattern).year <= LAST_YEAR
    except ValueError:
        return False

"""What cells look like: which kind of column they could be, and in which format."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from schemas.registry import ColumnSpec

Found = TypeVar("Found")

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
ENOUGH = 0.9
FLAGS = {"true", "false", "yes", "no", "ja", "nein", "oui", "non", "y", "n", "0", "1"}


def date_formats(cells: Sequence[str]) -> list[str]:
    """The formats that read most cells as a day from 1900 to 2099; none where none reads enough."""
    return _best(cells, {p: sum(_is_date(cell, p) for cell in cells) for p in DATE_FORMATS})


def number_styles(cells: Sequence[str]) -> list[tuple[str, str]]:
    """Decimal sign and thousands separator that read most cells; none where none reads enough."""
    shapes = {style: re.compile(f"{NUMBER[(style[0], '')]}|{NUMBER[style]}") for style in NUMBER}
    counts = {s: sum(bool(p.fullmatch(cell)) for cell in cells) for s, p in shapes.items()}
    return _best(cells, counts)


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
        return _are_enough(sum(cell in column.allowed for cell in cells), cells) or None
    if column.kind in tests:
        return _are_enough(sum(bool(tests[column.kind](cell)) for cell in cells), cells)
    return bool(number_styles(cells))


def is_unique(cells: Sequence[str]) -> bool:
    """Whether no cell occurs twice."""
    return len(set(cells)) == len(cells)


def _best(cells: Sequence[str], counts: Mapping[Found, int]) -> list[Found]:
    """What reads the most cells, all that do equally well; empty where that is too few."""
    most = max(counts.values())
    return [found for found, n in counts.items() if n == most] if _are_enough(most, cells) else []


def _are_enough(count: int, cells: Sequence[str]) -> bool:
    """A column with a few wrong cells is still what the others say it is."""
    return count > 0 and count >= ENOUGH * len(cells)


def _is_date(cell: str, pattern: str) -> bool:
    if pattern == "%Y%m%d" and len(cell) != 8:
        return False
    try:
        return FIRST_YEAR <= dt.datetime.strptime(cell, pattern).year <= LAST_YEAR
    except ValueError:
        return False

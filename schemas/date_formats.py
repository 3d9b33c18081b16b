"""Declared formats of dates: how precise they are, and which cannot stand side by side."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import permutations

from schemas.vocabulary import DatePrecision

ISO = "%Y-%m-%d"
SERIALS = {"excel_serial": dt.date(1899, 12, 30), "excel_serial_1904": dt.date(1904, 1, 1)}
"""Day 0 of a spreadsheet's serial numbers."""
YEARS = ("%Y", "%y")
MONTHS = ("%m", "%-m", "%b", "%B")
DAYS = ("%d", "%-d")
TIMES = ("%H", "%M", "%S")
DIRECTIVE = re.compile(r"%-?[A-Za-z%]")
LETTERS = {"yyyy": "%Y", "yy": "%y", "mmm": "%b", "mm": "%m", "dd": "%d", "jjjj": "%Y", "tt": "%d"}
"""What spreadsheets call the parts of a date, in English and German."""
PROBES = tuple(
    dt.date(year, month, day)
    for year in (1987, 2003, 2011, 2012, 2024)
    for month in (1, 4, 10, 12)
    for day in (1, 7, 11, 28)
)


def defect(pattern: str) -> str | None:
    """Why a text is not a format of dates, or none."""
    if pattern in SERIALS:
        return None
    found = DIRECTIVE.findall(pattern)
    odd = [part for part in found if part not in (*YEARS, *MONTHS, *DAYS, *TIMES)]
    if odd:
        return f"{odd[0]} of {pattern} cannot be read in a date"
    if not set(found) & set(YEARS):
        return f"{pattern} has no year (%Y or %y){_translated(pattern)}"
    if set(found) & set(DAYS) and not set(found) & set(MONTHS):
        return f"{pattern} has a day and no month (%m, %b or %B)"
    return None


def _translated(pattern: str) -> str:
    told = re.sub(r"[a-z]{2,4}", lambda part: LETTERS.get(part[0], part[0]), pattern.lower())
    is_format = any(year in told for year in YEARS)
    return f"; did you mean {told}?" if is_format else ""


def precision(pattern: str) -> DatePrecision:
    """How exactly a format tells a date."""
    if pattern in SERIALS or any(part in pattern for part in DAYS):
        return "day"
    return "month" if any(part in pattern for part in MONTHS) else "year"


def is_written_in_full(pattern: str) -> bool:
    """Whether a format is of the strptime kind and names a day."""
    return pattern not in SERIALS and precision(pattern) == "day"


def confusable(patterns: Sequence[str]) -> tuple[str, str] | None:
    """Two formats of which one reads a text of the other as another date, or none."""
    for one, other in permutations(patterns, 2):
        for day in PROBES:
            meant = _read(_written(day, one), one)
            heard = _read(_written(day, one), other)
            if None not in (meant, heard) and meant != heard:
                return one, other
    return None


def _written(day: dt.date, pattern: str) -> str:
    if pattern in SERIALS:
        return str((day - SERIALS[pattern]).days)
    return day.strftime(_plain(pattern))


def _read(text: str, pattern: str) -> dt.date | None:
    try:
        if pattern in SERIALS:
            return SERIALS[pattern] + dt.timedelta(days=int(text))
        return dt.datetime.strptime(text, _plain(pattern)).date()
    except (ValueError, OverflowError):
        return None


def _plain(pattern: str) -> str:
    """Python reads %d with or without its zero, and does not know %-d."""
    return pattern.replace("%-", "%")

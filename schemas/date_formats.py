"""Declared formats of dates: how precise they are, and which cannot stand side by side."""

import datetime as dt
from collections.abc import Sequence
from itertools import permutations

from schemas.vocabulary import DatePrecision

ISO = "%Y-%m-%d"
SERIALS = {"excel_serial": dt.date(1899, 12, 30), "excel_serial_1904": dt.date(1904, 1, 1)}
"""Day 0 of a spreadsheet's serial numbers."""
DAYS = ("%d", "%-d", "%j", "%x", "%c")
MONTHS = ("%m", "%-m", "%b", "%B")
PROBES = tuple(
    dt.date(year, month, day)
    for year in (1987, 2003, 2011, 2012, 2024)
    for month in (1, 4, 10, 12)
    for day in (1, 7, 11, 28)
)


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
    return day.strftime(pattern)


def _read(text: str, pattern: str) -> dt.date | None:
    try:
        if pattern in SERIALS:
            return SERIALS[pattern] + dt.timedelta(days=int(text))
        return dt.datetime.strptime(text, pattern).date()
    except (ValueError, OverflowError):
        return None

"""Dates as a source writes them: declared formats only, and how precise each date is."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

import ibis

from schemas.date_formats import ISO, SERIALS, precision

DIRECTIVES = {"%Y": r"\d{4}", "%y": r"\d{2}", "%b": r"\pL+\.?", "%B": r"\pL+"}
SERIAL_RANGE = (61, 2_958_465)
"""From 1 March 1900, after the leap day that spreadsheets invented, to the end of 9999."""
BOTH_WAYS = r"^(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|1[0-2])[/.-](?:\d{4}|\d{2})$"
"""Two numbers that may each be a month, and a year."""

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def _python_strptime(text: str, pattern: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, pattern)


try_strptime: Any = ibis.udf.scalar.builtin(_python_strptime, name="try_strptime")
"""DuckDB's own: a timestamp, or null where the text does not follow the pattern."""


@dataclass(frozen=True)
class DateText:
    """A column's dates, and the precision of each; both null where no format fits."""

    value: Value
    precision: Value


def read_dates(text: Value, formats: tuple[str, ...], *, is_last_day: bool) -> DateText:
    """Dates by the first format that fits; `is_last_day` reads 2015 as 31 December.

    A month or a year stands for its first day, or its last where the column is a last day.
    """
    read = [
        (_one(text, pattern, is_last_day=is_last_day), precision(pattern)) for pattern in formats
    ]
    if len(read) == 1:
        value, exact = read[0]
        return DateText(value, ibis.ifelse(value.notnull(), exact, ibis.null("string")))
    exact = ibis.cases(*[(value.notnull(), word) for value, word in read])
    return DateText(ibis.coalesce(*[value for value, _ in read]), exact)


def fits_both_ways(text: Value) -> Value:
    """Whether a text could be day/month/year and month/day/year."""
    return text.re_search(BOTH_WAYS)


def date_pattern(pattern: str) -> str:
    """A regular expression for the shape of a strptime format; ISO dates have fixed widths."""
    number = r"\d{2}" if pattern == ISO else r"\d{1,2}"
    parts = re.split(r"(%-?[A-Za-z])", pattern)
    shape = "".join(
        DIRECTIVES.get(part, number) if part.startswith("%") else re.escape(part) for part in parts
    )
    return f"^{shape}$"


def _one(text: Value, pattern: str, *, is_last_day: bool) -> Value:
    if pattern in SERIALS:
        return _serial(text, pattern)
    shaped = ibis.ifelse(text.re_search(date_pattern(pattern)), text, ibis.null("string"))
    if pattern == ISO:
        return shaped.try_cast("date")
    value = try_strptime(shaped, pattern).date()
    exact = precision(pattern)
    if exact == "day" or not is_last_day:
        return value
    step = ibis.interval(years=1) if exact == "year" else ibis.interval(months=1)
    return value + step - ibis.interval(days=1)


def _serial(text: Value, pattern: str) -> Value:
    """A spreadsheet's serial number; its fraction is the time of day and is left out."""
    shaped = ibis.ifelse(text.re_search(r"^\d{1,7}(?:\.\d+)?$"), text, ibis.null("string"))
    days = shaped.split(".")[0].try_cast("int64")
    known = ibis.ifelse(days.between(*SERIAL_RANGE), days, ibis.null("int64"))
    return ibis.literal(SERIALS[pattern]) + known.as_interval("D")

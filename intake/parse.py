"""From text to types, with a reason for every cell that cannot be read."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

import ibis

from intake.checks import Check, Rule
from schemas.core.fields import MONEY_PRECISION, MONEY_SCALE
from schemas.registry import ColumnSpec
from schemas.study import SourceFormat

TYPES = {
    "id": "string",
    "text": "string",
    "word": "string",
    "code": "string",
    "date": "date",
    "money": f"decimal({MONEY_PRECISION}, {MONEY_SCALE})",
    "number": "float64",
    "count": "int64",
    "flag": "boolean",
}
"""Ibis types of the kinds of column."""
FIRST_DATE = datetime.date(1900, 1, 1)
MAX_CELL = 65_536
WHOLE = MONEY_PRECISION - MONEY_SCALE
MONEY_PATTERN = rf"^[+-]?\d{{1,{WHOLE}}}(?:\.\d{{1,{MONEY_SCALE}}})?$"
NUMBER_PATTERN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
COUNT_PATTERN = r"^[+-]?\d{1,18}$"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}]"
CONTROL_IN_ID = (
    r"[\x00-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{2069}\x{feff}]"
)
DIRECTIVES = {"%Y": r"\d{4}", "%y": r"\d{2}", "%b": r"\pL+\.?", "%B": r"\pL+"}

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def _python_strptime(text: str, pattern: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, pattern)


try_strptime: Any = ibis.udf.scalar.builtin(_python_strptime, name="try_strptime")
"""DuckDB's own: a timestamp, or null where the text does not follow the pattern."""


@dataclass(frozen=True)
class Cell:
    """One parsed column: whether its cell is filled, its typed value, the checks of its text."""

    given: Value
    value: Value
    checks: tuple[Check, ...]


def ibis_type(column: ColumnSpec) -> str:
    """The Ibis type of a column of an accepted table."""
    return TYPES.get(column.kind, "int64" if column.name == "source_row" else "string")


def parse(text: Value, column: ColumnSpec, style: SourceFormat) -> Cell:
    """A text column as its contract type; an empty cell, or one of spaces only, is null.

    Ids and free text keep the spaces around them; other cells are read without.
    """
    trimmed = text.strip().nullif("")
    given = trimmed.notnull()
    if column.kind in ("id", "text"):
        value = ibis.ifelse(given, text, ibis.null("string"))
        checks = _text_checks(text, column)
    else:
        value, rule = _typed(trimmed, column, style)
        checks = (Check(rule, given & value.isnull()),)
    if not column.is_required:
        return Cell(given, value, checks)
    rule = Rule(column.name, "missing", f"{column.name} must be given", "fill the cell")
    return Cell(given, value, (Check(rule, ~given), *checks))


def _text_checks(text: Value, column: ColumnSpec) -> tuple[Check, ...]:
    hidden = Rule(
        column.name,
        "control_character",
        f"{column.name} holds a character that cannot be seen",
        "type the text again",
    )
    long = Rule(column.name, "too_long", f"{column.name} is longer than 64 KiB", "shorten the text")
    pattern = CONTROL_IN_ID if column.kind == "id" else CONTROL
    return (Check(hidden, text.re_search(pattern)), Check(long, text.length() > MAX_CELL))


def _typed(text: Value, column: ColumnSpec, style: SourceFormat) -> tuple[Value, Rule]:
    if column.kind == "date":
        return _date(text, column, style.date)
    if column.kind == "flag":
        return _flag(text, column)
    if column.kind == "word":
        return _word(text, column)
    if column.kind == "code":
        return _code(text, column)
    return _number(text, column, style.decimal)


def _date(text: Value, column: ColumnSpec, pattern: str) -> tuple[Value, Rule]:
    shaped = text.re_search(date_pattern(pattern))
    value = ibis.ifelse(shaped, try_strptime(text, pattern), ibis.null("timestamp")).date()
    rule = Rule(
        column.name,
        "not_a_date",
        f"{column.name} must be a date written as {pattern}",
        "correct the cell, or declare its format under mapping.format.date",
    )
    return value, rule


def date_pattern(pattern: str) -> str:
    """A regular expression for the shape of a strptime format; ISO dates have fixed widths."""
    iso = pattern == "%Y-%m-%d"
    number = r"\d{2}" if iso else r"\d{1,2}"
    parts = re.split(r"(%-?[A-Za-z])", pattern)
    shape = "".join(
        DIRECTIVES.get(part, number) if part.startswith("%") else re.escape(part) for part in parts
    )
    return f"^{shape}$"


def _flag(text: Value, column: ColumnSpec) -> tuple[Value, Rule]:
    lowered = text.lower()
    value = ibis.cases((lowered == "true", True), (lowered == "false", False))
    rule = Rule(
        column.name,
        "not_a_boolean",
        f"{column.name} must be true or false",
        "correct the cell, or map its words under mapping.values",
    )
    return value, rule


def _word(text: Value, column: ColumnSpec) -> tuple[Value, Rule]:
    value = ibis.ifelse(text.isin(column.allowed), text, ibis.null("string"))
    rule = Rule(
        column.name,
        "not_allowed",
        f"{column.name} is not in its list of words",
        f"use one of {', '.join(column.allowed)}",
    )
    return value, rule


def _code(text: Value, column: ColumnSpec) -> tuple[Value, Rule]:
    value = ibis.ifelse(text.re_search(column.pattern), text, ibis.null("string"))
    rule = Rule(
        column.name,
        "not_a_code",
        f"{column.name} must be a {column.unit} in capitals",
        "correct the cell, or map it under mapping.values",
    )
    return value, rule


def _number(text: Value, column: ColumnSpec, decimal: str) -> tuple[Value, Rule]:
    pattern, what = {
        "money": (MONEY_PATTERN, f"an amount with at most {MONEY_SCALE} decimals"),
        "count": (COUNT_PATTERN, "a whole number"),
        "number": (NUMBER_PATTERN, "a plain number"),
    }[column.kind]
    plain = text if decimal == "." else text.translate(".,", ",.")
    shaped = ibis.ifelse(plain.re_search(pattern), plain, ibis.null("string"))
    value = shaped.try_cast(TYPES[column.kind])
    if column.kind == "number":
        value = ibis.ifelse(value.isinf() | value.isnan(), ibis.null("float64"), value)
    rule = Rule(
        column.name,
        "not_a_number",
        f"{column.name} must be {what} with decimal sign {decimal!r}",
        "correct the cell: no currency, spaces, thousands separators or brackets",
    )
    return value, rule


def limit_checks(value: Value, column: ColumnSpec, as_of: datetime.date) -> list[Check]:
    """Checks of the typed value against the column's bounds, and of dates against the clock."""
    if column.kind == "date":
        return _date_checks(value, column, as_of)
    bounds = []
    if column.minimum is not None:
        bounds.append((f"at least {column.minimum:g}", value < column.minimum))
    if column.above is not None:
        bounds.append((f"above {column.above:g}", value <= column.above))
    if column.maximum is not None:
        bounds.append((f"at most {column.maximum:g}", value > column.maximum))
    return [
        Check(Rule(column.name, "range", f"{column.name} must be {words}", "correct it"), fails)
        for words, fails in bounds
    ]


def _date_checks(value: Value, column: ColumnSpec, as_of: datetime.date) -> list[Check]:
    early = Rule(
        column.name, "before_1900", f"{column.name} must not be before 1900", "correct the year"
    )
    late = Rule(
        column.name,
        "future",
        f"{column.name} must not be after the study's as_of ({as_of})",
        "correct the date, or set as_of in study.yaml",
    )
    checks = [Check(early, value < ibis.literal(FIRST_DATE))]
    return checks if column.may_be_future else [*checks, Check(late, value > ibis.literal(as_of))]

"""From text to types, with a reason for every cell that cannot be read."""

import datetime
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import ibis
import ibis.expr.operations as ops

from intake.checks import Check, Rule
from intake.dates import fits_both_ways, read_dates
from intake.decimals import MONEY
from intake.numbers import read_number
from schemas.core.fields import MONEY_SCALE
from schemas.date_formats import ISO
from schemas.mapping import NumberFormat
from schemas.registry import ColumnSpec

TYPES = {
    "id": "string",
    "text": "string",
    "word": "string",
    "code": "string",
    "date": "date",
    "money": MONEY,
    "number": "float64",
    "count": "int64",
    "flag": "boolean",
}
"""Ibis types of the kinds of column."""
FIRST_DATE = datetime.date(1900, 1, 1)
MAX_CELL = 65_536
AFTER_SPACE = "!"
"""The character after the space: a text that begins with it or a later one begins with no space."""
NOT_PRINTABLE = "*[! -~]*"
NOT_A_DATE = "not_a_date"
SPREADSHEET_ERROR = r"^#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)$"
"""What a cell shows whose formula has failed."""
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}]"
CONTROL_IN_ID = (
    r"[\x00-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{2069}\x{feff}]"
)

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""

NO: Value = ibis.literal(value=False)
PLAIN = NumberFormat()


def _python_glob(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern)


matches_glob: Any = ibis.udf.scalar.builtin(_python_glob, name="~~~")
"""DuckDB's GLOB, several times as fast as a regular expression."""


@dataclass(frozen=True)
class CellStyle:
    """How the cells of one column are written; `currency` is what minor units are counted in."""

    dates: tuple[str, ...] = (ISO,)
    is_declared: bool = False
    number: NumberFormat = PLAIN
    currency: Value = None


@dataclass(frozen=True)
class Cell:
    """One parsed column: whether its cell is filled, its typed value, the checks of its text.

    `precision` says of a date how exactly it is known; null for other columns.
    """

    given: Value
    value: Value
    checks: tuple[Check, ...]
    precision: Value = None


def ibis_type(column: ColumnSpec) -> str:
    """The Ibis type of a column of an accepted table."""
    return TYPES.get(column.kind, "int64" if column.name == "source_row" else "string")


def is_null(text: Value) -> bool:
    """Whether a text is the null of a column that its source does not have."""
    return isinstance(text.op(), ops.Literal) and text.op().value is None


def absent(column: ColumnSpec) -> Cell:
    """A column that its source does not have."""
    return _with_missing(Cell(NO, ibis.null(ibis_type(column)), ()), column)


def parse(text: Value, column: ColumnSpec, style: CellStyle) -> Cell:
    """A text column as its contract type; an empty cell, or one of spaces only, is null.

    Ids and free text keep the spaces around them; other cells are read without.
    """
    return _with_missing(_read(text, column, style), column)


def _with_missing(cell: Cell, column: ColumnSpec) -> Cell:
    if not column.is_required:
        return cell
    rule = Rule(column.name, "missing", f"{column.name} must be given", "fill the cell")
    return replace(cell, checks=(Check(rule, ~cell.given), *cell.checks))


def _read(text: Value, column: ColumnSpec, style: CellStyle) -> Cell:
    if column.kind in ("id", "text"):
        given = ibis.ifelse(text >= AFTER_SPACE, ibis.literal(value=True), text.strip() != "")
        given = given.fill_null(NO)
        value = ibis.ifelse(given, text, ibis.null("string"))
        return Cell(given, value, _text_checks(text, column))
    trimmed = _trimmed(text, column).nullif("")
    given = trimmed.notnull()
    if column.kind == "date":
        return _date(trimmed, column, style)
    value, rule = _typed(trimmed, column, style)
    return Cell(given, value, (Check(rule, given & value.isnull()),))


def _trimmed(text: Value, column: ColumnSpec) -> Value:
    """The text without the spaces around it.

    Trimming costs the engine more than looking at both ends, save where few texts occur often.
    """
    if column.kind not in ("money", "number", "count"):
        return text.strip()
    is_bare = (text >= AFTER_SPACE) & (text.right(1) >= AFTER_SPACE)
    return ibis.ifelse(is_bare, text, text.strip())


def _text_checks(text: Value, column: ColumnSpec) -> tuple[Check, ...]:
    hidden = Rule(
        column.name,
        "control_character",
        f"{column.name} holds a character that cannot be seen",
        "type the text again",
    )
    long = Rule(column.name, "too_long", f"{column.name} is longer than 64 KiB", "shorten the text")
    wrong = Rule(
        column.name,
        "spreadsheet_error",
        f"{column.name} holds an error of a spreadsheet",
        "correct the formula, and save again",
    )
    pattern = CONTROL_IN_ID if column.kind == "id" else CONTROL
    is_odd = ibis.ifelse(matches_glob(text, NOT_PRINTABLE), text.re_search(pattern), NO)
    is_wrong = ibis.ifelse(text.startswith("#"), text.re_search(SPREADSHEET_ERROR), NO)
    return (
        Check(hidden, is_odd),
        Check(long, text.length() > MAX_CELL),
        Check(wrong, is_wrong),
    )


def _typed(text: Value, column: ColumnSpec, style: CellStyle) -> tuple[Value, Rule]:
    if column.kind == "flag":
        return _flag(text, column)
    if column.kind == "word":
        return _word(text, column)
    if column.kind == "code":
        return _code(text, column)
    return read_number(text, column, style.number, style.currency), _number_rule(column, style)


def _date(text: Value, column: ColumnSpec, style: CellStyle) -> Cell:
    read = read_dates(text, style.dates, is_last_day=column.is_last_day)
    given = text.notnull()
    unread = given & read.value.isnull()
    rule = Rule(
        column.name,
        NOT_A_DATE,
        f"{column.name} must be a date written as {' or '.join(style.dates)}",
        "correct the cell, or declare its format under mapping.format.date",
    )
    if style.is_declared:
        return Cell(given, read.value, (Check(rule, unread),), read.precision)
    both = ibis.ifelse(unread, fits_both_ways(text), ibis.literal(value=False))
    checks = (Check(rule, unread & ~both), Check(ambiguous_date(column.name), both))
    return Cell(given, read.value, checks, read.precision)


def ambiguous_date(column: str) -> Rule:
    """The rule of a date that may be read in two ways while no format is declared."""
    return Rule(
        column,
        NOT_A_DATE,
        f"{column} may be day/month/year or month/day/year, and no format is declared",
        'declare mapping.format.date, such as "%d/%m/%Y" or "%m/%d/%Y"',
    )


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


def _number_rule(column: ColumnSpec, style: CellStyle) -> Rule:
    number = style.number
    money = "in whole minor units, with its currency"
    if number.money == "decimal":
        money = f"with at most {30 if number.rounding == 'half_up' else MONEY_SCALE} decimals"
    what = {"money": f"an amount {money}", "count": "a whole number", "number": "a plain number"}
    return Rule(
        column.name,
        "not_a_number",
        f"{column.name} must be {what[column.kind]} with decimal sign {number.decimal!r}",
        "correct the cell, or declare its currency sign, thousands or brackets in mapping.format",
    )


def limit_checks(value: Value, column: ColumnSpec, as_of: datetime.date) -> list[Check]:
    """Checks of the typed value against the column's bounds, and of dates against the clock."""
    if column.kind == "date":
        return _date_checks(value, column, as_of)
    checks = []
    if column.unit == "year":
        checks.append(
            Check(_future(column, f"the year of the study's as_of ({as_of})"), value > as_of.year)
        )
    bounds = []
    if column.minimum is not None:
        bounds.append((f"at least {column.minimum:g}", value < column.minimum))
    if column.above is not None:
        bounds.append((f"above {column.above:g}", value <= column.above))
    if column.maximum is not None:
        bounds.append((f"at most {column.maximum:g}", value > column.maximum))
    return checks + [
        Check(Rule(column.name, "range", f"{column.name} must be {words}", "correct it"), fails)
        for words, fails in bounds
    ]


def _date_checks(value: Value, column: ColumnSpec, as_of: datetime.date) -> list[Check]:
    early = Rule(
        column.name, "before_1900", f"{column.name} must not be before 1900", "correct the year"
    )
    late = _future(column, f"the study's as_of ({as_of})")
    checks = [Check(early, value < ibis.literal(FIRST_DATE))]
    return checks if column.may_be_future else [*checks, Check(late, value > ibis.literal(as_of))]


def _future(column: ColumnSpec, limit: str) -> Rule:
    return Rule(
        column.name,
        "future",
        f"{column.name} must not be after {limit}",
        "correct the date, or set as_of in study.yaml",
    )

"""From a source's own columns, words and formats to ours; presets are written the same way."""

from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from schemas.date_formats import ISO, confusable, is_written_in_full
from schemas.strict import StrictModel

Thousands = Literal["", ",", ".", "'", " "]
DeriveRule = Literal["date", "stable_id", "row_id", "join", "first", "copy", "if_filled"]


class NumberFormat(StrictModel):
    """How the numbers of a source, or of one of its columns, are written."""

    decimal: Literal[".", ","] = "."
    thousands: Thousands = Field(
        "", description="Sign between groups of three digits; a blank stands for every blank."
    )
    currency: list[str] = Field(
        default_factory=list, description="Signs or codes beside an amount, left out: CHF, €."
    )
    brackets: bool = Field(default=False, description="(500) is -500.")
    percent: bool = Field(default=False, description="12.5 or 12.5 % is 0.125.")
    money: Literal["decimal", "minor"] = Field(
        "decimal", description="minor: whole cents, pence or rappen, by the row's currency."
    )
    rounding: Literal["none", "half_up"] = Field(
        "none", description="half_up: more than four decimals of an amount are rounded to four."
    )

    @model_validator(mode="after")
    def _signs_differ(self) -> "NumberFormat":
        if self.thousands == self.decimal:
            raise ValueError("thousands must not be the same sign as decimal")
        return self


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _clear_formats(value: Any) -> Any:
    """A list of formats holds none that can read another's dates differently."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        if not value:
            raise ValueError("name at least one format")
        pair = confusable(value)
        if pair is not None:
            raise ValueError(f"{pair[0]} and {pair[1]} read the same text as different days")
    return value


DateFormats = Annotated[
    str | list[str],
    BeforeValidator(_clear_formats),
    Field(
        description="strptime format, excel_serial or excel_serial_1904, "
        "or a list of them that cannot be confused."
    ),
]


class SourceFormat(NumberFormat):
    """How one text source is written; what is not declared is not read."""

    date: DateFormats = ISO
    dates: dict[str, DateFormats] = Field(
        default_factory=dict, description="Formats of single date columns of ours."
    )
    numbers: dict[str, NumberFormat] = Field(
        default_factory=dict, description="Formats of single number columns of ours."
    )
    nulls: list[str] | dict[str, list[str]] = Field(
        default_factory=list,
        description="Words that stand for an empty cell, everywhere or per column of ours.",
    )
    encoding: str = "utf-8"
    delimiter: str = Field(",", pattern=r"^[^\r\n]$", description="One character between cells.")
    quote: str = Field(
        '"', pattern=r"^[^\r\n]?$", description="Around text with delimiters in it; '' for none."
    )
    sheet: str | None = None
    header_row: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _delimiter_is_not_quote(self) -> "SourceFormat":
        if self.delimiter == self.quote:
            raise ValueError("delimiter must not be the same sign as quote")
        return self

    @model_validator(mode="after")
    def _percent_is_per_column(self) -> "SourceFormat":
        if self.percent:
            raise ValueError("declare percent for single columns, under numbers")
        return self

    def date_formats(self, column: str) -> list[str]:
        """The formats of one of our date columns."""
        formats = self.dates.get(column, self.date)
        return [formats] if isinstance(formats, str) else formats

    @property
    def typed_date(self) -> str:
        """How readers write cells that are dates by type: as declared, or as ISO."""
        plain = isinstance(self.date, str) and not self.dates
        return str(self.date) if plain and is_written_in_full(str(self.date)) else ISO

    def is_date_declared(self, column: str) -> bool:
        """Whether the study says how this column's dates are written."""
        return column in self.dates or "date" in self.model_fields_set

    def number_format(self, column: str) -> NumberFormat:
        """The format of one of our number columns: the source's, with the column's own keys."""
        names = NumberFormat.model_fields
        own = self.numbers.get(column)
        keys = {name: getattr(self, name) for name in names}
        return NumberFormat(**keys | (own.model_dump(exclude_unset=True) if own else {}))

    def null_words(self, column: str) -> list[str]:
        """Words that stand for an empty cell of one of our columns."""
        return self.nulls if isinstance(self.nulls, list) else self.nulls.get(column, [])


def _known_rule(value: Any) -> Any:
    known = get_args(DeriveRule)
    if isinstance(value, str) and value not in known:
        near = get_close_matches(value.casefold(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
        raise ValueError(f"{value} is not a rule for a derived column; {hint}")
    return value


COLUMN_COUNTS = {"row_id": (0, 0), "date": (1, 3), "copy": (1, 1), "if_filled": (1, 1)}
"""Fewest and most columns of a rule that does not take any number of them."""


class Derived(StrictModel):
    """One of our columns made from columns of the source; the rules are a closed list.

    date: year, or year and month, or year, month and day, in that order; an empty last part
    makes the date less precise. stable_id: prefix and 20 hexadecimal digits of the SHA-256 of
    the columns' text, Unicode-normalised, in lower case and with single blanks: the same text
    has the same id in every run. row_id: prefix, file and row. join: the filled columns with
    the separator between them. first: the first filled column. copy: the column as it is.
    if_filled: the word `then` where the column is filled, else the word `otherwise`.
    """

    rule: Annotated[DeriveRule, BeforeValidator(_known_rule)]
    columns: Annotated[list[str], BeforeValidator(_as_list)] = Field(default_factory=list)
    prefix: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")
    separator: str = " "
    then: str | None = None
    otherwise: str | None = None

    @model_validator(mode="after")
    def _column_count(self) -> "Derived":
        least, most = COLUMN_COUNTS.get(self.rule, (1, 99))
        if not least <= len(self.columns) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise ValueError(f"{self.rule} takes {count} columns")
        if (self.rule == "if_filled") != (self.then is not None):
            raise ValueError("then belongs to the rule if_filled, which needs it")
        return self


class Mapping(StrictModel):
    """From the source's own columns and values to ours."""

    preset: str | None = Field(None, description="A preset that this mapping extends.")
    format: SourceFormat = SourceFormat()
    columns: dict[str, str] = Field(default_factory=dict, description="our column: its column")
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    derive: dict[str, Derived] = Field(
        default_factory=dict, description="our column: how it is made from columns of the source"
    )
    optional: list[str] = Field(
        default_factory=list, description="Our columns whose source column may be absent."
    )
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="Rows to keep; the others are counted out of window."
    )
    rows: Literal["all", "first"] = Field(
        "all",
        description="first: the source lists something else, such as payments; each key counts "
        "once, as its first row has it, and its other rows are superseded.",
    )

    def source_columns(self, column: str) -> tuple[str, ...]:
        """The source's columns that one of ours is read from."""
        if column in self.constants:
            return ()
        if column in self.derive:
            return tuple(self.derive[column].columns)
        return (self.columns.get(column, column),)


class PresetTable(Mapping):
    """What a preset says of one table."""


class Preset(StrictModel):
    """A file of `intake/presets`: how a public standard fills our tables."""

    title: str
    source: str = Field(description="Where the standard's columns are documented.")
    note: str | None = None
    tables: dict[str, PresetTable] = Field(min_length=1)

"""Sound studies of any tables, drawn by a seed: right in every cell, odd in how it is written."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.examples import example_row
from schemas.registry import TABLE_ORDER, TABLES, ColumnSpec, TableSpec
from tests.intake_world import write_study

NAMES = ("NA", "null", "True", "Verein Zürich", "=Org", "O'Neill & Cie")
"""Names that readers like to take for something else."""
TEXTS = ("Tagung 12.03.2015", "Contrat n° 4500123456", "3 x 1'250.00", "#2 & Co; 50 %", "-")
"""Words that are no personal data, though they look like some."""
STYLES = (("%Y-%m-%d", "."), ("%d.%m.%Y", ","), ("%Y%m%d", "."))
FIRST, LAST = dt.date(2001, 1, 1), dt.date(2009, 12, 31)
LARGEST = 1000
"""The greatest value of any measure."""
EMPTY_SHARE = 0.4
Row = dict[str, str]


@dataclass
class Draw:
    """What has been drawn so far, and how it is to be written."""

    rng: np.random.Generator
    date: str
    decimal: str
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def one_of(self, words: Sequence[str]) -> str:
        """One of these."""
        return str(words[int(self.rng.integers(len(words)))])

    def day(self, first: dt.date = FIRST, last: dt.date = LAST) -> str:
        """A day in the study's window, in ISO."""
        return str(first + dt.timedelta(days=int(self.rng.integers((last - first).days + 1))))

    def number(self, least: float, most: float, digits: int = 2) -> str:
        """A number, with a point."""
        return f"{self.rng.uniform(least, most):.{digits}f}"

    def count(self, least: float, most: float | None) -> str:
        """A whole number, up to fifty above the least."""
        highest = least + 50 if most is None else min(most, least + 50)
        return str(int(self.rng.integers(int(least), int(highest) + 1)))

    def happens(self, share: float) -> bool:
        """Whether it does, this time."""
        return bool(self.rng.random() < share)


def clean_study(folder: Path, seed: int, tables: Sequence[str] = TABLE_ORDER) -> Path:
    """A study folder of these tables without a defect, in a shape drawn by the seed."""
    rng = np.random.default_rng(seed)
    delimiter = str(rng.choice([",", ";", "\t", "|"]))
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "utf-16"]))
    date, decimal = STYLES[int(rng.integers(len(STYLES)))]
    draw = Draw(rng, date, decimal)
    for name in TABLE_ORDER:
        if name in tables:
            draw.rows[name] = _rows(draw, TABLES[name])
    style = {"delimiter": delimiter, "encoding": encoding, "date": date, "decimal": decimal}
    files: dict[str, str | bytes] = {
        f"{name}.csv": _text(draw, TABLES[name], rows, delimiter).encode(encoding)
        for name, rows in draw.rows.items()
    }
    mapping = {"format": style}
    sources = [{"table": n, "path": f"{n}.csv", "mapping": mapping} for n in draw.rows]
    return write_study(folder, files, sources=sources)


def _rows(draw: Draw, spec: TableSpec) -> list[Row]:
    """Rows of one table, as ISO dates and numbers with a point; keys are unique."""
    found: dict[tuple[str, ...], Row] = {}
    for place in range(int(draw.rng.integers(1, 40))):
        row = {c.name: _cell(draw, spec, c, place) for c in spec.data_columns}
        row = _agreeing(draw, spec.name, row, place)
        key = tuple(row[name] for name in KEYS.get(spec.name, spec.key)) or (str(place),)
        found.setdefault(key, row)
    return list(found.values())


KEYS = {
    "exposure": ("initiative_id", "unit_id"),
    "engagement_allocation": ("engagement_id",),
    "alias": ("canonical_partner_id",),
    "fx_rate": ("currency",),
}
"""Where fewer columns than the key keep spells apart, shares below 1 and aliases no chain."""


def _cell(draw: Draw, spec: TableSpec, column: ColumnSpec, place: int) -> str:
    if column.nullable and draw.happens(EMPTY_SHARE):
        return ""
    if column.kind == "id":
        return _id(draw, spec, column, place)
    if column.name == "name":
        return _name(draw, place)
    made = {
        "text": lambda: draw.one_of(TEXTS),
        "word": lambda: draw.one_of(column.allowed),
        "date": draw.day,
        "flag": lambda: draw.one_of(["true", "False", "TRUE"]),
        "money": lambda: draw.number(0, 10**6, 4),
        "number": lambda: draw.number(column.minimum or 0.01, column.maximum or 100),
        "count": lambda: draw.count(column.minimum or 0, column.maximum),
        "code": lambda: example_row(spec)[column.name],
    }
    return made[column.kind]()


def _id(draw: Draw, spec: TableSpec, column: ColumnSpec, place: int) -> str:
    """A new id, or one of a row that is there; where the other table is not, none."""
    if column.references is None:
        is_key = spec.key[:1] == (column.name,)
        return f"{place:05}" if is_key else draw.one_of(["007", "1e5", "12345678901234567890"])
    if column.exempt and draw.happens(0.5):
        return column.exempt[0]
    if column.references == spec.name:
        return ""
    parent = TABLES[column.references]
    known = [row[parent.key[0]] for row in draw.rows.get(parent.name, [])]
    return draw.one_of(known) if known else "" if column.nullable else (column.exempt or ("",))[0]


def _name(draw: Draw, place: int) -> str:
    """A name: first the odd ones, then long words of random letters that never look alike."""
    if place < len(NAMES):
        return NAMES[place]
    words = ("".join(draw.rng.choice(list("aeioubdfgklmnprstvz"), 9)) for _ in range(2))
    return " ".join(words).title()


def _agreeing(draw: Draw, table: str, row: Row, place: int) -> Row:
    """The row with cells that agree with each other, and with other rows."""
    for first, second in ORDERED:
        if row.get(first) and row.get(second):
            row[first], row[second] = sorted((row[first], row[second]), key=_as_number)
    if table == "engagement":
        row |= {"currency": draw.one_of(["EUR", "CHF"]), "amount_reporting": ""}
        row |= {"reverses_engagement_id": "", "recorded_date": "", "date_precision": "day"}
        row["amount"] = row["amount"] if draw.happens(0.8) else "0"
        if "fx_rate" not in draw.rows:
            row["currency"] = "EUR"
    return row | _of_table(draw, table, place)


def _of_table(draw: Draw, table: str, place: int) -> Row:
    """What has to be so in single tables."""
    year = f"{draw.rng.integers(2001, 2010)}"
    partners = [one["partner_id"] for one in draw.rows.get("partner", [{"partner_id": ""}])]
    has_rates = "fx_rate" in draw.rows
    fixed: dict[str, Row] = {
        "measure": {"period": "", "valid_min": "0", "valid_max": str(LARGEST), "scale": "1"},
        "unit": {"neighbour_ids": "", "parent_id": "" if place == 0 else "00000"},
        "initiative": {"currency": "EUR"},
        "partner": {"annual_income": "", "income_currency": "", "parent_partner_id": ""},
        "alias": {"partner_id": partners[-1], "canonical_partner_id": partners[0]},
        "fx_rate": {"currency": "CHF", "to_currency": "EUR", "rate_date": "2001-01-01"},
        "exposure": {"end_date": "", "anticipated_from": ""},
        "public_disclosure": {"year": year, "currency": "CHF" if has_rates else "EUR"},
        "population_need": {"period_start": f"{year}-01-01"},
    }
    return _outcome(draw, year) if table == "outcome" else fixed.get(table, {})


def _outcome(draw: Draw, year: str) -> Row:
    """A value, a rate, or what is known of a cell that is hidden."""
    status = draw.one_of(["observed", "provisional", "suppressed", "missing"])
    row = dict.fromkeys(["value", "numerator", "denominator", "lower_bound", "upper_bound"], "")
    row |= {"status": status, "period_start": f"{year}-01-01", "recorded_date": ""}
    if status == "suppressed":
        return row | {"lower_bound": "1", "upper_bound": "10"}
    if status == "missing":
        return row
    if draw.happens(0.5):
        return row | {"numerator": draw.number(0, 50), "denominator": draw.number(50, 90)}
    return row | {"value": draw.number(0, LARGEST)}


ORDERED = (
    ("start_date", "end_date"),
    ("agreement_start", "agreement_end"),
    ("received_date", "decision_date"),
    ("received_date", "feedback_date"),
    ("score", "scale_max"),
)
"""Pairs of columns of which the first is not above the second."""


def _as_number(text: str) -> tuple[float, str]:
    return (0.0, text) if text[4:5] == "-" else (float(text), "")


def _text(draw: Draw, spec: TableSpec, rows: list[Row], delimiter: str) -> str:
    """Rows and columns in a random order, with or without quotes and blank lines at the end."""
    columns = [str(name) for name in draw.rng.permutation(list(rows[0]))]
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if draw.happens(0.5) else csv.QUOTE_MINIMAL
    end = draw.one_of(["\n", "\r\n"])
    writer = csv.DictWriter(
        out, columns, delimiter=delimiter, quoting=quoting, lineterminator=end, quotechar='"'
    )
    writer.writeheader()
    order = draw.rng.permutation(len(rows))
    writer.writerows(_written(draw, spec, rows[place]) for place in order)
    return out.getvalue() + end * int(draw.rng.integers(0, 3))


def _written(draw: Draw, spec: TableSpec, row: Row) -> Row:
    """Dates and numbers as the source declares them."""
    said = dict(row)
    for name in spec.date_columns:
        if said[name]:
            said[name] = dt.date.fromisoformat(said[name]).strftime(draw.date)
    for name in spec.of_kind("money", "number"):
        said[name] = said[name].replace(".", draw.decimal)
    return said

"""Q3 by partner: the components of each relationship side by side, without a score."""

from dataclasses import dataclass

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of
from reports.indicator_tables import RECORD_HEADER, Entry, figures_of, record_of
from reports.names import listed, shorten
from reports.numbers import count, percent
from reports.palette import BAD, GOOD
from reports.sources import source_line
from reports.tables import Table
from schemas.findings import Findings, Indicator

NAME = "q3.partners"
DASH = "\u2013"


@dataclass(frozen=True)
class Component:
    """A column: what the findings call it, its heading, its words in a sentence, its colour."""

    part: str
    heading: str
    words: str
    colour: str


COMPONENTS = (
    Component(
        "retention", "Kept next year", "of its relationships kept from one year to the next", GOOD
    ),
    Component("long", "Lasting money", "of its money under agreements of two years or more", GOOD),
    Component("core", "Free to use", "of its money free to use", GOOD),
    Component("first_step", "Own first step", "first step by the partner", GOOD),
    Component("dependence", "Of its income", "of its income from one payer", BAD),
)


@dataclass(frozen=True)
class Cell:
    """One component of one partner: the share, and its figures."""

    value: float
    figures: str


@dataclass(frozen=True)
class PartnerRow:
    """One partner; a cell is None where nothing is on record."""

    label: str
    figures: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class PartnerChart:
    """Partners in rows, those with the most money first; components in columns of 100 %."""

    text: ChartText
    columns: tuple[Component, ...]
    rows: tuple[PartnerRow, ...]


@dataclass(frozen=True)
class _Partner:
    label: str
    amount: Indicator
    parts: dict[str, Indicator]


def build_partner_chart(findings: Findings) -> PartnerChart | None:
    """None where no partner is told by itself."""
    partners = _partners(findings)
    columns = _columns(partners)
    if not partners or not columns:
        return None
    rows = tuple(_row(partner, columns, findings.currency) for partner in partners)
    others = overall(findings, NAME, part="others")
    rest = "" if others is None else f" Not shown: {_more(others)} with less money."
    is_gap = len(columns) > 1 and any(None in row.cells for row in rows)
    dash = " A dash: nothing on record." if is_gap else ""
    told = "; ".join(_sentence(row, columns) for row in rows)
    text = ChartText(
        chart_id="partners",
        title=f"Most went to {_sentence(rows[0], columns, 2)}",
        how_to_read=(
            "Partners with the most money first. Each column is a measure by itself, its whole "
            f"width 100%; no score.{dash}{rest}"
        ),
        source=source_line(findings, NAME),
        aria_label=f"Components of relationships by partner. {told}.{rest}",
    )
    return PartnerChart(text, columns, rows)


def partner_table(findings: Findings) -> Table:
    """One row for each partner; the CSV has one for each of its components."""
    partners = _partners(findings)
    columns = _columns(partners)
    rows = [_row(partner, columns, findings.currency) for partner in partners]
    entries = [
        Entry(f"{partner.label}: {column.words}", partner.parts[column.part])
        for partner in partners
        for column in columns
        if column.part in partner.parts
    ]
    amounts = [Entry(f"{partner.label}: paid", partner.amount) for partner in partners]
    return Table(
        table_id="partners-table",
        caption="Components of relationships by partner",
        header=("Partner", "Paid", *(column.heading for column in columns)),
        rows=tuple(
            (
                row.label,
                row.figures,
                *(DASH if cell is None else cell.figures for cell in row.cells),
            )
            for row in rows
        ),
        record_header=RECORD_HEADER,
        records=tuple(record_of(entry) for entry in (*amounts, *entries)),
        numeric=frozenset(range(1, 2 + len(columns))),
    )


def partner_label(row: Indicator) -> str:
    """The partner's public name, or its id."""
    return shorten(row.label or row.by["partner_id"], 12, 80)


def _partners(findings: Findings) -> list[_Partner]:
    own: dict[str, dict[str, Indicator]] = {}
    for row in rows_of(findings, NAME, "partner_id", "part"):
        if is_ok(row):
            own.setdefault(row.by["partner_id"], {})[row.by["part"]] = row
    return [
        _Partner(partner_label(parts["amount"]), parts["amount"], parts)
        for parts in own.values()
        if "amount" in parts
    ]


def _columns(partners: list[_Partner]) -> tuple[Component, ...]:
    return tuple(
        column for column in COMPONENTS if any(column.part in partner.parts for partner in partners)
    )


def _row(partner: _Partner, columns: tuple[Component, ...], currency: str) -> PartnerRow:
    found = (partner.parts.get(column.part) for column in columns)
    cells = tuple(
        None if row is None else Cell(row.value or 0.0, percent(row.value or 0.0)) for row in found
    )
    return PartnerRow(partner.label, figures_of(partner.amount, currency), cells)


def _sentence(row: PartnerRow, columns: tuple[Component, ...], most: int = 9) -> str:
    """The partner with its money and as many components as are known, up to `most`."""
    pairs = zip(columns, row.cells, strict=True)
    known = [f"{cell.figures} {column.words}" for column, cell in pairs if cell is not None]
    said = f"{row.label}, {row.figures}"
    return f"{said}: {listed(known[:most])}" if known else said


def _more(others: Indicator) -> str:
    return count(round(others.value or 0.0), "partner", "partners")

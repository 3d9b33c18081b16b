"""The numbers of a chart in rows, as its table and its CSV."""

from dataclasses import dataclass

from reports.indicator_rows import basis, is_ok, shown
from reports.numbers import money, number
from reports.rows import Row, RowsChart
from reports.tables import Table
from schemas.findings import Indicator

DASH = "\u2013"


@dataclass(frozen=True)
class Entry:
    """One indicator's row under its label."""

    label: str
    row: Indicator


@dataclass(frozen=True)
class RowsView:
    """A chart in rows with the indicators it is made from."""

    chart: RowsChart
    caption: str
    entries: tuple[Entry, ...]


def indicator_table(view: RowsView, currency: str) -> Table:
    """One row for each indicator; values unrounded in the CSV."""
    return Table(
        table_id=f"{view.chart.text.chart_id}-table",
        caption=view.caption,
        header=("What", "Value (95% interval)", "From"),
        rows=tuple(
            (entry.label, figures_of(entry.row, currency), basis(entry.row, currency) or DASH)
            for entry in view.entries
        ),
        record_header=(
            "what",
            "indicator_id",
            "split_by",
            "value",
            "numerator",
            "denominator",
            "n",
            "ci_low",
            "ci_high",
            "unit",
            "status",
        ),
        records=tuple(
            (
                entry.label,
                entry.row.indicator_id,
                "; ".join(f"{name}={value}" for name, value in entry.row.by.items()),
                entry.row.value,
                entry.row.numerator,
                entry.row.denominator,
                entry.row.n,
                entry.row.ci_low,
                entry.row.ci_high,
                entry.row.unit,
                entry.row.status,
            )
            for entry in view.entries
        ),
        numeric=frozenset({1, 2}),
    )


def figures_of(row: Indicator, currency: str) -> str:
    """The value as it is shown: money with its currency, days and points with their unit."""
    if not is_ok(row) or row.value is None or row.unit in {"share", "ratio", "index"}:
        return shown(row)
    if row.unit.startswith(currency):
        return f"{money(row.value, currency)}{row.unit.removeprefix(currency)}"
    return f"{number(row.value)} {row.unit}"


def row_of(entry: Entry, currency: str) -> Row:
    """The entry as a row of a chart."""
    own = entry.row
    figures = figures_of(own, currency)
    return Row(entry.label, figures, own.value, own.ci_low, own.ci_high)


def spoken(entries: list[Entry] | tuple[Entry, ...], currency: str, most: int = 12) -> str:
    """The rows as a sentence, with their numbers."""
    said = "; ".join(
        f"{entry.label}: {figures_of(entry.row, currency)}" for entry in entries[:most]
    )
    more = "; more in the table" if len(entries) > most else ""
    return f"{said}{more}."

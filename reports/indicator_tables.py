"""The numbers of a chart in rows, as its table and its CSV."""

from dataclasses import dataclass

from reports.charts import ChartText
from reports.figures import Figure
from reports.indicator_rows import basis, is_ok, shown
from reports.numbers import money, number
from reports.rows import Row, RowsChart
from reports.tables import Cell, Table
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


@dataclass(frozen=True)
class DrawnView:
    """A chart of a shape of its own, drawn, with its table; `key` tells its numbers."""

    text: ChartText
    wide: str
    narrow: str
    figure: Figure
    table: Table
    key: tuple[str, ...] = ()


RECORD_HEADER = (
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
)


def indicator_table(view: RowsView, currency: str) -> Table:
    """One row for each indicator; values unrounded in the CSV."""
    return entry_table(view.chart.text.chart_id, view.caption, view.entries, currency)


def entry_table(chart_id: str, caption: str, entries: tuple[Entry, ...], currency: str) -> Table:
    """The table of a chart, one row for each indicator."""
    return Table(
        table_id=f"{chart_id}-table",
        caption=caption,
        header=("What", "Value (95% interval)", "From"),
        rows=tuple(
            (entry.label, figures_of(entry.row, currency), basis(entry.row, currency) or DASH)
            for entry in entries
        ),
        record_header=RECORD_HEADER,
        records=tuple(record_of(entry) for entry in entries),
        numeric=frozenset({1, 2}),
    )


def record_of(entry: Entry) -> tuple[Cell, ...]:
    """The indicator unrounded, under `RECORD_HEADER`."""
    row = entry.row
    split_by = "; ".join(f"{name}={value}" for name, value in row.by.items())
    return (
        *(entry.label, row.indicator_id, split_by, row.value, row.numerator, row.denominator),
        *(row.n, row.ci_low, row.ci_high, row.unit, row.status),
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

"""Data accounts as a chart in rows: how much of each file was accepted, and what held the rest."""

from reports.charts import ChartText
from reports.names import clean, human, shorten
from reports.numbers import count, long_date
from reports.palette import MIDDLE
from reports.rows import Row, RowGroup, RowsChart
from schemas.findings import Findings, RowAccount

SHOWN = 20
"""Files in the chart; the table has all."""


def account_title(findings: Findings) -> str:
    """Whether the rows that were read are all accounted for."""
    if not any(row.read for row in findings.row_accounts):
        return "No row was read"
    if all(row.is_balanced for row in findings.row_accounts):
        return "Every row read is accounted for"
    return "Some rows that were read are not accounted for"


def account_words(findings: Findings) -> str:
    """What became of the rows, where no chart is needed to tell it and the title does not."""
    if not any(row.read for row in findings.row_accounts):
        return ""
    return "All rows of every file were accepted."


def build_accounts(findings: Findings) -> RowsChart | None:
    """One bar for each file of which rows were set aside; None where there is none."""
    cut = [row for row in findings.row_accounts if row.accepted < row.read]
    if not cut:
        return None
    told = "; ".join(f"{_label(row)}: {_figures(row)}" for row in cut[:12])
    whole = len(cut) == sum(row.read > 0 for row in findings.row_accounts)
    rest = "" if whole else " All rows of the other files were accepted."
    more = " Not all files fit: the others are in the table." if len(cut) > SHOWN else ""
    return RowsChart(
        text=ChartText(
            chart_id="accounts-chart",
            title=_title(cut),
            how_to_read=f"Bars: rows accepted, as a share of the rows read.{rest}{more}",
            source=f"Source: the files of the study, as of {long_date(findings.data_as_of)}.",
            aria_label=f"Rows read and accepted. {told}.",
        ),
        groups=(RowGroup("", tuple(_row(row) for row in cut[:SHOWN])),),
        mark="bar",
        axis="percent",
        axis_title="Share of rows accepted",
    )


def _row(row: RowAccount) -> Row:
    return Row(
        label=_label(row), figures=_figures(row), value=row.accepted / row.read, colour=MIDDLE
    )


def _label(row: RowAccount) -> str:
    return shorten(human(row.table).capitalize(), 6, 40)


def _figures(row: RowAccount) -> str:
    """Rows read, and where those went that were not accepted."""
    held = {
        "quarantined": row.quarantined,
        "superseded": row.superseded,
        "out of window": row.out_of_window,
    }
    lost = [f"{rows:,} {word}" for word, rows in held.items() if rows]
    return ", ".join([f"{row.accepted:,} of {count(row.read, 'row')}", *lost])


def _title(rows: list[RowAccount]) -> str:
    held = [row for row in rows if row.quarantined]
    if held:
        total = sum(row.quarantined for row in held)
        one = shorten(clean(held[0].source_file), 4, 40)
        where = f"{len(held)} files" if len(held) > 1 else one
        return f"{count(total, 'row')} of {where} {'is' if total == 1 else 'are'} in quarantine"
    return "No row is in quarantine; rows out of window or superseded are not used"

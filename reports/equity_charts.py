"""Transparency and equity: what is disclosed, who is reached, and what is spent for whom."""

from dataclasses import replace

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of
from reports.indicator_tables import Entry, RowsView, figures_of, row_of, spoken
from reports.numbers import percent
from reports.palette import MIDDLE
from reports.regions import region_name
from reports.rows import RowGroup, RowsChart, room_above
from reports.sources import source_line
from reports.voice_charts import group_label, ratio_view
from schemas.findings import Findings, Indicator

OPEN: dict[str, str] = {
    "t.disclosure_match": "Payments of the log found in the disclosure",
    "t.two_sided": "Payer and partner disclose the same",
    "t.purpose_filled": "Payments with a purpose in words",
}
SHOWN = 14


def build_open(findings: Findings) -> RowsView | None:
    """How far log, payers and partners say the same."""
    found = ((label, overall(findings, name)) for name, label in OPEN.items())
    entries = [Entry(label, row) for label, row in found if row is not None]
    if not entries:
        return None
    currency, first = findings.currency, entries[0]
    chart = RowsChart(
        text=ChartText(
            chart_id="open",
            title=f"{first.label}: {percent(first.row.value or 0.0)}",
            how_to_read="Dots are shares, lines their 95% intervals. Support counts here too.",
            source=source_line(findings, *(entry.row.indicator_id for entry in entries)),
            aria_label=f"Transparency of payments. {spoken(entries, currency)}",
        ),
        groups=(RowGroup("", tuple(row_of(entry, currency) for entry in entries)),),
        mark="dot",
        axis="percent",
        axis_title="Share",
    )
    return RowsView(chart, "Transparency of payments", tuple(entries))


def build_reach(findings: Findings) -> RowsView | None:
    """Participants against people in need, by subgroup and by region."""
    rows = rows_of(findings, "e.reach_ratio", "dimension", "subgroup_id")
    rows += _regions(findings, "e.reach_ratio")
    entries = [Entry(_place(row), row) for row in rows][:SHOWN]
    if not any(is_ok(entry.row) for entry in entries):
        return None
    return ratio_view(
        findings, "reach", "Share of participants as a multiple of the share in need", entries
    )


def build_per_patient(findings: Findings) -> RowsView | None:
    """Advocacy spend for each person in need, by region."""
    whole = overall(findings, "e.spend_per_patient")
    rows = [row for row in _regions(findings, "e.spend_per_patient") if is_ok(row)]
    if whole is None or not rows:
        return None
    currency = findings.currency
    entries = [Entry(_place(row), row) for row in rows]
    shown = entries[:SHOWN]
    chart = RowsChart(
        text=ChartText(
            chart_id="per-patient",
            title=f"{figures_of(whole, currency)} in need, over all regions",
            how_to_read="Bars: spend for each person in need. Upright line: all regions.",
            source=source_line(findings, "e.spend_per_patient"),
            aria_label=f"Advocacy spend for each person in need. {spoken(entries, currency)}",
        ),
        groups=(
            RowGroup("", tuple(replace(row_of(entry, currency), colour=MIDDLE) for entry in shown)),
        ),
        mark="bar",
        axis="money",
        axis_title="Advocacy spend for each person in need",
        limits=room_above([entry.row.value for entry in shown]),
        reference=whole.value,
        currency=currency,
    )
    every = (Entry("All regions", whole), *entries)
    return RowsView(chart, "Advocacy spend for each person in need", every)


def _regions(findings: Findings, indicator_id: str) -> list[Indicator]:
    """Rows by region, in the order of the names that are shown."""
    rows = rows_of(findings, indicator_id, "region_code")
    return sorted(rows, key=lambda row: region_name(row.by["region_code"]))


def _place(row: Indicator) -> str:
    if "region_code" in row.by:
        return region_name(row.by["region_code"])
    return group_label(row)

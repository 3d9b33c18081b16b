"""Q3: components of relationships, retention by year, and partners that depend on one payer."""

from dataclasses import replace

from reports.charts import ChartText
from reports.indicator_rows import has_one_payer, is_ok, latest_retention, overall, rows_of
from reports.indicator_tables import DrawnView, Entry, RowsView, row_of, spoken
from reports.numbers import percent
from reports.palette import BAD, GOOD, MIDDLE
from reports.partner_chart import build_partner_chart, partner_label, partner_table
from reports.partner_figure import partner_figure
from reports.partner_svg import draw_partners
from reports.rows import Row, RowGroup, RowsChart, room_above
from reports.sources import source_line
from schemas.findings import Findings, Indicator

LASTING: tuple[tuple[str, dict[str, str], str], ...] = (
    ("q3.pairs_two_years", {}, "Relationships seen in two years or more"),
    ("q3.tenure", {"years": "2"}, "Still together after two years"),
    ("q3.multi_year_share", {}, "Money under agreements of two years or more"),
    ("q3.core_share", {}, "Money free to use (core funding)"),
    ("q3.reciprocity", {}, "First step by the partner, or joint"),
    ("q3.reciprocity", {"part": "non_monetary"}, "Engagements without money"),
    ("q3.trust", {}, "Trust: answers in the top two boxes"),
)
TRANSACTIONAL: tuple[tuple[str, dict[str, str], str], ...] = (
    ("q3.transactional_share", {}, "One-off relationships"),
    ("q3.single_funder_share", {}, "Partners with one payer"),
    ("q3.dependence", {}, "Partners above a quarter of income from one payer"),
    ("q3.launch_coupling", {}, "Money within a year of a launch"),
)
DEPENDENT = 0.25
SHOWN = 10


def build_components(findings: Findings) -> RowsView | None:
    """Each component of a relationship by itself: there is no score."""
    lasting = [*_kept(findings), *_entries(findings, LASTING)]
    transactional = _entries(findings, TRANSACTIONAL)
    if has_one_payer(findings):
        transactional = [e for e in transactional if e.row.indicator_id != "q3.single_funder_share"]
    entries = [*lasting, *transactional]
    if not entries:
        return None
    currency = findings.currency
    groups = (
        RowGroup("Further right: lasting, free, mutual", _marked(lasting, currency, "circle")),
        RowGroup("Further right: one-off, dependent", _marked(transactional, currency, "square")),
    )
    first, last = (entries[0], entries[-1])
    told = [first] if first is last else [first, last]
    chart = RowsChart(
        text=ChartText(
            chart_id="components",
            title="; ".join(f"{e.label.lower()}: {percent(e.row.value or 0)}" for e in told),
            how_to_read="Each row is a measure by itself; lines are 95% intervals. No score.",
            source=source_line(findings, *(entry.row.indicator_id for entry in entries)),
            aria_label=f"Components of relationships. {spoken(entries, currency, 16)}",
        ),
        groups=tuple(group for group in groups if group.rows),
        mark="dot",
        axis="percent",
        axis_title="Share of what the row names",
    )
    chart = replace(chart, text=replace(chart.text, title=_capital(chart.text.title)))
    return RowsView(chart, "Components of relationships", tuple(entries))


def build_retention(findings: Findings) -> RowsView | None:
    """Relationships kept from each year to the next."""
    rows = [row for row in rows_of(findings, "q3.retention", "from_year", "year") if is_ok(row)]
    if not rows:
        return None
    entries = [Entry(f"{row.by['from_year']} to {row.by['year']}", row) for row in rows]
    currency = findings.currency
    chart = RowsChart(
        text=ChartText(
            chart_id="retention",
            title=_retention_title(rows),
            how_to_read=(
                "Share of pairs of payer and partner seen again in the next year, over payers that "
                "pay in both; lines are 95% intervals."
            ),
            source=source_line(findings, "q3.retention"),
            aria_label=f"Relationships kept, by year. {spoken(entries, currency)}",
        ),
        groups=(RowGroup("", tuple(row_of(entry, currency) for entry in entries)),),
        mark="dot",
        axis="percent",
        axis_title="Share of relationships kept",
    )
    return RowsView(chart, "Relationships kept from one year to the next", tuple(entries))


def build_partners(findings: Findings) -> DrawnView | None:
    """Components by partner."""
    chart = build_partner_chart(findings)
    if chart is None:
        return None
    return DrawnView(
        text=chart.text,
        wide=draw_partners(chart, "wide"),
        narrow=draw_partners(chart, "narrow"),
        figure=partner_figure(chart),
        table=partner_table(findings),
    )


def build_dependence(findings: Findings) -> RowsView | None:
    """Partners with more than a quarter of a year's income from one payer."""
    whole = overall(findings, "q3.dependence")
    entries = [
        Entry(partner_label(row), row)
        for row in rows_of(findings, "q3.dependence", "partner_id")
        if is_ok(row)
    ]
    if whole is None or not entries:
        return None
    currency, most = findings.currency, entries[:SHOWN]
    chart = RowsChart(
        text=ChartText(
            chart_id="dependence",
            title=(
                f"{percent(whole.value or 0.0)} of partners have over a quarter of their income "
                "from one payer"
            ),
            how_to_read=(
                "Largest sum of a year from one payer, as a share of the partner's income. "
                "Upright line: a quarter. The most dependent first."
            ),
            source=source_line(findings, "q3.dependence"),
            aria_label=f"Partners that depend on one payer. {spoken(entries, currency)}",
        ),
        groups=(
            RowGroup("", tuple(replace(row_of(entry, currency), colour=MIDDLE) for entry in most)),
        ),
        mark="bar",
        axis="percent",
        axis_title="Share of the partner's annual income",
        limits=room_above([entry.row.value for entry in most], 0.5),
        reference=DEPENDENT,
    )
    every = (Entry("All partners with a known income", whole), *entries)
    return RowsView(chart, "Partners above a quarter of income from one payer", every)


def _retention_title(rows: list[Indicator]) -> str:
    """The last year's share, with the first year's before it where there are several."""
    told = [
        f"{percent(row.value or 0.0)} from {row.by['from_year']} to {row.by['year']}"
        for row in (rows if len(rows) == 1 else (rows[0], rows[-1]))
    ]
    return f"Relationships kept: {', '.join(told)}"


def _kept(findings: Findings) -> list[Entry]:
    row = latest_retention(findings)
    if row is None:
        return []
    return [Entry(f"Relationships kept from {row.by['from_year']} to {row.by['year']}", row)]


def _entries(
    findings: Findings, wanted: tuple[tuple[str, dict[str, str], str], ...]
) -> list[Entry]:
    found: list[tuple[str, Indicator | None]] = [
        (label, overall(findings, name, **by)) for name, by, label in wanted
    ]
    return [Entry(label, row) for label, row in found if row is not None]


def _marked(entries: list[Entry], currency: str, shape: str) -> tuple[Row, ...]:
    colour = GOOD if shape == "circle" else BAD
    return tuple(replace(row_of(entry, currency), shape=shape, colour=colour) for entry in entries)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"

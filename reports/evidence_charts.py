"""Q1 beside its effects: how strong the evidence for the spend is, and whether boxes are ticked."""

from dataclasses import replace

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of
from reports.indicator_tables import DrawnView, Entry, RowsView, entry_table, row_of, spoken
from reports.names import human
from reports.numbers import percent
from reports.palette import MIDDLE, VERDICT_COLOURS, VERDICT_MARKERS
from reports.phrases import FINDING_WORDS, GRADES
from reports.quadrant import build_quadrant_chart, quadrant_entries
from reports.quadrant_figure import quadrant_figure
from reports.quadrant_svg import draw_quadrant
from reports.rows import Row, RowGroup, RowsChart, room_above
from reports.sources import source_line
from schemas.findings import Findings, Indicator

PARTS: dict[str, str] = {
    "agreement": "Written agreement",
    "fair_market_value": "Fair market value",
    "approval": "Approved before the start",
    "disclosure": "Disclosed",
}


def build_evidence(findings: Findings) -> RowsView | None:
    """Advocacy spend by strength of evidence, with a mark for what unclear spend would make it."""
    pairs = _graded(findings)
    compared = overall(findings, "q1.evidence_share", grade="E3")
    boxes = overall(findings, "q1.evidence_share", grade="E0")
    if compared is None or boxes is None or compared.value is None or boxes.value is None:
        return None
    entries = tuple(entry for entry, _ in pairs)
    rows = tuple(_evidence_row(entry, beside, findings.currency) for entry, beside in pairs)
    told = any(row.beside is not None for row in rows)
    title = (
        f"{percent(compared.value)} of advocacy spend was set against a comparison, "
        f"{percent(boxes.value)} has no output or outcome on record"
    )
    mark = " Hollow diamond: the share if unclassified spend were advocacy." if told else ""
    spent = "Share of advocacy spend by strength of evidence"
    chart = RowsChart(
        text=ChartText(
            chart_id="evidence-share",
            title=title,
            how_to_read=f"Bars are shares of advocacy spend and make up the whole.{mark}",
            source=source_line(findings, "q1.evidence_share"),
            aria_label=f"{spent}. {spoken(entries, findings.currency)}",
        ),
        groups=(RowGroup("", rows),),
        mark="bar",
        axis="percent",
        axis_title="Share of advocacy spend",
        limits=room_above([end for row in rows for end in (row.value, row.beside)]),
    )
    unclear = tuple(
        Entry(f"{entry.label}, with unclassified spend", row)
        for entry, row in pairs
        if row is not None
    )
    return RowsView(chart, f"{spent}; patient support is no part of it", entries + unclear)


def build_boxes(findings: Findings) -> RowsView | None:
    """Compliance of all activities: everything required, then each part of it."""
    whole = overall(findings, "q1.compliance_complete")
    if whole is None or whole.value is None:
        return None
    currency = findings.currency
    parts = _parts(findings, whole)
    chart = RowsChart(
        text=ChartText(
            chart_id="compliance",
            title=f"Compliance complete in {percent(whole.value)} of activities",
            how_to_read=(
                "Share of activities that have what their type requires; lines are 95% intervals. "
                "It says nothing of what came of them for patients."
            ),
            source=source_line(findings, "q1.compliance_complete"),
            aria_label=f"Compliance of all activities. {spoken(parts, currency)}",
        ),
        groups=(RowGroup("", tuple(row_of(entry, currency) for entry in parts)),),
        mark="dot",
        axis="percent",
        axis_title="Activities with what their type requires",
    )
    return RowsView(chart, "Compliance of all activities, by part", tuple(parts))


def build_quadrant(findings: Findings) -> DrawnView | None:
    """Compliance against evidence, a mark for each initiative."""
    chart = build_quadrant_chart(findings)
    if chart is None:
        return None
    caption = "Compliance and evidence of each initiative"
    entries = tuple(quadrant_entries(findings))
    return DrawnView(
        text=chart.text,
        wide=draw_quadrant(chart, "wide"),
        narrow=draw_quadrant(chart, "narrow"),
        figure=quadrant_figure(chart),
        table=entry_table(chart.text.chart_id, caption, entries, findings.currency),
        key=chart.key,
    )


def _parts(findings: Findings, whole: Indicator) -> list[Entry]:
    """All activities: everything required, then each part of it."""
    rows = [row for row in rows_of(findings, "q1.compliance_complete", "part") if is_ok(row)]
    named = [Entry(PARTS.get(row.by["part"], human(row.by["part"])), row) for row in rows]
    return [Entry("Everything required", whole), *named]


def _graded(findings: Findings) -> list[tuple[Entry, Indicator | None]]:
    """Each grade, E3 by its findings if any, with the same row when unclear spend is counted."""
    compared = overall(findings, "q1.evidence_share", grade="E3")
    is_split = compared is None or bool(compared.value)
    found: list[tuple[Entry, Indicator | None]] = []
    for grade, label in GRADES.items():
        splits = list(FINDING_WORDS) if grade == "E3" and is_split else [""]
        for finding in splits:
            by = {"grade": grade, **({"finding": finding} if finding else {})}
            row = overall(findings, "q1.evidence_share", **by)
            words = f"{label}: {FINDING_WORDS[finding][0]}" if finding else label
            beside = overall(findings, "q1.evidence_share", **by, kinds="with_unclear")
            if row is not None:
                found.append((Entry(words, row), beside))
    return found


def _evidence_row(entry: Entry, beside: Indicator | None, currency: str) -> Row:
    verdict = FINDING_WORDS.get(entry.row.by.get("finding", ""), ("", None))[1]
    colour = VERDICT_COLOURS[verdict] if verdict else MIDDLE
    shape = VERDICT_MARKERS[verdict] if verdict else "circle"
    row = row_of(entry, currency)
    return replace(row, beside=beside.value if beside else None, colour=colour, shape=shape)

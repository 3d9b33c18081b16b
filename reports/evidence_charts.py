"""Q1 beside its effects: how strong the evidence for the spend is, and whether boxes are ticked."""

from collections.abc import Iterator
from dataclasses import replace

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of
from reports.indicator_tables import Entry, RowsView, row_of, spoken
from reports.names import clean, human, shorten
from reports.numbers import percent
from reports.palette import MIDDLE, VERDICT_COLOURS, VERDICT_MARKERS
from reports.rows import Row, RowGroup, RowsChart, room_above
from reports.sources import source_line
from schemas.findings import Findings, Indicator
from schemas.vocabulary import Verdict

SHOWN = 12
"""Initiatives in the chart; the table has all."""
GRADES: dict[str, str] = {
    "E3": "Effect compared (E3)",
    "E2": "Before and after only (E2)",
    "E1": "Outputs counted only (E1)",
    "E0": "Compliance records only (E0)",
}
FINDING_WORDS: dict[str, tuple[str, Verdict]] = {
    "favourable": ("favourable", "improves"),
    "little_difference": ("little or no difference", "no_meaningful_effect"),
    "unfavourable": ("unfavourable", "harms"),
    "inconclusive": ("unclear", "inconclusive"),
}
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
        f"{percent(compared.value)} of advocacy spend has an effect compared, "
        f"{percent(boxes.value)} has compliance records only"
    )
    mark = " Hollow diamond: the share if spend of unclear kind were advocacy." if told else ""
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
        Entry(f"{entry.label}, with unclear spend", row) for entry, row in pairs if row is not None
    )
    return RowsView(chart, f"{spent}; patient support is no part of it", entries + unclear)


def build_boxes(findings: Findings) -> RowsView | None:
    """Compliance against evidence: one row for each initiative under its grade of evidence."""
    whole = overall(findings, "q1.compliance_complete")
    if whole is None or whole.value is None:
        return None
    currency = findings.currency
    parts, placed = _parts(findings, whole), _placed(findings)
    each = [
        Entry(f"{entry.label}, {GRADES[grade]}", entry.row)
        for grade in GRADES
        for entry in placed.get(grade, [])
    ]
    share = percent(whole.value)
    chart = RowsChart(
        text=ChartText(
            chart_id="boxes-by-evidence",
            title=_boxes_title(findings, share),
            how_to_read=(
                "Right: more boxes ticked. Up: stronger evidence of what it did for patients. "
                "Upright line: all activities. Lines are 95% intervals."
            ),
            source=source_line(findings, "q1.compliance_complete"),
            aria_label=f"Compliance against evidence. {spoken([*parts, *each], currency)}",
        ),
        groups=tuple(_boxes_groups(parts, placed, currency)),
        mark="dot",
        axis="percent",
        axis_title="Activities with everything that their type requires",
        reference=whole.value,
    )
    return RowsView(chart, "Compliance, by part and by initiative", (*parts, *each))


def _parts(findings: Findings, whole: Indicator) -> list[Entry]:
    """All activities: everything required, then each part of it."""
    rows = [row for row in rows_of(findings, "q1.compliance_complete", "part") if is_ok(row)]
    named = [Entry(PARTS.get(row.by["part"], human(row.by["part"])), row) for row in rows]
    return [Entry("Everything required", whole), *named]


def _boxes_groups(
    parts: list[Entry], placed: dict[str, list[Entry]], currency: str
) -> Iterator[RowGroup]:
    """All activities, then initiatives from the strongest evidence down, as many as fit."""
    yield RowGroup("All activities", tuple(row_of(entry, currency) for entry in parts))
    left = SHOWN
    for grade, heading in GRADES.items():
        mine = placed.get(grade, [])[:left]
        left -= len(mine)
        if mine:
            rows = tuple(replace(row_of(entry, currency), shape="square") for entry in mine)
            yield RowGroup(f"{heading}: complete by initiative", rows)


def _boxes_title(findings: Findings, share: str) -> str:
    compared = overall(findings, "q1.evidence_share", grade="E3")
    said = f"Compliance complete in {share} of activities"
    if compared is None or compared.value is None:
        return said
    return f"{said}, effect compared for {percent(compared.value)} of advocacy spend"


def _graded(findings: Findings) -> list[tuple[Entry, Indicator | None]]:
    """Each grade, E3 by its findings, with the same row when unclear spend is counted."""
    found: list[tuple[Entry, Indicator | None]] = []
    for grade, label in GRADES.items():
        splits = list(FINDING_WORDS) if grade == "E3" else [""]
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


def _placed(findings: Findings) -> dict[str, list[Entry]]:
    """Compliance of each initiative under the strongest grade that any of its spend has."""
    names = {effect.initiative_id: effect.initiative_name for effect in findings.effects}
    grades: dict[str, str] = {}
    for row in findings.indicators:
        if row.indicator_id == "q1.evidence_share" and "initiative_id" in row.by:
            mine = row.by["initiative_id"]
            grades[mine] = max(grades.get(mine, "E0"), row.by["grade"])
    placed: dict[str, list[Entry]] = {}
    for row in rows_of(findings, "q1.compliance_complete", "initiative_id"):
        mine = row.by["initiative_id"]
        if is_ok(row) and mine in grades:
            label = shorten(names.get(mine, clean(mine)), 8, 48)
            placed.setdefault(grades[mine], []).append(Entry(label, row))
    return placed

"""Q2: what patients were asked, what was decided, and what is on record as changed."""

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of, shown
from reports.indicator_tables import Entry, RowsView, row_of, spoken
from reports.names import clean, human, inside, stepped
from reports.numbers import percent
from reports.rows import Row, RowGroup, RowsChart, room_above
from reports.sources import source_line
from schemas.findings import Findings, Indicator

PHASES: dict[str, str] = {
    "discovery": "Discovery",
    "preclinical": "Preclinical",
    "phase1": "Phase I",
    "phase2": "Phase II",
    "phase3": "Phase III",
    "regulatory": "Regulatory",
    "hta_access": "HTA and access",
    "launch": "Launch",
    "post_market": "After launch",
    "not_product_specific": "No one product",
    "unknown": "Phase not known",
}
"""In the order of a product's life; in Roman numbers, which are names and not counts."""
RATIO_END = 4.0
"""Where the axis of ratios ends at the latest."""
STAGES = {
    "decided": "q2.decided_share",
    "changed": "q2.change_proven",
}
SHARES: dict[str, str] = {
    "q2.upstream_share": "Advice given in discovery to phase II",
    "q2.program_coverage": "Programs heard before protocol lock",
    "q2.decided_share": "Advice decided on",
    "q2.conversion": "Advice adopted",
    "q2.loop_closed": "Decided advice reported back to its givers",
    "q2.change_proven": "Adopted advice with a changed document",
    "q2.assumption_share": "Decisions without patients",
}


def build_voice(findings: Findings) -> RowsView | None:
    """Pieces of advice by phase: asked, decided, changed."""
    rows, entries = [], []
    for phase, label in PHASES.items():
        decided = overall(findings, "q2.decided_share", lifecycle_phase=phase)
        if decided is None:
            continue
        changed = overall(findings, "q2.change_proven", lifecycle_phase=phase)
        rows.append(_phase_row(label, decided, changed))
        entries.append(Entry(f"{label}: decided, of asked", decided))
        if changed is not None:
            entries.append(Entry(f"{label}: changed, of adopted", changed))
    whole = overall(findings, "q2.decided_share")
    if not rows or whole is None:
        return None
    proven = overall(findings, "q2.change_proven")
    said = "; ".join(f"{row.label}: {row.figures}" for row in rows)
    chart = RowsChart(
        text=ChartText(
            chart_id="voice-by-phase",
            title=f"Advice: {_steps(whole, proven)}",
            how_to_read=(
                "Outline: pieces of advice asked for. Middle bar: decided on. Dark bar: adopted, "
                "with a changed document on record."
            ),
            source=source_line(findings, *STAGES.values()),
            aria_label=f"Patient advice by phase of the product's life. {said}.",
        ),
        groups=(RowGroup("", tuple(rows)),),
        mark="nested",
        axis="count",
        axis_title="Pieces of advice",
        limits=room_above([row.parts[0] for row in rows], 3.0),
    )
    return RowsView(chart, "Advice by phase: decided and changed", tuple(entries))


def build_voice_shares(findings: Findings) -> RowsView | None:
    """The shares behind the card of Q2."""
    entries = _known(findings, SHARES)
    if not entries:
        return None
    currency = findings.currency
    chart = RowsChart(
        text=ChartText(
            chart_id="voice-shares",
            title=_ends_of(entries),
            how_to_read="Dots are shares, lines their 95% intervals.",
            source=source_line(findings, *(entry.row.indicator_id for entry in entries)),
            aria_label=f"Shares of patient advice and decisions. {spoken(entries, currency)}",
        ),
        groups=(RowGroup("", tuple(row_of(entry, currency) for entry in entries)),),
        mark="dot",
        axis="percent",
        axis_title="Share",
    )
    others = [
        Entry(label, row)
        for label, row in (
            ("Median days to a decision", overall(findings, "q2.days_to_decision")),
            ("Median days from first advice to protocol lock", _days_before(findings)),
            ("Influence: company's rating minus partner's", overall(findings, "q2.influence_gap")),
        )
        if row is not None
    ]
    return RowsView(chart, "Patient voice", (*entries, *others))


def _ends_of(entries: list[Entry]) -> str:
    """The first and the last share, as a title."""
    told = [f"{entry.label}: {percent(entry.row.value or 0.0)}" for entry in entries]
    return told[0] if len(told) == 1 else f"{told[0]}; {inside(told[-1])}"


def _known(findings: Findings, labels: dict[str, str]) -> list[Entry]:
    found = ((label, overall(findings, name)) for name, label in labels.items())
    return [Entry(label, row) for label, row in found if row is not None]


def _days_before(findings: Findings) -> Indicator | None:
    return overall(findings, "q2.first_touch_days")


def _phase_row(label: str, decided: Indicator, changed: Indicator | None) -> Row:
    proven = changed.numerator or 0.0 if changed is not None else 0.0
    parts = (decided.denominator or 0.0, decided.numerator or 0.0, proven)
    return Row(label, _steps(decided, changed), parts=parts)


def _steps(decided: Indicator, changed: Indicator | None) -> str:
    """Asked, decided, changed in counts."""
    proven = changed.numerator or 0.0 if changed is not None else 0.0
    asked, done = decided.denominator or 0.0, decided.numerator or 0.0
    return f"{asked:,.0f} asked, {done:,.0f} decided, {proven:,.0f} changed"


def build_heard(findings: Findings) -> RowsView | None:
    """Who is heard against who is concerned: ratios by subgroup."""
    rows = rows_of(findings, "q2.participation_ratio", "dimension", "subgroup_id")
    entries = [Entry(group_label(row), row) for row in rows if is_ok(row)]
    if not entries:
        return None
    return ratio_view(
        findings, "heard", "Share of advice as a multiple of the share in need", entries
    )


def group_label(row: Indicator) -> str:
    """What a subgroup is called, else its id as words."""
    told = clean(row.label) if row.label else human(row.by["subgroup_id"])
    return f"{told[:1].upper()}{told[1:]}"


def ratio_view(findings: Findings, chart_id: str, subject: str, entries: list[Entry]) -> RowsView:
    """Ratios around 1, under the dimension that each belongs to."""
    currency = findings.currency
    known = [entry for entry in entries if is_ok(entry.row)]
    least = min(known, key=lambda entry: entry.row.value or 0.0)
    most = max(known, key=lambda entry: entry.row.value or 0.0)
    dimensions = list(dict.fromkeys(entry.row.by.get("dimension", "region") for entry in entries))
    entries = sorted(
        entries,
        key=lambda entry: (
            dimensions.index(entry.row.by.get("dimension", "region")),
            *stepped(entry.label),
        ),
    )
    groups: dict[str, list[Row]] = {}
    for entry in entries:
        heading = entry.row.by.get("dimension", "region")
        groups.setdefault(human(heading).capitalize(), []).append(row_of(entry, currency))
    ends = dict.fromkeys(f"{shown(entry.row)} ({entry.label})" for entry in (least, most))
    chart = RowsChart(
        text=ChartText(
            chart_id=chart_id,
            title=f"{subject}: {' to '.join(ends)}",
            how_to_read=(
                "Upright line at 1: a share as large as the share of people in need."
                f"{' Arrow: beyond the axis.' if (most.row.value or 0.0) > RATIO_END else ''}"
            ),
            source=source_line(findings, entries[0].row.indicator_id),
            aria_label=f"{subject}, ratios by group. {spoken(entries, currency)}",
        ),
        groups=tuple(RowGroup(heading, tuple(rows)) for heading, rows in groups.items()),
        mark="dot",
        axis="ratio",
        axis_title="Ratio; 1 is equal",
        limits=room_above([min(entry.row.value or 0.0, RATIO_END) for entry in known], 2.0),
        reference=1.0,
    )
    return RowsView(chart, f"{subject}, by group", tuple(entries))

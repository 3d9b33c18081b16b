"""Sections of the page that describe: evidence and boxes, patient voice, relationships, equity."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from reports.account_chart import build_accounts
from reports.columns import Columns, in_columns
from reports.equity_charts import build_open, build_per_patient, build_reach
from reports.evidence_charts import build_boxes, build_evidence, build_quadrant
from reports.indicator_tables import DrawnView, RowsView, indicator_table
from reports.names import clean, human, listed
from reports.relationship_charts import (
    build_components,
    build_dependence,
    build_partners,
    build_retention,
)
from reports.rows import RowsChart
from reports.rows_figure import rows_figure
from reports.rows_svg import draw_rows
from reports.subgroup_chart import build_subgroups
from reports.subgroups import subgroup_table
from reports.table_views import account_table
from reports.tables import Table
from reports.views import ChartView, markup
from reports.voice_charts import build_heard, build_voice, build_voice_shares
from schemas.findings import Findings
from schemas.indicators import INDICATORS
from schemas.vocabulary import Question

Build = Callable[[Findings], RowsView | DrawnView | None]


@dataclass(frozen=True)
class Section:
    """Charts that belong together; `questions` are those they help to answer."""

    anchor: str
    title: str
    lead: str
    questions: tuple[Question, ...]
    builders: tuple[Build, ...]


@dataclass(frozen=True)
class SectionView:
    """What the page shows of a section: charts, and what could not be evaluated and why."""

    anchor: str
    title: str
    lead: str
    charts: list[ChartView]
    absent: list[tuple[str, str]]

    @cached_property
    def columns(self) -> Columns:
        """How the charts stand side by side on a wide window."""
        return in_columns(self.charts, self.absent)


SECTIONS = (
    Section(
        "boxes",
        "Evidence for patients, or boxes ticked (Q1)",
        "Strength of evidence and completeness of compliance are two things, never added.",
        ("Q1",),
        (build_evidence, build_boxes, build_quadrant),
    ),
    Section(
        "voice",
        "Patient voice (Q2)",
        "Described as recorded; no cause is claimed. Advice given in patient support is left out.",
        ("Q2",),
        (build_voice_shares, build_voice, build_heard),
    ),
    Section(
        "relationships",
        "Relationships with advocacy groups (Q3)",
        (
            "Described as recorded; no cause is claimed. Patient support is left out; paid "
            "research work and money of unclear kind are counted."
        ),
        ("Q3",),
        (build_components, build_retention, build_partners, build_dependence),
    ),
    Section(
        "fairness",
        "Transparency and equity",
        "Described as recorded; no cause is claimed.",
        ("transparency", "equity"),
        (build_reach, build_per_patient, build_open),
    ),
)
UNTOLD = "untold"
"""The section of what could not be described at all."""


def section_views(findings: Findings) -> list[SectionView]:
    """Sections with a chart, then one that names what all the others would need."""
    made = [_view(section, findings) for section in SECTIONS]
    told = [view for view in made if view.charts]
    questions = [
        question
        for section, view in zip(SECTIONS, made, strict=True)
        if not view.charts
        for question in section.questions
    ]
    absent = _absent(tuple(questions), findings)
    if absent:
        told.append(SectionView(UNTOLD, "What these data cannot tell", "", [], absent))
    return told


def _view(section: Section, findings: Findings) -> SectionView:
    built = (build(findings) for build in section.builders)
    charts = [chart_view(view, findings) for view in built if view is not None]
    absent = _absent(section.questions, findings)
    return SectionView(section.anchor, section.title, section.lead, charts, absent)


def chart_view(view: RowsView | DrawnView, findings: Findings) -> ChartView:
    """A chart of indicators as the page shows it."""
    if isinstance(view, RowsView):
        return rows_view(view.chart, indicator_table(view, findings.currency))
    wide, narrow = markup(view.wide), markup(view.narrow)
    return ChartView(view.text, wide, narrow, view.figure, view.table, view.key)


def rows_view(chart: RowsChart, table: Table) -> ChartView:
    """A chart in rows as the page shows it."""
    wide, narrow = (markup(draw_rows(chart, setting)) for setting in ("wide", "narrow"))
    return ChartView(chart.text, wide, narrow, rows_figure(chart), table, is_elastic=True)


def subgroup_view(findings: Findings) -> ChartView | None:
    """Effects by subgroup with their table."""
    chart, table = build_subgroups(findings), subgroup_table(findings)
    return None if chart is None or table is None else rows_view(chart, table)


def account_view(findings: Findings) -> ChartView | None:
    """Data accounts with their table."""
    chart = build_accounts(findings)
    return None if chart is None else rows_view(chart, account_table(findings))


def _absent(questions: tuple[Question, ...], findings: Findings) -> list[tuple[str, str]]:
    """Why indicators could not be evaluated, each reason with their names."""
    reasons: dict[str, list[str]] = {}
    for row in findings.indicators:
        if row.question in questions and row.status == "NOT_EVALUATED" and not row.by:
            spec = INDICATORS.get(row.indicator_id)
            name = spec.name if spec else clean(row.indicator_id)
            reasons.setdefault(row.reason or "not evaluated", []).append(name)
    return [(_capital(_plain(why)), "; ".join(names)) for why, names in reasons.items()]


def _plain(reason: str) -> str:
    if "denominator" in reason:
        return "nothing on record to count"
    lead, needs, tables = reason.partition("needs ")
    if needs and not lead and ", " in tables:
        return f"needs {listed([human(table) for table in tables.split(', ')])}"
    return human(reason)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"

"""Several studies side by side: a row for each initiative and outcome, and no total anywhere."""

from dataclasses import dataclass

from markupsafe import Markup

from reports.indicator_rows import TOO_SMALL, overall, rows_of
from reports.names import clean, shorten
from reports.numbers import count, money, percent
from reports.overview_strip import draw_strip, strip_limits
from reports.phrases import CERTAINTY_STEPS, VERDICT_WORDS
from reports.sentences import (
    certainty_phrase,
    deciding_range,
    direction_phrase,
    estimate_phrase,
    short_reason,
)
from reports.tables import Cell, Table
from reports.views import spend_texts, unit_cost_texts
from reports.words import judged_effects, tally
from schemas.findings import Effect, Findings
from schemas.vocabulary import Verdict

KINDS = ("q1.spend_advocacy", "q1.spend_support", "q1.spend_unclassified")
GRADES = {
    "E3": "with an effect compared",
    "E2": "before and after only",
    "E1": "outputs counted only",
    "E0": "no output or outcome on record",
}
"""Strength of evidence in words; only the first can be called evaluated."""
SYNTHETIC_MARK = "synthetic example data"


@dataclass(frozen=True)
class StudyResult:
    """A study as the overview is told of it; without findings, `why` and `remedy` say the cause."""

    study_id: str
    findings: Findings | None = None
    digest: str = ""
    href: str = ""
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class OverviewRow:
    """One effect as a row."""

    initiative: str
    outcome: str
    better: str
    verdict: Verdict
    word: str
    reason: str
    strip: Markup
    figures: str
    note: str
    certainty: str
    steps: int
    spend: str
    unit_cost: str
    unit_note: str


@dataclass(frozen=True)
class StudyView:
    """One published study: its heading, its rows, its spend and its three answers."""

    study_id: str
    title: str
    href: str
    digest: str
    findings: Findings
    rows: list[OverviewRow]
    spend: list[str]
    compared: str
    not_compared: str
    answers: list[str]


def study_views(results: list[StudyResult]) -> list[StudyView]:
    """The published studies in the order given; one scale for all their ranges."""
    known = [(result, result.findings) for result in results if result.findings is not None]
    limits = strip_limits([effect for _, one in known for effect in judged_effects(one)])
    return [_study_view(result, one, limits) for result, one in known]


def verdict_sentences(results: list[StudyResult]) -> list[str]:
    """How many effects have each verdict, studies of real and of synthetic data apart."""
    found = [result.findings for result in results if result.findings is not None]
    groups = (
        ("real data", [one for one in found if not one.synthetic]),
        ("synthetic example data", [one for one in found if one.synthetic]),
    )
    return [_tally_sentence(data, studies) for data, studies in groups if studies]


def effect_record(findings: Findings, effect: Effect) -> dict[str, Cell]:
    """One effect unrounded, in the measure's own unit and sign, for CSV and JSON."""
    low, high = deciding_range(effect) or (None, None)
    cost = effect.cost
    return {
        "study_id": findings.study_id,
        "data": SYNTHETIC_MARK if findings.synthetic else "real",
        "data_as_of": findings.data_as_of.isoformat(),
        "effect_id": effect.effect_id,
        "initiative_id": effect.initiative_id,
        "initiative_name": effect.initiative_name,
        "measure_id": effect.measure_id,
        "measure_name": effect.measure_name,
        "role": effect.role,
        "direction": effect.direction,
        "unit": effect.unit_label,
        "verdict": effect.verdict,
        "reasons": " ".join(effect.reasons),
        "certainty": effect.certainty,
        "estimate": effect.estimate,
        "range_low": low,
        "range_high": high,
        "smallest_worthwhile_effect": effect.smallest_worthwhile_effect,
        "advocacy_spend": cost.spend,
        "currency": cost.currency,
        "cost_per_unit": cost.cost_per_unit,
        "cost_per_unit_low": cost.ci_low,
        "cost_per_unit_high": cost.ci_high,
    }


def overview_table(results: list[StudyResult]) -> Table:
    """Every row of the page for its CSV."""
    records = [
        effect_record(result.findings, effect)
        for result in results
        if result.findings is not None
        for effect in judged_effects(result.findings)
    ]
    return Table(
        table_id="all-studies",
        caption="All studies",
        header=(),
        rows=(),
        record_header=tuple(records[0]) if records else ("study_id",),
        records=tuple(tuple(record.values()) for record in records),
    )


def spend_text(findings: Findings, indicator_id: str) -> str:
    """Spend of one kind, or why it is not shown."""
    for row in rows_of(findings, indicator_id):
        if row.status == "OK" and row.value is not None:
            return money(row.value, row.unit)
        if "small" in (row.reason or ""):
            return TOO_SMALL
    return "not known"


def evidence_share(findings: Findings, grade: str) -> float | None:
    """Share of advocacy spend with this strength of evidence, None where it is not known."""
    row = overall(findings, "q1.evidence_share", grade=grade)
    return None if row is None else row.value


def _study_view(result: StudyResult, findings: Findings, limits: tuple[float, float]) -> StudyView:
    return StudyView(
        study_id=clean(result.study_id),
        title=shorten(findings.title, 24, 140),
        href=result.href,
        digest=result.digest,
        findings=findings,
        rows=[_row(effect, limits) for effect in judged_effects(findings)],
        spend=[spend_text(findings, kind) for kind in KINDS],
        compared=_graded_text(findings, ["E3"]),
        not_compared=_graded_text(findings, ["E2", "E1", "E0"]),
        answers=[answer.answer for answer in findings.questions],
    )


def _row(effect: Effect, limits: tuple[float, float]) -> OverviewRow:
    unit_cost, unit_note = unit_cost_texts(effect)
    return OverviewRow(
        initiative=shorten(effect.initiative_name, 20, 120),
        outcome=shorten(effect.measure_name, 20, 120),
        better=direction_phrase(effect),
        verdict=effect.verdict,
        word=VERDICT_WORDS[effect.verdict],
        reason=short_reason(effect),
        strip=draw_strip(effect, limits),
        figures=estimate_phrase(effect),
        note=_range_note(effect),
        certainty=certainty_phrase(effect.certainty),
        steps=CERTAINTY_STEPS[effect.certainty] if effect.certainty else 0,
        spend=spend_texts(effect)[0],
        unit_cost=unit_cost,
        unit_note=unit_note,
    )


def _range_note(effect: Effect) -> str:
    is_bare = effect.estimate is not None and deciding_range(effect) is None
    return "No range is claimed." if is_bare else ""


def _graded_text(findings: Findings, grades: list[str]) -> str:
    """Shares by strength of evidence, the empty ones left out; nothing is summed."""
    known = {grade: evidence_share(findings, grade) for grade in grades}
    if all(share is None for share in known.values()):
        return "not known"
    told = [f"{percent(share)} {GRADES[grade]}" for grade, share in known.items() if share]
    return ", ".join(told) or "none"


def _tally_sentence(data: str, studies: list[Findings]) -> str:
    effects = [effect for one in studies for effect in judged_effects(one)]
    named = [f"{number} {VERDICT_WORDS[verdict].lower()}" for verdict, number in tally(effects)]
    lead = f"{count(len(studies), 'study', 'studies')} of {data}, {count(len(effects), 'effect')}"
    return f"{lead}: {', '.join(named)}." if named else f"{lead}."

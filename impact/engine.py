"""Every planned effect from its data to its verdict, and the findings they make up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from impact.adjusted_beside import NAME as ADJUSTED
from impact.beside import WAITING
from impact.by_subgroup import Divided, Question, divide_effect, with_gaps
from impact.certainty import Grade, grade
from impact.gates import (
    Gate,
    first_failure,
    gate_anticipation,
    gate_attainable,
    gate_data,
    gate_plan,
    gate_timing,
    orphan_spend_share,
    permutation_results,
)
from impact.gather import RunFacts, StudyTables
from impact.model import DiagnosticResult, EffectData, Estimation, NotEvaluable
from impact.needed import systematic_floor, what_is_needed
from impact.panel_verdict import circumstances_of
from impact.prepare import Prepared, assignment_of, prepare_effect
from impact.record import Judgement, Subject, finite, record_effect
from impact.unit_shift import find_unit_shift
from impact.verdict import Evidence, Family, decide, family_of, raw_p
from schemas.findings import (
    Effect,
    Findings,
    Headline,
    Indicator,
    Needed,
    Provenance,
    RowAccount,
)
from schemas.plan import Plan, PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

INDEPENDENT_ORDER = ("policy", "eligibility_threshold")
"""Bases of assignment, given in the plan with a reason, that moderate certainty asks for."""
NO_KNOWN_ORDER = ("self_selected", "unknown")
_USED = frozenset({"outcome", "unit", "measure", "initiative", "exposure"})


@dataclass(frozen=True)
class _Run:
    """What all effects of one run share."""

    tables: StudyTables
    plan: Plan
    study: Study
    facts: RunFacts
    thresholds: Thresholds

    @property
    def has_log(self) -> bool:
        """Whether the study names an engagement log."""
        return any(source.table == "engagement" for source in self.study.sources)


@dataclass(frozen=True)
class _Tested:
    """A prepared effect with its gates, in order, and the size of its family."""

    prepared: Prepared
    gates: tuple[Gate, ...]
    family_size: int

    @property
    def raw_p(self) -> float:
        """P before Holm; 1 where nothing can be claimed."""
        estimation = self.prepared.estimation
        if estimation is None or first_failure(self.gates) is not None:
            return 1.0
        return raw_p(estimation)


def measure_effects(
    tables: StudyTables,
    plan: Plan | None,
    study: Study,
    facts: RunFacts,
    thresholds: Thresholds | None = None,
) -> tuple[Effect, ...]:
    """All effects of a plan in its order, judged together; none without a plan.

    Holm runs over all planned primary effects; any other effect is a family of its own,
    exploratory. An effect that cannot be claimed counts with p = 1. After them come the
    effects by subgroup, secondary and exploratory: the levels of one dimension are a family.
    """
    if plan is None:
        return ()
    run = _Run(tables, plan, study, facts, thresholds or Thresholds())
    primaries = sum(effect.role == "primary" for effect in plan.effects)
    tested = []
    for effect in plan.effects:
        prepared = prepare_effect(effect, plan, tables, study, run.thresholds)
        size = primaries if effect.role == "primary" else 1
        tested.append(_Tested(prepared, _gates(prepared, size, run), size))
    families = _families(tested)
    made = [_judged(item, family, run) for item, family in zip(tested, families, strict=True)]
    divided = [_divided(effect, run) for effect in plan.effects]
    everyone = [
        with_gaps(one, parts.gaps, planned.analysis.alpha)
        for one, parts, planned in zip(made, divided, plan.effects, strict=True)
    ]
    return (*everyone, *(effect for parts in divided for effect in parts.effects))


def _divided(effect: PlannedEffect, run: _Run) -> Divided:
    """The effect by subgroup; the levels of one dimension are judged as one family."""

    def judge(prepared: Sequence[Prepared]) -> list[Effect]:
        size = len(prepared)
        tested = [_Tested(one, _gates(one, size, run), size) for one in prepared]
        p_values = [one.raw_p for one in tested]
        return [_judged(one, family_of(p_values, i), run) for i, one in enumerate(tested)]

    question = Question(effect, run.plan, run.tables, run.study, run.thresholds)
    return divide_effect(question, judge)


def build_findings(
    study: Study,
    effects: Sequence[Effect],
    indicators: Sequence[Indicator],
    accounts: Sequence[RowAccount],
    notes: Sequence[str],
    provenance: Provenance,
) -> Findings:
    """The results file before `reports.words` writes its headline and answers.

    The headline is about the first primary effect of the plan.
    """
    first = next((effect for effect in effects if effect.role == "primary"), None)
    headline = Headline(
        text="",
        effect_id=first.effect_id if first else None,
        verdict=first.verdict if first else None,
        certainty=first.certainty if first else None,
    )
    return Findings(
        study_id=study.study_id,
        title=study.title,
        synthetic=study.synthetic,
        currency=study.currency,
        period=study.period,
        data_as_of=study.as_of,
        window_start=study.window.start,
        window_end=study.window.end,
        headline=headline,
        questions=[],
        effects=list(effects),
        indicators=list(indicators),
        row_accounts=list(accounts),
        notes=list(notes),
        provenance=provenance,
    )


def _families(tested: Sequence[_Tested]) -> list[Family]:
    """Each effect's family as it sees it: the primaries together, any other alone."""
    primaries = [i for i, item in enumerate(tested) if item.prepared.effect.role == "primary"]
    p_values = [tested[i].raw_p for i in primaries]
    seats = {index: seat for seat, index in enumerate(primaries)}
    return [family_of(p_values, seats[i]) if i in seats else Family() for i in range(len(tested))]


def _gates(prepared: Prepared, family_size: int, run: _Run) -> tuple[Gate, ...]:
    """G1, G2, G3p, G4a, G4b, and suppressed cells; G3 is what `prepared` says is lacking."""
    data, estimation = prepared.data, prepared.estimation
    shift = DiagnosticResult("unit_shift", "NOT_EVALUATED")
    if isinstance(data, EffectData):
        shift = find_unit_shift(data.outcome)
    orphans = orphan_spend_share(run.facts.orphan_spend_share, run.has_log, run.thresholds)
    used = _USED | {"engagement"} if run.has_log else _USED
    first = (
        gate_plan(run.facts.is_before_outcomes),
        gate_data(run.facts.accounts, used, orphans, shift, run.thresholds),
    )
    if estimation is None:
        return first
    return (
        *first,
        gate_attainable(estimation, prepared.effect.analysis.alpha, family_size),
        gate_timing(_given_starts(prepared), _timing_of(prepared, run), run.has_log),
        gate_anticipation(estimation, run.thresholds),
        Gate("ATTRITION", (prepared.suppressed,)),
    )


def _given_starts(prepared: Prepared) -> pd.Series:
    """First exposed study period of every exposed unit with outcomes, as given."""
    exposure = prepared.tables.exposure
    is_exposed = exposure["dose"].fillna(1.0) > 0
    rows = exposure[is_exposed & exposure["unit_id"].isin(prepared.tables.panel["unit_id"])]
    return pd.to_numeric(rows["start_period"]).groupby(rows["unit_id"]).min()


def _timing_of(prepared: Prepared, run: _Run) -> pd.DataFrame:
    timing = run.tables.timing
    return timing[timing["effect_id"] == prepared.effect.effect_id]


def _judged(tested: _Tested, family: Family, run: _Run) -> Effect:
    prepared, estimation = tested.prepared, tested.prepared.estimation
    effect, alpha = prepared.effect, prepared.effect.analysis.alpha
    lacking = prepared.result if isinstance(prepared.result, NotEvaluable) else NotEvaluable(())
    target = effect.smallest_worthwhile_effect
    evidence = Evidence(estimation, target, alpha, lacking.reasons, first_failure(tested.gates))
    decision = decide(evidence, family)
    needed, grading, extra = Needed(), None, _elsewhere(prepared)
    if estimation is not None:
        claim = (alpha, tested.family_size)
        needed = what_is_needed(decision, estimation, target, claim, run.thresholds)
        grading = _graded(tested, estimation, run)
        tests = permutation_results(estimation, *claim)
        floor = systematic_floor(estimation, target, run.thresholds)
        extra = (*tests, *estimation.diagnostics, *floor, *extra)
    gated = tuple(item for gate in tested.gates for item in gate.diagnostics)
    judgement = Judgement(decision, grading, lacking.missing, needed, (*gated, *extra))
    return record_effect(_subject(prepared, run), judgement, estimation)


def _graded(tested: _Tested, estimation: Estimation, run: _Run) -> Grade:
    prepared = tested.prepared
    is_documented = _is_documented(prepared, run)
    facts = circumstances_of(estimation, tested.gates, is_documented=is_documented)
    facts = replace(
        facts,
        control_count=prepared.control_count,
        is_proxy=prepared.measure.is_proxy,
        is_amended=run.facts.is_amended,
    )
    return grade(facts, run.thresholds)


def _is_documented(prepared: Prepared, run: _Run) -> bool:
    """Whether the frozen plan fixes the order of assignment and no exposure row contradicts it."""
    given = prepared.effect.analysis.assignment
    is_declared = given is not None and given.basis in INDEPENDENT_ORDER
    contradicted = assignment_of(prepared.tables.exposure) in NO_KNOWN_ORDER
    return is_declared and run.facts.is_before_outcomes and not contradicted


def _elsewhere(prepared: Prepared) -> tuple[DiagnosticResult, ...]:
    """What the plan asks for and only group-time designs have: said, not passed over."""
    analysis, found = prepared.effect.analysis, prepared.estimation
    asked = {
        ADJUSTED: bool(analysis.covariates),
        WAITING: analysis.comparison == "not_yet_exposed",
    }
    status: Status = "NOT_EVALUATED" if found is None else "NOT_APPLICABLE"
    made = {item.name for item in found.diagnostics} if found else set()
    return tuple(DiagnosticResult(n, status) for n in asked if asked[n] and n not in made)


def _subject(prepared: Prepared, run: _Run) -> Subject:
    effect, initiative = prepared.effect, run.tables.initiative
    rows = initiative[initiative["initiative_id"] == effect.initiative_id].to_dict("records")
    return Subject(
        effect=effect,
        measure=prepared.measure,
        initiative_name=rows[0]["name"] if rows else effect.initiative_id,
        spend=finite(rows[0]["spend"]) if rows else None,
        currency=run.study.currency,
    )

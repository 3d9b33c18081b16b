"""From the arrays of one effect to its verdict and certainty: the path that the pipeline takes.

The pipeline adds what only its tables know (plan, quarantine, log); simulated worlds, the
honesty study and the design advisor come in here.
"""

from dataclasses import dataclass

from impact.certainty import Circumstances, Grade, grade, has_opposed_cohorts
from impact.estimate import choose_and_decide
from impact.gates import Gate, first_failure, gate_anticipation, gate_attainable, gate_data
from impact.model import DiagnosticResult, EffectData, Estimation, NotEvaluable
from impact.unit_shift import find_unit_shift
from impact.verdict import Decision, Evidence, Family, decide
from schemas.plan import MethodChoice
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment, IntervalName

ALWAYS: tuple[IntervalName, ...] = ("plain", "donut", "trend_robust")
"""The intervals that need nothing beside the outcome; a gap in them stops the claim itself."""


@dataclass(frozen=True)
class Question:
    """What is asked of one effect's arrays, and what is known beside them.

    `smallest_worthwhile_effect` is in the outcome's unit. `is_documented` says that the frozen
    plan fixes an order of assignment independently of outcomes.
    """

    smallest_worthwhile_effect: float | None = None
    assignment: Assignment = "unknown"
    method: MethodChoice = "auto"
    is_documented: bool = False


@dataclass(frozen=True)
class PanelVerdict:
    """The decision, how sure it is (None where nothing could be estimated), and the estimate."""

    decision: Decision
    grade: Grade | None
    result: Estimation | NotEvaluable


def judge_panel(
    data: EffectData, question: Question, thresholds: Thresholds, family: Family | None = None
) -> PanelVerdict:
    """Choose the method, estimate, test the gates that arrays can fail, decide and grade."""
    family = family or Family()
    result = choose_and_decide(data, question.assignment, question.method, thresholds)
    target = question.smallest_worthwhile_effect
    if isinstance(result, NotEvaluable):
        return PanelVerdict(Decision("not_evaluable", result.reasons), None, result)
    gates = panel_gates(data, result, thresholds, family.size)
    evidence = Evidence(result, target, data.alpha, (), first_failure(gates))
    facts = circumstances_of(result, gates, is_documented=question.is_documented)
    return PanelVerdict(decide(evidence, family), grade(facts, thresholds), result)


def panel_gates(
    data: EffectData, found: Estimation, thresholds: Thresholds, family_size: int
) -> tuple[Gate, ...]:
    """The gates that the arrays alone can fail: unit shift, attainable p, anticipation."""
    nothing = DiagnosticResult("orphan_spend_share", "NOT_APPLICABLE")
    return (
        gate_data((), frozenset(), nothing, find_unit_shift(data.outcome), thresholds),
        gate_attainable(found, data.alpha, family_size),
        gate_anticipation(found, thresholds),
    )


def circumstances_of(
    found: Estimation, gates: tuple[Gate, ...], *, is_documented: bool
) -> Circumstances:
    """What the estimate and its gates say of certainty; proxies and amendments are not known."""
    timed = [gate for gate in gates if gate.reason in {"TIMING", "ANTICIPATION"}]
    beyond = [one for one in found.intervals if one.name not in ALWAYS]
    arms = min(found.exposed_count, found.comparison_count)
    return Circumstances(
        method=found.method,
        is_observational=found.is_observational,
        smallest_arm=arms if found.smallest_arm is None else found.smallest_arm,
        missing_share=found.missing_share,
        control_count=found.control_count,
        has_opposed_cohorts=has_opposed_cohorts(found.cohort_bounds),
        has_gaps=any(gate.has_gaps for gate in timed)
        or any(one.status == "NOT_EVALUATED" for one in beyond),
        has_documented_assignment=is_documented,
        is_far_only_evaluated=any(i.name == "far_only" and i.status == "PASS" for i in beyond),
        is_leave_one_out_stable=found.leave_one_out_stable is True,
    )

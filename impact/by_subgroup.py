"""One planned effect by subgroup: an effect per level, and how the levels differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from impact.gather import StudyTables
from impact.prepare import Prepared, prepare_effect
from impact.subgroup_gaps import (
    Difference,
    arm_means,
    compared,
    difference_of,
    gap_between,
    independent_differences,
    over_dimensions,
)
from impact.subgroups import Part, against_others, only_part, parts_of, suppressed_share
from schemas.findings import ArmMeans, Cost, Diagnostic, Effect, SubgroupGap, SubgroupPart
from schemas.plan import Plan, PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

Judge = Callable[[Sequence[Prepared]], list[Effect]]
"""Judges prepared effects together, as one family."""


@dataclass(frozen=True)
class Question:
    """A planned effect with the study it is asked of."""

    effect: PlannedEffect
    plan: Plan
    tables: StudyTables
    study: Study
    thresholds: Thresholds

    def prepare(self, tables: StudyTables, *, is_brief: bool = False) -> Prepared:
        """The effect on other rows than the study's own; always a secondary one."""
        effect = self.effect.model_copy(update={"role": "secondary"})
        rest = (tables, self.study, self.thresholds)
        return prepare_effect(effect, self.plan, *rest, is_brief=is_brief)


@dataclass(frozen=True)
class Divided:
    """An effect by subgroup: a record for each level of each dimension, and the gaps."""

    effects: tuple[Effect, ...] = ()
    gaps: tuple[SubgroupGap, ...] = ()


def divide_effect(question: Question, judge: Judge) -> Divided:
    """Estimate an effect in every level of the plan's dimensions that has outcomes.

    The levels of one dimension are a family for Holm. The test of whether the effect differs
    between them is corrected by Holm over the dimensions. A negative control is not divided.
    """
    if question.effect.role == "negative_control":
        return Divided()
    effects: list[Effect] = []
    gaps: list[SubgroupGap] = []
    for dimension in dict.fromkeys(question.plan.subgroups):
        parts = parts_of(dimension, question.effect, question.tables)
        prepared = [question.prepare(_alone(question, parts, part)) for part in parts]
        means = arm_means(prepared, question.thresholds)
        judged = zip(judge(prepared), parts, means, strict=True)
        effects += [_record(effect, question, part, mean) for effect, part, mean in judged]
        gaps.append(gap_between(dimension, _differences(question, parts, prepared), means))
    return Divided(tuple(effects), tuple(over_dimensions(gaps)))


def with_gaps(effect: Effect, gaps: Sequence[SubgroupGap], alpha: float) -> Effect:
    """Everyone's effect with the gaps, and a diagnostic for each: is the effect the same."""
    if not gaps:
        return effect
    tests = [_interaction(gap, alpha) for gap in gaps]
    update = {"gaps": list(gaps), "diagnostics": [*effect.diagnostics, *tests]}
    return effect.model_copy(update=update)


def _interaction(gap: SubgroupGap, alpha: float) -> Diagnostic:
    status: Status = "NOT_EVALUATED"
    if gap.p_value is not None:
        status = "PASS" if gap.p_value >= alpha else "FAIL"
    name = f"interaction.{gap.dimension}"
    return Diagnostic(name=name, status=status, value=gap.p_value, threshold=alpha)


def _record(effect: Effect, question: Question, part: Part, means: ArmMeans) -> Effect:
    """A level's record; it has no cost, since the spend was on everyone."""
    share = suppressed_share(question.tables, question.effect, part)
    about = SubgroupPart(
        dimension=part.dimension, level=part.level, suppressed_share=share, means=means
    )
    update = {
        "subgroup_id": part.subgroup_id,
        "part": about,
        "cost": Cost(currency=effect.cost.currency),
    }
    return effect.model_copy(update=update)


def _differences(
    question: Question, parts: Sequence[Part], prepared: Sequence[Prepared]
) -> Sequence[Difference]:
    """Each level against the others; empty where that cannot be tested for all of them."""
    if len(parts) < 2:
        return ()
    alone = independent_differences(parts, prepared)
    if alone:
        return alone
    found = [
        difference_of(
            part, question.prepare(_apart(question, parts, part), is_brief=True).estimation
        )
        for part in compared(parts)
    ]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else ()


def _alone(question: Question, parts: Sequence[Part], part: Part) -> StudyTables:
    return only_part(question.tables, question.effect, parts, part)


def _apart(question: Question, parts: Sequence[Part], part: Part) -> StudyTables:
    return against_others(question.tables, question.effect, parts, part)

"""One simulated effect through the verdict path that the pipeline uses, arrays only."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from impact import functionals
from impact.certainty import Grade, grade
from impact.contrast import cluster_scalars, influence
from impact.estimate import choose_and_decide
from impact.few_together import estimate_together
from impact.gates import Gate, first_failure, gate_timing
from impact.judged import judge_sample
from impact.model import (
    NEVER,
    EffectData,
    Estimation,
    IntArray,
    NotEvaluable,
    OutsideControl,
)
from impact.needed import what_is_needed
from impact.panel_verdict import circumstances_of, panel_gates
from impact.sample import build_sample
from impact.verdict import Decision, Evidence, decide, family_of, raw_p
from schemas.findings import Needed
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment, Comparison
from tests.trial_worlds import Trial
from tests.worlds import World

ALPHA = 0.05
SEEDS = 8
"""Permutations are drawn with one of so many seeds; a plan's seed is one for all its effects."""


@dataclass(frozen=True)
class Known:
    """What the study of a world knows beside outcomes, exposure and controls."""

    neighbours: bool = False
    rivals: bool = False
    log: bool = False
    declared: bool = False
    assignment: Assignment = "staggered"
    worthwhile: float | None = None
    comparison: Comparison = "never_exposed"


Result = Estimation | NotEvaluable
PLAIN = Known()
"""Outcomes, exposure and controls, and nothing more."""


@dataclass(frozen=True)
class Verdict:
    """What the path says of one effect, with the estimation it rests on."""

    decision: Decision
    grade: Grade | None
    estimation: Estimation | None
    needed: Needed


def world_data(world: World, known: Known, seed: int) -> EffectData:
    """Bring a world to the arrays that an estimator takes."""
    count = len(world.cohort)
    return EffectData(
        unit_ids=tuple(f"c{number:04d}" for number in range(count)),
        outcome=world.outcome,
        cohort=world.cohort,
        sign=1,
        donut=world.donut,
        block=np.zeros(count, dtype=np.int64),
        probability=np.full(count, np.nan),
        weight=np.ones(count),
        seed=seed,
        season=12,
        controls=world.controls if len(world.controls) else None,
        is_near=world.is_neighbour if known.neighbours else None,
        is_shared=world.is_reached if known.rivals else None,
        comparison=known.comparison,
    )


def trial_data(trial: Trial, seed: int) -> EffectData:
    """Bring a randomised design to the arrays that an estimator takes."""
    count = len(trial.cohort)
    return EffectData(
        unit_ids=tuple(f"c{number:04d}" for number in range(count)),
        outcome=trial.outcome,
        cohort=trial.cohort,
        sign=1,
        donut=6,
        block=trial.block,
        probability=trial.probability,
        weight=np.ones(count),
        seed=seed,
    )


def estimate_all(
    data: list[EffectData], known: Known, thresholds: Thresholds, *, is_few: bool
) -> list[Result]:
    """Estimate many effects by the method that their design asks for.

    With `is_few` they are panels with one to four exposed clusters, fitted together.
    """
    if is_few:
        return estimate_together(data, thresholds)
    return [choose_and_decide(one, known.assignment, "auto", thresholds) for one in data]


def judge(
    effects: list[tuple[EffectData, Known]],
    found: list[Result],
    log_starts: list[IntArray],
    thresholds: Thresholds,
) -> list[Verdict]:
    """Judge a family of primary effects together, from their estimates."""
    gates = [
        _gates(data, known, result, starts, (len(effects), thresholds))
        for (data, known), result, starts in zip(effects, found, log_starts, strict=True)
    ]
    p_values = [
        raw_p(result) if isinstance(result, Estimation) and first_failure(gate) is None else 1.0
        for result, gate in zip(found, gates, strict=True)
    ]
    return [
        _verdict(known, result, gates[i], (p_values, i), thresholds)
        for i, ((_, known), result) in enumerate(zip(effects, found, strict=True))
    ]


def _gates(
    data: EffectData,
    known: Known,
    result: Result,
    log_start: IntArray,
    family: tuple[int, Thresholds],
) -> tuple[Gate, ...]:
    """Give the gates that arrays can fail, with the one that the engagement log adds."""
    size, thresholds = family
    if isinstance(result, NotEvaluable):
        return ()
    starts, timing = _timing(data, log_start) if known.log else (pd.Series(), pd.DataFrame())
    *before, anticipation = panel_gates(data, result, thresholds, size)
    return (*before, gate_timing(starts, timing, known.log), anticipation)


def _timing(data: EffectData, log_start: IntArray) -> tuple[pd.Series, pd.DataFrame]:
    exposed = np.flatnonzero(data.cohort != NEVER)
    names = [data.unit_ids[row] for row in exposed]
    starts = pd.Series(data.cohort[exposed], index=names)
    timing = pd.DataFrame(
        {
            "unit_id": names,
            "engagement_period": log_start[exposed],
            "is_precise": True,
            "recorded_lag": 0.0,
        }
    )
    return starts, timing


def _verdict(
    known: Known,
    result: Result,
    gates: tuple[Gate, ...],
    family: tuple[list[float], int],
    thresholds: Thresholds,
) -> Verdict:
    p_values, position = family
    if isinstance(result, NotEvaluable):
        return Verdict(Decision("not_evaluable", result.reasons), None, None, Needed())
    evidence = Evidence(result, known.worthwhile, ALPHA, (), first_failure(gates))
    decision = decide(evidence, family_of(p_values, position))
    claim = (ALPHA, len(p_values))
    needed = what_is_needed(decision, result, known.worthwhile, claim, thresholds)
    facts = circumstances_of(result, gates, is_documented=known.declared)
    return Verdict(decision, grade(facts, thresholds), result, needed)


def outside_controls(data: EffectData) -> tuple[OutsideControl, ...]:
    """Take every control of a world as a panel of its own, in clusters that only controls have."""
    if data.controls is None:
        return ()
    names = tuple(f"d{number:04d}" for number in range(len(data.cohort)))
    return tuple(_outside(replace(data, outcome=one), names) for one in data.controls)


def _outside(data: EffectData, names: tuple[str, ...]) -> OutsideControl:
    sample = build_sample(data)
    judged = judge_sample(sample, 1)
    scalar = cluster_scalars(judged.matrix(functionals.plain), judged.cohorts) / judged.scale
    exposed = judged.cohorts.label > 0
    return OutsideControl(
        unit_ids=names,
        estimate=float(scalar[exposed].mean() - scalar[~exposed].mean()),
        influence=influence(scalar[:, None], judged.cohorts)[:, 0],
    )

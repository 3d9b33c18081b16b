"""A roll-out to come, simulated through the verdict: would it settle the question?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.signal import lfilter

from impact import functionals
from impact.arm_permutation import permute_trial
from impact.gates import first_failure, gate_anticipation
from impact.group_time_did import INTERVALS, interval
from impact.history import History
from impact.judged import judge_sample
from impact.model import (
    NEVER,
    EffectData,
    Estimation,
    FloatArray,
    IntArray,
    Interval,
    NotEvaluable,
    PermutationTest,
)
from impact.permutation import Deal, deal_labels, permute_contrast
from impact.randomisation import build_randomisation, build_trial
from impact.sample import build_sample
from impact.verdict import Evidence, Family, decide
from schemas.thresholds import Thresholds
from schemas.vocabulary import Verdict

RollOutName = Literal["randomised_arms", "randomised_order", "staggered"]
WAVES = 4
"""Equal shares of a staggered roll-out; the last one waits until the end."""
LUCKY = PermutationTest("plain", "PASS", 0.0, 0.0, 0.0, 0, is_exact=False)
"""A permutation test that stands in no claim's way."""


@dataclass(frozen=True)
class RollOut:
    """Clusters and periods of a roll-out.

    `randomised_arms`: half, drawn by lot, starts at once and half waits. `randomised_order`:
    the order of the waves is drawn by lot. `staggered`: the same waves, in an order that was
    not drawn. `pre` periods lie before the first start, `follow_up` from it on.
    """

    name: RollOutName
    clusters: int
    pre: int
    follow_up: int

    @property
    def starts(self) -> tuple[int, ...]:
        """First exposed period of each wave, NEVER for those who wait."""
        if self.name == "randomised_arms":
            return self.pre, NEVER
        step = self.follow_up // WAVES
        return (*(self.pre + step * wave for wave in range(WAVES - 1)), NEVER)

    @property
    def cohort(self) -> IntArray:
        """First exposed period of every cluster (J,)."""
        parts = np.array_split(np.arange(self.clusters), len(self.starts))
        sizes = [len(part) for part in parts]
        return np.repeat(np.array(self.starts, dtype=np.int64), sizes)

    @property
    def is_randomised(self) -> bool:
        """Whether the start of every cluster was drawn by lot."""
        return self.name != "staggered"


@dataclass(frozen=True)
class Ask:
    """What has to be settled: the smallest worthwhile effect, and how it is judged.

    `target` is positive, in the measure's unit; `family_size` counts the primary questions
    that are judged together, none of the others helping.
    """

    target: float
    history: History
    donut: int
    alpha: float = 0.05
    family_size: int = 1

    @property
    def family(self) -> Family:
        """The family as its least helped member sees it."""
        return Family(self.family_size, (1.0,) * (self.family_size - 1))


@dataclass(frozen=True)
class Settled:
    """Shares of simulated studies: an effect of the target found, its absence shown."""

    found: float
    cleared: float

    @property
    def share(self) -> float:
        """The smaller of the two: whatever the truth, the question is settled this often."""
        return min(self.found, self.cleared)


@dataclass(frozen=True)
class Tried:
    """One simulated study: its headline with the deciding intervals, and the test still to do."""

    estimation: Estimation
    permute: Callable[[], PermutationTest]


def simulate(
    roll_out: RollOut, ask: Ask, reps: int, rng: np.random.Generator, thresholds: Thresholds
) -> Settled:
    """Share of `reps` simulated roll-outs whose verdict is right, with the effect and without."""
    deal = deal_roll_out(roll_out, thresholds)
    found = cleared = 0
    for _ in range(reps):
        still = noise(roll_out, ask.history, rng)
        moved = with_effect(still, roll_out, ask.target)
        found += verdict_of(moved, roll_out, ask, deal, thresholds) == "improves"
        cleared += verdict_of(still, roll_out, ask, deal, thresholds) == "no_meaningful_effect"
    return Settled(found / reps, cleared / reps)


def noise(roll_out: RollOut, history: History, rng: np.random.Generator) -> FloatArray:
    """Stationary AR(1) outcomes (J, T) without any effect, in the measure's unit."""
    shape = roll_out.clusters, roll_out.pre + roll_out.follow_up
    rho = history.correlation
    drawn = rng.standard_normal(shape)
    drawn[:, 1:] *= np.sqrt(1 - rho**2)
    return np.asarray(history.sd * lfilter([1.0], [1.0, -rho], drawn, axis=1))


def with_effect(outcome: FloatArray, roll_out: RollOut, effect: float) -> FloatArray:
    """The same outcomes (J, T) with the effect in every exposed period."""
    cohort = roll_out.cohort[:, None]
    is_exposed = (cohort != NEVER) & (np.arange(outcome.shape[1]) >= cohort)
    return np.asarray(outcome + effect * is_exposed)


def verdict_of(
    outcome: FloatArray, roll_out: RollOut, ask: Ask, deal: Deal, thresholds: Thresholds
) -> Verdict:
    """The verdict on one simulated study; permutations only where they can matter.

    They can only take a claim away, so that one is tried without them first.
    """
    tried = try_roll_out(roll_out_data(outcome, roll_out, ask), roll_out, deal, thresholds)
    verdict = _decide(tried.estimation, ask, thresholds)
    if verdict not in ("improves", "harms"):
        return verdict
    tested = replace(tried.estimation, permutations=(tried.permute(),))
    return _decide(tested, ask, thresholds)


def _decide(estimation: Estimation, ask: Ask, thresholds: Thresholds) -> Verdict:
    gate = first_failure((gate_anticipation(estimation, thresholds),))
    return decide(Evidence(estimation, ask.target, ask.alpha, (), gate), ask.family).verdict


def roll_out_data(outcome: FloatArray, roll_out: RollOut, ask: Ask) -> EffectData:
    """One simulated study as the estimators take it."""
    count = roll_out.clusters
    return EffectData(
        unit_ids=tuple(map(str, range(count))),
        outcome=outcome,
        cohort=roll_out.cohort,
        sign=1,
        donut=ask.donut,
        block=np.zeros(count, dtype=np.int64),
        probability=np.full(count, np.nan),
        weight=np.ones(count),
        alpha=ask.alpha,
    )


def deal_roll_out(roll_out: RollOut, thresholds: Thresholds) -> Deal:
    """Assignments to compare with: the same for every repetition, as the labels are."""
    label = np.searchsorted(roll_out.starts[:-1], roll_out.cohort) + 1
    label = np.where(roll_out.cohort == NEVER, 0, label).astype(np.int64)
    block = np.zeros(len(label), dtype=np.int64)
    return deal_labels(label, block, thresholds, np.random.default_rng(1))


def try_roll_out(data: EffectData, roll_out: RollOut, deal: Deal, thresholds: Thresholds) -> Tried:
    """Form what decides, by the functions that judge real studies, and nothing beside it."""
    if roll_out.name == "randomised_arms":
        return _try_arms(data, thresholds)
    judged = judge_sample(build_sample(data, all_post=roll_out.is_randomised), data.sign)
    named = INTERVALS[:1] if roll_out.is_randomised else INTERVALS
    gate = None if roll_out.is_randomised else judged.contrast(functionals.anticipation)
    estimation = _bare(data, tuple(interval(judged, *one) for one in named))
    return Tried(
        replace(
            estimation,
            is_observational=not roll_out.is_randomised,
            anticipation_p=gate.p_value if gate else None,
        ),
        lambda: permute_contrast(judged.matrix(functionals.plain), judged.cohorts, deal),
    )


def _try_arms(data: EffectData, thresholds: Thresholds) -> Tried:
    who = build_randomisation(data, int(data.cohort.max()))
    if isinstance(who, NotEvaluable):
        raise ValueError("a simulated outcome must vary; is the history's SD positive?")
    trial = build_trial(who, who.outcome, by_block=False)
    arms = trial.compare()
    found = (float(arms.estimate[0]), float(arms.std_error[0]), float(arms.df[0]))
    return Tried(
        _bare(data, (Interval("plain", "PASS", *found),)),
        lambda: permute_trial(trial, thresholds, sign=1, seed=data.seed),
    )


def _bare(data: EffectData, intervals: tuple[Interval, ...]) -> Estimation:
    """An estimation with what decides and no more; randomised unless said otherwise."""
    plain, exposed = intervals[0], int((data.cohort != NEVER).sum())
    return Estimation(
        method="randomised",
        estimand="ate",
        estimate=plain.estimate,
        std_error=plain.std_error,
        df=plain.df,
        decided_by="interval",
        intervals=intervals,
        permutations=(LUCKY,),
        exposed_count=exposed,
        comparison_count=len(data.cohort) - exposed,
        pre_count=int(data.cohort[data.cohort != NEVER].min()),
        post_count=data.outcome.shape[1] - int(data.cohort.max()),
        missing_share=0.0,
        scale=1.0,
        is_observational=False,
    )

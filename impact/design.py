"""The design advisor: which roll-out would settle an open question, and at what effect size."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from scipy import stats

from impact.certainty import Circumstances, grade
from impact.model import NotEvaluable
from impact.roll_out import WAVES, Ask, RollOut, RollOutName, Settled, simulate
from schemas.findings import Effect
from schemas.thresholds import Thresholds
from schemas.vocabulary import Certainty, PeriodLength, Verdict

OPEN: tuple[Verdict, ...] = ("inconclusive", "not_evaluable")
FEWER_DRAWS = Thresholds(permutations_exact=999, permutations_drawn=999)
"""A tenth of the permutations of a real study: the p of each simulated one is a little coarser."""
SETTLES = 0.80
"""Share of simulated studies that must be decided, whatever the truth."""
MARGIN = 0.02
"""What the share must exceed `SETTLES` by, so that chance alone does not name a design."""
STEPS, TRIES, GROWTH = 4, 8, 1.05
MOST_CLUSTERS = 160
LEAST_CLUSTERS: dict[RollOutName, int] = {
    "randomised_arms": 8,
    "randomised_order": 12,
    "staggered": 20,
}


@dataclass(frozen=True)
class OpenQuestion:
    """A question that the study left open.

    `ask` is None where `lacking` says why nothing is known of the outcome's noise. `units`
    are the clusters that were never exposed; `control_count` is K. `follow_ups` are counted in
    `period`, that of the measure.
    """

    effect: Effect
    ask: Ask | None
    units: tuple[str, ...]
    follow_ups: tuple[int, ...]
    period: PeriodLength
    control_count: int = 0
    knows_neighbours: bool = False
    lacking: NotEvaluable | None = None


@dataclass(frozen=True)
class Option:
    """A roll-out with the effect size it settles, how often it does, and how sure one would be."""

    roll_out: RollOut
    effect: float
    settled: Settled
    certainty: Certainty


@dataclass(frozen=True)
class Advice:
    """What would settle one question.

    `options` settle the smallest worthwhile effect, with as many clusters as that takes;
    `within_reach` the smallest effect that the units at hand would settle over the
    longest follow-up. `recommended` is drawn into the template. `bases` is the certainty that the
    same waves would earn by how their order came about.
    """

    question: OpenQuestion
    options: tuple[Option, ...] = ()
    within_reach: tuple[Option, ...] = ()
    recommended: Option | None = None
    bases: tuple[tuple[str, Certainty], ...] = ()


@dataclass(frozen=True)
class Budget:
    """Repetitions for the final figure and for each step of the search, and the seed."""

    reps: int = 200
    search_reps: int = 60
    seed: int = 1
    thresholds: Thresholds = FEWER_DRAWS


def advise(question: OpenQuestion, budget: Budget) -> Advice:
    """Simulate every kind of roll-out for one question, from its own history."""
    if question.ask is None:
        return Advice(question)
    names: tuple[RollOutName, ...] = get_args(RollOutName)
    if question.ask.history.periods == 0:
        names = ("randomised_arms",)
    plans = [(name, follow_up) for name in names for follow_up in question.follow_ups]
    needed = [_needed(question, question.ask, *plan, budget) for plan in plans]
    options = tuple(option for option in needed if option is not None)
    longest = max(question.follow_ups)
    reached = [_reached(question, question.ask, name, longest, budget) for name in names]
    within = tuple(option for option in reached if option is not None)
    best = recommend(options, within, len(question.units))
    return Advice(question, options, within, best, _bases(question, best))


def recommend(
    options: Sequence[Option], within_reach: Sequence[Option], units: int
) -> Option | None:
    """The surest draw by lot that the units at hand allow, then the soonest, the smallest.

    Where none is large enough, the one within reach that settles the smallest effect.
    """
    feasible = [option for option in options if _is_feasible(option, units)]
    if feasible:
        return min(feasible, key=_cost)
    drawn = [option for option in within_reach if _is_feasible(option, units)]
    return min(drawn, key=lambda option: option.effect, default=None)


def _is_feasible(option: Option, units: int) -> bool:
    return option.roll_out.is_randomised and option.roll_out.clusters <= units


def _cost(option: Option) -> tuple[int, int, int]:
    sureness = get_args(Certainty).index(option.certainty)
    return sureness, option.roll_out.follow_up, option.roll_out.clusters


def _needed(
    question: OpenQuestion, ask: Ask, name: RollOutName, follow_up: int, budget: Budget
) -> Option | None:
    """Fewest clusters, up to `MOST_CLUSTERS`, that settle the smallest worthwhile effect."""
    least = LEAST_CLUSTERS[name]

    def tried(clusters: float) -> tuple[RollOut, Ask]:
        count = min(MOST_CLUSTERS, max(least, math.ceil(clusters)))
        return RollOut(name, count, ask.history.periods, follow_up), ask

    start = float(min(MOST_CLUSTERS, max(least, len(question.units))))
    return _searched(question, tried, start, 2.0, budget)


def _reached(
    question: OpenQuestion, ask: Ask, name: RollOutName, follow_up: int, budget: Budget
) -> Option | None:
    """Smallest effect that all units at hand would settle; None where they are too few."""
    count = min(MOST_CLUSTERS, len(question.units))
    if count < LEAST_CLUSTERS[name]:
        return None
    roll_out = RollOut(name, count, ask.history.periods, follow_up)

    def tried(target: float) -> tuple[RollOut, Ask]:
        return roll_out, replace(ask, target=target)

    return _searched(question, tried, ask.target, 1.0, budget)


def _searched(
    question: OpenQuestion,
    tried: Callable[[float], tuple[RollOut, Ask]],
    start: float,
    power: float,
    budget: Budget,
) -> Option | None:
    """Smallest number of clusters (power 2) or effect (power 1) at which 80 % are settled.

    The search uses few repetitions; the last one grows by a twentieth until the full
    repetitions agree. None where that is not reached.
    """
    rng = np.random.default_rng(budget.seed)
    value = _bracketed(tried, start, power, budget, rng)
    designs = dict.fromkeys(tried(value * GROWTH ** (power * step)) for step in range(TRIES))
    for roll_out, ask in designs:
        settled = simulate(roll_out, ask, budget.reps, rng, budget.thresholds)
        if settled.share >= SETTLES + MARGIN:
            return Option(roll_out, ask.target, settled, _certainty(question, roll_out))
    return None


def _bracketed(
    tried: Callable[[float], tuple[RollOut, Ask]],
    start: float,
    power: float,
    budget: Budget,
    rng: np.random.Generator,
) -> float:
    """The smallest value seen to settle, after steps by the normal curve and halvings."""
    low, high, value = 0.0, math.inf, start
    for _ in range(STEPS):
        share = simulate(*tried(value), budget.search_reps, rng, budget.thresholds).share
        if share >= SETTLES:
            high = value
        else:
            low = value
        is_bracketed = low > 0 and high < math.inf
        value = math.sqrt(low * high) if is_bracketed else value * _ratio(share) ** power
    return value


def _ratio(share: float) -> float:
    """Effect over standard error that is wanted, over the one a share speaks for; near 1."""
    reach, aim = stats.norm.ppf(0.975), stats.norm.ppf(SETTLES + 2 * MARGIN)
    speaks = reach + stats.norm.ppf(min(max(share, 0.05), 0.95))
    return float(np.clip((reach + aim) / speaks, 0.6, 2.0))


def _certainty(question: OpenQuestion, roll_out: RollOut, *, is_policy: bool = False) -> Certainty:
    """What an effect of this roll-out could earn, with complete outcomes and a frozen plan."""
    arms = 2 if roll_out.name == "randomised_arms" else WAVES
    facts = Circumstances(
        method="randomised" if roll_out.is_randomised else "group_time_did",
        is_observational=not roll_out.is_randomised,
        smallest_arm=roll_out.clusters // arms,
        missing_share=0.0,
        control_count=question.control_count,
        has_documented_assignment=is_policy,
        is_far_only_evaluated=question.knows_neighbours,
        is_leave_one_out_stable=True,
    )
    return grade(facts, Thresholds()).certainty


def _bases(question: OpenQuestion, best: Option | None) -> tuple[tuple[str, Certainty], ...]:
    """Certainty by how the order of the waves is fixed: by nobody knows what, by rule, by lot."""
    if best is None:
        return ()
    waves = replace(best.roll_out, name="staggered")
    drawn = replace(best.roll_out, name="randomised_order")
    return (
        ("unknown", _certainty(question, waves)),
        ("policy", _certainty(question, waves, is_policy=True)),
        ("randomised", _certainty(question, drawn)),
    )

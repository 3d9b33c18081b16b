"""Simulated randomised designs of known truth: persons, clusters, blocks, pairs, a roll-out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.model import NEVER, FloatArray, IntArray
from tests.worlds import LEVEL, Noise, ar1

Design = Literal["persons", "clusters", "blocks", "pairs", "roll_out"]
PERSONS = 300
PERIODS = 24
START = 16
ROLL_OUT = (12, 16, 20, 24)
"""Starts of a roll-out in a drawn order over 30 periods; the last in line are the comparison."""
BASE_SHARE = 0.35
"""Share of persons who have the outcome without exposure."""


@dataclass(frozen=True)
class TrialSpec:
    """A randomised design before it is drawn.

    `effect` is in SD of a cluster's own fluctuation, for persons a difference in shares.
    `missing` is the share of outcomes lost by chance, in the exposed arm twice as often as
    in the other.
    """

    design: Design
    effect: float = 0.0
    units: int = 40
    missing: float = 0.0


@dataclass(frozen=True)
class Trial:
    """A randomised design that was drawn: outcomes (N, T), starts, blocks, probabilities (N,)."""

    outcome: FloatArray
    cohort: IntArray
    block: IntArray
    probability: FloatArray
    effect: float


def draw_trial(spec: TrialSpec, rng: np.random.Generator) -> Trial:
    """Draw one trial; the same generator state gives the same trial."""
    count = PERSONS if spec.design == "persons" else spec.units
    block = _blocks(spec, count)
    probability = _probabilities(spec, block)
    cohort = _assign(spec, block, probability, rng)
    if spec.design == "persons":
        outcome = _persons(spec, cohort, block, rng)
    else:
        outcome = _panel(spec, cohort, block, rng)
    share = spec.missing * np.where(cohort == NEVER, 2 / 3, 4 / 3)
    lost = rng.random(outcome.shape) < share[:, None]
    return Trial(np.where(lost, np.nan, outcome), cohort, block, probability, spec.effect)


def _blocks(spec: TrialSpec, count: int) -> IntArray:
    """Five blocks, blocks of two, or one."""
    sizes = {"blocks": count // 5, "persons": count // 5, "pairs": 2}
    return np.arange(count) // sizes.get(spec.design, count)


def _probabilities(spec: TrialSpec, block: IntArray) -> FloatArray:
    """Persons are assigned more often in some blocks than in others."""
    shares = np.array([0.3, 0.4, 0.5, 0.6, 0.7])
    return np.asarray(shares[block]) if spec.design == "persons" else np.full(len(block), 0.5)


def _assign(
    spec: TrialSpec, block: IntArray, probability: FloatArray, rng: np.random.Generator
) -> IntArray:
    if spec.design == "roll_out":
        last = np.full(len(block) - len(block) // 5 * 4, NEVER)
        return np.asarray(rng.permutation([*np.repeat(ROLL_OUT, len(block) // 5), *last]))
    start = 0 if spec.design == "persons" else START
    cohort = np.full(len(block), NEVER)
    for code in np.unique(block):
        members = rng.permutation(np.flatnonzero(block == code))
        cohort[members[: round(len(members) * probability[members[0]])]] = start
    return cohort


def _persons(
    spec: TrialSpec, cohort: IntArray, block: IntArray, rng: np.random.Generator
) -> FloatArray:
    """One answer, yes or no; blocks differ in how many would say yes anyway."""
    share = BASE_SHARE + 0.1 * (block - 2) / 2 + spec.effect * (cohort != NEVER)
    return np.asarray((rng.random(len(block)) < share)[:, None], dtype=float)


def _panel(
    spec: TrialSpec, cohort: IntArray, block: IntArray, rng: np.random.Generator
) -> FloatArray:
    periods = 30 if spec.design == "roll_out" else PERIODS
    levels = rng.standard_normal(int(block.max()) + 1)[block] + rng.standard_normal(len(block))
    errors = ar1((len(block), periods), Noise(), rng) + rng.standard_normal(periods)
    exposed = (cohort[:, None] != NEVER) & (np.arange(periods) >= cohort[:, None])
    return np.asarray(LEVEL + levels[:, None] + errors + spec.effect * exposed)

"""Randomisation inference for two arms: assignments drawn or enumerated within blocks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from impact.arms import Arms, compare_arms, moments, stratum_sums
from impact.model import BoolArray, FloatArray, IntArray, PermutationTest
from impact.permutation import Deal, summarise
from schemas.thresholds import Thresholds

CHUNK = 4_000_000
"""Numbers held at once while assignments are drawn."""


@dataclass(frozen=True)
class Trial:
    """Units of a two-arm design that have an outcome, a row each (N,).

    `pre` is the pre-period outcome or None. Assignments are dealt within `block`; the
    estimate is formed within `stratum` (codes 0..S-1, one stratum, or the blocks).
    """

    outcome: FloatArray
    pre: FloatArray | None
    is_exposed: BoolArray
    block: IntArray
    stratum: IntArray

    @property
    def smaller_arm(self) -> int:
        """Units in the smaller arm."""
        exposed = int(self.is_exposed.sum())
        return min(exposed, len(self.is_exposed) - exposed)

    def table(self) -> FloatArray:
        """Moments (N, 6) of outcomes shifted to a mean of zero, which changes no difference."""
        pre = None if self.pre is None else self.pre - self.pre.mean()
        return moments(self.outcome - self.outcome.mean(), pre)

    def compare(self) -> Arms:
        """Compare the arms as they were assigned (D = 1)."""
        table = self.table()
        size = int(self.stratum.max()) + 1
        exposed = stratum_sums(table[self.is_exposed], self.stratum[self.is_exposed], size)
        total = stratum_sums(table, self.stratum, size)
        return compare_arms(exposed[None], total, is_adjusted=self.pre is not None)


def permute_trial(trial: Trial, thresholds: Thresholds, *, sign: int, seed: int) -> PermutationTest:
    """Studentised permutation test of the difference between the arms, on both sides."""
    blocks = [np.flatnonzero(trial.block == code) for code in np.unique(trial.block)]
    chosen = [int(trial.is_exposed[members].sum()) for members in blocks]
    count = math.prod(math.comb(len(m), n) for m, n in zip(blocks, chosen, strict=True))
    is_exact = count <= thresholds.permutations_exact
    total = stratum_sums(trial.table(), trial.stratum, int(trial.stratum.max()) + 1)
    sums = (
        _every_sum(trial, blocks, chosen)
        if is_exact
        else _drawn_sums(
            trial, blocks, chosen, thresholds.permutations_drawn, np.random.default_rng(seed)
        )
    )
    drawn = np.concatenate(
        [_statistic(compare_arms(part, total, is_adjusted=trial.pre is not None)) for part in sums]
    )
    deal = Deal(np.empty((0, 0), dtype=np.int64), np.empty(0, dtype=np.int64), count, is_exact)
    observed = float(_statistic(trial.compare())[0])
    return summarise("plain", sign * drawn, sign * observed, deal)


def _statistic(arms: Arms) -> FloatArray:
    """Estimate / SE (D,); infinite where an estimate has no spread."""
    statistic = np.where(arms.estimate == 0, 0.0, np.copysign(np.inf, arms.estimate))
    np.divide(arms.estimate, arms.std_error, out=statistic, where=arms.variance > 0)
    return statistic


def _every_sum(trial: Trial, blocks: list[IntArray], chosen: list[int]) -> list[FloatArray]:
    """Exposed arm's sums (D, S, 6) under every assignment."""
    table, together = trial.table(), np.zeros((1, int(trial.stratum.max()) + 1, 6))
    for members, size in zip(blocks, chosen, strict=True):
        rows = np.array(list(combinations(members.tolist(), size)), dtype=np.int64)
        part = table[rows].sum(axis=1)
        grown = np.repeat(together, len(part), axis=0)
        grown[:, trial.stratum[members[0]]] += np.tile(part, (len(together), 1))
        together = grown
    return [together]


def _drawn_sums(
    trial: Trial,
    blocks: list[IntArray],
    chosen: list[int],
    draws: int,
    rng: np.random.Generator,
) -> Iterator[FloatArray]:
    """Exposed arm's sums under random assignments, in parts that fit in memory."""
    strata = int(trial.stratum.max()) + 1
    step = max(1, CHUNK // (max(map(len, blocks)) + 6 * strata))
    table = trial.table()
    for start in range(0, draws, step):
        sums = np.zeros((min(step, draws - start), strata, 6))
        for members, size in zip(blocks, chosen, strict=True):
            part = _sum_of_drawn(table[members], size, len(sums), rng)
            sums[:, trial.stratum[members[0]]] += part
        yield sums


def _sum_of_drawn(table: FloatArray, size: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """Sum `size` rows of one block chosen at random without replacement (draws, 6).

    Where rows take two values only, their number among the chosen is hypergeometric, which
    is the same distribution without choosing rows.
    """
    if size in (0, len(table)):
        return np.tile(table.sum(axis=0) * (size > 0), (draws, 1))
    high = (table == table[0]).all(axis=1)
    other = table[~high]
    if not len(other) or (other == other[0]).all():
        rest = other[0] if len(other) else table[0]
        number = rng.hypergeometric(int(high.sum()), len(other), size, size=draws)
        return np.asarray(size * rest + number[:, None] * (table[0] - rest))
    rank = rng.random((draws, len(table)))
    edge = np.partition(rank, size - 1, axis=1)[:, size - 1 : size]
    return np.asarray((rank <= edge).astype(float) @ table)

"""Randomisation test of the contrast where cohorts that are not yet exposed are compared with."""

from dataclasses import dataclass

import numpy as np

from impact.cohorts import Cohorts
from impact.contrast import with_own_scalars
from impact.model import BoolArray, FloatArray, IntArray, PermutationTest
from impact.permutation import FLAT, Deal, summarise
from impact.waiting import own_factors

CHUNK = 2_000_000
"""Numbers held at once while assignments are summed."""


@dataclass(frozen=True)
class _Rule:
    """What an assignment's statistic is made of; it depends on the cohorts' sizes alone.

    `waits` (G, G), `shares` (G,), `strata` (G,), `own` (G,) the factor of own scalars,
    `rest` (G,) that of scalars as comparison, `compared` (G,) the clusters of each C_g,
    `sizes` (G,) of the cohorts, `never` the clusters never exposed.
    """

    waits: BoolArray
    shares: FloatArray
    strata: IntArray
    own: FloatArray
    rest: FloatArray
    compared: IntArray
    sizes: IntArray
    never: int


def permute_waiting(
    matrix: FloatArray, cohorts: Cohorts, deal: Deal, *, sign: int = 1
) -> PermutationTest:
    """Studentised permutation test on both sides: cohort labels dealt again, sizes kept.

    Estimate and standard error are recomputed for every assignment. A scalar that missing
    outcomes leave undefined for another cohort's windows is replaced by the cluster's own.
    """
    full = with_own_scalars(matrix, cohorts)
    full = np.asarray(full - full.mean(axis=0))
    rule = _rule(cohorts)
    inside = np.flatnonzero(cohorts.label > 0)
    order = inside[np.argsort(cohorts.label[inside], kind="stable")]
    observed = waiting_statistics(full, rule, order[None, :], np.sort(cohorts.label[inside]))
    step = max(1, CHUNK // (deal.member.shape[1] * (full.shape[1] + 4)))
    parts = [
        waiting_statistics(full, rule, deal.member[first : first + step], deal.label)
        for first in range(0, len(deal.member), step)
    ]
    drawn = np.concatenate(parts)
    return summarise("plain", sign * drawn, sign * float(observed[0]), deal)


def _rule(cohorts: Cohorts) -> _Rule:
    count = len(cohorts.starts)
    waits = np.zeros((count, count), dtype=bool) if cohorts.waits is None else cohorts.waits
    sizes = np.bincount(cohorts.label, minlength=len(cohorts.starts) + 1)
    compared = sizes[0] + sizes[1:] @ waits
    return _Rule(
        waits=waits,
        shares=cohorts.shares,
        strata=cohorts.strata,
        own=own_factors(cohorts),
        rest=cohorts.shares / (compared - 1),
        compared=compared,
        sizes=sizes[1:],
        never=int(sizes[0]),
    )


def waiting_statistics(
    full: FloatArray, rule: _Rule, member: IntArray, label: IntArray
) -> FloatArray:
    """Estimate / SE of every assignment (D,); an estimate without spread is infinite.

    `full` (N, G) holds scalars without holes, `member` (D, n1) who receives `label` (n1,).
    The influence of a cluster is linear in its scalars and in the means that centre it, so
    that sums of them and of their squares are enough.
    """
    base = -full @ rule.rest
    never = np.column_stack([full, base, base**2])
    left = np.repeat(never.sum(axis=0)[None], len(member), axis=0)
    sums, spreads = [], []
    for code in range(len(rule.sizes)):
        chosen = member[:, label == code + 1]
        role = rule.own[code] * full[:, code] - full @ (rule.waits[code] * rule.rest)
        sums.append(full[chosen].sum(axis=1))
        spreads.append((role[chosen].sum(axis=1), (role[chosen] ** 2).sum(axis=1)))
        left -= never[chosen].sum(axis=1)
    return _statistics(rule, np.array(sums), spreads, left, float(np.sqrt((full**2).mean())))


def _statistics(
    rule: _Rule,
    sums: FloatArray,
    spreads: list[tuple[FloatArray, FloatArray]],
    left: FloatArray,
    size: float,
) -> FloatArray:
    """From sums per cohort (G, D, G), of influences (G times D, D) and of the rest (D, G + 2)."""
    every = np.arange(len(rule.sizes))
    rest = left[:, : len(every)] + np.einsum("hdg,hg->dg", sums, rule.waits)
    means = rest / rule.compared
    own = sums[every, :, every].T
    estimate = own.sum(axis=1) / rule.sizes.sum() - means @ rule.shares
    middle = np.column_stack(
        [
            own[:, rule.strata == one].sum(axis=1) / rule.sizes[rule.strata == one].sum()
            for one in rule.strata
        ]
    )
    centre = rule.own * middle - (means * rule.rest) @ rule.waits.T
    variance = _around(left[:, -2], left[:, -1], -means @ rule.rest, rule.never)
    for code, (total, squares) in enumerate(spreads):
        variance = variance + _around(total, squares, centre[:, code], int(rule.sizes[code]))
    error = np.sqrt(np.maximum(variance, 0.0))
    flat = FLAT * size
    statistic = np.where(np.abs(estimate) <= flat, 0.0, np.copysign(np.inf, estimate))
    np.divide(estimate, error, out=statistic, where=error > flat)
    return statistic


def _around(total: FloatArray, squares: FloatArray, centre: FloatArray, count: int) -> FloatArray:
    """Sum of squares around a centre, from the sum and the sum of squares."""
    return np.asarray(squares - 2 * centre * total + count * centre**2)

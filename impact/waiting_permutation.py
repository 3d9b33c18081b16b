"""Randomisation test of the contrast where cohorts that are not yet exposed are compared with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from impact.cohorts import Cohorts
from impact.contrast import with_own_scalars
from impact.model import BoolArray, FloatArray, IntArray, PermutationTest
from impact.permutation import BITS, CHOICES, FLAT, SMALL, Deal, summarise
from impact.waiting import own_factors

CHUNK = 2_000_000
"""Numbers held at once while assignments are summed."""
Sums = Callable[[int, FloatArray], FloatArray]
"""Sums of columns (N, C) over the clusters that every assignment gives a label to (D, C)."""


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
    here = _gathered(order[None, :], np.sort(cohorts.label[inside]))
    observed = float(waiting_statistics(full, rule, here)[0])
    drawn = np.concatenate([waiting_statistics(full, rule, part) for part in _parts(full, deal)])
    return summarise("plain", sign * drawn, sign * observed, deal)


def _parts(full: FloatArray, deal: Deal) -> Iterator[Sums]:
    """The assignments of a deal, all at once where tables are made for it, or so many at a time."""
    if 0 < deal.member.size <= SMALL:
        yield lambda code, columns: _looked_up(deal.chosen[code], columns)
        return
    step = max(1, CHUNK // (deal.member.shape[1] * (full.shape[1] + 4)))
    for first in range(0, len(deal.member), step):
        yield _gathered(deal.member[first : first + step], deal.label)


def _gathered(member: IntArray, label: IntArray) -> Sums:
    return lambda code, columns: columns[member[:, label == code]].sum(axis=1)


def _looked_up(numbers: IntArray, columns: FloatArray) -> FloatArray:
    """Sums of columns (N, C) over the clusters of every pattern (D, C), ten clusters at a time."""
    padded = np.zeros((len(numbers) * BITS, columns.shape[1]))
    part = columns[: len(padded)]
    padded[: len(part)] = part
    sums = np.zeros((numbers.shape[1], columns.shape[1]))
    for number, block in zip(numbers, padded.reshape(len(numbers), BITS, -1), strict=True):
        sums += (CHOICES.T @ block).take(number, axis=0)
    return sums


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


def waiting_statistics(full: FloatArray, rule: _Rule, sums: Sums) -> FloatArray:
    """Estimate / SE of every assignment (D,); an estimate without spread is infinite.

    `full` (N, G) holds scalars without holes. The influence of a cluster is linear in its
    scalars and in the means that centre it, so that sums of them and of their squares are
    enough.
    """
    size = full.shape[1]
    base = -full @ rule.rest
    never = np.column_stack([full, base, base**2])
    found = []
    for code in range(size):
        role = rule.own[code] * full[:, code] - full @ (rule.waits[code] * rule.rest)
        found.append(sums(code + 1, np.column_stack([never, role, role**2])))
    every = np.array(found)
    left = never.sum(axis=0) - every[:, :, : size + 2].sum(axis=0)
    return _statistics(rule, every, left, float(np.sqrt((full**2).mean())))


def _statistics(
    rule: _Rule,
    sums: FloatArray,
    left: FloatArray,
    size: float,
) -> FloatArray:
    """From the sums of every cohort (G, D, G + 4) and of the never exposed (D, G + 2)."""
    every = np.arange(len(rule.sizes))
    rest = left[:, : len(every)] + np.einsum("hdg,hg->dg", sums[:, :, : len(every)], rule.waits)
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
    for code in every:
        total, squares = sums[code, :, -2], sums[code, :, -1]
        variance = variance + _around(total, squares, centre[:, code], int(rule.sizes[code]))
    error = np.sqrt(np.maximum(variance, 0.0))
    flat = FLAT * size
    statistic = np.where(np.abs(estimate) <= flat, 0.0, np.copysign(np.inf, estimate))
    np.divide(estimate, error, out=statistic, where=error > flat)
    return statistic


def _around(total: FloatArray, squares: FloatArray, centre: FloatArray, count: int) -> FloatArray:
    """Sum of squares around a centre, from the sum and the sum of squares."""
    return np.asarray(squares - 2 * centre * total + count * centre**2)

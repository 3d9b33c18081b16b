"""Randomisation inference: cohort labels dealt again over the clusters, sizes kept."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from impact.cohorts import Cohorts
from impact.contrast import with_own_scalars
from impact.model import FloatArray, IntArray, PermutationTest
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName

TIE = 1e-9
"""Statistics this close to the observed one, or to this share of it, count as equal to it."""

FLAT = 1e-7
"""A standard error below this share of the scalars' size is rounding: sums of squares cancel."""

SMALL = 1_000_000
"""Places of all assignments up to which a deal is remembered, and summed by tables."""

BITS = 10
"""Clusters whose sums are tabulated together: every choice among them is a row of the table."""


@dataclass(frozen=True)
class Deal:
    """Assignments to compare with: who gets the exposed labels.

    `member` (D, n1) holds cluster indices; column i receives the label `label` (n1,) of the
    i-th exposed place. `count` is the number of assignments the design allows; `is_exact`
    when all of them are here.
    """

    member: IntArray
    label: IntArray
    count: int
    is_exact: bool

    @cached_property
    def chosen(self) -> dict[int, IntArray]:
        """Which clusters each assignment gives a label to, by label (`patterns`)."""
        return {int(code): patterns(self.member[:, self.label == code]) for code in self.codes}

    @cached_property
    def exposed(self) -> IntArray:
        """Which clusters each assignment gives any label to (`patterns`)."""
        return self.chosen[int(self.codes[0])] if len(self.codes) == 1 else patterns(self.member)

    @cached_property
    def codes(self) -> IntArray:
        """The labels that are dealt, in order."""
        return np.unique(self.label)


def patterns(member: IntArray) -> IntArray:
    """Clusters of every assignment (D, k) as bits, ten clusters to a number (groups, D)."""
    groups = int(member.max()) // BITS + 1
    place = np.arange(groups * BITS)
    place = place // BITS * 16 + place % BITS
    chosen = np.zeros((len(member), groups * 16), dtype=bool)
    np.put_along_axis(chosen, place[member], values=True, axis=1)
    numbers = np.packbits(chosen, axis=1, bitorder="little").view("<u2")
    return np.ascontiguousarray(numbers.T, dtype=np.int64)


CHOICES = ((np.arange(2**BITS) >> np.arange(BITS)[:, None]) & 1).astype(np.float64)
"""Every choice among ten clusters (10, 1024): column by its number."""


def seeded_deal(label: IntArray, block: IntArray, thresholds: Thresholds, seed: int) -> Deal:
    """`deal_labels` with a generator of this seed; a small deal is dealt once and remembered.

    Effects of one study, and simulated worlds, often deal the same labels. Which cluster of a
    block holds which label makes no difference to what is dealt.
    """
    places = int((label > 0).sum()) * thresholds.permutations_drawn
    if places > SMALL:
        return deal_labels(label, block, thresholds, np.random.default_rng(seed))
    sorted_within = np.empty_like(label)
    sorted_within[np.argsort(block, kind="stable")] = label[np.lexsort((label, block))]
    return _remembered(tuple(sorted_within.tolist()), tuple(block.tolist()), thresholds, seed)


@lru_cache(maxsize=8)
def _remembered(
    label: tuple[int, ...], block: tuple[int, ...], thresholds: Thresholds, seed: int
) -> Deal:
    rng = np.random.default_rng(seed)
    return deal_labels(np.array(label), np.array(block), thresholds, rng)


def deal_labels(
    label: IntArray, block: IntArray, thresholds: Thresholds, rng: np.random.Generator
) -> Deal:
    """Deal the cohort labels (N,) again within blocks: all assignments, or seeded draws."""
    codes = np.unique(block)
    places = [label[(block == code) & (label > 0)] for code in codes]
    members = [np.flatnonzero(block == code) for code in codes]
    count = math.prod(count_assignments(len(m), p) for m, p in zip(members, places, strict=True))
    is_exact = count <= thresholds.permutations_exact
    if is_exact:
        parts = [_every_deal(m, np.sort(p)) for m, p in zip(members, places, strict=True)]
        dealt = _product(parts)
    else:
        draws = thresholds.permutations_drawn
        parts = [_draw(m, len(p), draws, rng) for m, p in zip(members, places, strict=True)]
        dealt = np.concatenate(parts, axis=1)
    order = np.concatenate([np.sort(p) for p in places])
    return Deal(dealt, order, count, is_exact)


def count_assignments(size: int, places: IntArray) -> int:
    """Ways to give the labels in `places` to `size` clusters."""
    ways = math.perm(size, len(places))
    for same in np.unique(places, return_counts=True)[1]:
        ways //= math.factorial(int(same))
    return ways


def _draw(members: IntArray, chosen: int, draws: int, rng: np.random.Generator) -> IntArray:
    """Choose ordered members without replacement, `draws` times (partial Fisher-Yates)."""
    deck = np.repeat(members[:, None], draws, axis=1)
    column = np.arange(draws)
    for place in range(chosen):
        other = rng.integers(place, len(members), size=draws)
        taken = deck[other, column]
        deck[other, column] = deck[place]
        deck[place] = taken
    return deck[:chosen].T


def _every_deal(members: IntArray, labels: IntArray) -> IntArray:
    """Every distinct way to give sorted labels to members (A, labels)."""
    sizes = [int(size) for size in np.unique(labels, return_counts=True)[1]]
    rows = list(_choices(tuple(int(m) for m in members), sizes))
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(labels))


def _choices(pool: tuple[int, ...], sizes: list[int]) -> Iterator[tuple[int, ...]]:
    if not sizes:
        yield ()
        return
    for first in combinations(pool, sizes[0]):
        taken = set(first)
        rest = tuple(one for one in pool if one not in taken)
        for others in _choices(rest, sizes[1:]):
            yield first + others


def _product(parts: list[IntArray]) -> IntArray:
    """Combine every choice of one block with every choice of the others."""
    together = parts[0]
    for part in parts[1:]:
        left = np.repeat(together, len(part), axis=0)
        together = np.hstack([left, np.tile(part, (len(together), 1))])
    return together


def permute_contrast(
    matrix: FloatArray, cohorts: Cohorts, deal: Deal, *, sign: int = 1
) -> PermutationTest:
    """Studentised permutation test of the plain contrast (N, G), on both sides.

    The statistic is estimate / standard error, both recomputed per assignment. A scalar
    that missing outcomes leave undefined for another cohort's windows is replaced by the
    cluster's own.
    """
    table = _labelled_columns(matrix, cohorts)
    own = np.flatnonzero(cohorts.label > 0)
    order = np.argsort(cohorts.label[own], kind="stable")
    observed = studentised(table, cohorts, own[order][None, :], np.sort(cohorts.label[own]))
    is_small = 0 < deal.member.size <= SMALL
    drawn = (
        _summed(table, cohorts, deal)
        if is_small
        else studentised(table, cohorts, deal.member, deal.label)
    )
    return summarise("plain", sign * drawn, sign * float(observed[0]), deal)


def _labelled_columns(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Scalar of every cluster under every label (N, G + 1), shifted to a mean near zero."""
    full = with_own_scalars(matrix, cohorts)
    table = np.column_stack([full @ cohorts.shares, full])
    return np.asarray(table - table.mean())


def studentised(
    table: FloatArray, cohorts: Cohorts, member: IntArray, label: IntArray
) -> FloatArray:
    """Estimate / SE of every assignment (D,); an estimate without spread is infinite.

    `table` (N, G + 1) holds each cluster's scalar under each label, `member` (D, n1) who
    receives the labels `label` (n1,).
    """
    n1, n0 = member.shape[1], len(table) - member.shape[1]
    inside = table[member, label[None, :]]
    as_comparison = table[:, 0][member]
    total, squares = table[:, 0].sum(), (table[:, 0] ** 2).sum()
    rest = total - as_comparison.sum(axis=1)
    estimate = inside.mean(axis=1) - rest / n0
    rest_spread = squares - (as_comparison**2).sum(axis=1) - rest**2 / n0
    v0 = np.maximum(rest_spread, 0.0) / (n0 - 1) ** 2
    variance = v0 + _exposed_variance(inside, cohorts.strata[label - 1], n1)
    return _over(estimate, np.sqrt(variance), scale=float(np.sqrt(squares / len(table))))


def _summed(table: FloatArray, cohorts: Cohorts, deal: Deal) -> FloatArray:
    """`studentised` of every assignment of a deal, from sums of the scalars and their squares."""
    mixed, n1 = table[:, 0], deal.member.shape[1]
    n0 = len(table) - n1
    as_comparison = _pattern_sums(deal.exposed, mixed)
    inside, spread = _inside(table, cohorts, deal, as_comparison)
    total, squares = mixed.sum(), (mixed**2).sum()
    rest = total - as_comparison[0]
    variance = _spread(rest, squares - as_comparison[1], n0)
    variance /= (n0 - 1) ** 2
    spread /= n1 * (n1 - 1)
    variance += spread
    inside /= n1
    rest /= n0
    inside -= rest
    return _over(
        inside, np.sqrt(variance, out=variance), scale=float(np.sqrt(squares / len(table)))
    )


def _inside(
    table: FloatArray, cohorts: Cohorts, deal: Deal, as_comparison: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sum of the exposed clusters' own scalars, and of n_s s_s^2 over strata, by assignment (D,).

    `as_comparison` (2, D) are the exposed clusters' sums under the comparison's label, which
    are the same where there is one cohort.
    """
    if len(deal.codes) == 1 and np.array_equal(table[:, 0], table[:, int(deal.codes[0])]):
        own, squares = as_comparison
        size = deal.member.shape[1]
        return own.copy(), size / max(size - 1, 1) * _spread(own, squares, size)
    strata = cohorts.strata[deal.codes - 1]
    every, spread = np.zeros(len(deal.member)), np.zeros(len(deal.member))
    for stratum in range(int(strata.max()) + 1):
        codes = [int(code) for code in deal.codes[strata == stratum]]
        size = int(cohorts.counts[codes].sum())
        own, squares = _pattern_sums(deal.chosen[codes[0]], table[:, codes[0]])
        for code in codes[1:]:
            more = _pattern_sums(deal.chosen[code], table[:, code])
            own, squares = own + more[0], squares + more[1]
        every += own
        around = _spread(own, squares, size)
        around *= size / max(size - 1, 1)
        spread += around
    return every, spread


def _spread(total: FloatArray, squares: FloatArray, size: int) -> FloatArray:
    """Sum of squared distances from the mean, from a sum and a sum of squares; at least 0."""
    around = total * total
    around /= -size
    around += squares
    return np.maximum(around, 0.0, out=around)


def _pattern_sums(numbers: IntArray, column: FloatArray) -> FloatArray:
    """Sums of a column and of its squares over the clusters of every assignment (2, D).

    Both travel as one complex number, looked up ten clusters at a time.
    """
    groups = len(numbers)
    padded = np.zeros(groups * BITS)
    part = column[: len(padded)]
    padded[: len(part)] = part
    single = padded.reshape(groups, BITS)
    tables = np.empty((groups, CHOICES.shape[1]), dtype=np.complex128)
    tables.real, tables.imag = single @ CHOICES, single**2 @ CHOICES
    sums = tables[0].take(numbers[0], mode="clip")
    for table, number in zip(tables[1:], numbers[1:], strict=True):
        sums += table.take(number, mode="clip")
    return np.array([sums.real, sums.imag])


def _exposed_variance(inside: FloatArray, strata: IntArray, n1: int) -> FloatArray:
    """v1 of every assignment: sum of n_s s_s^2 over strata, by n1 (n1 - 1)."""
    variance = np.zeros(len(inside))
    for stratum in np.unique(strata):
        part = inside[:, strata == stratum]
        variance += part.shape[1] * part.var(axis=1, ddof=1)
    return variance / (n1 * (n1 - 1))


def _over(estimate: FloatArray, std_error: FloatArray, scale: float) -> FloatArray:
    flat = FLAT * scale
    if std_error.min(initial=np.inf) > flat:
        return estimate / std_error
    statistic = np.where(np.abs(estimate) <= flat, 0.0, np.copysign(np.inf, estimate))
    np.divide(estimate, std_error, out=statistic, where=std_error > flat)
    return statistic


def summarise(
    name: IntervalName, drawn: FloatArray, observed: float, deal: Deal
) -> PermutationTest:
    """One-sided p on each side; `smallest_p` is one-sided too.

    With all assignments p is the share at least as extreme, otherwise
    (1 + number as extreme) / (1 + draws).
    """
    slack = TIE * max(1.0, abs(observed)) if np.isfinite(observed) else 0.0
    above = int(np.count_nonzero(drawn >= observed - slack))
    below = int(np.count_nonzero(drawn <= observed + slack))
    extra = 0 if deal.is_exact else 1
    total = len(drawn) + extra
    return PermutationTest(
        name=name,
        status="PASS",
        p_improves=(above + extra) / total,
        p_harms=(below + extra) / total,
        smallest_p=max(1 / deal.count, extra / total),
        draws=len(drawn),
        is_exact=deal.is_exact,
    )

"""Sufficient statistics of a balanced panel: by cohort a count, a mean vector, a cross-product."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import NEVER, FloatArray, IntArray


@dataclass(frozen=True)
class ClusterMeans:
    """Means by cluster and cohort: a row for each pair that has units.

    `cluster` (R,) codes the cluster, `stratum` (R,) is the row of `Moments.cohort`, `count`
    (R,) the units, `mean` (R, T) their mean outcome.
    """

    cluster: IntArray
    stratum: IntArray
    count: IntArray
    mean: FloatArray


@dataclass(frozen=True)
class Moments:
    """What every group-time effect and its covariance are functions of; K cohorts, T periods.

    `cohort` (K,) holds first exposed periods in ascending order, NEVER first; `count` (K,)
    units; `mean` (K, T) in the outcome's unit; `cross` (K, T, T) the sum over units of
    products of deviations from the cohort's mean (its unit squared). `clusters` is given
    where errors are correlated within groups of units.
    """

    cohort: IntArray
    count: IntArray
    mean: FloatArray
    cross: FloatArray
    clusters: ClusterMeans | None = None

    @property
    def period_count(self) -> int:
        """T: periods of the panel."""
        return int(self.mean.shape[1])


def moments_of(outcome: FloatArray, cohort: IntArray, cluster: IntArray | None = None) -> Moments:
    """Reduce an outcome (N, T) without gaps to its sufficient statistics.

    `cohort` (N,) is the first exposed period or NEVER; a start after the last period is no
    exposure in the panel. `cluster` (N,) codes groups of units that share shocks.

    Raises:
        ValueError: An outcome is missing.
    """
    if not np.isfinite(outcome).all():
        raise ValueError("every unit must be observed in every period; leave the others out first")
    start = np.where(cohort >= outcome.shape[1], NEVER, cohort)
    starts, stratum = np.unique(start, return_inverse=True)
    parts = [_reduced(outcome[stratum == row]) for row in range(len(starts))]
    return Moments(
        cohort=starts.astype(np.int64),
        count=np.bincount(stratum),
        mean=np.array([mean for mean, _ in parts]),
        cross=np.array([cross for _, cross in parts]),
        clusters=None if cluster is None else _cluster_means(outcome, stratum, cluster),
    )


def _reduced(part: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean (T,) and centred cross-product (T, T); `part` is the caller's own copy.

    The mean is taken twice: the second pass removes the rounding of the first.
    """
    mean = part.mean(axis=0)
    part -= mean
    rest = part.mean(axis=0)
    part -= rest
    return mean + rest, part.T @ part


def _cluster_means(outcome: FloatArray, stratum: IntArray, cluster: IntArray) -> ClusterMeans:
    pairs, row, count = np.unique(
        np.column_stack([cluster, stratum]), axis=0, return_inverse=True, return_counts=True
    )
    order = np.argsort(row, kind="stable")
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    total = np.add.reduceat(outcome[order], first, axis=0)
    return ClusterMeans(
        cluster=np.unique(pairs[:, 0], return_inverse=True)[1],
        stratum=pairs[:, 1],
        count=count,
        mean=total / count[:, None],
    )


def merge_moments(parts: Sequence[Moments]) -> Moments:
    """Pool sites: the statistics of all their units together, without the units.

    Chan, Golub and LeVeque (1983), doi:10.1080/00031305.1983.10483115. A cluster lies within
    one site.

    Raises:
        ValueError: There is no part, periods differ, or only some parts have clusters.
    """
    if len({part.period_count for part in parts}) != 1:
        raise ValueError("sites must have the same periods, and there must be one site at least")
    if len({part.clusters is None for part in parts}) != 1:
        raise ValueError("either every site gives clusters or none does")
    cohort = np.unique(np.concatenate([part.cohort for part in parts]))
    merged = [_pooled(parts, start) for start in cohort]
    return Moments(
        cohort=cohort,
        count=np.array([count for count, _, _ in merged], dtype=np.int64),
        mean=np.array([mean for _, mean, _ in merged]),
        cross=np.array([cross for _, _, cross in merged]),
        clusters=_all_clusters(parts, cohort),
    )


def _pooled(parts: Sequence[Moments], start: int) -> tuple[int, FloatArray, FloatArray]:
    """Count, mean and cross-product of one cohort over all sites that have it."""
    having = [(part, int(row)) for part in parts for row in np.flatnonzero(part.cohort == start)]
    count = np.array([part.count[row] for part, row in having])
    mean = np.array([part.mean[row] for part, row in having])
    middle = count @ mean / count.sum()
    away = mean - middle
    within = np.sum([part.cross[row] for part, row in having], axis=0)
    return int(count.sum()), middle, within + (away * count[:, None]).T @ away


def _all_clusters(parts: Sequence[Moments], cohort: IntArray) -> ClusterMeans | None:
    having = [(part, part.clusters) for part in parts if part.clusters is not None]
    if not having:
        return None
    sizes = [int(clusters.cluster.max()) + 1 for _, clusters in having]
    before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return ClusterMeans(
        cluster=np.concatenate(
            [one.cluster + shift for (_, one), shift in zip(having, before, strict=True)]
        ),
        stratum=np.concatenate(
            [np.searchsorted(cohort, part.cohort[one.stratum]) for part, one in having]
        ),
        count=np.concatenate([one.count for _, one in having]),
        mean=np.concatenate([one.mean for _, one in having]),
    )

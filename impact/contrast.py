"""The contrast of two arms of cluster scalars, with its jackknife standard error."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.cohorts import Cohorts
from impact.model import BoolArray, FloatArray
from impact.waiting import (
    usable_waiting,
    waiting_df,
    waiting_estimate,
    waiting_influence,
    waiting_leave_one_out,
    weighted_waiting,
)

FLAT = 1e-13
"""A standard error below this share of the scalars is rounding."""


@dataclass(frozen=True)
class Contrast:
    """Mean over exposed minus mean over comparison clusters, in the scalars' unit.

    `variance` is the delete-one-cluster jackknife (CRV3 without the (J - 1)/J factor),
    `df` Satterthwaite's.
    """

    estimate: float
    variance: float
    df: float

    @property
    def std_error(self) -> float:
        """Jackknife standard error."""
        return float(np.sqrt(self.variance))

    @property
    def p_value(self) -> float:
        """Two-sided p of "no difference"."""
        return float(2 * special.stdtr(self.df, -abs(self.estimate) / self.std_error))


def cluster_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """x_j: the own cohort's column, or for comparison clusters the w_g mean of all (N,)."""
    return np.where(cohorts.exposed, own_scalars(matrix, cohorts), matrix @ cohorts.shares)


def own_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Take each exposed cluster's own column; the first column for comparison clusters (N,)."""
    return np.asarray(matrix[cohorts.own])


def with_own_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Fill what an exposed cluster lacks for another cohort's windows with its own scalar."""
    if np.isfinite(matrix).all():
        return matrix
    hole = np.isnan(matrix) & cohorts.exposed[:, None]
    return np.where(hole, own_scalars(matrix, cohorts)[:, None], matrix)


def contrast(matrix: FloatArray, cohorts: Cohorts) -> Contrast | None:
    """Contrast the arms of a scalar matrix (N, G); None where it cannot be computed.

    Clusters whose own scalar is missing are left out; the contrast is not formed when that
    empties a cohort, or leaves fewer than two clusters in an arm.
    """
    kept = usable_rows(matrix, cohorts)
    if kept is None:
        return None
    left = cohorts.among(kept)
    is_whole = left is cohorts and bool(np.isfinite(matrix).all())
    full = matrix if is_whole else np.nan_to_num(matrix[kept])
    if left.waits is not None:
        return _waiting_contrast(full, left)
    return _contrast(cluster_scalars(full, left), left)


def usable_rows(matrix: FloatArray, cohorts: Cohorts) -> BoolArray | None:
    """Clusters (N,) whose own scalar is there; None where they are too few for a contrast."""
    seen = np.isfinite(matrix)
    kept = np.where(cohorts.exposed, seen[cohorts.own], seen.all(axis=1))
    if cohorts.waits is not None:
        kept = usable_waiting(matrix, cohorts)
        if cohorts.among(kept).compared.sum(axis=0).min() < 2:
            return None
    counts = cohorts.among(kept).counts
    if counts[0] < 2 or counts[1:].sum() < 2 or counts[1:].min() == 0:
        return None
    return kept


def _contrast(scalar: FloatArray, cohorts: Cohorts) -> Contrast | None:
    exposed = cohorts.exposed
    own = influence(scalar[:, None], cohorts)[:, 0] ** 2
    v1, v0 = float(own[exposed].sum()), float(own[~exposed].sum())
    if _is_flat(v1 + v0, scalar):
        return None
    estimate = float(scalar[exposed].mean() - scalar[~exposed].mean())
    return Contrast(estimate, v1 + v0, satterthwaite(v1, v0, cohorts))


def _waiting_contrast(matrix: FloatArray, cohorts: Cohorts) -> Contrast | None:
    own = waiting_influence(matrix[None], cohorts)[:, 0]
    variance = float((own**2).sum())
    if _is_flat(variance, matrix):
        return None
    estimate = float(waiting_estimate(matrix[None], cohorts)[0])
    return Contrast(estimate, variance, waiting_df(own, cohorts))


def influences(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Contribution of each cluster to the contrast of each of M scalar matrices: (N, M).

    `stack` is (M, N, G), without holes; whatever the clusters are compared with.
    """
    if cohorts.waits is not None:
        return waiting_influence(stack, cohorts)
    return influence(stacked_scalars(stack, cohorts), cohorts)


def estimates(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Contrast (M,) of each of M scalar matrices (M, N, G), without holes."""
    if cohorts.waits is not None:
        return waiting_estimate(stack, cohorts)
    own, exposed = stacked_scalars(stack, cohorts), cohorts.exposed
    return np.asarray(own[exposed].mean(axis=0) - own[~exposed].mean(axis=0))


def stacked_scalars(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """`cluster_scalars` of M matrices (M, N, G) at once: (N, M)."""
    return np.where(cohorts.exposed, stack[:, *cohorts.own], stack @ cohorts.shares).T


def degrees_of_freedom(own: FloatArray, cohorts: Cohorts) -> float:
    """Satterthwaite's, from each cluster's influence (N,)."""
    if cohorts.waits is not None:
        return waiting_df(own, cohorts)
    exposed = cohorts.label > 0
    return satterthwaite(
        float((own[exposed] ** 2).sum()), float((own[~exposed] ** 2).sum()), cohorts
    )


def satterthwaite(v1: float, v0: float, cohorts: Cohorts) -> float:
    """Degrees of freedom of v1 + v0, the variances that come from either arm."""
    n0, n1 = int(cohorts.counts[0]), int(cohorts.counts[1:].sum())
    below = v1**2 / (n1 - int(cohorts.strata.max()) - 1) + v0**2 / (n0 - 1)
    return (v1 + v0) ** 2 / below


def influence(scalars: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Contribution of each cluster to the contrast of each column (N, M).

    The sum of squares over an arm is that arm's jackknife variance, and the sum of products of
    two columns the covariance of their contrasts. Exposed clusters are centred on their stratum;
    for a single exposed cluster, which has no spread of its own, the comparison's SD stands.
    """
    rest, *strata = cohorts.members
    n0, n1 = len(rest), len(scalars) - len(rest)
    made, others = np.empty_like(scalars), scalars[rest]
    made[rest] = (others.sum(axis=0) / n0 - others) / (n0 - 1)
    for rows in strata:
        if n1 == 1:
            made[rows] = others.std(axis=0, ddof=1)
            continue
        part, size = scalars[rows], len(rows)
        factor = math.sqrt(size / ((size - 1) * n1 * (n1 - 1)))
        made[rows] = factor * (part - part.sum(axis=0) / size)
    return made


def _is_flat(variance: float, scalar: FloatArray) -> bool:
    """Whether a variance is no more than rounding."""
    return variance <= (FLAT * float(np.abs(scalar).max())) ** 2


def cohort_contrasts(matrix: FloatArray, cohorts: Cohorts) -> tuple[Contrast, ...]:
    """Contrast each stratum of cohorts with the comparison clusters, in order of start."""
    is_plain = cohorts.waits is None and len(cohorts.members) == len(cohorts.counts)
    if is_plain and cohorts.counts.min() >= 2 and np.isfinite(matrix).all():
        return _separately(matrix, cohorts)
    found = []
    for stratum in range(int(cohorts.strata.max()) + 1):
        members = np.flatnonzero(cohorts.strata == stratum)
        others = np.asarray(cohorts.compared[:, members].all(axis=1))
        chosen = np.isin(cohorts.label - 1, members) | others
        position = np.searchsorted(members, cohorts.label[chosen] - 1) + 1
        label = np.where(others[chosen], 0, position)
        starts = tuple(cohorts.starts[member] for member in members)
        found.append(contrast(matrix[np.ix_(chosen, members)], Cohorts(label, starts)))
    return tuple(one for one in found if one is not None)


def _separately(matrix: FloatArray, cohorts: Cohorts) -> tuple[Contrast, ...]:
    """`cohort_contrasts` where each cohort is a stratum of its own and nothing is missing."""
    rest, *strata = cohorts.members
    means, variances = _column_moments(matrix[rest])
    found = []
    for column, rows in enumerate(strata):
        mean, v1 = _column_moments(matrix[rows, column])
        v0 = variances[column]
        if v1 + v0 > (FLAT * np.abs(matrix[:, column]).max()) ** 2:
            df = (v1 + v0) ** 2 / (v1**2 / (len(rows) - 1) + v0**2 / (len(rest) - 1))
            found.append(Contrast(float(mean - means[column]), float(v1 + v0), float(df)))
    return tuple(found)


def _column_moments(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean of each column, and its jackknife variance."""
    count = len(values)
    mean = values.sum(axis=0) / count
    return mean, ((values - mean) ** 2).sum(axis=0) / (count - 1) ** 2


def weighted_estimate(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> float:
    """Contrast with clusters weighted by `weight` (N,), within arms and between cohorts.

    With equal weights this is the estimate of `contrast`. Every cluster's scalar must be there.
    """
    if cohorts.waits is not None:
        return weighted_waiting(matrix, cohorts, weight)
    label, inside = cohorts.label, cohorts.label > 0
    share = np.bincount(label, weight, len(cohorts.starts) + 1)[1:] / weight[inside].sum()
    own = matrix[inside, label[inside] - 1]
    rest = matrix[~inside] @ share
    exposed = np.average(own, weights=weight[inside])
    return float(exposed - np.average(rest, weights=weight[~inside]))


def leave_one_out(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> FloatArray:
    """Give the weighted estimate without each cluster in turn (N,), cohort weights renewed."""
    if cohorts.waits is not None:
        return waiting_leave_one_out(matrix, cohorts, weight)
    label, inside = cohorts.label, cohorts.label > 0
    own = matrix[np.arange(len(matrix)), np.maximum(label - 1, 0)]
    mass = np.bincount(label, weight, len(cohorts.starts) + 1)[1:]
    total, sums = mass.sum(), weight[~inside] @ matrix[~inside]
    rest, base = weight[~inside].sum(), (weight * own)[inside].sum()
    gone = np.zeros_like(matrix)
    gone[inside, label[inside] - 1] = weight[inside]
    fewer = (mass - gone[inside]) / (total - weight[inside])[:, None]
    without = np.empty(len(matrix))
    without[inside] = (base - (weight * own)[inside]) / (total - weight[inside])
    without[inside] -= fewer @ (sums / rest)
    left = (sums - weight[~inside, None] * matrix[~inside]) / (rest - weight[~inside])[:, None]
    without[~inside] = base / total - left @ (mass / total)
    return without

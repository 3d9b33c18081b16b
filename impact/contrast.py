"""The contrast of two arms of cluster scalars, with its jackknife standard error."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from impact.model import BoolArray, FloatArray, IntArray


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


@dataclass(frozen=True)
class Cohorts:
    """Cohort of each cluster (0 comparison, 1..G in order of start) and the G starts."""

    label: IntArray
    starts: tuple[int, ...]

    @cached_property
    def shares(self) -> FloatArray:
        """w_g: each cohort's share of the exposed clusters (G,)."""
        counts = np.bincount(self.label, minlength=len(self.starts) + 1)[1:]
        return np.asarray(counts / counts.sum())

    @cached_property
    def strata(self) -> IntArray:
        """Stratum (G,) in which each cohort's scalars are centred.

        A cohort of one joins its neighbour in time (the earlier of two as near).
        """
        counts = np.bincount(self.label, minlength=len(self.starts) + 1)[1:]
        stratum = np.arange(len(counts))
        for cohort in np.flatnonzero(counts == 1):
            alone = (stratum == stratum[cohort]).sum() == 1
            if alone and len(counts) > 1:
                stratum[cohort] = stratum[_nearest(int(cohort), self.starts)]
        return np.unique(stratum, return_inverse=True)[1]


def _nearest(cohort: int, starts: tuple[int, ...]) -> int:
    others = [other for other in (cohort - 1, cohort + 1) if 0 <= other < len(starts)]
    return min(others, key=lambda other: abs(starts[other] - starts[cohort]))


def cluster_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """x_j: the own cohort's column, or for comparison clusters the w_g mean of all (N,)."""
    mixed = matrix @ cohorts.shares
    return np.where(cohorts.label > 0, own_scalars(matrix, cohorts), mixed)


def own_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Take each exposed cluster's own column; the first column for comparison clusters (N,)."""
    return np.asarray(matrix[np.arange(len(matrix)), np.maximum(cohorts.label - 1, 0)])


def with_own_scalars(matrix: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Fill what an exposed cluster lacks for another cohort's windows with its own scalar."""
    hole = np.isnan(matrix) & (cohorts.label > 0)[:, None]
    return np.where(hole, own_scalars(matrix, cohorts)[:, None], matrix)


def contrast(matrix: FloatArray, cohorts: Cohorts) -> Contrast | None:
    """Contrast the arms of a scalar matrix (N, G); None where it cannot be computed.

    Clusters whose own scalar is missing are left out; the contrast is not formed when that
    empties a cohort, or leaves fewer than two clusters in an arm.
    """
    kept = usable_rows(matrix, cohorts)
    if kept is None:
        return None
    left = Cohorts(cohorts.label[kept], cohorts.starts)
    return _contrast(cluster_scalars(np.nan_to_num(matrix[kept]), left), left)


def usable_rows(matrix: FloatArray, cohorts: Cohorts) -> BoolArray | None:
    """Clusters (N,) whose own scalar is there; None where they are too few for a contrast."""
    seen = np.isfinite(matrix)
    own = np.isfinite(own_scalars(matrix, cohorts))
    kept = np.where(cohorts.label > 0, own, seen.all(axis=1))
    counts = np.bincount(cohorts.label[kept], minlength=len(cohorts.starts) + 1)
    if counts[0] < 2 or counts[1:].sum() < 2 or counts[1:].min() == 0:
        return None
    return kept


def _contrast(scalar: FloatArray, cohorts: Cohorts) -> Contrast | None:
    exposed = cohorts.label > 0
    own = influence(scalar[:, None], cohorts)[:, 0]
    v1, v0 = float((own[exposed] ** 2).sum()), float((own[~exposed] ** 2).sum())
    if _is_flat(v1 + v0, scalar):
        return None
    estimate = float(scalar[exposed].mean() - scalar[~exposed].mean())
    return Contrast(estimate, v1 + v0, satterthwaite(v1, v0, cohorts))


def satterthwaite(v1: float, v0: float, cohorts: Cohorts) -> float:
    """Degrees of freedom of v1 + v0, the variances that come from either arm."""
    n1 = int((cohorts.label > 0).sum())
    n0 = len(cohorts.label) - n1
    below = v1**2 / (n1 - int(cohorts.strata.max()) - 1) + v0**2 / (n0 - 1)
    return (v1 + v0) ** 2 / below


def influence(scalars: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Contribution of each cluster to the contrast of each column (N, M).

    The sum of squares over an arm is that arm's jackknife variance, and the sum of products of
    two columns the covariance of their contrasts. Exposed clusters are centred on their stratum;
    for a single exposed cluster, which has no spread of its own, the comparison's SD stands.
    """
    exposed = cohorts.label > 0
    n1, n0 = int(exposed.sum()), int((~exposed).sum())
    made = np.empty_like(scalars)
    made[~exposed] = (scalars[~exposed].mean(axis=0) - scalars[~exposed]) / (n0 - 1)
    strata = np.where(exposed, cohorts.strata[np.maximum(cohorts.label - 1, 0)], -1)
    for stratum in range(int(strata.max()) + 1):
        part = scalars[strata == stratum]
        if n1 == 1:
            made[strata == stratum] = scalars[~exposed].std(axis=0, ddof=1)
            continue
        factor = np.sqrt(len(part) / ((len(part) - 1) * n1 * (n1 - 1)))
        made[strata == stratum] = factor * (part - part.mean(axis=0))
    return made


def _is_flat(variance: float, scalar: FloatArray) -> bool:
    """Whether a variance is no more than rounding."""
    return variance <= (1e-13 * float(np.abs(scalar).max())) ** 2


def cohort_contrasts(matrix: FloatArray, cohorts: Cohorts) -> tuple[Contrast, ...]:
    """Contrast each stratum of cohorts with the comparison clusters, in order of start."""
    found = []
    for stratum in range(int(cohorts.strata.max()) + 1):
        members = np.flatnonzero(cohorts.strata == stratum)
        chosen = np.isin(cohorts.label - 1, members) | (cohorts.label == 0)
        position = np.searchsorted(members, cohorts.label[chosen] - 1) + 1
        label = np.where(cohorts.label[chosen] > 0, position, 0)
        starts = tuple(cohorts.starts[member] for member in members)
        found.append(contrast(matrix[np.ix_(chosen, members)], Cohorts(label, starts)))
    return tuple(one for one in found if one is not None)


def weighted_estimate(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> float:
    """Contrast with clusters weighted by `weight` (N,), within arms and between cohorts.

    With equal weights this is the estimate of `contrast`. Every cluster's scalar must be there.
    """
    label, inside = cohorts.label, cohorts.label > 0
    share = np.bincount(label, weight, len(cohorts.starts) + 1)[1:] / weight[inside].sum()
    own = matrix[inside, label[inside] - 1]
    rest = matrix[~inside] @ share
    exposed = np.average(own, weights=weight[inside])
    return float(exposed - np.average(rest, weights=weight[~inside]))


def leave_one_out(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> FloatArray:
    """Give the weighted estimate without each cluster in turn (N,), cohort weights renewed."""
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

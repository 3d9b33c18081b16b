"""The contrast where cohorts that are not yet exposed are compared with, beside the never exposed.

The estimate is the sum over cohorts of w_g (mean of F_g over the cohort minus its mean over
the clusters C_g that are unexposed until the cohort's windows end). A cluster can so count
twice: as exposed in its own cohort's windows, and as comparison in those of earlier cohorts.
With nobody waiting every formula here is that of `impact.contrast`.
"""

import numpy as np

from impact.cohorts import Cohorts
from impact.model import BoolArray, FloatArray


def usable_waiting(matrix: FloatArray, cohorts: Cohorts) -> BoolArray:
    """Clusters (N,) whose scalars (N, G) are there in every role they have."""
    seen = np.isfinite(matrix)
    own = np.arange(1, len(cohorts.starts) + 1) == cohorts.label[:, None]
    return np.asarray((seen | ~(own | cohorts.compared)).all(axis=1))


def waiting_estimate(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Estimate (M,) from the scalars of M series (M, N, G)."""
    rest = [
        share * stack[:, cohorts.compared[:, cohort], cohort].mean(axis=1)
        for cohort, share in enumerate(cohorts.shares)
    ]
    return np.asarray(_own(stack, cohorts).mean(axis=0) - np.sum(rest, axis=0))


def _own(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Own scalars of the exposed clusters (n1, M)."""
    inside = np.flatnonzero(cohorts.label > 0)
    return np.asarray(stack[:, inside, cohorts.label[inside] - 1].T)


def own_factors(cohorts: Cohorts) -> FloatArray:
    """Factor (G,) that makes own scalars, centred on their stratum, jackknife influences."""
    counts = np.bincount(cohorts.label, minlength=len(cohorts.starts) + 1)[1:]
    size = np.bincount(cohorts.strata, counts)[cohorts.strata]
    total = counts.sum()
    return np.asarray(np.sqrt(size / (np.maximum(size - 1, 1) * total * (total - 1))))


def waiting_influence(stack: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Contribution of each cluster to each of M contrasts (N, M), both its roles together.

    As exposed, centred on its stratum; as comparison, what its deletion would change. The sum
    of squares is the delete-one-cluster jackknife variance (CRV3, METHODS 3a).
    """
    made = np.zeros((len(cohorts.label), len(stack)))
    inside = cohorts.label > 0
    cohort = cohorts.label[inside] - 1
    own, stratum = _own(stack, cohorts), cohorts.strata[cohort]
    count = np.bincount(stratum).astype(float)[:, None]
    middle = np.zeros((len(count), len(stack)))
    np.add.at(middle, stratum, own)
    made[inside] = own_factors(cohorts)[cohort][:, None] * (own - (middle / count)[stratum])
    for code, share in enumerate(cohorts.shares):
        rows = cohorts.compared[:, code]
        part = stack[:, rows, code].T
        made[rows] += share / (len(part) - 1) * (part.mean(axis=0) - part)
    return made


def waiting_df(influence: FloatArray, cohorts: Cohorts) -> float:
    """Satterthwaite degrees of freedom of the sum of squared influences (N,).

    The never exposed are one stratum, each stratum of cohorts that waits another; those that
    are compared with nobody stay together, as without anyone waiting.
    """
    strata = np.where(cohorts.label > 0, cohorts.strata[cohorts.label - 1] + 1, 0)
    parts = np.bincount(strata, influence**2)
    sizes = np.bincount(strata)
    serves = np.bincount(strata, cohorts.compared.any(axis=1)) > 0
    below = (parts[serves] ** 2 / np.maximum(sizes[serves] - 1, 1)).sum()
    if not serves.all():
        free = max(1, int(sizes[~serves].sum()) - int((~serves).sum()))
        below += parts[~serves].sum() ** 2 / free
    return float(parts.sum() ** 2 / below)


def weighted_waiting(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> float:
    """Estimate with clusters weighted by `weight` (N,), within arms and between cohorts."""
    own, rest = _sums(matrix, cohorts, weight)
    return float(_from_sums(own.sum(axis=0)[None], rest.sum(axis=0)[None])[0])


def waiting_leave_one_out(matrix: FloatArray, cohorts: Cohorts, weight: FloatArray) -> FloatArray:
    """Give the weighted estimate without each cluster in turn (N,), cohort weights renewed."""
    own, rest = _sums(matrix, cohorts, weight)
    return _from_sums(own.sum(axis=0) - own, rest.sum(axis=0) - rest)


def _sums(
    matrix: FloatArray, cohorts: Cohorts, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Each cluster's weight and weighted scalar, as exposed and as comparison (N, G, 2) each."""
    full = np.nan_to_num(matrix)
    each = weight[:, None, None] * np.stack([np.ones_like(full), full], axis=2)
    mine = np.arange(1, len(cohorts.starts) + 1) == cohorts.label[:, None]
    return each * mine[:, :, None], each * cohorts.compared[:, :, None]


def _from_sums(own: FloatArray, rest: FloatArray) -> FloatArray:
    """Estimates (D,) from summed weights and weighted scalars of each cohort (D, G, 2)."""
    total = own[..., 0].sum(axis=1)
    means = rest[..., 1] / rest[..., 0]
    return np.asarray((own[..., 1].sum(axis=1) - (own[..., 0] * means).sum(axis=1)) / total)

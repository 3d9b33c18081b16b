"""An independent re-implementation of the not-yet-exposed comparison: loops over clusters.

It imports nothing of the product. Outcomes are (N, T); `cohort` (N,) is the first exposed
period, or -1 for a cluster that is never exposed. Scalars come from `tests.reference`.
"""

from dataclasses import dataclass

import numpy as np

from tests.reference import Contrast, Floats, Ints, post_count, starts_of, strata


@dataclass(frozen=True)
class Means:
    """One estimate and what it is made of: own and comparison means of every cohort."""

    estimate: float
    own: list[float]
    rest: list[float]


def compared_with(cohort: Ints, periods: int) -> list[list[int]]:
    """C_g of every cohort: clusters never exposed, or from after its last used period on."""
    found = []
    for start in starts_of(cohort):
        last = int(start) + post_count(int(start), periods) - 1
        found.append([j for j, begun in enumerate(cohort) if begun < 0 or begun > last])
    return found


def means(scalars: Floats, cohort: Ints, groups: list[list[int]]) -> Means:
    """Sum over cohorts of w_g (own mean - mean over C_g)."""
    starts = starts_of(cohort)
    own = [float(scalars[cohort == s, g].mean()) for g, s in enumerate(starts)]
    rest = [float(scalars[groups[g], g].mean()) for g in range(len(starts))]
    weight = [(cohort == s).sum() / (cohort >= 0).sum() for s in starts]
    total = sum(w * (a - b) for w, a, b in zip(weight, own, rest, strict=True))
    return Means(float(total), own, rest)


def contributions(scalars: Floats, cohort: Ints, groups: list[list[int]]) -> list[float]:
    """What each cluster adds to the error, as exposed and as comparison."""
    starts, found = starts_of(cohort), means(scalars, cohort, groups)
    sizes = [int((cohort == start).sum()) for start in starts]
    total, together = sum(sizes), strata(sizes, starts.tolist())
    made = []
    for j, begun in enumerate(cohort):
        value = 0.0
        if begun >= 0:
            g = int(np.searchsorted(starts, begun))
            mates = next(group for group in together if g in group)
            fellows = [
                float(scalars[i, k]) for k in mates for i in np.flatnonzero(cohort == starts[k])
            ]
            size = len(fellows)
            factor = np.sqrt(size / ((size - 1) * total * (total - 1)))
            value += float(factor * (scalars[j, g] - np.mean(fellows)))
        for g, group in enumerate(groups):
            if j in group:
                away = found.rest[g] - float(scalars[j, g])
                value += sizes[g] / total * away / (len(group) - 1)
        made.append(value)
    return made


def waiting_contrast(scalars: Floats, cohort: Ints, groups: list[list[int]]) -> Contrast:
    """Estimate, CRV3 standard error and Satterthwaite df, by strata of cohorts that serve."""
    each = contributions(scalars, cohort, groups)
    starts = starts_of(cohort)
    together = strata([int((cohort == start).sum()) for start in starts], starts.tolist())
    serving = {j for group in groups for j in group}
    parts = [(np.flatnonzero(cohort < 0), True)]
    for mates in together:
        rows = np.flatnonzero(np.isin(cohort, starts[mates]))
        parts.append((rows, any(j in serving for j in rows)))
    below, alone, free = 0.0, 0.0, 0
    for rows, serves in parts:
        squares = sum(each[j] ** 2 for j in rows)
        if serves:
            below += squares**2 / (len(rows) - 1)
        else:
            alone, free = alone + squares, free + len(rows) - 1
    below += alone**2 / free if free else 0.0
    variance = sum(value**2 for value in each)
    estimate = means(scalars, cohort, groups).estimate
    return Contrast(estimate, float(np.sqrt(variance)), variance**2 / below)

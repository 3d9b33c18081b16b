"""What others would have said of the same worlds: five usual analyses, each at 2.5 % one-sided.

Every function takes outcomes (N, T) and starts (N,) and returns the one-sided p of "exposure
does not improve"; the interval-based analyses use the same post windows as the verdict.
"""

from collections.abc import Callable

import numpy as np
from scipy import special

from impact import functionals
from impact.callaway_santanna import group_average
from impact.contrast import contrast
from impact.judged import Judged
from impact.model import BoolArray, FloatArray
from impact.two_way import two_way_fixed_effects

Rival = Callable[[Judged], float]


def before_after(judged: Judged) -> float:
    """Compare exposed clusters with their own past: a paired t test, no comparison."""
    own = judged.matrix(functionals.plain)
    label = judged.cohorts.label
    change = own[np.arange(len(own)), np.maximum(label - 1, 0)][label > 0]
    t = change.mean() / (change.std(ddof=1) / np.sqrt(len(change)))
    return float(special.stdtr(len(change) - 1, -t))


def pooled_regression(judged: Judged) -> float:
    """Regress outcomes on exposed, after, and both; every row counted as independent."""
    outcome, exposed = judged.sample.outcome, judged.cohorts.label > 0
    after = judged.sample.windows[0].start <= np.arange(outcome.shape[1])
    seen = np.isfinite(outcome)
    cells = [_cell(outcome, seen, exposed == inside, after == late) for inside, late in _CORNERS]
    means, squares, counts = (np.array(column) for column in zip(*cells, strict=True))
    estimate = means @ np.array([1.0, -1.0, -1.0, 1.0])
    residual = squares.sum() / (counts.sum() - 4)
    return _normal(estimate, float(np.sqrt(residual * (1 / counts).sum())))


_CORNERS = ((True, True), (True, False), (False, True), (False, False))


def _cell(
    outcome: FloatArray, seen: BoolArray, rows: BoolArray, columns: BoolArray
) -> tuple[float, float, int]:
    values = outcome[np.ix_(rows, columns)][seen[np.ix_(rows, columns)]]
    return float(values.mean()), float(((values - values.mean()) ** 2).sum()), len(values)


def two_way(judged: Judged) -> float:
    """Two-way fixed effects with cluster-robust standard errors and a normal reference."""
    found = two_way_fixed_effects(judged.sample.outcome, judged.first_exposed)
    return _normal(found.estimate, found.std_error)


def cluster_test(judged: Judged) -> float:
    """The plain contrast of cluster means with its jackknife t: I0 and nothing else."""
    found = contrast(judged.matrix(functionals.plain), judged.cohorts)
    if found is None:
        return 1.0
    return float(special.stdtr(found.df, -found.estimate / found.std_error))


def package_default(judged: Judged) -> float:
    """Callaway and Sant'Anna as packages give it: last pre-period as base, normal reference."""
    matrix = judged.matrix(functionals.last_base)
    if not np.isfinite(matrix).all():
        return 1.0
    found = group_average(matrix, judged.cohorts)
    return _normal(found.estimate, found.std_error)


def _normal(estimate: float | None, std_error: float | None) -> float:
    if estimate is None or not std_error:
        return 1.0
    return float(special.ndtr(-estimate / std_error))


RIVALS: dict[str, Rival] = {
    "before_after": before_after,
    "pooled_regression": pooled_regression,
    "two_way_fixed_effects": two_way,
    "cluster_test": cluster_test,
    "callaway_santanna": package_default,
}

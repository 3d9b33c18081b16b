"""Doubly robust group-time effects: parallel trends given what clusters were like before."""

from dataclasses import dataclass

import numpy as np

from impact.model import NEVER, BoolArray, FloatArray, IntArray, NotEvaluable
from schemas.vocabulary import Comparison, Reason

TRIM = 0.995
"""Comparison clusters as likely as this to be exposed stand for nobody, and are left out."""
STEPS = 50
"""Newton steps for the probability of exposure; it is there in ten, or never."""
SETTLED = 1e-10
"""Step of the standardised coefficients below which they are found: Newton's steps square."""
DISTINCT = 1e-6
"""A singular value of the standardised design below this share of the largest is no direction."""
CONSTANT = 1e-12
"""A spread below this share of a covariate itself is rounding."""
SURE = 15.0
"""Log odds beyond which a cluster's exposure follows from its covariates."""


@dataclass(frozen=True)
class Given:
    """Outcomes (N, T), first exposed periods (N,) or NEVER, covariates (X, N, T)."""

    outcome: FloatArray
    cohort: IntArray
    covariates: FloatArray
    comparison: Comparison = "never_exposed"


@dataclass(frozen=True)
class RobustCells:
    """ATT(g, t) of C post-exposure cells given covariates, in the outcome's unit.

    `start` (C,) is g, `period` (C,) is t, `size` (C,) the exposed clusters used, `member`
    (C, N) which those are; `influence` (C, N) is what each cluster adds to a cell's error.
    """

    start: IntArray
    period: IntArray
    size: IntArray
    estimate: FloatArray
    member: BoolArray
    influence: FloatArray

    def simple(self) -> tuple[float, float]:
        """Average over cells, weighted by cohort size, with its standard error.

        The aggregation of Callaway and Sant'Anna (2021), the estimated shares included.
        """
        weight = self.size / self.size.sum()
        estimate = float(weight @ self.estimate)
        share = (self.estimate - estimate) @ self.member / self.size.sum()
        influence = weight @ self.influence + share
        return estimate, float(np.sqrt((influence**2).sum()))


def robust_cells(given: Given) -> RobustCells | NotEvaluable:
    """Estimate every post-exposure cell, or say why one of them cannot be.

    Covariates are taken at the last period before the cohort's start. Cells without an
    observed exposed cluster are left out, as without covariates.
    """
    if np.isnan(given.covariates).all(axis=(1, 2)).any():
        return NotEvaluable(("MISSING_TABLE",), ("outcome",))
    starts, length = np.unique(given.cohort[given.cohort > 0]), given.outcome.shape[1]
    keys = [(int(start), period) for start in starts for period in range(int(start), length)]
    found = [_cell(given, start, period) for start, period in keys]
    for one in found:
        if isinstance(one, NotEvaluable):
            return one
    kept = [(key, one) for key, one in zip(keys, found, strict=True) if isinstance(one, _Cell)]
    if not kept:
        return NotEvaluable(("NO_OUTCOME",))
    return RobustCells(
        start=np.array([start for (start, _), _ in kept]),
        period=np.array([period for (_, period), _ in kept]),
        size=np.array([int(one.member.sum()) for _, one in kept]),
        estimate=np.array([one.estimate for _, one in kept]),
        member=np.array([one.member for _, one in kept]),
        influence=np.array([one.influence for _, one in kept]),
    )


@dataclass(frozen=True)
class _Cell:
    estimate: float
    member: BoolArray
    influence: FloatArray


def _cell(given: Given, start: int, period: int) -> _Cell | NotEvaluable | None:
    """One cell; None where no exposed cluster is observed in it."""
    change = given.outcome[:, period] - given.outcome[:, start - 1]
    covariates = given.covariates[:, :, start - 1].T
    seen = np.isfinite(change) & np.isfinite(covariates).all(axis=1)
    later = given.comparison == "not_yet_exposed"
    rest = (given.cohort == NEVER) | (later & (given.cohort > period))
    member = seen & (given.cohort == start)
    if not (np.isfinite(change) & (given.cohort == start)).any():
        return None
    used = member | (seen & rest)
    if not member.any() or (used & rest).sum() < covariates.shape[1] + 2:
        return NotEvaluable(("TOO_FEW_UNITS",))
    design = _design(covariates[used], member[used])
    if design is None:
        return NotEvaluable(("NO_VARIATION",))
    found = drdid_panel(change[used], member[used], design)
    if isinstance(found, str):
        return NotEvaluable((found,))
    influence = np.zeros(len(change))
    influence[used] = found[1] / used.sum()
    return _Cell(found[0], member, influence)


def _design(covariates: FloatArray, exposed: BoolArray) -> FloatArray | None:
    """Intercept and standardised covariates; None where one is constant or follows from others.

    Among the comparison clusters too, whose change is regressed on them.
    """
    size = covariates.std(axis=0)
    if (size <= CONSTANT * np.abs(covariates).max(axis=0, initial=0.0)).any():
        return None
    scaled = (covariates - covariates.mean(axis=0)) / size
    design = np.column_stack([np.ones(len(scaled)), scaled])
    for part in (design, design[~exposed]):
        values = np.linalg.svd(part, compute_uv=False)
        if values[-1] <= DISTINCT * values[0]:
            return None
    return design


def drdid_panel(
    change: FloatArray, exposed: BoolArray, design: FloatArray
) -> tuple[float, FloatArray] | Reason:
    """ATT of two periods and its influence function (n,), or why there is none.

    Sant'Anna and Zhao (2020), doi:10.1016/j.jeconom.2020.06.003: equation 3.1 with a logistic
    probability of exposure and least squares of the comparison's change. Right where either
    model is. `design` (n, X + 1) holds the intercept first.
    """
    count = len(change)
    probability = _logit(exposed, design)
    if probability is None:
        return "NO_COMPARISON"
    inside = exposed.astype(float)
    kept = (1 - inside) * (probability < TRIM)
    odds = kept * probability / (1 - probability)
    if odds.sum() <= 0:
        return "NO_COMPARISON"
    bread = np.linalg.inv(design[~exposed].T @ design[~exposed] / count)
    slope = bread @ (design[~exposed].T @ change[~exposed] / count)
    away = change - design @ slope
    by_regression = ((1 - inside) * away)[:, None] * design @ bread
    curvature = design.T @ (design * (probability * (1 - probability))[:, None]) / count
    by_score = (inside - probability)[:, None] * design @ np.linalg.inv(curvature)
    treated = float(inside @ away / inside.sum())
    untreated = float(odds @ away / odds.sum())
    first = inside * (away - treated) - by_regression @ (inside @ design / count)
    second = odds * (away - untreated) - by_regression @ (odds @ design / count)
    second = second + by_score @ ((odds * (away - untreated)) @ design / count)
    return treated - untreated, first / inside.mean() - second / odds.mean()


def _logit(exposed: BoolArray, design: FloatArray) -> FloatArray | None:
    """Fitted probability of exposure (n,); None where covariates tell the arms apart."""
    slope: FloatArray = np.zeros(design.shape[1])
    inside = exposed.astype(float)
    slope[0] = np.log(inside.sum() / (1 - inside).sum())
    index, taken = design @ slope, 0
    step: FloatArray = np.ones(1)
    while np.abs(step).max() > SETTLED and np.abs(index).max() <= SURE and taken < STEPS:
        fitted = 1 / (1 + np.exp(-index))
        curvature = design.T @ (design * (fitted * (1 - fitted))[:, None])
        step = np.asarray(
            np.linalg.solve(curvature, design.T @ (inside - fitted)), dtype=np.float64
        )
        slope, taken = slope + step, taken + 1
        index = design @ slope
    is_found = np.abs(step).max() <= SETTLED and np.abs(index).max() <= SURE
    return np.asarray(1 / (1 + np.exp(-index))) if is_found else None

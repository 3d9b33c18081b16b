"""The doubly robust estimate beside a panel's headline: covariates from before the start."""

from dataclasses import dataclass

import numpy as np

from impact import functionals
from impact.contrast import Contrast, influences, usable_rows
from impact.doubly_robust import Given, RobustCells, robust_cells
from impact.judged import Judged
from impact.model import (
    AlternativeEstimate,
    DiagnosticResult,
    EffectData,
    FloatArray,
    NotEvaluable,
)
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason, Status

NAME = "doubly_robust"
ROUNDING = 1e-9
"""A standard error below this share of the headline's is rounding."""


@dataclass(frozen=True)
class Adjusted:
    """The alternative, and how far it lies from the headline over the headline's own windows."""

    alternative: AlternativeEstimate
    diagnostic: DiagnosticResult


def adjusted_beside(
    data: EffectData, judged: Judged, headline: Contrast, thresholds: Thresholds
) -> Adjusted | None:
    """Estimate given the plan's covariates; None where it names none.

    `data` are those the sample was built from. The alternative averages all post-periods, as
    Callaway and Sant'Anna's simple one does; the diagnostic is the z of its average over the
    headline's windows minus the headline, by the standard error of that difference.
    """
    if data.covariates is None:
        return None
    sample = judged.sample
    covariates = data.covariates[:, sample.rows]
    given = Given(sample.outcome, judged.first_exposed, covariates, data.comparison)
    found = robust_cells(given)
    if isinstance(found, NotEvaluable):
        return Adjusted(AlternativeEstimate(NAME, None), _silent(thresholds, found.reasons[0]))
    estimate, std_error = found.simple()
    alternative = AlternativeEstimate(NAME, estimate, std_error)
    return Adjusted(alternative, _against(found, judged, headline, thresholds))


def _silent(thresholds: Thresholds, reason: Reason) -> DiagnosticResult:
    limit = thresholds.alternative_z
    return DiagnosticResult(NAME, "NOT_EVALUATED", threshold=limit, reason=reason)


def _against(
    found: RobustCells, judged: Judged, headline: Contrast, thresholds: Thresholds
) -> DiagnosticResult:
    weight = _window_weights(found, judged)
    if weight is None:
        return _silent(thresholds, "NO_OUTCOME")
    difference = float(weight @ found.estimate) - headline.estimate
    away = weight @ found.influence - _headline_influence(judged)
    error = float(np.sqrt((away**2).sum()))
    z, limit = difference / max(error, ROUNDING * headline.std_error), thresholds.alternative_z
    status: Status = "PASS" if abs(z) <= limit else "FAIL"
    return DiagnosticResult(NAME, status, z, limit)


def _window_weights(found: RobustCells, judged: Judged) -> FloatArray | None:
    """Weight of each cell (C,) in the headline's windows; None where a cohort has none there."""
    weight = np.zeros(len(found.start))
    for share, window in zip(judged.cohorts.shares, judged.sample.windows, strict=True):
        inside = (found.start == window.start) & window.post[found.period]
        if not inside.any():
            return None
        weight[inside] = share / inside.sum()
    return weight


def _headline_influence(judged: Judged) -> FloatArray:
    """What each cluster adds to the headline's error (N,)."""
    matrix = judged.matrix(functionals.plain)
    usable, made = usable_rows(matrix, judged.cohorts), np.zeros(len(matrix))
    kept = np.zeros(len(matrix), dtype=bool) if usable is None else usable
    full = np.nan_to_num(matrix[kept])[None]
    made[kept] = influences(full, judged.cohorts.among(kept))[:, 0]
    return made

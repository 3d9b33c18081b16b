"""Heterogeneous adoption: every cluster starts at once, at doses that differ."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from diff_diff import HeterogeneousAdoptionDiD
from scipy import stats

from impact import functionals
from impact.group_time_did import INTERVALS
from impact.model import (
    AlternativeEstimate,
    DiagnosticResult,
    EffectData,
    Estimation,
    FloatArray,
    Interval,
    NotEvaluable,
    PermutationTest,
)
from impact.support import check_variation
from impact.widening import within_cluster_sd, worst_share_shift
from impact.windows import Window, build_window, within_panel
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName, Status

LEAST = 20
"""Clusters below which diff-diff's curve through the lowest doses is not fitted."""
CURVATURE_ALPHA = 0.05


@dataclass(frozen=True)
class Slope:
    """Change per unit of dose, with its robust standard error (HC3) and degrees of freedom."""

    estimate: float
    std_error: float
    df: float

    @property
    def p_value(self) -> float:
        """Two-sided p of "no slope"."""
        return float(2 * stats.t.sf(abs(self.estimate) / self.std_error, self.df))


def estimate_adoption(
    data: EffectData, dose: FloatArray, thresholds: Thresholds
) -> Estimation | NotEvaluable:
    """Estimate the effect per `dose_contrast` from clusters that differ in their dose alone.

    De Chaisemartin, Ciccia, D'Haultfoeuille and Knau (2024), doi:10.48550/arXiv.2405.04465:
    where the mean change is a straight line in the dose, its slope is the average effect per
    dose. That it is straight is a diagnostic; the estimate without it is shown beside.
    """
    data = within_panel(data)
    window = build_window(int(data.cohort[0]), data)
    change = functionals.plain(data.outcome, window)
    mine = dose[:, np.flatnonzero(window.post)]
    problem = _lacks(data, window, change, mine, thresholds)
    if problem:
        return problem
    mean = mine.mean(axis=1)
    found = straight_line(change, mean)
    if found is None:
        return NotEvaluable(("NO_VARIATION",))
    return _estimation(data, window, mean, found, thresholds)


def _lacks(
    data: EffectData, window: Window, change: FloatArray, dose: FloatArray, thresholds: Thresholds
) -> NotEvaluable | None:
    """Pre-periods, a post-period, doses that differ, clusters, and variation, in this order."""
    kept = np.isfinite(change)
    if window.start < thresholds.pre_periods:
        return NotEvaluable(("TOO_FEW_PRE",))
    if not window.post.any() or not kept.any():
        return NotEvaluable(("NO_OUTCOME" if window.post.any() else "NO_POST",))
    if np.ptp(dose[kept].mean(axis=1)) <= 0:
        return NotEvaluable(("NO_COMPARISON",))
    if int(kept.sum()) < thresholds.did_exposed + thresholds.did_comparison:
        return NotEvaluable(("TOO_FEW_UNITS",))
    return check_variation(data.outcome)


def straight_line(change: FloatArray, dose: FloatArray) -> Slope | None:
    """Least-squares slope of a change (N,) in the dose; None where it has no spread."""
    kept = np.isfinite(change)
    return _last_coefficient(np.column_stack([np.ones(len(dose)), dose])[kept], change[kept])


def curvature(change: FloatArray, dose: FloatArray) -> Slope | None:
    """Coefficient of the squared dose: 0 where the effect per dose is the same at every dose."""
    kept = np.isfinite(change)
    away = dose - dose[kept].mean()
    return _last_coefficient(
        np.column_stack([np.ones(len(dose)), away, away**2])[kept], change[kept]
    )


def _last_coefficient(design: FloatArray, response: FloatArray) -> Slope | None:
    """Coefficient of the last column; HC3 of MacKinnon and White (1985)."""
    free = len(response) - design.shape[1]
    if free < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    inverse = np.linalg.inv(design.T @ design)
    weight = design @ inverse
    beta = weight.T @ response
    left = response - design @ beta
    leverage = np.minimum((weight * design).sum(axis=1), 1 - 1e-9)
    error = float(np.sqrt(((weight[:, -1] * left / (1 - leverage)) ** 2).sum()))
    if error <= 1e-13 * float(np.abs(response).max() * np.abs(weight[:, -1]).sum()):
        return None
    return Slope(float(beta[-1]), error, float(free))


def _estimation(
    data: EffectData, window: Window, dose: FloatArray, found: Slope, thresholds: Thresholds
) -> Estimation:
    missing = float(np.isnan(data.outcome[:, window.post]).mean())
    scale = within_cluster_sd(data.outcome[:, window.pre])
    change = functionals.plain(data.outcome, window)
    widening = worst_share_shift(missing) * scale * data.dose_contrast / float(dose.std())
    gate = straight_line(functionals.anticipation(data.outcome, window), dose)
    return Estimation(
        method="dose_did",
        estimand="att_per_dose",
        estimate=data.dose_contrast * found.estimate,
        std_error=data.dose_contrast * found.std_error,
        df=found.df,
        decided_by="interval",
        intervals=tuple(
            _interval(data, straight_line(functional(data.outcome, window), dose), name, widening)
            for name, functional in INTERVALS
        ),
        permutations=(permute_doses(change, dose, data, thresholds),),
        exposed_count=int(np.isfinite(change).sum()),
        comparison_count=0,
        pre_count=int(window.pre.sum()),
        post_count=int(window.post.sum()),
        missing_share=missing,
        scale=scale,
        anticipation_p=None if gate is None else gate.p_value,
        alternatives=(nonparametric(change, dose, data.dose_contrast),),
        diagnostics=_diagnostics(change, dose),
    )


def _interval(
    data: EffectData, found: Slope | None, name: IntervalName, widening: float
) -> Interval:
    if found is None:
        return Interval(name, "NOT_EVALUATED")
    contrast = data.dose_contrast
    estimate = data.sign * contrast * found.estimate
    return Interval(name, "PASS", estimate, contrast * found.std_error, found.df, widening)


def _diagnostics(change: FloatArray, dose: FloatArray) -> tuple[DiagnosticResult, ...]:
    """Doses, and the two-sided p of a bent dose-response."""
    bent = curvature(change, dose)
    status: Status = "NOT_EVALUATED"
    if bent is not None:
        status = "PASS" if bent.p_value >= CURVATURE_ALPHA else "FAIL"
    return (
        DiagnosticResult("mean_dose", "PASS", float(dose.mean())),
        DiagnosticResult("lowest_dose", "PASS", float(dose.min())),
        DiagnosticResult("dose_linearity", status, bent.p_value if bent else None, CURVATURE_ALPHA),
    )


def nonparametric(change: FloatArray, dose: FloatArray, contrast: float) -> AlternativeEstimate:
    """Average slope without a straight line: changes beyond those at the lowest doses.

    Through diff-diff; its interval held the truth in 80 of 100 worlds of 60 clusters, which
    is why it does not decide.
    """
    name, kept = "heterogeneous_adoption", np.isfinite(change)
    count = int(kept.sum())
    if count < LEAST:
        return AlternativeEstimate(name, None)
    frame = pd.DataFrame(
        {
            "unit": np.tile(np.arange(count), 2),
            "time": np.repeat([0, 1], count),
            "y": np.concatenate([np.zeros(count), change[kept]]),
            "dose": np.concatenate([np.zeros(count), dose[kept]]),
        }
    )
    columns = {"outcome": "y", "dose": "dose", "time": "time", "unit": "unit"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = HeterogeneousAdoptionDiD().fit(frame, **columns)
    except (ValueError, NotImplementedError):
        return AlternativeEstimate(name, None)
    return AlternativeEstimate(name, contrast * float(fit.att), contrast * float(fit.se))


def permute_doses(
    change: FloatArray, dose: FloatArray, data: EffectData, thresholds: Thresholds
) -> PermutationTest:
    """Deal the doses again over the clusters: one-sided p of the straight line's slope."""
    kept = np.isfinite(change)
    rng = np.random.default_rng(data.seed)
    away, told = dose[kept] - dose[kept].mean(), data.sign * (change[kept] - change[kept].mean())
    draws = thresholds.permutations_drawn
    drawn = np.array([float(rng.permutation(away) @ told) for _ in range(draws)])
    observed = float(away @ told)
    slack = 1e-9 * abs(observed)
    above, below = int((drawn >= observed - slack).sum()), int((drawn <= observed + slack).sum())
    return PermutationTest(
        name="plain",
        status="PASS",
        p_improves=(1 + above) / (1 + draws),
        p_harms=(1 + below) / (1 + draws),
        smallest_p=1 / (1 + draws),
        draws=draws,
        is_exact=False,
    )

"""What outcomes, places and dates that cannot have been moved say about a panel's headline."""

from dataclasses import replace

import numpy as np

from impact import functionals
from impact.calibration import SystematicError
from impact.cohorts import Cohorts
from impact.contrast import Contrast, contrast, leave_one_out, weighted_estimate
from impact.judged import Judged, judge_sample
from impact.model import DiagnosticResult, EffectData
from impact.sample import build_sample
from impact.windows import until
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

CHECK_ALPHA = 0.05
"""Two-sided level at which a printed diagnostic is marked."""


def placebo_date(data: EffectData, judged: Judged) -> DiagnosticResult:
    """Two-sided p of an effect at half of the pre-periods, where none can be.

    A placebo in time: a diagnostic only, and no negative control.
    """
    first = judged.sample.windows[0].start
    pretended = replace(
        until(data, first),
        cohort=np.where(data.cohort > 0, first // 2, data.cohort),
        horizon=(0, first),
        first_event=0,
    )
    sample = build_sample(pretended)
    found = None
    if sample.windows:
        found = judge_sample(sample, data.sign).contrast(functionals.plain)
    return _tested("placebo_date", found.p_value if found else None)


def ring_difference(data: EffectData, judged: Judged) -> DiagnosticResult:
    """Two-sided p of a difference between comparison clusters near exposed ones and the others.

    A placebo in space: nobody in either group was exposed, so that a difference is spillover.
    """
    if data.is_near is None:
        return DiagnosticResult("ring_difference", "NOT_APPLICABLE")
    sample = judged.sample
    rest = sample.label == 0
    near = data.is_near[sample.rows][rest].astype(np.int64)
    scalar = judged.matrix(functionals.plain)[rest] @ judged.cohorts.shares
    found = contrast(scalar[:, None], Cohorts(near, (sample.windows[0].start,)))
    return _tested("ring_difference", found.p_value if found else None)


def control_diagnostics(judged: Judged, thresholds: Thresholds) -> tuple[DiagnosticResult, ...]:
    """K, and the systematic error that the controls show, in the outcome's own unit.

    `negative_controls` is K against the fewest needed, `ease` the expected absolute
    systematic error.
    """
    controls = judged.controls
    if controls is None:
        return (DiagnosticResult("negative_controls", "NOT_APPLICABLE"),)
    least = thresholds.controls_calibration
    status: Status = "PASS" if controls.count >= least else "FAIL"
    counted = DiagnosticResult("negative_controls", status, float(controls.count), float(least))
    if controls.count < least:
        return (counted,)
    limit = thresholds.ease * judged.scale
    found = judged.scale * expected_error(float(controls.estimate.mean()), controls.tau_squared)
    return counted, DiagnosticResult("ease", "PASS" if found <= limit else "FAIL", found, limit)


def expected_error(mean: float, variance: float) -> float:
    """EASE: mean absolute value of a normal systematic error, as the controls show it.

    Schuemie, Cepeda, Suchard et al. (2020), doi:10.1136/bmjopen-2020-038489. Mean and variance
    are the e-bar and tau^2 of I3 and I4, so that one systematic error is spoken of.
    """
    error = SystematicError(mean, float(np.sqrt(variance)), 0)
    return error.expected_absolute


def leave_one_out_range(judged: Judged, estimate: float) -> DiagnosticResult:
    """Estimate nearest to zero, or beyond it, when one cluster is left out; own unit and sign.

    FAIL says that a single cluster decides the sign.
    """
    each = np.ones(len(judged.cohorts.label))
    without = leave_one_out(judged.matrix(functionals.plain), judged.cohorts, each)
    side = float(np.sign(estimate)) or 1.0
    nearest = side * float((side * without).min())
    status: Status = "PASS" if side * nearest > 0 else "FAIL"
    return DiagnosticResult("leave_one_out", status, nearest, 0.0)


def weighting_difference(judged: Judged, headline: Contrast) -> DiagnosticResult:
    """Weighted minus unweighted estimate; FAIL where the sign differs or it exceeds one SE."""
    weight = judged.sample.weight
    if np.ptp(weight) == 0:
        return DiagnosticResult("weighting", "NOT_APPLICABLE")
    weighted = weighted_estimate(judged.matrix(functionals.plain), judged.cohorts, weight)
    difference = weighted - headline.estimate
    is_close = abs(difference) <= headline.std_error and weighted * headline.estimate > 0
    status: Status = "PASS" if is_close else "FAIL"
    return DiagnosticResult("weighting", status, difference, headline.std_error)


def _tested(name: str, p_value: float | None) -> DiagnosticResult:
    if p_value is None:
        return DiagnosticResult(name, "NOT_EVALUATED", threshold=CHECK_ALPHA)
    status: Status = "PASS" if p_value >= CHECK_ALPHA else "FAIL"
    return DiagnosticResult(name, status, p_value, CHECK_ALPHA)

"""What outcomes, places and dates that cannot have been moved say about a panel's headline."""

from dataclasses import replace

import numpy as np

from impact import functionals
from impact.contrast import Cohorts, contrast
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
    if sample.windows and sample.comparison_count:
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

    `negative_controls` is K against the fewest needed.
    """
    controls = judged.controls
    if controls is None:
        return (DiagnosticResult("negative_controls", "NOT_APPLICABLE"),)
    least = thresholds.controls_calibration
    status: Status = "PASS" if controls.count >= least else "FAIL"
    counted = DiagnosticResult("negative_controls", status, float(controls.count), float(least))
    return (counted,)


def _tested(name: str, p_value: float | None) -> DiagnosticResult:
    if p_value is None:
        return DiagnosticResult(name, "NOT_EVALUATED", threshold=CHECK_ALPHA)
    status: Status = "PASS" if p_value >= CHECK_ALPHA else "FAIL"
    return DiagnosticResult(name, status, p_value, CHECK_ALPHA)

"""What is printed beside a panel's headline and decides nothing: other estimates, diagnostics."""

import numpy as np
from scipy import stats

from impact import functionals
from impact.callaway_santanna import GroupTimeAtt, group_average
from impact.contrast import Contrast, leave_one_out, weighted_estimate
from impact.judged import Judged
from impact.model import AlternativeEstimate, DiagnosticResult, EffectData
from impact.placebo import (
    control_diagnostics,
    leave_one_out_range,
    placebo_date,
    ring_difference,
    weighting_difference,
)
from impact.two_way import two_way_fixed_effects
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

PRE_TREND_ALPHA = 0.05
WAITING = "not_yet_exposed"
"""Diagnostic of the comparison group that the plan asks for."""


def panel_alternatives(
    judged: Judged, beside: GroupTimeAtt | None
) -> tuple[AlternativeEstimate, ...]:
    """Give other estimators' answers, own unit and sign."""
    found = [
        _group_time(beside),
        two_way_fixed_effects(judged.sample.outcome, judged.first_exposed),
    ]
    base = judged.matrix(functionals.last_base)
    if np.isfinite(base).all():
        found.append(group_average(base, judged.cohorts))
    if np.ptp(judged.sample.weight) > 0:
        found.append(_weighted(judged))
    return tuple(found)


def _group_time(beside: GroupTimeAtt | None) -> AlternativeEstimate:
    if beside is None:
        return AlternativeEstimate("callaway_santanna", None)
    return AlternativeEstimate("callaway_santanna", beside.simple, beside.simple_std_error)


def _weighted(judged: Judged) -> AlternativeEstimate:
    """I0 with the plan's unit weights; standard error by deleting one cluster at a time."""
    matrix, weight = judged.matrix(functionals.plain), judged.sample.weight
    estimate = weighted_estimate(matrix, judged.cohorts, weight)
    without = leave_one_out(matrix, judged.cohorts, weight)
    std_error = float(np.sqrt(((without - estimate) ** 2).sum()))
    return AlternativeEstimate("weighted", estimate, std_error)


def panel_diagnostics(
    data: EffectData, judged: Judged, headline: Contrast, thresholds: Thresholds
) -> tuple[DiagnosticResult, ...]:
    """Give the checks of assumptions that are printed with a panel's headline."""
    return (
        *pre_trend(judged),
        second_estimator(judged, thresholds),
        placebo_date(data, judged),
        ring_difference(data, judged),
        leave_one_out_range(judged, headline.estimate),
        weighting_difference(judged, headline),
        *control_diagnostics(judged, thresholds),
    )


def pre_trend(judged: Judged) -> tuple[DiagnosticResult, ...]:
    """Test for a differential pre-period slope, with the smallest one that would be caught.

    `pre_trend` is the two-sided p. `pre_trend_slope` is per period, own unit and sign; its
    threshold is the slope detected 80 % of the time (Roth 2022, doi:10.1257/aeri.20210236).
    `pre_trend_bias` is what that slope would add to the headline.
    """
    found = judged.contrast(functionals.slope)
    if found is None:
        return (DiagnosticResult("pre_trend", "NOT_EVALUATED", threshold=PRE_TREND_ALPHA),)
    p_value = found.p_value
    status: Status = "PASS" if p_value >= PRE_TREND_ALPHA else "FAIL"
    caught = detectable(found)
    return (
        DiagnosticResult("pre_trend", status, p_value, PRE_TREND_ALPHA),
        DiagnosticResult("pre_trend_slope", status, found.estimate, caught),
        DiagnosticResult("pre_trend_std_error", status, found.std_error),
        DiagnosticResult("pre_trend_bias", status, caught * judged.span),
    )


def detectable(found: Contrast) -> float:
    """Size that a two-sided 5 % test of this contrast catches with 80 % power."""
    reach = stats.t.ppf(1 - PRE_TREND_ALPHA / 2, found.df) + stats.t.ppf(0.8, found.df)
    return float(reach * found.std_error)


def second_estimator(judged: Judged, thresholds: Thresholds) -> DiagnosticResult:
    """Give the z of I0 minus its last-base counterpart (same windows), by its own SE."""
    found = judged.contrast(functionals.base_difference)
    if found is None:
        return DiagnosticResult(
            "second_estimator", "NOT_EVALUATED", threshold=thresholds.alternative_z
        )
    z = found.estimate / found.std_error
    status: Status = "PASS" if abs(z) <= thresholds.alternative_z else "FAIL"
    return DiagnosticResult("second_estimator", status, z, thresholds.alternative_z)


def waiting_clusters(data: EffectData, judged: Judged) -> tuple[DiagnosticResult, ...]:
    """How many exposed clusters others are compared with before their start, where asked for."""
    if data.comparison == "never_exposed":
        return ()
    count = int(judged.sample.waiting.sum())
    status: Status = "PASS" if count else "NOT_APPLICABLE"
    return (DiagnosticResult(WAITING, status, float(count)),)


def slope_breakdown(judged: Judged, headline: Contrast) -> float | None:
    """Differential drift per period that would bring I0's interval to zero; None if it is there."""
    reach = headline.std_error * float(stats.t.ppf(0.975, headline.df)) + judged.widening
    left = abs(headline.estimate) - reach
    return left / judged.span if left > 0 else None

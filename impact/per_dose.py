"""Effects per dose: of a dose that is fixed after adoption, and of one that switches."""

from dataclasses import replace

import numpy as np

from impact.dose_beside import dose_alternatives, switching_alternatives
from impact.group_time_did import estimate_group_time
from impact.heterogeneous_adoption import estimate_adoption
from impact.model import (
    NEVER,
    AlternativeEstimate,
    DiagnosticResult,
    EffectData,
    Estimation,
    EventEstimate,
    FloatArray,
    Interval,
    NotEvaluable,
)
from impact.sample import build_sample
from impact.windows import build_window, with_comparison, within_panel
from schemas.thresholds import Thresholds

NO_DOSE = NotEvaluable(("MISSING_TABLE",), ("exposure.dose",))


def estimate_dose(data: EffectData, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate the effect per `dose_contrast` of a dose that is fixed after adoption.

    The exposed clusters' mean effect over their mean dose: the weighted average slope of
    de Chaisemartin et al. (2025), which is ATT over E[D] of Callaway, Goodman-Bacon and
    Sant'Anna (2024), doi:10.3386/w32117, and asks for no more than parallel trends. Where
    every cluster starts at once, heterogeneous adoption takes the comparison's place.
    """
    if data.dose is None:
        return NO_DOSE
    if len(np.unique(within_panel(data).cohort)) == 1:
        return estimate_adoption(data, data.dose, thresholds)
    found = _per_dose(data, data.dose, thresholds)
    if isinstance(found, NotEvaluable):
        return found
    beside = dose_alternatives(data, received(data, data.dose, thresholds))
    return replace(found, method="dose_did", alternatives=(*found.alternatives, *beside))


def estimate_switching(data: EffectData, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate the effect per period of exposure, per `dose_contrast` where the dose varies.

    Total effect over total dose in the post window, from the first exposed period on, against
    clusters that were never exposed there: the normalised effect of de Chaisemartin and
    D'Haultfoeuille (2024), doi:10.1162/rest_a_01414, with the mean of all pre-periods as base.
    """
    if data.dose is None:
        return NO_DOSE
    found = _per_dose(data, data.dose, thresholds)
    if isinstance(found, NotEvaluable):
        return found
    kept = [item for item in found.alternatives if item.name != "two_way_fixed_effects"]
    beside = switching_alternatives(data, data.dose)
    return replace(found, method="switching_did", alternatives=(*kept, *beside))


def received(data: EffectData, dose: FloatArray, thresholds: Thresholds) -> FloatArray:
    """Mean dose of every cluster over its cohort's post window (N,); 0 for the comparison."""
    cut = with_comparison(within_panel(data), thresholds.did_comparison)
    mean = np.zeros(len(cut.cohort))
    for start in np.unique(cut.cohort[cut.cohort > 0]):
        post = build_window(int(start), cut).post
        if post.any():
            mine = cut.cohort == start
            mean[mine] = dose[mine][:, np.flatnonzero(post)].mean(axis=1)
    return mean


def _per_dose(
    data: EffectData, dose: FloatArray, thresholds: Thresholds
) -> Estimation | NotEvaluable:
    """Group-time estimates over the mean dose; standard errors about the line through zero.

    What an exposed cluster's dose explains, at the estimated slope, is no part of its spread.
    Permutations are those of the outcomes as they are.
    """
    plain = estimate_group_time(data, thresholds, is_brief=True)
    if isinstance(plain, NotEvaluable):
        return plain
    mine = received(data, dose, thresholds)
    mean = _mean_dose(data, mine, thresholds)
    if mean <= 0:
        return NotEvaluable(("NO_VARIATION",))
    level = levelled(data, mine, mean, plain.estimate / mean)
    found = estimate_group_time(level, thresholds)
    per_dose = data.dose_contrast / mean
    told = DiagnosticResult("mean_dose", "PASS", mean)
    return found if isinstance(found, NotEvaluable) else _told(found, plain, per_dose, told)


def _told(
    found: Estimation, plain: Estimation, per_dose: float, told: DiagnosticResult
) -> Estimation:
    return replace(
        scaled(found, per_dose),
        estimand="att_per_dose",
        permutations=plain.permutations,
        diagnostics=(*found.diagnostics, told),
    )


def _mean_dose(data: EffectData, mine: FloatArray, thresholds: Thresholds) -> float:
    """Mean over the exposed clusters that enter the estimate."""
    cut = with_comparison(within_panel(data), thresholds.did_comparison)
    sample = build_sample(replace(cut, weight=mine))
    return float(sample.weight[sample.label > 0].mean())


def levelled(data: EffectData, mine: FloatArray, mean: float, slope: float) -> EffectData:
    """Exposed outcomes as they would be at the mean dose, if the slope were everyone's."""
    period = np.arange(data.outcome.shape[1])
    since = (data.cohort[:, None] > 0) & (period >= data.cohort[:, None]) & (mine[:, None] > 0)
    away = slope * np.where(data.cohort == NEVER, 0.0, mine - mean)
    return replace(data, outcome=data.outcome - away[:, None] * since)


def scaled(found: Estimation, factor: float) -> Estimation:
    """The same estimation in units of an effect per dose; diagnostics stay per cluster."""
    return replace(
        found,
        estimate=factor * found.estimate,
        std_error=None if found.std_error is None else factor * found.std_error,
        intervals=tuple(_interval(item, factor) for item in found.intervals),
        scale=factor * found.scale,
        cohort_bounds=tuple((factor * low, factor * high) for low, high in found.cohort_bounds),
        event_study=tuple(_event(item, factor) for item in found.event_study),
        alternatives=tuple(_alternative(item, factor) for item in found.alternatives),
        slope_breakdown=_times(found.slope_breakdown, factor),
        systematic_error=_times(found.systematic_error, factor),
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value


def _interval(item: Interval, factor: float) -> Interval:
    return replace(
        item,
        estimate=factor * item.estimate,
        std_error=factor * item.std_error,
        widening=factor * item.widening,
        bias_variance=factor**2 * item.bias_variance,
    )


def _event(item: EventEstimate, factor: float) -> EventEstimate:
    return EventEstimate(
        event_time=item.event_time,
        estimate=factor * item.estimate,
        std_error=_times(item.std_error, factor),
        ci_low=_times(item.ci_low, factor),
        ci_high=_times(item.ci_high, factor),
        band_low=_times(item.band_low, factor),
        band_high=_times(item.band_high, factor),
    )


def _alternative(item: AlternativeEstimate, factor: float) -> AlternativeEstimate:
    return AlternativeEstimate(
        item.name, _times(item.estimate, factor), _times(item.std_error, factor)
    )

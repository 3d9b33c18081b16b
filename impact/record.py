"""From a judged effect to its entry in the findings: the measure's own sign, nothing infinite."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from impact.certainty import Grade
from impact.cost import SignedBounds, cost_of
from impact.effect_data import Measure
from impact.model import DiagnosticResult, Estimation, EventEstimate, Interval
from impact.verdict import Decision, robust_bounds
from schemas import findings
from schemas.findings import Alternative, Cost, Diagnostic, EventTime, Needed, Sensitivity
from schemas.plan import PlannedEffect

POWER = 0.80
PER_DOSE = "att_per_dose"
"""An effect per dose has no cost per unit: spend bought the whole dose, not one contrast of it."""


@dataclass(frozen=True)
class Subject:
    """What an effect is about: the question, the measure, the initiative and its money."""

    effect: PlannedEffect
    measure: Measure
    initiative_name: str
    spend: float | None
    currency: str

    @property
    def sign(self) -> int:
        """+1 where more of the measure is better for patients, else -1."""
        return 1 if self.measure.direction == "higher_better" else -1


@dataclass(frozen=True)
class Judgement:
    """Everything that was decided about one effect."""

    decision: Decision
    grade: Grade | None
    missing: tuple[str, ...]
    needed: Needed
    diagnostics: tuple[DiagnosticResult, ...]


def record_effect(
    subject: Subject, judgement: Judgement, estimation: Estimation | None
) -> findings.Effect:
    """The effect as readers see it, in the measure's own unit and sign."""
    effect, grade = subject.effect, judgement.grade
    about = {
        "effect_id": effect.effect_id,
        "initiative_id": effect.initiative_id,
        "initiative_name": subject.initiative_name,
        "measure_id": effect.measure_id,
        "measure_name": subject.measure.name,
        "unit_label": subject.measure.unit_label,
        "direction": subject.measure.direction,
        "role": effect.role,
        "smallest_worthwhile_effect": effect.smallest_worthwhile_effect,
        "verdict": judgement.decision.verdict,
        "reasons": list(judgement.decision.reasons),
        "missing": list(judgement.missing),
        "certainty": grade.certainty if grade is not None else None,
        "certainty_caps": list(grade.caps) if grade is not None else [],
        "p_value": finite(judgement.decision.p_value),
        "needed": judgement.needed,
        "diagnostics": [_diagnostic(item) for item in judgement.diagnostics],
    }
    if estimation is None:
        nothing = Cost(spend=subject.spend, currency=subject.currency)
        return findings.Effect.model_validate({**about, "method": None, "cost": nothing})
    return findings.Effect.model_validate({**about, **_numbers(subject, estimation)})


def minimum_detectable_effect(estimation: Estimation, alpha: float) -> float | None:
    """Effect that I0's test would find 4 times out of 5: (t at 1 - alpha/2 + t at 0.8) x SE."""
    error, df = finite(estimation.std_error), finite(estimation.df)
    if error is None:
        return None
    curve = stats.norm if df is None else stats.t(df)
    return finite((curve.ppf(1 - alpha / 2) + curve.ppf(POWER)) * error)


def finite(value: float | None) -> float | None:
    """The number, or None for what cannot be said: no NaN or infinity reaches the findings."""
    return float(value) if value is not None and math.isfinite(value) else None


def unit_label(subject: Subject, estimation: Estimation) -> str:
    """The unit of the effect: the measure's own, per dose where the effect is per dose."""
    label, contrast = subject.measure.unit_label, subject.effect.analysis.dose_contrast
    if estimation.estimand != PER_DOSE:
        return label
    per = "period of exposure" if contrast is None else f"{contrast:g} of dose"
    return f"{label} per {per}".strip()


def _numbers(subject: Subject, estimation: Estimation) -> dict[str, object]:
    sign = subject.sign
    robust = robust_bounds(estimation, 0.95)
    is_total = estimation.estimand != PER_DOSE
    claimed = SignedBounds(sign * estimation.estimate, *robust) if robust and is_total else None
    ci_low, ci_high = _oriented(_plain_interval(estimation), sign)
    robust_low, robust_high = _oriented(robust, sign)
    is_claimed = estimation.decided_by == "interval"
    return {
        "method": estimation.method,
        "estimand": estimation.estimand,
        "unit_label": unit_label(subject, estimation),
        "estimate": finite(estimation.estimate),
        "std_error": finite(estimation.std_error),
        "ci_low": ci_low,
        "ci_high": ci_high,
        "robust_low": robust_low,
        "robust_high": robust_high,
        "exposed_count": estimation.exposed_count,
        "comparison_count": estimation.comparison_count,
        "period_count": estimation.pre_count + estimation.post_count,
        "missing_share": finite(estimation.missing_share),
        "mde": minimum_detectable_effect(estimation, subject.effect.analysis.alpha),
        "intervals": [_interval(item, sign, is_claimed) for item in estimation.intervals],
        "event_study": _event_study(estimation.event_study),
        "alternatives": [
            Alternative(
                name=item.name, estimate=finite(item.estimate), std_error=finite(item.std_error)
            )
            for item in estimation.alternatives
        ],
        "sensitivity": _sensitivity(estimation),
        "cost": cost_of(subject.spend, subject.currency, claimed),
    }


def _sensitivity(estimation: Estimation) -> Sensitivity:
    trends = estimation.trends
    low, high = trends.straight if trends else (None, None)
    return Sensitivity(
        breakdown_m=finite(trends.breakdown_m) if trends else None,
        breakdown_slope=finite(estimation.slope_breakdown),
        breakdown_control_factor=finite(estimation.control_breakdown),
        straight_low=finite(low),
        straight_high=finite(high),
        breakdown_bend=finite(trends.breakdown_bend) if trends else None,
    )


def _plain_interval(estimation: Estimation) -> tuple[float, float] | None:
    """CI95 of I0: sampling error alone. What missing outcomes could hide is in the intervals."""
    plain = [i for i in estimation.intervals if i.name == "plain" and i.status == "PASS"]
    if estimation.decided_by == "permutation" or not plain:
        return None
    item = plain[0]
    bare = Interval(item.name, item.status, item.estimate, item.std_error, item.df)
    return bare.bounds(0.95)


def _oriented(bounds: tuple[float, float] | None, sign: int) -> tuple[float | None, float | None]:
    """Bounds in the measure's own sign: for a lower-better measure they change places."""
    if bounds is None:
        return None, None
    low, high = (bounds[0], bounds[1]) if sign > 0 else (-bounds[1], -bounds[0])
    return finite(low), finite(high)


def _interval(interval: Interval, sign: int, is_claimed: bool) -> findings.Interval:
    """Estimate and error always where evaluated; bounds only where an interval is claimed."""
    if interval.status != "PASS":
        return findings.Interval(name=interval.name, status=interval.status)
    low95, high95 = _oriented(interval.bounds(0.95) if is_claimed else None, sign)
    low90, high90 = _oriented(interval.bounds(0.90) if is_claimed else None, sign)
    return findings.Interval(
        name=interval.name,
        status=interval.status,
        estimate=finite(sign * interval.estimate),
        std_error=finite(interval.std_error),
        low95=low95,
        high95=high95,
        low90=low90,
        high90=high90,
    )


def _event_study(events: Sequence[EventEstimate]) -> list[EventTime]:
    return [
        EventTime(
            event_time=item.event_time,
            estimate=item.estimate,
            std_error=finite(item.std_error),
            ci_low=finite(item.ci_low),
            ci_high=finite(item.ci_high),
            band_low=finite(item.band_low),
            band_high=finite(item.band_high),
        )
        for item in events
        if math.isfinite(item.estimate)
    ]


def _diagnostic(item: DiagnosticResult) -> Diagnostic:
    return Diagnostic(
        name=item.name,
        status=item.status,
        value=finite(item.value),
        threshold=finite(item.threshold),
        reason=item.reason,
    )

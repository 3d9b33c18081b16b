"""The effect on 1 to 4 exposed clusters: synthetic DiD, decided by permutation."""

from dataclasses import dataclass, replace

import numpy as np

from impact import functionals
from impact.contrast import cluster_scalars, with_own_scalars
from impact.few_exposed import (
    Draws,
    deal_exposure,
    own_sd,
    own_sd_around_trend,
    scaled_statistics,
)
from impact.few_intervals import (
    permute_calibrated,
    permute_functional,
    shown_calibrated,
    shown_interval,
    shown_left_out,
)
from impact.judged import Judged, judge_sample
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
    PermutationTest,
)
from impact.sample import build_sample
from impact.support import check_arms, check_variation
from impact.synthetic_did import Fit
from impact.unit_fits import (
    Panel,
    build_panel_of,
    headline_fits,
    placebo_std_error,
    synthetic_control_estimate,
)
from impact.windows import leave_out, until, with_comparison, within_panel
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

CHECK_ALPHA = 0.05
"""Two-sided level at which a printed diagnostic is marked."""


@dataclass(frozen=True)
class FewExposed:
    """Everything that one effect on few clusters is read from."""

    panel: Panel
    units: tuple[Fit, ...]
    headline: tuple[Fit, ...]
    draws: Draws

    @property
    def judged(self) -> Judged:
        """The sample and what its intervals share."""
        return self.panel.judged

    @property
    def estimate(self) -> float:
        """Synthetic DiD, cohorts weighted by exposed clusters; own unit and sign."""
        effects = [float(fit.effect[0]) for fit in self.headline]
        return float(self.judged.cohorts.shares @ np.array(effects))

    @property
    def scaled(self) -> FloatArray:
        """Each unit's own synthetic DiD by the RMSE of its own pre-period fit (N,)."""
        return scaled_fits(self.judged, self.units)


def estimate_synthetic(data: EffectData, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate the ATT on few clusters; permutation decides and no interval is claimed."""
    cut = with_comparison(within_panel(data), thresholds.synthetic_comparison)
    drawn = draw_comparison(cut, thresholds.synthetic_most)
    judged = judge_few(drawn, thresholds)
    if isinstance(judged, NotEvaluable):
        return judged
    found = _estimation(drawn, build_few(judged, thresholds, drawn.seed), thresholds)
    if drawn is cut:
        return found
    used, there = len(drawn.cohort) - len(cut.cohort), int((cut.cohort == NEVER).sum())
    told = DiagnosticResult("comparison_drawn", "PASS", float(there + used), float(there))
    return replace(found, diagnostics=(*found.diagnostics, told))


def draw_comparison(data: EffectData, most: int) -> EffectData:
    """Draw `most` of the never-exposed units by lot where there are more; seeded.

    Every unit is fitted against all others, at a cost that grows with the cube of their
    number. A permutation test among units drawn by lot is as exact as one among all.
    """
    never = np.flatnonzero(data.cohort == NEVER)
    if len(never) <= most:
        return data
    chosen = np.random.default_rng(data.seed).choice(never, most, replace=False)
    gone = (data.cohort == NEVER) & ~np.isin(np.arange(len(data.cohort)), chosen)
    return leave_out(data, gone)


def judge_few(cut: EffectData, thresholds: Thresholds) -> Judged | NotEvaluable:
    """Judge the sample of data that were cut to have a comparison, or say what it lacks."""
    sample = build_sample(cut)
    problem = check_arms(cut, sample, 1, thresholds.synthetic_comparison, thresholds.pre_periods)
    problem = problem or check_variation(sample.outcome)
    if problem:
        return problem
    judged = judge_sample(sample, cut.sign, cut)
    return judged if judged.scale > 0 else NotEvaluable(("NO_VARIATION",))


def build_few(judged: Judged, thresholds: Thresholds, seed: int) -> FewExposed:
    """Fit every unit alone and the exposed together, and deal the assignments once."""
    panel = build_panel_of(judged)
    return FewExposed(
        panel=panel,
        units=tuple(panel.fit_units(window) for window in judged.sample.windows),
        headline=headline_fits(panel),
        draws=deal_exposure(judged, thresholds, seed),
    )


def scaled_fits(judged: Judged, units: tuple[Fit, ...]) -> FloatArray:
    """Scale each unit's own synthetic DiD by the RMSE of its pre-period fit (N,)."""
    effect = with_own_scalars(np.column_stack([fit.effect for fit in units]), judged.cohorts)
    rmse = np.column_stack([fit.rmse for fit in units])
    return scaled_statistics(judged, effect, rmse)


def _estimation(data: EffectData, few: FewExposed, thresholds: Thresholds) -> Estimation:
    judged = few.judged
    found = decisive(data, few.draws, few.units, thresholds)
    std_error = placebo_std_error(few.panel, few.units, data.seed)
    df = float(judged.sample.comparison_count - 1)
    headline = Interval("plain", "PASS", judged.sign * few.estimate, std_error, df, judged.widening)
    return replace(
        found,
        estimate=few.estimate,
        std_error=std_error,
        df=df,
        intervals=(headline, *found.intervals[1:]),
        event_study=event_study(few),
        alternatives=_alternatives(few),
        diagnostics=(pre_fit(few), pre_trend(few), placebo_date(data, thresholds)),
    )


def decisive(
    data: EffectData, draws: Draws, units: tuple[Fit, ...], thresholds: Thresholds
) -> Estimation:
    """Give what the verdict and its certainty are made from, and nothing that needs more fits.

    The estimate is the mean of the exposed units' own synthetic DiD, and has no standard error.
    """
    judged, sample = draws.judged, draws.judged.sample
    gate = permute_functional(draws, "plain", functionals.anticipation, own_sd)
    own = np.column_stack([fit.effect for fit in units])
    return Estimation(
        method="synthetic_did",
        estimand="att",
        estimate=float(cluster_scalars(own, judged.cohorts)[sample.label > 0].mean()),
        std_error=None,
        df=None,
        decided_by="permutation",
        intervals=(
            shown_interval(judged, "plain", functionals.plain),
            shown_interval(judged, "donut", functionals.donut),
            shown_interval(judged, "trend_robust", functionals.trend_robust),
            *shown_calibrated(judged, thresholds),
            *shown_left_out(data, judged),
        ),
        permutations=(
            draws.test("plain", scaled_fits(judged, units)),
            permute_functional(draws, "donut", functionals.donut, own_sd),
            permute_functional(
                draws, "trend_robust", functionals.trend_robust, own_sd_around_trend
            ),
            *permute_calibrated(draws, thresholds),
        ),
        control_count=judged.control_count,
        exposed_count=sample.exposed_count,
        comparison_count=sample.comparison_count,
        pre_count=sample.pre_count,
        post_count=sample.post_count,
        missing_share=sample.missing_share,
        scale=judged.scale,
        anticipation_p=two_sided(gate) if gate.status == "PASS" else None,
    )


def two_sided(test: PermutationTest) -> float:
    """Two-sided p of a permutation test."""
    return min(1.0, 2 * min(test.p_improves, test.p_harms))


def event_study(few: FewExposed) -> tuple[EventEstimate, ...]:
    """Gap to the synthetic comparison at each event time, cohorts weighted by clusters.

    Own unit and sign, relative to the time-weighted pre-period; no interval from so few.
    """
    length = few.panel.filled.shape[1]
    starts, shares = few.judged.cohorts.starts, few.judged.cohorts.shares
    found = []
    for event_time in range(-starts[-1], length - starts[0]):
        here = [
            (share, float(fit.path[0, start + event_time]))
            for share, start, fit in zip(shares, starts, few.headline, strict=True)
            if 0 <= start + event_time < length
        ]
        seen = np.array([pair for pair in here if np.isfinite(pair[1])])
        if len(seen):
            found.append(
                EventEstimate(event_time, float(np.average(seen[:, 1], weights=seen[:, 0])))
            )
    return tuple(found)


def _alternatives(few: FewExposed) -> tuple[AlternativeEstimate, ...]:
    plain = shown_interval(few.judged, "plain", functionals.plain)
    return (
        AlternativeEstimate("synthetic_control", synthetic_control_estimate(few.panel)),
        AlternativeEstimate(
            "difference_in_differences", few.judged.sign * plain.estimate, plain.std_error
        ),
    )


def pre_fit(few: FewExposed) -> DiagnosticResult:
    """RMSE of the exposed units' own pre-period fits; nine in ten comparison units are below.

    In the outcome's unit. FAIL says that the exposed are harder to imitate than that.
    """
    label = few.judged.cohorts.label
    own = [fit.rmse[label == code].sum() for code, fit in enumerate(few.units, start=1)]
    value = float(np.sum(own)) / int((label > 0).sum())
    limit = float(np.quantile(few.units[0].rmse[label == 0], 0.9))
    return DiagnosticResult("pre_fit_rmse", "PASS" if value <= limit else "FAIL", value, limit)


def pre_trend(few: FewExposed) -> DiagnosticResult:
    """Two-sided permutation p of the exposed units' own pre-period slopes."""
    test = permute_functional(few.draws, "plain", functionals.slope, own_sd_around_trend)
    return _marked("pre_trend", test)


def placebo_date(data: EffectData, thresholds: Thresholds) -> DiagnosticResult:
    """Two-sided permutation p of an effect at half of the pre-periods, where none can be.

    A diagnostic only: it never enters the rank of the real date.
    """
    starts = data.cohort[data.cohort > 0]
    first = int(starts.min())
    exposed = data.cohort > 0
    pretended = replace(
        until(data, first),
        cohort=np.where(exposed, first // 2, data.cohort),
        horizon=(0, first),
        first_event=0,
    )
    sample = build_sample(pretended)
    problem = check_arms(pretended, sample, 1, thresholds.synthetic_comparison, 2)
    if problem:
        return DiagnosticResult("placebo_date", "NOT_EVALUATED", threshold=CHECK_ALPHA)
    judged = judge_sample(sample, data.sign)
    few = build_few(judged, thresholds, data.seed)
    return _marked("placebo_date", few.draws.test("plain", few.scaled))


def _marked(name: str, test: PermutationTest) -> DiagnosticResult:
    p_value = two_sided(test)
    status: Status = "PASS" if p_value >= CHECK_ALPHA else "FAIL"
    return DiagnosticResult(name, status, p_value, CHECK_ALPHA)

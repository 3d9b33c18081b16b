"""Group-time difference-in-differences: the imputation contrast and what is shown beside it."""

from dataclasses import replace

import numpy as np
from scipy import special

from impact import functionals
from impact.adjusted_beside import adjusted_beside
from impact.beside import (
    panel_alternatives,
    panel_diagnostics,
    slope_breakdown,
    waiting_clusters,
)
from impact.calibrated import calibrated_intervals, control_breakdown, systematic_error
from impact.callaway_santanna import group_time_att
from impact.contrast import Contrast, cohort_contrasts, leave_one_out
from impact.event_coefficients import unequal_trends
from impact.event_study import event_study
from impact.judged import Judged, judge_sample
from impact.left_out import leave_both_out
from impact.model import EffectData, Estimation, Interval, NotEvaluable, PermutationTest
from impact.permutation import permute_contrast, seeded_deal
from impact.sample import Cut, cut_sample
from impact.support import check_arms, check_variation
from impact.waiting_permutation import permute_waiting
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName

INTERVALS: tuple[tuple[IntervalName, functionals.Functional], ...] = (
    ("plain", functionals.plain),
    ("donut", functionals.donut),
    ("trend_robust", functionals.trend_robust),
)


def estimate_group_time(
    data: EffectData | Cut,
    thresholds: Thresholds,
    *,
    is_randomised: bool = False,
    is_brief: bool = False,
) -> Estimation | NotEvaluable:
    """Estimate the ATT of a staggered or common start: I0 to I6 and their diagnostics.

    Each cluster counts once and cohorts are weighted by their exposed clusters. A randomised
    roll-out uses the same contrast over all its post-periods. With `is_brief` only what the
    verdict and its certainty are made from is computed; nothing that is printed beside them.
    Data whose sample was built already come as that cut.
    """
    if isinstance(data, EffectData):
        data = cut_sample(data, thresholds.did_comparison, all_post=is_randomised)
    cut, sample = data.data, data.sample
    needed = (2, 2, 1) if is_randomised else _least(thresholds)
    problem = check_arms(cut, sample, *needed) or check_variation(sample.outcome)
    if problem:
        return problem
    judged = judge_sample(sample, cut.sign, cut)
    headline = judged.contrast(functionals.plain)
    if headline is None or judged.scale == 0:
        return NotEvaluable(("NO_VARIATION",))
    found = _estimation(cut, judged, headline, thresholds, is_randomised=is_randomised)
    return found if is_brief else _with_beside(found, cut, judged, headline, thresholds)


def _least(thresholds: Thresholds) -> tuple[int, int, int]:
    return thresholds.did_exposed, thresholds.did_comparison, thresholds.pre_periods


def _estimation(
    data: EffectData,
    judged: Judged,
    headline: Contrast,
    thresholds: Thresholds,
    *,
    is_randomised: bool,
) -> Estimation:
    sample = judged.sample
    left_out = leave_both_out(data, judged, all_post=is_randomised)
    arms = [item.smallest_arm for item in left_out]
    gate = None if is_randomised else judged.contrast(functionals.anticipation)
    return Estimation(
        method="randomised" if is_randomised else "group_time_did",
        estimand="ate" if is_randomised else "att",
        estimate=headline.estimate,
        std_error=headline.std_error,
        df=headline.df,
        decided_by="interval",
        intervals=(
            *(interval(judged, *named) for named in INTERVALS),
            *calibrated_intervals(judged, thresholds),
            *(item.interval() for item in left_out),
        ),
        permutations=(permute(data, judged, thresholds),),
        exposed_count=sample.exposed_count,
        comparison_count=sample.comparison_count,
        pre_count=sample.pre_count,
        post_count=sample.post_count,
        missing_share=sample.missing_share,
        scale=judged.scale,
        anticipation_p=gate.p_value if gate else None,
        is_observational=not is_randomised,
        cohort_bounds=cohort_bounds(judged),
        leave_one_out_stable=is_sign_stable(judged, headline.estimate),
        control_count=judged.control_count,
        systematic_error=systematic_error(judged, thresholds),
        waiting_count=int(sample.waiting.sum()),
        smallest_arm=min(
            sample.exposed_count, sample.comparison_count, *(arm for arm in arms if arm is not None)
        ),
    )


def _with_beside(
    found: Estimation,
    data: EffectData,
    judged: Judged,
    headline: Contrast,
    thresholds: Thresholds,
) -> Estimation:
    """Add what is printed beside the headline and decides nothing."""
    beside = group_time_att(
        judged.sample.outcome,
        judged.first_exposed,
        level=1 - data.alpha,
        seed=data.seed,
        comparison=data.comparison,
    )
    adjusted = adjusted_beside(data, judged, headline, thresholds)
    return replace(
        found,
        event_study=event_study(judged, 1 - data.alpha, data.seed),
        alternatives=(
            *panel_alternatives(judged, beside),
            *([adjusted.alternative] if adjusted else []),
        ),
        diagnostics=(
            *panel_diagnostics(data, judged, headline, thresholds),
            *([adjusted.diagnostic] if adjusted else []),
            *waiting_clusters(data, judged),
        ),
        slope_breakdown=slope_breakdown(judged, headline),
        trends=unequal_trends(judged, data.alpha) if found.is_observational else None,
        control_breakdown=control_breakdown(judged, thresholds),
    )


def interval(judged: Judged, name: IntervalName, functional: functionals.Functional) -> Interval:
    """Form one interval, signed so that positive is better; NOT_EVALUATED without its periods."""
    found = judged.contrast(functional)
    if found is None:
        return Interval(name, "NOT_EVALUATED")
    return Interval(
        name=name,
        status="PASS",
        estimate=judged.sign * found.estimate,
        std_error=found.std_error,
        df=found.df,
        widening=judged.widening,
    )


def permute(data: EffectData, judged: Judged, thresholds: Thresholds) -> PermutationTest:
    """Randomisation test of the plain contrast."""
    deal = seeded_deal(judged.cohorts.label, judged.sample.block, thresholds, data.seed)
    matrix = judged.matrix(functionals.plain)
    if judged.cohorts.waits is not None:
        return permute_waiting(matrix, judged.cohorts, deal, sign=judged.sign)
    return permute_contrast(matrix, judged.cohorts, deal, sign=judged.sign)


def cohort_bounds(judged: Judged) -> tuple[tuple[float, float], ...]:
    """Each cohort's own 95 % bounds, own sign; empty where there is one cohort."""
    if len(judged.cohorts.starts) == 1:
        return ()
    found = cohort_contrasts(judged.matrix(functionals.plain), judged.cohorts)
    reach = [one.std_error * float(special.stdtrit(one.df, 0.975)) for one in found]
    return tuple((one.estimate - r, one.estimate + r) for one, r in zip(found, reach, strict=True))


def is_sign_stable(judged: Judged, estimate: float) -> bool:
    """Whether no single cluster decides the sign of I0."""
    each = np.ones(len(judged.cohorts.label))
    without = leave_one_out(judged.matrix(functionals.plain), judged.cohorts, each)
    return bool((np.sign(without) == np.sign(estimate)).all())

"""What is shown beside a randomised headline and decides nothing."""

import numpy as np
from scipy import stats

from impact.arm_permutation import Trial
from impact.cohorts import Cohorts
from impact.group_time_did import INTERVALS, interval
from impact.judged import Judged
from impact.model import (
    AlternativeEstimate,
    DiagnosticResult,
    EventEstimate,
    Interval,
)
from impact.randomisation import Randomisation, build_trial, has_block_probabilities
from impact.sample import build_sample
from schemas.vocabulary import Status

BALANCE_ALPHA = 0.05


def shown_intervals(who: Randomisation, scale: float, widening: float) -> tuple[Interval, ...]:
    """I1 and I2 where there are pre-periods; they do not decide a randomised effect."""
    if not who.has_pre:
        return ()
    sample = build_sample(who.data, all_post=True)
    if not sample.windows:
        return tuple(Interval(name, "NOT_EVALUATED") for name, _ in INTERVALS[1:])
    cohorts = Cohorts(sample.label, tuple(w.start for w in sample.windows))
    judged = Judged(sample, cohorts, who.data.sign, scale, widening)
    return tuple(interval(judged, *named) for named in INTERVALS[1:])


def difference_by_period(who: Randomisation, level: float) -> tuple[EventEstimate, ...]:
    """Difference in means between the arms in every period, where there are several."""
    length = who.data.outcome.shape[1]
    if length == 1:
        return ()
    by_block = has_block_probabilities(who.data)
    found = []
    for period in range(length):
        trial = build_trial(who, who.data.outcome[:, period], by_block=by_block, adjust=False)
        if trial.smaller_arm >= 2:
            found.append(_event(period - who.window.start, trial, level))
    return tuple(found)


def _event(event_time: int, trial: Trial, level: float) -> EventEstimate:
    arms = trial.compare()
    estimate, std_error = float(arms.estimate[0]), float(arms.std_error[0])
    reach = std_error * float(stats.t.ppf((1 + level) / 2, float(arms.df[0])))
    return EventEstimate(event_time, estimate, std_error, estimate - reach, estimate + reach)


def trial_alternatives(who: Randomisation, trial: Trial) -> tuple[AlternativeEstimate, ...]:
    """Unadjusted, within-block or across-block, weighted and worst-case differences."""
    by_block = has_block_probabilities(who.data)
    found = []
    if trial.pre is not None:
        unadjusted = build_trial(who, who.outcome, by_block=by_block, adjust=False)
        found.append(_answer("unadjusted", unadjusted))
    if len(np.unique(who.data.block)) > 1:
        other = build_trial(who, who.outcome, by_block=not by_block)
        name = "across_blocks" if by_block else "within_block"
        found.extend([_answer(name, other)] if other.smaller_arm >= 2 else [])
    if np.ptp(who.data.weight) > 0:
        found.append(_weighted(who))
    return (*found, *(_answer(name, case) for name, case in worst_cases(who)))


def _answer(name: str, trial: Trial) -> AlternativeEstimate:
    arms = trial.compare()
    return AlternativeEstimate(name, float(arms.estimate[0]), float(arms.std_error[0]))


def _weighted(who: Randomisation) -> AlternativeEstimate:
    """Difference of weighted means, not adjusted; linearised standard error."""
    seen = np.isfinite(who.outcome)
    estimate, variance = 0.0, 0.0
    for arm, sign in ((who.is_exposed & seen, 1), (~who.is_exposed & seen, -1)):
        weight = who.data.weight[arm] / who.data.weight[arm].sum()
        mean = float(weight @ who.outcome[arm])
        estimate += sign * mean
        variance += float(weight**2 @ (who.outcome[arm] - mean) ** 2)
    return AlternativeEstimate("weighted", estimate, float(np.sqrt(variance)))


def worst_cases(who: Randomisation) -> tuple[tuple[str, Trial], ...]:
    """Binary outcomes with every missing one at its worst: the lowest and the highest effect."""
    hole = np.isnan(who.outcome)
    if not who.is_binary or not hole.any():
        return ()
    by_block = has_block_probabilities(who.data)
    lowest = np.where(hole, np.where(who.is_exposed, 0.0, 1.0), who.outcome)
    highest = np.where(hole, np.where(who.is_exposed, 1.0, 0.0), who.outcome)
    return (
        ("worst_case_low", build_trial(who, lowest, by_block=by_block)),
        ("worst_case_high", build_trial(who, highest, by_block=by_block)),
    )


def trial_diagnostics(who: Randomisation, estimate: float) -> tuple[DiagnosticResult, ...]:
    """Baseline balance, and whether the effect survives the worst case of missing outcomes."""
    return (_balance(who), _worst_case(who, estimate))


def _balance(who: Randomisation) -> DiagnosticResult:
    """Two-sided p of no difference between the arms before the start."""
    if not who.has_pre:
        return DiagnosticResult("baseline_balance", "NOT_APPLICABLE")
    by_block = has_block_probabilities(who.data)
    trial = build_trial(who, who.pre, by_block=by_block, adjust=False)
    arms = trial.compare() if trial.smaller_arm >= 2 else None
    if arms is None or arms.variance[0] <= 0:
        return DiagnosticResult("baseline_balance", "NOT_EVALUATED")
    t = abs(float(arms.estimate[0])) / float(arms.std_error[0])
    p_value = float(2 * stats.t.sf(t, float(arms.df[0])))
    status: Status = "PASS" if p_value >= BALANCE_ALPHA else "FAIL"
    return DiagnosticResult("baseline_balance", status, p_value, BALANCE_ALPHA)


def _worst_case(who: Randomisation, estimate: float) -> DiagnosticResult:
    """The 95 % bound nearest to "no effect" over both worst cases, own unit and sign.

    PASS when it is on the estimate's side of zero.
    """
    cases = worst_cases(who)
    if not cases:
        return DiagnosticResult("worst_case", "NOT_APPLICABLE")
    bounds = [_nearest_bound(case, estimate) for _, case in cases]
    nearest = min(bounds, key=lambda bound: bound * np.sign(estimate))
    status: Status = "PASS" if nearest * np.sign(estimate) > 0 else "FAIL"
    return DiagnosticResult("worst_case", status, float(nearest), 0.0)


def _nearest_bound(trial: Trial, estimate: float) -> float:
    arms = trial.compare()
    reach = float(arms.std_error[0]) * float(stats.t.ppf(0.975, float(arms.df[0])))
    return float(arms.estimate[0]) - float(np.sign(estimate)) * reach

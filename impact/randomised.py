"""Randomised designs: the difference in means between the arms, and what is shown beside it."""

from dataclasses import replace

import numpy as np

from impact.arm_permutation import Trial, permute_trial
from impact.group_time_did import estimate_group_time
from impact.model import NEVER, EffectData, Estimation, Interval, NotEvaluable
from impact.randomisation import (
    Randomisation,
    build_randomisation,
    build_trial,
    has_block_probabilities,
    outcome_scale,
)
from impact.trial_beside import (
    difference_by_period,
    shown_intervals,
    trial_alternatives,
    trial_diagnostics,
)
from impact.widening import worst_share_shift
from impact.windows import within_panel
from schemas.thresholds import Thresholds


def estimate_randomised(
    data: EffectData, thresholds: Thresholds, *, is_brief: bool = False
) -> Estimation | NotEvaluable:
    """Estimate the average effect of assignment; a randomised order of roll-out by DiD.

    Two arms with one start: difference in means, adjusted for the pre-period outcome when
    there is one; within blocks where a given assignment probability differs between blocks.
    With `is_brief` nothing is computed that is only printed beside the verdict.
    """
    data = within_panel(data)
    starts = np.unique(data.cohort[data.cohort != NEVER])
    if len(starts) > 1 or not (data.cohort == NEVER).any():
        return estimate_group_time(data, thresholds, is_randomised=True, is_brief=is_brief)
    who = build_randomisation(data, int(starts[0]))
    if isinstance(who, NotEvaluable):
        return who
    trial = build_trial(who, who.outcome, by_block=has_block_probabilities(data))
    if trial.smaller_arm < 2:
        return NotEvaluable(("TOO_FEW_UNITS",))
    if float(trial.compare().variance[0]) <= 0:
        return NotEvaluable(("NO_VARIATION",))
    found = _estimation(who, trial, thresholds)
    return found if is_brief else _with_beside(found, who, trial)


def _estimation(who: Randomisation, trial: Trial, thresholds: Thresholds) -> Estimation:
    found, data = trial.compare(), who.data
    scale = outcome_scale(who, trial)
    widening = worst_share_shift(who.missing_share) * scale
    estimate, std_error = float(found.estimate[0]), float(found.std_error[0])
    df = float(found.df[0])
    headline = Interval("plain", "PASS", data.sign * estimate, std_error, df, widening)
    return Estimation(
        method="randomised",
        estimand="ate",
        estimate=estimate,
        std_error=std_error,
        df=df,
        decided_by="interval",
        intervals=(headline, *shown_intervals(who, scale, widening)),
        permutations=(permute_trial(trial, thresholds, sign=data.sign, seed=data.seed),),
        exposed_count=int(trial.is_exposed.sum()),
        comparison_count=int((~trial.is_exposed).sum()),
        pre_count=int(who.window.pre.sum()),
        post_count=int(who.window.post.sum()),
        missing_share=who.missing_share,
        scale=scale,
        is_observational=False,
    )


def _with_beside(found: Estimation, who: Randomisation, trial: Trial) -> Estimation:
    """Add what is printed beside the headline and decides nothing."""
    return replace(
        found,
        event_study=difference_by_period(who, level=1 - who.data.alpha),
        alternatives=trial_alternatives(who, trial),
        diagnostics=trial_diagnostics(who, found.estimate),
    )

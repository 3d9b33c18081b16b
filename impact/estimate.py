"""Choose a method for an effect's data, and estimate with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from impact.group_time_did import estimate_group_time
from impact.interrupted_series import estimate_series
from impact.model import EffectData, Estimation, NotEvaluable
from impact.per_dose import estimate_dose, estimate_switching
from impact.randomised import estimate_randomised
from impact.sample import Cut, Sample, cut_sample
from impact.support import check_arms, check_data
from impact.synthetic_effect import estimate_synthetic
from schemas.plan import MethodChoice
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment, Method

ESTIMATORS: dict[Method, Callable[[EffectData, Thresholds], Estimation | NotEvaluable]] = {
    "randomised": estimate_randomised,
    "group_time_did": estimate_group_time,
    "synthetic_did": estimate_synthetic,
    "dose_did": estimate_dose,
    "switching_did": estimate_switching,
    "interrupted_series": estimate_series,
}
NEEDS_NO_COMPARISON: tuple[MethodChoice, ...] = ("dose_did", "interrupted_series")
"""A single series, and clusters that all start at once at doses that differ."""
NOTHING_BESIDE = NotEvaluable(("NO_COMPARISON",))


@dataclass(frozen=True)
class Choice:
    """The method for an effect's data, or why there is none.

    `cut` is the sample that a group-time estimate was chosen by, so that it is built once.
    """

    method: Method | NotEvaluable
    cut: Cut | None = None


def choose_method(
    data: EffectData,
    assignment: Assignment,
    requested: MethodChoice,
    thresholds: Thresholds,
) -> Method | NotEvaluable:
    """The estimator that the design and the number of clusters allow: `choose` without its cut."""
    return choose(data, assignment, requested, thresholds).method


def choose(
    data: EffectData,
    assignment: Assignment,
    requested: MethodChoice,
    thresholds: Thresholds,
) -> Choice:
    """Choose the estimator that the design and the number of clusters allow.

    `requested` other than `auto` is taken when it fits the assignment; a single series and
    clusters that differ in their dose alone need no comparison cluster.
    """
    problem = check_data(data)
    if problem == NOTHING_BESIDE and requested in NEEDS_NO_COMPARISON:
        problem = None
    if problem:
        return Choice(_alone(data, requested, thresholds) or problem)
    if requested == "auto":
        found = _automatic(data, assignment, thresholds)
        alone = _alone(data, requested, thresholds) if found.method == NOTHING_BESIDE else None
        return Choice(alone) if alone else found
    if requested == "randomised" and assignment != "randomised":
        return Choice(NotEvaluable(("MISSING_TABLE",), ("exposure.assignment",)))
    return Choice(requested)


def _automatic(data: EffectData, assignment: Assignment, thresholds: Thresholds) -> Choice:
    if assignment == "randomised":
        return Choice("randomised")
    cut = cut_sample(data, thresholds.did_comparison)
    problem = check_arms(cut.data, cut.sample, 1, 1, thresholds.pre_periods)
    if problem:
        return Choice(problem)
    method = _by_size(cut.sample, thresholds) or NotEvaluable(("TOO_FEW_UNITS",))
    return Choice(method, cut if method == "group_time_did" else None)


def _by_size(sample: Sample, thresholds: Thresholds) -> Method | None:
    exposed, comparison = sample.exposed_count, sample.comparison_count
    if exposed <= thresholds.few_exposed:
        enough = sample.never_count >= thresholds.synthetic_comparison
        return "synthetic_did" if enough else None
    enough = exposed >= thresholds.did_exposed and comparison >= thresholds.did_comparison
    return "group_time_did" if enough else None


def _alone(data: EffectData, requested: MethodChoice, thresholds: Thresholds) -> Method | None:
    """The single-series design, where `auto` finds a long enough one and nothing beside it."""
    periods = int(np.isfinite(data.outcome).any(axis=0).sum())
    is_alone = check_data(data) in (None, NOTHING_BESIDE)
    is_long = requested == "auto" and periods >= thresholds.series_periods
    return "interrupted_series" if is_alone and is_long else None


def estimate(data: EffectData, method: Method, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate one effect with one method, or say what its data lack."""
    problem = check_data(data)
    if problem and (problem != NOTHING_BESIDE or method not in NEEDS_NO_COMPARISON):
        return problem
    return ESTIMATORS[method](_compared(data, method), thresholds)


def _compared(data: EffectData, method: Method) -> EffectData:
    """Only the group-time contrast knows clusters that are not yet exposed."""
    is_known = method in ("group_time_did", "randomised")
    return data if is_known else replace(data, comparison="never_exposed")


def decide_only(
    data: EffectData, method: Method, thresholds: Thresholds
) -> Estimation | NotEvaluable:
    """Estimate what the verdict and its certainty are made from, and nothing beside it.

    The same numbers as `estimate` gives; for simulations, where thousands are made.
    """
    if method == "group_time_did":
        return check_data(data) or estimate_group_time(data, thresholds, is_brief=True)
    if method == "randomised":
        return check_data(data) or estimate_randomised(data, thresholds, is_brief=True)
    return estimate(data, method, thresholds)


def choose_and_decide(
    data: EffectData,
    assignment: Assignment,
    requested: MethodChoice,
    thresholds: Thresholds,
) -> Estimation | NotEvaluable:
    """`decide_only` by the method that `choose` finds, from one sample where it built one."""
    choice = choose(data, assignment, requested, thresholds)
    if isinstance(choice.method, NotEvaluable):
        return choice.method
    if choice.cut is None:
        return decide_only(data, choice.method, thresholds)
    return estimate_group_time(choice.cut, thresholds, is_brief=True)

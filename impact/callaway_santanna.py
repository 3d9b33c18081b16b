"""Callaway and Sant'Anna (2021): our engine where every outcome is there, else diff-diff.

The one adapter over diff-diff's group-time estimator; both give the same dataclass.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from diff_diff import CallawaySantAnna

from impact.cohorts import Cohorts
from impact.contrast import own_scalars
from impact.model import AlternativeEstimate, EventEstimate, FloatArray, IntArray
from impact.sufficient.band import sup_t
from impact.sufficient.cells import Base
from impact.sufficient.effects import Aggregated, GroupTimeEffects, group_time_effects
from impact.sufficient.moments import moments_of
from schemas.vocabulary import Comparison

GAPS = (
    "Unbalanced panel detected",
    r"\d+ \(group, time\) cell",
    "All post-treatment effects are NaN",
)
"""How diff-diff's warnings about missing outcomes begin."""
IN_LIBRARY: dict[Comparison, str] = {
    "never_exposed": "never_treated",
    "not_yet_exposed": "not_yet_treated",
}
REFERENCE = -1
"""The event time that all others are measured from, with a universal base."""


@dataclass(frozen=True)
class GroupTimeAtt:
    """Aggregations of the group-time ATTs, in the outcome's unit.

    `simple` weights cohort-periods by cohort size, `dynamic` averages event times >= 0;
    standard errors are analytical, clustered by row. `is_reference` event times are 0 by
    construction and have no standard error.
    """

    simple: float
    simple_std_error: float
    dynamic: float
    dynamic_std_error: float
    event_study: tuple[EventEstimate, ...]


def group_time_att(
    outcome: FloatArray,
    cohort: IntArray,
    *,
    base: Base = "universal",
    level: float = 0.95,
    seed: int = 1,
    comparison: Comparison = "never_exposed",
) -> GroupTimeAtt | None:
    """Estimate ATT(g, t) against never-exposed or not-yet-exposed rows and aggregate.

    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001.
    `outcome` is (N, T) with NaN where missing, `cohort` (N,) the first exposed period or a
    negative number. Without covariates; the simultaneous band is sup-t over all event times.
    None where no post-period cell has its base observed.
    """
    rng = np.random.default_rng(seed)
    if np.isfinite(outcome).all():
        found = group_time_effects(moments_of(outcome, cohort), comparison, base)
        return None if found is None else _from_effects(found, base, level, rng)
    fit = _library_fit(outcome, cohort, base, comparison)
    return None if fit is None else _from_fit(fit, level, rng)


def _from_effects(
    found: GroupTimeEffects, base: Base, level: float, rng: np.random.Generator
) -> GroupTimeAtt:
    event = found.event
    return GroupTimeAtt(
        simple=found.simple,
        simple_std_error=found.simple_std_error,
        dynamic=event.overall,
        dynamic_std_error=event.overall_std_error,
        event_study=event_estimates(event, base, level, rng),
    )


def event_estimates(
    event: Aggregated, base: Base, level: float, rng: np.random.Generator
) -> tuple[EventEstimate, ...]:
    """Event times in order, with pointwise and simultaneous bounds, and the reference."""
    rows = list(zip(event.label, event.estimate, event.std_error, strict=True))
    if base == "universal":
        rows.append((REFERENCE, 0.0, np.nan))
    return _events(sorted(rows), event.covariance, level, rng)


def _library_fit(
    outcome: FloatArray, cohort: IntArray, base: Base, comparison: Comparison
) -> Any | None:
    """Fit with diff-diff; None where it finds nothing to estimate."""
    estimator = CallawaySantAnna(
        control_group=IN_LIBRARY[comparison], estimation_method="reg", base_period=base
    )
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    with _known_warnings():
        try:
            return estimator.fit(_long(outcome, cohort), **columns)
        except ValueError:
            return None


def _from_fit(fit: Any, level: float, rng: np.random.Generator) -> GroupTimeAtt | None:
    with _known_warnings():
        simple, events = fit.aggregate("simple"), fit.aggregate("event_study")
    if not np.isfinite(simple.att).all():
        return None
    dynamic, dynamic_std_error = _dynamic(events)
    table = (np.asarray(column, float) for column in (events.event_time, events.att, events.se))
    return GroupTimeAtt(
        simple=float(np.ravel(simple.att)[0]),
        simple_std_error=float(np.ravel(simple.se)[0]),
        dynamic=dynamic,
        dynamic_std_error=dynamic_std_error,
        event_study=_events(zip(*table, strict=True), np.asarray(events.vcov), level, rng),
    )


def _long(outcome: FloatArray, cohort: IntArray) -> pd.DataFrame:
    """One row per observed cell; diff-diff counts periods from 1 and reads 0 as never."""
    rows, columns = np.nonzero(np.isfinite(outcome))
    first = np.where(cohort >= 0, cohort + 1, 0)[rows]
    return pd.DataFrame(
        {"unit": rows, "time": columns + 1, "first": first, "y": outcome[rows, columns]}
    )


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Silence what is expected here: gaps in the panel are widened for, not ignored."""
    with warnings.catch_warnings():
        for expected in GAPS:
            warnings.filterwarnings("ignore", expected, UserWarning)
        yield


def _dynamic(events: Any) -> tuple[float, float]:
    """Mean over event times >= 0 and its standard error from the joint covariance."""
    after = np.asarray(events.event_time) >= 0
    weight = (np.asarray(events.vcov_index) >= 0) / after.sum()
    variance = weight @ np.asarray(events.vcov) @ weight
    return float(np.asarray(events.att)[after].mean()), float(np.sqrt(variance))


def _events(
    rows: Iterable[tuple[float, float, float]],
    covariance: FloatArray,
    level: float,
    rng: np.random.Generator,
) -> tuple[EventEstimate, ...]:
    """Rows of event time, estimate and standard error, with their bounds."""
    pointwise = NormalDist().inv_cdf((1 + level) / 2)
    together = sup_t(covariance, level, rng)
    return tuple(
        _event(int(time), estimate, std_error, pointwise, together)
        for time, estimate, std_error in rows
        if np.isfinite(estimate)
    )


def _event(
    time: int, estimate: float, std_error: float, pointwise: float, together: float
) -> EventEstimate:
    if not np.isfinite(std_error):
        return EventEstimate(time, float(estimate))
    return EventEstimate(
        event_time=time,
        estimate=float(estimate),
        std_error=float(std_error),
        ci_low=float(estimate - pointwise * std_error),
        ci_high=float(estimate + pointwise * std_error),
        band_low=float(estimate - together * std_error),
        band_high=float(estimate + together * std_error),
    )


def group_average(matrix: FloatArray, cohorts: Cohorts) -> AlternativeEstimate:
    """Average the cohorts' mean effects over exposed clusters; theta_sel^O of the paper.

    `matrix` (N, G) holds post means minus the last pre-period. The standard error is the
    paper's, from influence functions that include the estimated cohort shares.
    """
    exposed, compared = cohorts.label > 0, cohorts.compared
    count = compared.sum(axis=0)
    rest = np.where(compared, matrix, 0.0).sum(axis=0) / count
    effect = own_scalars(matrix, cohorts)[exposed] - rest[cohorts.label[exposed] - 1]
    estimate = float(effect.mean())
    influence = -np.where(compared, matrix - rest, 0.0) @ (cohorts.shares / count)
    influence[exposed] += (effect - estimate) / len(effect)
    std_error = float(np.sqrt((influence**2).sum()))
    return AlternativeEstimate("callaway_santanna_group", estimate, std_error)

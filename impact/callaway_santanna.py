"""The one adapter over diff-diff: Callaway and Sant'Anna (2021) in our own dataclasses."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from diff_diff import CallawaySantAnna
from scipy import stats

from impact.contrast import Cohorts, own_scalars
from impact.model import AlternativeEstimate, EventEstimate, FloatArray, IntArray

GAPS = (
    "Unbalanced panel detected",
    r"\d+ \(group, time\) cell",
    "All post-treatment effects are NaN",
)
"""How diff-diff's warnings about missing outcomes begin."""
DRAWS = 20_000
"""Draws of the normal vector that the simultaneous band is read from."""


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
    base: Literal["universal", "varying"] = "universal",
    level: float = 0.95,
    seed: int = 1,
) -> GroupTimeAtt | None:
    """Estimate ATT(g, t) against never-exposed rows and aggregate.

    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001.
    `outcome` is (N, T) with NaN where missing, `cohort` (N,) the first exposed period or a
    negative number. Without covariates; the simultaneous band is sup-t over all event times.
    None where missing outcomes leave no post-period cell with its base: diff-diff then raises.
    """
    estimator = CallawaySantAnna(
        control_group="never_treated", estimation_method="reg", base_period=base
    )
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    with _known_warnings():
        try:
            fit = estimator.fit(_long(outcome, cohort), **columns)
        except ValueError:
            return None
        simple, events = fit.aggregate("simple"), fit.aggregate("event_study")
    if not np.isfinite(simple.att).all():
        return None
    dynamic, dynamic_std_error = _dynamic(events)
    return GroupTimeAtt(
        simple=float(np.ravel(simple.att)[0]),
        simple_std_error=float(np.ravel(simple.se)[0]),
        dynamic=dynamic,
        dynamic_std_error=dynamic_std_error,
        event_study=_event_study(events, level, np.random.default_rng(seed)),
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


def _event_study(events: Any, level: float, rng: np.random.Generator) -> tuple[EventEstimate, ...]:
    pointwise = float(stats.norm.ppf((1 + level) / 2))
    together = _sup_t(np.asarray(events.vcov), level, rng)
    columns = (events.event_time, events.att, events.se)
    rows = zip(*(np.asarray(column, dtype=float) for column in columns), strict=True)
    return tuple(
        _event(int(time), att, se, pointwise, together)
        for time, att, se in rows
        if np.isfinite(att)
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


def _sup_t(covariance: FloatArray, level: float, rng: np.random.Generator) -> float:
    """Quantile of the largest |t| over event times under N(0, covariance)."""
    spread = np.sqrt(np.diag(covariance))
    live = spread > 0
    if not live.any():
        return 0.0
    correlation = covariance[np.ix_(live, live)] / np.outer(spread[live], spread[live])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = rng.standard_normal((DRAWS, len(root))) @ root.T
    return float(np.quantile(np.abs(draws).max(axis=1), level))


def group_average(matrix: FloatArray, cohorts: Cohorts) -> AlternativeEstimate:
    """Average the cohorts' mean effects over exposed clusters; theta_sel^O of the paper.

    `matrix` (N, G) holds post means minus the last pre-period. The standard error is the
    paper's, from influence functions that include the estimated cohort shares.
    """
    own = own_scalars(matrix, cohorts)
    rest = matrix[cohorts.label == 0]
    exposed = cohorts.label > 0
    effect = own[exposed] - rest.mean(axis=0)[cohorts.label[exposed] - 1]
    away = rest @ cohorts.shares - float(rest.mean(axis=0) @ cohorts.shares)
    estimate = float(effect.mean())
    variance = ((effect - estimate) ** 2).sum() / len(effect) ** 2
    variance += (away**2).sum() / len(rest) ** 2
    return AlternativeEstimate("callaway_santanna_group", estimate, float(np.sqrt(variance)))

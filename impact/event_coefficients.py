"""Event-time coefficients of a judged sample, for the sensitivity to unequal trends.

The effect e periods after the start, against the last period before it, is formed as the
headline is: per cluster, cohorts weighted by their exposed clusters, comparison clusters
averaged over the cohorts' calendars. Only event times that every cohort has are used, so that
two coefficients never differ by which cohorts are in them.
"""

from dataclasses import dataclass

import numpy as np

from impact.cohorts import Cohorts
from impact.contrast import own_scalars
from impact.honest_did import EventStudy, breakdown_m
from impact.honest_did_smooth import breakdown_bend, independent_noise, smoothness
from impact.judged import Judged
from impact.model import BoolArray, FloatArray, IntArray, TrendSensitivity


@dataclass(frozen=True)
class Mean:
    """An arm's mean and each cluster's part in its error (N,): their squares sum to its variance.

    Where nothing is missing the variances are those of METHODS 3a.
    """

    estimate: float
    influence: FloatArray


def event_coefficients(judged: Judged) -> EventStudy | None:
    """Estimate the event study; the estimand is the mean over the post-periods all cohorts share.

    In the measure's own unit and sign. None with fewer than two pre-periods in some cohort, or
    where a coefficient has too few clusters in some arm or no variance.
    """
    first, last = _shared_post(judged)
    before = min(window.start for window in judged.sample.windows)
    if before < 2:
        return None
    times = np.array([*range(-before, -1), *range(last + 1)])
    found = [_coefficient(judged, int(time)) for time in times]
    usable = [one for one in found if one is not None and (one.influence != 0).any()]
    if len(usable) < len(found):
        return None
    influence = np.column_stack([one.influence for one in usable])
    counted = (times[times >= 0] >= first).astype(float)
    return EventStudy(
        estimate=np.array([one.estimate for one in usable]),
        covariance=influence.T @ influence,
        pre_count=before - 1,
        weight=counted / counted.sum(),
    )


def unequal_trends(judged: Judged, alpha: float) -> TrendSensitivity | None:
    """Ask how unlike the trends may be before zero is possible; None without an event study.

    In the measure's own unit and sign, at 1 - alpha. Smoothness weighs the pre-periods as if
    noise were independent: with as many periods as clusters, weights that follow the estimated
    covariance follow its noise (0.88 and less of 0.95, measured; so 0.93 to 0.96).
    """
    study = event_coefficients(judged)
    if study is None:
        return None
    working = independent_noise(study)
    straight = smoothness(study, 0.0, alpha=alpha, working=working)
    return TrendSensitivity(
        breakdown_m=breakdown_m(study, alpha=alpha),
        straight=(straight.ci_low, straight.ci_high),
        breakdown_bend=breakdown_bend(study, alpha=alpha, working=working),
    )


def _shared_post(judged: Judged) -> tuple[int, int]:
    """First and last event time that is in every cohort's post window."""
    events = [np.flatnonzero(w.post) - w.start for w in judged.sample.windows]
    return max(int(one[0]) for one in events), min(int(one[-1]) for one in events)


def _coefficient(judged: Judged, time: int) -> Mean | None:
    outcome, starts = judged.sample.outcome, np.array(judged.cohorts.starts)
    change = outcome[:, starts + time] - outcome[:, starts - 1]
    exposed = exposed_mean(change, judged.cohorts)
    rest = comparison_mean(change, judged.cohorts, judged.cohorts.compared)
    if exposed is None or rest is None:
        return None
    return Mean(exposed.estimate - rest.estimate, exposed.influence - rest.influence)


def exposed_mean(change: FloatArray, cohorts: Cohorts) -> Mean | None:
    """Own changes (N, G), centred within strata of cohorts; each cohort keeps its share.

    None where a cohort was not seen, or a stratum in one cluster only.
    """
    own, size = own_scalars(change, cohorts), len(cohorts.starts)
    seen = np.isfinite(own) & (cohorts.label > 0)
    cohort, value = cohorts.label[seen] - 1, own[seen]
    count, stratum = np.bincount(cohort, minlength=size), cohorts.strata[cohort]
    together = np.bincount(stratum, minlength=int(cohorts.strata.max()) + 1)
    if count.min() == 0 or together.min() < 2:
        return None
    away = value - _means(value, stratum, together)[stratum]
    inflation = together / (together - 1) * len(value) / (len(value) - 1)
    influence = np.zeros(len(own))
    influence[seen] = (cohorts.shares / count)[cohort] * away * np.sqrt(inflation)[stratum]
    return Mean(float(cohorts.shares @ _means(value, cohort, count)), influence)


def _means(value: FloatArray, code: IntArray, count: IntArray) -> FloatArray:
    return np.asarray(np.bincount(code, value, len(count)) / count)


def comparison_mean(change: FloatArray, cohorts: Cohorts, compared: BoolArray) -> Mean | None:
    """The cohorts' shares of each one's mean over the compared clusters seen in its calendar.

    All shapes (N, G). None where those are fewer than two.
    """
    seen = np.isfinite(change) & compared
    count = seen.sum(axis=0)
    if count.min() < 2:
        return None
    mean = np.where(seen, change, 0.0).sum(axis=0) / count
    away = np.where(seen, change - mean, 0.0) / (count - 1)
    return Mean(float(mean @ cohorts.shares), away @ cohorts.shares)

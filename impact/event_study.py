"""The effect by time since the start, measured as the headline is.

Every point is the change since the mean of all pre-periods, against the same change of the
clusters it is compared with, cohorts weighted by their exposed clusters (the imputation contrast
of Borusyak, Jaravel and Spiess 2024, doi:10.1093/restud/rdae007, period by period). With one
cohort and nothing missing the points of the post window average to the headline, and those before
the start to zero.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.cohorts import Cohorts
from impact.event_coefficients import Mean, comparison_mean, exposed_mean
from impact.functionals import window_mean
from impact.judged import Judged
from impact.model import BoolArray, EventEstimate, FloatArray, IntArray
from impact.sufficient.band import sup_t

FLAT = 1e-12
"""Standard error, in units of the largest, below which a point has no noise to speak of."""


@dataclass(frozen=True)
class _Point:
    """One event time: its mean with each cluster's part in its error (N,), degrees of freedom."""

    event_time: int
    mean: Mean
    df: float

    @property
    def std_error(self) -> float:
        return float(np.sqrt((self.mean.influence**2).sum()))


def event_study(judged: Judged, level: float, seed: int) -> tuple[EventEstimate, ...]:
    """Estimate every event time, in order, own unit and sign.

    Standard errors are the jackknife's of METHODS 3a with Satterthwaite's t; the band is sup-t
    over all event times, its critical value taken to each one's degrees of freedom. An event
    time needs two clusters in each arm, and more than one in each stratum of cohorts.
    """
    starts, length = judged.cohorts.starts, judged.sample.outcome.shape[1]
    found = [_point(judged, time) for time in range(-max(starts), length - min(starts))]
    points = [one for one in found if one is not None]
    if not points:
        return ()
    error = np.array([one.std_error for one in points])
    influence = np.column_stack([one.mean.influence for one in points])
    together = sup_t(influence.T @ influence, level, np.random.default_rng(seed))
    outside = 2 * float(special.ndtr(-together))
    return tuple(
        _event(one, level, outside if one.std_error > FLAT * error.max() else None)
        for one in points
    )


def _event(point: _Point, level: float, outside: float | None) -> EventEstimate:
    """`outside` is the share of a normal beyond the band; None where there is no noise."""
    estimate, error = point.mean.estimate, point.std_error
    if outside is None:
        return EventEstimate(point.event_time, estimate)
    reach = error * float(special.stdtrit(point.df, (1 + level) / 2))
    band = error * float(special.stdtrit(point.df, 1 - outside / 2))
    return EventEstimate(
        event_time=point.event_time,
        estimate=estimate,
        std_error=error,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        band_low=estimate - band,
        band_high=estimate + band,
    )


def _point(judged: Judged, time: int) -> _Point | None:
    """One event time from the cohorts that have it; None where they are too few."""
    change, codes = _changes(judged, time)
    if not codes.size:
        return None
    label = judged.cohorts.label
    among = np.where(np.isin(label - 1, codes), np.searchsorted(codes, label - 1) + 1, 0)
    cohorts = Cohorts(among, tuple(judged.cohorts.starts[code] for code in codes))
    exposed = exposed_mean(change, cohorts)
    compared = _compared(judged, codes, time) & np.isfinite(change)
    rest = comparison_mean(change, cohorts, compared)
    if exposed is None or rest is None:
        return None
    mean = Mean(exposed.estimate - rest.estimate, exposed.influence - rest.influence)
    own = np.isfinite(change[cohorts.own]) & cohorts.exposed
    sizes = (int(own.sum()) - int(cohorts.strata.max()) - 1, int(compared.any(axis=1).sum()) - 1)
    parts = [float((one.influence**2).sum()) for one in (exposed, rest)]
    return _Point(time, mean, _satterthwaite(parts, sizes))


def _satterthwaite(parts: list[float], sizes: tuple[int, int]) -> float:
    below = sum(part**2 / size for part, size in zip(parts, sizes, strict=True))
    return sum(parts) ** 2 / below if below > 0 else np.inf


def _changes(judged: Judged, time: int) -> tuple[FloatArray, IntArray]:
    """Outcome less the pre-period mean (N, G') and which cohorts (G',) have this event time."""
    sample, starts = judged.sample, np.array(judged.cohorts.starts)
    period = starts + time
    label = judged.cohorts.label
    columns, codes = [], []
    for code in np.flatnonzero((period >= 0) & (period < sample.outcome.shape[1])):
        before = window_mean(sample.outcome, sample.windows[code].pre)
        change = sample.outcome[:, period[code]] - before
        if np.isfinite(change[label == code + 1]).any():
            columns.append(change)
            codes.append(code)
    if not codes:
        return np.empty((len(label), 0)), np.empty(0, dtype=np.int64)
    return np.column_stack(columns), np.array(codes, dtype=np.int64)


def _compared(judged: Judged, codes: IntArray, time: int) -> BoolArray:
    """Which clusters (N, G') each cohort is compared with: unexposed throughout, as asked for."""
    label, starts = judged.cohorts.label, np.array(judged.cohorts.starts)
    never = np.broadcast_to((label == 0)[:, None], (len(label), len(codes)))
    if judged.cohorts.waits is None:
        return np.asarray(never)
    until = starts[codes] + max(time, -1)
    own = np.arange(len(starts))[:, None] == codes
    waits = (starts[:, None] > until) & ~own
    return np.asarray(never | np.concatenate([np.zeros((1, len(codes)), dtype=bool), waits])[label])

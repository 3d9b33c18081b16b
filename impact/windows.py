"""The periods each cohort's estimate uses, and the panel cut to where they exist."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from impact.model import NEVER, BoolArray, EffectData, FloatArray

LEAST_NEVER = 2
"""Clusters that even the last cohort needs to be compared with."""


@dataclass(frozen=True)
class Window:
    """Boolean masks (T,) of one cohort: P_g, Q_g and D_g of METHODS 3a.

    `pre` is before the start, `post` the periods the effect is averaged over, `far` the
    pre-periods without the donut. `start` is the first exposed period.
    """

    start: int
    pre: BoolArray
    post: BoolArray
    far: BoolArray

    @cached_property
    def span(self) -> float:
        """Periods between the midpoints of the post and pre windows."""
        return float(np.flatnonzero(self.post).mean() - np.flatnonzero(self.pre).mean())

    @cached_property
    def away(self) -> FloatArray:
        """Periods between each pre-period and the midpoint of them all (P,)."""
        period = np.arange(self.pre.sum(), dtype=float)
        return np.asarray(period - period.mean())


def build_window(start: int, data: EffectData, *, all_post: bool = False) -> Window:
    """Give the windows of the cohort that starts at `start`.

    Without a horizon the post window is the first max(1, floor(pre / 2)) exposed periods,
    or every one of them with `all_post` (randomised designs).
    """
    length = data.outcome.shape[1]
    first, last = _event_range(start, length, data, all_post=all_post)
    return _window(start, length, first, last, data.donut)


@lru_cache(maxsize=256)
def _window(start: int, length: int, first: int, last: int, donut: int) -> Window:
    """Windows depend on so few numbers that the effects of a study share them."""
    period = np.arange(length)
    made = Window(
        start=start,
        pre=period < start,
        post=(period >= start + first) & (period <= start + last),
        far=period < start - donut,
    )
    for mask in (made.pre, made.post, made.far):
        mask.flags.writeable = False
    return made


def _event_range(start: int, length: int, data: EffectData, *, all_post: bool) -> tuple[int, int]:
    if data.horizon is not None:
        return max(data.horizon[0], data.first_event), data.horizon[1]
    if all_post:
        return data.first_event, length
    return data.first_event, data.first_event + max(1, start // 2) - 1


def within_panel(data: EffectData) -> EffectData:
    """Treat a start after the last period as no exposure in the panel."""
    after = data.cohort >= data.outcome.shape[1]
    if not after.any():
        return data
    return replace(data, cohort=np.where(after, NEVER, data.cohort))


def with_comparison(data: EffectData, fewest: int) -> EffectData:
    """Cut the panel so that the last cohorts serve as not-yet-exposed comparison.

    Does nothing where some cluster is never exposed, or two where those that are not yet
    exposed are compared with. Otherwise the comparison is the
    fewest last cohorts that together have `fewest` clusters, and the panel ends where the
    first of them starts, so that no window reaches an exposed period of theirs. With one
    cohort there is no comparison and the data come back as they are. Clusters exposed from
    the first period on belong to neither arm.
    """
    starts, counts = np.unique(data.cohort[data.cohort != 0], return_counts=True)
    never = int(counts[0]) if len(starts) and starts[0] == NEVER else 0
    if data.comparison == "not_yet_exposed" and never < LEAST_NEVER:
        fewest, starts, counts = LEAST_NEVER - never, starts[starts > 0], counts[starts > 0]
    elif never:
        return data
    if len(starts) < 2:
        return data
    together = np.cumsum(counts[:0:-1])
    enough = int(np.searchsorted(together, fewest))
    cut = int(starts[max(1, len(starts) - 1 - enough)])
    return within_panel(until(data, cut))


def until(data: EffectData, period: int) -> EffectData:
    """Leave out the periods from `period` on, of the outcome and of its controls."""
    controls = None if data.controls is None else data.controls[:, :, :period]
    dose = None if data.dose is None else data.dose[:, :period]
    covariates = None if data.covariates is None else data.covariates[:, :, :period]
    return replace(
        data,
        outcome=data.outcome[:, :period],
        controls=controls,
        dose=dose,
        covariates=covariates,
    )


def leave_out(data: EffectData, is_left_out: BoolArray) -> EffectData:
    """Leave clusters (N,) out, of the outcome and of all that goes with it."""
    kept = ~is_left_out
    return replace(
        data,
        unit_ids=tuple(name for name, stays in zip(data.unit_ids, kept, strict=True) if stays),
        outcome=data.outcome[kept],
        cohort=data.cohort[kept],
        block=data.block[kept],
        probability=data.probability[kept],
        weight=data.weight[kept],
        dose=None if data.dose is None else data.dose[kept],
        controls=None if data.controls is None else data.controls[:, kept],
        covariates=None if data.covariates is None else data.covariates[:, kept],
        is_near=None if data.is_near is None else data.is_near[kept],
        is_shared=None if data.is_shared is None else data.is_shared[kept],
    )

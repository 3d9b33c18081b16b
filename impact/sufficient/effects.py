"""Group-time effects and their aggregations, with exact standard errors."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import BoolArray, FloatArray, IntArray
from impact.sufficient.cells import Base, Cells, build_cells, cell_variance, covariance
from impact.sufficient.moments import Moments
from schemas.vocabulary import Comparison


@dataclass(frozen=True)
class Aggregated:
    """Weighted sums of cells that share a label: event times, cohorts or periods.

    `label` (A,), `estimate` (A,) and `std_error` (A,) in the outcome's unit, `covariance`
    (A, A); `overall` averages them and has its own standard error.
    """

    label: IntArray
    estimate: FloatArray
    covariance: FloatArray
    overall: float
    overall_std_error: float

    @property
    def std_error(self) -> FloatArray:
        """Standard error of each estimate (A,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


@dataclass(frozen=True)
class GroupTimeEffects:
    """ATT(g, t) by cell, and the aggregations of Callaway and Sant'Anna (2021), section 3.

    `cohort`, `period`, `estimate`, `std_error` are (C,). `simple` weights post-exposure cells
    by cohort size. `event` has no row for the reference; its overall is the mean over event
    times from the start on. `group` is weighted by cohort size, `calendar` is the plain mean
    over periods.
    """

    cohort: IntArray
    period: IntArray
    estimate: FloatArray
    std_error: FloatArray
    simple: float
    simple_std_error: float
    event: Aggregated
    group: Aggregated
    calendar: Aggregated


@dataclass(frozen=True)
class _Sums:
    """Weighted sums of cells: `weight` (A, C) on cells, `share` (A, K) through cohort shares."""

    weight: FloatArray
    share: FloatArray

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(np.vstack([self.weight, other.weight]), np.vstack([self.share, other.share]))


@dataclass(frozen=True)
class _Frame:
    """Moments, their cells, and the first exposed period of each cell's cohort (C,)."""

    moments: Moments
    cells: Cells
    start: IntArray

    def by_size(self, items: FloatArray, stratum: IntArray) -> _Sums:
        """Average items (I, C) of cohorts `stratum` (I,), weighted by estimated cohort size.

        The share term is that of Callaway and Sant'Anna's corollary 2: a unit of cohort k
        moves the average by (sum of k's items - their number times the average) / sum of sizes.
        """
        size = self.moments.count[stratum]
        weight = size @ items / size.sum()
        away = items @ self.cells.estimate - weight @ self.cells.estimate
        share = np.bincount(stratum, away, len(self.moments.cohort)) / size.sum()
        return _Sums(weight[None, :], share[None, :])


def group_time_effects(
    moments: Moments,
    comparison: Comparison = "never_exposed",
    base: Base = "universal",
    anticipation: int = 0,
) -> GroupTimeEffects | None:
    """Estimate every ATT(g, t) and aggregate it; None where no post-exposure cell exists.

    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001. Standard errors are
    those of the influence functions, computed from `moments` alone.
    """
    cells = build_cells(moments, comparison, base, anticipation)
    frame = _Frame(moments, cells, moments.cohort[cells.stratum])
    event_time = cells.period - frame.start
    post = event_time >= -anticipation
    if not post.any():
        return None
    single = np.eye(len(post))
    simple = _aggregated(
        frame, np.zeros(1, dtype=np.int64), frame.by_size(single[post], cells.stratum[post])
    )
    return GroupTimeEffects(
        cohort=frame.start,
        period=cells.period,
        estimate=cells.estimate,
        std_error=np.sqrt(cell_variance(moments, cells)),
        simple=simple.overall,
        simple_std_error=simple.overall_std_error,
        event=_by_event(frame, event_time, post),
        group=_by_group(frame, post),
        calendar=_by_period(frame, post),
    )


def cell_covariance(moments: Moments, cells: Cells) -> FloatArray:
    """Exact covariance (C, C) of all ATT(g, t)."""
    count = len(cells.period)
    return covariance(moments, cells, np.eye(count), np.zeros((count, len(moments.cohort))))


def _aggregated(
    frame: _Frame, label: IntArray, sums: _Sums, overall: _Sums | None = None
) -> Aggregated:
    """Estimate sums and their overall; the plain mean of the sums where none is given."""
    if overall is None:
        overall = _mean(sums)
    every = sums + overall
    joint = covariance(frame.moments, frame.cells, every.weight, every.share)
    estimate = every.weight @ frame.cells.estimate
    return Aggregated(
        label=label,
        estimate=estimate[:-1],
        covariance=joint[:-1, :-1],
        overall=float(estimate[-1]),
        overall_std_error=float(np.sqrt(joint[-1, -1])),
    )


def _mean(sums: _Sums) -> _Sums:
    return _Sums(sums.weight.mean(axis=0)[None, :], sums.share.mean(axis=0)[None, :])


def _same_label(frame: _Frame, label: IntArray, values: IntArray, among: IntArray) -> _Sums:
    """Size-weighted averages of the cells `among` (indices) that carry each label."""
    single = np.eye(len(label))
    parts = []
    for value in values:
        mine = among[label[among] == value]
        parts.append(frame.by_size(single[mine], frame.cells.stratum[mine]))
    return _Sums(
        np.vstack([part.weight for part in parts]), np.vstack([part.share for part in parts])
    )


def _by_event(frame: _Frame, event_time: IntArray, post: BoolArray) -> Aggregated:
    times = np.unique(event_time)
    sums = _same_label(frame, event_time, times, np.arange(len(event_time)))
    after = times >= event_time[post].min()
    return _aggregated(frame, times, sums, _mean(_Sums(sums.weight[after], sums.share[after])))


def _by_period(frame: _Frame, post: BoolArray) -> Aggregated:
    among = np.flatnonzero(post)
    periods = np.unique(frame.cells.period[among])
    return _aggregated(frame, periods, _same_label(frame, frame.cells.period, periods, among))


def _by_group(frame: _Frame, post: BoolArray) -> Aggregated:
    """Each cohort's mean over its post-exposure cells, and their size-weighted average."""
    strata = np.unique(frame.cells.stratum[post])
    mine = (frame.cells.stratum == strata[:, None]) & post
    weight = mine / mine.sum(axis=1, keepdims=True)
    sums = _Sums(weight, np.zeros((len(strata), len(frame.moments.cohort))))
    overall = frame.by_size(weight, strata)
    return _aggregated(frame, frame.moments.cohort[strata], sums, overall)

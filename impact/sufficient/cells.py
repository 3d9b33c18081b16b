"""Group-time cells: which mean is compared with which, and what each unit adds to the error."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import NEVER, BoolArray, FloatArray, IntArray
from impact.sufficient.moments import ClusterMeans, Moments
from schemas.vocabulary import Comparison

Base = Literal["universal", "varying"]


@dataclass(frozen=True)
class Cells:
    """ATT(g, t) of C cells with the influence of every unit on each.

    `stratum` (C,) is the row of `Moments.cohort`, `period` (C,) is t, `base` (C,) the period
    it is measured from; `estimate` (C,) is in the outcome's unit. A unit with outcome y in
    stratum k influences cell c by `loading[c, k] @ (y - mean_k) + shift[c, k]`; shapes
    (C, K, T) and (C, K).
    """

    stratum: IntArray
    period: IntArray
    base: IntArray
    estimate: FloatArray
    loading: FloatArray
    shift: FloatArray


def build_cells(
    moments: Moments,
    comparison: Comparison = "never_exposed",
    base: Base = "universal",
    anticipation: int = 0,
) -> Cells:
    """Give ATT(g, t) = a'(m_g - m_0), a = e_t - e_base, for every cell that has a comparison.

    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001, without covariates. With
    `varying`, pre-exposure cells are measured from the period before; else from the last one
    before the start. Cohorts without a period before their start have no cell.
    """
    stratum, period, since = _keys(moments, base, anticipation)
    control = _controls(moments, stratum, np.maximum(period, since) + anticipation, comparison)
    alive = control.any(axis=1)
    stratum, period, since, control = stratum[alive], period[alive], since[alive], control[alive]
    share = np.where(control, moments.count, 0) / (control @ moments.count)[:, None]
    change = moments.mean[:, period].T - moments.mean[:, since].T
    every = np.arange(len(period))
    rest = (share * change).sum(axis=1)
    weight = -np.where(control, 1.0, 0.0) / (control @ moments.count)[:, None]
    shift = weight * (change - rest[:, None])
    weight[every, stratum] = 1.0 / moments.count[stratum]
    loading = np.zeros((*weight.shape, moments.period_count))
    loading[every, :, period] = weight
    loading[every, :, since] = -weight
    return Cells(stratum, period, since, change[every, stratum] - rest, loading, shift)


def _keys(moments: Moments, base: Base, anticipation: int) -> tuple[IntArray, IntArray, IntArray]:
    """Stratum, period and base of every cell, by cohort and then by period."""
    last = moments.cohort - 1 - anticipation
    rows = np.flatnonzero((moments.cohort != NEVER) & (last >= 0))
    periods = np.arange(moments.period_count)
    stratum, period = np.repeat(rows, len(periods)), np.tile(periods, len(rows))
    since = last[stratum]
    if base == "varying":
        since = np.where(period < moments.cohort[stratum], period - 1, since)
    known = (since >= 0) & (since != period)
    return stratum[known], period[known], since[known]


def _controls(
    moments: Moments, stratum: IntArray, until: IntArray, comparison: Comparison
) -> BoolArray:
    """Which cohorts each cell is compared with (C, K): unexposed at least until `until`."""
    never = np.broadcast_to(moments.cohort == NEVER, (len(stratum), len(moments.cohort)))
    if comparison == "never_exposed":
        return never
    later = moments.cohort[None, :] > until[:, None]
    other = np.arange(len(moments.cohort)) != stratum[:, None]
    return np.asarray(never | (later & other))


def covariance(moments: Moments, cells: Cells, weight: FloatArray, share: FloatArray) -> FloatArray:
    """Exact covariance (A, A) of A weighted sums of cells, `weight` (A, C).

    `share` (A, K) is what one more unit in each cohort adds through estimated cohort shares.
    The sum over units (or clusters, times J / (J - 1)) of influence times influence.
    """
    loading = np.tensordot(weight, cells.loading, axes=1)
    shift = weight @ cells.shift + share
    if moments.clusters is not None:
        total, factor = _by_cluster(moments, moments.clusters, loading, shift)
        return np.asarray(factor * total.T @ total)
    within = sum(one @ moments.cross[k] @ one.T for k, one in enumerate(loading.swapaxes(0, 1)))
    return np.asarray(within + (shift * moments.count) @ shift.T)


def cell_variance(moments: Moments, cells: Cells) -> FloatArray:
    """Variance of every ATT(g, t) (C,): the diagonal of their covariance."""
    loading, shift = cells.loading, cells.shift
    if moments.clusters is not None:
        total, factor = _by_cluster(moments, moments.clusters, loading, shift)
        return np.asarray(factor * (total**2).sum(axis=0))
    within = sum(
        ((one @ moments.cross[k]) * one).sum(axis=1) for k, one in enumerate(loading.swapaxes(0, 1))
    )
    return np.asarray(within + shift**2 @ moments.count)


def _by_cluster(
    moments: Moments, clusters: ClusterMeans, loading: FloatArray, shift: FloatArray
) -> tuple[FloatArray, float]:
    """Centred sum of influences within each cluster (J, A), and the factor J / (J - 1)."""
    away = clusters.mean - moments.mean[clusters.stratum]
    part = np.zeros((len(clusters.count), len(loading)))
    for row in range(len(moments.cohort)):
        mine = clusters.stratum == row
        part[mine] = away[mine] @ loading[:, row].T + shift[:, row]
    part *= clusters.count[:, None]
    total = np.zeros((int(clusters.cluster.max()) + 1, len(loading)))
    np.add.at(total, clusters.cluster, part)
    return total - total.mean(axis=0), len(total) / (len(total) - 1)

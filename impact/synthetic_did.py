"""Synthetic difference-in-differences (Arkhangelsky et al. 2021), doi:10.1257/aer.20190159."""

from dataclasses import dataclass

import numpy as np

from impact.functionals import window_mean
from impact.model import BoolArray, FloatArray
from impact.simplex import simplex_weights

STOP = 1e-5
"""Iterations stop when the root of the gain falls below this share of the noise."""
TIME_RIDGE = 1e-6
"""Time weights are regularised by this share of the noise, only to make them unique."""
CHUNK = 20_000_000
"""Numbers held at once while many series are fitted."""


@dataclass(frozen=True)
class Fit:
    """B series, each against its own donors, in the outcome's unit.

    `gap` (B, T) is the series minus its weighted donors, without the intercept. `effect` (B,)
    is the mean gap after the start minus its time-weighted mean before; `rmse` (B,) the fit
    before the start, intercept fitted; `path` (B, T) the gap in the effect's terms.
    """

    effect: FloatArray
    rmse: FloatArray
    path: FloatArray


def synthetic_did(
    series: FloatArray,
    donors: FloatArray,
    pre: BoolArray,
    post: BoolArray,
    *,
    exposed: int = 1,
) -> Fit:
    """Fit B series (B, T) with their donors (B, K, T).

    `exposed` is the number of units that a series is the mean of. Donors and the pre-periods
    of the series are complete; post-periods of the series may be NaN and are then left out.
    """
    size = max(1, CHUNK // max(1, donors.shape[1] ** 2))
    parts = [
        _fit(series[i : i + size], donors[i : i + size], pre, post, exposed)
        for i in range(0, len(series), size)
    ]
    return Fit(
        effect=np.concatenate([part.effect for part in parts]),
        rmse=np.concatenate([part.rmse for part in parts]),
        path=np.concatenate([part.path for part in parts]),
    )


def _fit(
    series: FloatArray, donors: FloatArray, pre: BoolArray, post: BoolArray, exposed: int
) -> Fit:
    noise = noise_level(donors[:, :, pre])
    least = (STOP * noise) ** 2
    zeta = (exposed * post.sum()) ** 0.25 * noise
    before = donors[:, :, pre]
    unit = simplex_weights(before.transpose(0, 2, 1), series[:, pre], zeta**2, least)
    after = donors[:, :, post].mean(axis=2)
    time = simplex_weights(before, after, (TIME_RIDGE * noise) ** 2, least)
    gap = series - np.einsum("bk,bkt->bt", unit, donors)
    path = gap - (time * gap[:, pre]).sum(axis=1)[:, None]
    return Fit(window_mean(path, post), gap[:, pre].std(axis=1), path)


def noise_level(before: FloatArray) -> FloatArray:
    """SD of the donors' first differences before the start (B,)."""
    change = np.diff(before, axis=2)
    return np.asarray(change.reshape(len(change), -1).std(axis=1, ddof=1))


def synthetic_control(
    series: FloatArray, donors: FloatArray, pre: BoolArray, post: BoolArray
) -> float:
    """Mean gap after the start of one series (T,) to its synthetic control from donors (K, T).

    Abadie, Diamond and Hainmueller (2010), doi:10.1198/jasa.2009.ap08746, matched on all
    pre-period outcomes: no intercept and no time weights.
    """
    noise = noise_level(donors[None, :, pre])
    ridge, least = (TIME_RIDGE * noise) ** 2, (STOP * noise) ** 2
    before = donors[:, pre].T[None]
    weight = simplex_weights(before, series[None, pre], ridge, least, intercept=False)[0]
    return float(np.nanmean((series - weight @ donors)[post]))

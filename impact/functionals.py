"""Functionals of one cluster's series: a scalar per cluster (METHODS 3a).

Every function takes outcomes (N, T) with NaN where nothing was observed and the windows of
one cohort, and returns (N,). Only observed periods count; NaN where none is left.
"""

from collections.abc import Callable, Sequence

import numpy as np

from impact.model import BoolArray, FloatArray
from impact.windows import Window

Functional = Callable[[FloatArray, Window], FloatArray]


def window_mean(outcome: FloatArray, window: BoolArray) -> FloatArray:
    """Mean over the observed periods of a window, in the outcome's unit."""
    part = outcome[:, window]
    total = part.sum(axis=1)
    if part.shape[1] and np.isfinite(total).all():
        return np.asarray(total / part.shape[1])
    seen = np.isfinite(part)
    return _ratio(np.where(seen, part, 0.0).sum(axis=1), seen.sum(axis=1))


def plain(outcome: FloatArray, window: Window) -> FloatArray:
    """I0: post mean minus the mean of all pre-periods.

    The imputation contrast of Borusyak, Jaravel and Spiess (2024),
    doi:10.1093/restud/rdae007, without covariates.
    """
    return window_mean(outcome, window.post) - window_mean(outcome, window.pre)


def donut(outcome: FloatArray, window: Window) -> FloatArray:
    """I1: post mean minus the mean of the pre-periods before the donut."""
    return window_mean(outcome, window.post) - window_mean(outcome, window.far)


def anticipation(outcome: FloatArray, window: Window) -> FloatArray:
    """G4b: mean of the donut's pre-periods minus the mean of the earlier ones."""
    near = window.pre & ~window.far
    return window_mean(outcome, near) - window_mean(outcome, window.far)


def slope(outcome: FloatArray, window: Window) -> FloatArray:
    """Least-squares slope over the pre-periods, per period."""
    part = outcome[:, window.pre]
    seen = np.isfinite(part)
    if part.shape[1] > 1 and seen.all():
        return np.asarray((window.away * part).sum(axis=1) / (window.away**2).sum())
    period = np.arange(part.shape[1], dtype=float)
    middle = _ratio(seen @ period, seen.sum(axis=1))
    away = np.where(seen, period - middle[:, None], 0.0)
    return _ratio((away * np.where(seen, part, 0.0)).sum(axis=1), (away**2).sum(axis=1))


def distance(outcome: FloatArray, window: Window) -> FloatArray:
    """h: periods between the midpoints of the post and pre windows, over observed periods."""
    if window.pre.any() and window.post.any() and np.isfinite(outcome).all():
        return np.full(len(outcome), window.span)
    period = np.arange(outcome.shape[1], dtype=float)
    seen = np.where(np.isfinite(outcome), period, np.nan)
    return window_mean(seen, window.post) - window_mean(seen, window.pre)


def trend_robust(outcome: FloatArray, window: Window) -> FloatArray:
    """I2: I0 without what the cluster's own pre-period drift would have brought."""
    return plain(outcome, window) - distance(outcome, window) * slope(outcome, window)


def last_base(outcome: FloatArray, window: Window) -> FloatArray:
    """Post mean minus the last pre-period: the base of Callaway and Sant'Anna (2021)."""
    last = np.arange(outcome.shape[1]) == window.start - 1
    return window_mean(outcome, window.post) - window_mean(outcome, last)


def base_difference(outcome: FloatArray, window: Window) -> FloatArray:
    """I0 minus its last-base counterpart: last pre-period minus the mean of all of them."""
    return plain(outcome, window) - last_base(outcome, window)


def scalar_matrix(
    outcome: FloatArray, windows: Sequence[Window], functional: Functional
) -> FloatArray:
    """Evaluate a functional at every cohort's windows: (N, G)."""
    return np.column_stack([functional(outcome, window) for window in windows])


def plain_matrix(outcome: FloatArray, windows: Sequence[Window]) -> FloatArray:
    """`plain` at every cohort's windows (N, G); one product where every cell is observed."""
    if not np.isfinite(outcome).all():
        return scalar_matrix(outcome, windows, plain)
    weights = [w.post / w.post.sum() - w.pre / w.pre.sum() for w in windows]
    return np.asarray(outcome @ np.column_stack(weights))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide, with NaN where the divisor is zero."""
    quotient = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=quotient, where=np.asarray(below) > 0)
    return quotient

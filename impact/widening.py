"""How far missing outcomes could move an estimate, and the scale it is measured in."""

import math

import numpy as np
from scipy import special

from impact.model import FloatArray

ROUNDING = 1e-12
"""A spread below this share of the outcome itself is rounding."""


def worst_share_shift(missing: float) -> float:
    """c(m) = phi(Phi^-1(m)) / (1 - m), in SD: the shift when exactly the worst share is missing.

    The mean of a normal distribution truncated at its m-quantile; 0 when nothing is missing.
    """
    if missing <= 0:
        return 0.0
    quantile = float(special.ndtri(missing))
    return math.exp(-(quantile**2) / 2) / math.sqrt(2 * math.pi) / (1 - missing)


def two_way_fit(values: FloatArray) -> FloatArray:
    """Fit row and column effects by least squares over the observed cells: (N, T), all cells.

    Exact for unbalanced panels: rows are eliminated and the column effects solved for. A row
    without any observed cell is fitted as zero plus the column effects.
    """
    seen = np.isfinite(values)
    if seen.all():
        row, column = values.mean(axis=1, keepdims=True), values.mean(axis=0)
        return np.asarray(row + column - values.mean())
    filled = np.where(seen, values, 0.0)
    share = seen / np.maximum(seen.sum(axis=1), 1)[:, None]
    centred = np.where(seen, filled - (share * filled).sum(axis=1)[:, None], 0.0)
    normal = np.diag(seen.sum(axis=0).astype(float)) - seen.T.astype(float) @ share
    column = np.linalg.lstsq(normal, centred.sum(axis=0), rcond=None)[0]
    row = (share * filled).sum(axis=1) - share @ column
    return np.asarray(row[:, None] + column)


def two_way_residuals(values: FloatArray) -> FloatArray:
    """Remove row and column effects from the observed cells (N, T); NaN elsewhere."""
    return np.asarray(values - two_way_fit(values))


def within_cluster_sd(pre: FloatArray) -> float:
    """s_y: SD of comparison clusters' pre-period outcomes (n0, P) without unit and period means.

    The divisor is (n0 - 1)(P - 1) when every cell is observed; 0 where it is not positive.
    """
    seen = np.isfinite(pre)
    rows, columns = int(seen.any(axis=1).sum()), int(seen.any(axis=0).sum())
    divisor = int(seen.sum()) - rows - columns + 1
    if divisor <= 0 or not seen.any():
        return 0.0
    size = float(np.sqrt(np.nansum(two_way_residuals(pre) ** 2) / divisor))
    return size if size > ROUNDING * float(np.nanmax(np.abs(pre))) else 0.0


def within_cluster_sds(pre: FloatArray) -> FloatArray:
    """`within_cluster_sd` of several outcomes at once (K, n0, P): (K,)."""
    count, rows, columns = pre.shape
    is_full = np.isfinite(pre).all(axis=(1, 2)) & (rows > 1) & (columns > 1)
    sizes = np.zeros(count)
    full = pre if is_full.all() else pre[is_full]
    away = full - full.mean(axis=2, keepdims=True)
    away -= away.mean(axis=1, keepdims=True)
    divisor = max(1, (rows - 1) * (columns - 1))
    found = np.sqrt(np.einsum("kij,kij->k", away, away) / divisor)
    largest = np.abs(full).max(axis=(1, 2), initial=0.0)
    sizes[is_full] = np.where(found > ROUNDING * largest, found, 0.0)
    for k in np.flatnonzero(~is_full):
        sizes[k] = within_cluster_sd(pre[k])
    return sizes

"""How far missing outcomes could move an estimate, and the scale it is measured in."""

import numpy as np
from scipy import stats

from impact.model import FloatArray


def worst_share_shift(missing: float) -> float:
    """c(m) = phi(Phi^-1(m)) / (1 - m), in SD: the shift when exactly the worst share is missing.

    The mean of a normal distribution truncated at its m-quantile; 0 when nothing is missing.
    """
    if missing <= 0:
        return 0.0
    return float(stats.norm.pdf(stats.norm.ppf(missing)) / (1 - missing))


def two_way_residuals(values: FloatArray) -> FloatArray:
    """Remove row and column effects by least squares over the observed cells (N, T).

    Exact for unbalanced panels: rows are eliminated and the column effects solved for.
    """
    seen = np.isfinite(values)
    filled = np.where(seen, values, 0.0)
    per_row = np.maximum(seen.sum(axis=1), 1)
    centred = np.where(seen, filled - (filled.sum(axis=1) / per_row)[:, None], 0.0)
    share = seen / per_row[:, None]
    normal = np.diag(seen.sum(axis=0).astype(float)) - seen.T.astype(float) @ share
    effect = np.linalg.lstsq(normal, centred.sum(axis=0), rcond=None)[0]
    return np.where(seen, centred - effect + (share @ effect)[:, None], np.nan)


def within_cluster_sd(pre: FloatArray) -> float:
    """s_y: SD of comparison clusters' pre-period outcomes (n0, P) without unit and period means.

    The divisor is (n0 - 1)(P - 1) when every cell is observed; 0 where it is not positive.
    """
    seen = np.isfinite(pre)
    rows, columns = int(seen.any(axis=1).sum()), int(seen.any(axis=0).sum())
    divisor = int(seen.sum()) - rows - columns + 1
    if divisor <= 0:
        return 0.0
    return float(np.sqrt(np.nansum(two_way_residuals(pre) ** 2) / divisor))

"""Simultaneous confidence bands: the sup-t critical value of jointly normal estimates."""

import numpy as np

from impact.arrays import FloatArray

DRAWS = 20_000
"""Draws of the normal vector that a band is read from."""
RANK = 1e-10
"""Eigenvalues of a correlation below this are rounding: estimates that follow from others."""


def sup_t(
    covariance: FloatArray, level: float, rng: np.random.Generator, draws: int = DRAWS
) -> float:
    """Quantile of the largest |t| under N(0, covariance); 0 where nothing varies.

    Montiel Olea and Plagborg-Moller (2019), doi:10.1002/jae.2656. The symmetric root of the
    correlation is used because it does not depend on the order or sign of eigenvectors.
    """
    spread = np.sqrt(np.diag(covariance))
    live = spread > 0
    if not live.any():
        return 0.0
    correlation = covariance[np.ix_(live, live)] / np.outer(spread[live], spread[live])
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.where(values > RANK, values, 0.0))) @ vectors.T
    drawn = rng.standard_normal((draws, len(root))) @ root
    return float(np.quantile(np.abs(drawn).max(axis=1), level))

"""Segmented regression of one series whose errors follow AR(1), by restricted likelihood."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar

from impact.model import FloatArray, IntArray
from impact.windows import Window

CYCLES = 2
"""Full years before the start without which season and trend cannot be told apart."""
CORRELATIONS = (-0.8, 0.98)
SMALLEST_DF = 1.0


@dataclass(frozen=True)
class SeriesFit:
    """The mean effect over the post window, in the series' unit, and how it was found.

    `correlation` is the errors' AR(1) coefficient; `df` counts the residuals as so many
    independent ones as their correlation leaves: (n - k)(1 - r) / (1 + r), at least 1.
    """

    estimate: float
    std_error: float
    df: float
    correlation: float
    has_season: bool
    newey_west: float


def fit_series(series: FloatArray, window: Window, season: int) -> SeriesFit | None:
    """Fit level, trend, season and the effect to one series (T,) with NaN where missing.

    Wagner et al. (2002), doi:10.1046/j.1365-2710.2002.00430.x; restricted likelihood as
    Turner et al. (2021), doi:10.1186/s12874-021-01364-0. Only the pre and post windows
    enter. None where too few periods are left, or where the series has no variation.
    """
    used = (window.pre | window.post) & np.isfinite(series)
    has_season = season > 1 and int((used & window.pre).sum()) >= CYCLES * season
    design = segments(window, season if has_season else 1)[used]
    design = design[:, [0, *(1 + np.flatnonzero(np.ptp(design[:, 1:], axis=0) > 0))]]
    outcome, period = series[used], np.flatnonzero(used)
    if len(outcome) - design.shape[1] < 3 or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    if _residual_square(outcome, design) <= 1e-20 * max(1.0, float((outcome**2).sum())):
        return None
    found = minimize_scalar(
        lambda rho: _likelihood(rho, outcome, design, period), bounds=CORRELATIONS, method="bounded"
    )
    return _fit(float(found.x), outcome, design, period, has_season=has_season)


def segments(window: Window, season: int) -> FloatArray:
    """Columns of the regression (T, k): level, trend, effect, its change, season.

    The effect's change is centred on the post window, so that the third coefficient is the
    mean effect over it; with fewer than three post-periods it is left out.
    """
    length = len(window.pre)
    period = np.arange(length, dtype=float)
    step = window.post.astype(float)
    columns = [np.ones(length), period - window.start, step]
    if int(window.post.sum()) >= 3:
        columns.append(step * (period - period[window.post].mean()))
    phase = np.arange(length) % season
    columns += [(phase == one).astype(float) for one in range(1, season)]
    return np.column_stack(columns)


def _residual_square(outcome: FloatArray, design: FloatArray) -> float:
    beta = np.linalg.lstsq(design, outcome, rcond=None)[0]
    return float(((outcome - design @ beta) ** 2).sum())


def _correlations(rho: float, period: IntArray) -> FloatArray:
    """Correlation of the errors (n, n): rho to the power of the periods between them."""
    return np.asarray(float(rho) ** np.abs(period[:, None] - period[None, :]))


def _likelihood(rho: float, outcome: FloatArray, design: FloatArray, period: IntArray) -> float:
    """Minus twice the restricted log likelihood, the variance profiled out, up to a constant."""
    root = cho_factor(_correlations(rho, period), lower=True)
    solved = cho_solve(root, design)
    normal = design.T @ solved
    beta = np.linalg.solve(normal, solved.T @ outcome)
    left = outcome - design @ beta
    square = float(left @ cho_solve(root, left))
    spread = 2 * float(np.log(np.diag(root[0])).sum())
    free = len(outcome) - design.shape[1]
    return float(spread + np.linalg.slogdet(normal)[1] + free * np.log(square))


def _fit(
    rho: float, outcome: FloatArray, design: FloatArray, period: IntArray, *, has_season: bool
) -> SeriesFit:
    root = cho_factor(_correlations(rho, period), lower=True)
    solved = cho_solve(root, design)
    inverse = np.linalg.inv(design.T @ solved)
    beta = inverse @ (solved.T @ outcome)
    left = outcome - design @ beta
    free = len(outcome) - design.shape[1]
    variance = float(left @ cho_solve(root, left)) / free * float(inverse[2, 2])
    return SeriesFit(
        estimate=float(beta[2]),
        std_error=float(np.sqrt(variance)),
        df=max(SMALLEST_DF, free * (1 - max(rho, 0.0)) / (1 + max(rho, 0.0))),
        correlation=rho,
        has_season=has_season,
        newey_west=newey_west(outcome, design),
    )


def newey_west(outcome: FloatArray, design: FloatArray) -> float:
    """Newey and West (1987) standard error of the effect, doi:10.2307/1913610.

    Ordinary least squares, Bartlett weights, floor(4 (n / 100)^(2/9)) lags, factor n / (n - k).
    Missing periods are passed over: the lags are between observed ones.
    """
    count, width = design.shape
    inverse = np.linalg.inv(design.T @ design)
    scores = design * (outcome - design @ (inverse @ (design.T @ outcome)))[:, None]
    lags = int(4 * (count / 100) ** (2 / 9))
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        crossed = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (crossed + crossed.T)
    variance = (inverse @ middle @ inverse)[2, 2] * count / (count - width)
    return float(np.sqrt(max(variance, 0.0)))

"""What a study's own history says about noise: how much outcomes vary, and for how long."""

from dataclasses import dataclass

import numpy as np

from impact.model import NEVER, EffectData, FloatArray
from impact.widening import two_way_residuals, within_cluster_sd

FEWEST_CLUSTERS = 5
"""With fewer never-exposed clusters the exposed ones' pre-periods are used too."""
FEWEST_PERIODS = 8
"""With fewer periods the correlation of neighbouring ones is taken to be 0."""
GRID = np.linspace(-0.5, 0.98, 149)


@dataclass(frozen=True)
class History:
    """Noise of one outcome between clusters and periods, without their levels.

    `sd` is one cluster's SD in one period, in the measure's unit; `correlation` that of
    neighbouring periods (AR(1)); `periods` how many there are before a roll-out could begin.
    """

    sd: float
    correlation: float
    periods: int
    clusters: int


def read_history(data: EffectData) -> History | None:
    """Noise of the cells that no exposure reached; None where nothing varies.

    A single period has the SD between clusters and no pre-period level to compare with.
    """
    calm = unexposed(data)
    calm = calm[np.isfinite(calm).any(axis=1)]
    length, clusters = data.outcome.shape[1], len(calm)
    if length < 3:
        seen = calm[:, -1][np.isfinite(calm[:, -1])]
        sd = float(seen.std(ddof=1)) if len(seen) > 1 else 0.0
        return History(sd, 0.0, 0, clusters) if sd > 0 else None
    short_sd = within_cluster_sd(calm)
    if short_sd <= 0:
        return None
    correlation = correlation_of(two_way_residuals(calm)) if length >= FEWEST_PERIODS else 0.0
    sd = float(short_sd / np.sqrt(_kept(correlation, length)))
    return History(sd, correlation, length, clusters)


def unexposed(data: EffectData) -> FloatArray:
    """Outcomes of never-exposed clusters; of too few of them, of all before their exposure."""
    never = data.cohort == NEVER
    if int(never.sum()) >= FEWEST_CLUSTERS:
        return np.asarray(data.outcome[never])
    period = np.arange(data.outcome.shape[1])
    is_exposed = ~never[:, None] & (period >= data.cohort[:, None])
    return np.where(is_exposed, np.nan, data.outcome)


def correlation_of(residuals: FloatArray) -> float:
    """AR(1) coefficient of residuals (N, T) about their own means, in [-0.5, 0.98].

    The usual ratio is too small in short series; what a coefficient would give in one of this
    length is known exactly, and the coefficient that gives the observed ratio is returned.
    """
    both = np.isfinite(residuals[:, 1:]) & np.isfinite(residuals[:, :-1])
    products = np.where(both, residuals[:, 1:] * residuals[:, :-1], 0.0).sum()
    ratio = (products / both.sum()) / np.nanmean(residuals**2)
    length = residuals.shape[1]
    expected = np.array([_short_ratio(rho, length) for rho in GRID])
    return float(np.interp(ratio, expected, GRID))


def _centred_covariance(rho: float, length: int) -> FloatArray:
    """Covariance (T, T) of an AR(1) series of variance 1 after its own mean is removed."""
    period = np.arange(length)
    covariance = float(rho) ** np.abs(period[:, None] - period)
    centre = np.eye(length) - 1 / length
    return np.asarray(centre @ covariance @ centre)


def _short_ratio(rho: float, length: int) -> float:
    covariance = _centred_covariance(rho, length)
    return float(np.diag(covariance, 1).mean() / np.diag(covariance).mean())


def _kept(rho: float, length: int) -> float:
    """Share of the variance that is left about a series' own mean, divisor T - 1."""
    return float(np.trace(_centred_covariance(rho, length)) / (length - 1))

"""Empirical calibration: what negative controls say about the error that sampling does not hold.

Schuemie, Ryan, DuMouchel, Suchard and Madigan (2014), doi:10.1002/sim.5925. Estimates of
effects that are known to be zero differ from zero by sampling error and by a systematic error,
taken as normal with one mean and one standard deviation. For panels whose controls share
clusters with the effect the per-cluster intervals I3 and I4 decide; this is what stands beside.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from impact.model import FloatArray

GRID = 200
"""Values of the standard deviation tried before the best one is refined."""


@dataclass(frozen=True)
class SystematicError:
    """Normal distribution of the systematic error, in the unit of the estimates."""

    mean: float
    std_dev: float
    count: int

    @property
    def expected_absolute(self) -> float:
        """EASE: mean of the error's absolute value; 0 where the controls are unbiased.

        Schuemie, Cepeda, Suchard et al. (2020), doi:10.1136/bmjopen-2020-038489.
        """
        if self.std_dev == 0:
            return abs(self.mean)
        z = self.mean / self.std_dev
        spread = self.std_dev * np.sqrt(2 / np.pi) * np.exp(-(z**2) / 2)
        return float(spread + self.mean * special.erf(z / np.sqrt(2)))


@dataclass(frozen=True)
class CalibratedEstimate:
    """An estimate with the systematic error taken off and its spread added; same unit."""

    estimate: float
    std_error: float
    p_value: float
    ci_low: float
    ci_high: float


def fit_systematic_error(estimate: FloatArray, std_error: FloatArray) -> SystematicError:
    """Fit mean and standard deviation by maximum likelihood: N(mean, std_dev^2 + std_error^2).

    `estimate` and `std_error` (K,) are of the negative controls; rows without both, or without
    a positive standard error, are left out. At least two must be left. For a given standard
    deviation the best mean is the weighted one, so one dimension is searched, zero included.
    """
    usable = np.isfinite(estimate) & np.isfinite(std_error) & (std_error > 0)
    value, variance = estimate[usable], std_error[usable] ** 2
    if len(value) < 2:
        raise ValueError(
            "estimate and std_error must hold at least two negative controls with a positive "
            f"standard error; {len(value)} do. Were the controls estimated?"
        )
    std_dev = _best_std_dev(value, variance)
    return SystematicError(_best_mean(value, variance + std_dev**2), std_dev, len(value))


def _best_mean(value: FloatArray, variance: FloatArray) -> float:
    return float(np.average(value, weights=1 / variance))


def _best_std_dev(value: FloatArray, variance: FloatArray) -> float:
    """Search from 0 to the spread of the estimates, which the maximum cannot exceed."""
    grid = np.linspace(0.0, float(np.ptp(value)), GRID)
    loss = [_loss(candidate, value, variance) for candidate in grid]
    best = int(np.argmin(loss))
    around = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    if around[0] == around[1]:
        return 0.0
    found = optimize.minimize_scalar(
        _loss, bounds=around, args=(value, variance), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x) if found.fun < loss[best] else float(grid[best])


def _loss(std_dev: float, value: FloatArray, variance: FloatArray) -> float:
    """Minus twice the log-likelihood at the best mean, without its constant."""
    total = variance + std_dev**2
    away = value - _best_mean(value, total)
    return float((np.log(total) + away**2 / total).sum())


def calibrate(
    estimate: float, std_error: float, error: SystematicError, level: float = 0.95
) -> CalibratedEstimate:
    """Calibrate an estimate; `p_value` is two-sided of "no effect", the interval at `level`."""
    centre = estimate - error.mean
    spread = float(np.hypot(std_error, error.std_dev))
    reach = float(stats.norm.ppf((1 + level) / 2)) * spread
    return CalibratedEstimate(
        estimate=centre,
        std_error=spread,
        p_value=float(2 * stats.norm.sf(abs(centre) / spread)),
        ci_low=centre - reach,
        ci_high=centre + reach,
    )

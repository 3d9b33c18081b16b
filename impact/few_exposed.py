"""1 to 4 exposed clusters: permutation of statistics scaled by each unit's own noise."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from impact.contrast import cluster_scalars
from impact.judged import Judged
from impact.model import FloatArray, IntArray, PermutationTest
from impact.permutation import Deal, seeded_deal, summarise
from impact.widening import two_way_fit, worst_share_shift
from impact.windows import Window
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName

Spread = Callable[[FloatArray, Window], FloatArray]
FLOOR = 1e-9
"""A unit's own noise is taken to be at least this share of the median unit's."""


@dataclass(frozen=True)
class Draws:
    """The assignments that every statistic of one effect is compared with."""

    deal: Deal
    judged: Judged

    def test(self, name: IntervalName, scaled: FloatArray) -> PermutationTest:
        """Permute scaled statistics (N,), own sign, widened by c(m) against each claim.

        The statistic is the mean over the exposed minus the mean over the rest.
        """
        exposed, sign = self.judged.cohorts.label > 0, self.judged.sign
        shift = worst_share_shift(self.judged.sample.missing_share)
        lowered = self._summary(name, sign * scaled - shift * exposed)
        raised = self._summary(name, sign * scaled + shift * exposed)
        return replace(lowered, p_harms=raised.p_harms)

    def _summary(self, name: IntervalName, value: FloatArray) -> PermutationTest:
        own = np.flatnonzero(self.judged.cohorts.label > 0)[None, :]
        observed = float(_difference(value, own)[0])
        return summarise(name, _difference(value, self.deal.member), observed, self.deal)


def deal_exposure(judged: Judged, thresholds: Thresholds, seed: int) -> Draws:
    """Deal "exposed" over all units: every assignment, or seeded draws where there are many."""
    label = (judged.cohorts.label > 0).astype(np.int64)
    return Draws(seeded_deal(label, judged.sample.block, thresholds, seed), judged)


def _difference(value: FloatArray, member: IntArray) -> FloatArray:
    """Mean over the chosen minus mean over the rest, per assignment (D,)."""
    inside = value[member].sum(axis=1)
    count = member.shape[1]
    return np.asarray(inside / count - (value.sum() - inside) / (len(value) - count))


def scaled_statistics(judged: Judged, statistic: FloatArray, noise: FloatArray) -> FloatArray:
    """R (N,): each unit's statistic less the median over all units, by the unit's own noise.

    Both inputs are (N, G). The median is taken out before scaling: a shock that all units
    share would otherwise look large wherever the unit is quiet. Comparison units average
    over the cohorts' windows by w_g.
    """
    floor = FLOOR * np.median(noise, axis=0)
    away = statistic - np.median(statistic, axis=0)
    scaled = np.divide(
        away, np.maximum(noise, floor), out=np.zeros_like(away), where=noise + floor > 0
    )
    return cluster_scalars(scaled, judged.cohorts)


def noise_matrix(judged: Judged, spread: Spread) -> FloatArray:
    """Evaluate a spread at every cohort's windows (N, G)."""
    outcome = judged.sample.outcome
    return np.column_stack([spread(outcome, window) for window in judged.sample.windows])


def own_sd(outcome: FloatArray, window: Window) -> FloatArray:
    """SD of each unit's pre-period outcomes after removing unit and period means (N,)."""
    return _sd(_own_residuals(outcome[:, window.pre]), used=1)


def own_sd_around_trend(outcome: FloatArray, window: Window) -> FloatArray:
    """The same after removing each unit's own linear trend too; divisor P - 2 (N,)."""
    left = _own_residuals(outcome[:, window.pre])
    seen = np.isfinite(left)
    period = np.arange(left.shape[1], dtype=float)
    count = np.maximum(seen.sum(axis=1), 1)
    away = np.where(seen, period - ((seen @ period) / count)[:, None], 0.0)
    squares = np.maximum((away**2).sum(axis=1), FLOOR)
    slope = (away * np.nan_to_num(left)).sum(axis=1) / squares
    return _sd(left - slope[:, None] * away, used=2)


def _own_residuals(pre: FloatArray) -> FloatArray:
    return np.asarray(pre - two_way_fit(pre))


def _sd(residual: FloatArray, used: int) -> FloatArray:
    free = np.maximum(np.isfinite(residual).sum(axis=1) - used, 1)
    return np.asarray(np.sqrt(np.nansum(residual**2, axis=1) / free))

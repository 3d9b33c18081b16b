"""Who was randomised to what: two arms with one start, brought to one outcome a unit."""

from dataclasses import dataclass

import numpy as np

from impact import functionals
from impact.arm_permutation import Trial
from impact.arms import has_both_arms
from impact.model import NEVER, BoolArray, EffectData, FloatArray, IntArray, NotEvaluable
from impact.support import check_variation
from impact.widening import within_cluster_sd
from impact.windows import Window, build_window


@dataclass(frozen=True)
class Randomisation:
    """Everyone who was randomised in a two-arm design, with or without an outcome (N,).

    `outcome` is the mean over the post window, `pre` the mean over all pre-periods, both NaN
    where nothing was observed. `missing` is the share of post-period cells not observed.
    """

    data: EffectData
    window: Window
    outcome: FloatArray
    pre: FloatArray
    missing: FloatArray

    @property
    def is_exposed(self) -> BoolArray:
        """Whether each unit was assigned to exposure (N,)."""
        return np.asarray(self.data.cohort != NEVER)

    @property
    def missing_share(self) -> float:
        """m: the larger arm's missing share."""
        arms = (self.missing[self.is_exposed], self.missing[~self.is_exposed])
        return max(float(arm.mean()) for arm in arms)

    @property
    def is_binary(self) -> bool:
        """Whether every outcome is 0 or 1."""
        return bool(np.isin(self.outcome[np.isfinite(self.outcome)], (0.0, 1.0)).all())

    @property
    def has_pre(self) -> bool:
        """Whether there is a pre-period outcome to adjust for."""
        return bool(np.isfinite(self.pre[np.isfinite(self.outcome)]).any())


def build_randomisation(data: EffectData, start: int) -> Randomisation | NotEvaluable:
    """Bring every unit to one outcome and one pre-period outcome."""
    window = build_window(start, data, all_post=True)
    if not window.post.any():
        return NotEvaluable(("NO_POST",))
    outcome = functionals.window_mean(data.outcome, window.post)
    for arm in (data.cohort == NEVER, data.cohort != NEVER):
        if not np.isfinite(outcome[arm]).any():
            return NotEvaluable(("NO_OUTCOME",))
    return check_variation(outcome) or Randomisation(
        data=data,
        window=window,
        outcome=outcome,
        pre=functionals.window_mean(data.outcome, window.pre),
        missing=np.isnan(data.outcome[:, window.post]).mean(axis=1),
    )


def has_block_probabilities(data: EffectData) -> bool:
    """Whether a given probability of assignment differs between blocks."""
    known = data.probability[np.isfinite(data.probability)]
    blocks = len(np.unique(data.block)) > 1
    return blocks and len(known) == len(data.block) and float(np.ptp(known)) > 1e-9


def build_trial(
    who: Randomisation, outcome: FloatArray, *, by_block: bool, adjust: bool = True
) -> Trial:
    """Units with an outcome; within blocks only those of blocks that hold both arms.

    A unit without a pre-period outcome takes its stratum's mean, which adjusts it by nothing.
    """
    kept = np.isfinite(outcome)
    kept &= has_both_arms(who.is_exposed & kept, ~who.is_exposed & kept, who.data.block) | (
        not by_block
    )
    block = who.data.block[kept]
    codes = np.unique(block, return_inverse=True)[1]
    stratum = codes if by_block else np.zeros(len(block), dtype=np.int64)
    has_pre = adjust and bool(np.isfinite(who.pre[kept]).any())
    pre = _filled(who.pre[kept], stratum) if has_pre else None
    return Trial(outcome[kept], pre, who.is_exposed[kept], block, stratum)


def _filled(pre: FloatArray, stratum: IntArray) -> FloatArray:
    filled = np.where(np.isfinite(pre), pre, np.nanmean(pre))
    for code in np.unique(stratum):
        inside = pre[stratum == code]
        if np.isfinite(inside).any():
            hole = (stratum == code) & np.isnan(pre)
            filled[hole] = np.nanmean(inside)
    return filled


def outcome_scale(who: Randomisation, trial: Trial) -> float:
    """s_y: within-cluster SD before the start; with under two pre-periods SD within strata.

    Over comparison units; for a binary outcome the root of the mean of p (1 - p). Where these
    units do not vary, over both arms.
    """
    before = who.data.outcome[~who.is_exposed][:, who.window.pre]
    if before.shape[1] >= 2 and within_cluster_sd(before) > 0:
        return within_cluster_sd(before)
    rest = ~trial.is_exposed
    found = _sd_within(trial.outcome[rest], trial.stratum[rest], binary=who.is_binary)
    return found or _sd_within(trial.outcome, trial.stratum, binary=who.is_binary)


def _sd_within(outcome: FloatArray, stratum: IntArray, *, binary: bool) -> float:
    codes, index = np.unique(stratum, return_inverse=True)
    means = np.bincount(index, outcome) / np.bincount(index)
    squares = float(((outcome - means[index]) ** 2).sum())
    return float(np.sqrt(squares / max(1, len(outcome) - (0 if binary else len(codes)))))

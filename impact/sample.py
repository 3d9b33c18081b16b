"""Which clusters an estimate uses, in which arm, and how much of each arm is missing."""

from dataclasses import dataclass

import numpy as np

from impact.model import NEVER, BoolArray, EffectData, FloatArray, IntArray
from impact.windows import Window, build_window


@dataclass(frozen=True)
class Sample:
    """Clusters that can be used (N rows) and the windows of the G cohorts among them.

    `label` (N,) is 0 for comparison clusters and 1..G for the cohorts in order of start;
    `rows` (N,) are the clusters' rows in the data the sample was built from.
    The missing shares are of all post-period cells of an arm, clusters that were dropped
    counting as all missing.
    """

    outcome: FloatArray
    label: IntArray
    block: IntArray
    weight: FloatArray
    rows: IntArray
    windows: tuple[Window, ...]
    missing_exposed: float
    missing_comparison: float

    @property
    def exposed_count(self) -> int:
        """Exposed clusters."""
        return int((self.label > 0).sum())

    @property
    def comparison_count(self) -> int:
        """Comparison clusters."""
        return int((self.label == 0).sum())

    @property
    def missing_share(self) -> float:
        """m: the larger of the two arms' missing shares."""
        return max(self.missing_exposed, self.missing_comparison)

    @property
    def pre_count(self) -> int:
        """Pre-periods of the earliest cohort."""
        return int(self.windows[0].pre.sum())

    @property
    def post_count(self) -> int:
        """Periods of the longest post window."""
        return max(int(window.post.sum()) for window in self.windows)


def build_sample(data: EffectData, *, all_post: bool = False) -> Sample:
    """Sort clusters into arms and drop those that cannot give a scalar.

    A cluster without an observed post-period, or with under half of its pre-periods, is
    dropped. Cohorts without a pre-period or without a post-period are no part of either arm.
    """
    every = _usable_windows(data, all_post=all_post)
    label = np.searchsorted([w.start for w in every], data.cohort) + 1
    label = np.where(data.cohort == NEVER, 0, label)
    known = np.isin(data.cohort, [NEVER, *(w.start for w in every)])
    kept = known & _is_usable_in_own_arm(data.outcome, label, every)
    alive = np.unique(label[kept & (label > 0)])
    windows = tuple(every[code - 1] for code in alive)
    kept &= (label > 0) | _is_usable_in_all(data.outcome, windows)
    weights = _shares(label[kept & (label > 0)], alive)
    return Sample(
        outcome=data.outcome[kept],
        label=np.where(label[kept] > 0, np.searchsorted(alive, label[kept]) + 1, 0),
        block=data.block[kept],
        weight=data.weight[kept],
        rows=np.flatnonzero(kept),
        windows=windows,
        missing_exposed=_missing_exposed(data.outcome, label, known, kept, every),
        missing_comparison=_missing_comparison(data.outcome, label, kept, windows, weights),
    )


def _shares(labels: IntArray, codes: IntArray) -> FloatArray:
    counts = np.array([(labels == code).sum() for code in codes], dtype=float)
    return counts / max(1, len(labels))


def _usable_windows(data: EffectData, *, all_post: bool) -> tuple[Window, ...]:
    starts = np.unique(data.cohort[data.cohort > 0])
    windows = (build_window(int(start), data, all_post=all_post) for start in starts)
    return tuple(window for window in windows if window.post.any())


def _is_usable(outcome: FloatArray, window: Window) -> BoolArray:
    seen = np.isfinite(outcome)
    enough = 2 * seen[:, window.pre].sum(axis=1) >= window.pre.sum()
    return np.asarray(seen[:, window.post].any(axis=1) & enough)


def _is_usable_in_own_arm(
    outcome: FloatArray, label: IntArray, windows: tuple[Window, ...]
) -> BoolArray:
    usable: BoolArray = label == 0
    for code, window in enumerate(windows, start=1):
        usable |= (label == code) & _is_usable(outcome, window)
    return usable


def _is_usable_in_all(outcome: FloatArray, windows: tuple[Window, ...]) -> BoolArray:
    usable = np.ones(len(outcome), dtype=bool)
    for window in windows:
        usable &= _is_usable(outcome, window)
    return usable


def _post_missing(outcome: FloatArray, window: Window, kept: BoolArray) -> FloatArray:
    """Missing share of each cluster's post-period; 1 where the cluster was dropped."""
    return np.where(kept, np.isnan(outcome[:, window.post]).mean(axis=1), 1.0)


def _missing_exposed(
    outcome: FloatArray,
    label: IntArray,
    known: BoolArray,
    kept: BoolArray,
    windows: tuple[Window, ...],
) -> float:
    shares = [
        _post_missing(outcome, window, kept)[known & (label == code)]
        for code, window in enumerate(windows, start=1)
    ]
    return float(np.concatenate(shares).mean()) if shares else 0.0


def _missing_comparison(
    outcome: FloatArray,
    label: IntArray,
    kept: BoolArray,
    windows: tuple[Window, ...],
    weights: FloatArray,
) -> float:
    arm = label == 0
    if not arm.any() or not windows:
        return 0.0
    shares = [_post_missing(outcome, window, kept)[arm].mean() for window in windows]
    return float(np.dot(weights, shares))

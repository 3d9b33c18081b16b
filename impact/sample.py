"""Which clusters an estimate uses, in which arm, and how much of each arm is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.model import NEVER, BoolArray, EffectData, FloatArray, IntArray
from impact.windows import Window, build_window, with_comparison, within_panel


@dataclass(frozen=True)
class Sample:
    """Clusters that can be used (N rows) and the windows of the G cohorts among them.

    `label` (N,) is 0 for comparison clusters and 1..G for the cohorts in order of start;
    `rows` (N,) are the clusters' rows in the data the sample was built from.
    `waits` (G, G) is that of `impact.cohorts.Cohorts`, None unless it is asked for and some
    cohort is unexposed until another's windows end.
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
    waits: BoolArray | None = None

    @property
    def exposed_count(self) -> int:
        """Exposed clusters."""
        return int((self.label > 0).sum())

    @property
    def comparison_count(self) -> int:
        """Comparison clusters, those among them that are not yet exposed counted too."""
        return self.never_count + int(self.waiting.sum())

    @property
    def never_count(self) -> int:
        """Clusters that are never exposed."""
        return int((self.label == 0).sum())

    @property
    def waiting(self) -> BoolArray:
        """Which exposed clusters (N,) another cohort is compared with."""
        if self.waits is None:
            return np.zeros(len(self.label), dtype=bool)
        return np.concatenate([[False], self.waits.any(axis=1)])[self.label]

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


@dataclass(frozen=True)
class Cut:
    """Data that were cut to have a comparison, and the sample they give."""

    data: EffectData
    sample: Sample


def cut_sample(data: EffectData, fewest: int, *, all_post: bool = False) -> Cut:
    """Cut data so that `fewest` clusters can be compared with, and build their sample."""
    cut = with_comparison(within_panel(data), fewest)
    return Cut(cut, build_sample(cut, all_post=all_post))


def build_sample(data: EffectData, *, all_post: bool = False) -> Sample:
    """Sort clusters into arms and drop those that cannot give a scalar.

    A cluster without an observed post-period, or with under half of its pre-periods, is
    dropped. Cohorts without a pre-period or without a post-period are no part of either arm.
    """
    every = _usable_windows(data, all_post=all_post)
    starts = np.array([NEVER, *(w.start for w in every)])
    label = np.minimum(np.searchsorted(starts, data.cohort), len(starts) - 1)
    known = starts[label] == data.cohort
    is_whole = bool(np.isfinite(data.outcome).all())
    kept = known if is_whole else known & _is_usable_in_own_arm(data.outcome, label, every)
    if data.comparison == "not_yet_exposed":
        kept &= _is_usable_while_waiting(data, every)
    alive = np.unique(label[kept & (label > 0)])
    windows = tuple(every[code - 1] for code in alive)
    if not is_whole:
        kept &= (label > 0) | _is_usable_in_all(data.outcome, windows)
    waits = waiting_cohorts(windows) if data.comparison == "not_yet_exposed" else None
    weights = _shares(label[kept & (label > 0)], alive)
    return Sample(
        outcome=data.outcome[kept],
        label=np.where(label[kept] > 0, np.searchsorted(alive, label[kept]) + 1, 0),
        block=data.block[kept],
        weight=data.weight[kept],
        rows=np.flatnonzero(kept),
        windows=windows,
        missing_exposed=0.0
        if is_whole
        else _missing_exposed(data.outcome, label, known, kept, every),
        missing_comparison=0.0
        if is_whole
        else _missing_comparison(data, label, kept, windows, (weights, waits)),
        waits=waits,
    )


def waiting_cohorts(windows: Sequence[Window]) -> BoolArray | None:
    """Whether each cohort (rows) starts after the last post-period of each other (columns).

    None where none does.
    """
    ends = np.array([np.flatnonzero(window.post)[-1] for window in windows], dtype=np.int64)
    starts = np.array([window.start for window in windows], dtype=np.int64)
    waits = starts[:, None] > ends
    return waits if waits.any() else None


def _is_usable_while_waiting(data: EffectData, windows: tuple[Window, ...]) -> BoolArray:
    """Clusters (N,) that can be used in the windows of every cohort compared with them."""
    usable, waits = np.ones(len(data.cohort), dtype=bool), waiting_cohorts(windows)
    if waits is None:
        return usable
    for row, window in enumerate(windows):
        served = tuple(windows[g] for g in np.flatnonzero(waits[row]))
        usable &= (data.cohort != window.start) | _is_usable_in_all(data.outcome, served)
    return usable


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
    data: EffectData,
    label: IntArray,
    kept: BoolArray,
    windows: tuple[Window, ...],
    counted: tuple[FloatArray, BoolArray | None],
) -> float:
    weights, waits = counted
    if not (label == 0).any() or not windows:
        return 0.0
    starts, shares = np.array([window.start for window in windows]), []
    for column, window in enumerate(windows):
        arm = label == 0
        if waits is not None:
            arm = arm | np.isin(data.cohort, starts[waits[:, column]])
        shares.append(_post_missing(data.outcome, window, kept)[arm].mean())
    return float(np.dot(weights, shares))

"""Synthetic DiD of every unit alone and of the exposed together, on one sample."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.judged import Judged
from impact.model import FloatArray, IntArray
from impact.synthetic_did import CHUNK, Fit, synthetic_control, synthetic_did
from impact.widening import two_way_fit
from impact.windows import Window

PLACEBOS = 200
"""Draws of the placebo standard error where several units are exposed."""


@dataclass(frozen=True)
class Panel:
    """A sample made complete where weights are fitted: (N, T) and the comparison rows (n0,).

    Missing cells before the start, and all missing cells of comparison units, are filled with
    unit and period effects of everything unexposed; they count as missing all the same.
    """

    judged: Judged
    filled: FloatArray
    rest: IntArray

    def series(self, rows: IntArray | int, window: Window) -> FloatArray:
        """Give series to be fitted (B, T): filled before the start, as observed after it."""
        observed = self.judged.sample.outcome[rows]
        return np.where(window.pre, self.filled[rows], observed)

    def fit_units(self, window: Window) -> Fit:
        """Fit every unit alone against all other never-exposed units, in row order."""
        everyone = np.arange(len(self.filled))
        exposed = np.setdiff1d(everyone, self.rest)
        donors = np.broadcast_to(self.filled[self.rest], (len(exposed), *self._donor_shape))
        parts = [synthetic_did(self.series(exposed, window), donors, window.pre, window.post)]
        parts += self._fit_each_alone(window)
        order = np.argsort(np.concatenate([exposed, self.rest]))
        return Fit(
            effect=np.concatenate([part.effect for part in parts])[order],
            rmse=np.concatenate([part.rmse for part in parts])[order],
            path=np.concatenate([part.path for part in parts])[order],
        )

    @property
    def _donor_shape(self) -> tuple[int, int]:
        return len(self.rest), self.filled.shape[1]

    def _fit_each_alone(self, window: Window) -> list[Fit]:
        """Comparison units against the others, as many at once as memory allows."""
        size = max(1, CHUNK // (len(self.rest) * max(self._donor_shape)))
        return [
            self.fit_groups(self.rest[i : i + size][:, None], window)
            for i in range(0, len(self.rest), size)
        ]

    def fit_groups(self, groups: IntArray, window: Window) -> Fit:
        """Fit the mean of each group of comparison rows (B, k) against the comparison rest."""
        donors = np.stack([self.filled[np.setdiff1d(self.rest, group)] for group in groups])
        each = np.stack([self.series(group, window) for group in groups])
        middle = mean_series(each, axis=1)
        return synthetic_did(middle, donors, window.pre, window.post, exposed=groups.shape[1])


def fit_together(panels: Sequence[Panel], cohort: int) -> list[Fit]:
    """`fit_units` at one cohort's window, of many panels of one shape and the same arms.

    A step of the weights costs nearly the same for one series as for thousands.
    """
    first = panels[0]
    window, everyone = first.judged.sample.windows[cohort], np.arange(len(first.filled))
    parts = []
    for row in everyone:
        donors = np.stack([one.filled[np.setdiff1d(first.rest, row)] for one in panels])
        parts.append((np.stack([one.series(int(row), window) for one in panels]), donors))
    order = np.argsort(np.isin(everyone, first.rest), kind="stable")
    exposed = len(everyone) - len(first.rest)
    fits = [
        synthetic_did(
            np.concatenate([parts[row][0] for row in rows]),
            np.concatenate([parts[row][1] for row in rows]),
            window.pre,
            window.post,
        )
        for rows in (order[:exposed], order[exposed:])
    ]
    return [_of_panel(fits, order, len(panels), number) for number in range(len(panels))]


def _of_panel(fits: list[Fit], order: IntArray, count: int, number: int) -> Fit:
    """Pick one panel's rows from fits in which each unit's `count` panels follow each other."""
    back = np.argsort(order)
    return Fit(
        effect=np.concatenate([fit.effect[number::count] for fit in fits])[back],
        rmse=np.concatenate([fit.rmse[number::count] for fit in fits])[back],
        path=np.concatenate([fit.path[number::count] for fit in fits])[back],
    )


def build_panel_of(judged: Judged) -> Panel:
    """Fill what is missing before weights are fitted."""
    outcome = judged.sample.outcome
    period = np.arange(outcome.shape[1])
    start = judged.first_exposed[:, None]
    unexposed = np.where((start >= 0) & (period >= start), np.nan, outcome)
    filled = np.where(np.isfinite(unexposed), unexposed, two_way_fit(unexposed))
    return Panel(judged, filled, np.flatnonzero(judged.cohorts.label == 0))


def mean_series(series: FloatArray, axis: int) -> FloatArray:
    """Mean over units of the observed cells; NaN where none was observed."""
    seen = np.isfinite(series)
    total, count = np.where(seen, series, 0.0).sum(axis=axis), seen.sum(axis=axis)
    middle = np.full(total.shape, np.nan)
    np.divide(total, count, out=middle, where=count > 0)
    return middle


def headline_fits(panel: Panel) -> tuple[Fit, ...]:
    """Fit each cohort's mean series against all never-exposed units (B = 1), in order."""
    return tuple(
        synthetic_did(
            mean_series(panel.series(_members(panel, cohort), window), axis=0)[None],
            panel.filled[panel.rest][None],
            window.pre,
            window.post,
            exposed=len(_members(panel, cohort)),
        )
        for cohort, window in enumerate(panel.judged.sample.windows, start=1)
    )


def _members(panel: Panel, cohort: int) -> IntArray:
    return np.flatnonzero(panel.judged.cohorts.label == cohort)


def placebo_std_error(panel: Panel, units: tuple[Fit, ...], seed: int) -> float:
    """SD of the estimate over comparison units put in the exposed ones' place.

    Algorithm 4 of Arkhangelsky et al. (2021). One exposed unit: every comparison unit once;
    several: seeded draws of as many, with the cohorts' own windows.
    """
    if panel.judged.sample.exposed_count == 1:
        return float(units[0].effect[panel.rest].std())
    windows, shares = panel.judged.sample.windows, panel.judged.cohorts.shares
    sizes = np.bincount(panel.judged.cohorts.label)[1:]
    sizes = np.minimum(sizes, max(1, len(panel.rest) // (2 * len(sizes))))
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(panel.rest, (PLACEBOS, 1)), axis=1)
    ends = np.cumsum(sizes)
    effects = [
        panel.fit_groups(drawn[:, end - size : end], window).effect
        for size, end, window in zip(sizes, ends, windows, strict=True)
    ]
    return float((shares @ np.array(effects)).std())


def synthetic_control_estimate(panel: Panel) -> float:
    """Mean post-period gap of the exposed to their synthetic controls, weighted by w_g."""
    gaps = [
        synthetic_control(
            mean_series(panel.series(_members(panel, cohort), window), axis=0),
            panel.filled[panel.rest],
            window.pre,
            window.post,
        )
        for cohort, window in enumerate(panel.judged.sample.windows, start=1)
    ]
    return float(panel.judged.cohorts.shares @ np.array(gaps))

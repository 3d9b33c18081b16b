"""A sample together with what every interval on it shares."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact import functionals
from impact.cohorts import Cohorts
from impact.contrast import Contrast, contrast
from impact.controls import Controls, build_controls
from impact.model import NEVER, EffectData, FloatArray, IntArray
from impact.sample import Sample
from impact.widening import within_cluster_sd, worst_share_shift


@dataclass(frozen=True)
class Judged:
    """A sample with what every interval shares: sign, s_y, and the widening B.

    `controls` are the negative controls on the same sample, None where none was declared;
    `unit_ids` (N,) are the clusters' ids, empty where there is no control.
    """

    sample: Sample
    cohorts: Cohorts
    sign: int
    scale: float
    widening: float
    controls: Controls | None = None
    unit_ids: tuple[str, ...] = ()

    @property
    def control_count(self) -> int:
        """K: the negative controls that can be used."""
        return self.controls.count if self.controls else 0

    def matrix(self, functional: functionals.Functional) -> FloatArray:
        """Evaluate a functional at every cohort's windows (N, G), own unit and sign."""
        made = self._matrices.get(functional)
        if made is None:
            made = functionals.scalar_matrix(self.sample.outcome, self.sample.windows, functional)
            self._matrices[functional] = made
        return made

    @cached_property
    def _matrices(self) -> dict[functionals.Functional, FloatArray]:
        """What `matrix` has made: every interval needs the plain one."""
        return {}

    def contrast(self, functional: functionals.Functional) -> Contrast | None:
        """Contrast the arms in a functional, own unit and sign."""
        if functional not in self._contrasts:
            self._contrasts[functional] = contrast(self.matrix(functional), self.cohorts)
        return self._contrasts[functional]

    @cached_property
    def _contrasts(self) -> dict[functionals.Functional, Contrast | None]:
        """What `contrast` has made."""
        return {}

    @property
    def first_exposed(self) -> IntArray:
        """First exposed period of each row (N,), or NEVER."""
        return np.array([NEVER, *self.cohorts.starts])[self.cohorts.label]

    @property
    def span(self) -> float:
        """Periods between the midpoints of post and pre windows, cohorts weighted by w_g."""
        periods = np.arange(self.sample.outcome.shape[1], dtype=float)[None, :]
        between = functionals.scalar_matrix(periods, self.sample.windows, functionals.distance)
        return float((between @ self.cohorts.shares)[0])


def judge_sample(sample: Sample, sign: int, data: EffectData | None = None) -> Judged:
    """Scale a sample: s_y over comparison clusters before the first start, and B = c(m) s_y.

    `data` are those the sample was built from, where its negative controls are wanted.
    """
    rest = (sample.label == 0) | sample.waiting
    before = sample.outcome[rest][:, : sample.windows[0].start]
    scale = within_cluster_sd(before)
    cohorts = Cohorts(sample.label, tuple(w.start for w in sample.windows), sample.waits)
    return Judged(
        sample=sample,
        cohorts=cohorts,
        sign=sign,
        scale=scale,
        widening=worst_share_shift(sample.missing_share) * scale,
        controls=build_controls(data, sample, cohorts) if data else None,
        unit_ids=tuple(data.unit_ids[row] for row in sample.rows) if data else (),
    )

"""Who is exposed from when, and which clusters each cohort is compared with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Cohorts:
    """Cohort of each cluster (0 never exposed, 1..G in order of start) and the G starts.

    `waits` (G, G) says whether row's cohort is still unexposed when column's windows end, and
    is therefore compared with it beside the never exposed; None where nobody is.
    `kept_out` (N,) marks clusters that no cohort is compared with although theirs waits.
    """

    label: IntArray
    starts: tuple[int, ...]
    waits: BoolArray | None = None
    kept_out: BoolArray | None = None

    @cached_property
    def counts(self) -> IntArray:
        """Clusters never exposed and of each cohort (G + 1,)."""
        return np.bincount(self.label, minlength=len(self.starts) + 1)

    @cached_property
    def exposed(self) -> BoolArray:
        """Which clusters are exposed (N,)."""
        return np.asarray(self.label > 0)

    @cached_property
    def own(self) -> tuple[IntArray, IntArray]:
        """Row and column of each cluster's own scalar; the first column for comparison (N,)."""
        return np.arange(len(self.label)), np.maximum(self.label - 1, 0)

    @cached_property
    def members(self) -> tuple[IntArray, ...]:
        """Rows of the clusters never exposed, then of each stratum of exposed clusters."""
        code = np.where(self.exposed, self.strata[self.own[1]] + 1, 0)
        return tuple(np.flatnonzero(code == one) for one in range(int(self.strata.max()) + 2))

    @cached_property
    def shares(self) -> FloatArray:
        """w_g: each cohort's share of the exposed clusters (G,)."""
        counts = self.counts[1:]
        return np.asarray(counts / counts.sum())

    @cached_property
    def strata(self) -> IntArray:
        """Stratum (G,) in which each cohort's scalars are centred.

        A cohort of one joins its neighbour in time (the earlier of two as near).
        """
        counts = self.counts[1:]
        stratum = np.arange(len(counts))
        if len(counts) == 1 or not (counts == 1).any():
            return stratum
        for cohort in np.flatnonzero(counts == 1):
            if (stratum == stratum[cohort]).sum() == 1:
                stratum[cohort] = stratum[_nearest(int(cohort), self.starts)]
        return np.unique(stratum, return_inverse=True)[1]

    @cached_property
    def compared(self) -> BoolArray:
        """Which clusters (rows, N) each cohort (columns, G) is compared with."""
        never = np.ones((1, len(self.starts)), dtype=bool)
        waits = np.zeros((len(self.starts),) * 2, dtype=bool) if self.waits is None else self.waits
        found = np.concatenate([never, waits])[self.label]
        if self.kept_out is None:
            return np.asarray(found)
        return np.asarray(found & ((self.label == 0) | ~self.kept_out)[:, None])

    def among(self, kept: BoolArray) -> "Cohorts":
        """The same cohorts without the clusters that are not kept (N,)."""
        if kept.all():
            return self
        kept_out = None if self.kept_out is None else self.kept_out[kept]
        return Cohorts(self.label[kept], self.starts, self.waits, kept_out)


def _nearest(cohort: int, starts: tuple[int, ...]) -> int:
    others = [other for other in (cohort - 1, cohort + 1) if 0 <= other < len(starts)]
    return min(others, key=lambda other: abs(starts[other] - starts[cohort]))

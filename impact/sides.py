"""The two sides a claim can be on, so that improves and harms are one rule and its mirror."""

from enum import Enum
from typing import Literal

from impact.model import Estimation, Interval, PermutationTest
from schemas.vocabulary import IntervalName


class Side(Enum):
    """Better or worse for patients; estimates are signed so that positive is better."""

    IMPROVES = 1
    HARMS = -1

    @property
    def verdict(self) -> Literal["improves", "harms"]:
        """The verdict that a claim on this side is."""
        return "improves" if self is Side.IMPROVES else "harms"

    def interval_p(self, interval: Interval) -> float:
        """One-sided p against no effect on this side, widening included."""
        return interval.p_improves if self is Side.IMPROVES else interval.p_harms

    def permutation(self, test: PermutationTest) -> float:
        """One-sided randomisation p on this side."""
        return test.p_improves if self is Side.IMPROVES else test.p_harms

    def depth(self, bounds: tuple[float, float]) -> float:
        """How far from zero the bound nearest to it lies on this side; negative beyond it."""
        return bounds[0] if self is Side.IMPROVES else -bounds[1]

    def is_beyond_zero(self, bounds: tuple[float, float]) -> bool:
        """Whether the whole interval lies on this side of zero."""
        return self.depth(bounds) > 0


def permutation_p(estimation: Estimation, name: IntervalName, side: Side) -> float:
    """One-sided randomisation p of one statistic; 1 where it was not computed."""
    tests = [t for t in estimation.permutations if t.name == name and t.status == "PASS"]
    return side.permutation(tests[0]) if tests else 1.0


def side_p(estimation: Estimation, side: Side) -> float:
    """Two-sided P of one side: the worst interval p and the randomisation p, doubled.

    Where permutation decides (1-4 exposed) it is the worst of the permutation tests. What
    was not computed counts as p = 1: it never helps a claim.
    """
    if estimation.decided_by == "permutation":
        tests = [side.permutation(t) for t in estimation.permutations if t.status == "PASS"]
        return min(1.0, 2 * max(tests, default=1.0))
    deciding = [
        side.interval_p(interval)
        for interval in estimation.intervals
        if interval.status == "PASS" and (estimation.is_observational or interval.name == "plain")
    ]
    worst = max(deciding, default=1.0)
    return min(1.0, 2 * max(worst, permutation_p(estimation, "plain", side)))

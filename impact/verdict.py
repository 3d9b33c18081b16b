"""The verdict: pure functions of intervals, permutation p values and gates (METHODS 3, 3a)."""

from collections.abc import Sequence
from dataclasses import dataclass

from impact.model import Estimation, Interval
from impact.multiplicity import holm_with
from impact.sides import Side, permutation_p, side_p
from schemas.vocabulary import IntervalName, Method, Reason, Verdict

BREAKING: dict[IntervalName, Reason] = {
    "donut": "ANTICIPATION",
    "trend_robust": "TREND",
    "calibrated": "NEGATIVE_CONTROL",
    "calibrated_twice": "NEGATIVE_CONTROL",
    "far_only": "SPILLOVER",
    "clean": "COMPETING",
}
"""The reason that an interval gives when it does not stand; the plain one only widens."""
ROUNDING = 1e-12
"""Counts of permutations are fractions: 1 - 39/40 is 1/40 only up to rounding."""
ONE_SERIES: Method = "interrupted_series"
"""One series claims nothing: nothing tells the effect from what else happened."""
ALWAYS_NEEDED: tuple[IntervalName, ...] = ("plain", "donut", "trend_robust")
"""Without these no claim is made from observational data."""


@dataclass(frozen=True)
class Evidence:
    """What one verdict is made from; signed so that positive is better for patients.

    `intervals` and `permutations` are those of `estimation` with the ones appended that apply
    and were not computed. `smallest_worthwhile_effect` is positive, in the measure's unit, or
    None for an effect that names none. `alpha` is two-sided. `support` are the reasons of
    gate G3, `failed_gate` that of the first other gate that fails.
    """

    estimation: Estimation | None
    smallest_worthwhile_effect: float | None
    alpha: float
    support: tuple[Reason, ...] = ()
    failed_gate: Reason | None = None


@dataclass(frozen=True)
class Family:
    """The primary family of a plan: its size, and the p values of the other members.

    An effect that is not primary is a family of its own: size 1, no others.
    """

    size: int = 1
    others: tuple[float, ...] = ()


@dataclass(frozen=True)
class Decision:
    """A verdict, its reasons, and the p value that carries the multiplicity."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    p_value: float | None = None


def decide(evidence: Evidence, family: Family) -> Decision:
    """First match of: not evaluable, failed gate, no meaningful effect, claim, inconclusive."""
    found = evidence.estimation
    if evidence.support or found is None:
        return Decision("not_evaluable", evidence.support)
    is_alone = found.method == ONE_SERIES
    p_value = None if is_alone else adjusted_p(found, family)
    if evidence.failed_gate is not None or is_alone:
        return Decision("inconclusive", (evidence.failed_gate or "ONE_SERIES",), p_value)
    if not is_complete(found):
        return Decision("inconclusive", ("TOO_FEW_PRE",), p_value)
    if is_negligible(evidence, found, family):
        return Decision("no_meaningful_effect", (), p_value)
    for side in Side:
        if is_claimed(found, side, evidence.alpha, family):
            return Decision(side.verdict, (), p_value)
    return Decision("inconclusive", _doubts(found, evidence.alpha, family), p_value)


def raw_p(estimation: Estimation) -> float:
    """P of METHODS 3a before Holm: intervals and randomisation, two-sided, on the nearer side."""
    return min(side_p(estimation, side) for side in Side)


def adjusted_p(estimation: Estimation, family: Family) -> float:
    """The p that is shown: Holm's over the family.

    Where permutation decides it is the headline's own, times the size of the family, as
    METHODS asks for alpha / (2m); the other statistics have their p among the diagnostics.
    """
    if estimation.decided_by == "permutation":
        nearer = min(permutation_p(estimation, "plain", side) for side in Side)
        return min(1.0, 2 * family.size * nearer)
    return holm_with(raw_p(estimation), family.others)


def is_complete(estimation: Estimation) -> bool:
    """Whether plain, donut and trend-robust, as far as they apply, could be computed."""
    shown = (
        estimation.permutations if estimation.decided_by == "permutation" else deciding(estimation)
    )
    computed = {item.name for item in shown if item.status == "PASS"}
    needed = ALWAYS_NEEDED if estimation.is_observational else ALWAYS_NEEDED[:1]
    return computed.issuperset(needed)


def deciding(estimation: Estimation) -> tuple[Interval, ...]:
    """The intervals that decide: all that were evaluated, only the plain one if randomised."""
    return tuple(
        interval
        for interval in estimation.intervals
        if interval.status == "PASS" and (estimation.is_observational or interval.name == "plain")
    )


def robust_bounds(estimation: Estimation, level: float) -> tuple[float, float] | None:
    """[L, U]: the widest reach of the deciding intervals at `level`; None where none is claimed."""
    intervals = deciding(estimation)
    is_claimed = estimation.decided_by == "interval" and estimation.method != ONE_SERIES
    if not is_claimed or not intervals:
        return None
    bounds = [interval.bounds(level) for interval in intervals]
    return min(low for low, _ in bounds), max(high for _, high in bounds)


def is_negligible(evidence: Evidence, estimation: Estimation, family: Family) -> bool:
    """Whether every interval at 1 - 2 alpha / m lies inside the smallest worthwhile effect."""
    threshold = evidence.smallest_worthwhile_effect
    bounds = robust_bounds(estimation, 1 - 2 * evidence.alpha / family.size)
    if threshold is None or bounds is None:
        return False
    return -threshold < bounds[0] and bounds[1] < threshold


def is_claimed(estimation: Estimation, side: Side, alpha: float, family: Family) -> bool:
    """Whether every way of removing bias leaves an effect on this side."""
    if estimation.decided_by == "permutation":
        return family.size * side_p(estimation, side) <= alpha + ROUNDING
    bounds = robust_bounds(estimation, 0.95)
    adjusted = holm_with(side_p(estimation, side), family.others)
    return bounds is not None and side.is_beyond_zero(bounds) and adjusted <= alpha + ROUNDING


def broken_by(
    estimation: Estimation, alpha: float, family: Family
) -> tuple[tuple[IntervalName, Reason], ...]:
    """The intervals that take away a claim the plain estimate would have made, worst first.

    Empty when the plain estimate, without widening, would not have been a claim. An interval
    that falls only because of its widening gives ATTRITION.
    """
    find = _failed_tests if estimation.decided_by == "permutation" else _fallen
    for side in Side:
        if _is_visible(estimation, side, alpha, family):
            return find(estimation, side, alpha, family)
    return ()


def _doubts(estimation: Estimation, alpha: float, family: Family) -> tuple[Reason, ...]:
    reasons: list[Reason] = ["FRAGILE"]
    reasons += [reason for _, reason in broken_by(estimation, alpha, family)]
    if len(reasons) > 1:
        return tuple(dict.fromkeys(reasons))
    return ("IMPRECISE",) if _can_be_claimed(estimation, alpha, family) else ("UNATTAINABLE_P",)


def _can_be_claimed(estimation: Estimation, alpha: float, family: Family) -> bool:
    """Whether the most extreme assignment of the design would reach alpha."""
    smallest = [test.smallest_p for test in estimation.permutations if test.name == "plain"]
    return all(2 * p_value * family.size <= alpha + ROUNDING for p_value in smallest)


def _is_visible(estimation: Estimation, side: Side, alpha: float, family: Family) -> bool:
    """Whether the plain estimate alone would have been a claim on this side."""
    if estimation.decided_by == "permutation":
        return 2 * permutation_p(estimation, "plain", side) * family.size <= alpha + ROUNDING
    plain = next(item for item in deciding(estimation) if item.name == "plain")
    return _stands(_unwidened(plain), estimation, side, alpha, family)


def _failed_tests(
    estimation: Estimation, side: Side, alpha: float, family: Family
) -> tuple[tuple[IntervalName, Reason], ...]:
    tests = [test for test in estimation.permutations if test.status == "PASS"]
    failed = [test for test in tests if 2 * side.permutation(test) * family.size > alpha + ROUNDING]
    worst = sorted(failed, key=side.permutation, reverse=True)
    return tuple((test.name, BREAKING[test.name]) for test in worst)


def _fallen(
    estimation: Estimation, side: Side, alpha: float, family: Family
) -> tuple[tuple[IntervalName, Reason], ...]:
    fallen: list[tuple[IntervalName, Reason]] = []
    for interval in sorted(deciding(estimation), key=lambda item: side.depth(item.bounds(0.95))):
        if not _stands(_unwidened(interval), estimation, side, alpha, family):
            fallen.append((interval.name, BREAKING[interval.name]))
        elif not _stands(interval, estimation, side, alpha, family):
            fallen.append((interval.name, "ATTRITION"))
    return tuple(fallen)


def _stands(
    interval: Interval, estimation: Estimation, side: Side, alpha: float, family: Family
) -> bool:
    """Whether one interval, with the randomisation p, would make the claim by itself."""
    worst = max(side.interval_p(interval), permutation_p(estimation, "plain", side))
    adjusted = holm_with(min(1.0, 2 * worst), family.others)
    return side.is_beyond_zero(interval.bounds(0.95)) and adjusted <= alpha + ROUNDING


def _unwidened(interval: Interval) -> Interval:
    return Interval(
        interval.name, interval.status, interval.estimate, interval.std_error, interval.df
    )


def family_of(p_values: Sequence[float], position: int) -> Family:
    """The family as the member at `position` sees it."""
    others = tuple(p for index, p in enumerate(p_values) if index != position)
    return Family(len(p_values), others)

"""Hand-made estimates for tests of the judgement; positive is better for patients."""

from dataclasses import replace
from typing import Any

from impact.model import Estimation, Interval, PermutationTest
from schemas.vocabulary import IntervalName, Status


def interval(
    name: IntervalName, estimate: float, std_error: float = 1.0, widening: float = 0.0
) -> Interval:
    """An evaluated interval with 1,000 degrees of freedom: 95 % reach is 1.962 std errors."""
    return Interval(name, "PASS", estimate, std_error, 1000.0, widening)


def permutation(
    p_improves: float, name: IntervalName = "plain", status: Status = "PASS", count: int = 10_000
) -> PermutationTest:
    """A randomisation test whose two sides add up to one."""
    return PermutationTest(
        name, status, p_improves, 1 - p_improves, 1 / count, count, is_exact=True
    )


def observational(plain: float, donut: float, trend: float, **other: Any) -> Estimation:
    """A group-time estimate with standard errors of 1 and a randomisation p of 0.0001."""
    intervals = (
        interval("plain", plain),
        interval("donut", donut),
        interval("trend_robust", trend),
    )
    base = Estimation(
        method="group_time_did",
        estimand="att",
        estimate=plain,
        std_error=1.0,
        df=1000.0,
        decided_by="interval",
        intervals=intervals,
        permutations=(permutation(0.0001 if plain >= 0 else 0.9999),),
        exposed_count=30,
        comparison_count=30,
        pre_count=20,
        post_count=10,
        missing_share=0.0,
        scale=1.0,
        anticipation_p=0.5,
    )
    return replace(base, **other)


def randomised(plain: float, **other: Any) -> Estimation:
    """A randomised trial: only the plain interval decides."""
    base = observational(plain, -9.0, -9.0, method="randomised", estimand="ate")
    return replace(base, is_observational=False, anticipation_p=None, **other)


def few_exposed(plain: float, donut: float, trend: float, **other: Any) -> Estimation:
    """One exposed unit among 40: the one-sided p of three permutation tests decide."""
    tests = (
        permutation(plain, count=40),
        permutation(donut, "donut", count=40),
        permutation(trend, "trend_robust", count=40),
    )
    base = observational(5.0, 5.0, 5.0, method="synthetic_did", decided_by="permutation")
    counts = {"exposed_count": 1, "comparison_count": 39}
    return replace(base, permutations=tests, df=None, **(counts | other))

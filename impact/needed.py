"""What it would take to decide: clusters, or a longer time before exposure."""

import math

from impact.model import DiagnosticResult, Estimation, Interval
from impact.verdict import ROUNDING, Decision, deciding
from schemas.findings import Needed
from schemas.thresholds import Thresholds
from schemas.vocabulary import Status

SCALABLE = ("FRAGILE", "IMPRECISE")
"""Reasons that more clusters or periods could change."""


def what_is_needed(
    decision: Decision,
    estimation: Estimation,
    target: float | None,
    claim: tuple[float, int],
    thresholds: Thresholds,
) -> Needed:
    """Clusters and panel periods, in all, that would decide; null where more would not help.

    `target` is the smallest worthwhile effect; `claim` is alpha and the size of the family.
    """
    if "UNATTAINABLE_P" in decision.reasons:
        return Needed(clusters=clusters_attainable(estimation.exposed_count, *claim))
    if target is None or not any(reason in SCALABLE for reason in decision.reasons):
        return Needed()
    factor = thresholds.power_factor
    pre = pre_periods_needed(estimation, target, factor)
    return Needed(
        clusters=clusters_needed(estimation, target, factor),
        periods=None if pre is None else pre + estimation.post_count,
    )


def clusters_needed(estimation: Estimation, target: float, power_factor: float) -> int | None:
    """Clusters for 80 % power at `target`: J (3.1 max SE / target)^2, over intervals that decide.

    Without tau^2, which more clusters do not shrink. None where no interval is claimed: a
    permutation has no standard error to scale.
    """
    errors = [sampling_error(interval) for interval in deciding(estimation)]
    if estimation.decided_by == "permutation" or not errors:
        return None
    total = estimation.exposed_count + estimation.comparison_count - estimation.waiting_count
    return math.ceil(total * (power_factor * max(errors) / target) ** 2)


def sampling_error(interval: Interval) -> float:
    """Standard error without the part that the controls' systematic error adds."""
    return math.sqrt(max(0.0, interval.std_error**2 - interval.bias_variance))


def systematic_floor(
    estimation: Estimation, target: float | None, thresholds: Thresholds
) -> tuple[DiagnosticResult, ...]:
    """Tau against a quarter of the target: above it more clusters do not settle the question."""
    tau = estimation.systematic_error
    if tau is None or target is None:
        return ()
    limit = thresholds.floor_share * target
    status: Status = "PASS" if tau <= limit else "FAIL"
    return (DiagnosticResult("systematic_error", status, tau, limit),)


def clusters_attainable(exposed: int, alpha: float, size: int) -> int:
    """Fewest clusters in all for which 2 / N <= alpha / m, N the number of assignments."""
    total = exposed + 1
    while not is_attainable(math.comb(total, exposed), alpha, size):
        total += 1
    return total


def is_attainable(assignments: int, alpha: float, size: int) -> bool:
    """Whether the most extreme of `assignments` equally likely ones could be a claim."""
    return 2 / assignments <= alpha / size + ROUNDING


def pre_periods_needed(
    estimation: Estimation, target: float, power_factor: float, most: int = 600
) -> int | None:
    """Pre-periods at which the trend-robust standard error would reach target / 3.1.

    For errors independent between periods the variance of I0 - h b is proportional to
    1/P + 1/H + h^2 12 / (P (P^2 - 1)), h = (P + H) / 2; None where no length is enough, or
    the trend-robust interval is not the widest.
    """
    errors = {item.name: sampling_error(item) for item in deciding(estimation)}
    current, post = estimation.pre_count, estimation.post_count
    widest = errors.get("trend_robust")
    if estimation.decided_by == "permutation" or widest is None or current < 3:
        return None
    if widest < max(errors.values()):
        return None
    goal = (target / power_factor / widest) ** 2 * _trend_variance(current, post)
    longer = range(current + 1, most + 1)
    return next((length for length in longer if _trend_variance(length, post) <= goal), None)


def _trend_variance(pre: int, post: int) -> float:
    distance = (pre + post) / 2
    return 1 / pre + 1 / post + distance**2 * 12 / (pre * (pre**2 - 1))

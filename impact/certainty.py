"""Certainty: the lowest cap that applies (METHODS 3); no fact counts twice."""

from dataclasses import dataclass

from schemas.findings import CertaintyCap
from schemas.thresholds import Thresholds
from schemas.vocabulary import CERTAINTIES, CapReason, Certainty, Method


@dataclass(frozen=True)
class Circumstances:
    """The facts that cap certainty.

    `missing_share` is m of METHODS; `control_count` is K; `smallest_arm` counts the clusters
    of the smaller arm. `has_gaps` is true when gate G4a, G4b or an interval among I3 to I6
    applies and was not evaluated. `has_documented_assignment` is true when the frozen plan
    gives policy or an eligibility threshold with its reason, and no exposure row says that
    units selected themselves or that nobody knows.
    """

    method: Method
    is_observational: bool
    smallest_arm: int
    missing_share: float
    control_count: int = 0
    is_proxy: bool = False
    is_amended: bool = False
    has_opposed_cohorts: bool = False
    has_gaps: bool = False
    has_documented_assignment: bool = False
    is_far_only_evaluated: bool = False
    is_leave_one_out_stable: bool = False


@dataclass(frozen=True)
class Grade:
    """How sure, and every cap with its reason, the lowest first."""

    certainty: Certainty
    caps: tuple[CertaintyCap, ...]


def grade(facts: Circumstances, thresholds: Thresholds) -> Grade:
    """Certainty of an effect that was evaluated."""
    listed = _observational if facts.is_observational else _randomised
    caps = sorted(listed(facts, thresholds), key=lambda cap: -CERTAINTIES.index(cap.cap))
    lowest = max((CERTAINTIES.index(cap.cap) for cap in caps), default=0)
    return Grade(CERTAINTIES[lowest], tuple(caps))


def has_opposed_cohorts(bounds: tuple[tuple[float, float], ...]) -> bool:
    """Whether two cohorts' own 95 % intervals lie on opposite sides of zero."""
    return any(low > 0 for low, _ in bounds) and any(high < 0 for _, high in bounds)


def _randomised(facts: Circumstances, thresholds: Thresholds) -> list[CertaintyCap]:
    caps = []
    if facts.smallest_arm < thresholds.clusters_low:
        caps.append(_cap("moderate", "FEW_CLUSTERS"))
    if facts.missing_share > thresholds.missing_low:
        caps.append(_cap("low", "MISSING"))
    elif facts.missing_share > thresholds.missing_moderate:
        caps.append(_cap("moderate", "MISSING"))
    if facts.is_amended:
        caps.append(_cap("very_low", "AMENDED"))
    return caps


def _observational(facts: Circumstances, thresholds: Thresholds) -> list[CertaintyCap]:
    """Never above low, or above moderate for a documented assignment; high is never earned."""
    very_low: dict[CapReason, bool] = {
        "FEW_CONTROLS": facts.control_count < thresholds.controls_calibration,
        "FEW_CLUSTERS": facts.smallest_arm < thresholds.clusters_low,
        "MISSING": facts.missing_share > thresholds.missing_low,
        "PROXY": facts.is_proxy,
        "AMENDED": facts.is_amended,
        "COHORT_SIGNS": facts.has_opposed_cohorts,
        "NOT_EVALUATED": facts.has_gaps,
        "ONE_SERIES": facts.method == "interrupted_series",
    }
    best: Certainty = "moderate" if _earns_moderate(facts, thresholds) else "low"
    caps = [_cap("very_low", why) for why, applies in very_low.items() if applies]
    return [*caps, _cap(best, "OBSERVATIONAL")]


def _earns_moderate(facts: Circumstances, thresholds: Thresholds) -> bool:
    return all(
        (
            facts.has_documented_assignment,
            facts.smallest_arm >= thresholds.clusters_moderate,
            facts.control_count >= thresholds.controls_moderate,
            facts.is_far_only_evaluated,
            facts.is_leave_one_out_stable,
            facts.missing_share <= thresholds.missing_moderate,
        )
    )


def _cap(cap: Certainty, why: CapReason) -> CertaintyCap:
    return CertaintyCap(cap=cap, why=why)

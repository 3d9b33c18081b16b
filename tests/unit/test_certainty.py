"""Certainty is the lowest cap that applies, and every cap is listed."""

from dataclasses import replace

import pytest

from impact.certainty import Circumstances, grade, has_opposed_cohorts
from schemas.thresholds import Thresholds

TRIAL = Circumstances("randomised", is_observational=False, smallest_arm=100, missing_share=0.0)
STRONG = Circumstances(
    "group_time_did",
    is_observational=True,
    smallest_arm=20,
    missing_share=0.05,
    control_count=20,
    has_documented_assignment=True,
    is_far_only_evaluated=True,
    is_leave_one_out_stable=True,
)


def graded(facts: Circumstances) -> tuple[str, list[tuple[str, str]]]:
    found = grade(facts, Thresholds())
    return found.certainty, [(cap.cap, cap.why) for cap in found.caps]


def test_a_clean_trial_is_of_high_certainty() -> None:
    assert graded(TRIAL) == ("high", [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"smallest_arm": 9}, ("moderate", [("moderate", "FEW_CLUSTERS")])),
        ({"missing_share": 0.0825}, ("moderate", [("moderate", "MISSING")])),
        ({"missing_share": 0.05}, ("high", [])),
        ({"missing_share": 0.11}, ("low", [("low", "MISSING")])),
        (
            {"is_amended": True, "smallest_arm": 9},
            ("very_low", [("very_low", "AMENDED"), ("moderate", "FEW_CLUSTERS")]),
        ),
        ({"is_proxy": True, "has_gaps": True}, ("high", [])),
    ],
)
def test_what_caps_a_trial(change: dict[str, object], expected: tuple[str, object]) -> None:
    assert graded(replace(TRIAL, **change)) == expected


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"control_count": 9}, "FEW_CONTROLS"),
        ({"smallest_arm": 9}, "FEW_CLUSTERS"),
        ({"missing_share": 0.11}, "MISSING"),
        ({"is_proxy": True}, "PROXY"),
        ({"is_amended": True}, "AMENDED"),
        ({"has_opposed_cohorts": True}, "COHORT_SIGNS"),
        ({"has_gaps": True}, "NOT_EVALUATED"),
        ({"method": "interrupted_series"}, "ONE_SERIES"),
    ],
)
def test_what_makes_an_observational_effect_very_uncertain(
    change: dict[str, object], why: str
) -> None:
    certainty, caps = graded(replace(STRONG, **change))
    assert certainty == "very_low"
    assert ("very_low", why) in caps


def test_observational_evidence_earns_moderate_and_never_more() -> None:
    assert graded(STRONG) == ("moderate", [("moderate", "OBSERVATIONAL")])


@pytest.mark.parametrize(
    "change",
    [
        {"has_documented_assignment": False},
        {"smallest_arm": 19},
        {"control_count": 19},
        {"is_far_only_evaluated": False},
        {"is_leave_one_out_stable": False},
        {"missing_share": 0.06},
    ],
)
def test_without_any_one_condition_observational_evidence_is_low(
    change: dict[str, object],
) -> None:
    assert graded(replace(STRONG, **change)) == ("low", [("low", "OBSERVATIONAL")])


def test_cohorts_are_opposed_when_their_intervals_lie_on_both_sides_of_zero() -> None:
    assert has_opposed_cohorts(((0.1, 0.5), (-0.5, -0.1)))
    assert not has_opposed_cohorts(((0.1, 0.5), (-0.5, 0.1)))
    assert not has_opposed_cohorts(())

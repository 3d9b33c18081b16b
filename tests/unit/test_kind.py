"""Rules K1 to K8: the first that matches gives the kind; a given kind overrides them."""

from functools import cache
from typing import Any

import pytest

from impact.kind import classify
from tests.core_tables import core, frame

PARTNERS = [
    {"partner_id": "group", "org_type": "patient_org"},
    {"partner_id": "clinic", "org_type": "hospital"},
    {"partner_id": "fund", "org_type": "foundation", "is_charity_assistance": True},
]


CASES: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"kind": "hybrid", "activity_type": "free_drug"}, ("hybrid", "given")),
    (
        {"beneficiary": "patient", "is_product_linked": True},
        ("support_access", "K1"),
    ),
    (
        {"beneficiary": "patient", "product_id": "p", "activity_type": "nurse_educator"},
        ("support_adherence", "K1"),
    ),
    ({"activity_type": "copay_assistance"}, ("support_access", "K2")),
    ({"activity_type": "travel_support"}, ("support_access", "K2")),
    (
        {"activity_type": "adherence_program", "product_id": "p"},
        ("support_adherence", "K3"),
    ),
    (
        {
            "activity_type": "education_grant",
            "product_id": "p",
            "lifecycle_phase": "post_market",
        },
        ("support_adherence", "K3"),
    ),
    ({"activity_type": "core_grant", "partner_id": "fund"}, ("support_access", "K4")),
    ({"activity_type": "screening_campaign", "partner_id": "clinic"}, ("hybrid", "K5")),
    ({"beneficiary": "patient", "partner_id": "clinic"}, ("hybrid", "K5")),
    ({"beneficiary": "patients_collective"}, ("advocacy", "K6")),
    ({"activity_type": "policy_campaign"}, ("advocacy", "K6")),
    (
        {"activity_type": "travel_support", "beneficiary": "organisation"},
        ("advocacy", "K6"),
    ),
    ({"activity_type": "protocol_review"}, ("research_engagement", "K7")),
    (
        {"activity_type": "advisory_board", "lifecycle_phase": "phase3"},
        ("research_engagement", "K7"),
    ),
    ({"activity_type": "meeting"}, ("unclassified", "K8")),
    ({"activity_type": "nurse_educator"}, ("unclassified", "K8")),
    ({"beneficiary": "organisation", "partner_id": "unheard_of"}, ("unclassified", "K8")),
]


@cache
def told() -> list[tuple[str, str]]:
    """Kind and basis of every case, in order."""
    rows = [
        {"engagement_id": f"{number:02}", "partner_id": "group", **row}
        for number, (row, _) in enumerate(CASES)
    ]
    found = frame(classify(core("engagement", rows), core("partner", PARTNERS)))
    found = found.sort_values("engagement_id")
    return list(zip(found["kind"], found["kind_basis"], strict=True))


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number][1][1])
def test_the_first_rule_that_matches_gives_the_kind(number: int) -> None:
    assert told()[number] == CASES[number][1]


def test_without_partners_every_engagement_is_kept_and_none_is_advocacy() -> None:
    log = core(
        "engagement",
        [
            {"engagement_id": "a", "beneficiary": "organisation"},
            {"engagement_id": "b", "activity_type": "free_drug"},
        ],
    )
    found = frame(classify(log, core("partner"))).sort_values("engagement_id")
    assert found["kind"].tolist() == ["unclassified", "support_access"]


def test_classifying_twice_keeps_the_kinds_and_calls_them_given() -> None:
    log = core("engagement", [{"engagement_id": "a", "activity_type": "free_drug"}])
    twice = frame(classify(classify(log, core("partner")), core("partner"))).iloc[0]
    assert (twice["kind"], twice["kind_basis"]) == ("support_access", "given")


def test_a_reversal_is_of_the_kind_of_what_it_takes_back() -> None:
    payment = {"engagement_id": "a", "partner_id": "group", "activity_type": "core_grant"}
    back = {"engagement_id": "b", "partner_id": "group", "activity_type": "unknown"}
    log = core(
        "engagement",
        [
            payment,
            {**back, "reverses_engagement_id": "a"},
            {**back, "engagement_id": "c", "kind": "hybrid", "reverses_engagement_id": "a"},
        ],
    )
    found = frame(classify(log, core("partner", PARTNERS))).set_index("engagement_id")
    assert found["kind"].to_dict() == {"a": "advocacy", "b": "advocacy", "c": "hybrid"}
    assert found["kind_basis"].to_dict() == {"a": "K6", "b": "K6", "c": "given"}


def test_a_persons_kind_goes_before_the_given_one_and_before_every_rule() -> None:
    log = core(
        "engagement",
        [
            {"engagement_id": "a", "kind": "advocacy"},
            {"engagement_id": "b", "activity_type": "free_drug"},
            {"engagement_id": "c", "reverses_engagement_id": "b", "kind": "hybrid"},
            {"engagement_id": "d", "activity_type": "core_grant", "partner_id": "group"},
            {"engagement_id": "e", "reverses_engagement_id": "a"},
        ],
    )
    words = {"a": "support_access", "b": "hybrid", "c": "advocacy"}
    decided = [{"engagement_id": key, "kind": kind, "reason": "r"} for key, kind in words.items()]
    override = core("kind_override", decided)
    found = frame(classify(log, core("partner", PARTNERS), override)).set_index("engagement_id")
    assert found["kind"].to_dict() == {**words, "d": "advocacy", "e": "support_access"}
    assert found["kind_basis"].to_dict() == {
        **dict.fromkeys("abc", "override"),
        "d": "K6",
        "e": "override",
    }

"""Strength of evidence, compliance and equity by hand."""

import datetime as dt
from typing import Any

import pytest

from schemas.findings import Cost, Effect
from tests.indicator_hand import Found, Rows

INITIATIVES: Rows = [{"initiative_id": f"i{n}", "name": "An aim"} for n in (1, 2)]


def effect(verdict: str, **given: Any) -> Effect:
    return Effect.model_validate(
        {
            "effect_id": "f",
            "initiative_id": "i1",
            "initiative_name": "An aim",
            "measure_id": "m",
            "measure_name": "M",
            "unit_label": "days",
            "direction": "lower_better",
            "role": "primary",
            "method": "group_time_did",
            "estimate": 1.0,
            "verdict": verdict,
            "certainty": "low",
            "cost": Cost(currency="EUR"),
            **given,
        }
    )


def spent(*effects: Effect) -> Found:
    log: Rows = [
        {"initiative_id": "i1", "amount": 60},
        {"initiative_id": "i2", "amount": 30, "participant_count": 5},
        {"amount": 10},
    ]
    return Found({"engagement": log, "initiative": INITIATIVES}, effects)


def grades(found: Found) -> list[float | None]:
    return [found.value("q1.evidence_share", grade=f"E{n}") for n in range(4)]


def test_money_is_graded_by_the_best_evidence_for_its_initiative() -> None:
    assert grades(spent()) == [0.7, 0.3, 0, 0]
    assert grades(spent(effect("harms"))) == pytest.approx([0.1, 0.3, 0, 0.6])


def test_one_series_and_a_want_of_comparison_are_before_and_after_only() -> None:
    series = effect("inconclusive", method="interrupted_series")
    alone = effect("not_evaluable", estimate=None, reasons=["NO_COMPARISON"], certainty=None)
    unread = effect("not_evaluable", estimate=None, reasons=["MISSING_TABLE"], certainty=None)
    assert grades(spent(series))[2] == grades(spent(alone))[2] == 0.6
    assert grades(spent(unread))[2] == 0


def test_negative_controls_are_no_evidence() -> None:
    assert grades(spent(effect("improves", role="negative_control")))[3] == 0


def test_an_initiative_that_helps_and_harms_is_counted_as_unfavourable() -> None:
    found = spent(effect("improves"), effect("harms"))
    by = {"grade": "E3", "finding": "unfavourable"}
    assert found.value("q1.evidence_share", **by) == 0.6
    assert found.value("q1.evidence_share", **by, initiative_id="i1") == 0.6


def test_money_taken_back_leaves_the_grade_it_was_paid_at() -> None:
    log: Rows = [
        {"amount": 100, "participant_hours": 2.0},
        {"amount": -40, "reverses_engagement_id": "e0"},
        {"amount": 40},
    ]
    assert grades(Found({"engagement": log}))[:2] == [0.4, 0.6]


def test_money_that_was_all_taken_back_has_no_shares() -> None:
    log: Rows = [
        {"amount": 4500},
        {"amount": -1500.003, "reverses_engagement_id": "e0", "initiative_id": "i1"},
        {"amount": -2999.997, "reverses_engagement_id": "e0", "initiative_id": "i2"},
    ]
    found = Found({"engagement": log, "initiative": INITIATIVES})
    assert found.reason("q1.evidence_share", grade="E0") == "the denominator is empty"


DONE: dict[str, Any] = {
    "activity_type": "advisory_board",
    "has_written_agreement": True,
    "fmv_rate": 100,
    "paid_rate": 100,
    "approval_date": dt.date(2020, 1, 1),
    "disclosed_date": dt.date(2021, 1, 1),
}


def test_an_activity_is_complete_with_everything_that_its_type_requires() -> None:
    found = Found({"engagement": [DONE, {**DONE, "paid_rate": 101}, {"activity_type": "meeting"}]})
    assert found.parts("q1.compliance_complete") == (1, 2)
    assert found.parts("q1.compliance_complete", part="fair_market_value") == (1, 2)


@pytest.mark.parametrize(
    "gap",
    [
        {"has_written_agreement": None},
        {"fmv_rate": None},
        {"approval_date": dt.date(2020, 1, 2)},
        {"disclosed_date": None},
    ],
)
def test_what_is_empty_or_late_is_not_complete(gap: dict[str, Any]) -> None:
    assert Found({"engagement": [{**DONE, **gap}]}).parts("q1.compliance_complete") == (0, 1)


def test_a_study_says_itself_what_a_type_requires() -> None:
    found = Found({"engagement": [{}]}, requirements={"meeting": ["disclosure"]})
    assert found.parts("q1.compliance_complete") == (0, 1)
    nothing = Found({"engagement": [DONE]}, requirements={"advisory_board": []})
    assert nothing.reason("q1.compliance_complete") == "the denominator is empty"


def test_support_and_reversals_are_no_activities_to_be_complied_with() -> None:
    support = {**DONE, "kind": "support_access"}
    back = {**DONE, "amount": -1, "reverses_engagement_id": "e0"}
    assert Found({"engagement": [DONE, support, back]}).parts("q1.compliance_complete") == (1, 1)


def placed(log: Rows, needs: Rows, **tables: Rows) -> Found:
    units = [{"unit_id": name, "region_code": f"CH-{name}"} for name in ("a", "b", "c")]
    filled = [{"subgroup_id": "all", **need} for need in needs]
    return Found({"engagement": log, "population_need": filled, "unit": units, **tables})


NEEDS: Rows = [{"unit_id": name, "prevalent_count": 100} for name in ("a", "b")]


def test_reach_is_a_regions_share_of_participants_against_its_share_of_need() -> None:
    log: Rows = [
        {"unit_id": "a", "participant_count": 30},
        {"unit_id": "b", "participant_count": 90},
    ]
    found = placed(log, NEEDS)
    assert found.value("e.reach_ratio", region_code="CH-a") == 0.25 / 0.5
    assert found("e.reach_ratio", region_code="CH-a").n == 120


def test_what_an_allocation_leaves_over_is_reached_at_the_engagements_own_unit() -> None:
    log: Rows = [{"unit_id": "a", "participant_count": 100, "amount": 100}]
    parts: Rows = [{"engagement_id": "e0", "unit_id": "b", "share": 0.25}]
    found = placed(log, NEEDS, engagement_allocation=parts)
    assert found.parts("e.reach_ratio", region_code="CH-a") == (0.75, 0.5)
    assert found.parts("e.spend_per_patient", region_code="CH-b") == (25, 100)


def test_one_small_count_hides_every_region_that_it_could_be_told_from() -> None:
    log: Rows = [
        {"unit_id": "a", "participant_count": 3, "amount": 10},
        {"unit_id": "b", "participant_count": 90},
    ]
    found = placed(log, NEEDS)
    for region in ("CH-a", "CH-b"):
        assert found.reason("e.reach_ratio", region_code=region) is not None
    few = placed(log, [*NEEDS, {"unit_id": "c", "prevalent_count": 4}])
    assert few.parts("e.spend_per_patient") == (10, 204)
    for region in ("CH-a", "CH-b", "CH-c"):
        assert few.reason("e.spend_per_patient", region_code=region) is not None
    alone = placed(log, [{"unit_id": "a", "prevalent_count": 4}])
    assert alone.reason("e.spend_per_patient") is not None


def test_nobody_in_need_has_no_ratio_and_nobody_reached_is_0() -> None:
    log: Rows = [{"unit_id": "b", "participant_count": 50}]
    found = placed(log, [{"unit_id": "a", "prevalent_count": 0}, NEEDS[1]])
    assert found.reason("e.reach_ratio", region_code="CH-a") == "nobody in need is known"
    assert placed(log, NEEDS).value("e.reach_ratio", region_code="CH-a") == 0


def test_spend_without_a_known_amount_is_not_spend_of_0() -> None:
    found = placed([{"unit_id": "a"}], NEEDS)
    assert found.reason("e.spend_per_patient") == "no amount with a unit_id is known"
    assert found.reason("e.reach_ratio") == "the denominator is empty"

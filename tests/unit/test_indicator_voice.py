"""Q2 by hand: what patients said, when, and what became of it."""

import datetime as dt
from typing import Any

import pytest

from tests.indicator_hand import Found, Rows

DAY = dt.date(2020, 6, 1)


def asked(*inputs: dict[str, Any], phase: str = "phase2", **tables: Rows) -> Found:
    log = [
        {"lifecycle_phase": phase, "product_id": "x1"},
        {"lifecycle_phase": "phase3", "kind": "support_adherence", "product_id": "x1"},
    ]
    return Found({"engagement": log, "patient_input": list(inputs), **tables})


def test_advice_given_in_support_is_left_out() -> None:
    found = asked({"decision_status": "adopted"}, {"engagement_id": "e1"})
    assert found.parts("q2.conversion") == (1, 1)


def test_advice_is_decided_once_it_is_no_longer_pending() -> None:
    statuses = ("pending", "adopted", "adopted_modified", "rejected", "out_of_scope")
    found = asked(*({"decision_status": status} for status in statuses))
    assert found.parts("q2.decided_share") == (4, 5)
    assert found.parts("q2.conversion", topic="endpoint") == (2, 5)


def test_the_loop_is_closed_when_the_givers_were_told() -> None:
    found = asked(
        {"decision_status": "rejected", "feedback_date": DAY},
        {"decision_status": "adopted", "artefact_id": "protocol"},
        {"decision_status": "pending", "feedback_date": DAY},
    )
    assert found.parts("q2.loop_closed") == (1, 2)
    assert found.parts("q2.change_proven", lifecycle_phase="phase2") == (1, 1)


def test_a_phase_that_is_not_known_is_not_downstream() -> None:
    found = asked({}, phase="unknown")
    assert found.reason("q2.upstream_share") == "the denominator is empty"
    assert asked({}, phase="phase1").parts("q2.upstream_share") == (1, 1)


def test_days_to_a_decision_have_a_median_and_quartiles() -> None:
    days = (10, 20, 40)
    found = asked(
        *(
            {"decision_status": "rejected", "decision_date": dt.date(2020, 1, 1) + delta}
            for delta in (dt.timedelta(days=n) for n in days)
        )
    )
    assert found.value("q2.days_to_decision") == 20
    assert found.value("q2.days_to_decision", quantile="0.75") == 30


def test_the_gap_is_what_the_company_believes_above_what_partners_say() -> None:
    found = asked(
        {"influence_company": 5, "influence_partner": 2},
        {"influence_company": 4, "influence_partner": 3},
        {"influence_company": 1},
    )
    assert (found.value("q2.influence_gap"), found("q2.influence_gap").n) == (2, 2)


def test_advice_on_the_day_of_the_lock_comes_too_late_for_the_program() -> None:
    lock = {"event": "protocol_lock", "event_date": dt.date(2020, 1, 1)}
    events = [{"product_id": "x1", **lock}, {"product_id": "x2", **lock}]
    found = asked({}, product_event=events)
    assert found.value("q2.first_touch_days") == 0
    assert found.parts("q2.program_coverage") == (0, 2)


def test_a_planned_lock_is_none_yet() -> None:
    planned = {"product_id": "x1", "event": "protocol_lock", "event_date": dt.date(2021, 6, 1)}
    assert asked({}, product_event=[planned]).reason("q2.program_coverage") is not None


def test_a_decision_is_an_assumption_unless_advice_came_in_the_two_years_before() -> None:
    given = {"decision_area": "endpoint", "received_date": dt.date(2018, 6, 1)}
    found = asked(
        given,
        decision=[
            {"decision_date": dt.date(2020, 6, 1)},
            {"decision_date": dt.date(2020, 6, 2)},
            {"decision_date": dt.date(2018, 5, 31)},
            {"decision_date": dt.date(2019, 1, 1), "product_id": "x2"},
            {"decision_date": dt.date(2019, 1, 1), "product_id": "x1"},
            {"decision_date": dt.date(2020, 9, 1), "input_id": "i0"},
        ],
    )
    assert found.parts("q2.assumption_share") == (3, 6)


def test_a_decision_linked_to_advice_given_in_support_is_still_an_assumption() -> None:
    linked = {"decision_date": DAY, "input_id": "i1"}
    found = asked({}, {"engagement_id": "e1"}, decision=[linked])
    assert found.parts("q2.assumption_share") == (1, 1)


def need(subgroup: str, count: int, **given: Any) -> dict[str, Any]:
    return {"unit_id": "u1", "subgroup_id": subgroup, "prevalent_count": count, **given}


WHO = {
    "subgroup": [
        {"subgroup_id": "f", "dimension": "sex", "level": "female"},
        {"subgroup_id": "m", "dimension": "sex", "level": "male"},
    ],
    "unit": [{"unit_id": "u1"}],
}


def test_women_give_a_quarter_of_the_advice_and_are_half_of_the_patients() -> None:
    inputs = [{"subgroup_id": name} for name in ("f", "m", "m", "m", "all")]
    found = asked(*inputs, population_need=[need("f", 50), need("m", 50)], **WHO)
    assert found.value("q2.dissimilarity", dimension="sex") == pytest.approx(0.25)
    assert found.value("q2.participation_ratio", dimension="sex", subgroup_id="f") == 0.5
    ratios = [row for row in found.rows if row.indicator_id == "q2.participation_ratio"]
    assert [row.label for row in ratios] == ["female", "male"]


def test_need_is_the_latest_known_of_each_subgroup() -> None:
    before = {"period_start": dt.date(2018, 1, 1)}
    later = {"period_start": dt.date(2021, 1, 1)}
    needs = [need("f", 30, **before), need("f", 99, **later), need("m", 90, **before)]
    found = asked({"subgroup_id": "f"}, population_need=[*needs, need("m", 30)], **WHO)
    assert found.value("q2.dissimilarity", dimension="sex") == pytest.approx(0.5)


def test_advice_without_people_in_need_beside_it_is_not_compared() -> None:
    found = asked({"subgroup_id": "f"}, population_need=[need("all", 50)], **WHO)
    assert found.reason("q2.dissimilarity", dimension="sex") == (
        "needs population_need of these subgroups"
    )
    none = asked({"subgroup_id": "f"}, population_need=[need("f", 0), need("m", 9)], **WHO)
    assert none.reason("q2.participation_ratio", dimension="sex", subgroup_id="f") == (
        "nobody in need is known"
    )

"""Who was exposed from when: as the table says, or from the first qualifying engagement."""

from typing import Any

import pandas as pd
import pytest

from impact.allocation import reach
from impact.exposure import build_exposure, build_plan_exposure, build_plan_timing
from impact.hierarchy import descent
from impact.kind import classify
from schemas.study import Study
from tests.core_tables import Row, core, frame, plan, study

UNITS = [
    {"unit_id": "state"},
    {"unit_id": "county", "parent_id": "state"},
    {"unit_id": "village", "parent_id": "county", "population": 2000.0},
    {"unit_id": "abroad"},
]
DERIVED = {"exposure_from": "engagement"}


def given(rows: list[Row], units: list[Row] = UNITS) -> pd.DataFrame:
    exposure = core("exposure", [{"initiative_id": "i1", **row} for row in rows])
    made = build_plan_exposure(exposure, log([]), core("unit", units), plan(), study())
    return frame(made).set_index("unit_id")


def log(rows: list[Row], within: Study | None = None) -> Any:
    filled = [
        {"initiative_id": "i1", "kind": "advocacy", "engagement_id": f"e{number}", **row}
        for number, row in enumerate(rows)
    ]
    kinds = classify(core("engagement", filled), core("partner"))
    return reach(kinds, core("engagement_allocation"), within or study())


def derived(rows: list[Row], **analysis: Any) -> pd.DataFrame:
    asked = plan({**DERIVED, **analysis})
    made = build_plan_exposure(core("exposure"), log(rows), core("unit", UNITS), asked, study())
    return frame(made).set_index("unit_id")


def test_descendants_are_exposed_with_their_parent_from_the_same_period() -> None:
    found = given([{"unit_id": "state", "start_date": "2020-03-09"}])
    assert found["start_period"].to_dict() == {"state": 2, "county": 2, "village": 2}
    assert found["assignment_depth"].to_dict() == {"state": 0, "county": 1, "village": 2}
    assert set(found["basis"]) == {"table"}


def test_a_unit_assigned_through_its_parent_says_so() -> None:
    row = {"unit_id": "abroad", "start_date": "2020-03-09", "assignment_level": "parent"}
    assert given([row])["assignment_depth"].tolist() == [1]


def test_a_spell_without_end_stops_where_the_next_one_starts() -> None:
    found = given(
        [
            {"unit_id": "abroad", "start_date": "2020-02-01", "dose": 1.0},
            {"unit_id": "abroad", "start_date": "2020-06-01", "dose": 2.0},
        ]
    )
    assert found["start_period"].tolist() == [1, 5]
    assert found["end_period"].iloc[0] == 4
    assert pd.isna(found["end_period"].iloc[1])


def test_the_last_day_of_a_spell_is_exposed() -> None:
    row = {"unit_id": "abroad", "start_date": "2020-02-01", "end_date": "2020-04-30"}
    assert given([row])["end_period"].tolist() == [3]


def test_the_nearest_ancestor_speaks_for_a_unit() -> None:
    found = given(
        [
            {"unit_id": "state", "start_date": "2020-03-01", "dose": 1.0},
            {"unit_id": "county", "start_date": "2020-03-20", "dose": 0.0},
        ]
    )
    assert found["dose"].to_dict() == {"state": 1.0, "county": 0.0, "village": 0.0}


def test_other_initiatives_expose_nobody() -> None:
    exposure = core(
        "exposure", [{"initiative_id": "i2", "unit_id": "state", "start_date": "2020-03-01"}]
    )
    effect = plan().effects[0]
    found = build_exposure(exposure, log([]), core("unit", UNITS), effect, study())
    assert frame(found).empty


def test_a_plan_that_is_absent_exposes_nobody() -> None:
    units = core("unit", UNITS)
    assert frame(build_plan_exposure(core("exposure"), log([]), units, None, study())).empty
    assert frame(build_plan_timing(log([]), units, None, study())).empty


def test_a_log_exposes_from_the_first_qualifying_engagement() -> None:
    found = derived(
        [
            {"unit_id": "village", "start_date": "2020-09-01", "amount": 500},
            {"unit_id": "village", "start_date": "2020-07-01", "amount": 700},
            {"unit_id": "abroad", "start_date": "2020-02-01", "kind": "support_access"},
            {"unit_id": None, "start_date": "2020-02-01"},
        ]
    )
    assert found["start_period"].to_dict() == {"village": 6}
    assert found["assignment"].tolist() == ["unknown"]
    assert found["basis"].tolist() == ["engagement"]


def test_the_dose_is_money_per_period_and_thousand_people() -> None:
    rows = [
        {"unit_id": "village", "start_date": "2020-07-01", "amount": 700},
        {"unit_id": "village", "start_date": "2020-09-01", "amount": 500},
    ]
    assert derived(rows)["dose"].tolist() == [1200 / 6 / 2]


def test_carry_over_keeps_a_share_of_the_dose_in_every_later_period() -> None:
    rows = [{"unit_id": "abroad", "start_date": "2020-10-01", "amount": 400}]
    rule = {"exposure_rule": {"carry_over": 0.5}}
    assert derived(rows, **rule)["dose"].tolist() == [(400 + 200 + 100) / 3]


def test_talks_without_money_expose_and_have_no_dose() -> None:
    found = derived([{"unit_id": "abroad", "start_date": "2020-10-01", "amount": 0}])
    assert found["start_period"].tolist() == [9]
    assert found["dose"].isna().all()


def test_small_unknown_and_reversed_amounts_do_not_reach_a_smallest_amount() -> None:
    rule = {"exposure_rule": {"min_amount": 100}}
    rows = [
        {"unit_id": "abroad", "start_date": "2020-02-01", "amount": 99},
        {"unit_id": "abroad", "start_date": "2020-03-01"},
        {"unit_id": "abroad", "start_date": "2020-04-01", "amount": 150, "engagement_id": "x"},
        {
            "unit_id": "abroad",
            "start_date": "2020-05-01",
            "amount": -60,
            "reverses_engagement_id": "x",
        },
        {"unit_id": "abroad", "start_date": "2020-08-01", "amount": 100},
    ]
    assert derived(rows, **rule)["start_period"].tolist() == [7]


def test_a_grant_that_was_taken_back_whole_exposes_nobody() -> None:
    rows = [
        {"unit_id": "abroad", "start_date": "2020-04-01", "amount": 150, "engagement_id": "x"},
        {
            "unit_id": "abroad",
            "start_date": "2020-05-01",
            "amount": -150,
            "reverses_engagement_id": "x",
        },
    ]
    assert derived(rows).empty


def test_a_unit_is_exposed_with_whichever_comes_first_its_own_or_its_parents_engagement() -> None:
    found = derived(
        [
            {"unit_id": "state", "start_date": "2020-02-01", "amount": 10},
            {"unit_id": "village", "start_date": "2020-09-01", "amount": 10},
        ]
    )
    assert found["start_period"].to_dict() == {"state": 1, "county": 1, "village": 1}


def test_the_plan_may_say_how_the_order_was_fixed() -> None:
    basis = {"assignment": {"basis": "policy", "reason": "by law"}}
    rows = [{"unit_id": "abroad", "start_date": "2020-10-01"}]
    assert derived(rows, **basis)["assignment"].tolist() == ["policy"]


def test_a_donation_to_an_assistance_fund_never_exposes() -> None:
    rows = core(
        "engagement",
        [
            {
                "engagement_id": "e",
                "initiative_id": "i1",
                "unit_id": "abroad",
                "start_date": "2020-03-01",
                "activity_type": "core_grant",
            }
        ],
    )
    partner = core("partner", [{"partner_id": "p1", "is_charity_assistance": True}])
    reached = reach(classify(rows, partner), core("engagement_allocation"), study())
    asked = plan({**DERIVED, "exposure_rule": {"kinds": ["support_access"]}})
    made = build_plan_exposure(core("exposure"), reached, core("unit", UNITS), asked, study())
    assert frame(made).empty


@pytest.mark.parametrize(("period", "is_precise"), [("month", False), ("year", True)])
def test_timing_knows_when_an_engagement_was_recorded_and_how_exactly(
    period: str, is_precise: bool
) -> None:
    within = study(period)
    rows: list[Row] = [
        {
            "unit_id": "county",
            "start_date": "2020-03-01",
            "recorded_date": "2020-06-15",
            "date_precision": "year",
        },
        {"unit_id": "village", "start_date": "2020-08-01"},
    ]
    made = build_plan_timing(log(rows, within), core("unit", UNITS), plan(), within)
    found = frame(made).set_index("unit_id")
    assert found["engagement_period"].to_dict() == dict.fromkeys(
        ("county", "village"), 2 if period == "month" else 0
    )
    assert found["recorded_lag"].tolist() == [3 if period == "month" else 0] * 2
    assert found["is_precise"].tolist() == [is_precise] * 2


def test_a_circle_of_parents_ends() -> None:
    circle = [{"unit_id": "a", "parent_id": "b"}, {"unit_id": "b", "parent_id": "a"}]
    found = frame(descent(core("unit", circle))).sort_values(["unit_id", "depth"])
    assert found[["unit_id", "ancestor_id", "depth"]].to_numpy().tolist() == [
        ["a", "a", 0],
        ["a", "b", 1],
        ["b", "b", 0],
        ["b", "a", 1],
    ]

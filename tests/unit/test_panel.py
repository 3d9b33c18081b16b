"""One row per measure, unit, subgroup and period, whatever came in."""

import pandas as pd
import pytest

from impact.panel import build_panel, exclude
from schemas.panel import Panel
from schemas.plan import Plan
from tests.core_tables import Row, core, frame, plan, study


def panel(rows: list[Row], measure: Row | None = None) -> pd.DataFrame:
    outcome = core("outcome", [{"unit_id": "north", **row} for row in rows])
    units = core("unit", [{"unit_id": "north"}, {"unit_id": "south"}])
    made = build_panel(outcome, core("measure", [measure or {}]), units, study("quarter"))
    return pd.DataFrame(Panel.validate(made.to_pandas()))


def test_numerators_and_denominators_of_one_period_are_summed() -> None:
    found = panel(
        [
            {"period_start": "2020-01-01", "value": 50, "numerator": 5, "denominator": 10},
            {"period_start": "2020-02-01", "value": 100, "numerator": 30, "denominator": 30},
        ],
        {"scale": 100.0},
    )
    assert found["outcome"].tolist() == [100 * 35 / 40]
    assert found["denominator"].tolist() == [40.0]


def test_values_without_denominators_are_averaged() -> None:
    found = panel(
        [
            {"period_start": "2020-01-01", "value": 1.0},
            {"period_start": "2020-02-01", "value": 2.0},
            {"period_start": "2020-03-01", "status": "missing"},
        ]
    )
    assert found["outcome"].tolist() == [1.5]


def test_a_single_value_is_kept_to_the_last_digit() -> None:
    value = 0.1 + 0.2
    assert panel([{"period_start": "2020-01-01", "value": value}])["outcome"].tolist() == [value]


def test_a_suppressed_cell_has_bounds_and_no_outcome() -> None:
    found = panel(
        [
            {"period_start": "2020-01-01", "value": 0.5, "numerator": 20, "denominator": 40},
            {
                "period_start": "2020-02-01",
                "status": "suppressed",
                "lower_bound": 1,
                "upper_bound": 10,
                "denominator": 60,
            },
        ]
    )
    assert found["outcome"].isna().tolist() == [True]
    assert found["is_suppressed"].tolist() == [True]
    assert found[["lower_bound", "upper_bound"]].to_numpy().tolist() == [[0.21, 0.30]]


def test_a_suppressed_count_is_bounded_as_a_count() -> None:
    row = {"period_start": "2020-01-01", "status": "suppressed", "lower_bound": 1}
    found = panel([{**row, "upper_bound": 10}])
    assert found[["lower_bound", "upper_bound"]].to_numpy().tolist() == [[1.0, 10.0]]


def test_a_missing_outcome_keeps_its_row() -> None:
    found = panel([{"period_start": "2020-01-01", "status": "missing", "person_count": 12}])
    assert found["outcome"].isna().tolist() == [True]
    assert found["person_count"].tolist() == [12.0]


def test_unknown_units_and_dates_outside_the_window_are_left_out() -> None:
    found = panel(
        [
            {"period_start": "2019-12-31", "value": 1},
            {"period_start": "2021-01-01", "value": 1},
            {"period_start": "2020-05-01", "value": 1, "unit_id": "nowhere"},
            {"period_start": "2020-05-01", "value": 2, "unit_id": "south"},
        ]
    )
    assert found[["unit_id", "period"]].to_numpy().tolist() == [["south", 1]]


def test_subgroups_are_kept_apart_and_never_summed() -> None:
    rows = [
        {"period_start": "2020-01-01", "value": 1, "subgroup_id": name}
        for name in ("all", "women", "men")
    ]
    assert panel(rows)["subgroup_id"].tolist() == ["all", "men", "women"]


@pytest.mark.parametrize(
    ("table", "kept"), [("outcome", ["south"]), ("exposure", ["north", "south"])]
)
def test_a_plan_leaves_out_the_rows_it_excludes_from_that_table(
    table: str, kept: list[str]
) -> None:
    rows = core(
        "outcome",
        [{"unit_id": unit, "period_start": "2020-01-01"} for unit in ("north", "south")],
    )
    where = {"unit_id": ["north"], "measure_id": ["waiting"]}
    excluding = Plan.model_validate(
        {
            **plan().model_dump(),
            "exclusions": [{"table": table, "where": where, "reason": "a flood"}],
        }
    )
    assert sorted(frame(exclude(rows, "outcome", excluding))["unit_id"]) == kept
    assert len(frame(exclude(rows, "outcome", None))) == 2

"""What an effect is asked of: its measure, its design, its controls, its rivals."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from impact.gather import StudyTables
from impact.model import NotEvaluable
from impact.prepare import (
    assignment_of,
    count_controls,
    find_measure,
    is_switching,
    prepare_effect,
)
from schemas.thresholds import Thresholds
from tests.core_tables import Row
from tests.small_world import EXPOSED, world_plan, world_study, world_tables


def spells(rows: list[Row]) -> pd.DataFrame:
    base: dict[str, Any] = {"unit_id": "a", "end_period": None, "dose": None}
    made = pd.DataFrame([{**base, **row} for row in rows], columns=[*base, "start_period"])
    return made.astype({"dose": "float64"})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"start_period": 3}], False),
        ([{"start_period": 3, "end_period": 11}], False),
        ([{"start_period": 3, "end_period": 10}], True),
        ([{"start_period": 3, "end_period": 5}, {"start_period": 6}], False),
        ([{"start_period": 3, "end_period": 5}, {"start_period": 7}], True),
        (
            [{"start_period": 3, "end_period": 5, "dose": 1.0}, {"start_period": 6, "dose": 2.0}],
            True,
        ),
        ([{"start_period": 3, "end_period": 5, "dose": 1.0}, {"start_period": 6, "dose": 0}], True),
        ([{"start_period": 3}, {"start_period": 5}], False),
        ([], False),
    ],
)
def test_exposure_switches_when_it_stops_restarts_or_changes(
    rows: list[Row], expected: bool
) -> None:
    assert is_switching(spells(rows), 11) is expected


def test_rows_that_disagree_leave_the_assignment_unknown() -> None:
    ways = pd.DataFrame({"assignment": ["policy", "policy"]})
    assert assignment_of(ways) == "policy"
    mixed = pd.DataFrame({"assignment": ["policy", "randomised"]})
    assert assignment_of(mixed) == "unknown"
    assert assignment_of(mixed.iloc[:0]) == "unknown"


def test_a_measure_is_what_its_table_says() -> None:
    table = pd.DataFrame(
        {
            "measure_id": ["waiting"],
            "name": ["Days waited"],
            "unit_label": ["days"],
            "direction": ["lower_better"],
            "period": ["quarter"],
            "is_proxy": [True],
        }
    )
    found = find_measure(table, "waiting")
    assert (found.period, found.is_proxy, found.direction) == ("quarter", True, "lower_better")
    unknown = find_measure(table.assign(period=None, is_proxy=None), "waiting")
    assert (unknown.period, unknown.is_proxy) == (None, False)


def test_controls_count_when_they_have_outcomes_or_are_planned_as_controls() -> None:
    placebo = {"effect_id": "placebo", "role": "negative_control"}
    plan = world_plan({}, placebo, negative_controls=["nc1", "nc1", "nowhere", "placebo"])
    panel = pd.DataFrame({"measure_id": ["nc1", "waiting"]})
    assert count_controls(plan.effects[0], plan, panel) == 2


def test_units_that_support_reached_are_known_with_all_they_contain() -> None:
    support = {"engagement_id": "s", "kind": "support_access", "start_date": "2020-05-01"}
    rows = [
        {**support, "unit_id": "r00"},
        {**support, "engagement_id": "early", "unit_id": "r02", "start_date": "2019-12-31"},
        {**support, "engagement_id": "nowhere"},
    ]
    units = [{"unit_id": "r00"}, {"unit_id": "r01", "parent_id": "r00"}, {"unit_id": "r02"}]
    tables = world_tables(world_plan(), engagement=rows, unit=units)
    assert tables.supported["unit_id"].tolist() == ["r00", "r01"]


def test_exposure_from_the_log_is_that_of_the_table_where_they_agree() -> None:
    given = world_tables(world_plan())
    derived = world_tables(world_plan(exposure_from="engagement"))
    for tables, basis in ((given, "table"), (derived, "engagement")):
        assert tables.exposure["unit_id"].tolist() == EXPOSED
        assert set(tables.exposure["start_period"]) == {12}
        assert set(tables.exposure["basis"]) == {basis}


def test_what_the_tables_do_not_hold_is_named() -> None:
    plan = world_plan()
    world = world_tables(plan)

    def lacking(tables: StudyTables = world, **effect: str) -> tuple[str, ...]:
        asked = world_plan(effect).effects[0]
        found = prepare_effect(asked, plan, tables, world_study(), Thresholds()).result
        assert isinstance(found, NotEvaluable)
        assert found.reasons == ("MISSING_TABLE",)
        return found.missing

    assert lacking(measure_id="unheard_of") == ("measure",)
    assert lacking(cluster="parent_id") == ("unit.parent_id",)
    women = replace(world, panel=world.panel.assign(subgroup_id="women"))
    assert lacking(women) == ("outcome for everyone",)

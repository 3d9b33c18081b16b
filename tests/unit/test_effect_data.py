"""From the panel to arrays: who takes part, from when, in which cluster."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.effect_data import EffectTables, Measure, build_effect_data
from impact.model import NEVER, EffectData, NotEvaluable
from schemas.thresholds import Thresholds
from tests.core_tables import Row, plan, study

MONTHS = 12
WAIT = Measure("waiting", "Days waited", "days", "lower_better")


def panel(units: list[str], periods: range = range(MONTHS), **columns: Any) -> pd.DataFrame:
    rows = [
        {"unit_id": unit, "period": period, "outcome": float(10 * number + period)}
        for number, unit in enumerate(units)
        for period in periods
    ]
    made = pd.DataFrame(rows, columns=["unit_id", "period", "outcome"])
    return made.assign(**{"denominator": 1.0, "person_count": 1.0, **columns})


def exposure(rows: list[Row]) -> pd.DataFrame:
    base = {
        "end_period": None,
        "dose": None,
        "assignment": "policy",
        "assignment_depth": 0,
        "basis": "table",
        "block_id": None,
        "assignment_probability": None,
        "anticipated_period": None,
    }
    columns = ["unit_id", "start_period", *base]
    return pd.DataFrame([{**base, **row} for row in rows], columns=columns).astype(
        {"dose": "float64"}
    )


def units(names: list[str], parents: dict[str, str] | None = None, **columns: Any) -> pd.DataFrame:
    links = parents or {}
    made = pd.DataFrame({"unit_id": names, "unit_type": "region", "population": 1000.0})
    made["neighbour_ids"] = None
    made["parent_id"] = [links.get(name) for name in names]
    return made.assign(**columns)


def built(
    tables: EffectTables, measure: Measure = WAIT, period: str = "month", **analysis: Any
) -> EffectData | NotEvaluable:
    effect = plan(analysis).effects[0]
    return build_effect_data(tables, effect, measure, study(period), Thresholds())


def data(tables: EffectTables, measure: Measure = WAIT, **analysis: Any) -> EffectData:
    made = built(tables, measure, **analysis)
    assert isinstance(made, EffectData)
    return made


FOUR = ["a", "b", "c", "d"]
SIMPLE = EffectTables(
    panel(FOUR), exposure([{"unit_id": "a", "start_period": 6}]), units(["z", *FOUR])
)


def test_a_unit_with_outcomes_and_no_row_is_never_exposed() -> None:
    made = data(SIMPLE)
    assert made.unit_ids == ("a", "b", "c", "d")
    assert made.cohort.tolist() == [6, NEVER, NEVER, NEVER]
    assert made.outcome.shape == (4, MONTHS)
    assert (made.sign, made.donut, made.first_event) == (-1, 6, 0)
    assert made.block.tolist() == [0, 0, 0, 0]
    assert np.isnan(made.probability).all()


def test_the_panel_is_cut_to_the_periods_that_were_observed() -> None:
    late = EffectTables(panel(FOUR, range(2, 11)), SIMPLE.exposure, SIMPLE.unit)
    made = data(late)
    assert made.outcome.shape == (4, 9)
    assert made.cohort[0] == 4


def test_anticipated_exposure_begins_earlier() -> None:
    assert data(SIMPLE, anticipation=2).cohort[0] == 4
    rows = [{"unit_id": "a", "start_period": 6, "anticipated_period": 3}]
    announced = EffectTables(SIMPLE.panel, exposure(rows), SIMPLE.unit)
    assert data(announced, anticipation=2).cohort[0] == 3


def test_exposure_from_before_the_panel_is_of_cohort_zero_and_after_it_never() -> None:
    rows = [{"unit_id": "a", "start_period": -5}, {"unit_id": "b", "start_period": 12}]
    made = data(EffectTables(SIMPLE.panel, exposure(rows), SIMPLE.unit))
    assert made.cohort.tolist() == [0, NEVER, NEVER, NEVER]


def test_a_partial_first_period_is_left_out_only_when_nothing_is_anticipated() -> None:
    assert data(SIMPLE, partial_period="excluded").first_event == 1
    assert data(SIMPLE, partial_period="excluded", anticipation=1).first_event == 0


def test_a_trial_keeps_its_assigned_units_and_no_others() -> None:
    rows: list[Row] = [
        {"unit_id": "a", "start_period": 0, "dose": 1.0, "block_id": "x"},
        {"unit_id": "b", "start_period": 0, "dose": 0.0, "block_id": "x"},
        {"unit_id": "c", "start_period": 0, "dose": 0.0, "assignment_probability": 0.4},
        {"unit_id": "lost", "start_period": 0, "dose": 0.0, "block_id": "y"},
    ]
    trial = exposure([{**row, "assignment": "randomised"} for row in rows])
    made = data(EffectTables(SIMPLE.panel, trial, units([*FOUR, "lost"])))
    assert made.unit_ids == ("a", "b", "c", "lost")
    assert made.cohort.tolist() == [0, NEVER, NEVER, NEVER]
    assert made.block.tolist() == [0, 0, 1, 2]
    assert made.probability[2] == 0.4
    assert np.isnan(made.outcome[3]).all()


def test_units_that_were_not_drawn_for_are_no_comparison_in_a_trial() -> None:
    rows: list[Row] = [{"unit_id": name, "start_period": 6, "dose": 1.0} for name in ("a", "b")]
    trial = exposure([{**row, "assignment": "randomised"} for row in rows])
    made = data(EffectTables(SIMPLE.panel, trial, units(FOUR)))
    assert made.unit_ids == ("a", "b")
    assert NEVER not in made.cohort


def test_an_exposed_unit_without_outcomes_is_missing_unless_its_type_has_none() -> None:
    rows = [{"unit_id": name, "start_period": 6} for name in ("a", "lost", "z")]
    places = units([*FOUR, "lost", "z"])
    places.loc[places["unit_id"] == "z", "unit_type"] = "state"
    made = data(EffectTables(SIMPLE.panel, exposure(rows), places))
    assert made.unit_ids == ("a", "b", "c", "d", "lost")


def test_units_may_be_chosen_by_type_and_column() -> None:
    places = units(FOUR, region_code=["X", "X", "Y", None])
    tables = EffectTables(SIMPLE.panel, SIMPLE.exposure, places)
    chosen = data(tables, units={"unit_type": "region", "where": {"region_code": ["X"]}})
    assert chosen.unit_ids == ("a", "b")
    lacking = built(tables, units={"where": {"colour": ["red"]}})
    assert lacking == NotEvaluable(("MISSING_TABLE",), ("unit.colour",))


PARENTS = {"a": "north", "b": "north", "c": "south", "d": "south"}


def test_clusters_are_the_level_of_assignment() -> None:
    rows = [{"unit_id": name, "start_period": 6, "assignment_depth": 1} for name in ("a", "b")]
    tables = EffectTables(SIMPLE.panel, exposure(rows), units([*FOUR, "north", "south"], PARENTS))
    made = data(tables)
    assert made.unit_ids == ("north", "south")
    assert made.cohort.tolist() == [6, NEVER]
    np.testing.assert_allclose(made.outcome[:, 0], [5.0, 25.0])


def test_in_a_mixed_cluster_the_units_that_start_first_stand_for_it() -> None:
    tables = EffectTables(SIMPLE.panel, SIMPLE.exposure, units([*FOUR, "north"], PARENTS))
    made = data(tables, cluster="parent_id")
    assert made.unit_ids == ("north", "south")
    assert made.outcome[0, 0] == 0.0


def test_a_cluster_is_missing_where_under_half_of_its_weight_is_observed() -> None:
    seen = SIMPLE.panel.copy()
    seen.loc[(seen["unit_id"] == "c") & (seen["period"] == 1), "outcome"] = np.nan
    seen.loc[seen["unit_id"].isin(["c", "d"]) & (seen["period"] == 2), "outcome"] = np.nan
    tables = EffectTables(seen, SIMPLE.exposure, units([*FOUR, "north", "south"], PARENTS))
    south = data(tables, cluster="parent_id").outcome[1]
    assert south[1] == 31.0
    assert np.isnan(south[2])


@pytest.mark.parametrize("kind", ["denominator", "person_count", "population"])
def test_weights_are_fixed_before_the_first_start(kind: str) -> None:
    weighted = panel(FOUR)
    before = weighted["period"] == 5
    for column in ("denominator", "person_count"):
        weighted[column] = np.where(before & (weighted["unit_id"] == "c"), 3.0, 1.0)
    places = units([*FOUR, "north", "south"], PARENTS)
    places.loc[places["unit_id"] == "c", "population"] = 3000.0
    made = data(EffectTables(weighted, SIMPLE.exposure, places), weights=kind, cluster="parent_id")
    assert made.outcome[1, 0] == (3 * 20 + 30) / 4
    assert made.weight[1] / made.weight[0] == pytest.approx(4.0)


def test_a_weight_that_is_lacking_is_named() -> None:
    tables = EffectTables(panel(FOUR, person_count=np.nan), SIMPLE.exposure, SIMPLE.unit)
    found = built(tables, weights="person_count")
    assert found == NotEvaluable(("MISSING_TABLE",), ("outcome.person_count",))


def test_a_yearly_measure_in_a_study_of_months_has_yearly_periods() -> None:
    yearly = panel(FOUR, range(0, MONTHS, 3))
    measure = Measure("waiting", "Days waited", "days", "higher_better", period="quarter")
    made = data(EffectTables(yearly, SIMPLE.exposure, SIMPLE.unit), measure)
    assert made.outcome.shape == (4, 4)
    assert made.cohort[0] == 2
    assert (made.sign, made.donut) == (1, 2)
    later = exposure([{"unit_id": "a", "start_period": 7}])
    assert data(EffectTables(yearly, later, SIMPLE.unit), measure).cohort[0] == 2


@pytest.mark.parametrize(
    ("outcomes", "rows", "reason"),
    [
        (panel(FOUR, outcome=np.nan), [{"unit_id": "a", "start_period": 6}], "NO_OUTCOME"),
        (panel([]), [{"unit_id": "a", "start_period": 6}], "NO_OUTCOME"),
        (panel(FOUR), [], "NO_EXPOSED"),
        (panel(FOUR), [{"unit_id": "a", "start_period": 6, "dose": 0.0}], "NO_EXPOSED"),
        (panel(FOUR), [{"unit_id": "a", "start_period": 12}], "NO_POST"),
    ],
)
def test_what_is_lacking_is_named(outcomes: pd.DataFrame, rows: list[Row], reason: str) -> None:
    found = built(EffectTables(outcomes, exposure(rows), SIMPLE.unit))
    assert found == NotEvaluable((reason,))

"""Suppressed cells count as missing, and must not be able to turn the effect round."""

from dataclasses import replace

import pandas as pd
import pytest

from impact.engine import measure_effects
from impact.gather import StudyTables
from impact.model import NotEvaluable
from impact.prepare import effect_tables
from impact.suppression import check_suppressed
from schemas.findings import Effect
from tests.evidence import observational
from tests.small_world import EXPOSED, FACTS, START, world_plan, world_study, world_tables

PLAN = world_plan()


@pytest.fixture(scope="module")
def world() -> StudyTables:
    return world_tables(PLAN)


def hidden(world: StudyTables, lower: float | None, upper: float | None) -> Effect:
    """The effect when the first two exposed months of three regions are suppressed."""
    panel = world.panel.copy()
    cells = panel["unit_id"].isin(EXPOSED[:3]) & panel["period"].isin([START, START + 1])
    panel.loc[cells, "outcome"] = float("nan")
    panel.loc[cells, "is_suppressed"] = True
    panel["lower_bound"] = pd.Series(lower, index=panel.index, dtype="float64").where(cells)
    panel["upper_bound"] = pd.Series(upper, index=panel.index, dtype="float64").where(cells)
    return measure_effects(replace(world, panel=panel), PLAN, world_study(), FACTS)[0]


def status(effect: Effect) -> str:
    return next(d.status for d in effect.diagnostics if d.name == "suppressed_extremes")


def test_without_suppressed_cells_nothing_is_checked(world: StudyTables) -> None:
    found = measure_effects(world, PLAN, world_study(), FACTS)[0]
    assert status(found) == "NOT_APPLICABLE"


def test_narrow_bounds_leave_the_claim_standing(world: StudyTables) -> None:
    found = hidden(world, 50.0, 60.0)
    assert status(found) == "PASS"
    assert found.missing_share is not None
    assert found.missing_share > 0


def test_bounds_that_could_turn_the_sign_give_attrition(world: StudyTables) -> None:
    found = hidden(world, 50.0, 900.0)
    assert status(found) == "FAIL"
    assert (found.verdict, found.reasons) == ("inconclusive", ["ATTRITION"])


def test_a_suppressed_cell_without_bounds_is_not_evaluated(world: StudyTables) -> None:
    assert status(hidden(world, None, 60.0)) == "NOT_EVALUATED"


def test_an_extreme_that_cannot_be_estimated_is_not_evaluated(world: StudyTables) -> None:
    mine = effect_tables(world, PLAN.effects[0])
    some = mine.panel.assign(is_suppressed=True, lower_bound=1.0, upper_bound=2.0)
    found = check_suppressed(
        replace(mine, panel=some),
        observational(1.0, 1.0, 1.0),
        lambda _: NotEvaluable(("NO_VARIATION",)),
    )
    assert found.status == "NOT_EVALUATED"

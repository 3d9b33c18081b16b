"""One effect of one site as statistics: what stays out, and what cannot be said."""

from dataclasses import replace

import pytest

from impact.effect_data import EffectTables
from impact.model import NotEvaluable
from impact.prepare import effect_tables, find_measure
from impact.sufficient.site import merge_site_effects, site_effect
from pipelines.site_commands import effect_line
from schemas.site_file import SiteEffect
from schemas.thresholds import Thresholds
from tests.small_world import EXPOSED, world_plan, world_study, world_tables

PLAN = world_plan()


@pytest.fixture(scope="module")
def tables() -> EffectTables:
    return effect_tables(world_tables(PLAN), PLAN.effects[0])


def reduced(tables: EffectTables) -> SiteEffect | NotEvaluable:
    waiting = find_measure(world_tables(PLAN).measure, "waiting")
    return site_effect(tables, PLAN.effects[0], waiting, world_study(), Thresholds())


def record(tables: EffectTables) -> SiteEffect:
    made = reduced(tables)
    assert isinstance(made, SiteEffect)
    return made


def test_clusters_with_a_gap_stay_out_and_are_counted(tables: EffectTables) -> None:
    panel = tables.panel.copy()
    panel.loc[(panel["unit_id"] == EXPOSED[0]) & (panel["period"] == 3), "outcome"] = None
    made = record(replace(tables, panel=panel))
    assert (made.incomplete_count, made.cohorts[1].count) == (1, 9)
    assert effect_line(made).endswith("19 clusters, 1 incomplete")


def test_a_site_where_everyone_has_a_gap_has_nothing_to_send(tables: EffectTables) -> None:
    panel = tables.panel.copy()
    for number, region in enumerate(sorted(set(panel["unit_id"]))):
        gap = (panel["unit_id"] == region) & (panel["period"] == number)
        panel.loc[gap, "outcome"] = None
    assert reduced(replace(tables, panel=panel)) == NotEvaluable(("NO_OUTCOME",))


def test_periods_are_those_of_the_study(tables: EffectTables) -> None:
    late = tables.panel[tables.panel["period"] >= 4]
    made = record(replace(tables, panel=late))
    assert made.periods == list(range(4, 24))
    assert [one.start for one in made.cohorts] == [None, 12]
    holed = late[late["period"] != 7]
    assert reduced(replace(tables, panel=holed)) == NotEvaluable(("NO_OUTCOME",))


def test_exposed_from_the_first_period_there_is_no_effect_to_estimate(
    tables: EffectTables,
) -> None:
    made = record(replace(tables, exposure=tables.exposure.assign(start_period=0)))
    assert made.answer is None
    assert "no effect to estimate here" in effect_line(made)
    assert merge_site_effects([made, made]).answer is None


def test_an_effect_without_spread_has_no_standard_error(tables: EffectTables) -> None:
    panel = tables.panel.copy()
    panel["outcome"] = 1.0
    is_exposed = panel["unit_id"].isin(EXPOSED) & (panel["period"] >= 12)
    panel.loc[is_exposed, "outcome"] = 3.0
    made = record(replace(tables, panel=panel))
    assert made.answer is not None
    assert {one.std_error for one in made.answer.averages} == {None}
    assert {one.band_low for one in made.answer.event_study} == {None}
    assert effect_line(made) == "shorter_wait: 2; 20 clusters"

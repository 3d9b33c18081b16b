"""The advisor: what it says settles a question settles it, and the lot it draws is a lot."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.generators import portfolio
from data.generators.portfolio_truth import INITIATIVES
from impact.design import (
    Advice,
    Budget,
    OpenQuestion,
    Option,
    advise,
    recommend,
)
from impact.draw import COLUMNS, draw_exposure
from impact.estimate import estimate
from impact.gather import StudyTables
from impact.history import History, read_history
from impact.model import Estimation, NotEvaluable
from impact.open_questions import open_questions
from impact.roll_out import Ask, RollOut, Settled, noise, roll_out_data, with_effect
from impact.verdict import Evidence, decide
from schemas.findings import Effect
from schemas.thresholds import Thresholds
from schemas.vocabulary import PeriodLength
from tests.effect_arrays import effect_data
from tests.small_world import EXPOSED, REGIONS, world_plan, world_study, world_tables

SMALL = Budget(reps=50, search_reps=30)
QUIET = History(sd=1.0, correlation=0.3, periods=24, clusters=20)
OPEN_EFFECT = Effect.model_validate(
    {
        "effect_id": "e1",
        "initiative_id": "i1",
        "initiative_name": "I",
        "measure_id": "m1",
        "measure_name": "M",
        "unit_label": "days",
        "direction": "higher_better",
        "role": "primary",
        "method": None,
        "verdict": "inconclusive",
        "certainty": None,
        "cost": {"currency": "EUR"},
    }
)


def question(period: PeriodLength = "month", **given: Any) -> OpenQuestion:
    names = tuple(f"u{number:02d}" for number in range(24))
    plain = OpenQuestion(OPEN_EFFECT, Ask(1.0, QUIET, 3), names, (12,), period, 24)
    return replace(plain, **given)


def settled_again(option: Option, ask: Ask, reps: int, seed: int) -> float:
    """Share of freshly simulated studies that the whole verdict path settles, either truth."""
    limits = Thresholds(permutations_exact=499, permutations_drawn=499)
    rng, right = np.random.default_rng(seed), np.zeros(2)
    for _ in range(reps):
        still = noise(option.roll_out, ask.history, rng)
        worlds = (with_effect(still, option.roll_out, ask.target), still)
        for number, wanted in enumerate(("improves", "no_meaningful_effect")):
            data = roll_out_data(worlds[number], option.roll_out, ask)
            found = estimate(data, "randomised", limits)
            assert isinstance(found, Estimation)
            decision = decide(Evidence(found, ask.target, ask.alpha), ask.family)
            right[number] += decision.verdict == wanted
    return float(right.min()) / reps


def test_the_roll_out_named_for_the_pilot_settles_its_question_with_another_seed() -> None:
    outcomes, cohorts = portfolio.build_world(seed=3)
    pilot = next(one for one in INITIATIVES if "pilot" in one.initiative_id)
    cohort = cohorts[pilot.initiative_id]
    history = read_history(effect_data(outcomes[pilot.measure.measure_id], cohort))
    assert history is not None
    ask = Ask(1.0, history, 6, family_size=2)
    units = tuple(f"c{number:02d}" for number in np.flatnonzero(cohort < 0))
    found = advise(question(ask=ask, units=units), SMALL).recommended
    assert found is not None
    assert (found.effect, found.certainty) == (1.0, "high")
    assert found.roll_out.clusters <= len(units)
    assert settled_again(found, ask, reps=50, seed=99) >= 0.70


def test_a_longer_follow_up_needs_fewer_units_and_a_drawn_order_fewer_than_one_that_is_not() -> (
    None
):
    advice = advise(question(follow_ups=(6, 12)), replace(SMALL, reps=30, search_reps=20))
    needed = {(o.roll_out.name, o.roll_out.follow_up): o.roll_out.clusters for o in advice.options}
    assert needed["randomised_arms", 12] <= needed["randomised_arms", 6]
    assert needed["randomised_arms", 12] < needed["randomised_order", 12]
    assert needed["randomised_order", 12] < needed["staggered", 12]
    bases = dict(advice.bases)
    assert (bases["unknown"], bases["randomised"]) == ("very_low", "moderate")


def test_nothing_is_named_where_no_number_of_units_would_do() -> None:
    faint = replace(QUIET, sd=60.0)
    advice = advise(
        question(ask=Ask(1.0, faint, 3), units=()), replace(SMALL, reps=10, search_reps=10)
    )
    assert (advice.options, advice.within_reach, advice.recommended) == ((), (), None)
    assert advice.bases == ()
    assert draw_exposure(advice, world_study(), np.random.default_rng(1)).empty


def test_a_question_without_history_gets_no_advice() -> None:
    lacking = question(ask=None, lacking=NotEvaluable(("NO_OUTCOME",)))
    assert advise(lacking, SMALL) == Advice(lacking)


def test_without_earlier_periods_only_two_arms_can_be_drawn() -> None:
    once = History(1.0, 0.0, 0, 40)
    advice = advise(question(ask=Ask(1.5, once, 3), follow_ups=(1,)), SMALL)
    assert {option.roll_out.name for option in advice.options} == {"randomised_arms"}


def test_a_rule_that_fixes_the_order_earns_more_than_no_rule_with_many_units() -> None:
    arms = Option(RollOut("randomised_arms", 80, 24, 12), 1.0, Settled(1.0, 1.0), "high")
    found = recommend([arms], [], 80)
    assert found == arms
    assert recommend([arms], [], 79) is None
    smaller = replace(arms, roll_out=replace(arms.roll_out, clusters=40), effect=1.4)
    loose = replace(smaller, roll_out=replace(smaller.roll_out, name="staggered"), effect=0.1)
    assert recommend([arms], [smaller, loose], 79) == smaller


@pytest.mark.parametrize(("period", "dates"), [("month", "2022-02-01"), ("quarter", "2022-02-01")])
def test_the_lot_gives_every_unit_one_row_and_half_of_them_no_dose(
    period: PeriodLength, dates: str
) -> None:
    best = Option(RollOut("randomised_arms", 20, 24, 12), 1.0, Settled(0.9, 0.9), "high")
    advice = Advice(question(period=period), recommended=best)
    rows = draw_exposure(advice, world_study(), np.random.default_rng(7))
    other = draw_exposure(advice, world_study(), np.random.default_rng(8))
    assert tuple(rows.columns) == COLUMNS
    assert rows["unit_id"].is_unique
    assert (len(rows), int(rows["dose"].sum())) == (20, 10)
    assert rows["start_date"].unique().tolist() == [dates]
    assert rows["assignment_probability"].unique().tolist() == [0.5]
    assert not rows.equals(other)


def test_waves_start_in_their_own_periods_and_those_who_wait_have_the_first_date() -> None:
    best = Option(RollOut("randomised_order", 20, 24, 8), 1.0, Settled(0.9, 0.9), "high")
    quarters = Advice(question(period="quarter"), recommended=best)
    rows = draw_exposure(quarters, world_study(), np.random.default_rng(7))
    starts = rows[rows["dose"] == 1].groupby("start_date").size()
    assert starts.to_dict() == {"2022-02-01": 5, "2022-08-01": 5, "2023-02-01": 5}
    assert rows.loc[rows["dose"] == 0, "start_date"].unique().tolist() == ["2022-02-01"]
    assert dt.date.fromisoformat(rows["start_date"].min()) > world_study().as_of


@pytest.fixture(scope="module")
def tables() -> StudyTables:
    return world_tables(world_plan())


def test_open_questions_are_those_without_a_verdict_and_with_a_size_that_matters(
    tables: StudyTables,
) -> None:
    plan = world_plan(
        {"measure_id": "other", "negative_controls": ["waiting", "absent"]},
        {"effect_id": "second", "role": "secondary", "smallest_worthwhile_effect": None},
        {"effect_id": "settled"},
    )
    sized = OPEN_EFFECT.model_copy(
        update={"effect_id": "shorter_wait", "smallest_worthwhile_effect": 1.0}
    )
    effects = [
        sized,
        OPEN_EFFECT.model_copy(update={"effect_id": "second"}),
        sized.model_copy(update={"effect_id": "settled", "verdict": "improves"}),
    ]
    mine = replace(tables, exposure=tables.exposure.assign(effect_id="shorter_wait"))
    found = open_questions(effects, mine, plan, world_study())
    assert [one.effect.effect_id for one in found] == ["shorter_wait"]
    assert found[0].units == tuple(REGIONS[len(EXPOSED) :])
    assert (found[0].control_count, found[0].follow_ups) == (1, (12, 24))
    assert found[0].ask is not None
    assert found[0].ask.history.sd == pytest.approx(1.0, abs=0.15)
    assert found[0].ask.family_size == 1


def left_open(tables: StudyTables, **changed: pd.DataFrame) -> OpenQuestion:
    effect = OPEN_EFFECT.model_copy(
        update={"effect_id": "shorter_wait", "smallest_worthwhile_effect": 1.0}
    )
    changed_tables = replace(tables, **changed)
    return open_questions([effect], changed_tables, world_plan(), world_study())[0]


def test_a_study_without_any_exposure_still_has_a_history(tables: StudyTables) -> None:
    found = left_open(tables, exposure=tables.exposure.iloc[:0])
    assert found.units == tuple(REGIONS)
    assert found.ask is not None


def test_units_whose_exposure_is_yet_to_come_are_no_part_of_the_lot(tables: StudyTables) -> None:
    later = tables.exposure.assign(start_period=40)
    assert left_open(tables, exposure=later).units == tuple(REGIONS[len(EXPOSED) :])
    everyone = pd.concat([later, later.assign(unit_id=REGIONS[len(EXPOSED) :])])
    assert left_open(tables, exposure=everyone).units == tuple(REGIONS)


def test_what_keeps_a_history_from_being_read_is_said(tables: StudyTables) -> None:
    none = left_open(tables, panel=tables.panel.iloc[:0])
    assert none.lacking == NotEvaluable(("NO_OUTCOME",))
    flat = tables.panel.assign(outcome=4.0)
    assert left_open(tables, panel=flat).lacking == NotEvaluable(("NO_VARIATION",))
    alone = tables.panel[tables.panel["unit_id"] == EXPOSED[0]]
    found = left_open(tables, panel=alone, exposure=tables.exposure.iloc[:1])
    assert found.lacking == NotEvaluable(("TOO_FEW_UNITS",))

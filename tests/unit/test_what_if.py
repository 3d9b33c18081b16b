"""Measuring again with one thing changed: the same rules, on the same tables."""

import pytest
from pandera.errors import SchemaError

from impact.effect_data import Measure
from impact.what_if import (
    MeasuredFrom,
    alone,
    measure_again,
    measure_one,
    with_asked,
    with_drift,
    with_measure,
    with_question,
)
from tests.small_world import EFFECT, EXPOSED, FACTS, world_plan, world_study, world_tables

SHARE = Measure("share_long", "Long waits", "share of regions", "lower_better")


@pytest.fixture(scope="module")
def base() -> MeasuredFrom:
    plan = world_plan()
    return MeasuredFrom(world_study(), plan, world_tables(plan), FACTS)


def test_nothing_changed_gives_the_same_effect(base: MeasuredFrom) -> None:
    first = measure_one(base, "shorter_wait")
    assert (first,) == measure_again(base)
    assert first.verdict == "improves"
    assert first.estimate == pytest.approx(EFFECT, abs=0.5)


def test_units_and_outcomes_are_those_of_the_effect(base: MeasuredFrom) -> None:
    assert base.exposed_units("shorter_wait") == sorted(EXPOSED)
    assert base.outcomes("waiting").shape == (24, 20)
    with pytest.raises(KeyError, match="unknown"):
        base.planned("unknown")


def test_a_worthwhile_effect_beyond_the_range_is_no_improvement_worth_having(
    base: MeasuredFrom,
) -> None:
    asked = with_asked(base, "shorter_wait", smallest_worthwhile_effect=50.0, alpha=0.1)
    changed = measure_one(asked, "shorter_wait")
    assert changed.verdict == "no_meaningful_effect"
    assert asked.planned("shorter_wait").analysis.alpha == 0.1
    assert base.planned("shorter_wait").smallest_worthwhile_effect == 1.0


def test_a_question_that_was_changed_is_of_very_low_certainty(base: MeasuredFrom) -> None:
    changed = measure_one(with_asked(base, "shorter_wait", seed=2), "shorter_wait")
    assert changed.certainty == "very_low"
    assert "AMENDED" in {cap.why for cap in changed.certainty_caps}


def test_drift_moves_exposed_units_alone_and_the_effect_by_its_share(base: MeasuredFrom) -> None:
    drifted = with_drift(base, "shorter_wait", 0.1)
    moved = drifted.outcomes("waiting") - base.outcomes("waiting")
    assert moved[EXPOSED[0]].tolist() == pytest.approx([0.1 * period for period in range(24)])
    assert not moved.drop(columns=EXPOSED).to_numpy().any()
    before, after = (measure_one(one, "shorter_wait").estimate for one in (base, drifted))
    assert before is not None
    assert after is not None
    # The first six months after the start against all twelve before it.
    assert after - before == pytest.approx(0.1 * (14.5 - 5.5))


def test_a_measure_of_ones_own_is_estimated_by_the_same_rules(base: MeasuredFrom) -> None:
    waiting = base.outcomes("waiting")
    rows = (waiting > 57).astype(float).unstack().rename("outcome").reset_index()
    mine = with_measure(base, SHARE, rows)
    asked = with_question(mine, "shorter_wait", "mine", "share_long", 0.1)
    found = measure_one(asked, "mine")
    exposed, others = waiting[EXPOSED], waiting.drop(columns=EXPOSED)
    changes = [
        (part.loc[12:17] > 57).to_numpy().mean() - (part.loc[:11] > 57).to_numpy().mean()
        for part in (exposed, others)
    ]
    assert found.estimate == pytest.approx(changes[0] - changes[1])
    assert (found.measure_name, found.certainty) == ("Long waits", "very_low")


def test_a_measure_with_two_rows_for_one_period_is_refused(base: MeasuredFrom) -> None:
    rows = base.outcomes("waiting").unstack().rename("outcome").reset_index()
    twice = rows.iloc[[0, 0]]
    with pytest.raises(SchemaError):
        with_measure(base, SHARE, twice)


def test_a_question_alone_has_the_same_estimate(base: MeasuredFrom) -> None:
    two = with_question(base, "shorter_wait", "again", "waiting", 1.0)
    single = alone(two, "again")
    assert [effect.effect_id for effect in single.plan.effects] == ["again"]
    assert measure_one(single, "again").estimate == measure_one(two, "again").estimate

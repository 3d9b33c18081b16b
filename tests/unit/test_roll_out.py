"""History and simulated roll-outs: noise is given back, and verdicts are those of real studies."""

from dataclasses import replace

import numpy as np
import pytest

from impact.estimate import estimate
from impact.gates import first_failure, gate_anticipation
from impact.history import History, read_history
from impact.model import NEVER, Estimation
from impact.roll_out import (
    Ask,
    RollOut,
    RollOutName,
    deal_roll_out,
    noise,
    roll_out_data,
    simulate,
    try_roll_out,
    verdict_of,
    with_effect,
)
from impact.verdict import Evidence, decide
from schemas.thresholds import Thresholds
from schemas.vocabulary import Method
from tests.effect_arrays import effect_data

FEWER = Thresholds(permutations_exact=499, permutations_drawn=499)
QUIET = History(sd=1.0, correlation=0.3, periods=24, clusters=20)
KINDS: list[RollOutName] = ["randomised_arms", "randomised_order", "staggered"]


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("periods", [24, 48])
def test_history_gives_back_the_noise_it_was_made_with(correlation: float, periods: int) -> None:
    rng = np.random.default_rng(4)
    truth = History(2.0, correlation, periods, 60)
    drawn = noise(RollOut("staggered", 60, periods, 0), truth, rng)
    levels = 30 + 9 * rng.standard_normal((60, 1)) + rng.standard_normal(periods)
    found = read_history(effect_data(drawn + levels, np.full(60, NEVER)))
    assert found is not None
    assert found.sd == pytest.approx(2.0, rel=0.08)
    assert found.correlation == pytest.approx(correlation, abs=0.07)
    assert (found.periods, found.clusters) == (periods, 60)


def test_an_effect_is_no_part_of_the_noise() -> None:
    rng = np.random.default_rng(5)
    outcome = rng.standard_normal((8, 30))
    outcome[:6, 15:] += 50.0
    cohort = np.array([15] * 6 + [NEVER] * 2)
    found = read_history(effect_data(outcome, cohort))
    assert found is not None
    assert found.sd == pytest.approx(1.0, abs=0.2)
    many = read_history(effect_data(outcome, np.array([15] * 3 + [NEVER] * 5)))
    assert many is not None
    assert many.clusters == 5


def test_a_single_period_knows_the_spread_between_units_and_no_history() -> None:
    outcome = np.array([[1.0], [2.0], [3.0], [np.nan]])
    found = read_history(effect_data(outcome, np.full(4, NEVER)))
    assert found == History(1.0, 0.0, 0, 3)
    assert read_history(effect_data(outcome[:1], np.full(1, NEVER))) is None


def test_a_constant_outcome_has_no_history_and_a_short_one_no_correlation() -> None:
    assert read_history(effect_data(np.full((6, 12), 3.0), np.full(6, NEVER))) is None
    drawn = np.random.default_rng(1).standard_normal((9, 5))
    found = read_history(effect_data(drawn, np.full(9, NEVER)))
    assert found is not None
    assert found.correlation == 0.0


def test_waves_are_equal_and_a_quarter_of_the_follow_up_apart() -> None:
    waves = RollOut("randomised_order", 18, 24, 12)
    assert np.unique(waves.cohort, return_counts=True)[1].tolist() == [4, 5, 5, 4]
    assert waves.starts == (24, 27, 30, NEVER)
    arms = RollOut("randomised_arms", 9, 24, 12)
    assert (arms.cohort == 24).sum() == 5
    assert arms.is_randomised
    assert not replace(waves, name="staggered").is_randomised


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("effect", [0.0, 1.0, -1.5])
def test_the_advisor_judges_as_real_studies_are_judged(name: RollOutName, effect: float) -> None:
    roll_out, ask = RollOut(name, 24, 24, 12), Ask(0.9, QUIET, 3, family_size=2)
    rng = np.random.default_rng(3)
    deal = deal_roll_out(roll_out, FEWER)
    method: Method = "group_time_did" if name == "staggered" else "randomised"
    for _ in range(4):
        outcome = with_effect(noise(roll_out, QUIET, rng), roll_out, effect)
        data = roll_out_data(outcome, roll_out, ask)
        full = estimate(data, method, FEWER)
        assert isinstance(full, Estimation)
        tried = try_roll_out(data, roll_out, deal, FEWER).estimation
        assert tried.estimate == pytest.approx(full.estimate, rel=1e-12)
        assert tried.anticipation_p == full.anticipation_p
        for one, other in zip(tried.intervals, full.intervals, strict=False):
            assert one.std_error == pytest.approx(other.std_error, rel=1e-12)
        gate = first_failure((gate_anticipation(full, FEWER),))
        decided = decide(Evidence(full, ask.target, 0.05, (), gate), ask.family)
        assert verdict_of(outcome, roll_out, ask, deal, FEWER) == decided.verdict


def test_more_clusters_settle_more_and_one_question_more_than_three() -> None:
    def share(clusters: int, family_size: int) -> float:
        roll_out = RollOut("randomised_arms", clusters, 24, 12)
        ask = Ask(0.5, QUIET, 3, family_size=family_size)
        return simulate(roll_out, ask, 60, np.random.default_rng(2), FEWER).share

    assert share(12, 1) < share(30, 1)
    assert share(30, 3) < share(30, 1)


def test_a_simulated_outcome_must_vary() -> None:
    roll_out = RollOut("randomised_arms", 8, 4, 4)
    data = roll_out_data(np.zeros((8, 8)), roll_out, Ask(1.0, QUIET, 1))
    with pytest.raises(ValueError, match="must vary"):
        try_roll_out(data, roll_out, deal_roll_out(roll_out, FEWER), FEWER)

"""Simulated worlds hold the truth they were drawn with."""

from dataclasses import replace

import numpy as np
import pytest

from impact.model import NEVER, FloatArray
from tests.trial_worlds import BASE_SHARE, TrialSpec, draw_trial
from tests.worlds import Bias, Cohort, Noise, Spec, UnitChange, World, ar1, draw_family, draw_world

LARGE = Spec(cohorts=(Cohort(400, 24),), comparison=400, controls=2)


def drawn(spec: Spec, seed: int = 1) -> World:
    return draw_world(spec, np.random.default_rng(seed))


def contrast(outcome: FloatArray, world: World, start: int = 24) -> float:
    """Post mean minus pre mean, exposed minus comparison."""
    change = np.nanmean(outcome[:, start:], axis=1) - np.nanmean(outcome[:, :start], axis=1)
    exposed = world.cohort != NEVER
    return float(change[exposed].mean() - change[~exposed].mean())


def test_the_same_seed_gives_the_same_world() -> None:
    spec = replace(LARGE, neighbours=0.5, missing="random", missing_exposed=0.1)
    one, other = drawn(spec), drawn(spec)
    assert np.array_equal(one.outcome, other.outcome, equal_nan=True)
    assert np.array_equal(one.is_neighbour, other.is_neighbour)


def test_errors_have_an_sd_of_one_and_the_given_memory() -> None:
    for noise in (Noise(ar=0.6), Noise(ar=0.6, tails=5)):
        errors = ar1((4000, 20), noise, np.random.default_rng(2))
        assert errors.std() == pytest.approx(1.0, abs=0.03)
        assert np.corrcoef(errors[:, 9], errors[:, 10])[0, 1] == pytest.approx(0.6, abs=0.04)


def test_an_effect_is_what_exposure_adds() -> None:
    assert contrast(drawn(LARGE).outcome, drawn(LARGE)) == pytest.approx(0.0, abs=0.1)
    world = drawn(LARGE.with_effect(0.5))
    assert contrast(world.outcome, world) == pytest.approx(0.5, abs=0.1)
    assert world.effect == 0.5
    growing = drawn(replace(LARGE.with_effect(1.0), growth=True))
    assert contrast(growing.outcome, growing) == pytest.approx(1.0, abs=0.1)
    assert growing.outcome[:400, -1].mean() - growing.outcome[400:, -1].mean() > 1.5


@pytest.mark.parametrize(
    ("bias", "expected"),
    [
        (Bias(trend=1.0), 1.0),
        (Bias(shock=1.0), 1.0),
        (Bias(onset_drift=1.0), 1.0),
        (Bias(dip=-4.0, dip_periods=6), 1.0),
        (Bias(rival=1.0, rival_share=0.5), 0.5),
        (Bias(displaced=-1.0), 0.5),
    ],
)
def test_a_bias_moves_the_contrast_by_its_size(bias: Bias, expected: float) -> None:
    world = drawn(replace(LARGE, bias=bias, neighbours=0.5))
    assert contrast(world.outcome, world) == pytest.approx(expected, abs=0.1)
    assert world.effect == 0.0


def test_controls_see_their_share_of_a_shock_and_no_trend() -> None:
    world = drawn(replace(LARGE, bias=Bias(shock=2.0, seen=0.5)))
    assert contrast(world.controls[0], world) == pytest.approx(1.0, abs=0.1)
    drifting = drawn(replace(LARGE, bias=Bias(trend=2.0)))
    assert contrast(drifting.controls[1], drifting) == pytest.approx(0.0, abs=0.1)


def test_money_that_follows_need_goes_where_outcomes_were_worst() -> None:
    world = drawn(replace(LARGE, assigned="need"))
    recent = world.outcome[:, 21:24].mean(axis=1) - world.outcome[:, :24].mean(axis=1)
    exposed = world.cohort != NEVER
    assert exposed.sum() == 400
    assert recent[exposed].max() <= recent[~exposed].min()


def test_outcomes_go_missing_as_asked() -> None:
    world = drawn(replace(LARGE, missing="random", missing_exposed=0.1, missing_comparison=0.3))
    assert np.isnan(world.outcome[:400]).mean() == pytest.approx(0.1, abs=0.02)
    assert np.isnan(world.outcome[400:]).mean() == pytest.approx(0.3, abs=0.02)
    worst = drawn(replace(LARGE, missing="worst", missing_exposed=0.2))
    assert np.isnan(worst.outcome[:400, 24:]).mean() == pytest.approx(0.2, abs=0.001)
    assert not np.isnan(worst.outcome[:, :24]).any()
    assert contrast(worst.outcome, worst) > 0.25


def test_back_dated_starts_make_an_effect_and_the_log_shows_it() -> None:
    world = drawn(replace(LARGE, back_dated=8))
    exposed = world.log_start != NEVER
    assert (world.log_start[exposed] == 24).all()
    assert (np.abs(world.cohort[exposed] - 24) <= 8).all()
    gain = [
        row[start:].mean() - row[:start].mean()
        for row, start in zip(world.outcome[exposed], world.cohort[exposed], strict=True)
    ]
    assert np.mean(gain) > contrast(world.outcome, world) + 0.25
    by_chance = drawn(replace(LARGE, misdated=2))
    assert set(by_chance.cohort[exposed]) == {22, 23, 24, 25, 26}


def test_a_change_of_unit_multiplies_by_twelve() -> None:
    plain = drawn(Spec())
    changes: tuple[tuple[UnitChange, int], ...] = (("measure", 40), ("cluster", 1))
    for who, rows in changes:
        changed = drawn(replace(Spec(), unit_change=who)).outcome
        ratio = changed / plain.outcome
        assert ratio[:, -1].max() == pytest.approx(12.0)
        assert int((ratio[:, -1] > 11).sum()) == rows


def test_outcomes_of_one_family_are_correlated_by_half() -> None:
    family = draw_family(LARGE, (1.0, 0.0), np.random.default_rng(3))
    assert [world.effect for world in family] == [1.0, 0.0]
    assert contrast(family[0].outcome, family[0]) == pytest.approx(1.0, abs=0.12)
    away = [world.outcome - world.outcome.mean(axis=1, keepdims=True) for world in family]
    away = [one - one.mean(axis=0) for one in away]
    assert np.corrcoef(away[0][400:].ravel(), away[1][400:].ravel())[0, 1] == pytest.approx(
        0.5, abs=0.05
    )


def test_trials_keep_their_design() -> None:
    rng = np.random.default_rng(4)
    persons = draw_trial(TrialSpec("persons", effect=0.2), rng)
    assert set(np.unique(persons.outcome)) == {0.0, 1.0}
    exposed = persons.cohort == 0
    assert [int(exposed[persons.block == b].sum()) for b in range(5)] == [18, 24, 30, 36, 42]
    assert persons.outcome[~exposed].mean() == pytest.approx(BASE_SHARE, abs=0.12)
    pairs = draw_trial(TrialSpec("pairs"), rng)
    assert (np.bincount(pairs.block[pairs.cohort != NEVER]) == 1).all()
    rolled = draw_trial(TrialSpec("roll_out", missing=0.1), rng)
    assert np.unique(rolled.cohort, return_counts=True)[1].tolist() == [8] * 5
    assert np.isnan(rolled.outcome).mean() == pytest.approx(0.12, abs=0.04)

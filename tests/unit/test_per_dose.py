"""Effects per dose: known slopes are given back, flat worlds show none, odd panels get codes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.dose_beside import dose_two_way, instantaneous, lowest_dose
from impact.doses import dose_matrix
from impact.group_time_did import estimate_group_time
from impact.model import NEVER, EffectData, Estimation, FloatArray, NotEvaluable
from impact.per_dose import estimate_dose, estimate_switching, levelled
from impact.verdict import Evidence, Family, decide
from schemas.thresholds import Thresholds
from schemas.vocabulary import Verdict
from tests.effect_arrays import effect_data

LIMITS = Thresholds(permutations_exact=199, permutations_drawn=199)
PERIODS = 36


def outcomes(rng: np.random.Generator, dose: FloatArray, slope: float) -> FloatArray:
    """Levels, shocks that all share, noise of SD 1, and the slope times the dose."""
    count = len(dose)
    noise = rng.standard_normal((count, PERIODS)) + rng.standard_normal(PERIODS)
    return np.asarray(noise + 3 * rng.standard_normal((count, 1)) + slope * dose)


def adopted(rng: np.random.Generator, slope: float, **given: Any) -> EffectData:
    """Two cohorts of ten with doses of their own, kept from their start, and 20 without."""
    cohort = np.repeat([20, 24, NEVER], [10, 10, 20])
    own = rng.uniform(0.5, 3.5, 40)
    is_on = (cohort[:, None] > 0) & (np.arange(PERIODS) >= cohort[:, None])
    dose = np.where(is_on, own[:, None], 0.0)
    plain = {"dose": dose, "dose_contrast": 2.0, "donut": 6}
    return effect_data(outcomes(rng, dose, slope), cohort, **{**plain, **given})


def switched(rng: np.random.Generator, slope: float) -> EffectData:
    """Twenty clusters on and off from period 20, and 20 that never are on."""
    cohort = np.repeat([20, NEVER], 20)
    dose = ((rng.random((40, PERIODS)) < 0.6) & (np.arange(PERIODS) > 20)).astype(float)
    dose[:, 20] = 1.0
    dose[20:] = 0.0
    return effect_data(outcomes(rng, dose, slope), cohort, dose=dose, donut=6)


def at_once(rng: np.random.Generator, slope: float, clusters: int = 40) -> EffectData:
    """Every cluster starts in period 24, at doses from 0 to 3."""
    own = rng.uniform(0.0, 3.0, clusters)
    dose = np.where(np.arange(PERIODS) >= 24, own[:, None], 0.0)
    cohort = np.full(clusters, 24)
    return effect_data(outcomes(rng, dose, slope), cohort, dose=dose, dose_contrast=2.0, donut=6)


def estimated(data: EffectData) -> Estimation:
    is_binary = data.dose is not None and bool(np.isin(data.dose, (0, 1)).all())
    found = (estimate_switching if is_binary else estimate_dose)(data, LIMITS)
    assert isinstance(found, Estimation)
    return found


def verdict(data: EffectData) -> Verdict:
    return decide(Evidence(estimated(data), 1.2, 0.05), Family()).verdict


@pytest.mark.parametrize(("make", "truth"), [(adopted, 2.0), (switched, 1.0), (at_once, 2.0)])
def test_a_known_effect_per_dose_is_given_back_and_none_is_claimed_where_there_is_none(
    make: Any, truth: float
) -> None:
    rng = np.random.default_rng(12)
    found = [estimated(make(rng, 1.0)) for _ in range(12)]
    mean = np.mean([one.estimate for one in found])
    spread = np.sqrt(np.mean([(one.std_error or 0) ** 2 for one in found]))
    held = [low <= truth <= high for low, high in (f.intervals[0].bounds(0.95) for f in found)]
    assert mean == pytest.approx(truth, abs=4 * spread / np.sqrt(12))
    assert sum(held) >= 9
    claims = [verdict(make(rng, 0.0)) in {"improves", "harms"} for _ in range(8)]
    assert sum(claims) <= 2


def test_a_dose_of_one_for_all_is_the_group_time_estimate() -> None:
    data = adopted(np.random.default_rng(1), 1.0, dose_contrast=1.0)
    assert data.dose is not None
    ones = replace(data, dose=(data.dose > 0).astype(float))
    plain = estimate_group_time(data, LIMITS)
    found = estimate_dose(ones, LIMITS)
    assert isinstance(plain, Estimation)
    assert isinstance(found, Estimation)
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-12)
    assert found.std_error == pytest.approx(plain.std_error, rel=1e-12)
    assert found.permutations == plain.permutations


def test_twice_the_contrast_is_twice_everything_and_half_the_dose_too() -> None:
    data = adopted(np.random.default_rng(2), 1.0)
    assert data.dose is not None
    once, twice = estimated(data), estimated(replace(data, dose_contrast=4.0))
    half = estimated(replace(data, dose=data.dose / 2))
    for other in (twice, half):
        assert other.estimate == pytest.approx(2 * once.estimate)
        assert other.intervals[2].std_error == pytest.approx(2 * once.intervals[2].std_error)
        assert other.event_study[3].estimate == pytest.approx(2 * once.event_study[3].estimate)


def test_a_straight_dose_response_leaves_no_spread_of_its_own() -> None:
    data = adopted(np.random.default_rng(3), 5.0)
    assert data.dose is not None
    plain = estimate_group_time(data, LIMITS)
    assert isinstance(plain, Estimation)
    mean = next(item.value for item in estimated(data).diagnostics if item.name == "mean_dose")
    assert mean is not None
    assert (estimated(data).std_error or 0) < 0.5 * (plain.std_error or 0) * 2.0 / mean
    flat = levelled(data, data.dose.max(axis=1), mean, 5.0).outcome
    assert np.array_equal(flat[20:], data.outcome[20:])


def test_beside_one_cohort_stand_the_causal_response_and_the_lowest_doses() -> None:
    rng = np.random.default_rng(4)
    own = np.where(np.arange(40) < 20, rng.uniform(0.5, 3.5, 40), 0.0)
    dose = np.where(np.arange(PERIODS) >= 24, own[:, None], 0.0)
    cohort = np.where(own > 0, 24, NEVER)
    data = effect_data(outcomes(rng, dose, 1.0), cohort, dose=dose, dose_contrast=2.0, donut=6)
    beside = {item.name: item for item in estimated(data).alternatives}
    for name in ("average_causal_response", "lowest_dose"):
        shown = beside[name]
        assert shown.estimate is not None
        assert shown.estimate == pytest.approx(2.0, abs=4 * (shown.std_error or 0))
    same = replace(data, dose=np.where(dose > 0, 2.0, 0.0))
    assert "lowest_dose" not in {item.name for item in estimated(same).alternatives}


def test_lowest_dose_by_hand() -> None:
    change, dose = np.array([1.0, 1.2, 5.0, 5.2, 0.0]), np.array([1.0, 1.0, 3.0, 3.0, 0.0])
    assert lowest_dose(change, dose, 1.0).estimate == pytest.approx((5.1 - 1.1) / (3 - 1))
    assert lowest_dose(change[1:], dose[1:], 1.0).estimate is None


def test_switching_shows_two_way_fixed_effects_and_the_first_period_of_a_switch() -> None:
    data = switched(np.random.default_rng(5), 1.0)
    beside = {item.name: item for item in estimated(data).alternatives}
    for name in ("two_way_fixed_effects", "switchers_first_period"):
        shown = beside[name]
        assert shown.estimate == pytest.approx(1.0, abs=4 * (shown.std_error or 0))
    assert data.dose is not None
    assert instantaneous(data.outcome, 2 * data.dose).estimate is None
    assert instantaneous(data.outcome, 0 * data.dose).estimate is None
    assert dose_two_way(data.outcome, 0 * data.dose, 1.0).estimate is None


def test_a_bent_dose_response_is_said_and_a_straight_one_passes() -> None:
    data = at_once(np.random.default_rng(6), 1.0)
    assert data.dose is not None
    bent = replace(data, outcome=data.outcome + 3 * data.dose**2)
    for world, status in ((data, "PASS"), (bent, "FAIL")):
        found = {item.name: item.status for item in estimated(world).diagnostics}
        assert found["dose_linearity"] == status
    two = replace(data, dose=(data.dose > 0) * 1.0 + (data.dose > 1.5) * 1.5)
    found = {item.name: item.status for item in estimated(two).diagnostics}
    assert found["dose_linearity"] == "NOT_EVALUATED"


def test_few_clusters_show_no_curve_and_a_full_donut_no_interval() -> None:
    data = at_once(np.random.default_rng(7), 1.0, clusters=12)
    assert estimated(data).alternatives[0].estimate is None
    blind = estimated(replace(data, donut=24))
    assert blind.intervals[1].status == "NOT_EVALUATED"
    assert blind.anticipation_p is None
    assert decide(Evidence(blind, 1.0, 0.05), Family()).reasons == ("TOO_FEW_PRE",)


def test_harm_is_harm_when_a_smaller_number_is_better() -> None:
    rng = np.random.default_rng(8)
    assert verdict(replace(at_once(rng, 1.0), sign=-1)) == "harms"
    assert verdict(replace(adopted(rng, 1.0), sign=-1)) == "harms"


RNG = np.random.default_rng(9)
ADOPTED, AT_ONCE = adopted(RNG, 1.0), at_once(RNG, 1.0)


@pytest.mark.parametrize(
    ("data", "lacks"),
    [
        (replace(ADOPTED, dose=np.zeros((40, PERIODS))), "NO_VARIATION"),
        (replace(ADOPTED, outcome=np.full((40, PERIODS), 2.0)), "NO_VARIATION"),
        (replace(AT_ONCE, dose=np.full((40, PERIODS), 2.0)), "NO_COMPARISON"),
        (replace(AT_ONCE, cohort=np.full(40, 2)), "TOO_FEW_PRE"),
        (replace(AT_ONCE, horizon=(40, 50)), "NO_POST"),
        (replace(AT_ONCE, outcome=np.full((40, PERIODS), np.nan)), "NO_OUTCOME"),
        (replace(AT_ONCE, outcome=np.full((40, PERIODS), 2.0)), "NO_VARIATION"),
        (at_once(RNG, 1.0, clusters=8), "TOO_FEW_UNITS"),
        (replace(AT_ONCE, outcome=np.tile(np.arange(PERIODS) * 1.0, (40, 1))), "NO_VARIATION"),
    ],
)
def test_what_an_effect_per_dose_lacks(data: EffectData, lacks: str) -> None:
    found = estimate_dose(data, LIMITS)
    assert isinstance(found, NotEvaluable)
    assert found.reasons == (lacks,)


def test_a_cohort_whose_window_lies_beyond_the_panel_has_no_dose() -> None:
    found = estimate_dose(replace(ADOPTED, horizon=(13, 14)), LIMITS)
    assert isinstance(found, Estimation)
    assert found.exposed_count == 10


def test_switching_without_a_comparison_is_not_evaluable() -> None:
    assert estimate_switching(AT_ONCE, LIMITS) == NotEvaluable(("NO_COMPARISON",))


def test_doses_hold_for_their_spell_and_the_last_word_counts() -> None:
    spells = pd.DataFrame(
        {
            "unit_id": ["a", "a", "b", "elsewhere"],
            "start_period": [2, 5, 3, 0],
            "end_period": pd.array([4, None, 3, None], dtype="Int64"),
            "dose": [1.5, 2.0, None, 9.0],
        }
    )
    months = dose_matrix(spells, ["a", "b", "c"], np.arange(7), 0)
    assert months.tolist() == [
        [0, 0, 1.5, 1.5, 1.5, 2.0, 2.0],
        [0, 0, 0, 1.0, 0, 0, 0],
        [0.0] * 7,
    ]
    quarters = dose_matrix(spells, ["a", "b"], np.array([0, 3, 6]), 0)
    assert quarters.tolist() == [[1.5, 2.0, 2.0], [0, 1.0, 0]]
    assert dose_matrix(spells, ["b"], np.arange(7), 1).tolist() == [[0, 0, 1.0, 1.0, 0, 0, 0]]

"""Segmented regression: worlds with a known effect give it back, and nothing is ever claimed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from statsmodels.api import GLS, OLS

from impact.certainty import Circumstances, grade
from impact.estimate import choose_method, estimate
from impact.interrupted_series import estimate_series
from impact.model import NEVER, EffectData, Estimation, FloatArray, NotEvaluable
from impact.segmented import fit_series, newey_west, segments
from impact.verdict import Evidence, Family, decide, robust_bounds
from impact.windows import build_window
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason
from tests.effect_arrays import effect_data

LIMITS = Thresholds()
MONTHS, START = 60, 40


def autoregressive(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> FloatArray:
    """Errors of SD 1 along the second axis."""
    error = rng.standard_normal(shape)
    for period in range(1, shape[1]):
        error[:, period] = rho * error[:, period - 1] + np.sqrt(1 - rho**2) * error[:, period]
    return error


def alone(
    rng: np.random.Generator, *, effect: float = 0.0, noise: float = 1.0, clusters: int = 4
) -> EffectData:
    """Clusters that all start at once, with a trend, a season and one shared AR(1) error."""
    month = np.arange(MONTHS)
    series = 20 + 0.1 * month + 2 * np.sin(2 * np.pi * month / 12) + effect * (month >= START)
    series = series + noise * autoregressive(rng, (1, MONTHS), 0.4)[0]
    level = rng.standard_normal((clusters, 1)) * 3
    return effect_data(series + level, np.full(clusters, START), season=12, donut=6)


def estimated(data: EffectData) -> Estimation:
    found = estimate_series(data, LIMITS)
    assert isinstance(found, Estimation)
    return found


def test_trend_and_season_are_no_effect_and_a_step_is_found_exactly_without_noise() -> None:
    rng = np.random.default_rng(1)
    found = estimated(alone(rng, effect=3.0, noise=1e-6))
    assert found.estimate == pytest.approx(3.0, abs=1e-4)
    before_after = found.alternatives[1]
    assert before_after.name == "before_after"
    assert before_after.estimate == pytest.approx(3.0 + 0.1 * 30, abs=0.5)


@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_intervals_of_simulated_worlds_hold_the_truth_19_times_of_20(effect: float) -> None:
    rng = np.random.default_rng(7)
    plain = [estimated(alone(rng, effect=effect)).intervals[0] for _ in range(200)]
    held = np.mean([low <= effect <= high for low, high in (i.bounds(0.95) for i in plain)])
    assert np.mean([interval.estimate for interval in plain]) == pytest.approx(effect, abs=0.15)
    assert 0.90 <= held <= 0.99


def test_one_series_is_never_a_claim_however_large_the_effect() -> None:
    found = estimated(alone(np.random.default_rng(2), effect=50.0))
    decision = decide(Evidence(found, 1.0, 0.05), Family())
    assert (decision.verdict, decision.reasons, decision.p_value) == (
        "inconclusive",
        ("ONE_SERIES",),
        None,
    )
    assert robust_bounds(found, 0.95) is None
    assert decide(Evidence(found, 1.0, 0.05, failed_gate="DATA"), Family()).reasons == ("DATA",)
    facts = Circumstances(found.method, found.is_observational, 40, 0.0, control_count=30)
    assert grade(facts, LIMITS).certainty == "very_low"


def test_a_series_that_did_not_move_is_no_proof_of_no_effect_either() -> None:
    found = estimated(alone(np.random.default_rng(2), noise=0.01))
    assert decide(Evidence(found, 100.0, 0.05), Family()).verdict == "inconclusive"


def test_a_smaller_number_that_is_better_turns_the_interval_and_not_the_estimate() -> None:
    data = alone(np.random.default_rng(3), effect=4.0)
    higher, lower = estimated(data), estimated(replace(data, sign=-1))
    assert lower.estimate == higher.estimate > 0
    assert lower.intervals[0].estimate == -higher.intervals[0].estimate


def test_a_dip_before_the_start_is_left_out_by_the_donut() -> None:
    data = alone(np.random.default_rng(4), noise=0.01)
    dipped = data.outcome.copy()
    dipped[:, START - 6 : START] -= 5
    plain, donut, trend = estimated(replace(data, outcome=dipped)).intervals
    assert plain.estimate > 1.0
    assert donut.estimate == pytest.approx(0.0, abs=0.1)
    assert trend.status == "NOT_APPLICABLE"


def test_auto_takes_one_series_only_when_it_is_long_and_stands_alone() -> None:
    data = alone(np.random.default_rng(5))
    short = replace(data, outcome=data.outcome[:, 18:41], cohort=data.cohort - 18)
    nothing = NotEvaluable(("NO_COMPARISON",))
    assert choose_method(data, "policy", "auto", LIMITS) == "interrupted_series"
    assert choose_method(short, "policy", "auto", LIMITS) == nothing
    assert choose_method(short, "policy", "interrupted_series", LIMITS) == "interrupted_series"
    assert choose_method(data, "policy", "group_time_did", LIMITS) == nothing
    both = replace(data, cohort=np.array([0, START, START, START]))
    assert choose_method(both, "policy", "auto", LIMITS) == "interrupted_series"
    assert isinstance(estimate(data, "interrupted_series", LIMITS), Estimation)
    assert estimate(data, "group_time_did", LIMITS) == nothing


def test_comparison_clusters_are_not_used_and_cohorts_count_by_their_size() -> None:
    data = alone(np.random.default_rng(6), effect=3.0, noise=1e-6)
    cohort = np.array([START, START, START - 10, NEVER])
    outcome = data.outcome.copy()
    outcome[2, START - 10 : START] += 3.0
    found = estimated(replace(data, outcome=outcome, cohort=cohort))
    assert (found.exposed_count, found.comparison_count) == (3, 0)
    assert found.estimate == pytest.approx(3.0, abs=1e-4)


def test_gaps_are_passed_over_and_widen_the_interval() -> None:
    data = alone(np.random.default_rng(8), effect=3.0, noise=1e-3)
    outcome = data.outcome.copy()
    outcome[:, [5, 17, START + 2]] = np.nan
    outcome[0, :12] = np.nan
    found = estimated(replace(data, outcome=outcome))
    assert found.estimate == pytest.approx(3.0, abs=1e-2)
    assert found.missing_share == pytest.approx(1 / 20)
    assert found.intervals[0].widening > 0


def test_season_is_removed_only_when_two_years_come_before_the_start() -> None:
    data = alone(np.random.default_rng(9))
    later = replace(data, outcome=data.outcome[:, 20:], cohort=data.cohort - 20)
    seasons = [estimated(one).diagnostics[1].status for one in (data, later)]
    assert seasons == ["PASS", "NOT_EVALUATED"]
    yearly = estimated(replace(data, season=1)).diagnostics[1]
    assert yearly.status == "NOT_APPLICABLE"


def test_two_periods_after_the_start_have_a_level_and_no_slope() -> None:
    data = effect_data(np.zeros((1, 12)), np.array([10]))
    assert segments(build_window(10, data), 1).shape == (12, 3)
    assert segments(build_window(6, data), 4).shape == (12, 4 + 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cohort": np.zeros(4, dtype=np.int64)}, "TOO_FEW_PRE"),
        ({"cohort": np.full(4, 2)}, "TOO_FEW_PRE"),
        ({"cohort": np.full(4, 3), "horizon": (0, 1)}, "TOO_FEW_PRE"),
        ({"outcome": np.full((4, MONTHS), 7.0)}, "NO_VARIATION"),
        ({"outcome": np.tile(np.arange(MONTHS) * 1.0, (4, 1))}, "TOO_FEW_PRE"),
        ({"horizon": (50, 60)}, "NO_POST"),
        ({"outcome": np.full((4, MONTHS), np.nan)}, "NO_OUTCOME"),
    ],
)
def test_what_a_series_lacks(change: dict[str, Any], reason: Reason) -> None:
    data = replace(alone(np.random.default_rng(1)), **change)
    assert estimate_series(data, LIMITS) == NotEvaluable((reason,))


def test_a_donut_that_leaves_too_few_periods_is_not_evaluated() -> None:
    data = replace(alone(np.random.default_rng(1)), donut=39, season=1)
    assert estimated(data).intervals[1].status == "NOT_EVALUATED"


def test_newey_west_with_one_constant_is_the_standard_error_of_a_mean() -> None:
    outcome = np.tile([1.0, -1.0, -1.0, 1.0], 10)
    design = np.column_stack([np.tile([1.0, 0.0], 20), np.tile([0.0, 1.0], 20), np.ones(40) * 0])
    design[:, 2] = np.arange(40) >= 20
    sandwich = newey_west(outcome, design)
    assert 0 < sandwich < 0.5
    window = build_window(20, effect_data(np.zeros((1, 30)), np.array([20])))
    assert fit_series(np.arange(30.0), window, 1) is None


def test_estimate_and_error_are_those_of_generalised_least_squares() -> None:
    rng = np.random.default_rng(11)
    series = autoregressive(rng, (1, MONTHS), 0.5)[0]
    window = build_window(START, effect_data(series[None, :], np.array([START])))
    found = fit_series(series, window, 12)
    assert found is not None
    period = np.arange(MONTHS)
    sigma = found.correlation ** np.abs(period[:, None] - period)
    oracle = GLS(series, segments(window, 12), sigma=sigma).fit()
    assert found.estimate == pytest.approx(oracle.params[2], rel=1e-9)
    assert found.std_error == pytest.approx(oracle.bse[2], rel=1e-9)
    plain = OLS(series, segments(window, 12)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}
    )
    assert found.newey_west == pytest.approx(plain.bse[2], rel=1e-9)

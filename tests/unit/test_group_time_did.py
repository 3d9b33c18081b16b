"""Group-time DiD: windows, gates, what is beside it, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from impact.beside import pre_trend, second_estimator, slope_breakdown
from impact.contrast import Contrast
from impact.estimate import estimate
from impact.group_time_did import estimate_group_time
from impact.judged import judge_sample
from impact.model import NEVER, DiagnosticResult, EffectData, Estimation, NotEvaluable
from impact.sample import build_sample
from impact.widening import worst_share_shift
from schemas.thresholds import Thresholds
from schemas.vocabulary import INTERVAL_NAMES
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_exact=10, permutations_drawn=199)


def world(seed: int = 1, effect: float = 0.0, **given: object) -> EffectData:
    outcome, cohort = staggered(np.random.default_rng(seed), effect=effect)
    return effect_data(outcome, cohort, **{"donut": 2, **given})


def estimated(data: EffectData, thresholds: Thresholds = QUICK) -> Estimation:
    found = estimate(data, "group_time_did", thresholds)
    assert isinstance(found, Estimation)
    return found


def diagnostic(found: Estimation, name: str) -> DiagnosticResult:
    return next(one for one in found.diagnostics if one.name == name)


def test_a_known_effect_comes_back() -> None:
    found = estimated(world(effect=2.0))
    plain, donut, trend = found.intervals[:3]
    assert plain.bounds(0.99)[0] < 2.0 < plain.bounds(0.99)[1]
    assert plain.std_error < trend.std_error
    assert tuple(one.name for one in found.intervals) == INTERVAL_NAMES
    assert {one.status for one in found.intervals[3:]} == {"NOT_APPLICABLE"}
    assert donut.bounds(0.95)[0] > 0
    assert found.permutations[0].p_improves == 1 / 200
    assert (found.method, found.estimand, found.decided_by) == ("group_time_did", "att", "interval")
    assert found.leave_one_out_stable is True
    assert len(found.cohort_bounds) == 3


def test_lower_is_better_turns_intervals_but_not_the_estimate() -> None:
    up, down = estimated(world(effect=2.0)), estimated(world(effect=2.0, sign=-1))
    assert down.estimate == up.estimate
    assert [one.estimate for one in down.intervals[:3]] == [
        -one.estimate for one in up.intervals[:3]
    ]
    assert down.permutations[0].p_harms == up.permutations[0].p_improves
    assert down.cohort_bounds == up.cohort_bounds


def test_a_straight_drift_of_the_exposed_fools_only_the_plain_interval() -> None:
    data = world(seed=5)
    drift = 0.2 * np.arange(24) * (data.cohort != NEVER)[:, None]
    plain, _, trend = estimated(replace(data, outcome=data.outcome + drift)).intervals[:3]
    assert plain.bounds(0.95)[0] > 0
    assert trend.bounds(0.95)[0] < 0 < trend.bounds(0.95)[1]


def test_a_dip_before_the_start_fails_the_anticipation_gate() -> None:
    data = world(seed=2)
    period = np.arange(24)
    near = (period < data.cohort[:, None]) & (period >= data.cohort[:, None] - 2)
    dipped = replace(data, outcome=data.outcome - 2.0 * near * (data.cohort != NEVER)[:, None])
    before, after = estimated(data).anticipation_p, estimated(dipped).anticipation_p
    assert before is not None
    assert after is not None
    assert after < 0.025 < before


def test_a_donut_as_wide_as_the_pre_window_is_not_evaluated() -> None:
    found = estimated(world(donut=10))
    assert [one.status for one in found.intervals[:3]] == ["PASS", "NOT_EVALUATED", "PASS"]
    assert found.anticipation_p is None


def test_missing_outcomes_widen_by_the_worst_share() -> None:
    data = world()
    holed = data.outcome.copy()
    holed[0, 10:] = np.nan
    found = estimated(replace(data, outcome=holed))
    assert found.missing_share == pytest.approx(1 / 18)
    assert found.exposed_count == 17
    expected = worst_share_shift(1 / 18) * found.scale
    assert [one.widening for one in found.intervals[:3]] == pytest.approx([expected] * 3)


def test_all_exposed_in_the_end_compares_with_the_last_cohort() -> None:
    rng = np.random.default_rng(3)
    outcome, cohort = staggered(rng, sizes=(6, 6, 8), starts=(8, 12, 18), effect=3.0)
    found = estimated(effect_data(outcome, cohort))
    assert (found.exposed_count, found.comparison_count) == (12, 8)
    assert found.estimate == pytest.approx(3.0, abs=1.0)


def test_one_cohort_has_no_bounds_of_its_own() -> None:
    outcome, cohort = staggered(np.random.default_rng(4), sizes=(6, 8), starts=(9, NEVER))
    assert estimated(effect_data(outcome, cohort)).cohort_bounds == ()


def test_unit_weights_are_shown_beside_the_headline() -> None:
    weight = np.linspace(1, 4, 32)
    plain, weighted = estimated(world()), estimated(world(weight=weight))
    assert weighted.estimate == plain.estimate
    shown = {one.name: one for one in weighted.alternatives}["weighted"]
    assert shown.estimate != pytest.approx(plain.estimate)
    assert shown.std_error == pytest.approx(plain.std_error, rel=0.5)
    assert "weighted" not in {one.name for one in plain.alternatives}


def test_other_estimators_are_shown() -> None:
    names = [one.name for one in estimated(world(effect=2.0)).alternatives]
    assert names == ["callaway_santanna", "two_way_fixed_effects", "callaway_santanna_group"]


def test_a_silent_last_pre_period_takes_the_other_estimators_away() -> None:
    data = effect_data(*staggered(np.random.default_rng(6), sizes=(6, 8), starts=(9, NEVER)))
    data.outcome[:6, 8] = np.nan
    found = estimated(data)
    assert -1 not in {event.event_time for event in found.event_study}
    assert found.alternatives[0].estimate is None
    assert diagnostic(found, "second_estimator").status == "NOT_EVALUATED"


def test_the_second_estimator_is_flagged_when_the_last_base_differs() -> None:
    judged = judge_sample(build_sample(world()), 1)
    assert second_estimator(judged, Thresholds()).status == "PASS"
    assert second_estimator(judged, Thresholds(alternative_z=1e-6)).status == "FAIL"


def test_a_steep_pre_trend_fails_and_says_what_it_could_have_caught() -> None:
    data = world(seed=5)
    drift = 0.5 * np.arange(24) * (data.cohort != NEVER)[:, None]
    test, slope, error, bias = pre_trend(
        judge_sample(build_sample(replace(data, outcome=data.outcome + drift)), 1)
    )
    assert (test.status, slope.status) == ("FAIL", "FAIL")
    assert slope.value == pytest.approx(0.5, abs=0.15)
    assert error.value is not None
    assert slope.threshold is not None
    assert 2.8 * error.value < slope.threshold < 3.1 * error.value
    assert bias.value is not None
    assert bias.value > slope.threshold


def test_one_pre_period_has_no_slope() -> None:
    rng = np.random.default_rng(7)
    outcome, cohort = staggered(rng, sizes=(4, 6), starts=(1, NEVER), periods=4)
    (test,) = pre_trend(judge_sample(build_sample(effect_data(outcome, cohort)), 1))
    assert test.status == "NOT_EVALUATED"


def test_the_breakdown_slope_brings_the_interval_to_zero() -> None:
    judged = judge_sample(build_sample(world()), 1)
    assert slope_breakdown(judged, Contrast(1.0, 1.0, 1e9)) is None
    broken = slope_breakdown(judged, Contrast(-3.0, 1.0, 1e9))
    assert broken == pytest.approx((3.0 - 1.96) / judged.span, abs=1e-3)


def test_a_half_seen_history_has_no_date_for_a_placebo() -> None:
    rng = np.random.default_rng(7)
    outcome, cohort = staggered(rng, sizes=(6, 8), starts=(10, NEVER))
    outcome[:6, :5] = np.nan
    assert diagnostic(estimated(effect_data(outcome, cohort)), "placebo_date").status == (
        "NOT_EVALUATED"
    )


def refused(data: EffectData) -> tuple[str, ...]:
    found = estimate_group_time(data, QUICK)
    assert isinstance(found, NotEvaluable)
    return found.reasons


def test_too_few_clusters_or_pre_periods_are_refused() -> None:
    rng = np.random.default_rng(8)
    few = staggered(rng, sizes=(4, 9), starts=(9, NEVER))
    assert refused(effect_data(*few)) == ("TOO_FEW_UNITS",)
    alone = staggered(rng, sizes=(9, 4), starts=(9, NEVER))
    assert refused(effect_data(*alone)) == ("TOO_FEW_UNITS",)
    early = staggered(rng, sizes=(6, 9), starts=(2, NEVER))
    assert refused(effect_data(*early)) == ("TOO_FEW_PRE",)
    at_once = staggered(rng, sizes=(6, 9), starts=(0, NEVER))
    assert refused(effect_data(*at_once)) == ("TOO_FEW_PRE",)


def test_an_outcome_that_never_changes_is_refused() -> None:
    data = world()
    assert refused(replace(data, outcome=np.full_like(data.outcome, 7.0))) == ("NO_VARIATION",)
    only_exposed = data.outcome * (data.cohort != NEVER)[:, None]
    assert refused(replace(data, outcome=only_exposed)) == ("NO_VARIATION",)


def test_an_arm_that_fell_silent_is_refused() -> None:
    data = world()
    silent = data.outcome.copy()
    silent[data.cohort == NEVER] = np.nan
    assert refused(replace(data, outcome=silent)) == ("NO_COMPARISON",)
    silent = data.outcome.copy()
    silent[data.cohort != NEVER] = np.nan
    assert refused(replace(data, outcome=silent)) == ("NO_OUTCOME",)


def test_a_horizon_beyond_the_panel_is_refused() -> None:
    assert refused(world(horizon=(30, 40))) == ("NO_POST",)


def test_nobody_exposed_within_the_panel_is_refused() -> None:
    data = world()
    assert refused(replace(data, cohort=np.full(32, NEVER))) == ("NO_EXPOSED",)


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert estimated(world(effect=0.3)) == estimated(world(effect=0.3))

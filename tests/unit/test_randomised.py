"""Randomised designs: one outcome a unit, blocks, missing outcomes, roll-outs."""

from dataclasses import replace

import numpy as np
import pytest

from impact.estimate import estimate
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.randomisation import build_randomisation, build_trial, has_block_probabilities
from impact.widening import worst_share_shift
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_exact=10, permutations_drawn=199)
NAN = np.nan


def survey(**given: object) -> EffectData:
    """Ten persons asked once: four of five exposed say yes, one of five others does."""
    yes = np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0.0])
    cohort = np.array([0] * 5 + [NEVER] * 5)
    return effect_data(yes[:, None], cohort, **given)


def panel(seed: int = 1, *, start: int = 3, periods: int = 6, effect: float = 2.0) -> EffectData:
    rng = np.random.default_rng(seed)
    arrays = staggered(rng, sizes=(12, 14), starts=(start, NEVER), periods=periods, effect=effect)
    return effect_data(*arrays)


def estimated(data: EffectData) -> Estimation:
    found = estimate(data, "randomised", QUICK)
    assert isinstance(found, Estimation)
    return found


def others(found: Estimation) -> dict[str, float | None]:
    return {one.name: one.estimate for one in found.alternatives}


def status(found: Estimation, name: str) -> str:
    return next(one.status for one in found.diagnostics if one.name == name)


def test_one_period_is_the_difference_of_the_arms() -> None:
    found = estimated(survey())
    assert found.estimate == pytest.approx(0.8 - 0.2)
    assert found.scale == pytest.approx(np.sqrt(0.2 * 0.8))
    assert [one.name for one in found.intervals] == ["plain"]
    assert (found.estimand, found.is_observational, found.method) == ("ate", False, "randomised")
    assert (found.pre_count, found.post_count, found.event_study) == (0, 1, ())
    assert status(found, "worst_case") == "NOT_APPLICABLE"
    assert status(found, "baseline_balance") == "NOT_APPLICABLE"


def test_lower_is_better_turns_the_interval_but_not_the_estimate() -> None:
    found = estimated(survey(sign=-1))
    assert found.estimate == pytest.approx(0.6)
    assert found.intervals[0].estimate == pytest.approx(-0.6)
    assert found.permutations[0].p_harms < 0.5 < found.permutations[0].p_improves


def test_an_outcome_before_the_start_is_adjusted_for() -> None:
    found = estimated(panel())
    assert found.estimate == pytest.approx(2.0, abs=1.0)
    assert others(found)["unadjusted"] != pytest.approx(found.estimate, abs=1e-3)
    assert [one.name for one in found.intervals] == ["plain", "donut", "trend_robust"]
    assert [event.event_time for event in found.event_study] == [-3, -2, -1, 0, 1, 2]
    assert status(found, "baseline_balance") == "PASS"


def test_every_post_period_counts() -> None:
    assert estimated(panel(start=2, periods=8)).post_count == 6


def test_arms_that_differed_before_are_marked() -> None:
    data = panel()
    apart = replace(data, outcome=data.outcome + 9.0 * (data.cohort != NEVER)[:, None])
    assert status(estimated(apart), "baseline_balance") == "FAIL"


def test_a_flat_baseline_cannot_be_compared() -> None:
    data = panel()
    data.outcome[:, :3] = 1.0
    found = estimated(data)
    assert status(found, "baseline_balance") == "NOT_EVALUATED"
    assert found.estimate == pytest.approx(others(found)["unadjusted"])


def test_a_unit_without_a_baseline_is_adjusted_by_nothing() -> None:
    data = panel()
    data.outcome[0, :3] = NAN
    assert estimated(data).exposed_count == 12


def test_a_block_without_any_baseline_takes_the_mean_of_all() -> None:
    data = replace(
        panel(), block=np.arange(26) % 2, probability=np.where(np.arange(26) % 2, 0.3, 0.6)
    )
    data.outcome[data.block == 1, :3] = NAN
    who = build_randomisation(data, 3)
    assert not isinstance(who, NotEvaluable)
    trial = build_trial(who, who.outcome, by_block=True)
    assert trial.pre is not None
    assert np.ptp(trial.pre[trial.block == 1]) == 0.0


def test_too_few_baselines_leave_no_shown_interval() -> None:
    data = panel()
    data.outcome[:12, :2] = NAN
    found = estimated(data)
    assert [one.status for one in found.intervals] == ["PASS", "NOT_EVALUATED", "NOT_EVALUATED"]


def test_the_larger_arms_missing_share_widens() -> None:
    data = survey()
    data.outcome[4] = data.outcome[8] = data.outcome[9] = NAN
    found = estimated(data)
    assert found.missing_share == pytest.approx(2 / 5)
    assert found.scale == pytest.approx(np.sqrt(2 / 9))
    assert found.intervals[0].widening == pytest.approx(worst_share_shift(0.4) * found.scale)


def test_missing_answers_at_their_worst() -> None:
    data = survey()
    data.outcome[4] = data.outcome[9] = NAN
    found = estimated(data)
    assert found.estimate == pytest.approx(1.0 - 0.25)
    assert others(found)["worst_case_low"] == pytest.approx(0.8 - 0.4)
    assert others(found)["worst_case_high"] == pytest.approx(1.0 - 0.2)
    assert status(found, "worst_case") == "FAIL"


def test_a_number_that_is_not_yes_or_no_has_no_worst_case() -> None:
    data = panel(start=0, periods=1)
    data.outcome[0] = NAN
    found = estimated(data)
    assert "worst_case_low" not in others(found)
    assert found.scale == pytest.approx(data.outcome[12:, 0].std(ddof=1))


def test_blocks_enter_the_permutations_but_not_the_estimate() -> None:
    block = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 1])
    found = estimate(survey(block=block), "randomised", Thresholds())
    assert isinstance(found, Estimation)
    assert found.estimate == pytest.approx(0.6)
    assert found.permutations[0].draws == 10 * 10
    expected = 0.5 * (1.0 - 1 / 3) + 0.5 * (2 / 3 - 0.0)
    assert others(found)["within_block"] == pytest.approx(expected)


def test_unequal_chances_bring_the_blocks_into_the_estimate() -> None:
    block = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 1])
    data = survey(block=block, probability=np.where(block == 0, 0.4, 0.6))
    assert has_block_probabilities(data)
    found = estimated(data)
    assert found.estimate == pytest.approx(0.5 * (1.0 - 1 / 3) + 0.5 * (2 / 3 - 0.0))
    assert others(found)["across_blocks"] == pytest.approx(0.6)


def test_a_chance_that_is_the_same_everywhere_does_not() -> None:
    block = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 1])
    assert not has_block_probabilities(survey(block=block, probability=np.full(10, 0.5)))
    assert not has_block_probabilities(survey(probability=np.linspace(0.1, 0.9, 10)))
    some = np.where(block == 0, 0.4, NAN)
    assert not has_block_probabilities(survey(block=block, probability=some))


def test_blocks_that_hold_one_arm_each_have_no_difference_within() -> None:
    found = estimated(survey(block=np.array([0] * 5 + [1] * 5)))
    assert "within_block" not in others(found)


def test_unit_weights_are_shown_beside_the_headline() -> None:
    weight = np.array([2.0, 1, 1, 1, 1, 2, 1, 1, 1, 1])
    assert others(estimated(survey(weight=weight)))["weighted"] == pytest.approx(5 / 6 - 2 / 6)


def test_a_comparison_arm_that_never_varies_is_scaled_by_both() -> None:
    data = survey()
    data.outcome[5:] = 0.0
    assert estimated(data).scale == pytest.approx(np.sqrt(0.4 * 0.6))


def test_several_periods_without_a_baseline_have_a_difference_each() -> None:
    found = estimated(panel(start=0, periods=3))
    assert [event.event_time for event in found.event_study] == [0, 1, 2]


def test_a_period_that_only_one_arm_was_observed_in_is_not_shown() -> None:
    data = panel(start=1, periods=4)
    data.outcome[:12, 2] = NAN
    assert [event.event_time for event in estimated(data).event_study] == [-1, 0, 2]


def test_a_randomised_order_of_roll_out_is_a_difference_in_differences() -> None:
    rng = np.random.default_rng(4)
    arrays = staggered(rng, sizes=(6, 6, 6), starts=(6, 10, 14), periods=20, effect=2.0)
    found = estimated(effect_data(*arrays))
    assert (found.method, found.estimand, found.is_observational) == ("randomised", "ate", False)
    assert found.estimate == pytest.approx(2.0, abs=1.0)
    assert found.anticipation_p is None
    assert found.comparison_count == 6


def refused(data: EffectData) -> tuple[str, ...]:
    found = estimate(data, "randomised", QUICK)
    assert isinstance(found, NotEvaluable)
    return found.reasons


def test_what_a_trial_cannot_do_without() -> None:
    one = effect_data(np.arange(4.0)[:, None], np.array([0, NEVER, NEVER, NEVER]))
    assert refused(one) == ("TOO_FEW_UNITS",)
    assert refused(replace(survey(), outcome=np.ones((10, 1)))) == ("NO_VARIATION",)
    assert refused(survey(horizon=(1, 2))) == ("NO_POST",)
    silent = survey()
    silent.outcome[:5] = NAN
    assert refused(silent) == ("NO_OUTCOME",)


def test_arms_without_any_spread_are_refused() -> None:
    data = survey()
    data.outcome[:, 0] = [1.0] * 5 + [0.0] * 5
    assert refused(data) == ("NO_VARIATION",)

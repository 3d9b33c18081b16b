"""1 to 4 exposed clusters: each unit by its own noise, and the whole estimate."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from impact import functionals, unit_fits
from impact.estimate import estimate
from impact.few_exposed import (
    deal_exposure,
    noise_matrix,
    own_sd,
    own_sd_around_trend,
    scaled_statistics,
)
from impact.judged import Judged, judge_sample
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.sample import build_sample
from impact.synthetic_effect import placebo_date
from impact.widening import worst_share_shift
from impact.windows import build_window
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason
from tests.effect_arrays import effect_data, staggered


def world(
    seed: int = 1,
    sizes: tuple[int, ...] = (1, 12),
    starts: tuple[int, ...] = (12, NEVER),
    effect: float = 0.0,
) -> EffectData:
    rng = np.random.default_rng(seed)
    return effect_data(*staggered(rng, sizes=sizes, starts=starts, periods=20, effect=effect))


def judged(data: EffectData) -> Judged:
    return judge_sample(build_sample(data), data.sign)


def estimated(data: EffectData) -> Estimation:
    found = estimate(data, "synthetic_did", Thresholds())
    assert isinstance(found, Estimation)
    return found


def test_one_exposed_unit_is_ranked_among_all() -> None:
    found = estimated(world(effect=9.0))
    assert (found.method, found.decided_by) == ("synthetic_did", "permutation")
    assert found.estimate == pytest.approx(9.0, abs=2.0)
    assert [one.name for one in found.permutations] == ["plain", "donut", "trend_robust"]
    assert [one.p_improves for one in found.permutations] == pytest.approx([1 / 13] * 3)
    assert [one.smallest_p for one in found.permutations] == pytest.approx([1 / 13] * 3)
    assert all(
        np.isfinite([one.estimate, one.std_error, one.df]).all() for one in found.intervals[:3]
    )


def test_two_exposed_units_with_their_own_starts() -> None:
    found = estimated(world(sizes=(1, 1, 10), starts=(10, 14, NEVER), effect=9.0))
    assert found.estimate == pytest.approx(9.0, abs=2.0)
    assert found.permutations[0].draws == comb(12, 2)
    assert found.permutations[0].p_improves == 1 / comb(12, 2)
    assert found.std_error is not None
    assert 0.1 < found.std_error < 3.0
    assert [event.event_time for event in found.event_study] == list(range(-14, 10))


def test_lower_is_better_turns_the_sides_round() -> None:
    up, down = estimated(world(effect=9.0)), estimated(replace(world(effect=9.0), sign=-1))
    assert down.estimate == up.estimate
    assert down.intervals[0].estimate == -up.intervals[0].estimate
    assert down.permutations[0].p_harms == up.permutations[0].p_improves
    shown = {one.name: one.estimate for one in up.alternatives}
    assert shown == {one.name: one.estimate for one in down.alternatives}


def first_of_twenty(seed: int) -> tuple[bool, bool]:
    """Whether a unit of five times the noise and no effect ranks first: scaled, and raw."""
    rng = np.random.default_rng(seed)
    outcome, cohort = staggered(rng, sizes=(1, 19), starts=(12, NEVER), periods=18)
    outcome[0] += rng.standard_normal(18) * np.sqrt(24)
    frame = judged(effect_data(outcome, cohort))
    raw, noise = frame.matrix(functionals.donut), noise_matrix(frame, own_sd)
    draws = deal_exposure(frame, Thresholds(), seed=1)
    scaled = draws.test("donut", scaled_statistics(frame, raw, noise))
    return scaled.p_improves <= 1 / 20, draws.test("donut", raw[:, 0]).p_improves <= 1 / 20


def test_a_noisy_unit_does_not_stand_out_by_its_noise() -> None:
    """Nominally 1 in 20; 200 worlds leave a binomial standard error of 1.5 points."""
    first = np.array([first_of_twenty(seed) for seed in range(200)])
    scaled, raw = first.mean(axis=0)
    assert scaled <= 0.1
    assert raw > 0.25


def test_a_shared_shock_is_taken_out_before_scaling() -> None:
    frame = judged(world())
    effect = np.arange(13.0)[:, None] + 100.0
    noise = np.ones((13, 1))
    noise[5] = 0.01
    scaled = scaled_statistics(frame, effect, noise)
    assert scaled[0] == pytest.approx(-6.0)
    assert scaled[5] == pytest.approx(-100.0)


def test_a_unit_without_noise_and_without_effect_is_nothing_special() -> None:
    frame = judged(world())
    assert scaled_statistics(frame, np.full((13, 1), 3.0), np.zeros((13, 1))).tolist() == [0.0] * 13


def test_missing_outcomes_lower_the_claim_on_both_sides() -> None:
    data = world()
    data.outcome[0, 12:15] = np.nan
    frame = judged(data)
    draws = deal_exposure(frame, Thresholds(), seed=1)
    shift = worst_share_shift(frame.sample.missing_share)
    assert shift > 0
    scaled = np.append(0.5 * shift, np.linspace(-9, 0.01 * shift, 12))
    widened = draws.test("plain", scaled)
    assert widened.p_improves == pytest.approx(2 / 13)
    scaled = np.append(-0.5 * shift, np.linspace(-0.01 * shift, 9, 12))
    assert draws.test("plain", scaled).p_harms == pytest.approx(2 / 13)


def test_own_spread_has_level_shocks_and_drift_removed() -> None:
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((300, 20)) * np.linspace(1, 3, 300)[:, None]
    drift = np.arange(20.0) * rng.standard_normal((300, 1)) * 0.5
    window = build_window(18, effect_data(noise, np.full(300, NEVER)))
    plain = own_sd(noise + rng.standard_normal(20) * 9 + 7, window)
    assert plain[200:].mean() == pytest.approx(2.67, abs=0.2)
    straight = own_sd_around_trend(noise + drift, window)
    assert straight[200:].mean() == pytest.approx(2.67, abs=0.2)
    assert own_sd(noise + drift, window)[200:].mean() > 3.0


def test_the_divisor_counts_the_removed_trend() -> None:
    outcome = np.array([[1.0, -1, 1, -1, 0], [-1, 1, -1, 1, 0]])
    window = build_window(4, effect_data(outcome, np.array([4, NEVER])))
    assert own_sd(outcome, window) == pytest.approx(np.sqrt([4 / 3, 4 / 3]))
    left = 4.0 - 0.4**2 * 5
    assert own_sd_around_trend(outcome, window) == pytest.approx(np.sqrt([left / 2, left / 2]))


def test_gaps_are_filled_for_the_fit_and_count_as_missing() -> None:
    whole, holed = world(effect=9.0), world(effect=9.0)
    holed.outcome[3, 4] = holed.outcome[5, 13] = holed.outcome[0, 2] = np.nan
    one, other = estimated(whole), estimated(holed)
    assert other.estimate == pytest.approx(one.estimate, abs=1.0)
    assert other.missing_share > 0
    assert other.intervals[0].widening > 0


def test_comparison_units_are_fitted_in_parts_when_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = estimated(world())
    monkeypatch.setattr(unit_fits, "CHUNK", 1)
    assert estimated(world()).std_error == pytest.approx(whole.std_error)


def test_a_donut_without_earlier_periods_is_not_evaluated() -> None:
    found = estimated(replace(world(), donut=12))
    assert [one.status for one in found.permutations] == ["PASS", "NOT_EVALUATED", "PASS"]
    assert [one.status for one in found.intervals[:3]] == ["PASS", "NOT_EVALUATED", "PASS"]
    assert found.anticipation_p is None


def test_diagnostics_are_marked_by_their_limits() -> None:
    found = estimated(world())
    assert {one.name: one.status for one in found.diagnostics} == {
        "pre_fit_rmse": "PASS",
        "pre_trend": "PASS",
        "placebo_date": "PASS",
    }
    odd = world()
    odd.outcome[0, :12] += np.random.default_rng(5).standard_normal(12) * 20
    marks = {one.name: one.status for one in estimated(odd).diagnostics}
    assert marks["pre_fit_rmse"] == "FAIL"


def test_three_pre_periods_leave_no_placebo_date() -> None:
    data = world(starts=(3, NEVER))
    assert placebo_date(data, Thresholds()).status == "NOT_EVALUATED"
    assert estimated(data).pre_count == 3


@pytest.mark.parametrize(
    ("sizes", "starts", "reason"),
    [
        ((1, 7), (12, NEVER), "TOO_FEW_UNITS"),
        ((1, 12), (2, NEVER), "TOO_FEW_PRE"),
    ],
)
def test_too_little_to_imitate_is_refused(
    sizes: tuple[int, ...], starts: tuple[int, ...], reason: Reason
) -> None:
    found = estimate(world(sizes=sizes, starts=starts), "synthetic_did", Thresholds())
    assert found == NotEvaluable((reason,))


def test_an_outcome_that_never_changes_is_refused() -> None:
    flat = replace(world(), outcome=np.full((13, 20), 2.0))
    assert estimate(flat, "synthetic_did", Thresholds()) == NotEvaluable(("NO_VARIATION",))
    only_one = world()
    only_one.outcome[1:] = 0.0
    assert estimate(only_one, "synthetic_did", Thresholds()) == NotEvaluable(("NO_VARIATION",))

"""Negative controls: which count, what they show, and what they take off an effect."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from impact.calibrated import calibrated_intervals, control_breakdown, without_shared
from impact.cohorts import Cohorts
from impact.controls import Controls, build_controls
from impact.judged import Judged, judge_sample
from impact.model import NEVER, EffectData, FloatArray, Interval, OutsideControl
from impact.placebo import control_diagnostics, expected_error
from impact.sample import build_sample
from impact.surroundings import outside_control
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered

TWELVE = 12


def controls_of(
    rng: np.random.Generator, count: int = TWELVE, bias: float = 0.0, scatter: float = 0.0
) -> tuple[EffectData, FloatArray]:
    """An outcome and controls that share a bias of the exposed from their start on, in SD."""
    outcome, cohort = staggered(rng)
    exposed = (cohort[:, None] != NEVER) & (np.arange(24) >= cohort[:, None])
    own = bias + scatter * rng.standard_normal(count)
    noise = rng.standard_normal((count, *outcome.shape))
    shared = noise + own[:, None, None] * exposed
    sizes = rng.uniform(0.1, 30, count)[:, None, None]
    return effect_data(outcome + bias * exposed, cohort), 100 * sizes + sizes * shared


def judged_with(data: EffectData, controls: FloatArray | None, **given: Any) -> Judged:
    full = replace(data, controls=controls, **given)
    return judge_sample(build_sample(full), full.sign, full)


def made(data: EffectData, controls: FloatArray | None, **given: Any) -> Controls:
    found = judged_with(data, controls, **given).controls
    assert found is not None
    return found


def calibrated(judged: Judged) -> tuple[Interval, Interval]:
    once, twice = calibrated_intervals(judged, Thresholds())
    return once, twice


def test_a_bias_that_the_controls_share_is_taken_off() -> None:
    data, controls = controls_of(np.random.default_rng(1), bias=1.5)
    judged = judged_with(data, controls)
    once, twice = calibrated(judged)
    assert (once.status, twice.status) == ("PASS", "PASS")
    assert once.bounds(0.99)[0] < 0 < once.bounds(0.99)[1]
    assert twice.estimate < once.estimate
    assert made(data, controls).estimate.mean() == pytest.approx(1.5, abs=0.3)


def test_the_unit_of_a_control_does_not_matter() -> None:
    data, controls = controls_of(np.random.default_rng(2), bias=0.5)
    first = calibrated(judged_with(data, controls))[0]
    second = calibrated(judged_with(data, 40 * controls + 3))[0]
    assert second.estimate == pytest.approx(first.estimate)
    assert second.std_error == pytest.approx(first.std_error)


def test_controls_that_scatter_widen_the_interval_and_take_degrees_of_freedom() -> None:
    rng = np.random.default_rng(3)
    calm = judged_with(*controls_of(rng))
    wild = judged_with(*controls_of(np.random.default_rng(3), scatter=1.0))
    assert wild.controls is not None
    assert wild.controls.tau_squared == pytest.approx(1.0, abs=0.7)
    assert calibrated(wild)[0].std_error > 2 * calibrated(calm)[0].std_error
    assert calibrated(wild)[0].df < 15
    assert calibrated(wild)[0].bias_variance > 0


def test_fewer_than_ten_controls_calibrate_nothing() -> None:
    data, controls = controls_of(np.random.default_rng(4), count=9)
    judged = judged_with(data, controls)
    assert {one.status for one in calibrated(judged)} == {"NOT_APPLICABLE"}
    assert control_breakdown(judged, Thresholds()) is None
    (counted,) = control_diagnostics(judged, Thresholds())
    assert (counted.status, counted.value, counted.threshold) == ("FAIL", 9.0, 10.0)
    assert judged_with(data, None).controls is None
    assert judged_with(data, controls[:0]).controls is None


def test_one_control_has_no_scatter() -> None:
    data, controls = controls_of(np.random.default_rng(5), count=1)
    assert (made(data, controls).count, made(data, controls).tau_squared) == (1, 0.0)


def test_controls_without_scale_coverage_or_history_are_not_in_k() -> None:
    data, controls = controls_of(np.random.default_rng(6))
    controls[0] = 7.0
    controls[1][:3] = np.nan
    controls[2][:, :8] = np.nan
    controls[3][5] = np.nan
    found = made(data, controls)
    assert (found.count, found.declared) == (TWELVE - 3, TWELVE)
    assert np.isfinite(found.estimate).all()
    assert np.isfinite(found.std_error).all()
    assert found.tau_squared >= 0


def test_a_control_that_misses_a_whole_cohort_is_not_in_k() -> None:
    rng = np.random.default_rng(7)
    outcome, cohort = staggered(rng, sizes=(1, 20, 19), starts=(10, 14, NEVER))
    controls = rng.standard_normal((TWELVE, *outcome.shape))
    controls[0, 0] = np.nan
    assert made(effect_data(outcome, cohort), controls).count == TWELVE - 1


def test_a_cluster_that_all_controls_miss_is_left_out() -> None:
    data, controls = controls_of(np.random.default_rng(8))
    controls[:, 0] = np.nan
    judged = judged_with(data, controls)
    assert calibrated(judged)[0].status == "PASS"
    assert judged.control_count == TWELVE


def test_an_outcome_that_is_its_own_control_leaves_nothing_to_test() -> None:
    data, _ = controls_of(np.random.default_rng(9))
    judged = judged_with(data, np.repeat(data.outcome[None], 10, axis=0))
    assert calibrated(judged)[0].status == "NOT_EVALUATED"
    assert control_breakdown(judged, Thresholds()) is None


def test_the_breakdown_is_where_the_interval_meets_zero() -> None:
    data, controls = controls_of(np.random.default_rng(10), bias=0.8)
    judged = judged_with(data, controls)
    factor = control_breakdown(judged, Thresholds())
    assert factor is not None
    assert 0 < factor < 2
    harmful = judged_with(replace(data, sign=-1), -controls)
    assert control_breakdown(harmful, Thresholds()) == pytest.approx(factor)
    null = judged_with(*controls_of(np.random.default_rng(11)))
    assert control_breakdown(null, Thresholds()) is None


def test_an_effect_far_beyond_the_controls_never_breaks() -> None:
    data, controls = controls_of(np.random.default_rng(12))
    after = (data.cohort[:, None] != NEVER) & (np.arange(24) >= data.cohort[:, None])
    judged = judged_with(replace(data, outcome=data.outcome + 60 * after), controls)
    assert control_breakdown(judged, Thresholds()) is None


def test_expected_error_is_the_bias_itself_where_nothing_scatters() -> None:
    assert expected_error(-0.4, 0.0) == 0.4
    assert expected_error(0.0, 1.0) == pytest.approx(np.sqrt(2 / np.pi))


def outside_of(data: EffectData, series: FloatArray, names: tuple[str, ...]) -> OutsideControl:
    found = outside_control(replace(data, outcome=series, unit_ids=names), Thresholds())
    assert found is not None
    return found


def test_controls_on_the_same_clusters_are_the_same_inside_or_outside() -> None:
    data, controls = controls_of(np.random.default_rng(13), bias=0.7, scatter=0.3)
    inside = calibrated(judged_with(data, controls))
    placed = tuple(outside_of(data, one, data.unit_ids) for one in controls)
    outside = calibrated(judged_with(data, None, outside=placed))
    for own, other in zip(inside, outside, strict=True):
        assert other.estimate == pytest.approx(own.estimate)
        assert other.std_error == pytest.approx(own.std_error)
        assert other.df == pytest.approx(own.df)


def test_controls_in_other_clusters_add_their_own_noise() -> None:
    data, controls = controls_of(np.random.default_rng(14), bias=0.7)
    away = tuple(f"d{number}" for number in range(len(data.cohort)))
    placed = tuple(outside_of(data, one, away) for one in controls[6:])
    mixed = judged_with(data, controls[:6], outside=placed)
    once = calibrated(mixed)[0]
    assert mixed.controls is not None
    assert (mixed.controls.count, mixed.controls.own_share) == (TWELVE, 0.5)
    found = without_shared(mixed, mixed.controls, 0.0)
    assert found is not None
    assert once.std_error**2 > found.variance * mixed.scale**2
    inside = calibrated(judged_with(data, controls))[0]
    assert once.estimate == pytest.approx(inside.estimate)


def test_outside_controls_cannot_calibrate_what_has_no_spread() -> None:
    data, controls = controls_of(np.random.default_rng(15))
    placed = tuple(outside_of(data, one, data.unit_ids) for one in controls)
    judged = judged_with(data, np.repeat(data.outcome[None], 10, axis=0), outside=placed)
    found = judged.controls
    assert found is not None
    whole = replace(found, outside=placed[:0], estimate=found.estimate[:10])
    assert without_shared(judged, whole, 1.0) is None
    same = (outside_of(data, data.outcome, data.unit_ids),) * 10
    copied = judged_with(data, None, outside=same)
    assert {one.status for one in calibrated(copied)} == {"NOT_EVALUATED", "PASS"}
    alone = replace(judged, cohorts=Cohorts(judged.cohorts.label * 0 + 1, judged.cohorts.starts))
    assert without_shared(replace(alone), found, 1.0) is None


def test_a_control_that_cannot_be_estimated_is_no_control() -> None:
    data, controls = controls_of(np.random.default_rng(16))
    quick = Thresholds()
    assert outside_control(replace(data, outcome=np.full_like(data.outcome, 3.0)), quick) is None
    assert outside_control(replace(data, cohort=np.full_like(data.cohort, NEVER)), quick) is None
    assert build_controls(data, build_sample(data), Cohorts(data.cohort * 0, (10,))) is None
    assert len(controls) == TWELVE

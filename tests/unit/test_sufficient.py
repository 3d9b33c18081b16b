"""Sufficient statistics carry everything that group-time effects and their errors need."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.model import NEVER, FloatArray, IntArray
from impact.sufficient.band import sup_t
from impact.sufficient.cells import build_cells
from impact.sufficient.effects import (
    Aggregated,
    GroupTimeEffects,
    cell_covariance,
    group_time_effects,
)
from impact.sufficient.moments import Moments, merge_moments, moments_of

EXACT = 1e-10
"""The agreement METHODS 2 asks for; what is reached is near 1e-14."""
COMPARISON = {"never_exposed": "never_treated", "not_yet_exposed": "not_yet_treated"}


@dataclass(frozen=True)
class World:
    """Units by periods, when each was first exposed, and whom it shares shocks with."""

    outcome: FloatArray
    cohort: IntArray
    cluster: IntArray


def world(seed: int = 3, units: int = 80, periods: int = 9) -> World:
    """Levels far from zero, cohorts of unequal size, one exposed from the start, one after it."""
    rng = np.random.default_rng(seed)
    outcome = rng.standard_normal((units, periods)) + 3 * rng.standard_normal((units, 1)) + 100
    cohort = rng.choice([NEVER, NEVER, 3, 5, 6, 0, periods], size=units)
    return World(outcome, cohort, rng.integers(0, 17, units))


def effects(moments: Moments, *given: Any) -> GroupTimeEffects:
    found = group_time_effects(moments, *given)
    assert found is not None
    return found


def library(
    one: World, comparison: str, base: str, anticipation: int, *, is_clustered: bool
) -> Any:
    """The same by diff-diff, which counts periods from 1 and takes 0 for never."""
    units, periods = one.outcome.shape
    first = np.where((one.cohort >= 0) & (one.cohort < periods), one.cohort + 1, 0)
    data = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "time": np.tile(np.arange(1, periods + 1), units),
            "y": one.outcome.ravel(),
            "first": np.repeat(first, periods),
            "cluster": np.repeat(one.cluster, periods),
        }
    )
    estimator = CallawaySantAnna(
        control_group=COMPARISON[comparison],
        base_period=base,
        anticipation=anticipation,
        estimation_method="reg",
        cluster="cluster" if is_clustered else None,
    )
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(data, **columns)


@pytest.mark.parametrize("comparison", ["never_exposed", "not_yet_exposed"])
@pytest.mark.parametrize("base", ["universal", "varying"])
@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("is_clustered", [False, True])
def test_every_number_is_that_of_the_library(
    comparison: Literal["never_exposed", "not_yet_exposed"],
    base: Literal["universal", "varying"],
    anticipation: int,
    is_clustered: bool,
) -> None:
    one = world()
    theirs = library(one, comparison, base, anticipation, is_clustered=is_clustered)
    moments = moments_of(one.outcome, one.cohort, one.cluster if is_clustered else None)
    ours = effects(moments, comparison, base, anticipation)
    simple, events = theirs.aggregate("simple"), theirs.aggregate("event_study")
    assert ours.simple == pytest.approx(simple.att[0], abs=EXACT)
    assert ours.simple_std_error == pytest.approx(simple.se[0], abs=EXACT)
    same_rows(ours.event, events.event_time, events.att, events.se)
    same_covariance(ours.event, events)
    group = theirs.aggregate("group")
    same_rows(ours.group, np.asarray(group.label, dtype=int) - 1, group.att, group.se)
    same_cells(ours, theirs.group_time_effects)


def same_rows(ours: Aggregated, label: Any, estimate: Any, std_error: Any) -> None:
    """Reference event times have no standard error there and no row here."""
    known = np.isfinite(np.asarray(std_error, dtype=float))
    assert ours.label.tolist() == np.asarray(label)[known].tolist()
    np.testing.assert_allclose(ours.estimate, np.asarray(estimate)[known], atol=EXACT)
    np.testing.assert_allclose(ours.std_error, np.asarray(std_error)[known], atol=EXACT)


def same_covariance(ours: Aggregated, events: Any) -> None:
    place = {int(time): at for at, time in enumerate(events.vcov_index)}
    order = [place[int(time)] for time in ours.label]
    np.testing.assert_allclose(
        ours.covariance, np.asarray(events.vcov)[np.ix_(order, order)], atol=EXACT
    )


def same_cells(ours: GroupTimeEffects, theirs: dict[Any, Any]) -> None:
    known = {
        (int(first) - 1, int(time) - 1): (cell["effect"], cell["se"])
        for (first, time), cell in theirs.items()
        if np.isfinite(cell["se"]) and not cell.get("is_reference")
    }
    keys = list(zip(ours.cohort.tolist(), ours.period.tolist(), strict=True))
    assert sorted(keys) == sorted(known)
    np.testing.assert_allclose(
        np.column_stack([ours.estimate, ours.std_error]), [known[key] for key in keys], atol=EXACT
    )


def test_the_covariance_is_that_of_influence_functions() -> None:
    one = world()
    moments = moments_of(one.outcome, one.cohort)
    cells = build_cells(moments, "not_yet_exposed")
    stratum = np.searchsorted(moments.cohort, np.where(one.cohort == 9, NEVER, one.cohort))
    away = one.outcome - moments.mean[stratum]
    influence = np.einsum("nct,nt->nc", cells.loading[:, stratum].swapaxes(0, 1), away)
    influence += cells.shift[:, stratum].T
    np.testing.assert_allclose(influence.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(cell_covariance(moments, cells), influence.T @ influence, atol=1e-13)


def test_calendar_effects_by_hand() -> None:
    outcome = np.array([[0.0, 1, 3], [0, 1, 1], [0, 0, 9], [0, 0, 1]])
    cohort = np.array([1, 1, 2, NEVER])
    found = effects(moments_of(outcome, cohort))
    assert found.calendar.label.tolist() == [1, 2]
    period_2 = (2 * ((3 + 1) / 2 - 1) + 1 * (9 - 1)) / 3
    assert found.calendar.estimate.tolist() == pytest.approx([1.0, period_2])
    assert found.calendar.overall == pytest.approx((1.0 + period_2) / 2)
    assert found.group.estimate.tolist() == pytest.approx([1.0, 8.0])
    assert found.group.overall == pytest.approx((2 * 1.0 + 8.0) / 3)
    assert found.simple == pytest.approx((2 * 1.0 + 2 * 1.0 + 8.0) / 5)


def test_the_calendar_mean_has_the_error_of_resampled_units() -> None:
    one = world(seed=8, units=400)
    found = effects(moments_of(one.outcome, one.cohort))
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        rows = rng.integers(0, 400, 400)
        drawn.append(effects(moments_of(one.outcome[rows], one.cohort[rows])).calendar.overall)
    assert found.calendar.overall_std_error == pytest.approx(np.std(drawn), rel=0.15)


def test_without_a_comparison_or_a_period_before_there_is_no_effect() -> None:
    outcome = np.arange(12.0).reshape(4, 3)
    assert group_time_effects(moments_of(outcome, np.array([1, 1, 1, 1]))) is None
    assert group_time_effects(moments_of(outcome, np.array([0, 0, NEVER, NEVER]))) is None
    assert group_time_effects(moments_of(outcome, np.full(4, NEVER))) is None
    assert group_time_effects(moments_of(outcome, np.array([1, 1, 2, 2])), "not_yet_exposed")


def test_a_missing_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="observed in every period"):
        moments_of(np.array([[1.0, np.nan]]), np.array([NEVER]))


def test_moments_are_those_of_a_textbook() -> None:
    found = moments_of(np.array([[1.0, 4.0], [3.0, 8.0], [9.0, 9.0]]), np.array([1, 1, NEVER]))
    assert found.cohort.tolist() == [NEVER, 1]
    assert found.count.tolist() == [1, 2]
    assert found.mean.tolist() == [[9.0, 9.0], [2.0, 6.0]]
    assert found.cross[1].tolist() == [[2.0, 4.0], [4.0, 8.0]]


def test_a_level_far_from_zero_costs_no_digits() -> None:
    one = world()
    near = effects(moments_of(one.outcome - 100, one.cohort))
    far = effects(moments_of(one.outcome + 1e6, one.cohort))
    assert far.event.std_error == pytest.approx(near.event.std_error, rel=1e-8)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(1, 5),
    is_clustered=st.booleans(),
)
def test_merged_sites_give_the_pooled_answer(seed: int, sites: int, is_clustered: bool) -> None:
    one = world(seed)
    site = one.cluster % sites
    parts = [
        moments_of(
            one.outcome[site == code],
            one.cohort[site == code],
            one.cluster[site == code] if is_clustered else None,
        )
        for code in range(sites)
    ]
    pooled = moments_of(one.outcome, one.cohort, one.cluster if is_clustered else None)
    merged = merge_moments(parts)
    assert merged.cohort.tolist() == pooled.cohort.tolist()
    assert merged.count.tolist() == pooled.count.tolist()
    one_answer, other = effects(merged), effects(pooled)
    for name in ("event", "group", "calendar"):
        mine, theirs = getattr(one_answer, name), getattr(other, name)
        np.testing.assert_allclose(mine.estimate, theirs.estimate, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(mine.std_error, theirs.std_error, rtol=1e-12, atol=1e-12)


def test_sites_that_do_not_fit_are_refused() -> None:
    one = world()
    plain, clustered = (
        moments_of(one.outcome, one.cohort),
        moments_of(one.outcome, one.cohort, one.cluster),
    )
    with pytest.raises(ValueError, match="the same periods"):
        merge_moments([plain, moments_of(one.outcome[:, :4], one.cohort)])
    with pytest.raises(ValueError, match="one site at least"):
        merge_moments([])
    with pytest.raises(ValueError, match="every site gives clusters"):
        merge_moments([plain, clustered])


def test_the_band_of_one_estimate_is_the_usual_interval() -> None:
    rng = np.random.default_rng(1)
    assert sup_t(np.array([[4.0]]), 0.95, rng, draws=200_000) == pytest.approx(1.96, abs=0.02)


def test_the_band_of_independent_estimates_is_sidaks() -> None:
    rng = np.random.default_rng(2)
    assert sup_t(np.eye(10), 0.95, rng, draws=200_000) == pytest.approx(2.80, abs=0.02)


def test_copies_of_one_estimate_need_no_wider_band() -> None:
    rng = np.random.default_rng(3)
    assert sup_t(np.ones((5, 5)), 0.95, rng, draws=200_000) == pytest.approx(1.96, abs=0.02)


def test_nothing_that_varies_has_no_band() -> None:
    assert sup_t(np.zeros((2, 2)), 0.95, np.random.default_rng(4)) == 0.0

"""Doubly robust effects: agreement, what they correct, and what they refuse."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna

from impact.doubly_robust import Given, RobustCells, drdid_panel, robust_cells
from impact.estimate import estimate
from impact.model import (
    NEVER,
    AlternativeEstimate,
    DiagnosticResult,
    EffectData,
    Estimation,
    FloatArray,
    NotEvaluable,
)
from impact.sufficient.effects import group_time_effects
from impact.sufficient.moments import moments_of
from schemas.thresholds import Thresholds
from schemas.vocabulary import Comparison
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_drawn=99, permutations_exact=10)
COMPARISONS: dict[Comparison, str] = {
    "never_exposed": "never_treated",
    "not_yet_exposed": "not_yet_treated",
}


def unlike_arms(effect: float = 0.0, count: int = 120) -> EffectData:
    """Large clusters drift upwards, and are exposed more often; two cohorts."""
    rng = np.random.default_rng(5)
    size = rng.standard_normal(count)
    draw = size + rng.logistic(size=count)
    cohort = np.where(draw > 0.6, np.where(rng.random(count) < 0.5, 6, 9), NEVER)
    drift = 0.15 * size[:, None] * np.arange(12)
    outcome = drift + 0.3 * rng.standard_normal((count, 12)) + rng.standard_normal((count, 1))
    exposed = (cohort[:, None] != NEVER) & (np.arange(12) >= cohort[:, None])
    covariates = np.repeat(size[None, :, None], 12, axis=2)
    return effect_data(outcome + effect * exposed, cohort, covariates=covariates)


def given_of(data: EffectData, comparison: Comparison = "never_exposed") -> Given:
    assert data.covariates is not None
    return Given(data.outcome, data.cohort, data.covariates, comparison)


def cells_of(given: Given) -> RobustCells:
    found = robust_cells(given)
    assert isinstance(found, RobustCells)
    return found


def shown(data: EffectData) -> tuple[AlternativeEstimate, DiagnosticResult]:
    found = estimate(data, "group_time_did", QUICK)
    assert isinstance(found, Estimation)
    alternative = {one.name: one for one in found.alternatives}["doubly_robust"]
    return alternative, {one.name: one for one in found.diagnostics}["doubly_robust"]


def test_a_drift_that_covariates_explain_is_taken_out() -> None:
    data = unlike_arms(effect=1.0)
    simple, std_error = cells_of(given_of(data)).simple()
    assert simple == pytest.approx(1.0, abs=3 * std_error)
    bare = group_time_effects(moments_of(data.outcome, data.cohort))
    assert bare is not None
    assert bare.simple > 1.0 + 3 * std_error


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_the_average_is_that_of_diff_diff(comparison: Comparison) -> None:
    """To the four digits to which its logistic fit converges; `tests/golden` has all of them."""
    data = unlike_arms(effect=0.5)
    assert data.covariates is not None
    rows, periods = np.indices(data.outcome.shape).reshape(2, -1)
    table = pd.DataFrame({"unit": rows, "time": periods + 1, "y": data.outcome.ravel()})
    table["first"] = np.where(data.cohort == NEVER, 0, data.cohort + 1)[rows]
    table["x"] = data.covariates[0].ravel()
    library = CallawaySantAnna(control_group=COMPARISONS[comparison], estimation_method="dr")
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        fit = library.fit(table, covariates=["x"], **columns)
        wanted = fit.aggregate("simple")
    simple, std_error = cells_of(given_of(data, comparison)).simple()
    assert simple == pytest.approx(float(np.ravel(wanted.att)[0]), abs=1e-4)
    assert std_error == pytest.approx(float(np.ravel(wanted.se)[0]), rel=1e-3)


def test_a_covariate_without_bearing_leaves_the_plain_average() -> None:
    rng = np.random.default_rng(2)
    outcome, cohort = staggered(rng, sizes=(40, 40, 80), starts=(6, 9, NEVER), periods=12)
    covariates = np.repeat(rng.standard_normal((1, 160, 1)), 12, axis=2)
    simple, std_error = cells_of(Given(outcome, cohort, covariates)).simple()
    bare = group_time_effects(moments_of(outcome, cohort))
    assert bare is not None
    assert simple == pytest.approx(bare.simple, abs=0.05)
    assert std_error == pytest.approx(bare.simple_std_error, rel=0.1)


def test_covariates_are_those_of_the_last_period_before_the_start() -> None:
    data = unlike_arms()
    assert data.covariates is not None
    later = data.covariates.copy()
    later[:, data.cohort == 6, 6:] = 50.0
    later[:, data.cohort == 9, 9:] = -50.0
    rest = data.cohort == NEVER
    changed = np.where(rest[None, :, None] & (np.arange(12) == 11), 99.0, later)
    given = given_of(data)
    simple = cells_of(replace(given, covariates=changed)).simple()
    assert simple == cells_of(given).simple()


def test_a_cluster_without_covariates_is_left_out() -> None:
    given = given_of(unlike_arms())
    holes = given.covariates.copy()
    holes[:, 3] = np.nan
    kept = np.arange(len(given.cohort)) != 3
    alone = Given(given.outcome[kept], given.cohort[kept], given.covariates[:, kept])
    found = cells_of(replace(given, covariates=holes)).simple()
    assert found == pytest.approx(cells_of(alone).simple())


def test_a_period_without_exposed_outcomes_has_no_cell() -> None:
    given = given_of(unlike_arms())
    outcome = given.outcome.copy()
    outcome[given.cohort == 6, 8] = np.nan
    found = cells_of(replace(given, outcome=outcome))
    keys = set(zip(found.start.tolist(), found.period.tolist(), strict=True))
    assert (6, 8) not in keys
    assert (9, 10) in keys


def layers(data: EffectData) -> dict[str, FloatArray]:
    assert data.covariates is not None
    size = data.covariates
    apart = np.where(data.cohort == NEVER, -1.0, 1.0)[None, :, None] * np.ones((1, 1, 12))
    rare = np.where(np.arange(len(data.cohort))[None, :, None] < 4, size, np.nan)
    return {
        "MISSING_TABLE": np.full_like(size, np.nan),
        "NO_VARIATION": np.ones_like(size),
        "NO_COMPARISON": apart + 0.01 * size,
        "TOO_FEW_UNITS": rare,
    }


@pytest.mark.parametrize(
    "reason", ["MISSING_TABLE", "NO_VARIATION", "NO_COMPARISON", "TOO_FEW_UNITS"]
)
def test_covariates_that_cannot_be_used_give_their_reason(reason: str) -> None:
    data = unlike_arms()
    alternative, diagnostic = shown(replace(data, covariates=layers(data)[reason]))
    assert (alternative.estimate, alternative.std_error) == (None, None)
    assert (diagnostic.status, diagnostic.reason) == ("NOT_EVALUATED", reason)


def test_a_covariate_twice_in_other_units_is_no_second_one() -> None:
    data = unlike_arms()
    assert data.covariates is not None
    twice = np.concatenate([data.covariates, 3.0 - 2.0 * data.covariates])
    assert robust_cells(replace(given_of(data), covariates=twice)) == NotEvaluable(
        ("NO_VARIATION",)
    )


def test_nothing_observed_after_the_start_has_no_cell() -> None:
    given = given_of(unlike_arms())
    outcome = given.outcome.copy()
    outcome[given.cohort == 6, 6:] = outcome[given.cohort == 9, 9:] = np.nan
    assert robust_cells(replace(given, outcome=outcome)) == NotEvaluable(("NO_OUTCOME",))


def test_a_cohort_that_was_silent_before_its_start_cannot_be_compared_with_the_headline() -> None:
    data = unlike_arms()
    outcome = data.outcome.copy()
    outcome[data.cohort == 6, 5] = np.nan
    alternative, diagnostic = shown(replace(data, outcome=outcome))
    assert alternative.estimate is not None
    assert (diagnostic.status, diagnostic.reason) == ("NOT_EVALUATED", "NO_OUTCOME")


def test_comparison_clusters_that_are_all_like_the_exposed_stand_for_nobody() -> None:
    exposed = np.arange(1000) >= 4
    design = np.column_stack([np.ones(1000), np.cos(np.arange(1000))])
    assert drdid_panel(np.sin(np.arange(1000)), exposed, design) == "NO_COMPARISON"


def test_the_alternative_is_flagged_where_it_differs_from_the_headline() -> None:
    alternative, diagnostic = shown(unlike_arms(effect=1.0))
    assert alternative.estimate == pytest.approx(1.0, abs=0.3)
    assert diagnostic.status == "FAIL"
    assert diagnostic.value is not None
    assert abs(diagnostic.value) > 2.24
    assert diagnostic.reason is None


def test_the_alternative_passes_where_covariates_have_no_bearing() -> None:
    rng = np.random.default_rng(4)
    outcome, cohort = staggered(rng, sizes=(20, 20, 40), starts=(6, 9, NEVER), periods=12)
    covariates = np.repeat(rng.standard_normal((1, 80, 1)), 12, axis=2)
    diagnostic = shown(effect_data(outcome, cohort, covariates=covariates))[1]
    assert diagnostic.status == "PASS"


def test_the_headline_is_the_same_with_covariates() -> None:
    data = unlike_arms(effect=0.3)
    bare = estimate(replace(data, covariates=None), "group_time_did", QUICK)
    adjusted = estimate(data, "group_time_did", QUICK)
    assert isinstance(bare, Estimation)
    assert isinstance(adjusted, Estimation)
    assert bare.intervals == adjusted.intervals
    assert bare.permutations == adjusted.permutations
    assert len(adjusted.alternatives) == len(bare.alternatives) + 1

"""Panels that carry no answer get a code of the closed list; no panel gets a neutral number."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.estimate import choose_method, estimate
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.panel_verdict import PanelVerdict, Question, judge_panel
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason
from tests.effect_arrays import effect_data

QUICK = Thresholds(permutations_drawn=99, permutations_exact=200)
QUESTION = Question(smallest_worthwhile_effect=0.5)
CODES = set(get_args(Reason))


def panel(clusters: int, exposed: int, periods: int = 20, start: int = 12) -> EffectData:
    rng = np.random.default_rng(clusters + 31 * exposed)
    cohort = np.full(clusters, NEVER)
    cohort[:exposed] = start
    return effect_data(rng.normal(size=(clusters, periods)), cohort)


def reasons(data: EffectData) -> tuple[str, ...]:
    found = judge_panel(data, QUESTION, QUICK)
    check_sound(found)
    return found.decision.reasons


def check_sound(found: PanelVerdict) -> None:
    """Nothing that is printed is infinite, undefined, or without a spread."""
    assert set(found.decision.reasons) <= CODES
    if isinstance(found.result, NotEvaluable):
        assert found.decision.verdict == "not_evaluable"
        assert found.result.reasons
        assert found.grade is None
        return
    assert found.grade is not None
    check_numbers(found.result)


def check_numbers(found: Estimation) -> None:
    assert math.isfinite(found.estimate)
    for interval in (one for one in found.intervals if one.status == "PASS"):
        assert math.isfinite(interval.estimate)
        assert math.isfinite(interval.widening)
        assert 0 < interval.std_error < math.inf
        assert 0 < interval.df < math.inf
        assert 0 <= interval.p_improves <= 1
    for test in found.permutations:
        assert 0 < test.p_improves <= 1
        assert 0 < test.p_harms <= 1
    for shown in found.diagnostics:
        assert shown.value is None or math.isfinite(shown.value)
    for beside in found.alternatives:
        assert beside.estimate is None or math.isfinite(beside.estimate)
        assert beside.std_error is None or math.isfinite(beside.std_error)
    for event in found.event_study:
        assert math.isfinite(event.estimate)
        assert event.std_error is None or event.std_error > 0


BASE = panel(16, 8)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (panel(1, 1), "NO_COMPARISON"),
        (panel(1, 0), "NO_EXPOSED"),
        (panel(12, 12), "NO_COMPARISON"),
        (panel(12, 0), "NO_EXPOSED"),
        (panel(16, 8, periods=1, start=0), "TOO_FEW_PRE"),
        (replace(BASE, outcome=np.full((16, 20), 3.0)), "NO_VARIATION"),
        (panel(3, 1), "TOO_FEW_UNITS"),
        (replace(BASE, outcome=np.full((16, 20), np.nan)), "NO_OUTCOME"),
        (panel(16, 8, start=0), "TOO_FEW_PRE"),
        (panel(16, 8, start=2), "TOO_FEW_PRE"),
        (panel(16, 8, start=25), "NO_POST"),
        (panel(9, 1), "UNATTAINABLE_P"),
    ],
)
def test_a_panel_that_cannot_answer_says_what_it_lacks(data: EffectData, code: str) -> None:
    assert reasons(data) == (code,)


def test_one_exposed_among_very_many_is_judged_by_permutation() -> None:
    drawn = replace(QUICK, synthetic_most=60)
    data = replace(panel(10_000, 1, periods=8, start=5), seed=3)
    found = judge_panel(data, QUESTION, drawn)
    check_sound(found)
    assert isinstance(found.result, Estimation)
    assert found.result.decided_by == "permutation"
    assert found.result.comparison_count == 60
    told = found.result.diagnostics[-1]
    assert (told.name, told.value, told.threshold) == ("comparison_drawn", 60.0, 9_999.0)
    assert judge_panel(data, QUESTION, drawn) == found


bad_cells = st.sampled_from([0.0, 0.0, 0.1, 0.1, 0.6, 1.0])


@st.composite
def panels(draw: st.DrawFn) -> EffectData:
    """Small panels of any shape, with missing cells, flat rows, controls and neighbours."""
    clusters = draw(st.sampled_from([24, 14, 16, 12, 9, 1]))
    periods = draw(st.sampled_from([14, 14, 13, 1]))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    starts = draw(st.lists(st.sampled_from([5, 5, 8, 3, 12, 0, 15]), min_size=1, max_size=3))
    cohort = np.full(clusters, NEVER)
    exposed = draw(st.sampled_from([8, 6, 6, 1, 2, clusters]))
    cohort[:exposed] = rng.choice(starts, min(exposed, clusters))
    outcome = rng.normal(size=(clusters, periods)) * draw(
        st.sampled_from([0.0, 1e-9, 1.0, 1.0, 1e9])
    )
    outcome += draw(st.sampled_from([0.0, 1e6]))
    outcome[rng.random(outcome.shape) < draw(bad_cells)] = np.nan
    if draw(st.integers(0, 4)) == 0:
        outcome[: clusters // 2] = 1.0
    controls = rng.normal(size=(draw(st.sampled_from([0, 1, 11])), clusters, periods))
    controls[rng.random(controls.shape) < draw(bad_cells)] = np.nan
    if len(controls):
        controls[0] = outcome
    covariates = rng.normal(size=(draw(st.sampled_from([1, 2])), clusters, periods))
    covariates[rng.random(covariates.shape) < draw(bad_cells)] = np.nan
    return effect_data(
        outcome,
        cohort,
        controls=controls,
        is_near=rng.random(clusters) < draw(bad_cells),
        is_shared=rng.random(clusters) < draw(bad_cells),
        sign=draw(st.sampled_from([1, -1])),
        comparison=draw(st.sampled_from(["never_exposed", "not_yet_exposed"])),
        covariates=covariates,
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(panels())
def test_no_panel_gives_an_exception_or_a_number_that_means_nothing(data: EffectData) -> None:
    check_sound(judge_panel(data, QUESTION, QUICK))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(panels())
def test_what_is_printed_beside_is_sound_too(data: EffectData) -> None:
    method = choose_method(data, "unknown", "auto", QUICK)
    found = method if isinstance(method, NotEvaluable) else estimate(data, method, QUICK)
    if isinstance(found, Estimation):
        check_numbers(found)
    else:
        assert set(found.reasons) <= CODES


def test_damaged_panels_that_can_be_estimated_give_sound_numbers() -> None:
    evaluated = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        data = panel(18, 8, periods=16, start=8)
        outcome = data.outcome * rng.choice([1e-6, 1.0, 1e6]) + rng.choice([0.0, 1e5])
        outcome[rng.random(outcome.shape) < rng.choice([0.0, 0.1, 0.3])] = np.nan
        outcome[rng.integers(0, 18, 3)] = rng.choice([0.0, 5.0])
        controls = rng.normal(size=(12, 18, 16)) * rng.choice([1e-9, 1.0, 1e6])
        controls[rng.random(controls.shape) < rng.choice([0.0, 0.2])] = np.nan
        controls[:2] = [outcome, np.ones_like(outcome)]
        reached = rng.random((2, 18)) < 0.4
        damaged = replace(
            data, outcome=outcome, controls=controls, is_near=reached[0], is_shared=reached[1]
        )
        found = judge_panel(damaged, QUESTION, QUICK)
        check_sound(found)
        evaluated += isinstance(found.result, Estimation)
    assert evaluated > 40

"""The verdict path does each piece of its work once."""

from dataclasses import replace

import numpy as np
import pytest

from impact import functionals, judged, left_out, permutation, sample
from impact.controls import Controls
from impact.model import NEVER, EffectData, Estimation
from impact.panel_verdict import Question, judge_panel
from impact.permutation import seeded_deal
from impact.windows import leave_out
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered

QUICK = Thresholds(permutations_exact=10, permutations_drawn=199)
QUESTION = Question(smallest_worthwhile_effect=0.5, assignment="staggered")


class Counter:
    """Stands in for a function and counts how often it is asked."""

    def __init__(self, module: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.function = getattr(module, name)
        monkeypatch.setattr(module, name, self)

    def __call__(self, *given: object, **named: object) -> object:
        self.calls += 1
        return self.function(*given, **named)


def world(**given: object) -> EffectData:
    rng = np.random.default_rng(1)
    outcome, cohort = staggered(rng, sizes=(7, 7, 6, 20), starts=(12, 14, 16, NEVER))
    controls = rng.standard_normal((12, *outcome.shape))
    return effect_data(outcome, cohort, controls=controls, **given)


def test_a_verdict_sorts_its_clusters_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = Counter(sample, "build_sample", monkeypatch)
    controlled = Counter(judged, "build_controls", monkeypatch)
    found = judge_panel(world(), QUESTION, QUICK)
    assert isinstance(found.result, Estimation)
    assert found.result.control_count == 12
    assert (built.calls, controlled.calls) == (1, 1)


def test_only_clusters_left_out_are_sorted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    built = Counter(sample, "build_sample", monkeypatch)
    again = Counter(left_out, "build_sample", monkeypatch)
    judge_panel(world(is_near=np.arange(40) >= 30), QUESTION, QUICK)
    assert (built.calls, again.calls) == (1, 1)


def test_every_functional_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = Counter(functionals, "scalar_matrix", monkeypatch)
    judge_panel(world(), QUESTION, QUICK)
    assert evaluated.calls == len(("plain", "donut", "trend_robust", "anticipation"))


def test_series_of_controls_are_not_scaled_where_their_scalars_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    scaled = Controls.mean_series.func
    monkeypatch.setattr(
        Controls, "mean_series", property(lambda self: asked.append(self) or scaled(self))
    )
    judge_panel(world(), QUESTION, QUICK)
    assert asked == []


def test_effects_with_the_same_arms_share_their_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    dealt = Counter(permutation, "deal_labels", monkeypatch)
    first = world(seed=7_919)
    order = np.random.default_rng(2).permutation(40)
    for data in (first, replace(first, outcome=first.outcome[::-1])):
        judge_panel(data, QUESTION, QUICK)
    judge_panel(replace(first, cohort=first.cohort[order]), QUESTION, QUICK)
    assert dealt.calls == 1
    judge_panel(replace(first, seed=7_920), QUESTION, QUICK)
    assert dealt.calls == 2


def test_who_of_a_block_is_exposed_makes_no_difference_to_the_deal() -> None:
    block = np.array([3, 3, 3, 1, 1, 1, 1])
    first = seeded_deal(np.array([1, 0, 0, 2, 1, 0, 0]), block, QUICK, 1)
    other = seeded_deal(np.array([0, 0, 1, 0, 0, 1, 2]), block, QUICK, 1)
    assert other.member.tolist() == first.member.tolist()
    assert other.label.tolist() == first.label.tolist()


def test_a_cluster_that_is_dropped_takes_its_controls_with_it() -> None:
    whole = world()
    gone = np.arange(40) == 39
    outcome = np.where(gone[:, None], np.nan, whole.outcome)
    dropped = judge_panel(replace(whole, outcome=outcome), QUESTION, QUICK).result
    without = judge_panel(leave_out(whole, gone), QUESTION, QUICK).result
    assert isinstance(dropped, Estimation)
    assert isinstance(without, Estimation)
    assert dropped.control_count == without.control_count == 12
    assert dropped.systematic_error == pytest.approx(without.systematic_error, rel=1e-12)
    assert dropped.missing_share == pytest.approx(1 / 20)

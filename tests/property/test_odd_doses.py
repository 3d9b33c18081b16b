"""Any panel, any dose: finite numbers with errors above zero, or a code; never an exception."""

from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from impact.estimate import choose_method, estimate
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.verdict import Evidence, Family, decide
from schemas.thresholds import Thresholds
from schemas.vocabulary import Method
from tests.effect_arrays import effect_data

LIMITS = Thresholds(permutations_exact=49, permutations_drawn=49)


@st.composite
def panels(draw: st.DrawFn) -> EffectData:
    """Panels with gaps, flat stretches, early and late starts, and doses of every kind."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count = draw(st.sampled_from([24, 12, 3, 1]))
    length = draw(st.sampled_from([30, 40, 12, 2, 1]))
    starts = draw(st.sampled_from([(NEVER, 0.5), (0, 0.3), (length // 2, 1.0), (length + 3, 0.5)]))
    cohort = np.where(rng.random(count) < starts[1], max(1, length // 2), starts[0])
    outcome = rng.standard_normal((count, length)) * draw(st.sampled_from([0.0, 1.0, 1e6]))
    outcome += draw(st.sampled_from([0.0, 1e9]))
    outcome[rng.random((count, length)) < draw(st.sampled_from([0.0, 0.2, 0.9]))] = np.nan
    own = rng.choice(draw(st.sampled_from([(0.0,), (1.0,), (1.0, 2.0), (0.1, 1.0, 7.0)])), count)
    is_on = (cohort[:, None] >= 0) & (np.arange(length) >= cohort[:, None])
    is_on &= rng.random((count, length)) < draw(st.sampled_from([1.0, 0.5]))
    given: dict[str, Any] = {
        "dose": np.where(is_on, own[:, None], 0.0),
        "dose_contrast": draw(st.sampled_from([0.01, 1.0, 50.0])),
        "donut": draw(st.integers(0, 6)),
        "season": draw(st.sampled_from([1, 4, 12])),
        "sign": draw(st.sampled_from([1, -1])),
    }
    return effect_data(outcome, cohort, **given)


@pytest.mark.parametrize("method", ["dose_did", "switching_did", "interrupted_series"])
@settings(max_examples=80, deadline=None)
@given(data=panels())
def test_numbers_are_finite_or_a_code_says_why_not(method: Method, data: EffectData) -> None:
    chosen = choose_method(data, "unknown", method, LIMITS)
    found = chosen if isinstance(chosen, NotEvaluable) else estimate(data, chosen, LIMITS)
    if isinstance(found, NotEvaluable):
        assert found.reasons
        return
    assert isinstance(found, Estimation)
    assert np.isfinite(found.estimate)
    assert 0 < (found.std_error or 0) < np.inf
    for interval in found.intervals:
        if interval.status == "PASS":
            assert np.isfinite([interval.estimate, *interval.bounds(0.95)]).all()
            assert interval.std_error > 0
    event("estimated")
    decision = decide(Evidence(found, 1.0, 0.05), Family())
    if method == "interrupted_series":
        assert (decision.verdict, decision.reasons) == ("inconclusive", ("ONE_SERIES",))

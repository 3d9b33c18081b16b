"""What must hold for any evidence: the judgement has no blind spot and no favourite side."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from impact.certainty import Circumstances, grade
from impact.model import Estimation, Interval, PermutationTest
from impact.multiplicity import holm
from impact.verdict import Decision, Evidence, Family, decide, deciding
from schemas.thresholds import Thresholds
from schemas.vocabulary import CERTAINTIES, VERDICTS, Reason
from tests.evidence import few_exposed, observational

NAMES = ("plain", "donut", "trend_robust", "calibrated", "calibrated_twice", "far_only", "clean")
GATES: tuple[Reason, ...] = ("NO_PLAN", "DATA", "UNATTAINABLE_P", "TIMING", "ANTICIPATION")
MIRROR = {"improves": "harms", "harms": "improves"}
shares = st.floats(1e-4, 1 - 1e-4)
family = st.lists(st.floats(0, 1), max_size=4).map(lambda p: Family(len(p) + 1, tuple(p)))


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, ...]:
    made = []
    for name in NAMES:
        status = draw(st.sampled_from(["PASS", "PASS", "PASS", "NOT_EVALUATED", "NOT_APPLICABLE"]))
        estimate, error = draw(st.floats(-8, 8)), draw(st.floats(0.2, 3))
        made.append(Interval(name, status, estimate, error, draw(st.floats(3, 200))))
    return tuple(made)


@st.composite
def estimations(draw: st.DrawFn) -> Estimation:
    p_plain = draw(shares)
    if draw(st.booleans()):
        return few_exposed(p_plain, draw(shares), draw(shares))
    both = PermutationTest("plain", "PASS", p_plain, 1 - p_plain, 1e-4, 10_000, is_exact=False)
    made = observational(1.0, 1.0, 1.0, intervals=draw(intervals()), permutations=(both,))
    return replace(made, is_observational=draw(st.booleans()))


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    return Evidence(
        estimation=draw(st.none() | estimations()),
        smallest_worthwhile_effect=draw(st.none() | st.floats(0.1, 10)),
        alpha=draw(st.sampled_from([0.01, 0.05, 0.10])),
        failed_gate=draw(st.none() | st.sampled_from(GATES)),
    )


def mirrored(estimation: Estimation) -> Estimation:
    flipped = tuple(replace(item, estimate=-item.estimate) for item in estimation.intervals)
    swapped = tuple(
        replace(test, p_improves=test.p_harms, p_harms=test.p_improves)
        for test in estimation.permutations
    )
    return replace(estimation, intervals=flipped, permutations=swapped)


@given(evidences(), family)
def test_every_case_has_exactly_one_verdict_and_a_reason_where_nothing_is_claimed(
    evidence: Evidence, members: Family
) -> None:
    found = decide(evidence, members)
    assert found.verdict in VERDICTS
    assert bool(found.reasons) == (found.verdict == "inconclusive")
    assert decide(evidence, members) == found


@given(evidences(), family)
def test_nothing_is_claimed_over_a_failed_gate_or_an_interval_that_holds_zero(
    evidence: Evidence, members: Family
) -> None:
    found = decide(evidence, members)
    if found.verdict not in MIRROR or evidence.estimation is None:
        return
    assert evidence.failed_gate is None
    side = 1 if found.verdict == "improves" else -1
    assert found.p_value is not None
    assert found.p_value <= evidence.alpha + 1e-12
    if evidence.estimation.decided_by == "interval":
        for item in deciding(evidence.estimation):
            assert min(side * bound for bound in item.bounds(0.95)) > 0


@given(evidences(), family)
def test_turning_the_scale_round_turns_the_verdict_round(
    evidence: Evidence, members: Family
) -> None:
    if evidence.estimation is None:
        return
    found = decide(evidence, members)
    other = decide(replace(evidence, estimation=mirrored(evidence.estimation)), members)
    assert other.verdict == MIRROR.get(found.verdict, found.verdict)
    assert other.p_value == pytest.approx(found.p_value)


@given(evidences(), family, st.floats(0, 5))
def test_more_missing_outcomes_never_make_a_claim(
    evidence: Evidence, members: Family, widening: float
) -> None:
    if evidence.estimation is None or evidence.estimation.decided_by == "permutation":
        return
    wider = tuple(replace(item, widening=widening) for item in evidence.estimation.intervals)
    before = decide(evidence, members).verdict
    widened = replace(evidence, estimation=replace(evidence.estimation, intervals=wider))
    after = decide(widened, members).verdict
    assert after in {before, "inconclusive", *_weaker(before)}


def _weaker(verdict: str) -> tuple[str, ...]:
    """A negligible effect that is not zero may be claimed once it is no longer negligible."""
    return ("improves", "harms") if verdict == "no_meaningful_effect" else ()


@given(evidences(), family, st.integers(0, 6))
def test_an_interval_that_was_not_evaluated_never_turns_one_claim_into_the_other(
    evidence: Evidence, members: Family, index: int
) -> None:
    if evidence.estimation is None or evidence.estimation.decided_by == "permutation":
        return
    hidden = list(evidence.estimation.intervals)
    hidden[index] = Interval(hidden[index].name, "NOT_EVALUATED")
    blinded = replace(evidence, estimation=replace(evidence.estimation, intervals=tuple(hidden)))
    pair = {decide(evidence, members).verdict, decide(blinded, members).verdict}
    assert pair != {"improves", "harms"}
    if index == 0:
        assert decide(blinded, members).verdict in {"inconclusive", "not_evaluable"}


@settings(max_examples=20)  # the reference collects garbage at every call: 80 ms each
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    reference = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(holm(p_values), reference, rtol=1e-12)


@given(
    st.builds(
        Circumstances,
        method=st.sampled_from(["group_time_did", "synthetic_did", "interrupted_series"]),
        is_observational=st.booleans(),
        smallest_arm=st.integers(1, 60),
        missing_share=st.floats(0, 0.5),
        control_count=st.integers(0, 40),
        is_proxy=st.booleans(),
        is_amended=st.booleans(),
        has_opposed_cohorts=st.booleans(),
        has_gaps=st.booleans(),
        has_documented_assignment=st.booleans(),
        is_far_only_evaluated=st.booleans(),
        is_leave_one_out_stable=st.booleans(),
    )
)
@settings(max_examples=200)
def test_certainty_is_the_lowest_cap_and_never_high_for_observational_data(
    facts: Circumstances,
) -> None:
    found = grade(facts, Thresholds())
    level = CERTAINTIES.index(found.certainty)
    assert level == max((CERTAINTIES.index(cap.cap) for cap in found.caps), default=0)
    assert len({cap.why for cap in found.caps}) == len(found.caps)
    if facts.is_observational:
        assert found.certainty != "high"


def test_an_empty_family_of_reasons_is_not_a_claim() -> None:
    assert decide(Evidence(None, None, 0.05), Family()) == Decision("not_evaluable")

"""Which method the data allow, and what they lack when none."""

from dataclasses import replace

import numpy as np
import pytest

from impact.estimate import choose_method, estimate
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from schemas.thresholds import Thresholds
from schemas.vocabulary import Method, Reason
from tests.effect_arrays import effect_data

LIMITS = Thresholds()


def world(*sizes_and_starts: tuple[int, int], periods: int = 20) -> EffectData:
    cohort = np.repeat([start for _, start in sizes_and_starts], [n for n, _ in sizes_and_starts])
    outcome = np.random.default_rng(1).standard_normal((len(cohort), periods))
    return effect_data(outcome, cohort)


@pytest.mark.parametrize(
    ("exposed", "comparison", "expected"),
    [
        (5, 5, "group_time_did"),
        (40, 5, "group_time_did"),
        (4, 8, "synthetic_did"),
        (1, 8, "synthetic_did"),
    ],
)
def test_auto_chooses_by_the_number_of_clusters(
    exposed: int, comparison: int, expected: Method
) -> None:
    data = world((exposed, 10), (comparison, NEVER))
    assert choose_method(data, "policy", "auto", LIMITS) == expected


@pytest.mark.parametrize(("exposed", "comparison"), [(5, 4), (4, 7), (1, 1)])
def test_too_few_for_any_method(exposed: int, comparison: int) -> None:
    data = world((exposed, 10), (comparison, NEVER))
    assert choose_method(data, "policy", "auto", LIMITS) == NotEvaluable(("TOO_FEW_UNITS",))


def test_a_randomised_assignment_is_taken_at_its_word() -> None:
    assert choose_method(world((2, 0), (2, NEVER)), "randomised", "auto", LIMITS) == "randomised"


def test_pre_periods_are_those_of_the_earliest_cohort_that_has_any() -> None:
    late = world((3, 0), (5, 10), (5, NEVER))
    assert choose_method(late, "unknown", "auto", LIMITS) == "group_time_did"
    early = world((3, 2), (5, 10), (5, NEVER))
    assert choose_method(early, "unknown", "auto", LIMITS) == NotEvaluable(("TOO_FEW_PRE",))


def test_without_never_exposed_the_last_cohort_compares() -> None:
    data = world((5, 8), (6, 14))
    assert choose_method(data, "staggered", "auto", LIMITS) == "group_time_did"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (replace(world((3, 4), (3, NEVER)), outcome=np.full((6, 20), np.nan)), "NO_OUTCOME"),
        (world((6, NEVER)), "NO_EXPOSED"),
        (world((6, 25)), "NO_POST"),
        (world((6, 5)), "NO_COMPARISON"),
        (world((6, 5), (6, 0)), "NO_COMPARISON"),
        (world((6, 0), (6, NEVER), periods=1), "TOO_FEW_PRE"),
    ],
)
def test_what_the_data_lack(data: EffectData, reason: Reason) -> None:
    assert choose_method(data, "policy", "auto", LIMITS) == NotEvaluable((reason,))


def test_support_is_checked_before_estimation_too() -> None:
    assert estimate(world((6, 5)), "randomised", LIMITS) == NotEvaluable(("NO_COMPARISON",))


def test_a_requested_method_is_used() -> None:
    data = world((6, 10), (9, NEVER))
    assert choose_method(data, "policy", "synthetic_did", LIMITS) == "synthetic_did"
    found = estimate(data, "synthetic_did", Thresholds(permutations_exact=10))
    assert isinstance(found, Estimation)
    assert found.method == "synthetic_did"


def test_an_assignment_that_was_not_randomised_cannot_be_requested_as_such() -> None:
    found = choose_method(world((6, 10), (9, NEVER)), "policy", "randomised", LIMITS)
    assert found == NotEvaluable(("MISSING_TABLE",), ("exposure.assignment",))


@pytest.mark.parametrize("method", ["dose_did", "switching_did"])
def test_an_effect_per_dose_needs_a_dose(method: Method) -> None:
    data = world((6, 10), (9, NEVER))
    assert choose_method(data, "policy", method, LIMITS) == method
    lacking = NotEvaluable(("MISSING_TABLE",), ("exposure.dose",))
    assert estimate(data, method, LIMITS) == lacking

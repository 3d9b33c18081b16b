"""What it would take to decide."""

from dataclasses import replace

import pytest

from impact.needed import clusters_attainable, is_attainable, pre_periods_needed, what_is_needed
from impact.verdict import Decision
from schemas.findings import Needed
from schemas.thresholds import Thresholds
from tests.evidence import few_exposed, interval, observational, randomised

IMPRECISE = Decision("inconclusive", ("IMPRECISE",))
CLAIM = (0.05, 1)


def test_clusters_needed_grow_with_the_square_of_the_error() -> None:
    found = what_is_needed(IMPRECISE, observational(0.0, 0.0, 0.0), 1.55, CLAIM, Thresholds())
    assert found.clusters == 60 * 2**2


def test_nothing_is_needed_for_a_decision_or_without_a_target() -> None:
    seen = observational(0.0, 0.0, 0.0)
    assert what_is_needed(Decision("improves"), seen, 1.0, CLAIM, Thresholds()) == Needed()
    assert what_is_needed(IMPRECISE, seen, None, CLAIM, Thresholds()) == Needed()


@pytest.mark.parametrize(("exposed", "comparison"), [(1, 39), (2, 8)])
def test_few_exposed_need_as_many_comparison_units_as_methods_says(
    exposed: int, comparison: int
) -> None:
    assert clusters_attainable(exposed, 0.05, 1) == exposed + comparison
    lost = Decision("inconclusive", ("UNATTAINABLE_P",))
    seen = few_exposed(0.03, 0.03, 0.03, exposed_count=exposed)
    found = what_is_needed(lost, seen, 5.0, CLAIM, Thresholds())
    assert found.clusters == exposed + comparison


def test_thirty_nine_assignments_are_too_few_and_forty_are_enough() -> None:
    assert not is_attainable(39, 0.05, 1)
    assert is_attainable(40, 0.05, 1)
    assert not is_attainable(40, 0.05, 2)


def test_a_longer_pre_period_is_named_where_the_trend_is_the_widest() -> None:
    seen = observational(0.0, 0.0, 0.0)
    wide = (*seen.intervals[:2], interval("trend_robust", 0.0, 2.0))
    found = pre_periods_needed(replace(seen, intervals=wide), 4.0, 3.1)
    assert found is not None
    assert 20 < found < 60


@pytest.mark.parametrize(
    "seen",
    [
        few_exposed(0.2, 0.2, 0.2),
        observational(0.0, 0.0, 0.0, pre_count=2),
        observational(0.0, 0.0, 0.0, intervals=(interval("plain", 0.0),)),
        observational(
            0.0, 0.0, 0.0, intervals=(interval("plain", 0, 3.0), interval("trend_robust", 0.0))
        ),
    ],
)
def test_a_longer_pre_period_is_not_named_where_it_would_not_help(seen: object) -> None:
    assert pre_periods_needed(seen, 1.0, 3.1) is None


def test_no_length_of_pre_period_beats_a_post_period_that_is_too_short() -> None:
    assert pre_periods_needed(observational(0.0, 0.0, 0.0), 0.5, 3.1) is None


def test_one_exposed_unit_has_no_standard_error_to_scale() -> None:
    found = what_is_needed(IMPRECISE, few_exposed(0.2, 0.2, 0.2), 1.0, CLAIM, Thresholds())
    assert found == Needed()
    assert what_is_needed(IMPRECISE, randomised(0.0), 3.1, CLAIM, Thresholds()).clusters == 60

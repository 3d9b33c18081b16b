"""An entry of the findings: the measure's own sign, null for what cannot be said."""

from dataclasses import replace
from typing import Any

import pytest

from impact.certainty import Grade
from impact.effect_data import Measure
from impact.model import AlternativeEstimate, DiagnosticResult, Estimation, EventEstimate, Interval
from impact.record import Judgement, Subject, finite, minimum_detectable_effect, record_effect
from impact.verdict import Decision
from schemas.findings import Effect, Needed
from tests.core_tables import plan
from tests.evidence import few_exposed, interval, observational

NAN = float("nan")


def recorded(estimation: Estimation, direction: Any = "lower_better", **analysis: Any) -> Effect:
    measure = Measure("waiting", "Days waited", "days", direction)
    subject = Subject(plan(analysis).effects[0], measure, "Earlier diagnosis", 100.0, "EUR")
    failed = DiagnosticResult("pre_trend", "NOT_EVALUATED", NAN)
    judgement = Judgement(
        Decision("inconclusive", ("IMPRECISE",), NAN), Grade("low", ()), (), Needed(), (failed,)
    )
    return record_effect(subject, judgement, estimation)


def test_bounds_change_places_where_less_is_better() -> None:
    seen = observational(4.0, 4.0, 5.0, estimate=-4.0)
    lower, higher = recorded(seen), recorded(replace(seen, estimate=4.0), "higher_better")
    for item in (lower, higher):
        assert item.ci_low is not None
        assert item.robust_low is not None
    assert (lower.ci_low, lower.ci_high) == (-higher.ci_high, -higher.ci_low)
    assert (lower.robust_low, lower.robust_high) == (-higher.robust_high, -higher.robust_low)
    assert [item.estimate for item in lower.intervals] == [-4.0, -4.0, -5.0]
    assert lower.cost.cost_per_unit == pytest.approx(25.0)


def test_the_printed_interval_is_sampling_error_and_the_robust_one_also_what_is_missing() -> None:
    wide = observational(4.0, 4.0, 4.0, intervals=(interval("plain", 4.0, widening=1.0),))
    found = recorded(wide, "higher_better")
    assert found.ci_low == pytest.approx(4 - 1.9623, abs=1e-3)
    assert found.robust_low == pytest.approx(4 - 1.9623 - 1, abs=1e-3)


@pytest.mark.parametrize(
    ("contrast", "label"),
    [(None, "days per period of exposure"), (1000.0, "days per 1000 of dose")],
)
def test_an_effect_per_dose_says_so_and_has_no_cost_per_unit(
    contrast: float | None, label: str
) -> None:
    found = replace(observational(4.0, 4.0, 5.0, estimate=4.0), estimand="att_per_dose")
    entry = recorded(found, "higher_better", dose_contrast=contrast)
    assert entry.unit_label == label
    assert entry.robust_low is not None
    assert entry.cost.cost_per_unit is None


def test_one_exposed_unit_has_estimates_and_no_bounds() -> None:
    found = recorded(few_exposed(0.025, 0.025, 0.025))
    assert found.intervals[0].estimate == -5.0
    bounds = (found.ci_low, found.robust_high, found.intervals[0].low95, found.cost.cost_per_unit)
    assert bounds == (None, None, None, None)


def test_what_is_not_a_number_is_null_or_left_out() -> None:
    odd = observational(
        4.0,
        4.0,
        4.0,
        std_error=NAN,
        intervals=(Interval("plain", "NOT_EVALUATED"),),
        event_study=(EventEstimate(-1, 0.0, NAN), EventEstimate(0, NAN)),
        alternatives=(AlternativeEstimate("unadjusted", NAN),),
    )
    found = recorded(odd)
    assert (found.std_error, found.mde, found.p_value, found.ci_low) == (None,) * 4
    assert [item.event_time for item in found.event_study] == [-1]
    assert found.alternatives[0].estimate is None
    assert found.diagnostics[0].value is None
    assert found.intervals[0].estimate is None


def test_the_detectable_effect_is_the_sum_of_two_quantiles_of_the_error() -> None:
    normal = observational(0.0, 0.0, 0.0, df=None, std_error=2.0)
    assert minimum_detectable_effect(normal, 0.05) == pytest.approx(2 * 2.8016, abs=1e-3)
    few = observational(0.0, 0.0, 0.0, df=10.0, std_error=2.0)
    assert minimum_detectable_effect(few, 0.05) == pytest.approx(2 * (2.2281 + 0.8791), abs=1e-3)


def test_infinity_is_not_a_finding() -> None:
    assert (finite(float("inf")), finite(None), finite(1)) == (None, None, 1.0)

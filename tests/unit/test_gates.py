"""Gates G1 to G4b: what fails them, and what they leave open."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from impact.gates import (
    Gate,
    first_failure,
    gate_anticipation,
    gate_attainable,
    gate_data,
    gate_plan,
    gate_timing,
    orphan_spend_share,
    permutation_results,
    quarantined_shares,
)
from impact.model import DiagnosticResult
from schemas.findings import RowAccount
from schemas.thresholds import Thresholds
from tests.evidence import few_exposed, observational, permutation, randomised

LIMITS = Thresholds()
PASSED = DiagnosticResult("unit_shift", "PASS")


def account(table: str, read: int, quarantined: int, outside: int = 0) -> RowAccount:
    return RowAccount(
        table=table,
        source_file=f"{table}.csv",
        read=read,
        accepted=read - quarantined - outside,
        quarantined=quarantined,
        superseded=0,
        out_of_window=outside,
    )


def test_a_plan_made_after_outcomes_were_read_fails() -> None:
    assert first_failure([gate_plan(is_before_outcomes=False)]) == "NO_PLAN"
    assert first_failure([gate_plan(is_before_outcomes=True)]) is None


@pytest.mark.parametrize(("quarantined", "reason"), [(10, None), (11, "DATA")])
def test_more_than_one_row_in_a_hundred_in_quarantine_fails(
    quarantined: int, reason: str | None
) -> None:
    accounts = [account("outcome", 1000, quarantined), account("fx_rate", 10, 9)]
    gate = gate_data(accounts, frozenset({"outcome"}), PASSED, PASSED, LIMITS)
    assert first_failure([gate]) == reason


def test_rows_outside_the_window_do_not_dilute_quarantine() -> None:
    accounts = [account("outcome", 150, 5, outside=50), account("outcome", 100, 5)]
    assert quarantined_shares(accounts, frozenset({"outcome", "unit"})) == {"outcome": 10 / 200}


def test_quarantine_over_no_rows_is_not_evaluated() -> None:
    gate = gate_data([], frozenset({"outcome"}), PASSED, PASSED, LIMITS)
    assert gate.has_gaps
    assert not gate.has_failed


@pytest.mark.parametrize(
    ("share", "has_log", "status"),
    [
        (0.05, True, "PASS"),
        (0.051, True, "FAIL"),
        (None, True, "NOT_EVALUATED"),
        (None, False, "NOT_APPLICABLE"),
    ],
)
def test_spend_that_points_nowhere(share: float | None, has_log: bool, status: str) -> None:
    assert orphan_spend_share(share, has_log, LIMITS).status == status


def test_one_of_thirty_nine_cannot_reach_five_percent_but_one_of_forty_can() -> None:
    short = few_exposed(0.5, 0.5, 0.5)
    tests = tuple(replace(test, smallest_p=1 / 39) for test in short.permutations)
    found = gate_attainable(replace(short, permutations=tests), 0.05, 1)
    assert first_failure([found]) == "UNATTAINABLE_P"
    assert found.diagnostics[0].value == pytest.approx(2 / 39)
    assert first_failure([gate_attainable(short, 0.05, 1)]) is None
    assert first_failure([gate_attainable(short, 0.05, 2)]) == "UNATTAINABLE_P"


def test_where_intervals_decide_any_p_is_attainable() -> None:
    gate = gate_attainable(observational(1.0, 1.0, 1.0), 0.05, 1)
    assert gate.diagnostics[0].status == "NOT_APPLICABLE"


@pytest.mark.parametrize(
    ("p_value", "status"), [(0.024, "FAIL"), (0.025, "PASS"), (None, "NOT_EVALUATED")]
)
def test_a_dip_before_exposure_fails(p_value: float | None, status: str) -> None:
    gate = gate_anticipation(observational(1.0, 1.0, 1.0, anticipation_p=p_value), LIMITS)
    assert gate.diagnostics[0].status == status


def test_a_trial_cannot_be_anticipated() -> None:
    assert gate_anticipation(randomised(1.0), LIMITS).diagnostics[0].status == "NOT_APPLICABLE"


def timing(rows: list[dict[str, Any]]) -> Gate:
    base = {"engagement_period": 5, "recorded_lag": 0, "is_precise": True}
    columns = ["unit_id", *base]
    table = pd.DataFrame([{**base, **row} for row in rows], columns=columns)
    starts = pd.Series([5.0, 5.0], index=pd.Index(["north", "south"], name="unit_id"))
    return gate_timing(starts, table, has_log=True)


def statuses(gate: Gate) -> list[str]:
    return [item.status for item in gate.diagnostics]


def test_exposure_that_starts_with_its_engagement_and_was_recorded_then_passes() -> None:
    gate = timing([{"unit_id": "north", "recorded_lag": 1}, {"unit_id": "south"}])
    assert statuses(gate) == ["PASS", "PASS"]


def test_back_dated_exposure_fails() -> None:
    gate = timing([{"unit_id": "north", "engagement_period": 7}, {"unit_id": "south"}])
    assert statuses(gate) == ["FAIL", "PASS"]
    assert first_failure([gate]) == "TIMING"


def test_an_engagement_recorded_long_after_it_happened_fails() -> None:
    gate = timing([{"unit_id": "north", "recorded_lag": 2}, {"unit_id": "south"}])
    assert statuses(gate) == ["PASS", "FAIL"]


def test_what_the_log_does_not_say_is_not_evaluated() -> None:
    assert statuses(timing([{"unit_id": "north"}])) == ["NOT_EVALUATED", "NOT_EVALUATED"]
    assert statuses(timing([])) == ["NOT_EVALUATED", "NOT_EVALUATED"]
    coarse = [{"unit_id": name, "is_precise": False} for name in ("north", "south")]
    assert statuses(timing(coarse)) == ["NOT_EVALUATED", "PASS"]
    silent = [{"unit_id": name, "recorded_lag": None} for name in ("north", "south")]
    assert statuses(timing(silent)) == ["PASS", "NOT_EVALUATED"]


def test_without_a_log_timing_does_not_apply() -> None:
    gate = gate_timing(pd.Series(dtype=float), pd.DataFrame(), has_log=False)
    assert statuses(gate) == ["NOT_APPLICABLE", "NOT_APPLICABLE"]


def test_every_randomisation_p_is_printed_two_sided() -> None:
    seen = few_exposed(0.02, 0.3, 0.9)
    skipped = permutation(0.5, "calibrated", "NOT_EVALUATED")
    found = permutation_results(replace(seen, permutations=(*seen.permutations, skipped)), 0.05, 1)
    assert [(item.name, item.status) for item in found] == [
        ("randomisation_p_plain", "PASS"),
        ("randomisation_p_donut", "FAIL"),
        ("randomisation_p_trend_robust", "FAIL"),
        ("randomisation_p_calibrated", "NOT_EVALUATED"),
    ]
    assert found[2].value == pytest.approx(0.2)

"""Where an indicator cannot be told it says so: never 0 % or 100 % of nothing."""

import datetime as dt
from typing import Any

import pytest

from impact.indicators.measure import measure_indicators
from schemas.indicators import INDICATORS
from schemas.registry import TABLES
from tests.indicator_hand import Found, Rows, study
from tests.indicator_world import TABLE_NAMES, world_of


def test_a_study_without_tables_needs_exactly_those_that_each_indicator_reads() -> None:
    rows = measure_indicators(world_of({}, study()).tables())
    assert [row.indicator_id for row in rows] == list(INDICATORS)
    for row in rows:
        needed = ", ".join(INDICATORS[row.indicator_id].tables)
        assert (row.status, row.value, row.reason) == ("NOT_EVALUATED", None, f"needs {needed}")


def test_tables_whose_every_row_was_set_aside_give_no_share_of_anything() -> None:
    named = frozenset(TABLE_NAMES)
    rows = measure_indicators(world_of({}, study(), also_named=named).tables())
    assert {row.indicator_id for row in rows} == set(INDICATORS)
    assert {(row.value, row.status) for row in rows} == {(None, "NOT_EVALUATED")}


def test_the_fields_an_indicator_needs_are_columns_of_the_contract() -> None:
    for spec in INDICATORS.values():
        for field in (*spec.fields, *spec.optional):
            table, column = field.split(".")
            assert column in TABLES[table].column_names


def test_a_log_without_a_known_amount_is_not_a_log_without_payments() -> None:
    found = Found({"engagement": [{}, {"kind": "support_access"}]})
    for name in ("q1.spend_advocacy", "q3.payments", "q3.payers", "q3.pairs"):
        assert found.reason(name) == "no amount is known"
    for name in ("q3.median_payment", "q3.hhi_payers", "q3.top10_payers", "q3.pairs_two_years"):
        assert found.reason(name) == "the denominator is empty"
    assert Found({"engagement": [{"amount": 0}]}).value("q3.payments") == 0


def test_one_partner_is_all_there_is_and_says_of_how_many() -> None:
    found = Found({"engagement": [{"amount": 10}]})
    assert (found.value("q3.hhi_recipients"), found("q3.hhi_recipients").n) == (1, 1)
    single = found("q3.single_funder_share")
    assert (single.value, single.denominator) == (1, 1)
    assert single.ci_low is not None
    assert single.ci_low < 0.25


def test_only_anonymous_partners_leave_no_relationship() -> None:
    partners: Rows = [{"partner_id": "p1", "is_anonymous": True}]
    found = Found({"engagement": [{"amount": 10}], "partner": partners})
    assert (found.value("q3.payments"), found.reason("q3.top10_payers")) == (
        0,
        "the denominator is empty",
    )


def test_an_amount_in_a_second_currency_without_a_rate_is_unknown_not_0() -> None:
    foreign: dict[str, Any] = {"amount": 900, "currency": "CHF", "amount_reporting": None}
    found = Found({"engagement": [{"amount": 100}, foreign]})
    assert (found.value("q3.payments"), found.value("q1.spend_advocacy")) == (1, 100)
    assert Found({"engagement": [foreign]}).reason("q1.spend_advocacy") == "no amount is known"


def test_a_payment_before_the_window_counts_as_a_payment_and_starts_no_known_relationship() -> None:
    early = {"amount": 10, "start_date": dt.date(1990, 1, 1)}
    found = Found({"engagement": [early]})
    assert found.value("q3.payments") == 1
    assert found.reason("q3.tenure") == "the denominator is empty"


def test_a_study_that_selects_indicators_gets_no_others() -> None:
    found = Found({"engagement": [{"amount": 10}]}, indicators=["q3.pairs", "q1.spend_support"])
    assert {row.indicator_id for row in found.rows} == {"q3.pairs", "q1.spend_support"}


@pytest.mark.parametrize("name", ["q3.influence", "q4.pairs"])
def test_an_indicator_that_is_not_of_the_registry_is_in_no_row(name: str) -> None:
    assert Found({}, indicators=[name]).rows == []

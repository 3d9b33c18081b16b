"""Dependence, reciprocity, trust, and what both sides disclose, by hand."""

import datetime as dt
from typing import Any

import pytest

from tests.indicator_hand import Found, Rows


def with_income(amount: float | None, currency: str = "EUR") -> Rows:
    return [{"partner_id": "p1", "annual_income": amount, "income_currency": currency}]


def test_a_partner_depends_on_a_payer_above_a_quarter_of_its_income() -> None:
    log: Rows = [{"amount": 251}, {"amount": 250, "payer_id": "y2"}]
    found = Found({"engagement": log, "partner": with_income(1000)})
    assert found.parts("q3.dependence") == (1, 1)
    assert found.parts("q3.dependence", partner_id="p1") == (251, 1000)
    at_limit = Found({"engagement": log[1:], "partner": with_income(1000)})
    assert at_limit.parts("q3.dependence") == (0, 1)


def test_sums_of_two_years_are_not_set_against_the_income_of_one() -> None:
    log: Rows = [{"amount": 200}, {"amount": 200, "start_date": dt.date(2019, 1, 1)}]
    assert Found({"engagement": log, "partner": with_income(1000)}).parts("q3.dependence") == (0, 1)


@pytest.mark.parametrize("income", [None, 0])
def test_no_income_is_no_independence(income: float | None) -> None:
    found = Found({"engagement": [{"amount": 9}], "partner": with_income(income)})
    assert found.reason("q3.dependence") == "the denominator is empty"


def test_income_in_another_currency_needs_a_rate() -> None:
    tables = {"engagement": [{"amount": 60}], "partner": with_income(100, "CHF")}
    assert Found(tables).reason("q3.dependence") == "the denominator is empty"
    rate = {"currency": "CHF", "to_currency": "EUR", "rate": 2.0}
    rated = Found({**tables, "fx_rate": [{**rate, "rate_date": dt.date(2020, 7, 1)}]})
    assert rated.parts("q3.dependence", partner_id="p1") == (60, 200)
    of_year = Found(
        {**tables, "fx_rate": [{**rate, "rate_date": dt.date(2020, 12, 31)}]}, as_of="2020-06-30"
    )
    assert of_year.parts("q3.dependence", partner_id="p1") == (60, 200)


def test_a_joint_first_step_is_a_step_of_the_partner_too() -> None:
    steps = ("partner", "joint", "company", "third_party", None)
    found = Found({"engagement": [{"initiated_by": step} for step in steps]})
    assert found.parts("q3.reciprocity") == (2, 4)


def test_no_money_changes_hands_where_the_amount_is_0_and_not_where_it_is_unknown() -> None:
    log: Rows = [{"amount": 0}, {"amount": 5}, {"funding_type": "in_kind"}, {}]
    found = Found({"engagement": log})
    assert found.parts("q3.reciprocity", part="non_monetary") == (2, 3)


def test_a_log_of_payments_alone_does_not_say_that_nothing_is_done_without_money() -> None:
    paid: Rows = [{"amount": 5}, {"amount": 7}]
    reason = Found({"engagement": paid}).reason("q3.reciprocity", part="non_monetary")
    assert reason is not None
    assert reason.startswith("needs funding_type")
    typed = Found({"engagement": [*paid, {"amount": 3, "funding_type": "restricted_project"}]})
    assert typed.parts("q3.reciprocity", part="non_monetary") == (0, 3)


def answers(wave: str, partner: str, *scores: float, **given: Any) -> Rows:
    return [
        {"wave": wave, "partner_id": partner, "score": s, "item_id": f"i{n}", **given}
        for n, s in enumerate(scores)
    ]


def test_trust_is_the_top_two_boxes_of_the_latest_wave() -> None:
    found = Found({"partner_survey": [*answers("2019", "p1", 1), *answers("2020", "p1", 3, 4, 5)]})
    assert found.parts("q3.trust") == (2, 3)
    assert found.parts("q3.trust", wave="2019") == (0, 1)


def test_change_is_paired_by_partner() -> None:
    found = Found(
        {
            "partner_survey": [
                *answers("2019", "p1", 2),
                *answers("2020", "p1", 3),
                *answers("2020", "p2", 5),
            ]
        }
    )
    change = found("q3.trust", wave="2020", part="paired_change")
    assert (change.value, change.n) == (pytest.approx(0.2), 1)
    assert change.ci_low is None


def test_more_answers_than_persons_invited_are_a_full_response_not_more() -> None:
    four = [row for _ in range(4) for row in answers("2020", "p1", 5, invited_count=3)]
    found = Found({"partner_survey": [*four, *answers("2020", "p2", 5)]})
    assert found.parts("q3.trust", wave="2020", part="response_rate") == (3, 3)
    unknown = Found({"partner_survey": answers("2020", "p2", 5)})
    assert unknown.reason("q3.trust", wave="2020", part="response_rate") is not None


def told(amount: float, **given: Any) -> dict[str, Any]:
    return {"amount": amount, **given}


def test_a_payment_is_found_in_the_disclosure_to_1_percent() -> None:
    log: Rows = [
        {"amount": 1000},
        {"amount": 1000, "partner_id": "p2"},
        {"amount": 1000, "partner_id": "p3"},
        {"amount": 1000, "start_date": dt.date(2019, 1, 1)},
    ]
    disclosed = [told(1010), told(1011, partner_id="p2")]
    found = Found({"engagement": log, "public_disclosure": disclosed})
    assert found.parts("t.disclosure_match") == (1, 3)


def test_chapters_disclosed_one_by_one_match_their_parent() -> None:
    partners = [{"partner_id": "p1"}, {"partner_id": "p2", "parent_partner_id": "p1"}]
    tables = {
        "partner": partners,
        "engagement": [{"amount": 60}, {"amount": 40, "partner_id": "p2"}],
        "public_disclosure": [told(60), told(40, partner_id="p2")],
    }
    assert Found(tables, partner_level="parent").parts("t.disclosure_match") == (1, 1)


def test_a_disclosed_sum_of_unknown_rate_matches_nothing() -> None:
    disclosed = [told(60), told(40, currency="CHF")]
    found = Found({"engagement": [{"amount": 60}], "public_disclosure": disclosed})
    assert found.parts("t.disclosure_match") == (0, 1)


def test_both_sides_say_the_same_only_where_both_say_anything() -> None:
    partner = {"declared_by": "partner"}
    disclosed = [
        told(100),
        told(100, **partner),
        told(50, payer_id="y2", **partner),
        told(70, partner_id="p2"),
    ]
    assert Found({"public_disclosure": disclosed}).parts("t.two_sided") == (1, 1)


def test_anonymous_partners_are_in_no_disclosure() -> None:
    partners = [{"partner_id": "p1", "is_anonymous": True}, {"partner_id": "p2"}]
    log: Rows = [{"amount": 9, "purpose": "a"}, {"amount": 9, "partner_id": "p2"}]
    found = Found({"engagement": log, "partner": partners, "public_disclosure": [told(9)]})
    assert found.reason("t.disclosure_match") == "the denominator is empty"
    assert found.parts("t.purpose_filled") == (0, 1)


def test_blank_words_are_no_purpose() -> None:
    log: Rows = [{"amount": 9, "purpose": " "}, {"amount": 9, "purpose": "A congress"}]
    assert Found({"engagement": log}).parts("t.purpose_filled") == (1, 2)

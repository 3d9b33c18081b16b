"""Q3 by hand: counts, concentration, retention, trends and shares of money."""

import datetime as dt
from typing import Any

import pytest

from tests.indicator_hand import Found, Rows


def paid(payer: str, partner: str, year: int, amount: float, **given: Any) -> dict[str, Any]:
    start = given.pop("start_date", dt.date(year, 3, 1))
    return {
        "payer_id": payer,
        "partner_id": partner,
        "start_date": start,
        "amount": amount,
        **given,
    }


def log(*rows: dict[str, Any], **given: Any) -> Found:
    return Found({"engagement": list(rows)}, **given)


def test_what_was_taken_back_is_no_payment_and_what_is_left_is() -> None:
    found = log(
        paid("y1", "p1", 2019, 100),
        paid("y1", "p1", 2019, -40, reverses_engagement_id="e0"),
        paid("y1", "p2", 2019, 50),
        paid("y1", "p2", 2020, -50, reverses_engagement_id="e2"),
    )
    assert found.value("q3.payments") == 1
    assert found.value("q3.median_payment") == 100 - 40
    assert found.value("q3.pairs") == 1


def test_support_is_never_among_relationships() -> None:
    found = log(paid("y1", "p1", 2019, 100), paid("y2", "p2", 2019, 900, kind="support_access"))
    assert (found.value("q3.payers"), found.parts("q3.top10_payers")) == (1, (100, 100))


def test_unclear_kinds_are_in_the_overall_row_and_left_out_beside_it() -> None:
    found = log(paid("y1", "p1", 2019, 100), paid("y1", "p2", 2019, 300, kind="hybrid"))
    assert found.value("q3.payments") == 2
    assert found.value("q3.payments", kinds="advocacy") == 1
    assert found.value("q3.hhi_recipients") == pytest.approx(0.25**2 + 0.75**2)
    assert found.value("q3.hhi_recipients", kinds="advocacy") == 1


def test_a_parent_stands_for_its_chapters_where_the_study_counts_parents() -> None:
    partners = [{"partner_id": "p1"}, {"partner_id": "p2", "parent_partner_id": "p1"}]
    rows = [paid("y1", "p1", 2019, 100), paid("y1", "p2", 2020, 100)]
    tables = {"engagement": rows, "partner": partners}
    assert Found(tables).value("q3.pairs") == 2
    above = Found(tables, partner_level="parent")
    assert (above.value("q3.pairs"), above.value("q3.pairs_two_years")) == (1, 1)


def test_retention_asks_only_payers_that_pay_in_both_years() -> None:
    found = log(
        paid("y1", "p1", 2018, 1),
        paid("y1", "p2", 2018, 1),
        paid("y2", "p3", 2018, 1),
        paid("y1", "p1", 2019, 1),
        paid("y3", "p2", 2019, 1),
    )
    assert found.parts("q3.retention", from_year="2018", year="2019") == (1, 2)


def test_years_with_a_gap_between_them_are_no_neighbours() -> None:
    found = log(paid("y1", "p1", 2016, 1), paid("y1", "p1", 2018, 1))
    assert found.reason("q3.retention") == "needs payments in two neighbouring years"


def test_a_payer_that_starts_to_disclose_is_no_growth_among_those_seen_in_both_years() -> None:
    found = log(
        paid("y1", "p1", 2018, 100), paid("y1", "p1", 2019, 110), paid("y2", "p2", 2019, 900)
    )
    assert found.value("q3.payments", year="2019", part="amount") == 110 + 900
    both = {"payers": "in 2018 and 2019", "part": "amount"}
    assert found.value("q3.payments", year="2018", **both) == 100
    assert found.value("q3.payments", year="2019", **both) == 110
    assert found("q3.payments", year="2019", **both).unit == "EUR"
    assert found.value("q3.payments", payers="in 2018 and 2019", year="2019") == 1


def test_an_agreement_of_exactly_24_months_is_long_and_a_day_less_is_not() -> None:
    start = dt.date(2018, 1, 1)
    rows: Rows = [
        paid("y1", "p1", 2018, 100, agreement_start=start, agreement_end=dt.date(2019, 12, 31)),
        paid("y1", "p1", 2018, 300, agreement_start=start, agreement_end=dt.date(2019, 12, 30)),
        paid("y1", "p1", 2018, 900, agreement_start=start),
    ]
    assert log(*rows).parts("q3.multi_year_share") == (100, 100 + 300)


def test_core_funding_is_a_share_of_what_has_a_funding_type() -> None:
    found = log(
        paid("y1", "p1", 2018, 100, funding_type="core_unrestricted"),
        paid("y1", "p1", 2018, 300, funding_type="sponsorship"),
        paid("y1", "p1", 2018, 500, funding_type="none"),
        paid("y1", "p1", 2018, 700),
    )
    assert found.parts("q3.core_share") == (100, 400)


def test_money_counts_as_near_a_launch_to_the_day_of_its_anniversary() -> None:
    days = [dt.date(2019, 6, 1), dt.date(2019, 6, 2), dt.date(2017, 6, 1), dt.date(2017, 5, 31)]
    rows = [
        paid("y1", "p1", 2019, 10.0**n, start_date=day, product_id="x1")
        for n, day in enumerate(days)
    ]
    launch = {"product_id": "x1", "event": "launch", "event_date": dt.date(2018, 6, 1)}
    found = Found({"engagement": rows, "product_event": [launch]})
    assert found.parts("q3.launch_coupling") == (1 + 100, 1 + 10 + 100 + 1000)


def test_a_payment_near_two_launches_counts_once() -> None:
    days = [dt.date(2018, 1, 1), dt.date(2018, 9, 1), dt.date(2020, 1, 1), dt.date(2021, 9, 1)]
    rows = [
        paid("y1", "p1", 2018, 10.0**n, start_date=day, product_id="x1")
        for n, day in enumerate(days)
    ]
    launched = [dt.date(2018, 6, 1), dt.date(2018, 12, 1), dt.date(2021, 6, 1)]
    events = [{"product_id": "x1", "event": "launch", "event_date": day} for day in launched]
    found = Found({"engagement": rows, "product_event": events})
    assert found.parts("q3.launch_coupling") == (1 + 10 + 1000, 1 + 10 + 100 + 1000)


def test_a_year_alone_is_not_near_a_launch() -> None:
    row = paid("y1", "p1", 2019, 9, product_id="x1", date_precision="year")
    launch = {"product_id": "x1", "event": "launch", "event_date": dt.date(2019, 6, 1)}
    found = Found({"engagement": [row], "product_event": [launch]})
    assert found.reason("q3.launch_coupling") == "needs dates to the month"


def test_ten_partners_hold_everything_when_there_are_ten() -> None:
    rows = [paid("y1", f"p{n}", 2019, 10) for n in range(11)]
    partners = [{"partner_id": f"p{n}"} for n in range(11)]
    found = Found({"engagement": rows, "partner": partners})
    assert found.parts("q3.top10_recipients") == (100, 110)
    assert found.parts("q3.single_funder_share") == (11, 11)

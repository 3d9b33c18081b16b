"""The components of relationships by partner, by hand."""

import datetime as dt

from tests.indicator_hand import Found, Rows


def day(year: int) -> dt.date:
    return dt.date(year, 6, 1)


def test_the_fifteen_with_most_money_are_told_and_the_rest_are_a_count() -> None:
    log: Rows = [{"amount": 100 + n, "partner_id": f"p{n:02}"} for n in range(17)]
    partners: Rows = [{"partner_id": f"p{n:02}", "name": f"Group {n}"} for n in range(17)]
    found = Found({"engagement": log, "partner": partners})
    assert found.value("q3.partners") == 17
    assert found.value("q3.partners", part="others") == 2
    told = [row for row in found.known["q3.partners"] if row.by.get("part") == "amount"]
    assert [row.by["partner_id"] for row in told] == [f"p{n:02}" for n in range(16, 1, -1)]
    assert (told[0].label, told[0].value, told[0].unit) == ("Group 16", 116, "EUR")


def test_nobody_is_among_the_rest_where_all_are_told() -> None:
    found = Found({"engagement": [{"amount": 5}]})
    assert found.value("q3.partners") == 1
    assert all(row.by.get("part") != "others" for row in found.known["q3.partners"])


def test_a_relationship_goes_on_only_where_its_payer_could_have_paid() -> None:
    log: Rows = [
        {"amount": 9, "payer_id": "y1", "start_date": day(2018)},
        {"amount": 9, "payer_id": "y1", "start_date": day(2019)},
        {"amount": 9, "payer_id": "y1", "partner_id": "p2", "start_date": day(2020)},
        {"amount": 9, "payer_id": "y2", "start_date": day(2018)},
    ]
    found = Found({"engagement": log})
    assert found.parts("q3.partners", partner_id="p1", part="retention") == (1, 2)


def test_components_are_shares_of_what_is_known_of_the_partner() -> None:
    log: Rows = [
        {"amount": 30, "funding_type": "core_unrestricted", "initiated_by": "partner"},
        {"amount": 70, "funding_type": "project_restricted", "initiated_by": "company"},
        {
            "amount": 50,
            "agreement_start": day(2015),
            "agreement_end": day(2018),
            "payer_id": "y2",
        },
        {"amount": 900, "kind": "support_access", "initiated_by": "partner"},
        {"amount": 5, "partner_id": "p2"},
    ]
    income: Rows = [
        {"partner_id": "p1", "name": "One", "annual_income": 400, "income_currency": "EUR"},
        {"partner_id": "p2", "name": "Two"},
    ]
    found = Found({"engagement": log, "partner": income})
    parts = {
        part: found.parts("q3.partners", partner_id="p1", part=part)
        for part in ("core", "long", "first_step", "dependence")
    }
    assert parts == {"core": (30, 100), "long": (50, 50), "first_step": (1, 2)} | {
        "dependence": (100, 400)
    }
    of_two = [row for row in found.known["q3.partners"] if row.by.get("partner_id") == "p2"]
    assert [row.by["part"] for row in of_two] == ["amount"]


def test_a_name_that_the_source_withholds_is_not_told() -> None:
    partners: Rows = [
        {"partner_id": "p1", "name": "Own", "parent_partner_id": "p3"},
        {"partner_id": "p2", "name": "Hidden", "is_anonymous": True},
        {"partner_id": "p3", "name": "Secret", "is_anonymous": True},
    ]
    log: Rows = [{"amount": 9}, {"amount": 7, "partner_id": "p2"}]
    found = Found({"engagement": log, "partner": partners}, partner_level="parent")
    told = found("q3.partners", partner_id="p3", part="amount")
    assert (told.value, told.label) == (9, "")
    assert found.value("q3.partners") == 1


def test_a_log_without_an_amount_has_no_count_of_partners() -> None:
    assert Found({"engagement": [{}]}).reason("q3.partners") == "no amount is known"
    support: Rows = [{"amount": 9, "kind": "support_access"}]
    assert Found({"engagement": support}).value("q3.partners") == 0

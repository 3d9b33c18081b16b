"""Tenure and one-off relationships by hand; the window is 2015 to 2020."""

import datetime as dt
from typing import Any

import pytest

from tests.indicator_hand import Found


def met(partner: str, *days: dt.date, **given: Any) -> list[dict[str, Any]]:
    return [{"partner_id": partner, "start_date": day, **given} for day in days]


def log(*rows: list[dict[str, Any]]) -> Found:
    partners = [{"partner_id": f"p{n}"} for n in range(1, 6)]
    return Found({"engagement": [row for part in rows for row in part], "partner": partners})


SPRING_16, SPRING_18, WINTER_18 = dt.date(2016, 3, 1), dt.date(2018, 3, 1), dt.date(2018, 12, 31)


def test_half_of_two_pairs_are_together_after_a_year_when_one_met_only_once() -> None:
    found = log(met("p1", SPRING_16), met("p2", SPRING_16, dt.date(2020, 3, 1)))
    assert (found.value("q3.tenure", years="1"), found("q3.tenure", years="1").n) == (0.5, 2)
    low, high = (getattr(found("q3.tenure", years="3"), side) for side in ("ci_low", "ci_high"))
    assert 0 < low < 0.5 < high < 1


def test_pairs_that_all_ended_leave_nobody_and_not_everybody() -> None:
    found = log(met("p1", SPRING_16), met("p2", SPRING_16))
    assert [found.value("q3.tenure", years=years) for years in ("1", "5")] == [0, 0]


def test_a_pair_last_seen_exactly_24_months_before_the_end_has_ended() -> None:
    ended = log(met("p1", SPRING_16, WINTER_18))
    assert ended.value("q3.tenure", years="5") == 0
    censored = log(met("p1", SPRING_16, WINTER_18 + dt.timedelta(days=1)))
    assert censored.value("q3.tenure", years="2") == 1
    assert censored.reason("q3.tenure", years="5") == "no relationship was seen for 5 years"


def test_a_pair_first_seen_in_the_first_year_has_no_known_start() -> None:
    first = dt.date(2015, 12, 31)
    found = log(met("p1", first))
    assert found.reason("q3.tenure") == "the denominator is empty"
    told = log(met("p1", first, agreement_start=dt.date(2015, 6, 1)))
    assert told("q3.tenure", years="1").n == 1


def test_a_relationship_older_than_the_window_enters_late() -> None:
    old = met("p1", dt.date(2017, 1, 1), agreement_start=dt.date(2013, 1, 1))
    new = met("p2", SPRING_16, SPRING_18)
    found = log(old, new, met("p3", SPRING_16, dt.date(2020, 6, 1)))
    assert found.value("q3.tenure", years="2") == pytest.approx(1 / 2)


def test_once_all_had_ended_a_late_entrant_brings_nobody_back() -> None:
    first = {"agreement_start": dt.date(2013, 1, 1)}
    found = log(met("p1", SPRING_16), met("p2", SPRING_18, **first))
    assert found.value("q3.tenure", years="5") == 0
    assert found.value("q3.tenure", years="1") == 0


def test_a_one_off_is_over_within_a_year_and_under_no_long_agreement() -> None:
    year_later = dt.date(2017, 3, 1)
    long = {"agreement_start": SPRING_16, "agreement_end": dt.date(2018, 2, 28)}
    found = log(
        met("p1", SPRING_16, year_later - dt.timedelta(days=1)),
        met("p2", SPRING_16, year_later),
        met("p3", SPRING_16, **long),
        met("p4", dt.date(2019, 1, 1)),
    )
    assert found.parts("q3.transactional_share") == (1, 3)


def test_years_alone_do_not_tell_spells_of_months() -> None:
    found = log(met("p1", SPRING_16, date_precision="year"))
    for name in ("q3.tenure", "q3.transactional_share"):
        assert found.reason(name) == "needs dates to the month"


def test_a_reversal_is_no_meeting() -> None:
    back = {"reverses_engagement_id": "e0", "amount": -1}
    found = log(met("p1", SPRING_16, amount=1), met("p1", SPRING_18, **back))
    assert found.parts("q3.transactional_share") == (1, 1)

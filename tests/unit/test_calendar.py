"""Periods are whole steps of the calendar since the window's start."""

import datetime as dt

import pytest

from impact.calendar import period_count, period_index, period_of, period_start
from tests.core_tables import core, frame, study


@pytest.mark.parametrize(
    ("period", "date", "index"),
    [
        ("month", "2020-02-15", 0),
        ("month", "2020-03-01", 1),
        ("month", "2021-01-31", 11),
        ("month", "2020-01-31", -1),
        ("quarter", "2020-03-31", 0),
        ("quarter", "2020-04-01", 1),
        ("year", "2020-12-31", 0),
        ("year", "2019-12-31", -1),
    ],
)
def test_a_date_lies_in_the_period_of_the_calendar(period: str, date: str, index: int) -> None:
    february = study(period, start="2020-02-10")
    assert period_of(dt.date.fromisoformat(date), february) == index
    rows = core("outcome", [{"unit_id": "u", "period_start": date}])
    expression = rows.select(period=period_index(rows.period_start, february))
    assert frame(expression)["period"].tolist() == [index]


def test_a_year_of_months_has_twelve_periods() -> None:
    assert period_count(study()) == 12
    assert period_count(study("quarter")) == 4


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_the_first_day_of_a_period_lies_in_it(period: str) -> None:
    years = study(period, start="2018-05-20", end="2021-12-31")
    for index in range(period_count(years)):
        first = period_start(index, years)
        assert period_of(first, years) == index
        assert period_of(first - dt.timedelta(days=1), years) == index - 1

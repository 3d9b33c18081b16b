"""Numbers and dates of one column as a source may write them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis
import pytest

from intake.dates import read_dates
from intake.numbers import read_number
from schemas.date_formats import confusable, precision
from schemas.mapping import NumberFormat
from schemas.registry import TABLES
from tests.intake_world import engine

AMOUNT = TABLES["engagement"].column("amount")
SHARE = TABLES["engagement_allocation"].column("share")
PERSONS = TABLES["outcome"].column("person_count")


def read(texts: list[str], column: Any = AMOUNT, code: str | None = None, **style: Any) -> Any:
    """The values of texts in one column written in this style."""
    table = ibis.memtable({"text": texts}, schema={"text": "string"})
    number = read_number(table.text, column, NumberFormat(**style), ibis.literal(code, "string"))
    return engine().to_pyarrow(table.select(number=number)).column(0).to_pylist()


@pytest.mark.parametrize(
    ("style", "good"),
    [
        ({"decimal": ","}, {"1234,5": "1234.5", "-3": "-3"}),
        ({"decimal": ",", "thousands": "."}, {"1.234.567,89": "1234567.89", "1234,5": "1234.5"}),
        ({"thousands": "'"}, {"1'234.50": "1234.5", "1\u2019234": "1234"}),
        ({"thousands": " "}, {"1 234.5": "1234.5", "1\u00a0234": "1234", "1\u202f234": "1234"}),
        (
            {"currency": ["CHF", "€"]},
            {"CHF 5": "5", "5 CHF": "5", "€5": "5", "-€5": "-5", "5€": "5", "€-5": "-5"},
        ),
        ({"brackets": True}, {"(500)": "-500", "7": "7"}),
        (
            {"brackets": True, "currency": ["CHF"], "thousands": ","},
            {"(CHF 1,500.25)": "-1500.25", "CHF (1,500)": "-1500"},
        ),
        ({"rounding": "half_up"}, {"1421.2379999999998": "1421.238", "-0.00005": "-0.0001"}),
        ({}, {"500": "500", "+0.0001": "0.0001"}),
    ],
)
def test_amounts_have_the_value_meant(style: dict[str, Any], good: dict[str, str]) -> None:
    assert read(list(good), **style) == [Decimal(value) for value in good.values()]


@pytest.mark.parametrize(
    ("style", "bad"),
    [
        ({"decimal": ","}, ["1.234,5", "1 234"]),
        ({"decimal": ",", "thousands": "."}, ["12.34,5", "1,234.5"]),
        ({"thousands": "'"}, ["1'23", "1'2345"]),
        ({"thousands": " "}, ["1 23", " 1"]),
        ({"currency": ["CHF", "€"]}, ["EUR 5", "CHF", "CHF CHF 5", "$5", "5 CHF 5"]),
        ({"brackets": True}, ["(500", "500)", "(-5)", "()", "((5))"]),
        ({"rounding": "half_up"}, ["1e3", "99999999999999.99999"]),
        ({}, ["(500)", "CHF 5", "5 %", "1e400", "inf", "nan", "0x1F", "1.23456", "1_000", "٣"]),
    ],
)
def test_what_is_not_declared_is_not_read(style: dict[str, Any], bad: list[str]) -> None:
    assert read(bad, **style) == [None] * len(bad)


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("EUR", "123.45"), ("JPY", "12345"), ("KWD", "12.345"), ("CLF", "1.2345")],
)
def test_minor_units_follow_the_currency(currency: str, amount: str) -> None:
    texts = ["12345", "1.5", ""]
    assert read(texts, code=currency, money="minor") == [Decimal(amount), None, None]


def test_minor_units_of_no_currency_are_unknown() -> None:
    assert read(["12345"], money="minor") == [None]


def test_a_percentage_is_a_share() -> None:
    shares = read(["12.5", "12.5%", "12.5 %", "%"], SHARE, percent=True)
    assert shares == [0.125, 0.125, 0.125, None]


def test_whole_numbers_are_grouped_too() -> None:
    assert read(["1,234", "1234", "1.5"], PERSONS, thousands=",") == [1234, 1234, None]


def days(texts: list[str], *formats: str, is_last_day: bool = False) -> list[tuple[Any, Any]]:
    """The date and its precision of each text."""
    table = ibis.memtable({"text": texts}, schema={"text": "string"})
    found = read_dates(table.text, formats, is_last_day=is_last_day)
    told = engine().to_pyarrow(table.select(day=found.value, exact=found.precision)).to_pylist()
    return [(row["day"], row["exact"]) for row in told]


def test_a_month_or_a_year_stands_for_its_first_day_or_its_last() -> None:
    formats = ("%Y-%m-%d", "%Y-%m", "%Y")
    texts = ["2012-02-03", "2012-02", "2012", "12"]
    first = [dt.date(2012, 2, 3), dt.date(2012, 2, 1), dt.date(2012, 1, 1), None]
    last = [dt.date(2012, 2, 3), dt.date(2012, 2, 29), dt.date(2012, 12, 31), None]
    exact = ["day", "month", "year", None]
    assert days(texts, *formats) == list(zip(first, exact, strict=True))
    assert days(texts, *formats, is_last_day=True) == list(zip(last, exact, strict=True))


def test_serial_numbers_count_from_1900_or_1904() -> None:
    assert days(["36925", "36925.999", "60", "2958466"], "excel_serial") == [
        (dt.date(2001, 2, 3), "day"),
        (dt.date(2001, 2, 3), "day"),
        (None, None),
        (None, None),
    ]
    assert days(["35463"], "excel_serial_1904") == [(dt.date(2001, 2, 3), "day")]


@pytest.mark.parametrize(
    "pair",
    [
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%m-%d-%y", "%d-%m-%y"),
        ("%Y", "excel_serial"),
        ("excel_serial", "excel_serial_1904"),
        ("%Y-%d-%m", "%Y-%m-%d"),
    ],
)
def test_formats_that_can_be_confused_are_known(pair: tuple[str, str]) -> None:
    assert confusable(pair) is not None


@pytest.mark.parametrize(
    "formats", [("%d.%m.%Y", "%Y-%m-%d", "%b %Y", "%Y"), ("%d/%m/%Y", "%d/%m/%y"), ("%Y",)]
)
def test_formats_that_differ_stand_together(formats: tuple[str, ...]) -> None:
    assert confusable(formats) is None


def test_a_format_without_a_day_is_less_precise() -> None:
    told = {"%d.%m.%Y": "day", "%b %Y": "month", "%Y": "year", "excel_serial": "day"}
    assert {pattern: precision(pattern) for pattern in told} == told

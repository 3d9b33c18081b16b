"""What a source writes in a declared form is read back, and conversion makes no money."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ibis
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.dates import read_dates
from intake.money import daily_rates
from intake.numbers import read_number
from schemas.date_formats import confusable, precision
from schemas.mapping import NumberFormat
from schemas.registry import TABLES
from schemas.study import Study
from tests.intake_world import engine

AMOUNT = TABLES["engagement"].column("amount")
CENT = Decimal("0.0001")
AMOUNTS = st.decimals(-(10**13), 10**13, places=4, allow_nan=False)
STYLES = st.sampled_from(
    [
        {"decimal": ".", "thousands": ","},
        {"decimal": ",", "thousands": "."},
        {"decimal": ",", "thousands": " "},
        {"decimal": ".", "thousands": "'"},
    ]
)
PATTERNS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%Y-%m-%d", "%d %b %Y", "%b %Y", "%Y-%m")
DAYS = st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31))


def column(texts: list[str]) -> ibis.Table:
    """One column of text."""
    return ibis.memtable({"text": texts}, schema={"text": "string"})


def values(table: ibis.Table, value: Any) -> list[Any]:
    """The values of an expression over a table."""
    found: list[Any] = engine().to_pyarrow(table.select(value=value)).column(0).to_pylist()
    return found


def written(amount: Decimal, style: dict[str, str]) -> str:
    """An amount with the style's signs, in brackets where negative, with its currency."""
    plain = f"{abs(amount):,}"
    signs = {",": style["thousands"], ".": style["decimal"]}
    text = "CHF " + "".join(signs.get(sign, sign) for sign in plain)
    return f"({text})" if amount < 0 else text


@settings(max_examples=20, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=30), STYLES)
def test_a_written_amount_is_read_back(amounts: list[Decimal], style: dict[str, str]) -> None:
    table = column([written(amount, style) for amount in amounts])
    declared = NumberFormat.model_validate({**style, "currency": ["CHF"], "brackets": True})
    assert values(table, read_number(table.text, AMOUNT, declared, None)) == amounts


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=30), STYLES)
def test_no_text_is_read_as_an_amount_of_other_digits(
    texts: list[str], style: dict[str, str]
) -> None:
    table = column(texts)
    declared = NumberFormat.model_validate({**style, "currency": ["CHF"], "brackets": True})
    found = values(table, read_number(table.text, AMOUNT, declared, None))
    for text, amount in zip(texts, found, strict=True):
        digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
        if amount is not None:
            assert digits
            assert abs(amount) <= int(digits)


@settings(max_examples=20, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=30), st.sampled_from(PATTERNS))
def test_a_written_date_is_read_back(days: list[dt.date], pattern: str) -> None:
    table = column([day.strftime(pattern) for day in days])
    meant = [day if precision(pattern) == "day" else day.replace(day=1) for day in days]
    assert values(table, read_dates(table.text, (pattern,), is_last_day=False).value) == meant


@settings(max_examples=8, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=10), st.permutations(PATTERNS))
def test_formats_that_stand_together_never_disagree(
    days: list[dt.date], patterns: list[str]
) -> None:
    chosen: list[str] = []
    for pattern in patterns:
        if confusable([*chosen, pattern]) is None:
            chosen.append(pattern)
    table = column([day.strftime(chosen[-1]) for day in days])
    alone = values(table, read_dates(table.text, (chosen[-1],), is_last_day=True).value)
    assert values(table, read_dates(table.text, tuple(chosen), is_last_day=True).value) == alone


RATES = st.dictionaries(
    st.dates(dt.date(2001, 1, 1), dt.date(2003, 12, 31)), st.integers(1, 9), min_size=1, max_size=8
)


@settings(max_examples=30, deadline=None)
@given(RATES)
def test_a_day_has_one_rate_the_latest_before_it(rates: dict[dt.date, int]) -> None:
    made = [
        {"currency": "USD", "to_currency": "EUR", "rate_date": day, "rate": float(rate)}
        for day, rate in rates.items()
    ]
    daily = daily_rates(ibis.memtable(pl.DataFrame(made)), study())
    found = dict(zip(daily["day"], daily["rate"], strict=True))
    assert len(found) == len(daily)
    for day in (dt.date(2001, 1, 1), dt.date(2002, 7, 1), dt.date(2004, 6, 30)):
        assert found.get(day) == expected(rates, day)


def expected(rates: dict[dt.date, int], day: dt.date) -> int | None:
    """The rate of a day by the words of the contract."""
    before = [known for known in rates if known <= day]
    if before:
        return rates[max(before)]
    same_year = [known for known in rates if known.year == day.year]
    return rates[same_year[0]] if len(same_year) == 1 else None


def study() -> Study:
    """A study in euros whose clock stands in 2004."""
    return Study.model_validate(
        {
            "study_id": "small",
            "title": "Small",
            "period": "year",
            "window": {"start": "2001-01-01", "end": "2003-12-31"},
            "as_of": "2004-06-30",
            "currency": "EUR",
            "sources": [{"table": "unit", "path": "unit.csv"}],
        }
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.decimals(-9999, 9999, places=12), min_size=1, max_size=20))
def test_more_than_four_decimals_are_rounded_half_up(amounts: list[Decimal]) -> None:
    table = column([f"{amount:f}" for amount in amounts])
    found = values(table, read_number(table.text, AMOUNT, NumberFormat(rounding="half_up"), None))
    assert found == [amount.quantize(CENT, ROUND_HALF_UP) for amount in amounts]


def test_rates_to_another_currency_only_are_none() -> None:
    row = {"currency": "USD", "to_currency": "SEK", "rate_date": dt.date(2001, 1, 1), "rate": 1.0}
    assert daily_rates(ibis.memtable(pl.DataFrame([row])), study()).is_empty()

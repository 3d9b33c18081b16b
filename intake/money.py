"""Money in the reporting currency: dated rates, exact products, and what is taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import polars as pl

from intake.checks import Catalogue, Check, Rule, broken
from intake.decimals import exact_product
from schemas.study import Study

MISSING_RATE = "missing_rate"
ORIGIN = ["source_file", "source_row"]

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


@dataclass(frozen=True)
class Converted:
    """A table with the rate of each row where there is one, and checks of rows that lack it."""

    table: ibis.Table
    checks: tuple[Check, ...]


def in_reporting_currency(table: ibis.Table, rates: ibis.Table | None, study: Study) -> Converted:
    """Fill `amount_reporting` where the source has none: amount times the rate of its date.

    The rate is the latest on or before the date, else the only one of its year; a date known
    to the month or the year is taken at its last day. Products keep all digits and are rounded
    half up to four decimals. An unknown amount stays unknown. `rates` is core `fx_rate`.
    Each row meets at most one rate, so rows and sums stay as they are.
    """
    needed = table.given_amount & ~table.given_amount_reporting
    known = needed & table.amount.notnull() & table.currency.notnull()
    at_home = known & (table.currency == study.currency)
    abroad = known & (table.currency != study.currency)
    table = table.mutate(
        rate_currency=ibis.ifelse(abroad, table.currency, ibis.null("string")),
        rate_date=_rate_date(table),
    )
    table = _with_rate(table, rates, study)
    converted = exact_product(table.amount, table.rate)
    amount = ibis.cases((at_home, table.amount), (abroad, converted), else_=table.amount_reporting)
    table = table.mutate(amount_reporting=amount, is_abroad=abroad)
    return Converted(table, _checks(table, study))


def with_disclosed_rates(table: ibis.Table, rates: ibis.Table | None, study: Study) -> Converted:
    """The rate of disclosed sums in other currencies, taken at the last day of their year.

    Their amounts stay as disclosed: `rate` only says whether they can be compared with the log.
    """
    known = table.amount.notnull() & table.currency.notnull() & (table.year <= study.as_of.year)
    abroad = known & (table.currency != study.currency)
    table = table.mutate(
        rate_currency=ibis.ifelse(abroad, table.currency, ibis.null("string")),
        rate_date=ibis.date(table.year.cast("int32"), 12, 31),
    )
    table = _with_rate(table, rates, study)
    missing = _missing_rate(study, "add the rate to fx_rate")
    return Converted(table, (Check(missing, table.rate_currency.notnull() & table.rate.isnull()),))


def _missing_rate(study: Study, remedy: str) -> Rule:
    what = f"the amount has no rate to {study.currency} on its date"
    return Rule("currency", MISSING_RATE, what, remedy)


def _checks(table: ibis.Table, study: Study) -> tuple[Check, ...]:
    asked = table.is_abroad & table.rate_date.notnull()
    missing = _missing_rate(study, "add the rate to fx_rate, or give amount_reporting")
    large = Rule(
        "amount_reporting", "range", "the converted amount has too many digits", "check the rate"
    )
    is_large = table.is_abroad & table.rate.notnull() & table.amount_reporting.isnull()
    return (Check(missing, asked & table.rate.isnull()), Check(large, is_large))


def _rate_date(table: ibis.Table) -> Value:
    start, precision = table.start_date, table.date_precision
    year_end = ibis.date(start.year(), 12, 31)
    month_end = start.truncate("M") + ibis.interval(months=1) - ibis.interval(days=1)
    return ibis.cases(
        (precision == "year", year_end), (precision == "month", month_end), else_=start
    )


def _with_rate(table: ibis.Table, rates: ibis.Table | None, study: Study) -> ibis.Table:
    if rates is None:
        return table.mutate(rate=ibis.null("float64"))
    daily = ibis.memtable(daily_rates(rates, study))
    named = daily.select(rate_currency="currency", rate_date="day", rate="rate")
    joined = table.left_join(named, ["rate_currency", "rate_date"])
    return joined.select(*[table[name] for name in table.columns], joined.rate)


def daily_rates(rates: ibis.Table, study: Study) -> pl.DataFrame:
    """One row per currency and day, `currency, day, rate`: what one unit is in the study's."""
    ours = rates.filter(rates.to_currency == study.currency)
    frame: pl.DataFrame = ours.select("currency", "rate_date", "rate").to_polars()
    frame = frame.sort("currency", "rate_date")
    if frame.is_empty():
        return pl.DataFrame(schema={"currency": pl.String, "day": pl.Date, "rate": pl.Float64})
    first = dt.date(min(frame["rate_date"]).year, 1, 1)
    last = dt.date(max(*frame["rate_date"], study.as_of).year, 12, 31)
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    calendar = frame.select("currency").unique().join(days, how="cross").sort("currency", "day")
    filled = calendar.join_asof(
        frame, left_on="day", right_on="rate_date", by="currency", check_sortedness=False
    )
    before = _only_of_year(frame)
    filled = filled.with_columns(year=pl.col("day").dt.year()).join(
        before, ["currency", "year"], how="left"
    )
    rate = pl.coalesce("rate", "only_rate")
    return filled.select("currency", "day", rate=rate).drop_nulls().sort("currency", "day")


def _only_of_year(frame: pl.DataFrame) -> pl.DataFrame:
    by_year = frame.group_by("currency", year=pl.col("rate_date").dt.year())
    counted = by_year.agg(pl.len().alias("count"), only_rate=pl.col("rate").first())
    return counted.filter(pl.col("count") == 1).drop("count")


def over_reversed(rows: ibis.Table, catalogue: Catalogue) -> list[ibis.Table]:
    """Reversals that are no reversal: positive, or together larger than what they take back.

    Compared in the payment's own currency where all are in it, else in the reporting one.
    """
    back = rows.filter(rows.reverses_engagement_id.notnull(), rows.amount.notnull())
    paid = rows.select(
        reverses_engagement_id="engagement_id",
        paid="amount",
        paid_reporting="amount_reporting",
        paid_currency="currency",
    )
    pairs = back.inner_join(paid, "reverses_engagement_id")
    is_same = pairs.currency == pairs.paid_currency
    pairs = pairs.mutate(
        taken=ibis.ifelse(is_same, pairs.amount, pairs.amount_reporting),
        most=ibis.ifelse(is_same, pairs.paid, pairs.paid_reporting),
    )
    both = ibis.window(group_by=["reverses_engagement_id", "currency"])
    pairs = pairs.mutate(total=pairs.taken.sum().over(both))
    more = Rule(
        "amount",
        "reversal",
        "the reversals of a payment take back more than was paid",
        "correct the amount, or the engagement it reverses",
    )
    plus = Rule(
        "amount", "reversal", "a reversal must not have a positive amount", "write it as a minus"
    )
    return [
        broken(pairs.filter(-pairs.total > pairs.most), catalogue.number(more)),
        broken(back.filter(back.amount > 0), catalogue.number(plus)),
    ]

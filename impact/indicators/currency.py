"""Amounts that the engagement log does not hold, in the reporting currency."""

import pandas as pd

from impact.indicators.tables import IndicatorTables


def to_reporting(rows: pd.DataFrame, tables: IndicatorTables) -> pd.Series:
    """`rows.amount` (float) of `rows.currency` at `rows.date`, in the reporting currency.

    The latest rate on or before the date, else the only one of its year; NaN without either.
    """
    keys = ["currency", "date"]
    days = rows[keys].drop_duplicates()
    rates = [
        _rate(str(currency), date, tables)
        for currency, date in zip(days["currency"], days["date"], strict=True)
    ]
    known = days.assign(rate=pd.Series(rates, index=days.index, dtype=float))
    rate: pd.Series = rows[keys].merge(known, on=keys, how="left", validate="m:1")["rate"]
    return rows["amount"] * rate.set_axis(rows.index)


def _rate(currency: str, date: pd.Timestamp, tables: IndicatorTables) -> float:
    if currency == tables.study.currency:
        return 1.0
    rates = tables.rates(currency)
    before = rates[rates["rate_date"] <= date]
    if len(before):
        return float(before["rate"].iloc[-1])
    same = rates[rates["rate_date"].dt.year == date.year]
    return float(same["rate"].iloc[0]) if len(same) == 1 else float("nan")

"""Q3: counts, concentration and retention of payers, partners and pairs."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pandas as pd

from impact.indicators.made import (
    EMPTY,
    not_evaluated,
    share_of_cases,
    share_of_sum,
    value_of,
)
from impact.indicators.payments import MEDIAN, QUANTILES, Payments, Population
from schemas.findings import Indicator

TOP = 10
Row = tuple[Payments, Population, pd.DataFrame]


def measure_relationships(payments: Payments) -> Iterator[Indicator]:
    """Indicators of pairs and years, for each population."""
    for population in payments.populations:
        pairs = payments.pairs_of(population)
        yield from _counts(payments, population, pairs)
        yield from _medians(payments, population)
        yield from _lasting(payments, population, pairs)
        yield from _concentration(payments, population, pairs)
    yield from retention(payments)
    yield from trends(payments)


def retention(payments: Payments) -> Iterator[Indicator]:
    """Pairs of a year that are seen in the next, over payers that pay somebody in both."""
    study = payments.tables.study
    relations = payments.relations
    pair = relations.groupby(["payer_id", "partner_id"]).ngroup()
    seen = relations.assign(pair=pair).drop_duplicates(["pair", "year"])
    neighbours = _neighbours(seen["year"].unique())
    if not neighbours:
        yield not_evaluated("q3.retention", "needs payments in two neighbouring years", study)
    by_year = dict(list(seen.groupby("year")))
    for first, second in neighbours:
        now, then = by_year[first], by_year[second]
        asked = now.loc[now["payer_id"].isin(then["payer_id"].unique()), "pair"]
        kept = int(asked.isin(then["pair"]).sum())
        by = {"from_year": str(first), "year": str(second)}
        yield share_of_cases("q3.retention", kept, len(asked), study, by)


def trends(payments: Payments) -> Iterator[Indicator]:
    """Payments and their amounts by year, and of two years over payers that pay in both."""
    sums = payments.relations.groupby(["year", "payer_id"])[["payment_count", "paid"]].sum()
    by_year = {int(year): sums.loc[year] for year in sums.index.unique("year")}
    for year, rows in by_year.items():
        yield from _paid(rows, {"year": str(year)}, payments)
    for first, second in _neighbours(by_year):
        both = by_year[first].index.intersection(by_year[second].index)
        for year in (first, second):
            by = {"payers": f"in {first} and {second}", "year": str(year)}
            yield from _paid(by_year[year].loc[both], by, payments)


def _paid(rows: pd.DataFrame, by: dict[str, str], payments: Payments) -> Iterator[Indicator]:
    study, n = payments.tables.study, int(rows["payment_count"].sum())
    yield value_of("q3.payments", n, n, study, by)
    amount = value_of("q3.payments", rows["paid"].sum(), n, study, {**by, "part": "amount"})
    yield amount.model_copy(update={"unit": study.currency})


def _neighbours(years: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring calendar years with payments."""
    return [(a, b) for a, b in pairwise(sorted(int(year) for year in years)) if b == a + 1]


def _counts(payments: Payments, population: Population, pairs: pd.DataFrame) -> Iterator[Indicator]:
    study, by = payments.tables.study, population.by
    count = int(pairs["payment_count"].sum())
    if not count and not payments.has_amounts:
        for name in ("q3.payments", "q3.payers", "q3.pairs"):
            yield not_evaluated(name, "no amount is known", study, by)
        return
    keys = pairs[["payer_id", "partner_id"]].drop_duplicates()
    yield value_of("q3.payments", count, count, study, by)
    yield value_of("q3.payers", keys["payer_id"].nunique(), count, study, by)
    yield value_of("q3.pairs", len(keys), len(keys), study, by)


def _medians(payments: Payments, population: Population) -> Iterator[Indicator]:
    study, found = payments.tables.study, payments.totals(population)["quantiles"]
    if found is None:
        yield not_evaluated("q3.median_payment", EMPTY, study, population.by)
        return
    count = int(payments.pairs_of(population)["payment_count"].sum())
    for quantile, value in zip(QUANTILES, found, strict=True):
        by = {**({} if quantile == MEDIAN else {"quantile": quantile}), **population.by}
        yield value_of("q3.median_payment", value, count, study, by)


def _lasting(
    payments: Payments, population: Population, pairs: pd.DataFrame
) -> Iterator[Indicator]:
    study, by = payments.tables.study, population.by
    years = pairs.groupby(["payer_id", "partner_id"])["year"].nunique()
    for indicator_id, least in (("q3.pairs_two_years", 2), ("q3.pairs_three_years", 3)):
        yield share_of_cases(indicator_id, int((years >= least).sum()), len(years), study, by)
    payers = pairs.groupby("partner_id")["payer_id"].nunique()
    single = int((payers == 1).sum())
    yield share_of_cases("q3.single_funder_share", single, len(payers), study, by)


def _concentration(
    payments: Payments, population: Population, pairs: pd.DataFrame
) -> Iterator[Indicator]:
    study, by = payments.tables.study, population.by
    for side, key in (("recipients", "partner_id"), ("payers", "payer_id")):
        sums = pairs.groupby(key)["paid"].sum().sort_values(ascending=False)
        total, largest = float(sums.sum()), float(sums.head(TOP).sum())
        if total > 0:
            index = float(((sums / total) ** 2).sum())
            yield value_of(f"q3.hhi_{side}", index, len(sums), study, by)
        else:
            yield not_evaluated(f"q3.hhi_{side}", EMPTY, study, by)
        yield share_of_sum(f"q3.top10_{side}", largest, total, len(sums), study, by)


def measure_money_shares(payments: Payments) -> Iterator[Indicator]:
    """Shares of money: under long agreements, and free to use."""
    for name, part, whole in (
        ("q3.multi_year_share", "long_paid", "dated"),
        ("q3.core_share", "core_paid", "funded"),
    ):
        for population in payments.populations:
            totals = payments.totals(population)
            counted, total = totals[part], totals[f"{whole}_paid"]
            n = totals[f"{whole}_count"]
            yield share_of_sum(name, counted, total, n, payments.tables.study, population.by)

"""Q3 a second time, from the registry's definitions: money between payers and partners."""

import pandas as pd

from tests.indicator_parts import (
    SUPPORT,
    UNCLEAR,
    Expected,
    Given,
    activities,
    counted,
    flags,
    mean_of,
    money_log,
    months_later,
    payments_of_all_kinds,
    quantile_of,
    ratio,
)
from tests.indicator_reference_partners import is_long, largest_of_income, put_partners
from tests.indicator_reference_tenure import put_time

PAIR = ["payer_id", "partner_id"]


def put_q3(given: Given) -> None:
    """Every row of Q3."""
    paid = payments_of_all_kinds(given)
    paid = paid[~paid["kind"].isin(SUPPORT)]
    _put_money(given, paid)
    if paid["kind"].isin(UNCLEAR).any():
        clear = paid[~paid["kind"].isin(UNCLEAR)]
        _put_money(given, clear, kinds="advocacy")
    _put_retention(given, paid)
    _put_trends(given, paid)
    put_partners(given, paid)
    _put_dependence(given, paid)
    put_time(given)
    _put_first_step(given)
    _put_trust(given)


def _put_money(given: Given, paid: pd.DataFrame, **by: str) -> None:
    n = len(paid)
    pairs = paid.groupby(PAIR)["year"].nunique()
    unknown = None if n or len(money_log(given)) else Expected()
    given.put("q3.payments", unknown or Expected(n, n=n), **by)
    payers = paid["payer_id"].nunique()
    given.put("q3.payers", unknown or Expected(payers, n=n), **by)
    given.put("q3.pairs", unknown or Expected(len(pairs), n=len(pairs)), **by)
    given.put("q3.median_payment", quantile_of(paid["net"], 0.5), **by)
    for at in (0.25, 0.75):
        if n:
            given.put("q3.median_payment", quantile_of(paid["net"], at), quantile=at, **by)
    given.put("q3.pairs_two_years", flags(pairs >= 2), **by)
    given.put("q3.pairs_three_years", flags(pairs >= 3), **by)
    funders = paid.groupby("partner_id")["payer_id"].nunique()
    given.put("q3.single_funder_share", flags(funders == 1), **by)
    _put_concentration(given, paid, by)
    _put_quality(given, paid, by)
    _put_launches(given, paid, by)


def _put_concentration(given: Given, paid: pd.DataFrame, by: dict[str, str]) -> None:
    for column, name in (("partner_id", "recipients"), ("payer_id", "payers")):
        sums = paid.groupby(column)["net"].sum().sort_values(ascending=False)
        total, n = float(sums.sum()), len(sums)
        hhi = Expected(float(((sums / total) ** 2).sum()), n=n) if n else Expected()
        given.put(f"q3.hhi_{name}", hhi, **by)
        given.put(f"q3.top10_{name}", ratio(float(sums.head(10).sum()), total, n), **by)


def _part(rows: pd.DataFrame, is_in: pd.Series) -> Expected:
    """Net amounts of the part over those of the whole."""
    return ratio(float(rows.loc[is_in, "net"].sum()), float(rows["net"].sum()), len(rows))


def _put_quality(given: Given, paid: pd.DataFrame, by: dict[str, str]) -> None:
    agreed = paid[paid["agreement_start"].notna() & paid["agreement_end"].notna()]
    spans = zip(agreed["agreement_start"], agreed["agreement_end"], strict=True)
    long = pd.Series([is_long(a, b) for a, b in spans], index=agreed.index, dtype=bool)
    given.put("q3.multi_year_share", _part(agreed, long), **by)
    funded = paid[paid["funding_type"].notna() & (paid["funding_type"] != "none")]
    core = funded["funding_type"] == "core_unrestricted"
    given.put("q3.core_share", _part(funded, core), **by)


def _put_launches(given: Given, paid: pd.DataFrame, by: dict[str, str]) -> None:
    event = given.frames["product_event"]
    launches = event[event["event"] == "launch"].groupby("product_id")["event_date"].apply(list)
    tied = paid[paid["product_id"].isin(launches.index)]
    near = pd.Series(
        [
            any(months_later(x, -12) <= day <= months_later(x, 12) for x in launches[product])
            for product, day in zip(tied["product_id"], tied["start_date"], strict=True)
        ],
        index=tied.index,
        dtype=bool,
    )
    is_coarse = (tied["date_precision"] == "year").sum() > 0.05 * len(tied)
    given.put("q3.launch_coupling", Expected() if is_coarse else _part(tied, near), **by)


def _put_retention(given: Given, paid: pd.DataFrame) -> None:
    years = set(paid["year"])
    for year in sorted(year for year in years if year + 1 in years):
        now, then = paid[paid["year"] == year], paid[paid["year"] == year + 1]
        still = now[now["payer_id"].isin(then["payer_id"])]
        old, new = (set(map(tuple, rows[PAIR].to_numpy())) for rows in (still, then))
        row = counted(len(old & new), len(old))
        given.put("q3.retention", row, from_year=year, year=year + 1)


def _put_trends(given: Given, paid: pd.DataFrame) -> None:
    payers = {year: set(mine["payer_id"]) for year, mine in paid.groupby("year")}
    for year, mine in paid.groupby("year"):
        _put_year(given, mine, year=year)
        for a, b in ((year - 1, year), (year, year + 1)):
            both = payers.get(a, set()) & payers.get(b, set())
            if a in payers and b in payers:
                told = mine[mine["payer_id"].isin(both)]
                _put_year(given, told, payers=f"in {a} and {b}", year=year)


def _put_year(given: Given, rows: pd.DataFrame, **by: object) -> None:
    n = len(rows)
    given.put("q3.payments", Expected(n, n=n), **by)
    given.put("q3.payments", Expected(float(rows["net"].sum()), n=n), **by, part="amount")


def _put_dependence(given: Given, paid: pd.DataFrame) -> None:
    found = largest_of_income(given, paid)
    rows = sorted((-row.value, name) for name, row in found.items() if row.value > 0.25)
    for _, name in rows[:50]:
        given.put("q3.dependence", found[name], partner_id=name)
    above = pd.Series([row.value > 0.25 for row in found.values()], dtype=bool)
    given.put("q3.dependence", flags(above))


def _put_first_step(given: Given) -> None:
    log = activities(given)
    known = log[log["initiated_by"].notna()]
    given.put("q3.reciprocity", flags(known["initiated_by"].isin(["partner", "joint"])))
    amount, funding = log["amount"], log["funding_type"]
    told = log[amount.notna() | funding.notna()]
    free = (told["amount"] == 0) | told["funding_type"].isin(["none", "in_kind"])
    may_be_payments_alone = len(told) and not free.any() and funding.notna().sum() == 0
    shown = Expected() if may_be_payments_alone else flags(free)
    given.put("q3.reciprocity", shown, part="non_monetary")


def _put_trust(given: Given) -> None:
    survey = given.frames["partner_survey"]
    top = survey["score"] >= survey["scale_max"] - 1
    waves = sorted(set(survey["wave"]))
    given.put("q3.trust", flags(top[survey["wave"] == waves[-1]]) if waves else Expected())
    means = (survey["score"] / survey["scale_max"]).groupby([survey["wave"], survey["partner_id"]])
    mean = means.mean()
    for i, wave in enumerate(waves):
        given.put("q3.trust", flags(top[survey["wave"] == wave]), wave=wave)
        _put_response(given, survey[survey["wave"] == wave], wave)
        if i:
            change = (mean[wave] - mean[waves[i - 1]]).dropna()
            given.put("q3.trust", mean_of(change), wave=wave, part="paired_change")


def _put_response(given: Given, answers: pd.DataFrame, wave: str) -> None:
    invited = answers.groupby("partner_id")["invited_count"].max().dropna()
    per_item = answers.groupby(["partner_id", "item_id"]).size().groupby("partner_id").max()
    answered = sum(min(per_item[name], most) for name, most in invited.items())
    row = counted(float(answered), float(invited.sum()))
    given.put("q3.trust", row, wave=wave, part="response_rate")

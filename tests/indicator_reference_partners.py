"""Q3 a second time, by partner: how many were paid, and the components of the fifteen largest."""

import datetime as dt

import pandas as pd

from tests.indicator_parts import (
    SUPPORT,
    Expected,
    Given,
    counted,
    in_reporting,
    money_log,
    months_later,
    named_only,
    ratio,
)

NAME = "q3.partners"


def is_long(start: dt.date, end: dt.date) -> bool:
    """Whether an agreement, its last day included, holds for 24 months or more."""
    if pd.isna(start) or pd.isna(end):
        return False
    return end + dt.timedelta(days=1) >= months_later(start, 24)


def largest_of_income(given: Given, paid: pd.DataFrame) -> dict[str, Expected]:
    """By partner with an income: the most of one payer in one year, over it."""
    most = paid.groupby(["partner_id", "payer_id", "year"])["net"].sum()
    partner = given.frames["partner"].set_index("partner_id")
    found = {}
    for name, largest in most.groupby("partner_id").max().items():
        money = partner["annual_income"].get(name)
        if pd.isna(money):
            continue
        currency = str(partner["income_currency"][name])
        income = in_reporting(given, float(money), currency, given.horizon)
        if income:
            found[str(name)] = Expected(largest / income, float(largest), income, 1)
    return found


def put_partners(given: Given, paid: pd.DataFrame) -> None:
    """Every row of `q3.partners`."""
    sums = {name: float(rows["net"].sum()) for name, rows in paid.groupby("partner_id")}
    ordered = sorted(sums, key=lambda name: (-sums[name], str(name)))
    n = len(ordered)
    given.put(NAME, Expected(n, n=n) if n or len(money_log(given)) else Expected())
    if n > 15:
        given.put(NAME, Expected(n - 15, n=n - 15), part="others")
    log = given.frames["engagement"]
    taken_back = log["reverses_engagement_id"].notna()
    met = named_only(given, log[~log["kind"].isin(SUPPORT) & ~taken_back])
    depends = largest_of_income(given, paid)
    for name in ordered[:15]:
        own = paid[paid["partner_id"] == name]
        known = met[(met["partner_id"] == name) & met["initiated_by"].notna()]
        began = known["initiated_by"].isin(["partner", "joint"]).sum()
        parts = {
            "amount": Expected(sums[name], n=len(own)),
            "retention": _kept(paid, own),
            "first_step": counted(int(began), len(known)),
            "dependence": depends.get(str(name), Expected()),
            **_money(own),
        }
        for part, row in parts.items():
            if row.value is not None:
                given.put(NAME, row, partner_id=name, part=part)


def _kept(paid: pd.DataFrame, own: pd.DataFrame) -> Expected:
    payers = set(zip(paid["payer_id"], paid["year"], strict=True))
    years = set(zip(own["payer_id"], own["year"], strict=True))
    asked = [(payer, year + 1) for payer, year in years if (payer, year + 1) in payers]
    return counted(sum(pair in years for pair in asked), len(asked))


def _money(own: pd.DataFrame) -> dict[str, Expected]:
    long = core = dated = funded = 0.0
    dates = types = 0
    for row in own.to_dict("records"):
        if pd.notna(row["agreement_start"]) and pd.notna(row["agreement_end"]):
            dates, dated = dates + 1, dated + row["net"]
            long += row["net"] * is_long(row["agreement_start"], row["agreement_end"])
        if pd.notna(row["funding_type"]) and row["funding_type"] != "none":
            types, funded = types + 1, funded + row["net"]
            core += row["net"] * (row["funding_type"] == "core_unrestricted")
    return {"long": ratio(long, dated, dates), "core": ratio(core, funded, types)}

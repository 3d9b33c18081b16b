"""The indicators a second time, in plain pandas, from their definitions: no product code."""

import datetime as dt
import math

import pandas as pd

from schemas.indicators import INDICATORS
from tests.indicator_parts import (
    SUPPORT,
    UNCLEAR,
    Expected,
    Given,
    Key,
    activities,
    counted,
    flags,
    in_reporting,
    money_log,
    named_only,
    payments_of_all_kinds,
)
from tests.indicator_reference_places import put_equity, put_evidence
from tests.indicator_reference_q2 import put_q2
from tests.indicator_reference_q3 import put_q3
from tests.indicator_requirements import REQUIRED

PARTS = ("agreement", "fair_market_value", "approval", "disclosure")


def expected_rows(given: Given, named: frozenset[str]) -> dict[Key, Expected]:
    """Every row of every indicator; `named` are the tables that the study has a source of."""
    _put_spend(given)
    put_evidence(given)
    _put_compliance(given)
    put_q2(given)
    put_q3(given)
    _put_disclosed(given)
    put_equity(given)
    for spec in INDICATORS.values():
        mine = [key for key in given.found if key[0] == spec.indicator_id]
        is_absent = not named.issuperset(spec.tables)
        for key in mine if is_absent else ():
            del given.found[key]
        if is_absent or not mine:
            given.put(spec.indicator_id, Expected())
    return given.found


def _put_spend(given: Given) -> None:
    paid = money_log(given)

    def of(*kinds: str) -> Expected:
        mine = paid.loc[paid["kind"].isin(kinds), "money"]
        return Expected(float(mine.sum()), n=len(mine)) if len(paid) else Expected()

    given.put("q1.spend_advocacy", of("advocacy"))
    given.put("q1.spend_support", of(*SUPPORT))
    given.put("q1.spend_unclassified", of(*UNCLEAR))
    if (paid["kind"] == "research_engagement").any():
        given.put("q1.spend_advocacy", of("research_engagement"), kind="research_engagement")
    if given.has("engagement"):
        given.put("q1.spend_advocacy", of("advocacy", *UNCLEAR), kinds="with_unclear")


def _put_compliance(given: Given) -> None:
    log = activities(given)
    met = pd.DataFrame(
        {
            "agreement": log["has_written_agreement"].fillna(value=False).astype(bool),
            "fair_market_value": (log["paid_rate"] <= log["fmv_rate"]).fillna(value=False),
            "approval": [
                pd.notna(a) and a <= b
                for a, b in zip(log["approval_date"], log["start_date"], strict=True)
            ],
            "disclosure": log["disclosed_date"].notna()
            | (log["disclosure_scheme"] == "not_required"),
        }
    ).astype(bool)
    requirements = {**REQUIRED, **given.study.requirements}
    asked = [requirements.get(name, ()) for name in log["activity_type"]]
    needs = pd.DataFrame({part: [part in a for a in asked] for part in PARTS}, index=log.index)
    any_needed = needs.any(axis=1).astype(bool)
    complete = (met | ~needs).all(axis=1)[any_needed]
    given.put("q1.compliance_complete", flags(complete))
    for part in PARTS:
        given.put("q1.compliance_complete", flags(met[part][needs[part]]), part=part)
    for name, mine in complete.groupby(log["initiative_id"][any_needed]):
        given.put("q1.compliance_complete", flags(mine), initiative_id=name)


def _put_disclosed(given: Given) -> None:
    paid = payments_of_all_kinds(given)
    purpose = pd.Series([bool(pd.notna(x) and x.strip()) for x in paid["purpose"]], dtype=bool)
    given.put("t.purpose_filled", flags(purpose))
    keys = ["payer_id", "partner_id", "year"]
    told = disclosed(given)
    ours = paid.groupby(keys)["net"].sum()
    by_payer, by_partner = _sums(told, "payer"), _sums(told, "partner")
    payer_years = {(k[0], k[2]) for k in by_payer.index}
    partner_years = {(k[1], k[2]) for k in by_partner.index}
    asked = [k for k in ours.index if (k[0], k[2]) in payer_years]
    given.put(
        "t.disclosure_match",
        counted(
            sum(k in by_payer.index and _same(ours[k], by_payer[k]) for k in asked), len(asked)
        ),
    )
    both = [
        k
        for k in by_payer.index.union(by_partner.index)
        if (k[0], k[2]) in payer_years and (k[1], k[2]) in partner_years
    ]
    agreed = [
        k in by_payer.index and k in by_partner.index and _same(by_payer[k], by_partner[k])
        for k in both
    ]
    given.put("t.two_sided", counted(sum(agreed), len(both)))


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= max(0.01 * abs(one), 0.01 * abs(other), 1.0)


def disclosed(given: Given) -> pd.DataFrame:
    """Disclosed rows in the reporting currency, without anonymous partners."""
    rows = named_only(given, given.frames["public_disclosure"])
    money = [
        in_reporting(given, float(amount), currency, dt.date(int(year), 12, 31))
        for amount, currency, year in zip(
            rows["amount"], rows["currency"], rows["year"], strict=True
        )
    ]
    return rows.assign(money=pd.Series(money, index=rows.index, dtype=float))


def _sums(told: pd.DataFrame, side: str) -> pd.Series:
    """Sums of one side; NaN where a part of it is not known."""
    mine = told[told["declared_by"] == side]
    return mine.groupby(["payer_id", "partner_id", "year"])["money"].agg(_known_sum)


def _known_sum(parts: pd.Series) -> float:
    return float(parts.sum()) if parts.notna().all() else math.nan

"""Q3: dependence, reciprocity and trust."""

from collections.abc import Iterator

import ibis
import numpy as np
import pandas as pd

from impact.indicators.currency import to_reporting
from impact.indicators.expressions import is_empty, is_given, surely
from impact.indicators.made import EMPTY, mean_of, not_evaluated, share_of_cases, share_of_sum
from impact.indicators.payments import Payments
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.vocabulary import SUPPORT_KINDS

DEPENDENT = 0.25
SHOWN = 50
"""Partners above the limit that are listed by id, the most dependent first."""
PAYMENTS_ALONE = "needs funding_type or engagements without money: the log may hold payments alone"


def measure_dependence(payments: Payments) -> Iterator[Indicator]:
    """Partners with more than a quarter of a year's income from one payer."""
    study = payments.tables.study
    income, largest = incomes(payments.tables), largest_sums(payments)
    ratio = (largest / income.reindex(largest.index)).dropna()
    above = ratio[ratio > DEPENDENT]
    yield share_of_cases("q3.dependence", len(above), len(ratio), study)
    names = payments.tables.partner_names
    order = np.lexsort((above.index.to_numpy(dtype=str), -above.to_numpy()))
    for partner_id in above.index[order[:SHOWN]]:
        paid, earned = float(largest[partner_id]), float(income[partner_id])
        row = share_of_sum("q3.dependence", paid, earned, 1, study, {"partner_id": partner_id})
        yield row.model_copy(update={"label": names.get(partner_id, "")})


def largest_sums(payments: Payments) -> pd.Series:
    """The most that each partner had from one payer in one year."""
    yearly = payments.relations.groupby(["partner_id", "payer_id", "year"])["paid"].sum()
    found: pd.Series = yearly.groupby("partner_id").max()
    return found


def incomes(tables: IndicatorTables) -> pd.Series:
    """Annual income above zero by partner, in the reporting currency."""
    partner = tables["partner"]
    rows = partner.filter(partner.annual_income > 0).select(
        "partner_id", amount="annual_income", currency="income_currency"
    )
    found = rows.mutate(amount=rows.amount.cast("float64")).to_pandas()
    found["date"] = pd.Timestamp(tables.end)
    return to_reporting(found, tables).set_axis(found["partner_id"]).dropna().sort_index()


def measure_reciprocity(tables: IndicatorTables) -> Iterator[Indicator]:
    """Who takes the first step, and how much goes on without money."""
    rows = tables["engagement"]
    rows = rows.filter(is_empty(rows.reverses_engagement_id) & ~rows.kind.isin(SUPPORT_KINDS))
    alike = rows.group_by("initiated_by", "funding_type", is_zero=rows.amount == 0)
    found = _first_and_free(alike.agg(n=rows.count())).to_pandas()
    first, known, free, told, typed = (int(found[name].fillna(0).iloc[0]) for name in found.columns)
    part = {"part": "non_monetary"}
    yield share_of_cases("q3.reciprocity", first, known, tables.study)
    if told and not (free or typed):
        yield not_evaluated("q3.reciprocity", PAYMENTS_ALONE, tables.study, part)
        return
    yield share_of_cases("q3.reciprocity", free, told, tables.study, part)


def _first_and_free(alike: ibis.Table) -> ibis.Table:
    """Of groups of `n` like engagements: first step by the partner, and without money."""
    by_partner = alike.initiated_by.isin(["partner", "joint"])
    is_free = alike.is_zero | alike.funding_type.isin(["none", "in_kind"])
    is_told = is_given(alike.is_zero) | is_given(alike.funding_type)
    return alike.aggregate(
        first=alike.n.sum(where=surely(by_partner)),
        known=alike.n.sum(where=is_given(alike.initiated_by)),
        free=alike.n.sum(where=surely(is_free)),
        told=alike.n.sum(where=is_told),
        typed=alike.n.sum(where=is_given(alike.funding_type)),
    )


def measure_trust(tables: IndicatorTables) -> Iterator[Indicator]:
    """Top-two-box share, response rate, and change of partners asked twice."""
    survey = tables["partner_survey"].to_pandas()
    if survey.empty:
        yield not_evaluated("q3.trust", EMPTY, tables.study)
        return
    survey = survey.sort_values(["wave", "partner_id", "item_id"], kind="stable")
    waves = sorted(survey["wave"].unique())
    yield _top_two(survey[survey["wave"] == waves[-1]], tables, {})
    for place, wave in enumerate(waves):
        rows = survey[survey["wave"] == wave]
        yield _top_two(rows, tables, {"wave": wave})
        yield _response(rows, tables, {"wave": wave, "part": "response_rate"})
        if place:
            before = survey[survey["wave"] == waves[place - 1]]
            change = (_mean_scores(rows) - _mean_scores(before)).dropna().tolist()
            by = {"wave": wave, "part": "paired_change"}
            yield mean_of("q3.trust", change, tables.study, by)


def _top_two(rows: pd.DataFrame, tables: IndicatorTables, by: dict[str, str]) -> Indicator:
    top = int((rows["score"] >= rows["scale_max"] - 1).sum())
    return share_of_cases("q3.trust", top, len(rows), tables.study, by)


def _response(rows: pd.DataFrame, tables: IndicatorTables, by: dict[str, str]) -> Indicator:
    """Persons who answered (the most answers to one item) of those a partner had invited."""
    invited = rows.groupby("partner_id")["invited_count"].max().dropna()
    answers = rows.groupby(["partner_id", "item_id"]).size().groupby("partner_id").max()
    answered = int(np.minimum(answers.reindex(invited.index), invited).sum())
    return share_of_cases("q3.trust", answered, int(invited.sum()), tables.study, by)


def _mean_scores(rows: pd.DataFrame) -> pd.Series:
    return (rows["score"] / rows["scale_max"]).groupby(rows["partner_id"]).mean()

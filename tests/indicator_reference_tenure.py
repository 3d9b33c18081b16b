"""Tenure and one-off relationships a second time, from the registry's definitions."""

import datetime as dt
import math
from dataclasses import dataclass

import pandas as pd

from tests.indicator_parts import Expected, Given, Z, activities, flags, months_later, named_only

YEARS = (1, 2, 3, 5)


@dataclass(frozen=True)
class Pair:
    """One payer and partner: `first` and `last` day of an engagement's start."""

    first: dt.date
    last: dt.date
    agreement: dt.date | None
    has_long_agreement: bool


@dataclass(frozen=True)
class Spell:
    """Days from the start of a relationship: when it came into view, and when it was last seen.

    `entry` is -1 where it was seen from its start: one that ended on day 0 was at risk.
    """

    entry: float
    end: float
    is_over: bool


def pairs(given: Given) -> list[Pair]:
    """Every pair that met, support and anonymous partners left out."""
    log = named_only(given, activities(given))
    return [_pair(rows) for _, rows in log.groupby(["payer_id", "partner_id"])]


def _pair(rows: pd.DataFrame) -> Pair:
    begun = rows["agreement_start"].dropna()
    spans = zip(rows["agreement_start"], rows["agreement_end"], strict=True)
    long = any(
        pd.notna(a) and pd.notna(b) and b + dt.timedelta(days=1) >= months_later(a, 24)
        for a, b in spans
    )
    days = rows["start_date"]
    return Pair(days.min(), days.max(), begun.min() if len(begun) else None, long)


def put_time(given: Given) -> None:
    """Tenure at 1, 2, 3 and 5 years, and the share of one-off relationships."""
    log = named_only(given, activities(given))
    if (log["date_precision"] == "year").sum() > 0.05 * len(log):
        return
    met = pairs(given)
    early = [pair for pair in met if pair.first <= months_later(given.horizon, -24)]
    one_off = [p.last < months_later(p.first, 12) and not p.has_long_agreement for p in early]
    given.put("q3.transactional_share", flags(pd.Series(one_off, dtype=bool)))
    spells = [spell for pair in met if (spell := _spell(given, pair))]
    if not spells:
        return
    for years in YEARS:
        given.put("q3.tenure", kaplan_meier(spells, years * 365.25), years=years)


def _spell(given: Given, pair: Pair) -> Spell | None:
    opening = given.study.window.start
    has_agreement = pair.agreement is not None and pair.agreement <= pair.first
    if pair.first < months_later(opening, 12) and not has_agreement:
        return None
    start = min(pair.first, pair.agreement or pair.first)
    over = pair.last <= months_later(given.horizon, -24)
    late, end = (opening - start).days, (pair.last - start).days
    spell = Spell(late if late > 0 else -1, end, over)
    return spell if spell.entry < spell.end else None


def kaplan_meier(spells: list[Spell], days: float) -> Expected:
    """Share not over after so many days, with the log-log Greenwood interval."""
    share, variance = 1.0, 0.0
    for end in sorted({spell.end for spell in spells if spell.is_over and spell.end <= days}):
        at_risk = sum(spell.entry < end <= spell.end for spell in spells)
        over = sum(spell.end == end and spell.is_over and spell.entry < end for spell in spells)
        if at_risk and over:
            share *= 1 - over / at_risk
            variance += over / (at_risk * (at_risk - over)) if over < at_risk else 0.0
    n = len(spells)
    if share and max(spell.end for spell in spells) < days:
        return Expected()
    if not 0 < share < 1:
        return Expected(share, n=n)
    spread = math.sqrt(variance) / math.log(share)
    low, high = share ** math.exp(-Z * spread), share ** math.exp(Z * spread)
    return Expected(share, n=n, ci_low=min(low, high), ci_high=max(low, high))

"""Q1: how strong the evidence is for what the advocacy money went to."""

from collections.abc import Iterator, Sequence

import pandas as pd

from impact.indicators.made import share_of_sum
from impact.indicators.placed import KINDS, Placed
from impact.indicators.tables import IndicatorTables
from schemas.findings import Effect, Indicator
from schemas.vocabulary import Kind, Verdict

GRADES = ("E0", "E1", "E2", "E3")
FINDINGS: dict[Verdict, str] = {
    "harms": "unfavourable",
    "improves": "favourable",
    "no_meaningful_effect": "little_difference",
    "inconclusive": "inconclusive",
}
"""What an initiative with several effects is counted as: the first of these it has."""
OBSERVED = frozenset({"NO_COMPARISON", "TOO_FEW_UNITS", "NO_VARIATION", "ONE_SERIES"})
"""Reasons that leave a measure observed before and after, with nothing to compare it to."""
POPULATIONS: tuple[tuple[dict[str, str], tuple[Kind, ...]], ...] = (
    ({}, ("advocacy",)),
    ({"kinds": "with_unclear"}, KINDS),
)


def measure_evidence(at: Placed) -> Iterator[Indicator]:
    """Share of advocacy spend at each grade, and E3 by what was found."""
    tables = at.tables
    graded = {name: grade_of(effects) for name, effects in _by_initiative(tables.effects).items()}
    for by, kinds in POPULATIONS:
        spend = at.by_initiative[at.by_initiative["kind"].isin(kinds)]
        known = spend["initiative_id"].map(graded)
        outputs = spend["has_outputs"].map({True: ("E1", ""), False: ("E0", "")})
        grade = known.where(known.notna(), outputs)
        judged = spend.assign(grade=grade.str[0], finding=grade.str[1])
        yield from _shares(judged, by, tables)
        if not by:
            yield from _by_place(judged, tables)


def _by_initiative(effects: Sequence[Effect]) -> dict[str, list[Effect]]:
    asked = [e for e in effects if e.role != "negative_control" and e.subgroup_id == "all"]
    return {
        name: [effect for effect in asked if effect.initiative_id == name]
        for name in dict.fromkeys(effect.initiative_id for effect in asked)
    }


def grade_of(effects: Sequence[Effect]) -> tuple[str, str] | None:
    """E3 and its finding, or E2; None where no measure was observed before and after."""
    compared = [e.verdict for e in effects if _is_compared(e)]
    for verdict, finding in FINDINGS.items():
        if verdict in compared:
            return "E3", finding
    is_observed = any(
        e.method == "interrupted_series" or set(e.reasons) & OBSERVED for e in effects
    )
    return ("E2", "") if is_observed else None


def _is_compared(effect: Effect) -> bool:
    is_estimated = effect.estimate is not None and effect.verdict != "not_evaluable"
    return is_estimated and effect.method != "interrupted_series"


def _total(spend: pd.DataFrame) -> float:
    """The sum to the last decimal of money: what was all taken back is 0, not a rounding error."""
    return round(float(spend["spend"].sum()), 6)


def _shares(
    spend: pd.DataFrame, by: dict[str, str], tables: IndicatorTables
) -> Iterator[Indicator]:
    name, total = "q1.evidence_share", _total(spend)
    for grade in GRADES:
        rows = spend[spend["grade"] == grade]
        at = {"grade": grade, **by}
        counts = (float(rows["spend"].sum()), total, int(rows["n"].sum()))
        yield share_of_sum(name, *counts, tables.study, at)
        if grade == "E3":
            for finding in FINDINGS.values():
                mine = rows[rows["finding"] == finding]
                parts = (float(mine["spend"].sum()), total, int(mine["n"].sum()))
                yield share_of_sum(name, *parts, tables.study, {**at, "finding": finding})


def _by_place(spend: pd.DataFrame, tables: IndicatorTables) -> Iterator[Indicator]:
    """Each initiative's own part of the spend at its grade."""
    total = _total(spend)
    keys = ["initiative_id", "grade", "finding"]
    sums = spend.groupby(keys)[["spend", "n"]].sum().sort_index()
    for row in sums.reset_index().to_dict("records"):
        by = {name: str(row[name]) for name in ("grade", "finding", "initiative_id")}
        own = {name: value for name, value in by.items() if value}
        parts = (float(row["spend"]), total, int(row["n"]))
        yield share_of_sum("q1.evidence_share", *parts, tables.study, own)

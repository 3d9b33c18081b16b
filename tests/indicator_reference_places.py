"""Evidence and equity a second time: what depends on where money and people of a log went."""

from typing import Any

import pandas as pd

from schemas.findings import Effect
from tests.indicator_parts import UNCLEAR, Expected, Given, activities, money_log, ratio
from tests.indicator_reference_q2 import need_rows

FINDINGS = {
    "harms": "unfavourable",
    "improves": "favourable",
    "no_meaningful_effect": "little_difference",
    "inconclusive": "inconclusive",
}
WITHOUT_COMPARISON = {"NO_COMPARISON", "TOO_FEW_UNITS", "NO_VARIATION", "ONE_SERIES"}
Part = dict[str, Any]


def places(given: Given, log: pd.DataFrame) -> pd.DataFrame:
    """Parts of engagements by initiative and unit: `share`, and what is left at its own ids."""
    whole = given.frames["engagement"].set_index("engagement_id")
    allocation = given.frames["engagement_allocation"]
    parts = dict(list(allocation.groupby("engagement_id")))
    rows: list[Part] = []
    for row in log.to_dict("records"):
        paid = _payment(row, whole)
        given_parts = parts.get(row["engagement_id"], parts.get(row["reverses_engagement_id"]))
        rows += _parts_of(paid, given_parts)
    return pd.DataFrame(rows, columns=[*log.columns, "share", "has_outputs"])


def _payment(row: Part, whole: pd.DataFrame) -> Part:
    """The row; a reversal with the ids and the outputs of what it takes back."""
    found = dict(row)
    told = [row["participant_count"], row["participant_hours"]]
    if pd.notna(row["reverses_engagement_id"]):
        first = whole.loc[row["reverses_engagement_id"]]
        for name in ("initiative_id", "unit_id"):
            found[name] = row[name] if pd.notna(row[name]) else first[name]
        told += [first["participant_count"], first["participant_hours"]]
    return {**found, "has_outputs": any(pd.notna(value) for value in told)}


def _parts_of(row: Part, parts: pd.DataFrame | None) -> list[Part]:
    if parts is None:
        return [{**row, "share": 1.0}]
    made = [
        {
            **row,
            **{name: part[name] for name in ("initiative_id", "unit_id") if pd.notna(part[name])},
            "share": part["share"],
        }
        for part in parts.to_dict("records")
    ]
    left = round(1 - float(parts["share"].sum()), 6)
    return [*made, {**row, "share": left}] if left > 0 else made


def put_evidence(given: Given) -> None:
    """Spend by strength of evidence."""
    paid = money_log(given)
    for kinds, by in (((), {}), (UNCLEAR, {"kinds": "with_unclear"})):
        rows = places(given, paid[paid["kind"].isin(("advocacy", *kinds))])
        rows = rows[rows["share"] > 0]
        spend = (rows["money"] * rows["share"]).astype(float)
        grade = [_grade(given, row) for row in rows.to_dict("records")]
        rows = rows.assign(spend=spend, grade=grade)
        total = round(float(spend.sum()), 6)
        for name in ("E0", "E1", "E2", "E3"):
            is_mine = [found[0] == name for found in grade]
            given.put("q1.evidence_share", _part(rows, is_mine, total), grade=name, **by)
        for name in FINDINGS.values():
            is_mine = [found[1] == name for found in grade]
            row = _part(rows, is_mine, total)
            given.put("q1.evidence_share", row, grade="E3", finding=name, **by)
        if not kinds:
            _put_initiatives(given, rows, total)


def _put_initiatives(given: Given, rows: pd.DataFrame, total: float) -> None:
    for name, mine in rows.groupby("initiative_id"):
        for grade in sorted(set(mine["grade"])):
            is_mine = (rows["initiative_id"] == name) & (rows["grade"] == grade)
            by = {"finding": grade[1]} if grade[1] else {}
            row = _part(rows, list(is_mine), total)
            given.put("q1.evidence_share", row, grade=grade[0], initiative_id=name, **by)


def _part(rows: pd.DataFrame, is_mine: list[bool], total: float) -> Expected:
    mine = rows[pd.Series(is_mine, rows.index, dtype=bool)]
    spend = float(mine["spend"].sum())
    n = mine.groupby("initiative_id", dropna=False)["engagement_id"].nunique().sum()
    return Expected(spend / total, spend, total, int(n)) if total > 0 else Expected()


def _grade(given: Given, row: Part) -> tuple[str, str]:
    mine = [
        effect
        for effect in given.effects
        if effect.initiative_id == row["initiative_id"] and effect.role != "negative_control"
    ]
    verdicts = {effect.verdict for effect in mine if _is_compared(effect)}
    for verdict, finding in FINDINGS.items():
        if verdict in verdicts:
            return "E3", finding
    if any(
        effect.method == "interrupted_series" or WITHOUT_COMPARISON.intersection(effect.reasons)
        for effect in mine
    ):
        return "E2", ""
    return ("E1" if row["has_outputs"] else "E0"), ""


def _is_compared(effect: Effect) -> bool:
    is_one_series = effect.method == "interrupted_series"
    return effect.estimate is not None and effect.verdict != "not_evaluable" and not is_one_series


def put_equity(given: Given) -> None:
    """Reach and spend against need."""
    log = activities(given)
    rows = log[(log["kind"] == "advocacy") & (log["participant_count"] > 0)]
    need = need_rows(given)
    parts = rows[["engagement_id", "participant_count"]].merge(
        given.frames["engagement_allocation"], on="engagement_id"
    )
    people = need.groupby("subgroup_id")["prevalent_count"].sum()
    for dimension, group in given.frames["subgroup"].groupby("dimension"):
        ids = list(group["subgroup_id"])
        mine = people.reindex(ids).fillna(0.0)
        _put_ratios(given, parts, "subgroup_id", mine, dimension=dimension)
    unit = given.frames["unit"].dropna(subset="region_code")
    region = unit.set_index("unit_id")["region_code"]
    placed = places(given, rows)
    placed = placed.assign(region_code=placed["unit_id"].map(region))
    everyone = need[need["subgroup_id"] == "all"]
    people = everyone.groupby(everyone["unit_id"].map(region))["prevalent_count"].sum()
    _put_ratios(given, placed, "region_code", people)
    _put_spend_per_patient(given, region, everyone)


def _put_ratios(
    given: Given, parts: pd.DataFrame, column: str, people: pd.Series, **by: object
) -> None:
    reached = (parts["participant_count"] * parts["share"]).groupby(parts[column]).sum()
    reached = reached.reindex(people.index).fillna(0.0).astype(float)
    total, concerned = float(reached.sum()), float(people.sum())
    if not total or not concerned:
        return
    small = [0 < count < given.study.small_cell for count in (*reached, *people)]
    for name in people.index:
        a, b = reached[name] / total, people[name] / concerned
        row = Expected() if any(small) or not b else Expected(a / b, a, b, round(total))
        given.put("e.reach_ratio", row, **by, **{column: name})


def _put_spend_per_patient(given: Given, region: pd.Series, everyone: pd.DataFrame) -> None:
    paid = money_log(given)
    placed = places(given, paid[paid["kind"] == "advocacy"])
    spend = (placed["money"] * placed["share"]).astype(float).groupby(placed["unit_id"]).sum()
    people = everyone.groupby("unit_id")["prevalent_count"].sum()
    people = people[people > 0]
    if not len(spend):
        return
    spent = spend.reindex(people.index).fillna(0.0)
    given.put("e.spend_per_patient", _per_person(given, spent, people))
    where = people.index.to_series().map(region)
    sums = people.groupby(where, dropna=False).sum()
    is_withheld = any(count < given.study.small_cell for count in sums)
    for name in sorted(set(where.dropna())):
        here = where == name
        row = Expected() if is_withheld else _per_person(given, spent[here], people[here])
        given.put("e.spend_per_patient", row, region_code=name)


def _per_person(given: Given, spent: pd.Series, people: pd.Series) -> Expected:
    if people.sum() < given.study.small_cell:
        return Expected()
    return ratio(float(spent.sum()), float(people.sum()), len(people))

"""Q2 a second time, from the registry's definitions: patient advice and what became of it."""

import pandas as pd

from tests.indicator_parts import (
    SUPPORT,
    Expected,
    Given,
    counted,
    flags,
    kept,
    mean_of,
    months_later,
    quantile_of,
)

UPSTREAM = ("discovery", "preclinical", "phase1", "phase2")
NO_PHASE = ("unknown", "not_product_specific")
ADOPTED = ("adopted", "adopted_modified")
DECIDED = (*ADOPTED, "rejected", "out_of_scope")


def advice(given: Given) -> pd.DataFrame:
    """Inputs outside patient support, with the product and phase of their engagement."""
    beside = given.frames["engagement"][["engagement_id", "kind", "product_id", "lifecycle_phase"]]
    rows = given.frames["patient_input"].merge(beside, on="engagement_id", validate="m:1")
    return rows[~rows["kind"].isin(SUPPORT)]


def put_q2(given: Given) -> None:
    """Every row of Q2."""
    rows = advice(given)
    _put_phases(given, rows)
    _put_statuses(given, rows)
    _put_before_lock(given, rows)
    decided = rows[rows["decision_status"].isin(DECIDED) & rows["decision_date"].notna()]
    days = _days(decided["decision_date"], decided["received_date"])
    given.put("q2.days_to_decision", quantile_of(days, 0.5))
    if len(days):
        for at in (0.25, 0.75):
            given.put("q2.days_to_decision", quantile_of(days, at), quantile=at)
    both = rows[rows["influence_company"].notna() & rows["influence_partner"].notna()]
    gap = both["influence_company"].astype(float) - both["influence_partner"].astype(float)
    given.put("q2.influence_gap", mean_of(gap))
    _put_assumptions(given, rows)
    _put_who(given, rows)


def _days(later: pd.Series, earlier: pd.Series) -> pd.Series:
    return pd.Series([(b - a).days for a, b in zip(earlier, later, strict=True)], dtype=float)


def _put_phases(given: Given, rows: pd.DataFrame) -> None:
    known = rows[rows["lifecycle_phase"].notna() & ~rows["lifecycle_phase"].isin(NO_PHASE)]
    given.put("q2.upstream_share", flags(known["lifecycle_phase"].isin(UPSTREAM)))
    for phase in sorted(set(known["lifecycle_phase"])):
        given.put(
            "q2.upstream_share", flags(known["lifecycle_phase"] == phase), lifecycle_phase=phase
        )


def _put_statuses(given: Given, rows: pd.DataFrame) -> None:
    _put_shares(given, rows)
    for phase, part in rows[rows["lifecycle_phase"].notna()].groupby("lifecycle_phase"):
        status = part["decision_status"]
        given.put("q2.conversion", flags(status.isin(ADOPTED)), lifecycle_phase=phase)
        given.put("q2.decided_share", flags(status.isin(DECIDED)), lifecycle_phase=phase)
        changed = part[status.isin(ADOPTED)]
        if len(changed):
            given.put(
                "q2.change_proven", flags(changed["artefact_id"].notna()), lifecycle_phase=phase
            )
    for topic, part in rows.groupby("topic"):
        given.put("q2.conversion", flags(part["decision_status"].isin(ADOPTED)), topic=topic)


def _put_shares(given: Given, rows: pd.DataFrame) -> None:
    status = rows["decision_status"]
    decided, adopted = rows[status.isin(DECIDED)], rows[status.isin(ADOPTED)]
    given.put("q2.conversion", flags(status.isin(ADOPTED)))
    given.put("q2.decided_share", flags(status.isin(DECIDED)))
    given.put("q2.loop_closed", flags(decided["feedback_date"].notna()))
    given.put("q2.change_proven", flags(adopted["artefact_id"].notna()))


def _put_before_lock(given: Given, rows: pd.DataFrame) -> None:
    event = given.frames["product_event"]
    past = kept(event, (day <= given.study.as_of for day in event["event_date"]))
    lock = past[past["event"] == "protocol_lock"].groupby("product_id")["event_date"].min()
    first = rows[rows["product_id"].notna()].groupby("product_id")["received_date"].min()
    heard = pd.concat([lock.rename("lock"), first.rename("first")], axis=1, join="inner")
    days = _days(heard["lock"], heard["first"])
    given.put("q2.first_touch_days", quantile_of(days, 0.5))
    given.put("q2.program_coverage", counted((days > 0).sum(), len(lock)))


def _put_assumptions(given: Given, rows: pd.DataFrame) -> None:
    decision = given.frames["decision"]
    past = kept(decision, (day <= given.study.as_of for day in decision["decision_date"]))
    alone = pd.Series([_has_no_advice(row, rows) for _, row in past.iterrows()], dtype=bool)
    given.put("q2.assumption_share", flags(alone))
    for phase in sorted(set(past["lifecycle_phase"])):
        mine = alone[(past["lifecycle_phase"] == phase).to_numpy()]
        given.put("q2.assumption_share", flags(mine), lifecycle_phase=phase)


def _has_no_advice(decision: pd.Series, rows: pd.DataFrame) -> bool:
    if pd.notna(decision["input_id"]) and (rows["input_id"] == decision["input_id"]).any():
        return False
    same = rows[rows["decision_area"] == decision["decision_area"]]
    if pd.notna(decision["product_id"]):
        same = same[same["product_id"] == decision["product_id"]]
    day = decision["decision_date"]
    return not any(months_later(day, -24) <= got <= day for got in same["received_date"])


def need_rows(given: Given) -> pd.DataFrame:
    """People in need: rows of the latest period of each condition, unit and subgroup."""
    need = given.frames["population_need"]
    past = kept(need, (day <= given.study.as_of for day in need["period_start"]))
    keys = ["condition_code", "unit_id", "subgroup_id"]
    latest = past.groupby(keys)["period_start"].transform("max")
    return past[past["period_start"] == latest]


def _put_who(given: Given, rows: pd.DataFrame) -> None:
    needed = need_rows(given).groupby("subgroup_id")["prevalent_count"].sum()
    subgroup = given.frames["subgroup"]
    for dimension, part in subgroup.groupby("dimension"):
        ids = part["subgroup_id"]
        count = rows["subgroup_id"].value_counts()
        voices = pd.Series([float(count.get(name, 0)) for name in ids], ids.index)
        people = pd.Series([float(needed.get(name, 0)) for name in ids], ids.index)
        n = int(voices.sum())
        if not n:
            continue
        if not people.sum():
            given.put("q2.dissimilarity", Expected(), dimension=dimension)
            given.put("q2.participation_ratio", Expected(), dimension=dimension)
            continue
        heard, concerned = voices / n, people / people.sum()
        half = float((heard - concerned).abs().sum() / 2)
        given.put("q2.dissimilarity", Expected(half, n=n), dimension=dimension)
        for name, a, b in zip(ids, heard, concerned, strict=True):
            row = Expected(a / b, a, b, n) if b else Expected()
            given.put("q2.participation_ratio", row, dimension=dimension, subgroup_id=name)

"""Equity: who is reached by advocacy, and how much is spent for each patient in need."""

from collections.abc import Iterator

import ibis
import pandas as pd

from impact.allocation import reach
from impact.indicators.expressions import is_given
from impact.indicators.made import EMPTY, not_evaluated, share_of_sum, value_of
from impact.indicators.tables import IndicatorTables
from impact.indicators.voice import latest_need
from schemas.findings import Indicator

SMALL = "a count of persons is too small to be shown"


def measure_reach(tables: IndicatorTables) -> Iterator[Indicator]:
    """Share of participants against share of people in need, by subgroup and by region."""
    reached = _participants(tables)
    need = latest_need(tables)
    made = [*_by_subgroup(reached, need, tables), *_by_region(reached, need, tables)]
    yield from made or [not_evaluated("e.reach_ratio", EMPTY, tables.study)]


def _participants(tables: IndicatorTables) -> pd.DataFrame:
    """Participants of advocacy by unit and subgroup, spread by the engagement's shares."""
    rows = tables["engagement"].filter(tables["engagement"].kind == "advocacy")
    rows = rows.filter(rows.participant_count > 0)
    own = rows.select("engagement_id", "participant_count", own_unit=rows.unit_id)
    parts = tables["engagement_allocation"].select(
        "engagement_id", "share", "subgroup_id", part_unit="unit_id"
    )
    joined = own.left_join(parts, "engagement_id")
    share = joined.share.fill_null(ibis.literal(1.0)).cast("float64")
    spread = joined.select(
        unit_id=ibis.coalesce(joined.part_unit, joined.own_unit),
        subgroup_id=joined.subgroup_id,
        persons=joined.participant_count * share,
    )
    keys = ["unit_id", "subgroup_id"]
    found: pd.DataFrame = (
        spread.group_by(keys).agg(persons=spread.persons.sum()).order_by(keys).to_pandas()
    )
    return found


def _by_subgroup(
    reached: pd.DataFrame, need: pd.DataFrame, tables: IndicatorTables
) -> Iterator[Indicator]:
    rows = tables["subgroup"].select("subgroup_id", "dimension").to_pandas()
    for dimension, members in sorted(rows.groupby("dimension")["subgroup_id"]):
        names = sorted(members)
        given = reached.groupby("subgroup_id")["persons"].sum().reindex(names).fillna(0.0)
        wanted = need.groupby("subgroup_id")["prevalent_count"].sum().reindex(names).fillna(0.0)
        by = {name: {"dimension": str(dimension), "subgroup_id": str(name)} for name in names}
        yield from _ratios(given, wanted, by, tables)


def _by_region(
    reached: pd.DataFrame, need: pd.DataFrame, tables: IndicatorTables
) -> Iterator[Indicator]:
    region = regions(tables)
    given = reached.groupby(reached["unit_id"].map(region))["persons"].sum()
    everyone = need[need["subgroup_id"] == "all"]
    wanted = everyone.groupby(everyone["unit_id"].map(region))["prevalent_count"].sum()
    names = sorted(wanted.index)
    by = {name: {"region_code": str(name)} for name in names}
    yield from _ratios(given.reindex(names).fillna(0.0), wanted.reindex(names), by, tables)


def _ratios(
    given: pd.Series, wanted: pd.Series, by: dict[str, dict[str, str]], tables: IndicatorTables
) -> Iterator[Indicator]:
    """One ratio a row, where anybody was reached and anybody is in need at all."""
    total, need = float(given.sum()), float(wanted.sum())
    if not (total > 0 and need > 0):
        return
    for name, own in by.items():
        persons, patients = float(given[name]), float(wanted[name])
        counts = (persons, patients, total - persons, need - patients)
        if any(_is_small(count, tables) for count in counts):
            yield not_evaluated("e.reach_ratio", SMALL, tables.study, own)
        elif patients == 0:
            yield not_evaluated("e.reach_ratio", "nobody in need is known", tables.study, own)
        else:
            share, wish = persons / total, patients / need
            ratio = value_of("e.reach_ratio", share / wish, round(total), tables.study, own)
            yield ratio.model_copy(update={"numerator": share, "denominator": wish})


def _is_small(persons: float, tables: IndicatorTables) -> bool:
    return 0 < persons < tables.study.small_cell


def measure_spend_per_patient(tables: IndicatorTables) -> Iterator[Indicator]:
    """Advocacy spend in communities of known need, for each person in need there."""
    spend, need = _spend_by_unit(tables), latest_need(tables)
    everyone = need[need["subgroup_id"] == "all"]
    patients = everyone.groupby("unit_id")["prevalent_count"].sum()
    patients = patients[patients > 0].sort_index()
    yield _per_patient(spend, patients, tables, {})
    region = regions(tables)
    for code, units in sorted(patients.groupby(region.reindex(patients.index))):
        yield _per_patient(spend, units, tables, {"region_code": str(code)})


def _per_patient(
    spend: pd.Series, patients: pd.Series, tables: IndicatorTables, by: dict[str, str]
) -> Indicator:
    persons = float(patients.sum())
    if _is_small(persons, tables):
        return not_evaluated("e.spend_per_patient", SMALL, tables.study, by)
    paid = float(spend.reindex(patients.index).fillna(0.0).sum())
    units = len(patients)
    return share_of_sum("e.spend_per_patient", paid, persons, units, tables.study, by)


def _spend_by_unit(tables: IndicatorTables) -> pd.Series:
    log = tables["engagement"].filter(tables["engagement"].kind == "advocacy")
    placed = reach(log, tables["engagement_allocation"], tables.study)
    placed = placed.filter(is_given(placed.unit_id))
    sums = placed.group_by("unit_id").agg(spend=placed.spend.sum().cast("float64"))
    found: pd.Series = sums.order_by("unit_id").to_pandas().set_index("unit_id")["spend"]
    return found.astype(float)


def regions(tables: IndicatorTables) -> pd.Series:
    """Region of each unit that has one."""
    rows = tables["unit"].select("unit_id", "region_code").to_pandas().dropna()
    found: pd.Series = rows.set_index("unit_id")["region_code"]
    return found

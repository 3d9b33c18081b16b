"""Equity: who is reached by advocacy, and how much is spent for each patient in need."""

from collections.abc import Iterator

import ibis
import pandas as pd

from impact.allocation import reach
from impact.indicators.expressions import is_empty, is_given
from impact.indicators.made import EMPTY, not_evaluated, share_of_sum, value_of
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator

SMALL = "a count of persons is too small to be shown"


def measure_reach(tables: IndicatorTables) -> Iterator[Indicator]:
    """Share of participants against share of people in need, by subgroup and by region."""
    log = tables["engagement"]
    counted = log.filter((log.kind == "advocacy") & (log.participant_count > 0))
    counted = counted.filter(is_empty(counted.reverses_engagement_id))
    need = tables.need
    made = [*_by_subgroup(counted, need, tables), *_by_region(counted, need, tables)]
    yield from made or [not_evaluated("e.reach_ratio", EMPTY, tables.study)]


def _persons(rows: ibis.Table, by: str) -> pd.Series:
    """Participants by a column, each engagement's spread by its shares."""
    persons = rows.participant_count * rows.share.cast("float64")
    sums = rows.group_by(by).agg(persons=persons.sum()).order_by(by).to_pandas()
    found: pd.Series = sums.dropna().set_index(by)["persons"]
    return found


def _by_subgroup(
    counted: ibis.Table, need: pd.DataFrame, tables: IndicatorTables
) -> Iterator[Indicator]:
    parts = tables["engagement_allocation"].select("engagement_id", "subgroup_id", "share")
    reached = _persons(counted.join(parts, "engagement_id"), "subgroup_id")
    dimensions = tables.dimensions
    for dimension in sorted(set(dimensions)):
        names = sorted(dimensions.index[dimensions == dimension])
        given = reached.reindex(names).fillna(0.0)
        wanted = need.groupby("subgroup_id")["prevalent_count"].sum().reindex(names).fillna(0.0)
        by = {name: {"dimension": str(dimension), "subgroup_id": str(name)} for name in names}
        yield from _ratios(given, wanted, by, tables)


def _by_region(
    counted: ibis.Table, need: pd.DataFrame, tables: IndicatorTables
) -> Iterator[Indicator]:
    region = regions(tables)
    placed = reach(counted, tables["engagement_allocation"], tables.study)
    reached = _persons(placed, "unit_id")
    given = reached.groupby(region.reindex(reached.index)).sum()
    everyone = need[need["subgroup_id"] == "all"]
    wanted = everyone.groupby(everyone["unit_id"].map(region))["prevalent_count"].sum()
    names = sorted(wanted.index)
    by = {name: {"region_code": str(name)} for name in names}
    yield from _ratios(given.reindex(names).fillna(0.0), wanted.reindex(names), by, tables)


def _ratios(
    given: pd.Series, wanted: pd.Series, by: dict[str, dict[str, str]], tables: IndicatorTables
) -> Iterator[Indicator]:
    """One ratio a row, where anybody was reached and anybody is in need at all.

    One small count withholds all rows that it could be told from by subtraction.
    """
    total, need = float(given.sum()), float(wanted.sum())
    if not (total > 0 and need > 0):
        return
    is_withheld = any(_is_small(count, tables) for count in (*given, *wanted))
    for name, own in by.items():
        share, wish = float(given[name]) / total, float(wanted[name]) / need
        if is_withheld:
            yield not_evaluated("e.reach_ratio", SMALL, tables.study, own)
        elif wish == 0:
            yield not_evaluated("e.reach_ratio", "nobody in need is known", tables.study, own)
        else:
            ratio = value_of("e.reach_ratio", share / wish, round(total), tables.study, own)
            yield ratio.model_copy(update={"numerator": share, "denominator": wish})


def _is_small(persons: float, tables: IndicatorTables) -> bool:
    return 0 < persons < tables.study.small_cell


def measure_spend_per_patient(tables: IndicatorTables) -> Iterator[Indicator]:
    """Advocacy spend in communities of known need, for each person in need there."""
    spend, need = _spend_by_unit(tables), tables.need
    everyone = need[need["subgroup_id"] == "all"]
    patients = everyone.groupby("unit_id")["prevalent_count"].sum()
    patients = patients[patients > 0].sort_index()
    name, study = "e.spend_per_patient", tables.study
    if spend.empty:
        yield not_evaluated(name, "no amount with a unit_id is known", study)
        return
    yield _per_patient(spend, patients, tables, {})
    region = regions(tables).reindex(patients.index)
    persons = patients.groupby(region, dropna=False).sum()
    is_withheld = any(_is_small(float(count), tables) for count in persons)
    for code, units in sorted(patients.groupby(region)):
        by = {"region_code": str(code)}
        made = _per_patient(spend, units, tables, by)
        yield not_evaluated(name, SMALL, study, by) if is_withheld else made


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
    placed = placed.filter(is_given(placed.unit_id) & is_given(placed.spend))
    sums = placed.group_by("unit_id").agg(spend=placed.spend.sum().cast("float64"))
    found: pd.Series = sums.order_by("unit_id").to_pandas().set_index("unit_id")["spend"]
    return found.astype(float)


def regions(tables: IndicatorTables) -> pd.Series:
    """Region of each unit that has one."""
    rows = tables["unit"].select("unit_id", "region_code").to_pandas().dropna()
    found: pd.Series = rows.set_index("unit_id")["region_code"]
    return found

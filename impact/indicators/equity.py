"""Equity: who is reached by advocacy, and how much is spent for each patient in need."""

from collections.abc import Iterator
from functools import cached_property

import pandas as pd

from impact.indicators.expressions import is_given
from impact.indicators.made import EMPTY, not_evaluated, share_of_sum, value_of
from impact.indicators.placed import Placed, persons_of
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator

COUNTED = ("engagement_id", "reverses_engagement_id", "participant_count")
"""Columns of the log that are needed to count participants."""
SMALL = "a count of persons is too small to be shown"


class Reach:
    """Where advocacy of one study went: money and participants."""

    def __init__(self, placed: Placed) -> None:
        self.tables = placed.tables
        self.placed = placed

    @property
    def by_unit(self) -> pd.DataFrame:
        """`spend` and `persons` of each unit."""
        return self.placed.by_unit

    @cached_property
    def by_subgroup(self) -> pd.Series:
        """Participants of each subgroup that an engagement is spread over."""
        parts = self.tables["engagement_allocation"]
        parts = parts.filter(is_given(parts.subgroup_id))
        linked = self.tables.linked
        linked = linked.filter(linked.kind == "advocacy").select(*COUNTED)
        rows = linked.join(parts.select("engagement_id", "subgroup_id", "share"), "engagement_id")
        sums = rows.group_by("subgroup_id").agg(persons=persons_of(rows).cast("float64"))
        found: pd.Series = sums.to_pandas().set_index("subgroup_id")["persons"]
        return found.astype(float).sort_index()

    @cached_property
    def regions(self) -> pd.Series:
        """Region of each unit that has one."""
        rows = self.tables["unit"].select("unit_id", "region_code").to_pandas().dropna()
        found: pd.Series = rows.set_index("unit_id")["region_code"]
        return found


def measure_reach(at: Reach) -> Iterator[Indicator]:
    """Share of participants against share of people in need, by subgroup and by region."""
    made = [*_by_subgroup(at), *_by_region(at)]
    yield from made or [not_evaluated("e.reach_ratio", EMPTY, at.tables.study)]


def _by_subgroup(at: Reach) -> Iterator[Indicator]:
    need = at.tables.need.groupby("subgroup_id")["prevalent_count"].sum()
    dimensions = at.tables.dimensions
    for dimension in sorted(set(dimensions)):
        names = sorted(dimensions.index[dimensions == dimension])
        given, wanted = at.by_subgroup.reindex(names), need.reindex(names)
        by = {name: {"dimension": str(dimension), "subgroup_id": str(name)} for name in names}
        yield from _ratios(given.fillna(0.0), wanted.fillna(0.0), by, at.tables)


def _by_region(at: Reach) -> Iterator[Indicator]:
    reached = at.by_unit["persons"]
    given = reached.groupby(at.regions.reindex(reached.index)).sum()
    everyone = at.tables.need[at.tables.need["subgroup_id"] == "all"]
    wanted = everyone.groupby(everyone["unit_id"].map(at.regions))["prevalent_count"].sum()
    names = sorted(wanted.index)
    by = {name: {"region_code": str(name)} for name in names}
    yield from _ratios(given.reindex(names).fillna(0.0), wanted.reindex(names), by, at.tables)


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


def measure_spend_per_patient(at: Reach) -> Iterator[Indicator]:
    """Advocacy spend in communities of known need, for each person in need there."""
    tables, spend, need = at.tables, at.by_unit["spend"].dropna(), at.tables.need
    everyone = need[need["subgroup_id"] == "all"]
    patients = everyone.groupby("unit_id")["prevalent_count"].sum()
    patients = patients[patients > 0].sort_index()
    name, study = "e.spend_per_patient", tables.study
    if spend.empty:
        yield not_evaluated(name, "no amount with a unit_id is known", study)
        return
    yield _per_patient(spend, patients, tables, {})
    region = at.regions.reindex(patients.index)
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

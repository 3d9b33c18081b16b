"""Where the money and the participants of the log went, by engagement and part."""

from functools import cached_property
from typing import Any

import ibis
import pandas as pd

from impact.allocation import MONEY, places, whole
from impact.indicators.expressions import is_empty, is_given
from impact.indicators.tables import IndicatorTables
from schemas.vocabulary import Kind

READ = (
    *("engagement_id", "reverses_engagement_id", "kind", "initiative_id", "unit_id"),
    *("amount", "amount_reporting", "currency", "participant_count", "participant_hours"),
)
"""Columns of the log that are needed to place money and participants."""
KINDS: tuple[Kind, ...] = ("advocacy", "hybrid", "unclassified")
KEYS = ["kind", "initiative_id", "has_outputs"]
GROUPS = [*KEYS, "unit_id"]
SUMS = ["spend", "persons", "n"]
PERSONS = "decimal(38, 12)"
"""Sums of persons are exact, so that they do not depend on the number of threads."""


class Placed:
    """Sums of one study's advocacy, and of what may be advocacy, by where it went."""

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables

    @cached_property
    def by_initiative(self) -> pd.DataFrame:
        """`spend` and count `n` of the engagements whose amount is known.

        By `kind`, `initiative_id` (null of none) and `has_outputs`: whether participants or
        hours were counted. An engagement in several parts counts once at each initiative.
        """
        rows = self._sums[self._sums["kind"].notna() & (self._sums["n"] > 0)]
        found: pd.DataFrame = rows[[*KEYS, "spend", "n"]].astype({"has_outputs": bool})
        return found.reset_index(drop=True)

    @cached_property
    def by_unit(self) -> pd.DataFrame:
        """`spend` and `persons` of advocacy in each unit, by shares; null where none is known."""
        rows = self._sums[self._sums["kind"].isna()]
        spend = rows["spend"].where(rows["n"] > 0)
        return rows.assign(spend=spend).set_index("unit_id")[["spend", "persons"]]

    @cached_property
    def _sums(self) -> pd.DataFrame:
        """The whole log at its own ids, and what reversals and allocations move from there."""
        study = self.tables.study
        log, linked = (_asked(rows) for rows in (self.tables["engagement"], self.tables.linked))
        placed = places(linked, self.tables["engagement_allocation"], study)
        parts = [_sums(whole(log, study)), _less(_sums(whole(linked, study))), _sums(placed)]
        every = ibis.union(*parts)
        sums = every.group_by(GROUPS).agg(
            spend=every.spend.sum().cast("float64"),
            persons=every.persons.sum().cast("float64"),
            n=every.n.sum(),
        )
        in_order = [ibis.asc(key, nulls_first=True) for key in GROUPS]
        found: pd.DataFrame = sums.order_by(in_order).to_pandas()
        return found


def _asked(rows: ibis.Table) -> ibis.Table:
    return rows.filter(rows.kind.isin(KINDS)).select(*READ)


def _sums(rows: ibis.Table) -> ibis.Table:
    """Exact sums by initiative and by unit, in one table: the engine reads the rows once."""
    return ibis.union(_of_initiatives(rows), _of_units(rows))


def _less(sums: ibis.Table) -> ibis.Table:
    return sums.mutate(**{name: (-sums[name]).cast(sums[name].type()) for name in SUMS})


def _of_initiatives(rows: ibis.Table) -> ibis.Table:
    """A key that tells parts apart takes less time than a count of distinct engagements."""
    rows = rows.filter(is_given(rows.spend) & (rows.share > 0))
    rows = rows.mutate(
        has_outputs=is_given(rows.participant_count) | is_given(rows.participant_hours),
        split_id=ibis.ifelse(rows.share < 1, rows.engagement_id, ibis.null("string")),
    )
    once = rows.group_by([*KEYS, "split_id"]).agg(
        spend=rows.spend.sum().cast(MONEY), n=rows.count()
    )
    sums = once.group_by(KEYS).agg(
        spend=once.spend.sum().cast(MONEY),
        n=ibis.ifelse(is_given(once.split_id), 1, once.n).sum().cast("int64"),
    )
    none = {"unit_id": ibis.null("string"), "persons": ibis.null(PERSONS)}
    return sums.mutate(**none)[[*GROUPS, *SUMS]]


def _of_units(rows: ibis.Table) -> ibis.Table:
    rows = rows.filter((rows.kind == "advocacy") & is_given(rows.unit_id))
    sums = rows.group_by("unit_id").agg(
        spend=rows.spend.sum().cast(MONEY), persons=persons_of(rows), n=rows.spend.count()
    )
    none = {"kind": "string", "initiative_id": "string", "has_outputs": "boolean"}
    return sums.mutate(**{name: ibis.null(kind) for name, kind in none.items()})[[*GROUPS, *SUMS]]


def persons_of(rows: ibis.Table) -> Any:
    """The exact sum of participants by share; a reversal has none."""
    persons = (rows.participant_count * rows.share.cast("float64")).cast(PERSONS)
    return persons.sum(where=is_empty(rows.reverses_engagement_id)).cast(PERSONS)

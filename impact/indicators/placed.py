"""Where the money and the participants of the log went, by engagement and part."""

from functools import cached_property
from typing import Any

import ibis
import pandas as pd

from impact.allocation import MONEY, places
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
COLUMNS = [*KEYS, "unit_id", "spend", "persons", "n"]
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
        rows = self._sums[self._sums["n"].notna()]
        found = rows[["kind", "initiative_id", "has_outputs", "spend", "n"]]
        typed = found.astype({"has_outputs": bool, "n": "int64"})
        return typed.reset_index(drop=True)

    @cached_property
    def by_unit(self) -> pd.DataFrame:
        """`spend` and `persons` of advocacy in each unit, by shares; null where none is known."""
        rows = self._sums[self._sums["n"].isna()]
        return rows.set_index("unit_id")[["spend", "persons"]].astype(float)

    @cached_property
    def _sums(self) -> pd.DataFrame:
        """Both together: the engine then places the log once, and that takes the longest."""
        log = self.tables["engagement"].select(*READ)
        log = log.filter(log.kind.isin(KINDS))
        rows = places(log, self.tables["engagement_allocation"], self.tables.study)
        sums = ibis.union(_of_initiatives(rows), _of_units(rows))
        in_order = [ibis.asc(key, nulls_first=True) for key in (*KEYS, "unit_id")]
        found: pd.DataFrame = sums.order_by(in_order).to_pandas()
        return found


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
        spend=once.spend.sum().cast("float64"),
        n=ibis.ifelse(is_given(once.split_id), 1, once.n).sum(),
    )
    return sums.mutate(unit_id=ibis.null("string"), persons=ibis.null("float64"))[COLUMNS]


def _of_units(rows: ibis.Table) -> ibis.Table:
    rows = rows.filter((rows.kind == "advocacy") & is_given(rows.unit_id))
    sums = rows.group_by("unit_id").agg(
        spend=rows.spend.sum().cast("float64"), persons=persons_of(rows)
    )
    none = {"kind": "string", "initiative_id": "string", "has_outputs": "boolean", "n": "int64"}
    return sums.mutate(**{name: ibis.null(kind) for name, kind in none.items()})[COLUMNS]


def persons_of(rows: ibis.Table) -> Any:
    """The exact sum of participants by share; a reversal has none."""
    persons = (rows.participant_count * rows.share.cast("float64")).cast(PERSONS)
    return persons.sum(where=is_empty(rows.reverses_engagement_id)).cast("float64")

"""Payments: engagements with a known amount that is above zero after its reversals."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from impact.allocation import MONEY, less_reversed, money, with_paid
from impact.indicators.expressions import is_empty, is_given, is_long, surely
from impact.indicators.tables import IndicatorTables

PLAIN = ("advocacy", "research_engagement")
UNCLEAR = ("hybrid", "unclassified")


MEDIAN = "0.5"
QUANTILES = (MEDIAN, "0.25", "0.75")
KEPT = (
    *("engagement_id", "payer_id", "partner_id", "product_id"),
    *("start_date", "date_precision", "paid"),
)
"""Columns that payments keep: of the log, and the amount as it was paid."""
PARTS = ("dated", "long", "funded", "core")
"""Parts of the money: each a column `is_...` of payments."""


@dataclass(frozen=True)
class Population:
    """Rows that are counted together: `by` as it is shown, and the groups of kinds in it."""

    by: dict[str, str]
    groups: tuple[str, ...]


POPULATIONS = (Population({}, ("a", "u")), Population({"kinds": "advocacy"}, ("a",)))
PAIR_KEYS = ["payer_id", "partner_id", "year", "group"]
PAIR_TYPES = {"year": "int64", "payment_count": "int64", "paid": "float64"}


class Payments:
    """The payments of one study to partners that are not anonymous, and sums of them.

    `rows` has `payer_id, partner_id` (its own), `year`, `group` (a: advocacy and
    research engagement, u: hybrid and unclassified, s: support), `net_amount` in the reporting
    currency, `is_worded` of a purpose in words, and the columns of `KEPT` and `PARTS`.
    """

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables

    @cached_property
    def rows(self) -> ibis.Table:
        """Every payment."""
        return payments_of(self.tables["engagement"], self.tables)

    @cached_property
    def pair_years(self) -> pd.DataFrame:
        """`payment_count` and `paid` per payer, partner, year and group, in order of the keys."""
        found: pd.DataFrame = self._asked.filter(pc.is_null(self._asked["totals"])).to_pandas()
        found = found.drop(columns="totals").astype(PAIR_TYPES)
        if self.tables.study.partner_level == "partner":
            return found
        return at_level(self.tables, found).groupby(PAIR_KEYS, as_index=False).sum()

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """All payments but support; where some are unclear, advocacy without them too."""
        return POPULATIONS if (self.pair_years["group"] == "u").any() else POPULATIONS[:1]

    @cached_property
    def has_amounts(self) -> bool:
        """Whether any amount is known: without one, no payment is not a count of none."""
        log = self.tables["engagement"]
        return bool(money(log, self.tables.study).count().to_pyarrow().as_py())

    @property
    def relations(self) -> pd.DataFrame:
        """`pair_years` without support."""
        return self.pairs_of(self.populations[0])

    def pairs_of(self, population: Population) -> pd.DataFrame:
        """`pair_years` of a population."""
        rows: pd.DataFrame = self.pair_years
        mine: pd.DataFrame = rows[rows["group"].isin(population.groups)]
        return mine

    @cached_property
    def worded_count(self) -> int:
        """Payments of every kind with a purpose in words."""
        return int(self._totals["worded_count"])

    def totals(self, population: Population) -> dict[str, Any]:
        """`quantiles` of the net amounts of a population, null of none, and its counts and sums.

        `dated_count` and `dated_paid` of payments with both agreement dates, `long_paid` of those
        under agreements of 24 months; `funded_count` and `funded_paid` of payments with a funding
        type, `core_paid` of those free to use.
        """
        start = _prefix(population)
        return {
            name.removeprefix(start): value
            for name, value in self._totals.items()
            if name.startswith(start)
        }

    @cached_property
    def _totals(self) -> dict[str, Any]:
        """Everything that is not needed by pair."""
        [found] = self._asked["totals"].drop_null().to_pylist()
        return dict(found)

    @cached_property
    def _asked(self) -> pa.Table:
        """Pairs and years, and one row of `totals`: the payments are found once for both."""
        pairs, whole = _of_pairs(self.rows), _of_all(self.rows)
        pairs = pairs.mutate(totals=ibis.null(whole.totals.type()))
        none = {name: ibis.null(kind) for name, kind in pairs.schema().items() if name != "totals"}
        both = ibis.union(pairs, whole.mutate(**none)[pairs.columns])
        return both.order_by(PAIR_KEYS).to_pyarrow()


def _of_pairs(rows: ibis.Table) -> ibis.Table:
    return rows.group_by(PAIR_KEYS).agg(
        payment_count=rows.count(), paid=exact(rows.net_amount.sum())
    )


def _of_all(rows: ibis.Table) -> ibis.Table:
    """`totals`: counts, sums and quantiles of each population, in one structure."""
    every = _of_parts(rows).cross_join(_quantiles(rows))
    return every.select(totals=ibis.struct({name: every[name] for name in every.columns}))


def _of_parts(rows: ibis.Table) -> ibis.Table:
    """Counts and sums of each population, from those of the few groups of like payments."""
    alike = rows.group_by("group", "is_worded", *(f"is_{name}" for name in PARTS)).agg(
        n=rows.count(), paid=rows.net_amount.sum()
    )
    asked: dict[str, Any] = {"worded_count": alike.n.sum(where=alike.is_worded).fill_null(0)}
    for population in POPULATIONS:
        start, is_mine = _prefix(population), alike.group.isin(population.groups)
        for name in PARTS:
            is_part = alike[f"is_{name}"] & is_mine
            asked[f"{start}{name}_paid"] = exact(alike.paid.sum(where=is_part))
            asked[f"{start}{name}_count"] = alike.n.sum(where=is_part).fill_null(0)
    return alike.aggregate(**asked)


def _quantiles(rows: ibis.Table) -> ibis.Table:
    amount, shares = rows.net_amount.cast("float64"), [float(share) for share in QUANTILES]
    asked = {
        f"{_prefix(population)}quantiles": amount.quantile(
            shares, where=rows.group.isin(population.groups)
        )
        for population in POPULATIONS
    }
    return rows.aggregate(**asked)


def _prefix(population: Population) -> str:
    return "".join(population.groups) + ":"


def _parts(rows: ibis.Table) -> dict[str, Any]:
    """Whether there are both agreement dates, a long agreement, funding of known type, core."""
    return {
        "is_dated": is_given(rows.agreement_start) & is_given(rows.agreement_end),
        "is_long": surely(is_long(rows)),
        "is_funded": is_given(rows.funding_type) & (rows.funding_type != "none"),
        "is_core": surely(rows.funding_type == "core_unrestricted"),
    }


def exact(amount: Any) -> Any:
    """An exact sum as a float; none is 0."""
    return amount.cast(MONEY).cast("float64").fill_null(ibis.literal(0.0))


def with_a_name(tables: IndicatorTables, rows: ibis.Table) -> ibis.Table:
    """Rows of partners that are not anonymous."""
    if not tables.has_anonymous:
        return rows
    partner = tables["partner"]
    return rows.anti_join(partner.filter(surely(partner.is_anonymous)), "partner_id")


def at_level(tables: IndicatorTables, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with `partner_id` at the level that the study counts: its own, or its parent's."""
    if tables.study.partner_level == "partner":
        return rows
    parent = rows["partner_id"].map(tables.parents)
    return rows.assign(partner_id=parent.where(parent.notna(), rows["partner_id"]))


def payments_of(log: ibis.Table, tables: IndicatorTables) -> ibis.Table:
    """Payments of a part of the log."""
    paid = with_paid(log.filter(is_empty(log.reverses_engagement_id)), tables.study)
    undone = tables.linked.filter(is_given(tables.linked.reverses_engagement_id))
    net = less_reversed(_told(paid), with_paid(undone, tables.study))
    return with_a_name(tables, net.filter(net.net_amount > 0))


def _told(rows: ibis.Table) -> ibis.Table:
    """Texts become short codes before any join: few differ, which the engine knows up to there."""
    return rows.select(
        *KEPT,
        group=ibis.cases((rows.kind.isin(PLAIN), "a"), (rows.kind.isin(UNCLEAR), "u"), else_="s"),
        year=rows.start_date.year().cast("int64"),
        is_worded=surely(rows.purpose.strip() != ""),
        **_parts(rows),
    )

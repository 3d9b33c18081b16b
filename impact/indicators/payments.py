"""Payments: engagements with a known amount that is above zero after its reversals."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pandas as pd

from impact.allocation import MONEY, money, with_net_amount
from impact.indicators.expressions import is_empty, is_given, is_long, surely
from impact.indicators.tables import IndicatorTables

PLAIN = ("advocacy", "research_engagement")
UNCLEAR = ("hybrid", "unclassified")


MEDIAN = "0.5"
QUANTILES = (MEDIAN, "0.25", "0.75")
READ = (
    *("engagement_id", "reverses_engagement_id", "payer_id", "partner_id", "kind"),
    *("start_date", "date_precision", "amount", "amount_reporting", "currency"),
    *("funding_type", "agreement_start", "agreement_end", "product_id", "purpose"),
)
"""Columns of the log that payments are made from."""


@dataclass(frozen=True)
class Population:
    """Rows that are counted together: `by` as it is shown, and the groups of kinds in it."""

    by: dict[str, str]
    groups: tuple[str, ...]


class Payments:
    """The payments of one study to partners that are not anonymous, and sums of them.

    `rows` has `payer_id, partner_id` (its own), `year`, `group` (a: advocacy and
    research engagement, u: hybrid and unclassified, s: support), `net_amount` in the reporting
    currency, and the other columns of `READ`.
    """

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables
        self.rows = payments_of(tables["engagement"], tables)

    @cached_property
    def pair_years(self) -> pd.DataFrame:
        """Per payer, partner, year and group, in order of the keys: all that is summed.

        `payment_count` and `paid`; the same of payments with both agreement dates (`dated`) and
        with a funding type (`funded`); `long_paid` under agreements of 24 months, `core_paid`
        free to use, `worded_count` with a purpose in words.
        """
        keys = ["payer_id", "partner_id", "year", "group"]
        rows = self.rows
        dated = is_given(rows.agreement_start) & is_given(rows.agreement_end)
        funded = is_given(rows.funding_type) & (rows.funding_type != "none")
        core = surely(rows.funding_type == "core_unrestricted")
        sums = rows.group_by(keys).agg(
            payment_count=rows.count(),
            paid=_exact(rows.net_amount.sum()),
            dated_count=rows.count(where=dated),
            dated_paid=_exact(rows.net_amount.sum(where=dated)),
            long_paid=_exact(rows.net_amount.sum(where=surely(is_long(rows)))),
            funded_count=rows.count(where=funded),
            funded_paid=_exact(rows.net_amount.sum(where=funded)),
            core_paid=_exact(rows.net_amount.sum(where=core)),
            worded_count=rows.count(where=surely(rows.purpose.strip() != "")),
        )
        found: pd.DataFrame = sums.order_by(keys).to_pandas()
        if self.tables.study.partner_level == "partner":
            return found
        return at_level(self.tables, found).groupby(keys, as_index=False).sum()

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """All payments but support; where some are unclear, advocacy without them too."""
        whole, clear = Population({}, ("a", "u")), Population({"kinds": "advocacy"}, ("a",))
        return (whole, clear) if "u" in set(self.pair_years["group"]) else (whole,)

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
    def quantiles(self) -> dict[tuple[str, ...], list[float] | None]:
        """`QUANTILES` of the net amounts of each population, by its groups; null of none."""
        amount = self.rows.net_amount.cast("float64")
        shares = [float(quantile) for quantile in QUANTILES]
        found = {
            "_".join(p.groups): amount.quantile(shares, where=self.rows.group.isin(p.groups))
            for p in self.populations
        }
        [row] = self.rows.aggregate(**found).to_pyarrow().to_pylist()
        return {
            population.groups: row["_".join(population.groups)] for population in self.populations
        }


def _exact(amount: Any) -> Any:
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


def with_group(engagement: ibis.Table) -> ibis.Table:
    """Add the group of the kind: a, u or s."""
    group = ibis.cases(
        (engagement.kind.isin(PLAIN), "a"), (engagement.kind.isin(UNCLEAR), "u"), else_="s"
    )
    return engagement.mutate(group=group)


def payments_of(log: ibis.Table, tables: IndicatorTables) -> ibis.Table:
    """Payments of a part of the log in which reversals are beside what they take back."""
    net = with_net_amount(log.select(*READ), tables.study)
    paid = net.filter(is_empty(net.reverses_engagement_id) & (net.net_amount > 0))
    grouped = with_group(with_a_name(tables, paid))
    return grouped.mutate(year=grouped.start_date.year().cast("int64"))

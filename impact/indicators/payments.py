"""Payments: engagements with a known amount that is above zero after its reversals."""

from dataclasses import dataclass
from functools import cached_property

import ibis
import pandas as pd

from impact.allocation import MONEY, with_net_amount
from impact.indicators.expressions import is_empty, surely
from impact.indicators.tables import IndicatorTables

PLAIN = ("advocacy", "research_engagement")
UNCLEAR = ("hybrid", "unclassified")


@dataclass(frozen=True)
class Population:
    """Rows that are counted together: `by` as it is shown, and the groups of kinds in it."""

    by: dict[str, str]
    groups: tuple[str, ...]


class Payments:
    """The payments of one study to partners that are not anonymous, and sums of them.

    `rows` has `payer_id, partner_id` (at the study's level), `year`, `group` (a: advocacy and
    research engagement, u: hybrid and unclassified, s: support), `net_amount` in the reporting
    currency, and the engagement's other columns.
    """

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables
        self.rows = _payments(tables)

    @cached_property
    def pair_years(self) -> pd.DataFrame:
        """Per payer, partner, year and group: `payment_count` and `paid`, in order of the keys."""
        keys = ["payer_id", "partner_id", "year", "group"]
        sums = self.rows.group_by(keys).agg(
            payment_count=self.rows.count(),
            paid=self.rows.net_amount.sum().cast(MONEY).cast("float64"),
        )
        found: pd.DataFrame = sums.order_by(keys).to_pandas()
        return found

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """All payments but support; where some are unclear, advocacy without them too."""
        whole, clear = Population({}, ("a", "u")), Population({"kinds": "advocacy"}, ("a",))
        return (whole, clear) if "u" in set(self.pair_years["group"]) else (whole,)

    @property
    def relations(self) -> pd.DataFrame:
        """`pair_years` without support."""
        return self.pairs_of(self.populations[0])

    def pairs_of(self, population: Population) -> pd.DataFrame:
        """`pair_years` of a population."""
        rows: pd.DataFrame = self.pair_years
        mine: pd.DataFrame = rows[rows["group"].isin(population.groups)]
        return mine

    def rows_of(self, population: Population) -> ibis.Table:
        """`rows` of a population."""
        return self.rows.filter(self.rows.group.isin(population.groups))


def with_partner(tables: IndicatorTables, engagement: ibis.Table) -> ibis.Table:
    """Engagements with partners that are not anonymous, `partner_id` at the study's level."""
    partner = tables["partner"]
    known = partner.filter(~surely(partner.is_anonymous))
    parent = known.parent_partner_id
    is_parent = tables.study.partner_level == "parent"
    level = ibis.coalesce(parent, known.partner_id) if is_parent else known.partner_id
    named = engagement.join(known.select("partner_id", counted_id=level), "partner_id")
    return named.mutate(partner_id=named.counted_id).drop("counted_id")


def with_group(engagement: ibis.Table) -> ibis.Table:
    """Add the group of the kind: a, u or s."""
    group = ibis.cases(
        (engagement.kind.isin(PLAIN), "a"), (engagement.kind.isin(UNCLEAR), "u"), else_="s"
    )
    return engagement.mutate(group=group)


def _payments(tables: IndicatorTables) -> ibis.Table:
    net = with_net_amount(tables["engagement"], tables.study)
    paid = net.filter(is_empty(net.reverses_engagement_id) & (net.net_amount > 0))
    grouped = with_group(with_partner(tables, paid))
    return grouped.mutate(year=grouped.start_date.year().cast("int64"))

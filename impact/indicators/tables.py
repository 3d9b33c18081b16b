"""What indicators are computed from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import ibis
import pandas as pd

from impact.indicators.expressions import is_given, surely
from impact.indicators.linked import read_linked
from schemas.findings import Effect
from schemas.study import Study


@dataclass(frozen=True)
class IndicatorTables:
    """The tables of one study.

    `core` holds every core table by name; `engagement` in it is `impact.kind.classify`'s, with
    a kind in every row. `named` are the tables that the study has a source of, `effects` the
    planned effects as they were judged.
    """

    study: Study
    core: Mapping[str, ibis.Table]
    named: frozenset[str]
    effects: tuple[Effect, ...] = ()

    def __getitem__(self, table: str) -> ibis.Table:
        """A core table by name."""
        return self.core[table]

    @property
    def end(self) -> dt.date:
        """Last day that can be known: of the window, or the clock where that is earlier."""
        return min(self.study.window.end, self.study.as_of)

    @cached_property
    def linked(self) -> ibis.Table:
        """Reversals, and what a reversal, an allocation or a piece of advice names."""
        return read_linked(self.core)

    @cached_property
    def need(self) -> pd.DataFrame:
        """People in need of the latest period known of each condition, unit and subgroup.

        `condition_code, unit_id, subgroup_id, prevalent_count`, in order of the three keys.
        """
        table = self.core["population_need"]
        rows = table.filter(table.period_start <= self.study.as_of)
        keys = ["condition_code", "unit_id", "subgroup_id"]
        latest = rows.group_by(keys).agg(
            prevalent_count=rows.prevalent_count.argmax(rows.period_start).cast("float64")
        )
        found: pd.DataFrame = latest.order_by(keys).to_pandas()
        return found

    @cached_property
    def parents(self) -> pd.Series:
        """The parent of each partner that has one."""
        partner = self.core["partner"]
        rows = partner.filter(is_given(partner.parent_partner_id))
        found: pd.DataFrame = rows.select("partner_id", "parent_partner_id").to_pandas()
        named: pd.Series = found.set_index("partner_id")["parent_partner_id"]
        return named

    @cached_property
    def has_anonymous(self) -> bool:
        """Whether the source withholds the name of any partner."""
        return bool(self.core["partner"].is_anonymous.sum().to_pyarrow().as_py())

    @cached_property
    def partner_names(self) -> dict[str, str]:
        """Names of partners by id; none of one whose name the source withholds."""
        partner = self.core["partner"]
        rows = partner.filter(~surely(partner.is_anonymous)).select("partner_id", "name")
        found = rows.to_pandas()
        return dict(zip(found["partner_id"], found["name"], strict=True))

    @cached_property
    def dimensions(self) -> pd.Series:
        """Dimension of every subgroup, in order of `subgroup_id`."""
        rows = self.core["subgroup"].select("subgroup_id", "dimension").to_pandas()
        found: pd.Series = rows.set_index("subgroup_id")["dimension"].sort_index()
        return found

    @cached_property
    def levels(self) -> dict[str, str]:
        """What the level of each subgroup is called."""
        found = self.core["subgroup"].select("subgroup_id", "level").to_pandas()
        return dict(zip(found["subgroup_id"], found["level"], strict=True))

    @cached_property
    def _rates(self) -> pd.DataFrame:
        table = self.core["fx_rate"]
        rows = table.filter(table.to_currency == self.study.currency).order_by("rate_date")
        found: pd.DataFrame = rows.to_pandas()
        return found.assign(rate_date=pd.to_datetime(found["rate_date"]))

    def rates(self, currency: str) -> pd.DataFrame:
        """`rate_date` and `rate` of a currency to the reporting currency, by date."""
        rates: pd.DataFrame = self._rates
        known: pd.DataFrame = rates[rates["currency"] == currency]
        return known

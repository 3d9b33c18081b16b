"""How many people live with a condition."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class PopulationNeed(CoreModel):
    """One row per condition, unit, subgroup and period."""

    condition_code: pl.String = fields.identifier("The disease or condition.")
    unit_id: pl.String = fields.identifier("Where.", references="unit")
    subgroup_id: pl.String = fields.identifier(
        "Who; `all` is everyone.", references="subgroup", exempt=("all",)
    )
    period_start: pl.Date = fields.date("First day of the period.")
    prevalent_count: pl.Int64 = fields.count("People living with the condition.", unit="persons")

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("condition_code", "unit_id", "subgroup_id", "period_start"), rows_expected=False
        )

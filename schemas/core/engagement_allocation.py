"""One engagement spread over units, initiatives or subgroups."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class EngagementAllocation(CoreModel):
    """One row per engagement and target; the shares of an engagement sum to at most 1."""

    engagement_id: pl.String = fields.identifier(
        "The engagement that is spread.", references="engagement"
    )
    initiative_id: pl.String = fields.identifier(
        "The initiative that gets the share.", references="initiative", nullable=True
    )
    unit_id: pl.String = fields.identifier(
        "The unit that gets the share.", references="unit", nullable=True
    )
    subgroup_id: pl.String = fields.identifier(
        "The subgroup that gets the share.", references="subgroup", exempt=("all",), nullable=True
    )
    share: pl.Float64 = fields.number("Part of the engagement.", unit="share", ge=0, le=1)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("engagement_id", "initiative_id", "unit_id", "subgroup_id"),
            needs=("engagement",),
            rows_expected=False,
            shares_sum=("engagement_id", "share"),
        )

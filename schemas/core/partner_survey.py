"""What partners say about the company."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import InOrder


class PartnerSurvey(CoreModel):
    """One row per answer."""

    partner_id: pl.String = fields.identifier("The partner that answered.", references="partner")
    wave: pl.String = fields.identifier("Round of the survey.")
    item_id: pl.String = fields.identifier("The question.")
    score: pl.Float64 = fields.number("The answer.", unit="points", ge=0)
    scale_max: pl.Float64 = fields.number("Highest possible answer.", unit="points", gt=0)
    invited_count: pl.Int64 = fields.count(
        "Persons of the partner who were asked.", unit="persons", nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            rules=(InOrder("score", "scale_max"),), rows_expected=False, lookups=("alias",)
        )

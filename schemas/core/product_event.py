"""Milestones of a product."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class ProductEvent(CoreModel):
    """One row per product, event, date and region."""

    product_id: pl.String = fields.identifier("The product.")
    event: pl.String = fields.word("What happened.", vocabulary.ProductEventType)
    event_date: pl.Date = fields.date("Day it happened, or is planned.", may_be_future=True)
    region_code: pl.String = fields.text("ISO 3166 code of where it happened.", nullable=True)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("product_id", "event", "event_date", "region_code"), rows_expected=False
        )

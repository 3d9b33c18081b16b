"""Payments as payers or partners disclosed them."""

from typing import Annotated

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class PublicDisclosure(CoreModel):
    """One row per disclosed payment or sum."""

    scheme: pl.String = fields.text("Scheme or register it was disclosed in.")
    declared_by: pl.String = fields.word("Which side disclosed it.", vocabulary.DeclaredBy)
    year: pl.Int64 = fields.count("Calendar year of the payment.", unit="year", ge=1900, le=2999)
    payer_id: pl.String = fields.identifier("Who paid.")
    partner_id: pl.String = fields.identifier("Who received.", references="partner")
    amount: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Amount disclosed.", unit="currency", signed=True
    )
    currency: pl.String = fields.code("Currency of the amount.", "currency")
    purpose: pl.String = fields.text("Purpose as disclosed.", nullable=True)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(rows_expected=False, lookups=("alias", "fx_rate"))

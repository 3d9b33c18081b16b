"""Exchange rates."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class FxRate(CoreModel):
    """One row per pair of currencies and date."""

    currency: pl.String = fields.code("Currency that is converted.", "currency")
    to_currency: pl.String = fields.code("Currency it is converted to.", "currency")
    rate_date: pl.Date = fields.date("Day from which the rate holds.")
    rate: pl.Float64 = fields.number(
        "Units of to_currency for one unit of currency.", unit="to_currency per currency", gt=0
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("currency", "to_currency", "rate_date"), rows_expected=False)

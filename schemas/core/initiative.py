"""One program of engagement with one aim."""

from typing import Annotated

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import Needs


class Initiative(CoreModel):
    """One row per initiative."""

    initiative_id: pl.String = fields.identifier("The initiative.")
    name: pl.String = fields.text("Its name.")
    theory_of_change: pl.String = fields.text("How it is meant to improve outcomes.", nullable=True)
    owner_function: pl.String = fields.text("Function of the company that owns it.", nullable=True)
    budget: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Planned spend.", unit="currency", nullable=True
    )
    currency: pl.String = fields.code("Currency of the budget.", "currency", nullable=True)
    registered_date: pl.Date = fields.date("Day it was registered.", nullable=True)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("initiative_id",), rules=(Needs("budget", ("currency",)),))

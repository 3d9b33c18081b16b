"""An advocacy group, or another organisation the company works with."""

from typing import Annotated

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import Differs, Needs


class Partner(CoreModel):
    """One row per organisation."""

    partner_id: pl.String = fields.identifier("The organisation.")
    name: pl.String = fields.text("Its name, kept as written.")
    org_type: pl.String = fields.word("What it is.", vocabulary.OrgType)
    parent_partner_id: pl.String = fields.identifier(
        "The organisation it belongs to.", references="partner", nullable=True
    )
    is_anonymous: pl.Boolean = fields.flag(
        "Whether the source withholds its identity.", nullable=True
    )
    country_code: pl.String = fields.code("Country of its seat.", "country", nullable=True)
    condition_code: pl.String = fields.identifier(
        "The disease or condition it works on.", nullable=True
    )
    annual_income: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Income of the last year.", unit="income_currency", nullable=True
    )
    income_currency: pl.String = fields.code("Currency of the income.", "currency", nullable=True)
    is_patient_governed: pl.Boolean = fields.flag(
        "Whether patients hold the majority of its board.", nullable=True
    )
    is_charity_assistance: pl.Boolean = fields.flag(
        "Whether it is an independent charity that pays patients' costs.", nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("partner_id",),
            rules=(
                Needs("annual_income", ("income_currency",)),
                Differs("parent_partner_id", "partner_id"),
            ),
        )

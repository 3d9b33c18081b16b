"""Whose outcome is observed."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import Differs


class Unit(CoreModel):
    """One row per unit; parents are rows too, with or without outcomes."""

    unit_id: pl.String = fields.identifier("The unit.")
    name: pl.String = fields.text("Its name.")
    unit_type: pl.String = fields.word("What it is.", vocabulary.UnitType)
    parent_id: pl.String = fields.identifier(
        "The unit it lies in.", references="unit", nullable=True
    )
    region_code: pl.String = fields.text("ISO 3166-2 code where one exists.", nullable=True)
    population: pl.Float64 = fields.number(
        "Persons who live in it.", unit="persons", ge=0, nullable=True
    )
    neighbour_ids: pl.String = fields.text(
        "Ids of the units next to it, separated by semicolons.", nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("unit_id",), rules=(Differs("parent_id", "unit_id"),))

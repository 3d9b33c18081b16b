"""Which unit was exposed to which initiative, from when."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import InOrder


class Exposure(CoreModel):
    """One row per initiative, unit and spell of constant dose."""

    initiative_id: pl.String = fields.identifier("The initiative.", references="initiative")
    unit_id: pl.String = fields.identifier(
        "The unit that is exposed, with all its descendants.", references="unit"
    )
    start_date: pl.Date = fields.date("First day of the spell; its period is the first exposed.")
    end_date: pl.Date = fields.date(
        "Last day of the spell, inclusive.", may_be_future=True, nullable=True
    )
    dose: pl.Float64 = fields.number(
        "How much; 0 for a comparison unit of a randomised design.",
        unit="dose_unit",
        ge=0,
        nullable=True,
    )
    dose_unit: pl.String = fields.text("Unit of the dose.", nullable=True)
    assignment: pl.String = fields.word(
        "How it came that this unit was exposed.", vocabulary.Assignment
    )
    assignment_level: pl.String = fields.word(
        "Level at which it was assigned.", vocabulary.AssignmentLevel, nullable=True
    )
    block_id: pl.String = fields.identifier(
        "Block of a randomised design; empty is one block of its own.", nullable=True
    )
    assignment_probability: pl.Float64 = fields.number(
        "Probability of being assigned to exposure.", unit="probability", ge=0, le=1, nullable=True
    )
    anticipated_from: pl.Date = fields.date("Day from which exposure was expected.", nullable=True)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("initiative_id", "unit_id", "start_date"),
            needs=("initiative", "unit"),
            rules=(
                InOrder("start_date", "end_date"),
                InOrder("anticipated_from", "start_date"),
            ),
            no_overlap=(("initiative_id", "unit_id"), "start_date", "end_date"),
        )

"""Decisions of patient relevance, with or without patient input."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class Decision(CoreModel):
    """One row per decision."""

    decision_id: pl.String = fields.identifier("The decision.")
    product_id: pl.String = fields.identifier("The product it concerns.", nullable=True)
    lifecycle_phase: pl.String = fields.word(
        "Phase of the product's life.", vocabulary.LifecyclePhase
    )
    decision_area: pl.String = fields.text("What was decided on.")
    decision_date: pl.Date = fields.date("Day of the decision.")
    input_id: pl.String = fields.identifier(
        "The patient advice it followed, or considered.", references="patient_input", nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("decision_id",), rows_expected=False)

"""One piece of patient advice, and what became of it."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import InOrder


class PatientInput(CoreModel):
    """One row per piece of advice."""

    input_id: pl.String = fields.identifier("The piece of advice.")
    engagement_id: pl.String = fields.identifier(
        "The engagement it was given in.", references="engagement"
    )
    received_date: pl.Date = fields.date("Day it was received.")
    topic: pl.String = fields.word("What it is about.", vocabulary.Topic)
    decision_area: pl.String = fields.text("The decision it was meant for.", nullable=True)
    decision_date: pl.Date = fields.date("Day it was decided on.", nullable=True)
    decision_status: pl.String = fields.word("What became of it.", vocabulary.DecisionStatus)
    reason: pl.String = fields.text("Why it was decided so.", nullable=True)
    artefact_type: pl.String = fields.text("The kind of document that changed.", nullable=True)
    artefact_id: pl.String = fields.identifier("The document that changed.", nullable=True)
    feedback_date: pl.Date = fields.date("Day the givers were told.", nullable=True)
    influence_company: pl.Int64 = fields.count(
        "The company's rating of its influence, 1 to 5.", unit="rating", ge=1, le=5, nullable=True
    )
    influence_partner: pl.Int64 = fields.count(
        "The partner's rating of its influence, 1 to 5.", unit="rating", ge=1, le=5, nullable=True
    )
    subgroup_id: pl.String = fields.identifier(
        "Whose advice it is.", references="subgroup", exempt=("all",), nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("input_id",),
            needs=("engagement",),
            rules=(
                InOrder("received_date", "decision_date"),
                InOrder("received_date", "feedback_date"),
            ),
        )

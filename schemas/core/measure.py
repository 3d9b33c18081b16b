"""What is measured, in which unit, and which way is better."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import InOrder


class Measure(CoreModel):
    """One row per measure."""

    measure_id: pl.String = fields.identifier("The measure.")
    name: pl.String = fields.text("Its name.")
    unit_label: pl.String = fields.text("Unit as a reader sees it.")
    scale: pl.Float64 = fields.number(
        "Value = numerator / denominator times scale.", unit="factor", default=1.0, gt=0
    )
    direction: pl.String = fields.word("Which way is better for patients.", vocabulary.Direction)
    family: pl.String = fields.word("What it says something about.", vocabulary.MeasureFamily)
    period: pl.String = fields.word(
        "Length of its periods where it differs from the study's.",
        vocabulary.PeriodLength,
        nullable=True,
    )
    valid_min: pl.Float64 = fields.number(
        "Least possible value.", unit="measure.unit_label", nullable=True
    )
    valid_max: pl.Float64 = fields.number(
        "Greatest possible value.", unit="measure.unit_label", nullable=True
    )
    is_proxy: pl.Boolean = fields.flag(
        "Whether it stands in for what patients care about.", nullable=True
    )
    source: pl.String = fields.text("Where it comes from.", nullable=True)

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("measure_id",), rules=(InOrder("valid_min", "valid_max"),))

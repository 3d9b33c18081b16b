"""What was observed, where, when and for whom."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import InOrder, Needs, WhenWord


class Outcome(CoreModel):
    """One row per measure, unit, period and subgroup."""

    measure_id: pl.String = fields.identifier("What was measured.", references="measure")
    unit_id: pl.String = fields.identifier("Whose outcome it is.", references="unit")
    period_start: pl.Date = fields.date("First day of the period.")
    subgroup_id: pl.String = fields.identifier(
        "For whom; `all` is everyone, supplied, never summed.",
        references="subgroup",
        exempt=("all",),
    )
    value: pl.Float64 = fields.number(
        "The outcome in the measure's unit.", unit="measure.unit_label", nullable=True
    )
    numerator: pl.Float64 = fields.number(
        "Persons or events counted.", unit="count", ge=0, nullable=True
    )
    denominator: pl.Float64 = fields.number(
        "Persons or time observed.", unit="count", gt=0, nullable=True
    )
    person_count: pl.Int64 = fields.count(
        "Persons assigned to the cell.", unit="persons", nullable=True
    )
    std_error: pl.Float64 = fields.number(
        "Standard error of the value.", unit="measure.unit_label", ge=0, nullable=True
    )
    status: pl.String = fields.word("Whether it was observed.", vocabulary.OutcomeStatus)
    lower_bound: pl.Float64 = fields.number(
        "Least possible numerator of a suppressed cell.", unit="count", ge=0, nullable=True
    )
    upper_bound: pl.Float64 = fields.number(
        "Greatest possible numerator of a suppressed cell.", unit="count", ge=0, nullable=True
    )
    recorded_date: pl.Date = fields.date(
        "Day the value was recorded.", nullable=True, may_be_future=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("measure_id", "unit_id", "period_start", "subgroup_id"),
            needs=("measure", "unit"),
            rules=(
                Needs("numerator", ("denominator", "value")),
                InOrder("lower_bound", "upper_bound"),
                WhenWord("value", "status", ("observed", "provisional"), given=True),
                WhenWord("value", "status", ("suppressed", "missing"), given=False),
            ),
            window_column="period_start",
            recorded_column="recorded_date",
        )

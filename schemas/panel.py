"""The panel: the one table every estimate is made from."""

import pandera.pandas as pa
from pandera.typing import Series


class Panel(pa.DataFrameModel):
    """One row per measure, unit, subgroup and period: the outcome, and who stands behind it."""

    measure_id: Series[str] = pa.Field(description="What was measured.")
    unit_id: Series[str] = pa.Field(description="Whose outcome it is.")
    subgroup_id: Series[str] = pa.Field(description="For whom; `all` is everyone.")
    period: Series[int] = pa.Field(ge=0, description="Whole periods since the window's start.")
    outcome: Series[float] = pa.Field(
        nullable=True,
        description="The outcome; empty where it is missing or suppressed.",
        metadata={"unit": "measure.unit_label"},
    )
    person_count: Series[float] = pa.Field(
        ge=0, nullable=True, description="Persons assigned.", metadata={"unit": "persons"}
    )
    denominator: Series[float] = pa.Field(
        ge=0, nullable=True, description="Persons or time observed.", metadata={"unit": "count"}
    )
    is_suppressed: Series[bool] = pa.Field(description="Whether a small count hides the outcome.")
    lower_bound: Series[float] = pa.Field(
        nullable=True,
        description="Least the hidden outcome can be.",
        metadata={"unit": "measure.unit_label"},
    )
    upper_bound: Series[float] = pa.Field(
        nullable=True,
        description="Most the hidden outcome can be.",
        metadata={"unit": "measure.unit_label"},
    )

    class Config:
        """No other column, one row per key, and types as they are."""

        strict = True
        coerce = False
        unique = ["measure_id", "unit_id", "subgroup_id", "period"]  # noqa: RUF012 - pandera's form

"""`study.yaml`: what to read and how."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.strict import StrictModel
from schemas.vocabulary import ActivityType, PeriodLength, Requirement

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")]
StudyId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Window(StrictModel):
    """The study's calendar, both ends inclusive."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _start_before_end(self) -> "Window":
        if self.start > self.end:
            raise ValueError("window.start must not be after window.end")
        return self


class SourceFormat(StrictModel):
    """How one text source is written."""

    date: str = Field("%Y-%m-%d", description="strptime format of every date column.")
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header_row: int = Field(1, ge=1)


class Mapping(StrictModel):
    """From the source's own columns and values to ours."""

    format: SourceFormat = SourceFormat()
    columns: dict[str, str] = Field(default_factory=dict, description="our column: its column")
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="Rows to keep; the others are counted out of window."
    )


class Source(StrictModel):
    """One file, or one query, that holds rows of one table."""

    table: str
    path: str | None = None
    mapping: Mapping | str | None = Field(None, description="Inline, or the name of a preset.")
    connection: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if (self.path is None) == (self.connection is None):
            raise ValueError("a source needs either path or connection, not both")
        return self


class Study(StrictModel):
    """`study.yaml`, checked; unknown keys are errors."""

    study_id: StudyId
    title: str = Field(min_length=1, max_length=300)
    synthetic: bool = False
    period: PeriodLength
    window: Window
    as_of: dt.date = Field(description="The clock of the study.")
    currency: Currency
    small_cell: int = Field(11, ge=5, description="Smallest count of persons published.")
    max_quarantined_share: float = Field(0.20, ge=0, le=1)
    partner_level: Literal["partner", "parent"] = "partner"
    indicators: Literal["all"] | list[str] = "all"
    requirements: dict[ActivityType, list[Requirement]] = Field(
        default_factory=dict, description="Overrides of what an activity type requires."
    )
    engine: Literal["duckdb", "pyspark"] = "duckdb"
    sources: list[Source] = Field(min_length=1)

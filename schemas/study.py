"""`study.yaml`: what to read and how."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from schemas.mapping import Mapping, SourceFormat
from schemas.strict import StrictModel
from schemas.vocabulary import ActivityType, PeriodLength, Requirement

__all__ = ["Mapping", "QueryRows", "Source", "SourceFormat", "Study", "Window"]

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


@dataclass(frozen=True)
class QueryRows:
    """What a query gave: a file of text, and the SHA-256 of its header and rows in order."""

    path: Path
    sha256: str


class Source(StrictModel):
    """One file, or one query, that holds rows of one table."""

    table: str
    path: str | None = None
    mapping: Mapping | str | None = Field(None, description="Inline, or the name of a preset.")
    connection: str | None = Field(
        None,
        description="${NAME}: the environment variable that holds a postgresql:// address; "
        "never the address itself.",
    )
    query: str | None = Field(
        None, min_length=1, description="One SELECT; with an ORDER BY its rows have one order."
    )
    _rows: QueryRows | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if (self.path is None) == (self.connection is None):
            raise ValueError("a source needs either path or connection, not both")
        if (self.connection is None) != (self.query is None):
            raise ValueError("a source with a connection needs a query, one with a path has none")
        return self

    @property
    def rows(self) -> QueryRows | None:
        """The rows of the query, once a run has read them."""
        return self._rows

    def with_rows(self, rows: QueryRows) -> "Source":
        """The same source, of which the query's rows were read."""
        copy = self.model_copy()
        copy._rows = rows
        return copy


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

"""What a site sends instead of rows: by effect and cohort a count, means and cross-products."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.findings import EventTime
from schemas.strict import StrictModel
from schemas.vocabulary import PeriodLength

StdError = Annotated[float | None, Field(gt=0, description="Null where nothing varies.")]


class SiteCohort(StrictModel):
    """The clusters of one effect that were first exposed in the same period."""

    start: int | None = Field(description="First exposed period of the study; null if never.")
    count: int = Field(ge=1, description="Clusters.")
    mean: list[float] = Field(description="Mean outcome of each period.")
    cross: list[float] = Field(
        description="Sums over clusters of products of deviations from `mean`: upper triangle, "
        "row by row."
    )


class Average(StrictModel):
    """One aggregation of the group-time effects."""

    name: Literal["simple", "event_time", "group", "calendar"]
    estimate: float
    std_error: StdError


class SiteAnswer(StrictModel):
    """What the statistics of one effect say: averages and event study over all post-periods."""

    averages: list[Average]
    event_study: list[EventTime]


class SiteQuestion(StrictModel):
    """What must be the same at every site for an effect to be merged."""

    effect_id: str
    measure_id: str
    comparison: Literal["never_exposed", "not_yet_exposed"]
    alpha: float = Field(gt=0, lt=1)
    seed: int
    periods: list[int] = Field(min_length=2, description="Study periods of the means, in order.")


class SiteEffect(SiteQuestion):
    """The statistics of one effect."""

    incomplete_count: int = Field(ge=0, description="Clusters left out: a period is missing.")
    cohorts: list[SiteCohort] = Field(min_length=1)
    answer: SiteAnswer | None = Field(None, description="Null where no effect can be estimated.")

    @model_validator(mode="after")
    def _shapes_fit(self) -> "SiteEffect":
        count = len(self.periods)
        if self.periods != sorted(set(self.periods)):
            raise ValueError("periods must ascend")
        starts = [cohort.start for cohort in self.cohorts]
        if len(set(starts)) != len(starts) or set(starts) - {None, *self.periods}:
            raise ValueError("each cohort must start in a period of its own among periods")
        for cohort in self.cohorts:
            if len(cohort.mean) != count or len(cohort.cross) != count * (count + 1) // 2:
                raise ValueError("mean and cross must fit the number of periods")
        return self


class SiteFile(StrictModel):
    """One site, or several merged; files merge when plan, calendar and periods are the same."""

    format: Literal["advocacy-site"] = "advocacy-site"
    version: Literal[1] = 1
    sites: list[str] = Field(min_length=1, description="study_id of every site in it.")
    plan_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    period: PeriodLength
    window_start: dt.date = Field(description="Start of period 0.")
    effects: list[SiteEffect]

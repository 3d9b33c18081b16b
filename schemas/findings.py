"""`findings.json`: every number that any reader sees."""

import datetime as dt
from typing import Literal

from pydantic import Field

from schemas.strict import StrictModel
from schemas.vocabulary import (
    CapReason,
    Certainty,
    Direction,
    EffectRole,
    IntervalName,
    Method,
    Question,
    Reason,
    Status,
    Verdict,
)


class Interval(StrictModel):
    """One way of removing bias, in the measure's own unit and sign; null where not evaluated."""

    name: IntervalName = Field(description="The way of removing bias.")
    status: Status = Field(description="Whether it leaves the effect standing.")
    estimate: float | None = Field(None, description="The effect in this way.")
    std_error: float | None = Field(None, description="Its standard error.")
    low95: float | None = Field(None, description="Lower end of the 95 % interval.")
    high95: float | None = Field(None, description="Upper end of the 95 % interval.")
    low90: float | None = Field(None, description="Lower end of the 90 % interval.")
    high90: float | None = Field(None, description="Upper end of the 90 % interval.")


class CertaintyCap(StrictModel):
    """One fact that keeps certainty at or below `cap`."""

    cap: Certainty
    why: CapReason


class Needed(StrictModel):
    """What it would take to decide; null where more of it would not help."""

    clusters: int | None = None
    periods: int | None = None


class EventTime(StrictModel):
    """The effect at one event time, with a pointwise interval and a simultaneous band."""

    event_time: int = Field(description="Periods since the first exposed one.")
    estimate: float = Field(description="The effect then, in the measure's own unit.")
    std_error: float | None = Field(None, description="Its standard error.")
    ci_low: float | None = Field(None, description="Lower end of its own 95 % interval.")
    ci_high: float | None = Field(None, description="Upper end of its own 95 % interval.")
    band_low: float | None = Field(None, description="Lower edge of the band over all event times.")
    band_high: float | None = Field(
        None, description="Upper edge of the band over all event times."
    )


class Alternative(StrictModel):
    """Another estimator's answer to the same question."""

    name: str
    estimate: float | None
    std_error: float | None = None


class Diagnostic(StrictModel):
    """A test of an assumption; it informs, and gates only where METHODS says so."""

    name: str = Field(description="The assumption that is tested.")
    status: Status = Field(description="Whether it passed.")
    value: float | None = Field(None, description="What was found.")
    threshold: float | None = Field(None, description="Where it begins to fail.")
    reason: Reason | None = Field(None, description="What a failure is called in a verdict.")


class Sensitivity(StrictModel):
    """How large a bias would have to be to break the finding.

    `straight_low`, `straight_high`: 95 % interval if the difference in trends were a straight
    line; `breakdown_bend`: largest change of its slope from one period to the next at which the
    interval still keeps clear of zero. Both in the measure's own unit and sign, and about the
    same post-period average as `breakdown_m`.
    """

    breakdown_m: float | None = None
    breakdown_slope: float | None = None
    breakdown_control_factor: float | None = None
    straight_low: float | None = None
    straight_high: float | None = None
    breakdown_bend: float | None = None


class Cost(StrictModel):
    """Advocacy spend of the initiative, and per unit of outcome where that can be said."""

    spend: float | None = Field(None, description="Advocacy spend of the initiative.")
    currency: str = Field(description="Currency of the spend.")
    cost_per_unit: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


class ArmMeans(StrictModel):
    """Mean outcome of each arm before the start and after it; null where it was not observed."""

    exposed_before: float | None = None
    exposed_after: float | None = None
    comparison_before: float | None = None
    comparison_after: float | None = None


class SubgroupPart(StrictModel):
    """Which part of the patients an effect is about; empty for everyone.

    `means` are over the clusters in which every level of the dimension was observed.
    """

    dimension: str = ""
    level: str = ""
    suppressed_share: float | None = Field(None, description="Share of its cells that are hidden.")
    means: ArmMeans = ArmMeans()


class SubgroupGap(StrictModel):
    """How far apart the levels of one dimension are, and whether the effect differs between them.

    `gap` is the largest level's mean minus the smallest level's. `apart` is the level whose
    effect differs most from the mean of the others, `difference` by how much, in the measure's
    own unit and sign; `p_value` is corrected for the number of levels and of dimensions.
    """

    dimension: str
    gap: ArmMeans = ArmMeans()
    apart: str | None = None
    difference: float | None = None
    std_error: float | None = None
    p_value: float | None = None


class Effect(StrictModel):
    """One planned effect: estimate in the measure's own unit and sign, verdict and certainty."""

    effect_id: str = Field(description="Which planned effect.")
    initiative_id: str = Field(description="The initiative whose effect it is.")
    initiative_name: str = Field(description="Name of the initiative.")
    measure_id: str = Field(description="What was measured.")
    measure_name: str = Field(description="Name of the measure.")
    unit_label: str = Field(description="Unit of the estimate and its bounds.")
    direction: Direction = Field(description="Which way is better for patients.")
    subgroup_id: str = Field("all", description="For whom; `all` is everyone.")
    role: EffectRole = Field(description="What the plan asks it for.")
    method: Method | None = Field(description="The estimator; null where none fits.")
    estimand: str = Field(
        "att", description="What is estimated; `att`: the mean effect on those exposed."
    )
    estimate: float | None = Field(
        None, description="The effect, in the measure's own unit and sign."
    )
    std_error: float | None = Field(None, description="Its standard error.")
    ci_low: float | None = Field(None, description="Lower end of the plain 95 % interval.")
    ci_high: float | None = Field(None, description="Upper end of the plain 95 % interval.")
    robust_low: float | None = Field(
        None, description="Least lower end of all applicable intervals."
    )
    robust_high: float | None = Field(
        None, description="Greatest upper end of all applicable intervals."
    )
    p_value: float | None = Field(None, description="Of no effect, by the test of the method.")
    exposed_count: int = Field(0, description="Exposed clusters.")
    comparison_count: int = Field(0, description="Comparison clusters.")
    period_count: int = Field(0, description="Periods before and after the start.")
    missing_share: float | None = Field(None, description="Share of outcomes that are missing.")
    smallest_worthwhile_effect: float | None = Field(
        None, description="The smallest effect worth the money, as planned."
    )
    mde: float | None = Field(None, description="The smallest effect that the data could detect.")
    verdict: Verdict = Field(description="What the evidence says.")
    reasons: list[Reason] = Field(default_factory=list, description="Why no more is said.")
    missing: list[str] = Field(default_factory=list, description="Tables or columns lacking.")
    certainty: Certainty | None = Field(description="How sure that is; null where not evaluable.")
    certainty_caps: list[CertaintyCap] = Field(default_factory=list)
    intervals: list[Interval] = Field(default_factory=list)
    needed: Needed = Needed()
    event_study: list[EventTime] = Field(default_factory=list)
    alternatives: list[Alternative] = Field(default_factory=list)
    diagnostics: list[Diagnostic] = Field(default_factory=list)
    sensitivity: Sensitivity = Sensitivity()
    part: SubgroupPart = SubgroupPart()
    gaps: list[SubgroupGap] = Field(default_factory=list)
    cost: Cost


class Headline(StrictModel):
    """The first primary effect of the plan; `text` is generated by rules."""

    text: str
    effect_id: str | None = None
    verdict: Verdict | None = None
    certainty: Certainty | None = None


class QuestionAnswer(StrictModel):
    """One of the three questions in at most 15 words."""

    id: Literal["Q1", "Q2", "Q3"]
    answer: str
    certainty: Certainty | None = None
    missing: list[str] = Field(default_factory=list, description="Tables that are lacking.")


class Indicator(StrictModel):
    """One indicator of METHODS §6."""

    indicator_id: str
    question: Question
    by: dict[str, str] = Field(default_factory=dict)
    label: str = Field(
        "", description="Public name of the partner, or level of the subgroup, that the row is of."
    )
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    unit: str
    status: Literal["OK", "NOT_EVALUATED"]
    reason: str | None = None


class RowAccount(StrictModel):
    """read = accepted + quarantined + superseded + out_of_window, per file."""

    table: str
    source_file: str
    read: int = Field(ge=0)
    accepted: int = Field(ge=0)
    quarantined: int = Field(ge=0)
    superseded: int = Field(ge=0)
    out_of_window: int = Field(ge=0)

    @property
    def is_balanced(self) -> bool:
        """Whether every row that was read is accounted for."""
        kept = self.accepted + self.quarantined + self.superseded + self.out_of_window
        return self.read == kept


class InputDigest(StrictModel):
    """One input file and the digest of its bytes."""

    path: str
    sha256: str


class Provenance(StrictModel):
    """What the findings were made from."""

    plan_sha256: str | None = None
    plan_amended: bool = False
    inputs: list[InputDigest] = Field(default_factory=list)
    code_version: str
    packages: dict[str, str] = Field(default_factory=dict)


class Findings(StrictModel):
    """The results file: readers see these numbers and no others."""

    schema_version: Literal[1] = 1
    study_id: str
    title: str
    synthetic: bool
    currency: str
    period: str
    data_as_of: dt.date
    window_start: dt.date
    window_end: dt.date
    headline: Headline
    questions: list[QuestionAnswer]
    effects: list[Effect] = Field(default_factory=list)
    indicators: list[Indicator] = Field(default_factory=list)
    row_accounts: list[RowAccount] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list, description="Warnings a reader must see.")
    provenance: Provenance

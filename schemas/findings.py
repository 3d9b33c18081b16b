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

    name: IntervalName
    status: Status
    estimate: float | None = None
    std_error: float | None = None
    low95: float | None = None
    high95: float | None = None
    low90: float | None = None
    high90: float | None = None


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

    event_time: int
    estimate: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    band_low: float | None = None
    band_high: float | None = None


class Alternative(StrictModel):
    """Another estimator's answer to the same question."""

    name: str
    estimate: float | None
    std_error: float | None = None


class Diagnostic(StrictModel):
    """A test of an assumption; it informs, and gates only where METHODS says so."""

    name: str
    status: Status
    value: float | None = None
    threshold: float | None = None
    reason: Reason | None = None


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

    spend: float | None = None
    currency: str
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

    effect_id: str
    initiative_id: str
    initiative_name: str
    measure_id: str
    measure_name: str
    unit_label: str
    direction: Direction
    subgroup_id: str = "all"
    role: EffectRole
    method: Method | None
    estimand: str = "att"
    estimate: float | None = None
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    robust_low: float | None = None
    robust_high: float | None = None
    p_value: float | None = None
    exposed_count: int = 0
    comparison_count: int = 0
    period_count: int = 0
    missing_share: float | None = None
    smallest_worthwhile_effect: float | None = None
    mde: float | None = None
    verdict: Verdict
    reasons: list[Reason] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list, description="Tables or columns lacking.")
    certainty: Certainty | None
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

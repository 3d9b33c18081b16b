"""`plan.yaml`: what will be asked, fixed before outcomes are read."""

from typing import Any, Literal

from pydantic import Field, model_validator

from schemas.strict import StrictModel
from schemas.vocabulary import Comparison, EffectRole, Kind, Method

MethodChoice = Literal["auto"] | Method


class ExposureRule(StrictModel):
    """Which engagements expose a unit."""

    kinds: list[Kind] = Field(default=["advocacy", "research_engagement"])
    min_amount: float = Field(0.0, ge=0, description="In the reporting currency.")
    carry_over: float = Field(0.0, ge=0, lt=1, description="Share of the dose kept per period.")


class AssignmentBasis(StrictModel):
    """How the order of exposure was fixed independently of outcomes."""

    basis: Literal["policy", "eligibility_threshold", "randomised"]
    reason: str = Field(min_length=1)


class UnitSelection(StrictModel):
    """Units an effect is estimated on."""

    unit_type: str | None = None
    where: dict[str, list[str]] = Field(default_factory=dict)


class Analysis(StrictModel):
    """How an effect is estimated and judged."""

    method: MethodChoice = "auto"
    comparison: Comparison = "never_exposed"
    cluster: Literal["unit_id", "parent_id"] = "unit_id"
    weights: Literal["none", "denominator", "person_count", "population"] = "none"
    covariates: list[str] = Field(
        default_factory=list,
        description="measure_ids, as last observed before the start, for doubly_robust",
    )
    negative_controls: list[str] = Field(default_factory=list, description="measure or effect ids")
    horizon: tuple[int, int] | None = Field(None, description="First and last event time.")
    anticipation: int = Field(0, ge=0, description="Periods by which exposure begins earlier.")
    partial_period: Literal["exposed", "excluded"] = "exposed"
    exposure_from: Literal["table", "engagement"] = "table"
    exposure_rule: ExposureRule = ExposureRule()
    dose_contrast: float | None = Field(None, gt=0)
    assignment: AssignmentBasis | None = None
    alpha: float = Field(0.05, gt=0, le=0.2)
    seed: int = Field(1, ge=0)
    units: UnitSelection = UnitSelection()

    @model_validator(mode="after")
    def _horizon_in_order(self) -> "Analysis":
        if self.horizon is not None and not 0 <= self.horizon[0] <= self.horizon[1]:
            raise ValueError("horizon must be [first, last] with 0 <= first <= last")
        return self


class PlannedEffect(StrictModel):
    """One question: this initiative, this measure; any key of analysis may be overridden."""

    effect_id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")
    initiative_id: str
    measure_id: str
    role: EffectRole = "primary"
    smallest_worthwhile_effect: float | None = Field(
        None, gt=0, description="In the measure's unit, positive; required for primary."
    )
    analysis: Analysis = Analysis()

    @model_validator(mode="after")
    def _primary_has_threshold(self) -> "PlannedEffect":
        if self.role == "primary" and self.smallest_worthwhile_effect is None:
            raise ValueError("a primary effect needs smallest_worthwhile_effect")
        return self


class Exclusion(StrictModel):
    """Rows left out on purpose, with the reason."""

    table: str
    where: dict[str, list[str]]
    reason: str = Field(min_length=1)


class Plan(StrictModel):
    """`plan.yaml`, checked; each effect carries its own complete analysis."""

    effects: list[PlannedEffect] = Field(min_length=1)
    analysis: Analysis = Analysis()
    subgroups: list[str] = Field(default_factory=list)
    exclusions: list[Exclusion] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _merge_overrides(cls, data: Any) -> Any:
        """Fold the shared analysis and each effect's own keys into the effect's analysis."""
        if not isinstance(data, dict) or not isinstance(data.get("effects"), list):
            return data
        shared = data.get("analysis") or {}
        if not isinstance(shared, dict):
            return data
        return {**data, "effects": [_with_analysis(e, shared) for e in data["effects"]]}

    @model_validator(mode="after")
    def _unique_effects(self) -> "Plan":
        ids = [effect.effect_id for effect in self.effects]
        if len(set(ids)) < len(ids):
            raise ValueError("effect_id must be unique within the plan")
        return self


def _with_analysis(effect: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(effect, dict):
        return effect
    own = {key: value for key, value in effect.items() if key in Analysis.model_fields}
    rest = {key: value for key, value in effect.items() if key not in own}
    given = rest.get("analysis") or {}
    return {**rest, "analysis": {**shared, **own, **given}}

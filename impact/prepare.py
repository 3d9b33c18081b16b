"""One effect before it is judged: its rows, its data, its estimate, or what is lacking."""

from dataclasses import dataclass, replace

import pandas as pd

from impact.calendar import MONTHS
from impact.effect_data import EffectTables, Measure, build_effect_data
from impact.estimate import NOTHING_BESIDE, choose_method, decide_only, estimate
from impact.gather import StudyTables
from impact.model import (
    DiagnosticResult,
    EffectData,
    Estimation,
    Interval,
    NotEvaluable,
    OutsideControl,
)
from impact.suppression import NAME as SUPPRESSED
from impact.suppression import check_suppressed
from impact.surroundings import (
    Surroundings,
    competing_units,
    control_effects,
    control_measures,
    outside_control,
)
from schemas.plan import MethodChoice, Plan, PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment, IntervalName

Result = Estimation | NotEvaluable


@dataclass(frozen=True)
class Prepared:
    """One effect's rows, data and estimate; `control_count` is K.

    Where the method forms no calibrated interval, K is the number of controls planned.

    `suppressed` says whether the sign holds at both extremes of suppressed cells.
    """

    effect: PlannedEffect
    measure: Measure
    tables: EffectTables
    data: EffectData | NotEvaluable
    result: Estimation | NotEvaluable
    control_count: int
    suppressed: DiagnosticResult

    @property
    def estimation(self) -> Estimation | None:
        """The estimate, None where there is none."""
        return self.result if isinstance(self.result, Estimation) else None


def prepare_effect(
    effect: PlannedEffect,
    plan: Plan,
    tables: StudyTables,
    study: Study,
    thresholds: Thresholds,
    *,
    is_brief: bool = False,
) -> Prepared:
    """Estimate one effect as far as its data allow; with `is_brief` nothing beside it."""
    measure = find_measure(tables.measure, effect.measure_id)
    mine = effect_tables(tables, effect)
    mine = replace(mine, around=surroundings(effect, plan, tables, study, thresholds))
    controls = count_controls(effect, plan, tables.panel)

    def estimated(
        rows: EffectTables, *, is_brief: bool
    ) -> tuple[EffectData | NotEvaluable, Result]:
        data = build_effect_data(rows, effect, measure, study, thresholds)
        if isinstance(data, NotEvaluable):
            return data, data
        return data, _estimated(data, effect, rows, thresholds, is_brief=is_brief)

    lacking = lacking_tables(effect, study) or lacking_rows(effect, tables)
    data, result = (lacking, lacking) if lacking else estimated(mine, is_brief=is_brief)
    suppressed = DiagnosticResult(SUPPRESSED, "NOT_EVALUATED")
    if isinstance(result, Estimation):
        suppressed = check_suppressed(mine, result, lambda rows: estimated(rows, is_brief=True)[1])
        if forms_calibrated(result):
            controls = result.control_count
        has_controls = controls >= thresholds.controls_calibration
        applies = _applicable(result, data, has_controls=has_controls)
        result = replace(result, intervals=(*result.intervals, *_uncomputed(result, applies)))
    return Prepared(effect, measure, mine, data, result, controls, suppressed)


def surroundings(
    effect: PlannedEffect, plan: Plan, tables: StudyTables, study: Study, thresholds: Thresholds
) -> Surroundings:
    """The effect's negative controls and the units that competing exposures reached."""
    panel = tables.panel[tables.panel["subgroup_id"] == "all"]
    signs = {
        name: 1 if find_measure(tables.measure, name).direction == "higher_better" else -1
        for name in control_measures(effect, panel)
    }
    others = [_outside(other, tables, study, thresholds) for other in control_effects(effect, plan)]
    return Surroundings(
        panel=panel[panel["measure_id"].isin(list(signs))],
        signs=signs,
        reached=competing_units(effect, plan, tables.exposure, tables.supported, study),
        outside=tuple(one for one in others if one is not None),
    )


def _outside(
    other: PlannedEffect, tables: StudyTables, study: Study, thresholds: Thresholds
) -> OutsideControl | None:
    measure = find_measure(tables.measure, other.measure_id)
    data = build_effect_data(effect_tables(tables, other), other, measure, study, thresholds)
    return None if isinstance(data, NotEvaluable) else outside_control(data, thresholds)


def forms_calibrated(found: Estimation) -> bool:
    """Whether the estimator forms I3 and I4 itself, and so knows K."""
    return any(interval.name == "calibrated" for interval in found.intervals)


def lacking_tables(effect: PlannedEffect, study: Study) -> NotEvaluable | None:
    """Tables without which this effect cannot be asked, none of which the study names."""
    origin = "exposure" if effect.analysis.exposure_from == "table" else "engagement"
    wanted = {"outcome", "unit", "measure", origin}
    lacking = sorted(wanted - {source.table for source in study.sources})
    return NotEvaluable(("MISSING_TABLE",), tuple(lacking)) if lacking else None


def lacking_rows(effect: PlannedEffect, tables: StudyTables) -> NotEvaluable | None:
    """What this effect needs and the tables that are there do not hold.

    A measure that nothing describes or observes, outcomes that are told by subgroup only, and
    parents to cluster by where no unit has one.
    """
    mine = tables.panel[tables.panel["measure_id"] == effect.measure_id]
    if mine.empty and effect.measure_id not in set(tables.measure["measure_id"]):
        return NotEvaluable(("MISSING_TABLE",), ("measure",))
    if len(mine) > 0 and not (mine["subgroup_id"] == "all").any():
        return NotEvaluable(("MISSING_TABLE",), ("outcome for everyone",))
    if effect.analysis.cluster == "parent_id" and tables.unit["parent_id"].isna().all():
        return NotEvaluable(("MISSING_TABLE",), ("unit.parent_id",))
    return None


def find_measure(measure: pd.DataFrame, measure_id: str) -> Measure:
    """The measure as its table describes it; by its id alone where the table has no row."""
    rows = measure[measure["measure_id"] == measure_id].to_dict("records")
    if not rows:
        return Measure(measure_id, measure_id, "", "higher_better")
    row = rows[0]
    return Measure(
        measure_id=measure_id,
        name=row["name"],
        unit_label=row["unit_label"],
        direction=row["direction"],
        period=next((known for known in MONTHS if known == row["period"]), None),
        is_proxy=row["is_proxy"] is True,
    )


def effect_tables(tables: StudyTables, effect: PlannedEffect) -> EffectTables:
    """The rows of one effect: its measure and covariates for everyone, its exposure, all units."""
    panel, exposure = tables.panel[tables.panel["subgroup_id"] == "all"], tables.exposure
    named = effect.analysis.covariates
    return EffectTables(
        panel=panel[panel["measure_id"] == effect.measure_id],
        covariates=panel[panel["measure_id"].isin(named)] if named else None,
        exposure=exposure[exposure["effect_id"] == effect.effect_id],
        unit=tables.unit,
    )


def count_controls(effect: PlannedEffect, plan: Plan, panel: pd.DataFrame) -> int:
    """K: the plan's negative controls that are measures with outcomes, or effects of that role."""
    known = set(panel["measure_id"])
    known |= {other.effect_id for other in plan.effects if other.role == "negative_control"}
    return len(set(effect.analysis.negative_controls) & known)


def assignment_of(exposure: pd.DataFrame) -> Assignment:
    """How the units of an effect came to be exposed; `unknown` where rows disagree."""
    ways = sorted(set(exposure["assignment"].dropna()))
    return ways[0] if len(ways) == 1 else "unknown"


def is_switching(exposure: pd.DataFrame, last_period: int) -> bool:
    """Whether exposure stops before the last period, restarts, or changes its dose."""
    rows = exposure[exposure["dose"].fillna(1.0) > 0].sort_values(["unit_id", "start_period"])
    end = pd.to_numeric(rows["end_period"]).astype(float).fillna(float("inf"))
    start = pd.to_numeric(rows["start_period"]).astype(float)
    reach = end.groupby(rows["unit_id"]).cummax()
    has_gap = start > reach.groupby(rows["unit_id"]).shift() + 1
    has_stopped = end.groupby(rows["unit_id"]).max() < last_period
    doses = rows.groupby("unit_id")["dose"].nunique(dropna=False)
    return bool(has_gap.any() or has_stopped.any() or (doses > 1).any())


def _estimated(
    data: EffectData,
    effect: PlannedEffect,
    tables: EffectTables,
    thresholds: Thresholds,
    *,
    is_brief: bool,
) -> Estimation | NotEvaluable:
    assignment = assignment_of(tables.exposure)
    requested: MethodChoice = effect.analysis.method
    if requested == "auto" and assignment != "randomised":
        requested = _design_of(effect, tables)
    method = choose_method(data, assignment, requested, thresholds)
    if method == NOTHING_BESIDE and effect.analysis.method == "auto":
        method = choose_method(data, assignment, "auto", thresholds)
    if isinstance(method, NotEvaluable):
        return method
    return (decide_only if is_brief else estimate)(data, method, thresholds)


def _design_of(effect: PlannedEffect, tables: EffectTables) -> MethodChoice:
    """The designs that `auto` tries before those of absorbing exposure; a log is absorbing."""
    observed = tables.panel.loc[tables.panel["outcome"].notna(), "period"]
    mine = tables.exposure[tables.exposure["unit_id"].isin(tables.panel["unit_id"])]
    if is_switching(mine, int(observed.max())):
        return "switching_did"
    return "auto" if effect.analysis.dose_contrast is None else "dose_did"


def _uncomputed(found: Estimation, applies: dict[IntervalName, bool]) -> tuple[Interval, ...]:
    """Intervals that the estimator does not give: NOT_EVALUATED where they apply."""
    given = {interval.name for interval in found.intervals}
    return tuple(
        Interval(name, "NOT_EVALUATED" if is_due else "NOT_APPLICABLE")
        for name, is_due in applies.items()
        if name not in given
    )


def _applicable(
    found: Estimation, data: EffectData | NotEvaluable, *, has_controls: bool
) -> dict[IntervalName, bool]:
    """Whether I3 to I6 apply: observational, and what they remove is known of."""
    known = data if isinstance(data, EffectData) and found.is_observational else None
    return {
        "calibrated": known is not None and has_controls,
        "calibrated_twice": known is not None and has_controls,
        "far_only": known is not None and known.is_near is not None,
        "clean": known is not None and known.is_shared is not None,
    }

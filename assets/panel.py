"""Panel assets: outcomes by unit and period, and which unit was exposed from when."""

import dagster as dg
import ibis
import pandas as pd

from assets.checks import frame_violations, recorded
from assets.parts import common, layer
from assets.run import PlanState, StudyRun
from impact.allocation import reach
from impact.exposure import build_plan_exposure, build_plan_timing
from impact.panel import build_panel, exclude
from schemas.panel import Panel


@dg.asset(metadata=layer("core"), **common("panel", "duckdb", "parquet"))
def engagement_reach(
    study_run: dg.ResourceParam[StudyRun],
    engagement_with_kind: ibis.Table,
    core_engagement_allocation: ibis.Table,
) -> ibis.Table:
    """Where the money of each engagement went: a row per initiative and unit it reached."""
    return reach(engagement_with_kind, core_engagement_allocation, study_run.study)


@dg.asset(metadata=layer("panel"), **common("panel", "duckdb", "parquet"))
def panel(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    core_outcome: ibis.Table,
    core_measure: ibis.Table,
    core_unit: ibis.Table,
) -> pd.DataFrame:
    """One row per measure, unit, subgroup and period: the outcome, and who stands behind it."""
    outcome = exclude(core_outcome, "outcome", frozen_plan.plan)
    return build_panel(outcome, core_measure, core_unit, study_run.study).to_pandas()


@dg.asset_check(asset=panel, blocking=True)
def panel_is_valid(study_run: dg.ResourceParam[StudyRun], panel: pd.DataFrame) -> dg.AssetCheckResult:
    """The panel obeys `schemas.panel`: types, ranges, one row per key."""
    broken = frame_violations(Panel, panel)
    return recorded(study_run, "panel_is_valid", not broken, {"rules_broken": broken})


@dg.asset(metadata=layer("panel"), **common("panel", "duckdb", "parquet"))
def panel_exposure(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    core_exposure: ibis.Table,
    engagement_reach: ibis.Table,
    core_unit: ibis.Table,
) -> pd.DataFrame:
    """Per planned effect: which unit was exposed in which periods, given or derived from the log."""
    given = exclude(core_exposure, "exposure", frozen_plan.plan)
    return build_plan_exposure(
        given, engagement_reach, core_unit, frozen_plan.plan, study_run.study
    ).to_pandas()


@dg.asset(metadata=layer("panel"), **common("panel", "duckdb", "parquet"))
def panel_timing(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    engagement_reach: ibis.Table,
    core_unit: ibis.Table,
) -> pd.DataFrame:
    """Per planned effect and unit: the first qualifying engagement, and when it was recorded."""
    return build_plan_timing(
        engagement_reach, core_unit, frozen_plan.plan, study_run.study
    ).to_pandas()

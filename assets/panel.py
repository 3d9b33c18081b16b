"""Panel assets: outcomes by unit and period, and which unit was exposed from when."""

import dagster as dg
import ibis
import pandas as pd

from assets.catalog import model_schema
from assets.checks import described, frame_violations, recorded
from assets.parts import STUDIES, common, layer, out
from assets.run import PlanState, StudyRun
from impact.gather import gather_tables
from impact.panel import build_panel, exclude
from schemas.panel import Panel


@dg.asset(metadata=layer("panel", model_schema(Panel)), **common("panel", "duckdb", "parquet"))
def panel(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    core_outcome: ibis.Table,
    core_measure: ibis.Table,
    core_unit: ibis.Table,
) -> pd.DataFrame:
    """One row per measure, unit, subgroup and period: the outcome, and who stands behind it."""
    outcome = exclude(core_outcome, "outcome", frozen_plan.plan)
    built: pd.DataFrame = build_panel(outcome, core_measure, core_unit, study_run.study).to_pandas()
    return built


@dg.asset_check(asset=panel, blocking=True, metadata=described("panel"))
def panel_is_valid(
    study_run: dg.ResourceParam[StudyRun], panel: pd.DataFrame
) -> dg.AssetCheckResult:
    """The panel obeys `schemas.panel`: types, ranges, one row per key."""
    broken = frame_violations(Panel, panel)
    return recorded(study_run, "panel_is_valid", not broken, {"rules_broken": broken})


BESIDE = {
    "exposure": "Per planned effect: which unit was exposed in which periods.",
    "timing": "Per planned effect and unit: the first qualifying engagement, when recorded.",
    "unit": "Units whose outcomes are observed, and their parents.",
    "measure": "What was measured, in which unit, and which direction is better.",
    "initiative": "Initiatives with their advocacy spend in the reporting currency.",
    "supported": "Units that patient support reached in the window.",
    "subgroup": "Which dimension and level of patients each subgroup is.",
}
BesidePanel = tuple[
    pd.DataFrame,
    pd.DataFrame,
    pd.DataFrame,
    pd.DataFrame,
    pd.DataFrame,
    pd.DataFrame,
    pd.DataFrame,
]


@dg.multi_asset(
    name="panel_tables",
    ins={
        "core_engagement": dg.AssetIn("engagement_with_kind"),
        **{
            f"core_{name}": dg.AssetIn(f"core_{name}")
            for name in (
                "engagement_allocation",
                "exposure",
                "unit",
                "measure",
                "initiative",
                "subgroup",
            )
        },
        "panel": dg.AssetIn("panel"),
        "frozen_plan": dg.AssetIn("frozen_plan"),
    },
    outs={
        f"panel_{name}": out("panel", layer("panel"), about, "duckdb", "parquet", frame=True)
        for name, about in BESIDE.items()
    },
    partitions_def=STUDIES,
)
def panel_tables(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    panel: pd.DataFrame,
    **core: ibis.Table,
) -> BesidePanel:
    """The small tables beside the panel that effects are made from."""
    plan = frozen_plan.plan
    named = {name.removeprefix("core_"): table for name, table in core.items()}
    named["exposure"] = exclude(named["exposure"], "exposure", plan)
    tables = gather_tables(named, panel, plan, study_run.study)
    return (
        tables.exposure,
        tables.timing,
        tables.unit,
        tables.measure,
        tables.initiative,
        tables.supported,
        tables.subgroup,
    )

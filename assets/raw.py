"""Raw assets: each source as it came, all text, with the row a spreadsheet shows."""

import dagster as dg
import ibis

from assets.failures import telling
from assets.parts import common, layer
from assets.run import PlanState, StudyRun
from intake.plan_checks import NAMED
from intake.read import read_raw
from schemas.registry import TABLES


@dg.asset(
    ins={f"core_{name}": dg.AssetIn(f"core_{name}") for name in NAMED},
    **common("intake", "yaml"),
    metadata=layer("plan"),
)
@telling()
def frozen_plan(study_run: dg.ResourceParam[StudyRun], **core: ibis.Table) -> PlanState:
    """The plan, frozen before any outcome is opened; a changed plan stops the run.

    So does one that is not frozen yet and names what no row of these tables has.
    """
    state = study_run.freeze_plan({name.removeprefix("core_"): rows for name, rows in core.items()})
    study_run.note_outcome_read()
    return state


def _raw_asset(table: str) -> dg.AssetsDefinition:
    after = [frozen_plan] if table == "outcome" else []

    @dg.asset(
        name=f"raw_{table}",
        deps=after,
        description=f"Sources of {table} as they came: all text, own column names.",
        metadata=layer("raw"),
        **common("intake", "duckdb", "parquet"),
    )
    @telling()
    def raw(study_run: dg.ResourceParam[StudyRun]) -> ibis.Table:
        if published := study_run.published(f"raw_{table}"):
            return published[0]
        return read_raw(study_run.backend, study_run.source_folder, study_run.study, table)

    made: dg.AssetsDefinition = raw
    return made


raw_assets = [_raw_asset(table) for table in TABLES]

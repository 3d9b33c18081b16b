"""All Dagster definitions: what `dagster dev`, `dg` and the command line load."""

import dagster as dg

import assets
from pipelines.automation import monthly, source_files_changed
from pipelines.jobs import JOBS
from pipelines.resources import study_run
from pipelines.storage import generation_io

defs = dg.Definitions(
    assets=dg.load_assets_from_package_module(assets),
    asset_checks=dg.load_asset_checks_from_package_module(assets),
    jobs=JOBS,
    sensors=[source_files_changed],
    schedules=[monthly],
    resources={"study_run": study_run, "io_manager": generation_io},
    executor=dg.in_process_executor,
)

"""Jobs: the whole path, the part that only reads inputs, and the part that only writes."""

import dagster as dg

MEASURE_IMPACT, VALIDATE_ONLY, REBUILD_REPORT = "measure_impact", "validate_only", "rebuild_report"

JOBS = [
    dg.define_asset_job(
        MEASURE_IMPACT,
        selection=dg.AssetSelection.all(),
        description="Sources to published report, for one study. Choose the study; no config.",
    ),
    dg.define_asset_job(
        VALIDATE_ONLY,
        selection=dg.AssetSelection.groups("intake", "core"),
        description="Read and check the sources of one study; nothing is published.",
    ),
    dg.define_asset_job(
        REBUILD_REPORT,
        selection=dg.AssetSelection.assets("findings", "report"),
        description=(
            "Write findings and report again from the published estimates of one study. It stops "
            "where inputs, plan or code are others; only measure_impact publishes."
        ),
    ),
]

"""Jobs: the whole path, and the part of it that only reads inputs."""

import dagster as dg

MEASURE_IMPACT = "measure_impact"

JOBS = [
    dg.define_asset_job(
        MEASURE_IMPACT,
        selection=dg.AssetSelection.all(),
        description="Sources to published report, for one study.",
    ),
    dg.define_asset_job(
        "validate_only",
        selection=dg.AssetSelection.groups("intake", "core"),
        description="Read and check the sources of one study; nothing is published.",
    ),
]

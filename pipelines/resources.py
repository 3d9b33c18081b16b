"""The run in progress, as the resource that assets ask for."""

from collections.abc import Iterator

import dagster as dg

from pipelines.settings import Settings, find_study
from pipelines.study_run import OpenRun, open_run

PARTITION_TAG = "dagster/partition"


@dg.resource(description="The study named by the partition, locked and open for one run.")
def study_run(context: dg.InitResourceContext) -> Iterator[OpenRun]:
    """Open the study of the run's partition; closed and unlocked when the run ends."""
    run = context.run
    if run is None or PARTITION_TAG not in run.tags:
        raise dg.DagsterInvariantViolationError("Choose a study: one partition is one study.")
    settings = Settings()
    folder = find_study(run.tags[PARTITION_TAG], settings)
    with open_run(folder, settings, run_id=run.run_id.replace("-", "")) as opened:
        yield opened

"""The run in progress, as the resource that assets ask for."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg

from assets.failures import telling
from pipelines.errors import Exit, UserError
from pipelines.settings import Settings, collect_seldom, find_study
from pipelines.study_run import OpenRun, open_run

PARTITION_TAG = "dagster/partition"
CONFIG = {
    "as_of": dg.Field(
        str,
        default_value="",
        description="The clock of the study, such as 2026-03-31; empty is as study.yaml says.",
    ),
    "fresh": dg.Field(
        bool,
        default_value=False,
        description="Read every source again, also those that did not change.",
    ),
}
"""What a run may be told; it needs none of it."""


@dg.resource(
    config_schema=CONFIG,
    description="The study named by the partition, locked and open for one run.",
)
def study_run(context: dg.InitResourceContext) -> Iterator[OpenRun]:
    """Open the study of the run's partition; closed and unlocked when the run ends."""
    run = context.run
    if run is None or PARTITION_TAG not in run.tags:
        raise dg.DagsterInvariantViolationError("Choose a study: one partition is one study.")
    collect_seldom()
    settings = replace(Settings(), reuse=not context.resource_config["fresh"])
    as_of = clock(context.resource_config["as_of"])
    with telling():
        folder = find_study(run.tags[PARTITION_TAG], settings)
        opened = open_run(folder, settings, as_of, run_id=run.run_id.replace("-", ""))
        with opened as going:
            yield going


def clock(text: str) -> dt.date | None:
    """The day that a run is told to be; none where the text is empty.

    Raises:
        UserError: The text is not a day (exit 2).
    """
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UserError(
            Exit.USAGE,
            "as_of is not a day.",
            "A day is written like 2026-03-31.",
            "Correct it, or leave it empty.",
        ) from error

"""Run one study through the Dagster graph, in this process."""

import datetime as dt
from pathlib import Path
from typing import cast

import dagster as dg

from intake.problems import Rejected
from pipelines.definitions import defs
from pipelines.errors import Exit, UserError
from pipelines.generation import FINDINGS
from pipelines.jobs import MEASURE_IMPACT
from pipelines.outcome import Outcome
from pipelines.settings import Settings
from pipelines.storage import GenerationIO
from pipelines.study_run import OpenRun, Progress, open_run, silent
from reports.bundle import start_packing
from schemas.findings import Findings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

CHECK_FAILED = "DagsterAssetCheckFailedError"
"""Dagster does not export this class."""


def run_study(
    folder: Path,
    settings: Settings,
    as_of: dt.date | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Run a study from its sources to a published generation.

    Raises:
        Rejected: An input cannot be used; the last published generation is untouched.
        UserError: The plan was changed, a folder is not usable, or another run is going.
    """
    with open_run(folder, settings, as_of, progress) as run:
        frozen_before = run.plan_lock.is_frozen()
        start_packing()
        _execute(run)
        published = run.output.current()
        if published != run.folder:
            raise UserError(
                Exit.INTERNAL,
                "The run ended without publishing.",
                "A step was skipped.",
                "Run again with --debug and report what it says.",
            )
        findings = Findings.model_validate_json((run.folder / FINDINGS).read_bytes())
        frozen_now = run.plan_lock.is_frozen() and not frozen_before
        report = run.folder / "report.html"
        return Outcome(run.study.study_id, findings, run.folder, report, frozen_now, run.looks)


def _execute(run: OpenRun) -> None:
    """Materialise every asset with the open run as its resource.

    A run is of one study: nothing is partitioned, which Dagster would look up at every step.
    """
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {
            "study_run": dg.ResourceDefinition.hardcoded_resource(run),
            "io_manager": dg.IOManagerDefinition.hardcoded_io_manager(GenerationIO(run)),
        }
        job = dg.Definitions(
            assets=dg.map_asset_specs(_whole, cast("list[dg.AssetsDefinition]", defs.assets)),
            asset_checks=list(defs.asset_checks or []),
            jobs=list(defs.jobs or []),
            resources=resources,
            executor=dg.in_process_executor,
        ).resolve_job_def(MEASURE_IMPACT)
        try:
            job.execute_in_process(instance=instance, run_config=QUIET)
        except dg.DagsterExecutionInterruptedError as error:
            raise KeyboardInterrupt from error
        except Exception as error:  # Dagster wraps what assets raise in many types
            raise _cause(error) from error


def _whole(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(partitions_def=None)


def _cause(error: BaseException) -> BaseException:
    """The error of ours that Dagster wrapped; a failed blocking check is a rejection."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Rejected | UserError):
            return seen
        seen = seen.__cause__
    if type(error).__name__ == CHECK_FAILED:
        return UserError(
            Exit.DATA_REJECTED,
            "A check that guards the results failed.",
            " ".join(str(error).split()),
            "The last published results are untouched; advocacy validate shows the rows.",
        )
    return error

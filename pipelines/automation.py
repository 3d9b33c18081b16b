"""A sensor on source files and a monthly schedule; both are off until someone turns them on."""

from collections.abc import Sequence

import dagster as dg

from assets.parts import OWNERS, STUDIES
from pipelines.errors import UserError
from pipelines.jobs import MEASURE_IMPACT
from pipelines.settings import Settings, find_study
from pipelines.watch import as_cursor, changed_studies, source_state

MONTHLY = "0 6 1 * *"
"""At six in the morning, UTC, of the first of a month."""


@dg.sensor(
    job_name=MEASURE_IMPACT,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    metadata={"owner": OWNERS[0]},
    description=(
        "Measures a study again when study.yaml or a source file changed and then stayed as it is "
        "for one look. A plan that changed needs `advocacy plan amend`, and databases are not "
        "watched: the schedule reads them."
    ),
)
def source_files_changed(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Ask for a run of every study whose files changed."""
    states = study_states(context.instance.get_dynamic_partitions(str(STUDIES.name)))
    ready, seen = changed_studies(context.cursor, states)
    requests = [
        dg.RunRequest(run_key=f"{name}-{state}", partition_key=name)
        for name, state in sorted(ready.items())
    ]
    quiet = None if requests else f"No source file changed; studies watched: {len(states)}."
    return dg.SensorResult(run_requests=requests, cursor=as_cursor(seen), skip_reason=quiet)


@dg.schedule(
    cron_schedule=MONTHLY,
    job_name=MEASURE_IMPACT,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    execution_timezone="UTC",
    metadata={"owner": OWNERS[0]},
    description="Measures every study on the first of each month at 06:00 UTC.",
)
def monthly(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """Ask for one run of every study."""
    month = context.scheduled_execution_time.strftime("%Y-%m")
    names = context.instance.get_dynamic_partitions(str(STUDIES.name))
    return [dg.RunRequest(run_key=f"{name}-{month}", partition_key=name) for name in sorted(names)]


def study_states(names: Sequence[str]) -> dict[str, str]:
    """The state of the files of each study that is still there."""
    settings, found = Settings(), {}
    for name in names:
        try:
            found[name] = source_state(find_study(name, settings))
        except UserError:
            continue
    return found

"""A run in progress: inputs checked, lock held, engine open, generation being written."""

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis

from assets.run import PlanState, Publication
from intake.plan_checks import unused_settings
from intake.read import source_notes
from intake.study import input_digests, load_plan, load_study
from pipelines.engine import connect
from pipelines.files import read_json, write_json
from pipelines.generation import StudyOutput, make_generation
from pipelines.lock import writer_lock
from pipelines.plan_lock import PlanLock
from pipelines.publication import publish_generation
from pipelines.settings import Settings
from pipelines.versions import code_version, package_versions
from schemas.findings import Findings, InputDigest, Provenance
from schemas.study import Study

Progress = Callable[[str, str, int | None], None]
CHECKS = "checks.json"


def silent(layer: str, name: str, rows: int | None) -> None:
    """Report progress to nobody."""
    del layer, name, rows


@dataclass
class OpenRun:
    """What `assets.run.StudyRun` promises, over real folders."""

    run_id: str
    source_folder: Path
    output: StudyOutput
    study: Study
    backend: ibis.BaseBackend
    inputs: list[InputDigest]
    progress: Progress = silent
    started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    plan_state: PlanState | None = None
    looks: int = 0

    @property
    def folder(self) -> Path:
        """The folder of this generation."""
        return self.output.runs / self.run_id

    @property
    def plan_lock(self) -> PlanLock:
        """The lock beside the plan."""
        return PlanLock(self.source_folder, self.output.folder)

    def freeze_plan(self) -> PlanState:
        """Freeze the plan, or hold it against its lock."""
        self.plan_state = self.plan_lock.freeze()
        return self.plan_state

    def note_outcome_read(self) -> None:
        """Record that outcomes are about to be opened."""
        self.looks = self.plan_lock.note_read()

    def notes(self) -> list[str]:
        """Warnings that a reader must see: columns not stored, settings without effect."""
        tables = dict.fromkeys(source.table for source in self.study.sources)
        plan = self.plan_state.plan if self.plan_state else load_plan(self.source_folder)
        unused = unused_settings(self.source_folder, self.study, plan)
        stored = [n for t in tables for n in source_notes(self.source_folder, self.study, t)]
        return [str(note) for note in (*stored, *unused)]

    def provenance(self) -> Provenance:
        """Digests of plan and inputs, versions of code and packages."""
        plan = self.plan_state or self.plan_lock.freeze()
        return Provenance(
            plan_sha256=plan.sha256,
            plan_amended=plan.is_amended,
            inputs=self.inputs,
            code_version=code_version(),
            packages=package_versions(),
        )

    def made_from(self) -> dict[str, Any]:
        """What must be equal for two generations to be interchangeable."""
        return {**self.provenance().model_dump(mode="json"), "as_of": self.study.as_of.isoformat()}

    def record_check(self, name: str, passed: bool, detail: Mapping[str, Any]) -> None:
        """Keep the result of a blocking check, to be read again before publishing."""
        path = self.folder / CHECKS
        checks = read_json(path) or {}
        write_json(path, {**checks, name: {"passed": passed, "detail": dict(detail)}})

    def publish(self, findings: Findings, expected: Sequence[str]) -> Publication:
        """Audit this generation and make it the current one, all or nothing."""
        record = {
            "run_id": self.run_id,
            "started_at": self.started.isoformat(timespec="seconds"),
            "ended_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "looks": self.looks,
            "made_from": self.made_from(),
            "checks": read_json(self.folder / CHECKS) or {},
            "row_accounts": [account.model_dump() for account in findings.row_accounts],
        }
        return publish_generation(self.output, self.folder, record, expected)


@contextmanager
def open_run(
    folder: Path,
    settings: Settings,
    as_of: dt.date | None = None,
    progress: Progress = silent,
    run_id: str | None = None,
) -> Iterator[OpenRun]:
    """Check the study, take the lock and open the engine.

    Raises:
        Rejected: study.yaml is not valid.
        UserError: The output folder is not usable, or another run holds the lock.
    """
    study = load_study(folder)
    if as_of is not None:
        study = study.model_copy(update={"as_of": as_of})
    output = StudyOutput(settings.output / study.study_id)
    umask = os.umask(0o077)
    try:
        output.make()
        name = run_id or uuid.uuid4().hex
        with writer_lock(output.folder, name):
            make_generation(output.runs / name)
            spill = output.folder / ".spill"
            backend = connect([folder, output.folder], settings, spill)
            try:
                inputs = input_digests(folder, study)
                yield OpenRun(name, folder, output, study, backend, inputs, progress)
            finally:
                backend.disconnect()
                shutil.rmtree(spill, ignore_errors=True)
    finally:
        os.umask(umask)

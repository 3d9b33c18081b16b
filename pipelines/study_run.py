"""A run in progress: inputs checked, lock held, engine open, generation being written."""

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import ibis

from assets.run import Model, PlanState, Publication
from intake.database import fetch_queries, query_digests
from intake.digests import content_digest, input_digests
from intake.plan_checks import PLAN_FILE, require_names, unused_settings
from intake.problems import Rejected
from intake.read import source_notes
from intake.staged import scratch_folder
from intake.study import load_plan, load_study
from pipelines.digest_cache import DigestCache
from pipelines.engine import connect
from pipelines.files import read_json, sha256_of, write_json
from pipelines.generation import DIGESTS, StudyOutput, make_generation
from pipelines.lock import writer_lock
from pipelines.plan_lock import PlanLock
from pipelines.publication import publish_generation
from pipelines.reuse import Reuse, find_reuse, run_keys
from pipelines.settings import Settings
from pipelines.unchanged import WATCHED, plan_state, watch
from pipelines.versions import code_version, package_versions
from schemas.findings import Findings, InputDigest, Provenance
from schemas.registry import TABLE_ORDER
from schemas.study import Study

Progress = Callable[[str, str, int | None], None]
CHECKS = "checks.json"
FROM_CORE_ALONE = ("row_accounts.json", "input_notes.json")


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
    keys: Mapping[str, str | None]
    cache: DigestCache
    reuse: Reuse
    watched: Mapping[str, Any]
    progress: Progress = silent
    started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    plan_state: PlanState | None = None
    looks: int = 0
    told: dict[str, list[str]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of this generation."""
        return self.output.runs / self.run_id

    @property
    def plan_lock(self) -> PlanLock:
        """The lock beside the plan."""
        return PlanLock(self.source_folder, self.output.folder)

    def freeze_plan(self, accepted: Mapping[str, ibis.Table]) -> PlanState:
        """Freeze the plan, or hold it against its lock.

        Raises:
            Rejected: It is not frozen yet and names what no accepted row has.
        """
        plan = None if self.plan_lock.is_frozen() else load_plan(self.source_folder)
        if plan is not None:
            require_names(self.source_folder / PLAN_FILE, plan, self.study, accepted)
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
        stored = [note for table in tables for note in self.table_notes(table)]
        return [*stored, *(str(note) for note in unused)]

    def table_notes(self, table: str) -> list[str]:
        """Warnings about one table's sources; these are opened once a run."""
        if table not in self.told:
            known = self.reuse.notes(table)
            self.told[table] = (
                [str(note) for note in source_notes(self.source_folder, self.study, table)]
                if known is None
                else known
            )
        return self.told[table]

    def published(self, *names: str) -> tuple[ibis.Table, ...]:
        """These tables as they are published, if this run would make the same; else none."""
        paths = [self.reuse.path(Path(name.split("_")[0]) / f"{name}.parquet") for name in names]
        return tuple(self.backend.read_parquet(path) for path in paths if path is not None)

    def published_check(self, name: str) -> Mapping[str, Any] | None:
        """The detail of a check that passed on a table that `published` gave."""
        return self.reuse.check(name)

    def published_model(self, name: str, kind: type[Model]) -> Model | None:
        """What `name` made of core tables, if all of these are as they are published."""
        content = self.reuse.model(f"{name}.json")
        return None if content is None else kind.model_validate_json(content)

    def provenance(self, known: Sequence[InputDigest] = ()) -> Provenance:
        """Digests of plan and inputs, versions of code and packages."""
        plan = self.plan_state or self.plan_lock.freeze()
        whole = {digest.path: digest for digest in (*self.inputs, *known)}
        return Provenance(
            plan_sha256=plan.sha256,
            plan_amended=plan.is_amended,
            inputs=[whole[path] for path in sorted(whole)],
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
            WATCHED: {
                **self.watched,
                "plan": plan_state(self.source_folder, self.output.folder),
            },
            "checks": read_json(self.folder / CHECKS) or {},
            "row_accounts": [account.model_dump() for account in findings.row_accounts],
            "intake": {
                table: {"key": self.keys[table], "notes": self.table_notes(table)}
                for table in TABLE_ORDER
            },
            "reused": sorted(self.reuse.intake),
            "models": {
                name: sha256_of(self.folder / name)
                for name in FROM_CORE_ALONE
                if (self.folder / name).is_file()
            },
        }
        published = publish_generation(self.output, self.folder, record, expected, self._digest)
        self.cache.save()
        return published

    def _digest(self, path: Path) -> str:
        return self.cache.digest(path, sha256_of, uses_links=True)


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
    before = watch(folder, (), as_of)
    study = load_study(folder)
    watched = watch(folder, [source.path for source in study.sources], as_of)
    both = (before["files"], watched["files"])
    watched["files"] = None if None in both else {**both[1], **both[0]}
    if as_of is not None:
        study = study.model_copy(update={"as_of": as_of})
    output = StudyOutput(settings.output / study.study_id)
    umask = os.umask(0o077)
    try:
        output.make()
        name = run_id or uuid.uuid4().hex
        with writer_lock(output.folder, name):
            output.remove_abandoned()
            make_generation(output.runs / name)
            spill = output.folder / ".spill"
            shutil.rmtree(spill, ignore_errors=True)
            backend = connect([folder, output.folder], settings, spill)
            try:
                study = _with_queries(study, backend)
                cache = DigestCache(output.folder / DIGESTS, is_on=settings.reuse)
                cache.load()
                inputs = input_digests(folder, study, partial(cache.digest, compute=content_digest))
                inputs += query_digests(study)
                keys = run_keys(study, inputs)
                reuse = find_reuse(output.current() if settings.reuse else None, keys, cache)
                cache.save()
                yield OpenRun(
                    name,
                    folder,
                    output,
                    study,
                    backend,
                    inputs,
                    keys,
                    cache,
                    reuse,
                    watched,
                    progress,
                )
            finally:
                backend.disconnect()
                shutil.rmtree(spill, ignore_errors=True)
    finally:
        os.umask(umask)


def _with_queries(study: Study, backend: ibis.BaseBackend) -> Study:
    """The study with the rows of its queries, each read once a run, before anything else.

    They are only copied and hashed here, as files are; outcomes are opened after the plan is
    frozen.
    """
    fetched, problems = fetch_queries(study, lambda: scratch_folder(backend))
    if problems:
        raise Rejected(problems)
    return fetched

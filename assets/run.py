"""What an asset may ask of the run it is part of; `pipelines` provides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import ibis

from schemas.findings import Effect, Findings, Indicator, InputDigest, Provenance, RowAccount
from schemas.plan import Plan
from schemas.strict import StrictModel
from schemas.study import Study

Model = TypeVar("Model", bound=StrictModel)


class PlanState(StrictModel):
    """The plan as it stood before outcomes were read.

    `is_before_outcomes` is false when outcomes were first read under another plan that was
    never amended; `is_amended` is true when the plan was changed with a reason afterwards.
    """

    plan: Plan | None = None
    sha256: str | None = None
    is_before_outcomes: bool
    is_amended: bool


class RowAccounts(StrictModel):
    """What became of every row of every file that was known at the study's clock.

    `known_inputs` are digests of files by those rows, where the file's own digest says more.
    """

    accounts: list[RowAccount]
    known_inputs: list[InputDigest]


class Notes(StrictModel):
    """Warnings that a reader must see."""

    notes: list[str]


class Effects(StrictModel):
    """All planned effects, in the order of the plan."""

    effects: list[Effect]


class Indicators(StrictModel):
    """All indicators that were computed."""

    indicators: list[Indicator]


@dataclass(frozen=True)
class Publication:
    """What was published, or why nothing was."""

    is_published: bool
    reason: str
    digest: str
    report_path: Path


class StudyRun(Protocol):
    """One run of one study: its inputs, its engine and the generation it writes."""

    run_id: str
    source_folder: Path
    folder: Path
    study: Study
    backend: ibis.BaseBackend

    def freeze_plan(self, accepted: Mapping[str, ibis.Table]) -> PlanState:
        """Freeze the plan, or hold it against its lock.

        A plan that names what no row of these core tables has is not frozen: `Rejected`.
        """
        ...

    def note_outcome_read(self) -> None:
        """Record that outcomes are about to be opened."""
        ...

    def notes(self) -> list[str]:
        """Warnings that a reader must see."""
        ...

    def published(self, *names: str) -> tuple[ibis.Table, ...]:
        """These tables as they are published, if this run would make the same; else none."""
        ...

    def published_check(self, name: str) -> Mapping[str, Any] | None:
        """The detail of a check that passed on a table that `published` gave."""
        ...

    def published_model(self, name: str, kind: type[Model]) -> Model | None:
        """What the asset `name` made of core tables, if `published` gives all of these."""
        ...

    def provenance(self, known: Sequence[InputDigest] = ()) -> Provenance:
        """Digests of plan and inputs, versions of code and packages.

        `known` replaces the digests of files of which only a part was known.
        """
        ...

    def record_check(self, name: str, passed: bool, detail: Mapping[str, Any]) -> None:
        """Keep the result of a blocking check, to be read again before publishing."""
        ...

    def publish(self, findings: Findings, expected: Sequence[str]) -> Publication:
        """Audit this generation, of which `expected` files must exist, and make it current."""
        ...

"""The page of all studies: what is published, what is not, and where the page stands."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from pydantic import ValidationError

from intake.problems import Rejected
from intake.study import load_study
from pipelines.errors import Exit, UserError
from pipelines.files import sha256_of, write_atomic
from pipelines.generation import FINDINGS, REPORT, StudyOutput
from pipelines.settings import Settings, study_folders
from reports.indicator_rows import overall
from reports.overview import GRADES, KINDS, StudyResult, effect_record, evidence_share
from reports.overview_page import overview_digest, render_overview
from reports.words import judged_effects
from schemas.findings import Findings

PAGE = "index.html"


@dataclass(frozen=True)
class Overview:
    """The page as it was written, and the studies on it."""

    path: Path
    results: list[StudyResult]


def write_overview(settings: Settings) -> Overview:
    """Write `index.html` into the output folder: every study that is known or published.

    Studies are those of the studies folder and those that the output folder holds, by id.

    Raises:
        UserError: Nothing is published (exit 2), or the page cannot be written (exit 73).
    """
    results = study_results(settings)
    if all(result.findings is None for result in results):
        raise UserError(
            Exit.USAGE,
            "Nothing is published yet.",
            "No study was run to its end with this output folder.",
            "Run one: advocacy run STUDY",
        )
    path = settings.output / PAGE
    try:
        write_atomic(path, render_overview(results).encode())
    except OSError as error:
        raise UserError(
            Exit.PATH_NOT_USABLE,
            f"{path} cannot be written.",
            error.strerror or type(error).__name__,
            "Give another folder with --out, or make this one writable.",
        ) from error
    return Overview(path, results)


def study_results(settings: Settings) -> list[StudyResult]:
    """Every study by its id, with its published findings or the reason why there are none."""
    found = {name: _not_run(name) for name in _run_before(settings)}
    found |= {one.study_id: one for one in map(_known, study_folders(settings))}
    return [_result(found[study_id], settings) for study_id in sorted(found)]


def overview_json(overview: Overview, path: Path | None = None) -> str:
    """What the page shows, unrounded; `path` is the page itself, or what it was printed to."""
    studies = [_study_json(result, overview.path.parent) for result in overview.results]
    digest = overview_digest(overview.results)
    document = {"page": str(path or overview.path), "findings_sha256": digest, "studies": studies}
    return json.dumps(document, indent=1, ensure_ascii=False)


def _known(folder: Path) -> StudyResult:
    """A study that was never run, under its folder's name where it cannot be loaded."""
    try:
        return _not_run(load_study(folder).study_id)
    except Rejected as error:
        remedy = f"See: advocacy validate {folder.name}"
        return StudyResult(folder.name, why=_why(error), remedy=remedy)


def _why(error: Rejected) -> str:
    """The file that is missing; of what is wrong inside a file no more than that."""
    missing = [one.source_file for one in error.problems if one.rule == "missing_file"]
    if missing:
        return f"Its file {missing[0]} is not there."
    return "Its study.yaml, or a file that it names, is not as it must be."


def _run_before(settings: Settings) -> list[str]:
    """Names of the folders that a run wrote into the output folder."""
    return sorted(path.parent.name for path in settings.output.glob("*/runs") if path.is_dir())


def _not_run(study_id: str) -> StudyResult:
    why = "It was never run to its end with this output folder."
    return StudyResult(study_id, why=why, remedy=f"Run it: advocacy run {study_id}")


def _result(unpublished: StudyResult, settings: Settings) -> StudyResult:
    """The published findings of a study; as it is given where there are none."""
    study_id = unpublished.study_id
    folder = StudyOutput(settings.output / study_id).current()
    if folder is None:
        return unpublished
    try:
        findings = Findings.model_validate_json((folder / FINDINGS).read_bytes())
    except (OSError, ValidationError):
        return StudyResult(
            study_id,
            why="Its published findings cannot be read by this version.",
            remedy=f"Run it again: advocacy run {study_id}",
        )
    link = quote((folder / REPORT).relative_to(settings.output).as_posix())
    return StudyResult(study_id, findings, sha256_of(folder / FINDINGS), link)


def _study_json(result: StudyResult, folder: Path) -> dict[str, Any]:
    found = result.findings
    if found is None:
        return {"study_id": result.study_id, "is_published": False, "why": result.why}
    spend = {kind.removeprefix("q1.spend_"): overall(found, kind) for kind in KINDS}
    return {
        "study_id": found.study_id,
        "is_published": True,
        "title": found.title,
        "synthetic": found.synthetic,
        "currency": found.currency,
        "data_as_of": found.data_as_of.isoformat(),
        "report": str(folder / unquote(result.href)),
        "findings_sha256": result.digest,
        "answers": {answer.id: answer.answer for answer in found.questions},
        "spend": {kind: row.value if row else None for kind, row in spend.items()},
        "advocacy_spend_share": {grade: evidence_share(found, grade) for grade in GRADES},
        "effects": [effect_record(found, effect) for effect in judged_effects(found)],
    }

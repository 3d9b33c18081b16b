"""`advocacy validate`: a dry run of the inputs, said on the terminal or written to a folder."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ibis

from intake.plan_checks import PLAN_FILE, UNKNOWN_NAME
from intake.problems import CHANGED_PLAN, Problem, Rejected
from intake.validate import ValidationReport, require_plan_names, validate_study
from pipelines.commands import refusal_code
from pipelines.engine import connect
from pipelines.errors import Exit, UserError
from pipelines.files import write_atomic, write_json
from pipelines.generation import LOCK_NAME
from pipelines.plan_lock import PlanLock
from pipelines.returned import give_back
from pipelines.settings import Settings
from pipelines.validation_page import problems_page
from pipelines.validation_text import Line, print_lines, validation_lines

JSON_NAME, PAGE_NAME = "problems.json", "problems.html"


def validate_inputs(folder: Path, settings: Settings, out: Path | None, *, as_json: bool) -> int:
    """Say what is wrong with the inputs of a study; the exit code of what a run would do."""
    if out is not None:
        _make_folder(out, folder)
    with tempfile.TemporaryDirectory() as scratch:
        backend = connect([folder, Path(scratch)], settings, Path(scratch))
        try:
            report = validate_study(folder, backend)
            problems = _of_a_run(folder, report.problems)
            report = replace(report, problems=(*plan_problems(folder), *problems))
            written = _write(backend, folder, report, out) if out is not None else []
        finally:
            backend.disconnect()
    _say(report, written, out, as_json=as_json)
    refusals = [problem for problem in report.problems if problem.outcome == "REJECT_FILE"]
    return refusal_code(refusals) if refusals else Exit.DONE


def plan_problems(folder: Path) -> list[Problem]:
    """What is wrong between the plan and its lock; a run would refuse it."""
    try:
        PlanLock(folder, folder).check()
    except UserError as error:
        what, remedy = f"{error.what} {error.why}".removeprefix(f"{PLAN_FILE} "), error.remedy
        return [Problem(PLAN_FILE, None, None, CHANGED_PLAN, what, remedy)]
    except Rejected:  # what is wrong in plan.yaml itself is told among the inputs
        return []
    return []


def require_known_names(folder: Path, settings: Settings) -> None:
    """Raise `Rejected` where a plan that is not frozen names what no accepted row has."""
    if PlanLock(folder, folder).is_frozen():
        return
    with tempfile.TemporaryDirectory() as scratch:
        backend = connect([folder, Path(scratch)], settings, Path(scratch))
        try:
            require_plan_names(folder, backend)
        finally:
            backend.disconnect()


def _of_a_run(folder: Path, problems: Sequence[Problem]) -> list[Problem]:
    """Problems as a run takes them: what a frozen plan names cannot be corrected any more."""
    if not (folder / LOCK_NAME).is_file():
        return list(problems)
    return [
        replace(problem, outcome="WARN") if problem.rule == UNKNOWN_NAME else problem
        for problem in problems
    ]


def _say(
    report: ValidationReport, written: Sequence[str], out: Path | None, *, as_json: bool
) -> None:
    """Print the report; what cells say is shown on a terminal only, where the analyst sits."""
    if as_json:
        print(json.dumps(report.to_json()))
        return
    lines = validation_lines(report, is_written=out is not None)
    print_lines([*lines, *[Line(f"Written to {out}: {', '.join(written)}")] * bool(written)])


def _make_folder(out: Path, folder: Path) -> None:
    """The folder for the results; never the study's own, where sources would be replaced."""
    if out.resolve() == folder.resolve():
        raise UserError(
            Exit.USAGE,
            "The results cannot be written into the study folder.",
            "The files given back have the names of the sources.",
            "Name another folder with --out.",
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(
    backend: ibis.BaseBackend, folder: Path, report: ValidationReport, out: Path
) -> list[str]:
    """Problems as JSON and as a page, and every source that can be read; the files' names."""
    write_json(out / JSON_NAME, report.to_json())
    write_atomic(out / PAGE_NAME, problems_page(report, folder.name).encode())
    if report.study is None:
        return [JSON_NAME, PAGE_NAME]
    returned = give_back(backend, folder, report.study, report.by_table, out)
    return [JSON_NAME, PAGE_NAME, *returned]

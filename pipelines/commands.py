"""What the commands do: call the program, print what a person needs, choose the exit code."""

import datetime as dt
import errno
import json
import os
import shlex
import sys
import traceback
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intake.problems import (
    CHANGED_PLAN,
    NO_RIGHTS,
    NOT_SET,
    TOOL_MISSING,
    UNREACHABLE,
    Problem,
    Rejected,
)
from pipelines.errors import Exit, UserError
from pipelines.settings import Settings, find_study

if TYPE_CHECKING:
    from pipelines.outcome import Outcome
    from pipelines.plan_lock import PlanLock

SHOWN_PROBLEMS = 10
REFUSALS = {
    UNREACHABLE: Exit.SOURCE_UNREACHABLE,
    TOOL_MISSING: Exit.TOOL_MISSING,
    NOT_SET: Exit.USAGE,
    CHANGED_PLAN: Exit.USAGE,
    NO_RIGHTS: Exit.PATH_NOT_USABLE,
}
"""Exit codes of problems that are not about the data."""


def run_studies(
    names: Sequence[str],
    settings: Settings,
    as_of: dt.date | None,
    *,
    as_json: bool,
    debug: bool,
) -> int:
    """Run each study in turn; the exit code is the first that is not 0.

    One study shows a line for each step, several one line for the steps of each.
    """

    def work() -> int:
        from pipelines.summary import block, closing

        folders = [find_study(name, settings) for name in names]
        digests = {}
        for folder in folders:
            outcome, steps = _outcome_of(folder, settings, as_of, by_step=len(folders) == 1)
            if as_json:
                digests[outcome.study_id] = json.loads(outcome.findings.model_dump_json())
            else:
                print(block(outcome, steps), flush=True)
        is_elsewhere = settings.output != Settings().output
        out = str(settings.output) if is_elsewhere else None
        print(json.dumps(digests) if as_json else closing(names, out))
        return Exit.DONE

    return guarded(work, debug=debug)


def _outcome_of(
    folder: Path, settings: Settings, as_of: dt.date | None, *, by_step: bool
) -> tuple["Outcome", list[str]]:
    """What a run publishes, or has published if nothing changed since; and what it did."""
    from pipelines.summary import UNCHANGED, StageLines
    from pipelines.unchanged import published_already, require_free

    if (outcome := published_already(folder, settings, as_of)) is not None:
        return outcome, [UNCHANGED]
    require_free(folder, settings)
    from pipelines.run import run_study

    lines = StageLines()
    outcome = run_study(folder, settings, as_of, lines)
    return outcome, lines.lines(by_step=by_step)


def start_study(folder: Path, *, debug: bool) -> int:
    """Make a new study folder and say what to do next."""

    def work() -> int:
        from pipelines.init import make_study, require_new_name

        require_new_name(folder, Settings())
        names = make_study(folder)
        tables = sum(name.endswith(".csv") for name in names)
        print(f"{folder}: study.yaml, plan.yaml, README.md, {tables} tables as CSV, templates.xlsx")
        print(f"Next: fill the tables, then advocacy validate {shlex.quote(str(folder))}")
        return Exit.DONE

    return guarded(work, debug=debug)


def check_inputs(
    name: str, settings: Settings, out: Path | None, *, as_json: bool, debug: bool
) -> int:
    """Say what is wrong with the inputs of a study; 1 when a run would be refused."""

    def work() -> int:
        folder = find_study(name, settings)
        from pipelines.validation import validate_inputs

        return validate_inputs(folder, settings, out, as_json=as_json)

    return guarded(work, debug=debug)


def show_report(
    name: str,
    settings: Settings,
    *,
    open_it: bool,
    as_json: bool,
    debug: bool,
    as_pdf: bool = False,
) -> int:
    """Print the path of the published report, or of its PDF, and open it when asked."""

    def work() -> int:
        from pipelines.generation import REPORT
        from pipelines.results import published_folder

        study_id = _study_id(name, settings)
        path = published_folder(study_id, settings, find_study(name, settings)) / REPORT
        if as_pdf:
            printed = _print_report(path, settings.output / study_id / "report.pdf")
            if printed is None:
                return Exit.TOOL_MISSING
            path = printed
        print(json.dumps({"study_id": study_id, "report": str(path)}) if as_json else path)
        if open_it:
            webbrowser.open(path.as_uri())
        return Exit.DONE

    return guarded(work, debug=debug)


def _print_report(page: Path, pdf: Path) -> Path | None:
    """The PDF, None (and one sentence) where no browser is installed."""
    from pipelines.browser import find_browser
    from pipelines.pdf import NEEDED, print_page

    browser = find_browser()
    if browser is None:
        print(NEEDED, file=sys.stderr)
        return None
    print_page(page, pdf, browser)
    return pdf


def show_overview(
    settings: Settings, *, open_it: bool, as_json: bool, debug: bool, as_pdf: bool = False
) -> int:
    """Write the page of all studies, print its path, or its PDF's, and open it when asked."""

    def work() -> int:
        from pipelines.overview import overview_json, write_overview

        overview = write_overview(settings)
        path: Path | None = overview.path
        if as_pdf:
            path = _print_report(overview.path, overview.path.with_suffix(".pdf"))
        if path is None:
            return Exit.TOOL_MISSING
        print(overview_json(overview, path) if as_json else path)
        if open_it:
            webbrowser.open(path.as_uri())
        return Exit.DONE

    return guarded(work, debug=debug)


def design_roll_out(
    name: str, settings: Settings, template: Path | None, *, as_json: bool, debug: bool
) -> int:
    """Print what would settle the open questions of a published run; write the template."""

    def work() -> int:
        folder = find_study(name, settings)
        from pipelines.design import design_study, design_text

        designed = design_study(folder, settings, template)
        print(design_text(designed, as_json=as_json))
        return Exit.DONE

    return guarded(work, debug=debug)


def explain_one(name: str, wanted: str, settings: Settings, *, as_json: bool, debug: bool) -> int:
    """Print what is behind one effect or indicator of a published run."""

    def work() -> int:
        from pipelines.explain import explain_number, published_study
        from pipelines.explain_text import explained_text

        explained = explain_number(published_study(name, settings), wanted, settings)
        print(explained_text(explained, as_json=as_json))
        return Exit.DONE

    return guarded(work, debug=debug)


def verify_published(
    name: str, settings: Settings, *, again: bool, as_json: bool, debug: bool
) -> int:
    """Say whether the published files of a study are those that were published; 5 if not."""

    def work() -> int:
        from pipelines.verify import verified_text, verify_study

        verified = verify_study(name, settings, again=again)
        print(verified_text(verified, as_json=as_json))
        return Exit.VERIFICATION_FAILED if verified.differences else Exit.DONE

    return guarded(work, debug=debug)


def freeze_plan(name: str, settings: Settings, *, debug: bool) -> int:
    """Freeze the plan of a study and print its digest."""

    def work() -> int:
        from pipelines.validation import require_known_names

        lock = _plan_lock(name, settings)
        require_known_names(lock.folder, settings)
        state = lock.freeze()
        if state.plan is None:
            raise UserError(
                Exit.USAGE,
                "There is no plan to freeze.",
                "The study folder has no plan.yaml.",
                "Write plan.yaml: which initiative, which measure, the smallest effect worth it.",
            )
        count = len(state.plan.effects)
        effects = "effect" if count == 1 else "effects"
        print(f"Frozen: {count} {effects}, digest {state.sha256}.")
        return Exit.DONE

    return guarded(work, debug=debug)


def amend_plan(name: str, reason: str, settings: Settings, *, debug: bool) -> int:
    """Accept a changed plan with its reason."""

    def work() -> int:
        _plan_lock(name, settings).amend(reason)
        print("Amended. Its results are exploratory and of very low certainty from now on.")
        return Exit.DONE

    return guarded(work, debug=debug)


def guarded(work: Callable[[], int], *, debug: bool) -> int:
    """Do the work; every error becomes one line each for what, why and what to do.

    A reader that has seen enough, as `head` does, is no error to speak of.
    """
    try:
        code = int(work())
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.READER_GONE)
    except Exception as error:  # noqa: BLE001 - the edge: no traceback is the only message
        if debug:
            traceback.print_exc()
        return int(explain(error))


def explain(error: Exception) -> Exit:
    """Say an error on standard error; returns the exit code of its kind."""
    if isinstance(error, Rejected):
        _say_rejected(error)
        return refusal_code(error.problems)
    told = error if isinstance(error, UserError) else _told(error)
    _say(told.what, told.why, told.remedy)
    return told.code


def refusal_code(problems: Sequence[Problem]) -> Exit:
    """The exit code of a refusal: its own where all of it is one trouble with a database."""
    codes = {REFUSALS.get(problem.rule, Exit.DATA_REJECTED) for problem in problems}
    return codes.pop() if len(codes) == 1 else Exit.DATA_REJECTED


def _told(error: Exception) -> UserError:
    """What to say of an error that is not one of ours."""
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return UserError(
            Exit.DISK if error.errno == errno.ENOSPC else Exit.PATH_NOT_USABLE,
            "A file or folder cannot be used.",
            f"{error.strerror or type(error).__name__}{where}",
            "Make room or give rights, then run again; published results are untouched.",
        )
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return UserError(
            Exit.MEMORY,
            "Memory ran out.",
            "The engine reached its memory limit.",
            "Close other programs or use fewer rows; published results are untouched.",
        )
    return UserError(
        Exit.INTERNAL,
        "Something went wrong inside the program.",
        f"{type(error).__name__}, which it did not expect.",
        "Run again with --debug and report the traceback; published results are untouched.",
    )


def _say(what: str, why: str, remedy: str) -> None:
    print(f"{what}\n  why: {why}\n  do:  {remedy}", file=sys.stderr)


def _say_rejected(rejected: Rejected) -> None:
    for problem in rejected.problems[:SHOWN_PROBLEMS]:
        print(problem, file=sys.stderr)
    more = len(rejected.problems) - SHOWN_PROBLEMS
    if more > 0:
        print(f"... and {more} more: advocacy validate lists them.", file=sys.stderr)
    print("Not run; what was published before is untouched.", file=sys.stderr)


def _plan_lock(name: str, settings: Settings) -> "PlanLock":
    from pipelines.generation import StudyOutput
    from pipelines.plan_lock import PlanLock

    folder = find_study(name, settings)
    output = StudyOutput(settings.output / _study_id(name, settings))
    output.make()
    return PlanLock(folder, output.folder)


def _study_id(name: str, settings: Settings) -> str:
    from intake.study import load_study

    return load_study(find_study(name, settings)).study_id

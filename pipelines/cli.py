"""The command line. Heavy imports stay inside the commands, so that --help is quick."""

import datetime as dt
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.settings import Settings


app = typer.Typer(
    name="advocacy",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    no_args_is_help=True,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from pipelines.versions import code_version

        print(f"advocacy-impact {code_version()}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Did this advocacy work help patients? A verdict that can be believed."""
    del version


plan_app = typer.Typer(
    help="Freeze or amend the plan of a study.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(plan_app, name="plan")
site_app = typer.Typer(
    help="Send statistics instead of rows, and merge them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(site_app, name="site")

StudyArgument = Annotated[
    str, typer.Argument(help="A study folder, or a name under data/studies.", metavar="STUDY")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder for results.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Print the traceback of an error.")]


@app.command()
def run(
    studies: Annotated[list[str], typer.Argument(help="Study folders, or names.", metavar="STUDY")],
    out: OutOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The clock of the study, YYYY-MM-DD.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Read every source again.")] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Measure a study from its sources to a published report."""
    from pipelines.commands import run_studies

    settings = replace(_settings(out), reuse=not fresh)
    raise typer.Exit(run_studies(studies, settings, _date(as_of), as_json=as_json, debug=debug))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is new or empty.", metavar="DIR")],
    debug: DebugOption = False,
) -> None:
    """Make a new study folder. It has a template of every table, of study and plan."""
    from pipelines.commands import start_study

    raise typer.Exit(start_study(folder, debug=debug))


@app.command()
def validate(
    study: StudyArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the sources with a column _problem, JSON and HTML."),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what is wrong in the inputs, where, and how to fix it. Writes only to --out."""
    from pipelines.commands import check_inputs

    raise typer.Exit(check_inputs(study, _settings(None), out, as_json=as_json, debug=debug))


@app.command()
def report(
    study: Annotated[
        str | None,
        typer.Argument(help="A study folder, or a name under data/studies.", metavar="STUDY"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Write one page of all studies.")] = False,
    out: OutOption = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_pdf: Annotated[
        bool, typer.Option("--pdf", help="Print it with the installed Chromium.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Say where the report of a study is. With --all, write the page of all studies."""
    from pipelines.commands import show_overview, show_report

    if (study is None) is not every:
        raise typer.BadParameter("give a study, or --all and none", param_hint="STUDY")
    settings = _settings(out)
    if study is None:
        code = show_overview(settings, open_it=open_it, as_json=as_json, debug=debug, as_pdf=as_pdf)
    else:
        code = show_report(
            study, settings, open_it=open_it, as_json=as_json, debug=debug, as_pdf=as_pdf
        )
    raise typer.Exit(code)


@app.command()
def design(
    study: StudyArgument,
    out: OutOption = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="Folder for the table of the roll-out.")
    ] = None,
    results: Annotated[Path | None, typer.Option("--results", hidden=True)] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what would settle the open questions. Units, periods, roll-out, its order drawn."""
    from pipelines.commands import design_roll_out

    settings = _settings(out or results)
    raise typer.Exit(design_roll_out(study, settings, template, as_json=as_json, debug=debug))


@app.command()
def explain(
    study: StudyArgument,
    wanted: Annotated[str, typer.Argument(help="An effect_id or indicator_id.", metavar="ID")],
    out: OutOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Show what is behind a number. Formula, rows, assumptions, caps, intervals, SQL."""
    from pipelines.commands import explain_one

    raise typer.Exit(explain_one(study, wanted, _settings(out), as_json=as_json, debug=debug))


@app.command()
def verify(
    study: StudyArgument,
    out: OutOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also run it anew and compare findings and report.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Hold the published files against the digests of their run."""
    from pipelines.commands import verify_published

    settings = _settings(out)
    raise typer.Exit(verify_published(study, settings, again=again, as_json=as_json, debug=debug))


@app.command()
def ui(
    folders: Annotated[
        list[str] | None,
        typer.Argument(
            help="Studies, or folders of studies, beside data/studies.", metavar="FOLDER"
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to open.")] = 3000,
    debug: DebugOption = False,
) -> None:
    """Open Dagster's UI on this machine only; Ctrl-C stops it."""
    from pipelines.commands import guarded
    from pipelines.ui import serve_ui

    raise typer.Exit(guarded(lambda: serve_ui(folders or [], _settings(None), port), debug=debug))


@app.command()
def doctor(debug: DebugOption = False) -> None:
    """Check this machine: Python, packages, folders, optional tools."""
    from pipelines.commands import guarded
    from pipelines.doctor import examine

    raise typer.Exit(guarded(lambda: examine(_settings(None)), debug=debug))


@plan_app.command("freeze")
def plan_freeze(study: StudyArgument, debug: DebugOption = False) -> None:
    """Fix the plan before outcomes are read."""
    from pipelines.commands import freeze_plan

    raise typer.Exit(freeze_plan(study, _settings(None), debug=debug))


@plan_app.command("amend")
def plan_amend(
    study: StudyArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why the plan changed.")],
    debug: DebugOption = False,
) -> None:
    """Accept a changed plan. Its results become exploratory and of very low certainty."""
    from pipelines.commands import amend_plan

    raise typer.Exit(amend_plan(study, reason, _settings(None), debug=debug))


@site_app.command("write")
def site_write(
    study: StudyArgument,
    file: Annotated[Path, typer.Argument(help="The site file to write.", metavar="OUT")],
    out: OutOption = None,
    least: Annotated[
        int | None,
        typer.Option("--least", min=1, help="Fewest clusters of a cohort; else small_cell."),
    ] = None,
    debug: DebugOption = False,
) -> None:
    """Write what this site may send. Statistics of its published run, no rows."""
    from pipelines.site_commands import write_file

    raise typer.Exit(write_file(study, file, _settings(out), least, debug=debug))


@site_app.command("merge")
def site_merge(
    files: Annotated[list[Path], typer.Argument(help="Site files.", metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", help="The merged site file to write.")],
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Merge site files. The answer is that of all their clusters together."""
    from pipelines.site_commands import merge_files

    raise typer.Exit(merge_files(files, out, as_json=as_json, debug=debug))


def _settings(out: Path | None) -> "Settings":
    from pipelines.settings import Settings

    return Settings() if out is None else Settings(output=out.absolute())


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            "must be a date such as 2026-03-31", param_hint="--as-of"
        ) from error


def main() -> None:
    """Run the command line; interrupted runs leave with 130 or 143."""
    from pipelines.settings import collect_seldom
    from pipelines.signals import ends_as_told

    if sys.stdout is None:  # a shell can close it; what is printed then goes nowhere
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    collect_seldom()
    with ends_as_told():
        app()


if __name__ == "__main__":
    main()

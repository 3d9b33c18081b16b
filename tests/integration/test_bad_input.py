"""What a person gets wrong at the command line: its exit code, and one line each for what to do."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.errors import Exit
from pipelines.generation import StudyOutput
from pipelines.lock import writer_lock
from pipelines.settings import Settings
from pipelines.ui_home import LOOPBACK, UiHome
from tests.integration.conftest import copy_study

TAKES_A_STUDY = (
    ("run",),
    ("validate",),
    ("report",),
    ("design",),
    ("explain", "-", "ca_packs"),
    ("verify",),
    ("plan", "freeze"),
    ("plan", "amend", "--reason", "a misprint"),
    ("ui",),
)
NEEDS_A_RUN = (("report",), ("design",), ("explain", "-", "ca_packs"), ("verify",))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    data = tmp_path / "home" / "data"
    monkeypatch.setenv("ADVOCACY_HOME", str(data.parent))
    settings = Settings(studies=data / "studies", output=data / "output", folders=())
    copy_study("prop99", settings)
    return settings


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def command(words: tuple[str, ...], study: str) -> list[str]:
    """The command with its study: where `-` stands, or at the end."""
    return [study if word == "-" else word for word in words] + [study] * ("-" not in words)


def said(result: Result, code: Exit) -> tuple[str, str, str]:
    """What, why and what to do, of an error that is exactly these three lines."""
    assert result.exit_code == code, result.stderr
    what, why, remedy = result.stderr.splitlines()
    assert why.startswith("  why: ")
    assert remedy.startswith("  do:  ")
    return what, why, remedy


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", TAKES_A_STUDY, ids=" ".join)
def test_a_wrong_study_gets_the_nearest_name(words: tuple[str, ...]) -> None:
    what, _, remedy = said(call(*command(words, "prop9")), Exit.USAGE)
    assert what == "There is no study 'prop9'."
    assert "Did you mean prop99?" in remedy


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", NEEDS_A_RUN, ids=" ".join)
def test_a_study_that_was_never_run_is_told_to_run(words: tuple[str, ...]) -> None:
    what, _, remedy = said(call(*command(words, "prop99")), Exit.USAGE)
    assert what == "Nothing is published for 'prop99'."
    assert "advocacy run prop99" in remedy


def no_plan(home: Settings) -> list[str]:
    (home.studies / "prop99" / "plan.yaml").unlink()
    return ["plan", "freeze", "prop99"]


def stale_plan(home: Settings) -> list[str]:
    assert call("plan", "freeze", "prop99").exit_code == Exit.DONE
    path = home.studies / "prop99" / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("effect: 5", "effect: 6"), encoding="utf-8")
    return ["run", "prop99"]


def nothing_to_amend(home: Settings) -> list[str]:
    assert home.studies.is_dir()
    assert call("plan", "freeze", "prop99").exit_code == Exit.DONE
    return ["plan", "amend", "--reason", "none", "prop99"]


def output_is_a_file(home: Settings) -> list[str]:
    home.output.touch()
    return ["run", "prop99"]


def history_is_a_file(home: Settings) -> list[str]:
    home.output.mkdir()
    UiHome(home.output / ".dagster").folder.touch()
    return ["ui"]


def folder_without_study(home: Settings) -> list[str]:
    (home.studies / "empty").mkdir()
    return ["ui", str(home.studies / "empty")]


@pytest.mark.parametrize(
    ("prepare", "code", "what", "remedy"),
    [
        (no_plan, Exit.USAGE, "There is no plan to freeze.", "Write plan.yaml"),
        (stale_plan, Exit.USAGE, "plan.yaml is not the plan that was frozen.", "amend --reason"),
        (nothing_to_amend, Exit.USAGE, "There is nothing to amend.", "Change plan.yaml first."),
        (output_is_a_file, Exit.PATH_NOT_USABLE, "cannot be written", "writable"),
        (history_is_a_file, Exit.PATH_NOT_USABLE, "cannot be written", "ADVOCACY_HOME"),
        (folder_without_study, Exit.USAGE, "is not a study", "Add a study.yaml"),
    ],
)
def test_each_mistake_has_its_code_and_its_remedy(
    prepare: Callable[[Settings], list[str]], code: Exit, what: str, remedy: str, home: Settings
) -> None:
    told = said(call(*prepare(home)), code)
    assert what in told[0]
    assert remedy in told[2]


@pytest.mark.parametrize("words", [("run",), ("plan", "freeze")], ids=" ".join)
def test_a_plan_that_names_what_is_not_there_is_not_frozen(
    words: tuple[str, ...], home: Settings
) -> None:
    folder = home.studies / "prop99"
    plan, text = folder / "plan.yaml", (folder / "plan.yaml").read_text(encoding="utf-8")
    plan.write_text(text.replace("measure_id: packs", "measure_id: boxes"), encoding="utf-8")
    refused = call(*words, "prop99")
    assert refused.exit_code == Exit.DATA_REJECTED, refused.stderr
    assert "plan.yaml:" in refused.stderr
    assert "names no accepted row of measure" in refused.stderr
    assert not (folder / "plan.lock.json").exists()
    plan.write_text(text, encoding="utf-8")
    assert call("plan", "freeze", "prop99").exit_code == Exit.DONE


def test_a_frozen_plan_that_names_what_is_gone_is_warned_of(home: Settings) -> None:
    folder = home.studies / "prop99"
    assert call("plan", "freeze", "prop99").exit_code == Exit.DONE
    assert "names no accepted row" not in call("validate", "prop99").stdout
    table = folder / "measure.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("\npacks", "\nother_packs"),
        encoding="utf-8",
    )
    told = call("validate", "--json", "prop99")
    outcomes = {
        one["outcome"] for one in json.loads(told.stdout)["problems"] if one["rule"] == "plan_id"
    }
    assert outcomes == {"WARN"}


def test_a_run_that_is_going_is_named(home: Settings) -> None:
    output = StudyOutput(home.output / "prop99")
    output.make()
    with writer_lock(output.folder, "other"):
        what, why, _ = said(call("run", "prop99"), Exit.LOCKED)
    assert what == "Another run of this study is going."
    assert "run other" in why


@pytest.mark.usefixtures("home")
def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        what, _, remedy = said(call("ui", "--port", str(port)), Exit.USAGE)
    assert what == f"Port {port} is taken."
    assert re.search(r"advocacy ui --port \d+$", remedy)


def test_help_and_completion_import_nothing_heavy() -> None:
    heavy = "{'dagster', 'duckdb', 'ibis', 'numpy', 'pandas', 'pandera', 'plotly', 'polars'}"
    script = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app;"
        "told = CliRunner().invoke(app, ['--help']).stdout; assert 'verify' in told;"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_damaged_findings_are_told_as_what_they_are(home: Settings) -> None:
    output = StudyOutput(home.output / "prop99")
    output.make()
    run = output.runs / ("a" * 32)
    run.mkdir()
    (run / "findings.json").write_text("{", encoding="utf-8")
    output.pointer.write_text(run.name, encoding="ascii")
    what, why, remedy = said(call("explain", "prop99", "ca_packs"), Exit.VERIFICATION_FAILED)
    assert what == "The published findings cannot be read."
    assert "findings.json" in why
    assert "advocacy run --fresh" in remedy


def test_a_command_whose_output_is_closed_leaves_as_it_would() -> None:
    advocacy = Path(sys.executable).with_name("advocacy")
    done = subprocess.run(
        ["bash", "-c", f"'{advocacy}' doctor >&-"],  # noqa: S607 - the shell of a reader
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (Exit.DONE, "")


@pytest.mark.parametrize(
    ("words", "code", "unused"),
    [(["validate", "prop9"], Exit.USAGE, "pandas"), (["validate", "prop99"], Exit.DONE, "dagster")],
)
def test_no_command_imports_what_it_does_not_need(
    words: list[str], code: Exit, unused: str, home: Settings
) -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app;"
        f"done = CliRunner().invoke(app, {words}); assert done.exit_code == {int(code)};"
        f"assert '{unused}' not in sys.modules"
    )
    assert home.studies.is_dir()
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_completion_script(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # By itself the command asks which shell started it.
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    shown = call("--show-completion", shell)
    assert shown.exit_code == Exit.DONE, shown.output
    assert "_ADVOCACY_COMPLETE" in shown.stdout or "_COMPLETE" in shown.stdout

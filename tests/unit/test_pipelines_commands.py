"""Every error leaves with its own code and three lines, never a traceback alone."""

import errno
import os
import shlex
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.problems import Problem, Rejected
from pipelines.cli import app
from pipelines.commands import SHOWN_PROBLEMS, explain, guarded
from pipelines.errors import Exit, UserError
from pipelines.signals import ends_as_told
from pipelines.summary import closing

UNREAD = Problem("a.csv", None, None, "no_rights", "must be readable", "give the right")


class OutOfMemoryException(Exception):  # noqa: N818 - DuckDB's own name
    """What the engine raises at its memory limit."""


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UserError(Exit.LOCKED, "What.", "Why.", "Do."), Exit.LOCKED, "What."),
        (OSError(errno.ENOSPC, "No space left"), Exit.DISK, "No space left"),
        (OSError(errno.EACCES, "Permission denied", "out"), Exit.PATH_NOT_USABLE, "(out)"),
        (MemoryError(), Exit.MEMORY, "Memory ran out."),
        (OutOfMemoryException(), Exit.MEMORY, "Memory ran out."),
        (ZeroDivisionError(), Exit.INTERNAL, "ZeroDivisionError"),
    ],
)
def test_an_error_says_what_why_and_what_to_do(
    error: Exception, code: Exit, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> int:
        raise error

    assert guarded(work, debug=False) == code
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 3
    assert "Traceback" not in said


def test_debug_adds_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: 1 // 0, debug=True) == Exit.INTERNAL
    assert "Traceback" in capsys.readouterr().err


def test_many_problems_are_counted_not_all_printed(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem("a.csv", 2, "value", "number", "is not a number", "correct it")

    def work() -> int:
        raise Rejected([problem] * (SHOWN_PROBLEMS + 3))

    assert guarded(work, debug=False) == Exit.DATA_REJECTED
    said = capsys.readouterr().err
    assert said.count("a.csv:2:value") == SHOWN_PROBLEMS
    assert "3 more" in said


def test_an_interrupted_run_leaves_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, ends_as_told():
        raise KeyboardInterrupt
    assert left.value.code == Exit.INTERRUPTED
    assert "untouched" in capsys.readouterr().err


def test_a_terminated_run_leaves_with_143(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left, ends_as_told():
        os.kill(os.getpid(), signal.SIGTERM)
    assert left.value.code == Exit.TERMINATED
    assert "untouched" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_others_took_for_ctrl_c_is_still_told_apart() -> None:
    def work() -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as left, ends_as_told():
        work()
    assert left.value.code == Exit.TERMINATED


def test_ctrl_c_that_the_parser_swallowed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, ends_as_told():
        raise SystemExit(Exit.INTERRUPTED)
    assert left.value.code == Exit.INTERRUPTED
    assert "Interrupted." in capsys.readouterr().err


def test_another_exit_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, ends_as_told():
        raise SystemExit(Exit.USAGE)
    assert left.value.code == Exit.USAGE
    assert capsys.readouterr().err == ""


def test_the_next_command_can_be_pasted_into_a_shell() -> None:
    words = shlex.split(closing(["it's a study"], "/elsewhere/out put"))[1:]
    expected = ["advocacy", "report", "it's a study", "--out", "/elsewhere/out put", "--open"]
    assert words == expected
    assert closing(["prop99", "portfolio"]) == "Next: advocacy report prop99 --open"


def test_the_next_command_is_found_where_the_program_has_no_name_in_the_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [".venv/bin/advocacy", "run"])
    assert closing(["prop99"]) == "Next: .venv/bin/advocacy report prop99 --open"
    monkeypatch.setattr("sys.argv", ["/somewhere/cli.py", "run"])
    assert closing(["prop99"]) == "Next: advocacy report prop99 --open"


def test_version_is_told_without_a_command() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert told.exit_code == Exit.DONE
    assert told.stdout.startswith("advocacy-impact ")


@pytest.mark.parametrize("option", ["--out", "--results"])
def test_design_reads_runs_where_other_commands_do(
    option: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = []
    monkeypatch.setattr(
        "pipelines.commands.design_roll_out",
        lambda _study, settings, template, **_: given.append((settings.output, template)) or 0,
    )
    runs, there = str(tmp_path / "runs"), str(tmp_path / "there")
    called = CliRunner().invoke(app, ["design", "prop99", option, runs, "--template", there])
    assert called.exit_code == Exit.DONE
    assert given == [(Path(runs), Path(there))]


def test_a_file_that_may_not_be_read_has_the_exit_code_of_a_path() -> None:
    assert explain(Rejected([UNREAD])) == Exit.PATH_NOT_USABLE
    assert explain(Rejected([UNREAD, replace(UNREAD, rule="range")])) == Exit.DATA_REJECTED

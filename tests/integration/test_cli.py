"""The command line as a person meets it: what it prints and how it leaves."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.errors import Exit
from pipelines.generation import StudyOutput
from pipelines.lock import writer_lock
from pipelines.settings import Settings
from tests.intake_world import write_study
from tests.integration.conftest import Published, copy_study


@pytest.fixture
def call(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADVOCACY_HOME", str(settings.output.parent / "home"))
    home = settings.output.parent / "home" / "data"
    home.mkdir(parents=True)
    (home / "studies").symlink_to(settings.studies)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


def test_a_run_prints_one_block_and_the_next_command(call, published: Published) -> None:
    lines = published.said.splitlines()
    assert "  ca_packs: -15.604 -> inconclusive, certainty very low (UNATTAINABLE_P)" in lines
    assert lines[-2].endswith("report.html")
    assert lines[-1].startswith("Next: advocacy report ")
    steps = [line.split() for line in lines if " s  " in line]
    assert [step[0] for step in steps] == ["read", "check", "panel", "measure"]
    assert [step[3] for step in steps] == ["1,251", "1,251", "1,209", "1"]
    assert len(lines) == 6 + len(steps)
    settings = published.settings
    shown = call("report", str(settings.studies / "prop99"), "--out", str(settings.output))
    assert Path(shown.stdout.strip()).is_file()


@pytest.mark.slow
def test_json_is_json_and_nothing_else(call, prop99: Path, settings: Settings) -> None:
    out = ("--out", str(settings.output))
    result = call("run", str(prop99), *out, "--json")
    assert json.loads(result.stdout)["prop99"]["effects"][0]["verdict"] == "inconclusive"
    told = {
        command: json.loads(call(command, str(prop99), *more, "--json").stdout)
        for command, *more in (
            ("validate",),
            ("explain", "ca_packs", *out),
            ("report", *out),
            ("verify", *out),
        )
    }
    assert told["validate"]["problems"] == []
    assert told["explain"]["rows"][0]["effect_id"] == "ca_packs"
    assert told["report"]["study_id"] == "prop99"
    refused = call("explain", str(prop99), "ca_pack", *out, "--json")
    assert (refused.exit_code, refused.stdout) == (Exit.USAGE, "")
    assert "ca_packs" in refused.stderr


@pytest.mark.slow
def test_the_three_examples_take_at_most_25_lines_without_colours(
    call, prop99: Path, settings: Settings
) -> None:
    folders = [prop99, *(copy_study(name, settings) for name in ("hiv_incentives", "portfolio"))]
    result = call("run", *map(str, folders), "--out", str(settings.output))
    lines = result.stdout.splitlines()
    assert len(lines) <= 25
    assert sum("rows read" in line for line in lines) == len(folders)
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "command", [["run"], ["validate"], ["design"], ["verify"], ["report"], ["explain", "x"]]
)
def test_a_refusal_leaves_nothing_where_json_would_be(call, command: list[str]) -> None:
    result = call(command[0], "nowhere", *command[1:], "--json")
    assert (result.exit_code, result.stdout) == (Exit.USAGE, "")
    assert [line.strip()[:4] for line in result.stderr.splitlines()[1:]] == ["why:", "do: "]


@pytest.mark.slow
def test_no_command_has_colours_where_none_are_wanted(
    prop99: Path, settings: Settings, tmp_path: Path
) -> None:
    out = ("--out", str(settings.output))
    said = {
        command: on_a_terminal(command, *arguments, NO_COLOR="1")
        for command, *arguments in (
            ("--help",),
            ("init", str(tmp_path / "new")),
            ("validate", str(prop99)),
            ("plan", "freeze", str(prop99)),
            ("design", str(prop99), "--out", str(settings.output)),
            ("run", str(prop99), *out),
            ("report", str(prop99), *out),
            ("explain", str(prop99), "ca_packs", *out),
            ("verify", str(prop99), *out),
            ("site", "write", str(prop99), str(tmp_path / "site.json"), *out),
            ("doctor",),
            ("runn",),
        )
    }
    assert b"%" in said["run"]
    assert [command for command, text in said.items() if b"\x1b" in text or not text] == []


def test_a_terminal_has_colours_and_none_with_no_color(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {"unit.csv": "unit_id,name\nnorth,North\n"})
    assert b"\x1b[" in on_a_terminal("validate", str(folder), NO_COLOR="")
    assert b"\x1b[" not in on_a_terminal("validate", str(folder), NO_COLOR="1")


def on_a_terminal(*arguments: str, **environment: str) -> bytes:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "wb") as terminal:
        subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *arguments],
            stdout=terminal,
            stderr=terminal,
            check=False,
            timeout=60,
            env={**os.environ, "TERM": "xterm", **environment},
        )
    with os.fdopen(ours, "rb") as written:
        return os.read(written.fileno(), 65_536)


def test_an_unknown_study_gets_the_nearest_name(call, prop99: Path) -> None:
    result = call("run", prop99.name[:-1])
    assert result.exit_code == Exit.USAGE
    assert "prop99" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_date_must_be_a_date(call, prop99: Path) -> None:
    result = call("run", str(prop99), "--as-of", "yesterday")
    assert result.exit_code == Exit.USAGE
    assert "--as-of" in result.stderr


def test_an_unknown_key_is_named_with_the_nearest(call, prop99: Path) -> None:
    path = prop99 / "study.yaml"
    text = path.read_text(encoding="utf-8").replace("small_cell", "smal_cell")
    path.write_text(f"{text}\ncurency: USD\n", encoding="utf-8")
    result = call("run", str(prop99))
    assert result.exit_code == Exit.DATA_REJECTED
    assert "study.yaml" in result.stderr
    assert "currency" in result.stderr


def test_a_missing_file_is_named(call, prop99: Path) -> None:
    (prop99 / "unit.csv").unlink()
    result = call("validate", str(prop99))
    assert result.exit_code == Exit.DATA_REJECTED
    assert "unit.csv" in result.stdout + result.stderr


def test_bad_cells_are_shown_where_they_are(call, prop99: Path) -> None:
    path = prop99 / "outcome.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    position = lines[0].split(",").index("value")
    cells = lines[6].split(",")
    cells[position] = "many"
    lines[6] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = call("validate", str(prop99))
    assert "outcome.csv:7:value" in result.stdout
    assert "1 quarantined" in result.stdout
    report = json.loads(call("validate", str(prop99), "--json").stdout)
    assert [(p["row"], p["column"]) for p in report["problems"]] == [(7, "value")]
    assert report["tables"][-1]["quarantined"] == 1


def test_a_clean_study_has_no_problem(call, prop99: Path) -> None:
    result = call("validate", str(prop99))
    assert result.exit_code == Exit.DONE
    assert "No problem found." in result.stdout


@pytest.mark.slow
def test_a_changed_plan_stops_until_it_is_amended(call, prop99: Path, settings: Settings) -> None:
    assert call("plan", "freeze", str(prop99)).exit_code == Exit.DONE
    path = prop99 / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("smallest_worthwhile_effect: 5", "smallest_worthwhile_effect: 6"))
    refused = call("run", str(prop99), "--out", str(settings.output))
    assert refused.exit_code == Exit.USAGE
    assert "amend" in refused.stderr
    assert call("plan", "amend", "--reason", "a misprint", str(prop99)).exit_code == Exit.DONE
    result = call("run", str(prop99), "--out", str(settings.output), "--json")
    caps = json.loads(result.stdout)["prop99"]["effects"][0]["certainty_caps"]
    assert {"cap": "very_low", "why": "AMENDED"} in caps


def test_no_plan_means_nothing_to_freeze(call, prop99: Path) -> None:
    (prop99 / "plan.yaml").unlink()
    assert call("plan", "freeze", str(prop99)).exit_code == Exit.USAGE


@pytest.mark.slow
def test_without_a_plan_the_first_question_is_not_asked(
    call, prop99: Path, settings: Settings
) -> None:
    (prop99 / "plan.yaml").unlink()
    result = call("run", str(prop99), "--out", str(settings.output), "--json")
    findings = json.loads(result.stdout)["prop99"]
    assert findings["effects"] == []
    assert findings["questions"][0]["answer"].startswith("Not enough data")


def test_a_held_lock_is_exit_75(call, prop99: Path, settings: Settings) -> None:
    output = StudyOutput(settings.output / "prop99")
    output.make()
    with writer_lock(output.folder, "other"):
        result = call("run", str(prop99), "--out", str(settings.output))
    assert result.exit_code == Exit.LOCKED
    assert "other" in result.stderr


def test_an_output_path_that_is_a_file_is_exit_73(call, prop99: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = call("run", str(prop99), "--out", str(tmp_path / "file"))
    assert result.exit_code == Exit.PATH_NOT_USABLE


def test_nothing_published_is_said(call, prop99: Path, settings: Settings) -> None:
    result = call("report", str(prop99), "--out", str(settings.output))
    assert result.exit_code == Exit.USAGE
    assert "advocacy run prop99" in result.stderr


def test_doctor_names_what_it_looked_at(call, prop99: Path) -> None:
    result = call("doctor")
    assert prop99.is_dir()
    assert result.exit_code == Exit.DONE
    assert "duckdb" in result.stdout
    assert "1 studies" in result.stdout


def test_doctor_misses_the_studies_folder(call, settings: Settings) -> None:
    shutil.rmtree(settings.studies, ignore_errors=True)
    assert call("doctor").exit_code == Exit.USAGE


def test_a_reader_that_leaves_early_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "doctor"],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == Exit.READER_GONE
    assert done.stderr == b""

"""`advocacy report --pdf`: by an installed browser, whole or not at all."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import browser as installed
from pipelines import pdf
from pipelines.cli import app
from pipelines.errors import Exit, UserError
from tests.findings_samples import prop99


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with one published report."""
    run = tmp_path / "output" / "prop99" / "runs" / "r1"
    run.mkdir(parents=True)
    (run / "report.html").write_text("report")
    (run.parent.parent / "current").write_text("r1\n")
    return tmp_path / "output"


def publish_findings(output: Path) -> None:
    """The findings beside the published report."""
    found = prop99().model_copy(update={"study_id": "prop99"})
    (output / "prop99" / "runs" / "r1" / "findings.json").write_text(found.model_dump_json())


def browser(folder: Path, body: str) -> str:
    """A stand-in for Chromium: a script that does with its arguments what `body` says."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


WRITES = 'for a in "$@"; do case "$a" in --print-to-pdf=*) echo "%PDF $*" > "${a#*=}";; esac; done'


def test_without_a_browser_one_sentence_and_exit_3(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "find_browser", lambda: None)
    result = CliRunner().invoke(app, ["report", "prop99", "--out", str(output), "--pdf"])
    assert result.exit_code == 3
    assert result.stderr.strip() == pdf.NEEDED
    assert result.stdout == ""
    assert not list(output.rglob("*.pdf*"))


def test_the_pdf_stands_beside_the_runs_and_its_path_is_told(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "find_browser", lambda: browser(tmp_path, WRITES))
    result = CliRunner().invoke(app, ["report", "prop99", "--out", str(output), "--pdf", "--json"])
    assert result.exit_code == 0
    path = Path(json.loads(result.stdout)["report"])
    assert path == output / "prop99" / "report.pdf"
    told = path.read_text()
    assert "--no-pdf-header-footer" in told
    assert "report.html" in told
    assert [file.name for file in output.rglob("*.pdf*")] == ["report.pdf"]


def test_a_browser_that_writes_nothing_leaves_the_last_pdf_and_says_so(
    output: Path, tmp_path: Path
) -> None:
    kept = output / "prop99" / "report.pdf"
    kept.write_text("the last one")
    with pytest.raises(UserError) as error:
        pdf.print_page(output / "page.html", kept, browser(tmp_path, "exit 0"))
    assert error.value.code == Exit.INTERNAL
    assert kept.read_text() == "the last one"


def test_a_browser_that_hangs_is_given_up(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.2)
    with pytest.raises(UserError):
        pdf.print_page(output / "page.html", tmp_path / "x.pdf", browser(tmp_path, "exec sleep 5"))


def test_the_page_of_all_studies_is_printed_beside_itself(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_findings(output)
    monkeypatch.setattr(installed, "find_browser", lambda: browser(tmp_path, WRITES))
    asked = ["report", "--all", "--pdf", "--out", str(output)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0
    path = Path(result.stdout.strip())
    assert path == output / "index.pdf"
    assert "index.html" in path.read_text()
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert told["page"] == str(path)
    assert "prop99" in [study["study_id"] for study in told["studies"] if study["is_published"]]


def test_the_page_of_all_studies_needs_a_browser_for_paper_only(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_findings(output)
    monkeypatch.setattr(installed, "find_browser", lambda: None)
    result = CliRunner().invoke(app, ["report", "--all", "--pdf", "--out", str(output)])
    assert (result.exit_code, result.stdout) == (3, "")
    assert (output / "index.html").is_file()


def test_the_first_browser_on_the_path_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed.find_browser() is None
    made = browser(tmp_path, "exit 0")
    assert installed.find_browser() == made

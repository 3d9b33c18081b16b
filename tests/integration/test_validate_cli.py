"""`advocacy validate`: what it prints, what it writes, how it leaves, and what it never shows."""

import csv
import io
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from intake.mapped import MappingReport
from intake.problems import Problem
from intake.validate import ValidationReport, validate_study
from pipelines import validation_text
from pipelines.cli import app
from pipelines.errors import Exit
from pipelines.returned import neutral
from pipelines.validation_page import problems_page
from pipelines.validation_text import SHOWN_PROBLEMS, Line, print_lines, validation_lines, visible
from pipelines.xlsx import Sheet, write_workbook
from tests.intake_world import MEASURE, OUTCOME_HEADER, UNIT, engine, write_study

UNITS = "unit_id,name,unit_type\nnorth,=cmd|'/C calc'!A0,region\nsouth,<script>x</script>,town\n"
OUTCOMES = (
    OUTCOME_HEADER
    + "delay,north,2001-01-01,all,5,,,observed\n"
    + "delay,north,2002-01-01,all,secret,,,observed\n\n"
    + "delay,south,2003-01-01,all,-7,,,observed\n"
)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"unit.csv": UNITS, "measure.csv": MEASURE, "outcome.csv": OUTCOMES}
    return write_study(tmp_path_factory.mktemp("study"), files)


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    target = folder.parent / "checked" / "inputs"
    result = call("validate", str(folder), "--out", str(target))
    assert result.exit_code == Exit.DONE
    assert "Written to" in result.stdout
    return target


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_it_prints_columns_counts_and_problems_and_writes_nothing(folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = call("validate", str(folder))
    assert result.exit_code == Exit.DONE
    lines = result.stdout.splitlines()
    assert lines[0].startswith("measure.csv -> measure: 1 read, 1 accepted")
    assert "  columns: 8 matched" in lines
    told = [line for line in lines if " · " in line]
    assert [line.split("  ")[0] for line in told] == [
        "unit.csv:3:unit_type",
        "outcome.csv:3:value",
        "outcome.csv:5:unit_id",
    ]
    assert lines[-1] == "A run would go on, 3 rows set aside. Nothing was written."
    assert "secret" not in result.stdout
    assert sorted(folder.iterdir()) == before


def test_the_files_come_back_with_a_column_that_says_what_is_wrong(out: Path) -> None:
    rows = rows_of(out / "outcome.csv")
    assert rows[0] == [*OUTCOME_HEADER.strip().split(","), "_problem"]
    notes = [row[-1].split(" must")[0].split(" · ")[0] if row else None for row in rows[1:]]
    assert notes == [
        "",
        "value",
        None,
        "unit_id names a row of unit that is itself set aside",
    ]
    assert rows[4][4] == "-7"


def test_formulas_come_back_as_text(out: Path) -> None:
    assert rows_of(out / "unit.csv")[1][1] == "'=cmd|'/C calc'!A0"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-cmd"])
def test_what_a_spreadsheet_could_run_is_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+41", "-1'234.50", "-12,5", "-3%", "1=1", "Bern", ""])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


def test_the_folder_holds_json_and_a_page_for_their_owner_only(out: Path) -> None:
    told = json.loads((out / "problems.json").read_text(encoding="utf-8"))
    assert [entry["row"] for entry in told["problems"]] == [3, 3, 5]
    page = (out / "problems.html").read_text(encoding="utf-8")
    assert "outcome.csv, row&nbsp;3<br><small>value</small>" in page
    assert "outcome.csv → outcome" in page
    assert "<script" not in page
    assert "secret" not in page + json.dumps(told)
    assert out.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o177 == 0 for path in out.iterdir())
    assert sorted(path.name for path in out.iterdir()) == [
        *("measure.csv", "outcome.csv", "problems.html", "problems.json", "unit.csv"),
    ]


def test_a_file_that_came_back_is_a_source_again(out: Path, tmp_path: Path) -> None:
    study = tmp_path / "again"
    files = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    write_study(study, files)
    result = call("validate", str(study), "--out", str(tmp_path / "out"))
    assert "_problem" not in result.stdout
    assert rows_of(tmp_path / "out" / "unit.csv")[0] == ["unit_id", "name", "unit_type", "_problem"]


def test_a_workbook_comes_back_as_one_with_numbers_as_numbers(tmp_path: Path) -> None:
    rows = [
        ["Units of the study"],
        ["unit_id", "name", "unit_type", "population"],
        ["007", "=1+1", "region", 1200.5],
        ["008", "West", "town", -3],
    ]
    mapping = {"format": {"sheet": "Units", "header_row": 2}}
    sources = [
        {"table": "unit", "path": "book.xlsx", "mapping": mapping},
        {"table": "measure", "path": "book.xlsx", "mapping": {"format": {"sheet": "Measures"}}},
    ]
    folder = write_study(tmp_path / "study", {"book.xlsx": ""}, sources=sources)
    measures = [row.split(",") for row in MEASURE.replace("clinical", "clinicl").splitlines()]
    write_workbook(
        folder / "book.xlsx",
        [Sheet("Units", rows), Sheet("Measures", measures), Sheet("Other", [["x"]])],
    )
    result = call("validate", str(folder), "--out", str(tmp_path / "out"))
    assert "book.xlsx#Units:4:unit_type  unit_type is not in its list of words" in (result.stdout)
    book = CalamineWorkbook.from_path(tmp_path / "out" / "book.xlsx")
    assert sorted(book.sheet_names) == ["Measures", "Units"]
    units = book.get_sheet_by_name("Units").to_python()
    assert units[1] == ["unit_id", "name", "unit_type", "population", "_problem"]
    assert units[2] == ["007", "'=1+1", "region", 1200.5, ""]
    assert units[3][3] == -3
    assert "unit_type is not in its list of words" in units[3][4]
    assert "population must be at least 0" in units[3][4]
    problem = book.get_sheet_by_name("Measures").to_python()[1][-1]
    assert "did you mean clinical?" in problem


def test_json_lines_come_back_as_a_table(tmp_path: Path) -> None:
    lines = '{"unit_id": "n", "name": "N", "unit_type": "region"}\n{"unit_id": "s", "name": "S"}\n'
    sources = [{"table": "unit", "path": "unit.jsonl"}]
    folder = write_study(tmp_path / "study", {"unit.jsonl": lines}, sources=sources)
    assert call("validate", str(folder), "--out", str(tmp_path / "out")).exit_code == Exit.DONE
    rows = rows_of(tmp_path / "out" / "unit.csv")
    assert rows[0] == ["unit_id", "name", "unit_type", "_problem"]
    assert [row[-1] for row in rows[1:]] == ["", "unit_type must be given · fill the cell"]


def test_a_file_that_cannot_be_read_is_left_out_and_the_rest_comes_back(tmp_path: Path) -> None:
    files = {"unit.csv": UNIT, "measure.csv": 'measure_id,name\nx,"open\n'}
    folder = write_study(tmp_path / "study", files)
    result = call("validate", str(folder), "--out", str(tmp_path / "out"))
    assert result.exit_code == Exit.DATA_REJECTED
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("problems.json", "problems.html", "unit.csv"),
    }


def test_the_study_folder_is_never_written_to(folder: Path) -> None:
    result = call("validate", str(folder), "--out", str(folder))
    assert result.exit_code == Exit.USAGE
    assert "Name another folder" in result.stderr


def test_an_out_that_is_a_file_is_exit_73(folder: Path) -> None:
    target = str(folder / "unit.csv")
    assert call("validate", str(folder), "--out", target).exit_code == Exit.PATH_NOT_USABLE


def test_a_study_that_cannot_be_understood_is_still_written_down(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", {"unit.csv": UNIT}, period="week")
    result = call("validate", str(folder), "--out", str(tmp_path / "out"))
    assert result.exit_code == Exit.DATA_REJECTED
    assert "study.yaml:" in result.stdout
    assert json.loads((tmp_path / "out" / "problems.json").read_text())["problems"]


def test_a_name_that_is_nearly_right_gets_the_right_one(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "data" / "studies"
    shutil.copytree(folder, home / "screening")
    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path))
    result = call("validate", "screenig")
    assert result.exit_code == Exit.USAGE
    assert "Did you mean screening?" in result.stderr


def test_only_a_terminal_shows_what_a_cell_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = validate_study(folder, engine())
    print_lines(validation_lines(report))
    assert "secret" not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    print_lines(validation_lines(report))
    said = capsys.readouterr().out
    assert "(it says: secret)" in said
    assert "\x1b[" not in said


def test_a_terminal_has_colours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_lines([Line("[bold]plain[/bold]", "red")])
    said = capsys.readouterr().out
    assert "[bold]plain[/bold]" in said
    assert "\x1b[31m" in said


def test_characters_that_move_the_cursor_are_not_printed() -> None:
    assert visible("a\x1b[2Jb\u202ec") == "a\ufffd[2Jb\ufffdc"


def test_many_problems_and_columns_are_counted() -> None:
    problem = Problem("a.csv", 2, "value", "number", "is not a number", "correct it")
    many = ValidationReport((), MappingReport(), (problem,) * (SHOWN_PROBLEMS + 3))
    lines = [line.text for line in validation_lines(many)]
    assert sum(line.startswith("a.csv:2:value") for line in lines) == SHOWN_PROBLEMS
    assert "... and 3 more; --json or --out lists them all." in lines
    names = [f"c{number}" for number in range(validation_text.SHOWN_NAMES + 2)]
    ignored = replace(problem, rule="unknown_column", outcome="WARN")
    only = [line.text for line in validation_lines(replace(many, problems=(ignored,)))]
    assert only == ["A run would go on. Nothing was written."]
    assert validation_text._listed(names).endswith(" and 2 more")


def test_two_hundred_odd_names_are_escaped_on_the_page() -> None:
    signs = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</td><script>",
        "{{7*7}}",
    ]
    payloads = [f"{sign}{number}" for sign in signs for number in range(50)]
    problems = tuple(Problem(name, 2, name, "rule", name, name) for name in payloads)
    page = problems_page(ValidationReport((), MappingReport(), problems), payloads[0])
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= 300
    assert "{{7*7}}0" in page

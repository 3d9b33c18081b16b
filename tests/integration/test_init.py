"""A fresh study folder is a study: it validates, it runs, and it explains itself."""

import csv
import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from intake.study import load_plan, load_study
from pipelines.cli import app
from pipelines.errors import Exit, UserError
from pipelines.examples import example_row
from pipelines.init import make_study
from pipelines.templates import FIRST_READ, WORKBOOK, study_id_of
from schemas.registry import TABLES
from schemas.study import Study

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "My First Study"
    result = RUNNER.invoke(app, ["init", str(folder)])
    assert result.exit_code == Exit.DONE
    assert "advocacy validate" in result.stdout
    return folder


def with_every_table(text: str) -> str:
    """A fresh study.yaml with the # taken from the lines of the tables that wait."""
    return re.sub(r"^#(  - \{table: \w+, +path: \w+\.csv\})$", r"\1", text, flags=re.M)


def test_what_an_effect_needs_is_read_and_the_other_tables_wait(fresh: Path) -> None:
    study = load_study(fresh)
    assert study.study_id == "my_first_study"
    assert tuple(source.table for source in study.sources) == FIRST_READ
    text = with_every_table((fresh / "study.yaml").read_text(encoding="utf-8"))
    everything = Study.model_validate(yaml.safe_load(text))
    assert {source.table for source in everything.sources} == set(TABLES)


def test_every_table_has_a_template_with_one_example_row(fresh: Path) -> None:
    for name, spec in TABLES.items():
        with (fresh / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle)
        assert header == [column.name for column in spec.data_columns]
        assert rows == [list(example_row(spec).values())]


def test_the_plan_asks_about_the_example_rows(fresh: Path) -> None:
    plan = load_plan(fresh)
    assert plan is not None
    (effect,) = plan.effects
    assert effect.initiative_id == example_row(TABLES["initiative"])["initiative_id"]
    assert effect.measure_id == example_row(TABLES["measure"])["measure_id"]


def test_the_readme_describes_every_column(fresh: Path) -> None:
    text = (fresh / "README.md").read_text(encoding="utf-8")
    for spec in TABLES.values():
        assert spec.description in text
        for column in spec.data_columns:
            assert column.description in text


def test_the_workbook_holds_the_same_rows_and_says_what_they_mean(fresh: Path) -> None:
    book = CalamineWorkbook.from_path(fresh / WORKBOOK)
    assert book.sheet_names == ["columns", *TABLES, "words"]
    for name, spec in TABLES.items():
        header, example = book.get_sheet_by_name(name).to_python()
        assert header == [column.name for column in spec.data_columns]
        for cell, text in zip(example, example_row(spec).values(), strict=False):
            assert as_text(cell) == (text if not is_number(cell) else f"{float(text):g}")
    about = book.get_sheet_by_name("columns").to_python()[1:]
    told = {(row[0], row[1]): row[5] for row in about}
    assert told == {(n, c.name): c.description for n, s in TABLES.items() for c in s.data_columns}


def is_number(cell: object) -> bool:
    return isinstance(cell, int | float)


def as_text(cell: object) -> str:
    if isinstance(cell, date | datetime):
        return cell.isoformat()[:10]
    return f"{cell:g}" if is_number(cell) else str(cell)


def test_a_fresh_folder_has_no_problem(fresh: Path) -> None:
    result = RUNNER.invoke(app, ["validate", str(fresh)])
    assert result.exit_code == Exit.DONE
    assert "No problem found." in result.stdout


@pytest.mark.slow
def test_the_example_rows_of_all_tables_are_sound(fresh: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fresh, tmp_path / "copy"))
    text = with_every_table((folder / "study.yaml").read_text(encoding="utf-8"))
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    result = RUNNER.invoke(app, ["validate", str(folder)])
    assert result.stdout.count("1 read, 1 accepted") == len(TABLES)
    assert "No problem found." in result.stdout


@pytest.mark.slow
def test_the_sheets_of_the_workbook_are_sources_as_they_are(fresh: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fresh, tmp_path / "copy"))
    text = with_every_table((folder / "study.yaml").read_text(encoding="utf-8"))
    read = r"table: \1, path: templates.xlsx, mapping: {format: {sheet: \1}}}"
    text = re.sub(r"table: ([a-z_]+), +path: [a-z_]+\.csv\}", read, text)
    assert text.count("{sheet: ") == len(TABLES) + 1
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    result = RUNNER.invoke(app, ["validate", str(folder)])
    assert "No problem found." in result.stdout


@pytest.mark.slow
def test_a_fresh_folder_runs_and_one_row_is_too_little_to_tell(fresh: Path, tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["run", str(fresh), "--out", str(tmp_path / "out")])
    assert result.exit_code == Exit.DONE
    assert "not evaluable (NO_COMPARISON)" in result.stdout


def test_files_and_folder_are_for_their_owner_only(fresh: Path) -> None:
    assert fresh.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o177 == 0 for path in fresh.iterdir())


def test_an_empty_folder_may_become_a_study(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "study.yaml" in make_study(folder)


def test_a_folder_with_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = RUNNER.invoke(app, ["init", str(tmp_path)])
    assert result.exit_code == Exit.PATH_NOT_USABLE
    assert "The folder is not empty." in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_name_of_an_example_is_taken(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["init", str(tmp_path / "Prop99")])
    assert result.exit_code == Exit.USAGE
    assert "There is a study 'prop99' already." in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError) as told:
        make_study(tmp_path / "file")
    assert told.value.code == Exit.PATH_NOT_USABLE
    assert RUNNER.invoke(app, ["init", str(tmp_path / "file" / "x")]).exit_code == (
        Exit.PATH_NOT_USABLE
    )


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_where: object) -> str:
        raise PermissionError(13, "Permission denied", "/elsewhere/.new.x")

    monkeypatch.setattr("pipelines.init.tempfile.mkdtemp", refuse)
    result = RUNNER.invoke(app, ["init", str(tmp_path / "new")])
    assert result.exit_code == Exit.PATH_NOT_USABLE
    assert str(tmp_path / "new") in result.stderr


def test_a_folder_that_cannot_be_finished_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pipelines.init.write_template_workbook", full)
    result = RUNNER.invoke(app, ["init", str(tmp_path / "new")])
    assert result.exit_code == Exit.DISK
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "study_id"),
    [("2024 Zürich-Study", "z_rich_study"), ("x" * 80, "x" * 64), ("2024", "study")],
)
def test_the_name_of_the_folder_becomes_the_id(folder: str, study_id: str) -> None:
    assert study_id_of(Path(folder)) == study_id

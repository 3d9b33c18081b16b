"""A study is found by path or by name, and a near miss is named."""

from pathlib import Path

import pytest

from pipelines.errors import Exit, UserError
from pipelines.settings import Settings, find_study, known_studies, project_root, run_command


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("prop99", "portfolio"):
        (tmp_path / "studies" / name).mkdir(parents=True)
        (tmp_path / "studies" / name / "study.yaml").touch()
    (tmp_path / "studies" / "empty").mkdir()
    return Settings(studies=tmp_path / "studies", output=tmp_path / "output")


def test_a_study_is_found_by_name_and_by_path(settings: Settings) -> None:
    folder = settings.studies / "prop99"
    assert find_study("prop99", settings) == folder.resolve()
    assert find_study(str(folder), settings) == folder.resolve()


def test_a_misspelt_name_gets_the_nearest(settings: Settings) -> None:
    with pytest.raises(UserError) as refused:
        find_study("prop9", settings)
    assert refused.value.code == Exit.USAGE
    assert "prop99" in refused.value.remedy


def test_a_misspelt_path_gets_the_study_that_lies_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "work" / "screening"
    mine.mkdir(parents=True)
    (mine / "study.yaml").touch()
    monkeypatch.chdir(mine.parent)
    with pytest.raises(UserError, match=r"Did you mean screening\?"):
        find_study("screning", settings)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"Did you mean work/screening\?"):
        find_study("work/screning", settings)


def test_an_unknown_name_gets_the_list(settings: Settings) -> None:
    with pytest.raises(UserError) as refused:
        find_study("zzz", settings)
    assert "portfolio, prop99" in refused.value.remedy


def test_a_folder_without_a_study_file_is_not_a_study(settings: Settings) -> None:
    with pytest.raises(UserError, match="is not a study"):
        find_study(str(settings.studies / "empty"), settings)


def test_what_is_near_a_study_is_told(settings: Settings) -> None:
    folder = settings.studies / "prop99"
    with pytest.raises(UserError, match=f"is a file.*Name the folder: {folder}"):
        find_study(str(folder / "study.yaml"), settings)
    with pytest.raises(UserError, match=f"Name one of the studies in it: .*{folder}"):
        find_study(str(settings.studies), settings)
    (settings.studies / "empty" / "study.yml").touch()
    with pytest.raises(UserError, match=r"Rename study\.yml to study\.yaml"):
        find_study(str(settings.studies / "empty"), settings)


def test_no_studies_folder_means_no_studies(tmp_path: Path) -> None:
    assert known_studies(Settings(studies=tmp_path / "none")) == []


def test_the_project_can_be_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path))
    assert project_root() == tmp_path
    monkeypatch.delenv("ADVOCACY_HOME")
    assert (project_root() / "pyproject.toml").is_file()


def test_a_link_that_leads_back_to_itself_is_no_study(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(UserError) as told:
        find_study(str(loop), Settings(studies=tmp_path, output=tmp_path))
    assert told.value.code == Exit.PATH_NOT_USABLE
    assert str(loop) in told.value.what


def test_a_command_names_a_study_so_that_it_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path / "home"))
    out = f"--out {settings.output}"
    assert run_command(settings.studies / "prop99", settings) == f"advocacy run prop99 {out}"
    elsewhere = tmp_path / "my own" / "prop99"
    assert run_command(elsewhere, settings) == f"advocacy run '{elsewhere}' {out}"
    usual = Settings(studies=settings.studies)
    assert run_command("prop99", usual) == "advocacy run prop99"

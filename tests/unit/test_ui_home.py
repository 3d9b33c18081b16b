"""Before the UI starts: its studies, its port, its folder, and that it is the only one."""

import os
import socket
from pathlib import Path

import pytest

from pipelines.errors import Exit, UserError
from pipelines.settings import FOLDERS, Settings, find_study, known_studies
from pipelines.ui import environment
from pipelines.ui_home import LOOPBACK, UiHome, free_port, require_free, shown_studies


def make_study(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "study.yaml").touch()
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    make_study(tmp_path / "studies" / "north")
    return Settings(studies=tmp_path / "studies", output=tmp_path / "output", folders=())


def test_studies_under_the_folder_and_those_given_are_shown(
    settings: Settings, tmp_path: Path
) -> None:
    one = make_study(tmp_path / "elsewhere" / "south")
    many = [make_study(tmp_path / "more" / name) for name in ("east", "west")]
    shown = shown_studies([str(one), str(tmp_path / "more")], settings)
    assert list(shown) == ["north", "south", "east", "west"]
    assert [shown["east"], shown["west"]] == many
    assert list(shown_studies(["north"], settings)) == ["north"]


def test_a_wrong_name_gets_the_nearest(settings: Settings) -> None:
    with pytest.raises(UserError) as refused:
        shown_studies(["nort"], settings)
    assert refused.value.code == Exit.USAGE
    assert refused.value.remedy == "Did you mean north?"


def test_two_studies_of_one_name_are_refused(settings: Settings, tmp_path: Path) -> None:
    other = make_study(tmp_path / "elsewhere" / "north")
    with pytest.raises(UserError, match="Two studies are called 'north'") as refused:
        shown_studies([str(other)], settings)
    assert refused.value.code == Exit.USAGE


def test_a_name_that_no_partition_can_have_is_refused(settings: Settings, tmp_path: Path) -> None:
    make_study(tmp_path / "studies" / "a...b")
    with pytest.raises(UserError, match="cannot be shown") as refused:
        shown_studies([], settings)
    assert refused.value.code == Exit.USAGE


def test_a_named_folder_is_known_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    south = make_study(tmp_path / "elsewhere" / "south")
    monkeypatch.setenv(FOLDERS, f"{south}{os.pathsep}{tmp_path / 'gone'}")
    here = Settings(studies=settings.studies, output=settings.output)
    assert known_studies(here) == ["north", "south"]
    assert find_study("south", here) == south


def test_the_processes_know_the_studies_and_where_history_lies(
    settings: Settings, tmp_path: Path
) -> None:
    home = UiHome(tmp_path / "home")
    made = environment(home, shown_studies([], settings))
    assert made["DAGSTER_HOME"] == str(home.folder)
    assert made[FOLDERS] == str(settings.studies / "north")
    assert made["ADVOCACY_HOME"]


def test_a_taken_port_is_named_with_a_free_one() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} is taken") as refused:
            require_free(port)
    assert refused.value.code == Exit.USAGE
    assert "advocacy ui --port" in refused.value.remedy
    require_free(free_port())


def test_a_port_that_cannot_be_opened_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(_: socket.socket, address: tuple[str, int]) -> None:
        if address[1]:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbid)
    with pytest.raises(UserError, match="Port 80 cannot be opened") as refused:
        require_free(80)
    assert refused.value.why == "Permission denied"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written") as refused:
        UiHome(tmp_path / "file" / "home").make()
    assert refused.value.code == Exit.PATH_NOT_USABLE


def test_history_is_for_its_owner_alone_and_tells_nobody(tmp_path: Path) -> None:
    home = UiHome(tmp_path / "home")
    home.make()
    home.make()
    assert home.logs.stat().st_mode & 0o777 == 0o700
    said = (home.folder / "dagster.yaml").read_text(encoding="utf-8")
    assert "telemetry:\n  enabled: false\nnux:\n  enabled: false" in said


def test_the_second_ui_of_a_project_is_told_where_the_first_is(tmp_path: Path) -> None:
    home = UiHome(tmp_path / "home")
    home.make()
    with (
        home.held("http://127.0.0.1:3000"),
        pytest.raises(UserError, match="open already") as refused,
        home.held("http://127.0.0.1:4000"),
    ):
        pass
    assert refused.value.code == Exit.LOCKED
    assert f"Process {os.getpid()} shows it at http://127.0.0.1:3000." in refused.value.why
    with home.held("http://127.0.0.1:4000"):
        (home.folder / "ui.lock").write_text("?", encoding="utf-8")
        with pytest.raises(UserError, match="Another process shows it"), home.held("x"):
            pass

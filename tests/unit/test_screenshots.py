"""The README's pictures: small, committed, and made by a script that says what it lacks."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from pipelines.errors import Exit, UserError
from tests.house.test_lengths import ROOT

IMAGES = ROOT / "docs" / "images"
LIMIT = 250_000


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "docs" / "screenshots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def browser(folder: Path, does: str) -> str:
    """A program that stands for a browser; it finds `--screenshot=FILE` among its words."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_every_picture_is_small_and_shown_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = sorted(IMAGES.glob("*.png"))
    assert [picture.stem for picture in pictures] == ["all_studies", "report"]
    for picture in pictures:
        assert picture.stat().st_size <= LIMIT
        assert f"(docs/images/{picture.name})" in readme


def test_a_picture_keeps_its_size_and_says_nothing_else(script: ModuleType, tmp_path: Path) -> None:
    Image.effect_noise((40, 30), 80).convert("RGB").save(tmp_path / "seen.png")
    there = '--screenshot=*) cp "$(dirname "$0")/seen.png" "${word#*=}"'
    copy = f"for word; do case $word in {there}; esac; done"
    shot = script.Shot("page", tmp_path / "page.html", 40, 30)
    made = script.take(shot, browser(tmp_path, copy), tmp_path)
    with Image.open(made) as picture:
        assert (picture.size, picture.mode) == ((40, 30), "RGB")
        assert picture.info == {}


def test_a_browser_that_makes_nothing_is_said(script: ModuleType, tmp_path: Path) -> None:
    shot = script.Shot("page", tmp_path / "page.html", 40, 30)
    with pytest.raises(UserError, match="could not be made"):
        script.take(shot, browser(tmp_path, "exit 0"), tmp_path)


def test_without_a_browser_one_sentence_and_exit_3(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "find_browser", lambda: None)
    assert script.main() == Exit.TOOL_MISSING
    assert capsys.readouterr().err == f"{script.NEEDED}\n"


def test_without_published_results_it_says_what_to_run(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path))
    monkeypatch.setattr(script, "find_browser", lambda: "chromium")
    assert script.main() == Exit.USAGE
    assert "advocacy run portfolio" in capsys.readouterr().err

"""A small study that runs in seconds, and folders of its own for every test."""

import shutil
from pathlib import Path

import pytest

from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "data" / "studies"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(studies=tmp_path / "studies", output=tmp_path / "output")


@pytest.fixture
def prop99(settings: Settings) -> Path:
    """A copy of the study, so that its plan lock is the test's own."""
    return copy_study("prop99", settings)


def copy_study(name: str, settings: Settings) -> Path:
    folder = settings.studies / name
    shutil.copytree(STUDIES / name, folder, ignore=shutil.ignore_patterns("plan.lock.json"))
    return folder

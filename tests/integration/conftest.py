"""A small study that runs in seconds, and folders of its own for every test."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
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


@dataclass(frozen=True)
class Published:
    """A run of prop99 that tests may read and must not change; what it printed."""

    settings: Settings
    said: str


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """One run for all processes of a test session."""
    own = tmp_path_factory.getbasetemp()
    home = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "published"
    home.mkdir(exist_ok=True)
    settings = Settings(studies=home / "studies", output=home / "output")
    said = home / "said.txt"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.is_file():
            folder = copy_study("prop99", settings)
            result = CliRunner().invoke(app, ["run", str(folder), "--out", str(settings.output)])
            said.write_text(result.stdout + result.stderr, encoding="utf-8")
    return Published(settings, said.read_text(encoding="utf-8"))

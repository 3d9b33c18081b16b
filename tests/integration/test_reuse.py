"""A second run reads again only what changed; what it takes over is the same to the byte."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.files import read_json
from pipelines.generation import StudyOutput, output_digests
from pipelines.run import run_study
from pipelines.settings import Settings
from schemas.registry import TABLE_ORDER
from tests.intake_world import WORLD, write_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small(settings: Settings) -> Path:
    return write_study(settings.studies / "small", WORLD)


def inode(folder: Path, name: str) -> int:
    return (folder / name).stat().st_ino


def reused(folder: Path) -> list[str]:
    tables: list[str] = read_json(folder / "run.json")["reused"]
    return tables


def damage(path: Path) -> None:
    """Turn over every bit of the byte in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


@pytest.mark.slow
def test_what_did_not_change_is_linked_and_what_did_is_read(
    small: Path, settings: Settings
) -> None:
    first = run_study(small, settings).folder
    whole = output_digests(first)
    assert reused(first) == []
    second = run_study(small, settings).folder
    assert reused(second) == sorted(TABLE_ORDER)
    name = "core/core_outcome.parquet"
    assert inode(second, name) == inode(first, name)
    assert output_digests(second) == whole

    (small / "unit.csv").write_text(WORLD["unit.csv"].replace("North", "Nord"), encoding="utf-8")
    damage(second / "core" / "core_measure.parquet")
    third = run_study(small, settings)
    read_again = set(TABLE_ORDER) - set(reused(third.folder))
    assert {"unit", "measure", "outcome", "exposure", "engagement"} <= read_again
    assert {"partner", "initiative", "subgroup"}.isdisjoint(read_again)
    clean = Settings(studies=settings.studies, output=settings.output / "clean")
    assert output_digests(third.folder) == output_digests(run_study(small, clean).folder)


@pytest.mark.slow
def test_a_run_may_be_told_to_read_everything_again(small: Path, settings: Settings) -> None:
    first = run_study(small, settings).folder
    again = Settings(studies=settings.studies, output=settings.output, reuse=False)
    second = run_study(small, again).folder
    assert reused(second) == []
    assert inode(second, "raw/raw_unit.parquet") != inode(first, "raw/raw_unit.parquet")
    assert output_digests(second) == output_digests(first)


@pytest.mark.slow
def test_another_clock_reads_again(small: Path, settings: Settings) -> None:
    run_study(small, settings)
    assert reused(run_study(small, settings, dt.date(2010, 7, 1)).folder) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.run import run_study
from pipelines.settings import Settings

def kill(layer, name, rows):
    if name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

run_study(Path(sys.argv[1]), Settings(output=Path(sys.argv[2])), progress=kill)
"""


@pytest.mark.slow
@pytest.mark.parametrize("point", ["core_unit", "report"])
def test_a_kill_while_files_are_linked_leaves_the_published_generation(
    small: Path, settings: Settings, point: str
) -> None:
    first = run_study(small, settings).folder
    whole = output_digests(first)
    command = [sys.executable, "-c", KILLED, str(small), str(settings.output), point]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=600, check=False)
    assert killed.returncode == -signal.SIGKILL
    output = StudyOutput(settings.output / "small")
    assert len(list(output.runs.iterdir())) == 2
    assert (output.current(), output_digests(first)) == (first, whole)
    after = run_study(small, settings).folder
    assert sorted(output.runs.iterdir()) == sorted([first, after])
    assert (output_digests(first), output_digests(after)) == (whole, whole)

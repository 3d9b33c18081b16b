"""Intake is measured on one log: whoever reads it takes the same rows for good, or says why not."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import intake_data
from benchmarks.answer import Answer
from benchmarks.intake_page import PROGRAMS, intake_section, measure_intake
from benchmarks.intake_peer import peer
from benchmarks.intake_runs import floor, ours
from benchmarks.run import Measured, Program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of a few thousand rows."""
    intake_data.write_log(tmp_path, 3_000)
    return tmp_path


def test_the_floor_copies_every_row(folder: Path) -> None:
    found = floor(folder)
    assert found.estimate == 3_000
    assert found.elapsed_seconds is not None
    assert len(pd.read_csv(folder / "engagement.csv").columns) == 15


def test_the_program_and_its_peer_accept_the_same_rows(folder: Path) -> None:
    own, other = ours(folder), peer(folder)
    assert own.estimate == other.estimate
    assert 2_400 < (own.estimate or 0) < 2_700
    assert not (folder / "ours").exists()


def test_a_log_has_the_same_bytes_each_time(folder: Path) -> None:
    before = (folder / "engagement.csv").read_bytes()
    intake_data.write_log(folder, 3_000)
    assert (folder / "engagement.csv").read_bytes() == before


def made(program: Program, seconds: float, peak: float) -> Measured:
    answer = Answer(seconds, 1_000.0, elapsed_seconds=seconds / 2)
    return Measured(program, answer, seconds + 1, peak)


def test_the_section_says_which_targets_are_met() -> None:
    floor, ours, peer = PROGRAMS
    large = [made(floor, 10, 700), made(ours, 25, 1024), made(peer, 50, 10_240)]
    small = [made(floor, 1, 500), made(ours, 3, 800), made(peer, 3, 900)]
    told = intake_section(large, small, [made(ours, 120, 1_100)])
    assert "2.5 x elapsed, 2.5 x CPU, met" in told
    assert "1.00 GiB, met" in told
    assert "2.0 x, NOT met, with 10 x less memory" in told
    assert "1.0 x the speed" in told
    assert "NOT met: 1.38 x from 1,000,000 rows,\n1.07 x from 10,000,000" in told
    assert "rows, met: 1.00 x" in intake_section(large, small, [made(ours, 120, 800)])


def test_all_sizes_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.intake_page.measure", lambda p, _folder: made(p, 1, 1))
    sizes: list[int] = []
    large, small, huge = measure_intake(tmp_path, lambda _folder, rows: sizes.append(rows))
    assert sizes == [intake_data.ROWS, intake_data.PEER_ROWS, intake_data.HUGE_ROWS]
    assert [len(large), len(small), len(huge)] == [3, 3, 1]
    assert huge[0].program.label == "this program"

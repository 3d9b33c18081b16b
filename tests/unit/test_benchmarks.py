"""The benchmarks answer one question alike, and say what a process took."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    data,
    floor,
    ours_arrays,
    ours_parquet,
    ours_sensitivity,
    ours_verdict,
    peer_diff_diff,
)
from benchmarks.__main__ import (
    ARRAYS,
    PARQUET,
    SENSITIVITY,
    VERDICT,
    milliseconds,
    rendered,
    sensitivity_target,
    table,
)
from benchmarks.answer import Answer
from benchmarks.run import Measured, Program, measure
from impact.model import Estimation
from impact.panel_verdict import judge_panel
from schemas.thresholds import Thresholds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Panels of a few hundred units in place of the large ones."""
    monkeypatch.setattr(data, "ARRAYS_UNITS", 400)
    monkeypatch.setattr(data, "PARQUET_UNITS", 400)
    monkeypatch.setattr(data, "CHUNK", 200)
    data.write_arrays(tmp_path)
    data.write_parquet(tmp_path)
    return tmp_path


def test_programs_agree_on_the_estimate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_diff_diff, "DRAWS", 0)
    for ours, theirs in (
        (ours_arrays.arrays(folder), peer_diff_diff.arrays(folder)),
        (ours_parquet.parquet(folder), peer_diff_diff.parquet(folder)),
    ):
        assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-10)
        assert ours.std_error == pytest.approx(theirs.std_error, abs=1e-10)
        assert ours.estimate == pytest.approx(data.EFFECT, abs=4 * (ours.std_error or 0))


def test_the_floor_reads_and_estimates_nothing(folder: Path) -> None:
    assert floor.arrays(folder).estimate is None
    assert floor.parquet(folder).estimate is None


def test_a_verdict_is_measured_in_parts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours_verdict, "REPEATS", 1)
    parts = (ours_verdict.intervals, ours_verdict.permutation, ours_verdict.whole)
    costs = [part(folder).cpu_seconds for part in parts]
    assert 0 < costs[0] < costs[2]
    verdicts = (ours_verdict.verdict_one, ours_verdict.verdict_three, ours_verdict.verdict_first)
    assert all(verdict(folder).cpu_seconds > 0 for verdict in verdicts)


def test_a_benchmarked_verdict_has_all_its_controls_and_intervals() -> None:
    drawn = ours_verdict.panel(controls=ours_verdict.CONTROLS)
    found = judge_panel(drawn, ours_verdict.QUESTION, Thresholds()).result
    assert isinstance(found, Estimation)
    assert (found.control_count, found.post_count, found.permutations[0].draws) == (
        24,
        22 // 2,
        9_999,
    )
    applied = [one.name for one in found.intervals if one.status == "PASS"]
    assert applied == ["plain", "donut", "trend_robust", "calibrated", "calibrated_twice"]


def test_the_sensitivity_interval_is_the_golden_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours_sensitivity, "REPEATS", 1)
    found = ours_sensitivity.medicaid(tmp_path)
    assert found.ci_low == pytest.approx(0.0170, abs=5e-4)
    assert found.ci_high == pytest.approx(0.0720, abs=5e-4)


def test_a_process_says_its_seconds_and_its_peak(folder: Path) -> None:
    found = measure(Program("floor", "floor", "arrays"), folder)
    assert found.process_seconds > found.answer.cpu_seconds
    assert 20 < found.peak_mib < 1000


def test_a_program_that_fails_is_not_a_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="floor ended with 1"):
        measure(Program("floor", "floor", "arrays"), tmp_path)


def test_a_package_that_is_not_there_is_not_run() -> None:
    assert not Program("absent", "floor", "arrays", "no_such_package").is_installed
    assert all(program.is_installed for program in (*ARRAYS[:3], *PARQUET, *VERDICT))


def made(program: Program, seconds: float, peak: float) -> Measured:
    return Measured(program, Answer(seconds, 0.25, 0.1), seconds + 1, peak)


def test_the_page_says_which_targets_are_met() -> None:
    fast = [made(program, 0.1, 200) for program in ARRAYS]
    fast[2] = made(ARRAYS[2], 5.0, 1300)
    slow = [made(program, 4.5, 800) for program in PARQUET]
    verdict = [made(program, 0.002, 100) for program in VERDICT]
    interval = [made(SENSITIVITY[0], 0.01, 100), made(SENSITIVITY[1], 15.0, 400)]
    page = rendered(fast, slow, verdict, interval)
    assert "2.0 with one cohort, 2.0 with three, met" in page
    assert "1,500 x the work, met" in page
    assert sensitivity_target(interval[:1]).endswith("not installed here")
    assert "50 x the work, 5 x the process, met" in page
    assert "200 MiB, met" in page
    assert "4.5 for the work, NOT met" in page
    assert "0.78 GiB, NOT met" in page
    assert milliseconds([made(VERDICT[0], 0.002, 1)]).endswith("| 2.0 |")
    assert np.all(["| 0.250000 | 0.100000 |" in line for line in table(fast).splitlines()[2:]])

"""The benchmark of the reports writes them all and says which targets are met."""

from pathlib import Path

import pytest

from benchmarks import ours_report, report_page
from benchmarks.answer import Answer
from benchmarks.report_page import REPORTS, measure_reports, report_section
from benchmarks.run import Measured, Program


@pytest.mark.parametrize("program", REPORTS, ids=lambda program: program.function)
def test_each_report_is_written_and_its_bytes_are_counted(program: Program, tmp_path: Path) -> None:
    answer = getattr(ours_report, program.function)(tmp_path)
    assert answer.estimate == (tmp_path / f"{program.function}.html").stat().st_size
    assert answer.elapsed_seconds is not None


def measured(size: float, seconds: float) -> list[Measured]:
    answer = Answer(1.0, estimate=size, elapsed_seconds=seconds)
    return [Measured(program, answer, 1.0, 100.0) for program in REPORTS]


def test_the_section_says_which_targets_are_met_and_where_no_browser_was() -> None:
    quick = report_section([(row, 1.5) for row in measured(2e6, 1.0)])
    assert "2.00 MB, met; built in at most 2 s:\n1.0 s, met" in quick
    assert "interactive in at most 2.5 s: 1.5 s, met." in quick
    slow = report_section([(row, None) for row in measured(3e6, 2.5)])
    assert "3.00 MB, NOT met" in slow
    assert "| two hundred effects | 3,000,000 | 2.5 | - |" in slow
    assert "no browser here" in slow


def test_without_a_browser_reports_are_still_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = measured(1.0, 1.0)[0]
    monkeypatch.setattr(report_page, "find_browser", lambda: None)
    monkeypatch.setattr(report_page, "measure", lambda *_: row)
    assert measure_reports(tmp_path) == [(row, None)] * len(REPORTS)

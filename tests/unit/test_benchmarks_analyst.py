"""The benchmark of the command line says which targets are met."""

from pathlib import Path

import pytest

from benchmarks import analyst_page
from benchmarks.analyst_page import Waited, analyst_section, measure_analyst


def test_the_section_says_which_targets_are_met() -> None:
    rows = [Waited("--help", 0.07, 0.5), Waited("run portfolio again, nothing changed", 2.4, 2)]
    told = analyst_section(rows)
    assert "| --help | 0.1 | 0.5 |" in told
    assert "| run portfolio again, nothing changed | 2.4 | 2 |" in told
    assert "Targets: --help met, run portfolio again, nothing changed NOT met." in told


@pytest.mark.slow
def test_each_command_of_the_targets_is_measured_on_data_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyst_page, "ROWS", 2_000)
    monkeypatch.setattr(analyst_page, "_ui_seconds", lambda _: 1.0)
    rows = measure_analyst(tmp_path)
    assert [row.command for row in rows] == [
        "--help",
        "validate log",
        "run portfolio",
        "run portfolio again, nothing changed",
        "ui, until it can be reached",
    ]
    assert all(row.seconds > 0 for row in rows)
    assert (tmp_path / "home" / "data" / "output" / "portfolio" / "current").exists()

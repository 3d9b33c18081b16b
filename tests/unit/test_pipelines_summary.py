"""What a run says while it goes on: a bar on a terminal, one line with its steps everywhere."""

import sys

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.summary import OUTPUTS, STEPS, StageLines, bar


def test_every_output_of_a_run_belongs_to_a_step_and_is_counted() -> None:
    specs = [
        spec
        for made in defs.assets or ()
        if isinstance(made, dg.AssetsDefinition)
        for spec in made.specs
    ]
    layers = [spec.metadata["layer"] for spec in specs if "layer" in spec.metadata]
    assert len(layers) == OUTPUTS
    assert set(layers) == set(STEPS)


def test_a_terminal_shows_how_far_a_run_has_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    lines = StageLines()
    lines("raw", "raw_unit", 3)
    lines("core", "core_unit", 2)
    assert "check" in capsys.readouterr().err
    assert lines.lines(by_step=False)[0].startswith("3 rows read, 2 accepted; ")
    assert capsys.readouterr().err.endswith("\r")


def test_elsewhere_one_study_says_a_line_a_step_and_several_one_line_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = StageLines()
    lines("raw", "raw_unit", 3_000)
    lines("core", "core_unit", 2_999)
    lines("quarantine", "quarantine_unit", 1)
    lines("panel", "panel", 12)
    lines("panel", "panel_gap", 5)
    lines("effect", "effect_estimate", 2)
    assert capsys.readouterr().err == ""
    assert lines.lines(by_step=True) == [
        "read       0.0 s  3,000 rows read",
        "check      0.0 s  2,999 accepted",
        "panel      0.0 s  12 in the panel",
        "measure    0.0 s  2 estimated",
    ]
    [said] = lines.lines(by_step=False)
    assert "(read 0.0, check 0.0, panel 0.0, measure 0.0)" in said


def test_the_bar_ends_full() -> None:
    assert bar(OUTPUTS) == bar(OUTPUTS + 5) == f"[{'#' * 30}] 100 %"
    assert bar(0).startswith("[.")

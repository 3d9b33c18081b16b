"""The benchmark of the indicators measures all of them, on a log that exercises them."""

from pathlib import Path

import pytest

from benchmarks import indicator_data, ours_indicators
from benchmarks.answer import Answer
from benchmarks.indicator_page import INDICATORS, section
from benchmarks.run import Measured
from schemas.findings import Indicator
from schemas.indicators import INDICATORS as REGISTRY


def test_the_simulated_log_exercises_every_indicator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("ENGAGEMENTS", 20_000), ("INPUTS", 2_000), ("ALLOCATED", 5_000)):
        monkeypatch.setattr(indicator_data, name, size)
    seen: list[Indicator] = []
    measured = ours_indicators.measure_indicators

    def keep(tables: ours_indicators.IndicatorTables) -> list[Indicator]:
        seen.extend(measured(tables))
        return seen

    monkeypatch.setattr(ours_indicators, "measure_indicators", keep)
    indicator_data.write_log(tmp_path)
    found = ours_indicators.indicators(tmp_path)
    assert {row.indicator_id for row in seen if row.status == "OK"} == set(REGISTRY)
    assert found.elapsed_seconds is not None
    assert found.estimate is not None


def test_the_section_says_which_targets_are_met() -> None:
    quick = section(Measured(INDICATORS, Answer(15.0, elapsed_seconds=9.0), 17.0, 1600), 10)
    assert "at most 10 s: 9.0, met; at most 1.5 GiB: 1.56 GiB, NOT met." in quick

"""Results held open in a notebook: they stay what they are, and lead back to what was measured."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from impact.what_if import measure_one, with_asked
from pipelines.errors import Exit, UserError
from pipelines.results import Results, open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from pipelines.workbench import FROZEN_PLAN, measured_from, rebuild_panel, remeasured
from tests.intake_world import PLAN, WORLD, write_study

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Held:
    """Results held open, and where their study is."""

    results: Results
    settings: Settings
    folder: Path


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    home = tmp_path_factory.mktemp("workbench")
    settings = Settings(studies=home / "studies", output=home / "output")
    folder = write_study(settings.studies / "small", WORLD)
    (folder / "plan.yaml").write_text(yaml.safe_dump(PLAN), encoding="utf-8")
    run_study(folder, settings)
    with open_results("small", settings) as results:
        yield Held(results, settings, folder)


def test_results_are_read_only_and_can_be_given_back(held: Held) -> None:
    with open_results("small", held.settings) as results:
        assert results.report_path.is_file()
        with pytest.raises(duckdb.Error):
            results.connection.execute("create table results.mine as select 1 as a")
        with pytest.raises(duckdb.Error):
            results.connection.execute(f"copy panel to '{held.folder / 'panel.csv'}'")
    with pytest.raises(duckdb.Error):
        results.table("panel")
    assert len(held.results.table("panel")) == 1


def test_results_lead_back_to_what_they_were_measured_from(held: Held) -> None:
    base = measured_from(held.results, held.settings)
    pd.testing.assert_frame_equal(rebuild_panel(held.results, held.settings), base.tables.panel)
    assert remeasured(held.results, base) == held.results.findings
    assert held.results.findings.headline.verdict == "not_evaluable"


def test_without_a_plan_there_is_nothing_to_measure_again(held: Held, tmp_path: Path) -> None:
    copy = tmp_path / "generation"
    shutil.copytree(held.results.folder, copy)
    (copy / FROZEN_PLAN).write_text(
        '{"plan": null, "sha256": null, "is_before_outcomes": true, "is_amended": false}',
        encoding="utf-8",
    )
    with pytest.raises(UserError, match="No effect was measured") as caught:
        measured_from(replace(held.results, folder=copy), held.settings)
    assert caught.value.code == Exit.USAGE


def test_results_held_open_stop_no_run_and_stay_what_they_were(held: Held) -> None:
    with (held.folder / "outcome.csv").open("a", encoding="utf-8") as file:
        file.write("delay,south,2001-01-01,all,4,,,observed\n")
    run_study(held.folder, held.settings)
    with open_results("small", held.settings) as newer:
        assert newer.folder != held.results.folder
        assert len(newer.table("core_outcome")) == len(newer.table("panel")) == 2
    assert held.results.sql("select value from core_outcome")["value"].tolist() == [5.0]
    assert len(held.results.table("panel")) == 1
    assert held.results.report_path.is_file()


def test_a_published_estimate_is_measured_again_to_the_last_digit(
    prop99: Path, settings: Settings
) -> None:
    run_study(prop99, settings)
    with open_results("prop99", settings) as results:
        base = measured_from(results, settings)
        assert remeasured(results, base) == results.findings
        other = with_asked(base, "ca_packs", smallest_worthwhile_effect=1.0)
        again = measure_one(other, "ca_packs")
        assert again.estimate == results.findings.effects[0].estimate

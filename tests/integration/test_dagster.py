"""Dagster loads the graph, and gives the findings that the command line gives."""

import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from assets.parts import STUDIES
from pipelines.definitions import defs
from pipelines.files import sha256_of
from pipelines.generation import FINDINGS, REPORT, StudyOutput
from pipelines.jobs import MEASURE_IMPACT
from pipelines.run import QUIET, run_study
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("prop99", "hiv_incentives", "portfolio")


def test_every_asset_says_what_it_is_and_whose() -> None:
    specs = [spec for asset in defs.assets or () for spec in asset.specs]
    assert len(specs) > 60
    for spec in specs:
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.group_name in {"intake", "core", "panel", "impact", "publish"}, spec.key


def test_a_run_without_a_study_is_refused() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def(MEASURE_IMPACT).execute_in_process(
            instance=instance, run_config=QUIET, raise_on_error=False
        )
    assert not result.success


@pytest.mark.slow
def test_the_definitions_are_valid_to_dagster_and_to_dg(tmp_path: Path) -> None:
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    for command in (
        ["dagster", "definitions", "validate", "-m", "pipelines.definitions"],
        ["dg", "check", "defs"],
    ):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_dagster_and_the_command_line_give_the_same_findings(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "data" / "studies"
    home.mkdir(parents=True)
    ignored = shutil.ignore_patterns("plan.lock.json")
    shutil.copytree(ROOT / "data" / "studies" / name, home / name, ignore=ignored)
    settings = Settings(studies=home, output=tmp_path / "cli")
    printed = run_study(home / name, settings).folder

    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path / "home"))
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(STUDIES.name), [name])
        job = defs.resolve_job_def(MEASURE_IMPACT)
        done = job.execute_in_process(instance=instance, partition_key=name, run_config=QUIET)
    assert done.success
    published = StudyOutput(tmp_path / "home" / "data" / "output" / name).current()
    assert published is not None
    for file in (FINDINGS, REPORT):
        assert sha256_of(published / file) == sha256_of(printed / file)

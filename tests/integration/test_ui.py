"""`advocacy ui` as an analyst uses it: open, launch, look, stop; nothing is left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Exit
from pipelines.files import sha256_of
from pipelines.generation import FINDINGS, REPORT, StudyOutput
from pipelines.run import run_study
from pipelines.settings import Settings
from pipelines.ui_home import free_port
from tests.integration.conftest import copy_study

pytestmark = pytest.mark.slow
BOUND = 240.0
"""Seconds within which the UI opens and a run ends, also on a machine that is busy."""
LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
STATUS = "query($r: ID!) { runOrError(runId: $r) { ... on Run { status } } }"
MADE = """query($r: ID!) { runOrError(runId: $r) { ... on Run { assetMaterializations {
  assetKey { path } metadataEntries { label
    ... on TextMetadataEntry { text } ... on IntMetadataEntry { intValue }
    ... on FloatMetadataEntry { floatValue } ... on MarkdownMetadataEntry { mdStr } } } } } }"""
FAILED = """query($r: ID!) { logsForRun(runId: $r) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { failureMetadata { description } } } } } }"""
PARTITIONS = """{ repositoriesOrError { ... on RepositoryConnection { nodes { name jobs { name }
  sensors { name sensorState { status } } schedules { name scheduleState { status } } } } } }"""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    data = tmp_path / "home" / "data"
    settings = Settings(studies=data / "studies", output=data / "output", folders=())
    copy_study("prop99", settings)
    broken = copy_study("prop99", Settings(studies=tmp_path / "more", folders=()))
    (broken / "unit.csv").unlink()
    broken.rename(tmp_path / "more" / "broken")
    return settings


@contextmanager
def opened(home: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command, started as a person does; ended whatever happens."""
    environment = {**os.environ, "ADVOCACY_HOME": str(home.output.parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "ui", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=BOUND)


def ask(address: str, query: str, **variables: object) -> dict[str, Any]:
    content = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(  # noqa: S310 - this machine's own address
        f"{address}/graphql", content, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
        found = json.loads(answer.read())
    assert "errors" not in found, found
    return dict(found["data"])


def launch(address: str, study: str) -> str:
    place = {"repositoryLocationName": "advocacy", "repositoryName": "__repository__"}
    wanted = {
        "selector": {**place, "jobName": "measure_impact"},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": study}]},
    }
    return str(ask(address, LAUNCH, p=wanted)["launchRun"]["run"]["runId"])


def ended(address: str, run: str) -> str:
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        status = str(ask(address, STATUS, r=run)["runOrError"]["status"])
        if status in {"SUCCESS", "FAILURE", "CANCELED"}:
            return status
        time.sleep(0.5)
    raise TimeoutError(f"run {run} did not end")


def listed(columns: str) -> list[tuple[str, str]]:
    """Two columns of all processes of this machine."""
    ps = shutil.which("ps") or "ps"
    done = subprocess.run([ps, "-A", "-o", columns], capture_output=True, text=True, check=True)
    return [(first, second) for first, second in map(str.split, done.stdout.splitlines())]


def children(process: subprocess.Popen[str]) -> set[int]:
    """Process ids of everything that the command started, and what that started."""
    parents = {int(pid): int(parent) for pid, parent in listed("pid=,ppid=")}
    found = {process.pid}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process.pid}


def alive(pids: set[int]) -> set[int]:
    states = dict(listed("pid=,stat="))
    return {pid for pid in pids if not states.get(str(pid), "Z").startswith("Z")}


def test_a_run_in_the_ui_is_the_run_of_the_command_line(home: Settings, tmp_path: Path) -> None:
    port = free_port()
    with opened(home, str(tmp_path / "more"), "--port", str(port)) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = f"http://127.0.0.1:{port}"
        assert said == f"Dagster is open at {address}, on this machine only.\n"
        assert process.stdout.readline() == "  2 studies: prop99, broken\n"
        repository = ask(address, PARTITIONS)["repositoriesOrError"]["nodes"][0]
        states = [one["sensorState"]["status"] for one in repository["sensors"]]
        states += [one["scheduleState"]["status"] for one in repository["schedules"]]
        assert states == ["STOPPED", "STOPPED"]

        run, refused = launch(address, "prop99"), launch(address, "broken")
        assert ended(address, run) == "SUCCESS"
        made = ask(address, MADE, r=run)["runOrError"]["assetMaterializations"]
        shown = {
            one["assetKey"]["path"][-1]: {entry["label"]: entry for entry in one["metadataEntries"]}
            for one in made
        }
        assert ended(address, refused) == "FAILURE"
        started = children(process)
        assert len(alive(started)) >= 3
    assert process.returncode == Exit.TERMINATED
    assert not alive(started)

    published = StudyOutput(home.output / "prop99").current()
    assert published is not None
    digest = shown["publication"]["findings_sha256"]["text"]
    assert digest == sha256_of(published / FINDINGS)
    assert shown["report"]["sha256"]["text"] == sha256_of(published / REPORT)
    assert shown["row_accounts"]["rows_read"]["intValue"] == 1251
    assert shown["row_accounts"]["rows_quarantined"]["intValue"] == 0
    assert shown["effects"]["ca_packs estimate"]["floatValue"] == pytest.approx(-15.604, abs=1e-3)
    assert "| ca_packs |" in shown["publication"]["verdicts"]["mdStr"]

    (home.studies / "prop99" / "plan.lock.json").unlink()
    printed = run_study(home.studies / "prop99", Settings(home.studies, tmp_path / "cli")).folder
    assert sha256_of(printed / FINDINGS) == digest


def test_what_keeps_the_ui_from_opening_is_said_in_three_lines(home: Settings) -> None:
    port = free_port()
    with opened(home, "--port", str(port)) as first:
        assert first.stdout is not None
        assert first.stdout.readline().startswith("Dagster is open")
        with opened(home, "--port", str(free_port())) as second:
            told = second.communicate(timeout=BOUND)[1]
        assert second.returncode == Exit.LOCKED
        assert f"shows it at http://127.0.0.1:{port}." in told
        elsewhere = Settings(output=home.output.parents[2] / "other" / "data" / "output")
        with opened(elsewhere, "--port", str(port)) as third:
            told = third.communicate(timeout=BOUND)[1]
        assert third.returncode == Exit.USAGE
        assert told.splitlines()[0] == f"Port {port} is taken."
        assert len(told.splitlines()) == 3
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=BOUND) == Exit.INTERRUPTED

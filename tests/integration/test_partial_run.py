"""A run of a part, as from the UI: it reads what is published, or stops; it never publishes."""

import os
import signal
from pathlib import Path

import dagster as dg
import pytest

from assets.parts import STUDIES
from pipelines.definitions import defs
from pipelines.files import sha256_of
from pipelines.generation import REPORT, StudyOutput
from pipelines.run import QUIET, run_study
from pipelines.settings import Settings
from tests.integration.conftest import copy_study

RESOURCES = dict(defs.resources or {})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    data = tmp_path / "home" / "data"
    monkeypatch.setenv("ADVOCACY_HOME", str(data.parent))
    settings = Settings(studies=data / "studies", output=data / "output")
    copy_study("prop99", settings)
    return settings


def materialise_report() -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(STUDIES.name), ["prop99"])
        return dg.materialize(
            list(defs.assets or []),
            selection=["report"],
            partition_key="prop99",
            resources=RESOURCES,
            instance=instance,
            run_config=QUIET,
            raise_on_error=False,
        )


def failure(result: dg.ExecuteInProcessResult) -> str:
    return " ".join(
        str(event.event_specific_data) for event in result.all_events if event.is_failure
    )


@pytest.mark.slow
def test_a_part_reads_what_is_published_and_does_not_publish(home: Settings) -> None:
    published = run_study(home.studies / "prop99", home)
    assert materialise_report().success
    output = StudyOutput(home.output / "prop99")
    assert output.current() == published.folder
    made = [path / REPORT for path in output.runs.iterdir() if path != published.folder]
    assert [sha256_of(path) for path in made] == [sha256_of(published.report_path)]

    measure = home.studies / "prop99" / "measure.csv"
    text = measure.read_text(encoding="utf-8")
    measure.write_text(text.replace("lower_better", "higher_better"), encoding="utf-8")
    refused = materialise_report()
    assert not refused.success
    assert "is needed and is not there" in failure(refused)


def test_a_part_of_nothing_stops(home: Settings) -> None:
    refused = materialise_report()
    assert not refused.success
    assert "is needed and is not there" in failure(refused)
    assert StudyOutput(home.output / "prop99").current() is None


def test_an_interrupt_in_the_middle_of_a_run_is_an_interrupt_to_the_command_line(
    settings: Settings, prop99: Path
) -> None:
    def interrupt(layer: str, name: str, rows: int | None) -> None:
        del layer, name, rows
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_study(prop99, settings, progress=interrupt)
    assert not (settings.output / "prop99" / "current").exists()

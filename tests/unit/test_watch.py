"""A study runs again when its files changed and then stayed as they are."""

import datetime as dt
import os
from pathlib import Path

import dagster as dg
import pytest

from assets.parts import STUDIES
from pipelines.automation import monthly, source_files_changed
from pipelines.jobs import MEASURE_IMPACT
from pipelines.watch import Seen, as_cursor, changed_studies, remembered, source_state

STUDY = """study_id: north
title: One file
period: year
window: {start: 2000-01-01, end: 2001-12-31}
as_of: 2002-01-01
currency: EUR
sources:
  - {table: unit, path: unit.csv}
"""


@pytest.fixture
def north(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "studies" / "north"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "unit.csv").write_text("unit_id,name,unit_type\nn,North,region\n", encoding="utf-8")
    return folder


def test_every_input_file_counts_and_no_other(north: Path) -> None:
    before = source_state(north)
    (north / "README.md").touch()
    assert source_state(north) == before
    os.utime(north / "unit.csv", ns=(1, 1))
    touched = source_state(north)
    assert touched != before
    (north / "unit.csv").unlink()
    assert source_state(north) not in {before, touched}


def test_a_study_that_cannot_be_read_is_watched_by_its_study_file(north: Path) -> None:
    (north / "study.yaml").write_text("study_id: [", encoding="utf-8")
    broken = source_state(north)
    (north / "unit.csv").unlink()
    assert source_state(north) == broken
    (north / "study.yaml").unlink()
    assert source_state(north) != broken


@pytest.mark.parametrize(
    ("looks", "runs"),
    [
        (["a", "a", "a"], [False, False, False]),
        (["a", "b", "b", "b"], [False, False, True, False]),
        (["a", "b", "c", "c"], [False, False, False, True]),
        (["a", "b", "a", "a"], [False, False, False, False]),
        (["a", "b", "b", "a", "a"], [False, False, True, False, True]),
    ],
)
def test_a_change_runs_once_when_it_has_come_to_rest(looks: list[str], runs: list[bool]) -> None:
    cursor, asked = None, []
    for state in looks:
        ready, seen = changed_studies(cursor, {"north": state})
        cursor = as_cursor(seen)
        asked.append("north" in ready)
    assert asked == runs


@pytest.mark.parametrize("cursor", [None, "", "{", "[1]", '{"north": 1}', '{"north": ["a"]}'])
def test_a_cursor_that_says_nothing_is_a_first_look(cursor: str | None) -> None:
    assert remembered(cursor) == {}


def test_a_cursor_says_what_was_seen() -> None:
    assert remembered(as_cursor({"north": Seen("a", "b")})) == {"north": Seen("a", "b")}


def test_both_are_off_until_they_are_turned_on() -> None:
    assert source_files_changed.default_status == dg.DefaultSensorStatus.STOPPED
    assert monthly.default_status == dg.DefaultScheduleStatus.STOPPED
    assert source_files_changed.job_name == monthly.job_name == MEASURE_IMPACT


def test_the_sensor_asks_for_a_run_of_the_study_that_changed(
    north: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVOCACY_HOME", str(north.parents[2]))
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(STUDIES.name), ["north", "gone"])

        def look(cursor: str | None) -> dg.SensorResult:
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            result = source_files_changed(context)
            assert isinstance(result, dg.SensorResult)
            return result

        first = look(None)
        assert not first.run_requests
        assert "No source file changed; studies watched: 1." in str(first.skip_reason)
        os.utime(north / "unit.csv", ns=(1, 1))
        second = look(first.cursor)
        assert not second.run_requests
        third = look(second.cursor)
        assert [request.partition_key for request in third.run_requests or ()] == ["north"]
        assert not look(third.cursor).run_requests


def test_the_schedule_asks_for_every_study_once_a_month(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_dynamic_partitions(str(STUDIES.name), ["south", "north"])
        first = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=first)
        requests = monthly(context)
    assert [request.partition_key for request in requests] == ["north", "south"]
    assert [request.run_key for request in requests] == ["north-2026-03", "south-2026-03"]

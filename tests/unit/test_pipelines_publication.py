"""Only a complete, audited generation is published."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.engine import connect_read_only
from pipelines.errors import Exit, UserError
from pipelines.files import read_json, sha256_of
from pipelines.generation import FINDINGS, REPORT, RESULTS, RUN, StudyOutput, make_generation
from pipelines.publication import REQUIRED_CHECKS, publish_generation
from schemas.registry import TABLE_ORDER

EXPECTED = ("panel/panel.parquet",)
NAMES = (*REQUIRED_CHECKS, *(f"core_{table}_is_valid" for table in TABLE_ORDER))


@pytest.fixture
def output(tmp_path: Path) -> StudyOutput:
    made = StudyOutput(tmp_path / "study")
    made.make()
    folder = made.runs / "first"
    make_generation(folder)
    (folder / FINDINGS).write_bytes(b"{}")
    (folder / REPORT).write_bytes(b"<html></html>")
    pd.DataFrame({"unit_id": ["north"], "outcome": [0.5]}).to_parquet(folder / EXPECTED[0])
    return made


def record(**failed: bool) -> dict[str, Any]:
    checks = {name: {"passed": True, "detail": {}} for name in NAMES}
    checks |= {name: {"passed": passed, "detail": {}} for name, passed in failed.items()}
    return {"run_id": "first", "checks": checks}


def test_a_complete_generation_becomes_current(output: StudyOutput) -> None:
    folder = output.runs / "first"
    done = publish_generation(output, folder, record(), EXPECTED)
    assert done.is_published
    assert output.current() == folder
    outputs = read_json(folder / RUN)["outputs"]
    assert outputs[EXPECTED[0]] == sha256_of(folder / EXPECTED[0])
    with connect_read_only(folder, RESULTS) as connection:
        assert connection.table("panel").fetchall() == [("north", 0.5)]


def test_a_partial_generation_is_not_published(output: StudyOutput) -> None:
    done = publish_generation(output, output.runs / "first", record(), (*EXPECTED, "raw/x.parquet"))
    assert not done.is_published
    assert "1 files" in done.reason
    assert output.current() is None


def test_without_findings_there_is_no_digest(output: StudyOutput) -> None:
    (output.runs / "first" / FINDINGS).unlink()
    assert publish_generation(output, output.runs / "first", record(), EXPECTED).digest == ""


def test_a_failed_check_stops_publication(output: StudyOutput) -> None:
    with pytest.raises(UserError) as refused:
        publish_generation(output, output.runs / "first", record(panel_is_valid=False), EXPECTED)
    assert refused.value.code == Exit.DATA_REJECTED
    assert "panel_is_valid" in refused.value.why
    assert output.current() is None


def test_a_check_that_never_ran_stops_publication(output: StudyOutput) -> None:
    incomplete = record()
    del incomplete["checks"]["core_outcome_is_valid"]
    with pytest.raises(UserError) as refused:
        publish_generation(output, output.runs / "first", incomplete, EXPECTED)
    assert "never run: ['core_outcome_is_valid']" in refused.value.why


def test_published_results_open_nothing_outside_their_folder(
    output: StudyOutput, tmp_path: Path
) -> None:
    folder = output.runs / "first"
    publish_generation(output, folder, record(), EXPECTED)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    with connect_read_only(folder, RESULTS) as connection:
        with pytest.raises(Exception, match="disabled by configuration"):
            connection.read_csv(str(secret)).fetchall()
        with pytest.raises(Exception, match="read-only"):
            connection.execute("insert into results.panel values ('south', 1.0)")

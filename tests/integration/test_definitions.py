"""All Dagster definitions as committed; each says what it is, of which group, kind and owner."""

from pathlib import Path

import pytest

from pipelines import catalog
from pipelines.catalog import SNAPSHOT, main, snapshot, snapshot_text


def test_the_definitions_are_those_committed() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == snapshot_text(), "run: make generate"


def test_every_definition_says_what_it_is() -> None:
    made = snapshot()
    assert len(made["assets"]) > 60
    for name, entry in made["assets"].items():
        assert all(entry[field] for field in ("description", "group", "kinds", "owners")), name
        assert entry["partitions"] == "study", name
    assert len(made["checks"]) > 30
    for name, entry in made["checks"].items():
        assert all(entry[field] for field in ("description", "group", "kind", "owner")), name
    assert set(made["jobs"]) == {"measure_impact", "validate_only", "rebuild_report"}
    assert made["jobs"]["rebuild_report"]["assets"] == ["findings", "report"]
    for part in ("jobs", "sensors", "schedules", "config"):
        assert all(entry["description"] for entry in made[part].values())
    assert all(entry["default_status"] == "STOPPED" for entry in made["sensors"].values())
    assert all(entry["default_status"] == "STOPPED" for entry in made["schedules"].values())


def test_no_setting_of_a_run_is_none_by_default() -> None:
    assert all(entry["default"] is not None for entry in snapshot()["config"].values())


def test_errors_block_and_warnings_do_not() -> None:
    checks = snapshot()["checks"]
    assert {name for name, entry in checks.items() if not entry["blocking"]} == {
        name for name in checks if name.endswith("_rows_set_aside")
    }


def test_a_snapshot_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalog, "SNAPSHOT", tmp_path / "definitions.json")
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "definitions.json").write_text("{}", encoding="utf-8")
    assert main(["--check"]) == 1
    assert "python -m pipelines.catalog" in capsys.readouterr().err

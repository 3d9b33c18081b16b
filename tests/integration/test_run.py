"""One study from its sources to a published report, and what a refused run leaves behind."""

import json
import os
from pathlib import Path

import pytest

from intake.problems import Rejected
from pipelines.files import read_json, sha256_of
from pipelines.generation import StudyOutput, output_digests
from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from pipelines.unchanged import published_already


def test_a_run_publishes_one_complete_generation(prop99: Path, settings: Settings) -> None:
    for path in prop99.iterdir():
        os.utime(path, (1e9, 1e9))
    outcome = run_study(prop99, settings)
    effect = outcome.findings.effects[0]
    assert effect.estimate == pytest.approx(-15.604, abs=1e-3)
    assert (effect.verdict, effect.reasons) == ("inconclusive", ["UNATTAINABLE_P"])
    assert outcome.was_plan_frozen
    assert all(account.is_balanced for account in outcome.findings.row_accounts)
    assert StudyOutput(settings.output / "prop99").current() == outcome.folder
    record = read_json(outcome.folder / "run.json")
    assert record["outputs"] == output_digests(outcome.folder)
    assert all(check["passed"] for check in record["checks"].values())
    text = (outcome.folder / "findings.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail)["study_id"] == "prop99"
    with open_results("prop99", settings) as results:
        assert results.findings == outcome.findings
        assert len(results.table("panel")) == 39 * 31
        assert results.sql("select count(*) as n from core_outcome")["n"].tolist() == [1209]
        assert results.table("effect_estimate")["verdict"].tolist() == ["inconclusive"]

    again = run_study(prop99, settings)
    assert again.folder != outcome.folder
    assert output_digests(again.folder) == output_digests(outcome.folder)
    assert (again.looks, again.was_plan_frozen) == (2, False)
    assert published_already(prop99, settings, None) == again

    spoil(prop99 / "outcome.csv")
    with pytest.raises(Rejected) as refused:
        run_study(prop99, settings)
    assert "outcome.csv" in str(refused.value)
    assert StudyOutput(settings.output / "prop99").current() == again.folder
    assert sha256_of(again.report_path) == record["outputs"]["report.html"]


def spoil(path: Path) -> None:
    """Take away a column that the contract needs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    position = lines[0].split(",").index("period_start")
    kept = [",".join(c for i, c in enumerate(x.split(",")) if i != position) for x in lines]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")

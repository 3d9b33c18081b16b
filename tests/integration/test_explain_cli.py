"""`advocacy explain` on published runs: numbers, assumptions, and SQL that gives them again."""

import json
from pathlib import Path

import pytest
import yaml

from pipelines.commands import explain_one
from pipelines.errors import Exit
from pipelines.explain_sql import indicator_sql, is_exact
from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from schemas.indicators import INDICATORS
from tests.integration.conftest import Published, copy_study

UNREAD = ("outcome", "exposure", "measure")


def explain(
    wanted: str, settings: Settings, *, study: str = "prop99", as_json: bool = False
) -> int:
    return explain_one(study, wanted, settings, as_json=as_json, debug=False)


@pytest.mark.usefixtures("prop99")
def test_without_a_run_the_command_that_makes_one_is_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain("ca_packs", settings) == Exit.USAGE
    assert "advocacy run prop99" in capsys.readouterr().err


def test_an_effect_is_shown_with_its_rows_assumptions_caps_and_intervals(
    published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = published.settings
    with open_results("prop99", settings) as results:
        effect = results.findings.effects[0]
    assert explain("ca_packs", settings) == Exit.DONE
    said = capsys.readouterr().out
    assert f"everyone: {effect.estimate:+.5g} {effect.unit_label}" in said
    assert "n: 1 exposed and 38 comparison clusters" in said
    assert "input: outcome from outcome.csv: 1,209 rows read, 1,209 accepted, 0 quarant" in said
    assert "assumes: Some weighted mix of comparison units would have moved" in said
    assert "reasons: UNATTAINABLE_P" in said
    for cap in effect.certainty_caps:
        assert f"at most {cap.cap} for {cap.why}" in said
    for interval in effect.intervals:
        assert f"interval {interval.name}: " in said

    assert explain("ca_packs", settings, as_json=True) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == [effect.model_dump(mode="json")]
    assert len(told["sql"]) == 2
    with open_results("prop99", settings) as results:
        rows, intervals = (results.sql(query) for query in told["sql"])
    assert len(rows) == 39 * 31
    assert set(rows.loc[rows["first_exposed"].notna(), "unit_id"]) == {"CA"}
    assert intervals["name"].tolist() == [interval.name for interval in effect.intervals]

    assert explain("q3.retention", settings) == Exit.DONE
    said = capsys.readouterr().out
    assert "overall: not evaluated: needs engagement, partner" in said
    assert "input: none of the tables it needs has a source" in said

    assert explain("ca_pack", settings) == Exit.USAGE
    assert "Did you mean ca_packs?" in capsys.readouterr().err
    assert explain("zzzzzz", settings) == Exit.USAGE
    assert "Known ids: ca_packs, q1.spend_advocacy" in capsys.readouterr().err


def log_alone(settings: Settings) -> Path:
    """The portfolio without outcomes and plan: a run of seconds."""
    folder = copy_study("portfolio", settings)
    (folder / "plan.yaml").unlink()
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    study["sources"] = [s for s in study["sources"] if s["table"] not in UNREAD]
    study["indicators"] = [name for name in INDICATORS if name != "t.two_sided"]
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_sql_of_an_indicator_gives_its_number_again(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run_study(log_alone(settings), settings)
    overall = {i.indicator_id: i for i in outcome.findings.indicators if not i.by}
    exact = [name for name in INDICATORS if is_exact(name)]
    with open_results("portfolio", settings) as results:
        for name in exact:
            (query,) = indicator_sql(name)
            row = results.sql(query).iloc[0]
            for part in set(row.index) & {"value", "numerator", "denominator", "n"}:
                assert float(row[part]) == pytest.approx(getattr(overall[name], part), rel=1e-9)
        for name in set(INDICATORS) - set(exact):
            for query in indicator_sql(name):
                assert len(results.sql(query).columns) > 0
    assert len(exact) >= 20

    capsys.readouterr()
    assert explain("q2.loop_closed", settings, study="portfolio") == Exit.DONE
    said = capsys.readouterr().out
    found = overall["q2.loop_closed"]
    assert f"= {found.numerator:.0f} / {found.denominator:.0f}, n {found.n}" in said
    assert "how: decided inputs with a feedback_date / inputs decided" in said
    assert "input: patient_input from patient_input.csv: 188 rows read, 188 accepted" in said

    assert explain("q2.conversion", settings, study="portfolio") == Exit.DONE
    assert "more rows: --json" in capsys.readouterr().out
    assert explain("t.two_sided", settings, study="portfolio") == Exit.USAGE
    assert "does not select this indicator" in capsys.readouterr().err


def test_a_folder_is_known_by_the_id_in_its_study_file(
    prop99: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = prop99.rename(prop99.with_name("states"))
    assert explain("ca_packs", settings, study=str(renamed)) == Exit.USAGE
    assert "Nothing is published for 'prop99'" in capsys.readouterr().err
    assert explain("ca_packs", settings, study="nowhere") == Exit.USAGE

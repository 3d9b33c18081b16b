"""`advocacy report --all`: which studies are on the page, and where it stands."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands import show_overview, show_report
from pipelines.errors import Exit, UserError
from pipelines.overview import overview_json, study_results, write_overview
from pipelines.settings import Settings
from reports.words import write_words
from schemas.findings import Findings
from tests.findings_samples import hiv, portfolio

STUDY = """study_id: {name}
title: A study
synthetic: false
period: year
window: {{start: 2000-01-01, end: 2001-12-31}}
as_of: 2002-01-01
currency: EUR
sources: [{{table: unit, path: unit.csv}}]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(studies=tmp_path / "studies", output=tmp_path / "output")


def publish(found: Findings, settings: Settings, run: str = "r1") -> Path:
    """A published generation that holds findings and a report only."""
    folder = settings.output / found.study_id / "runs" / run
    folder.mkdir(parents=True)
    text = write_words(found).model_dump_json(indent=1) + "\n"
    (folder / "findings.json").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text("report", encoding="utf-8")
    (folder.parent.parent / "current").write_text(f"{run}\n", encoding="ascii")
    return folder


def known(name: str, settings: Settings, text: str = STUDY) -> None:
    folder = settings.studies / name
    folder.mkdir(parents=True)
    (folder / "unit.csv").write_text("unit_id\n", encoding="utf-8")
    (folder / "study.yaml").write_text(text.format(name=name), encoding="utf-8")


def test_studies_are_those_known_and_those_run_from_elsewhere_by_id(settings: Settings) -> None:
    publish(hiv(), settings)
    publish(portfolio(), settings)
    known("portfolio", settings)
    known("a_new_one", settings)
    known("broken", settings, "study_id: [")
    known("without_file", settings)
    (settings.studies / "without_file" / "unit.csv").unlink()
    results = study_results(settings)
    assert [one.study_id for one in results] == [
        "a_new_one",
        "broken",
        "hiv_incentives",
        "portfolio",
        "without_file",
    ]
    told = {one.study_id: one.why for one in results if one.findings is None}
    assert told == {
        "a_new_one": "It was never run to its end with this output folder.",
        "broken": "Its study.yaml, or a file that it names, is not as it must be.",
        "without_file": "Its file unit.csv is not there.",
    }
    assert results[2].href == "hiv_incentives/runs/r1/report.html"


def test_a_study_whose_sources_are_gone_still_shows_what_it_published(settings: Settings) -> None:
    publish(portfolio(), settings)
    known("portfolio", settings)
    (settings.studies / "portfolio" / "unit.csv").unlink()
    assert [one.findings is None for one in study_results(settings)] == [False]


def test_the_page_is_written_beside_the_studies_and_links_to_what_it_shows(
    settings: Settings,
) -> None:
    publish(hiv(), settings)
    page = write_overview(settings).path
    first = page.read_bytes()
    assert page == settings.output / "index.html"
    assert b'href="hiv_incentives/runs/r1/report.html"' in first
    assert write_overview(settings).path.read_bytes() == first
    publish(hiv(), settings, "r2")
    assert b"runs/r1" not in write_overview(settings).path.read_bytes()


def test_findings_of_another_version_are_listed_not_shown(settings: Settings) -> None:
    folder = publish(hiv(), settings)
    publish(portfolio(), settings)
    (folder / "findings.json").write_text('{"schema_version": 9}', encoding="utf-8")
    first = study_results(settings)[0]
    assert first.findings is None
    assert first.why == "Its published findings cannot be read by this version."
    (folder / "findings.json").unlink()
    assert study_results(settings)[0].findings is None


def test_json_has_what_the_page_shows_unrounded(settings: Settings) -> None:
    publish(hiv(), settings)
    publish(portfolio(), settings)
    known("a_new_one", settings)
    shown = json.loads(overview_json(write_overview(settings)))
    new, trial, company = shown["studies"]
    assert new == {
        "study_id": "a_new_one",
        "is_published": False,
        "why": "It was never run to its end with this output folder.",
    }
    assert trial["effects"][0]["estimate"] == 0.4506
    assert trial["spend"] == {"advocacy": None, "support": None, "unclassified": None}
    assert Path(trial["report"]).read_text(encoding="utf-8") == "report"
    assert company["synthetic"] is True
    assert company["spend"]["advocacy"] == 7_900_000.0
    assert "total" not in json.dumps(shown)


def test_without_any_published_study_no_page_is_written(settings: Settings) -> None:
    known("a_new_one", settings)
    with pytest.raises(UserError, match="Nothing is published yet") as caught:
        write_overview(settings)
    assert caught.value.code == Exit.USAGE
    assert not settings.output.exists()


def test_a_page_that_cannot_be_written_says_where(settings: Settings) -> None:
    publish(hiv(), settings)
    (settings.output / "index.html").mkdir()
    with pytest.raises(UserError, match="cannot be written") as caught:
        write_overview(settings)
    assert caught.value.code == Exit.PATH_NOT_USABLE


def test_the_commands_print_a_path_or_json_and_open_the_page_when_asked(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    publish(portfolio(), settings)
    known("portfolio", settings)
    assert show_overview(settings, open_it=True, as_json=False, debug=False) == Exit.DONE
    page = settings.output / "index.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert opened == [page.as_uri()]
    assert show_overview(settings, open_it=False, as_json=True, debug=False) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["page"] == str(page)
    code = show_report("portfolio", settings, open_it=False, as_json=True, debug=False)
    assert code == Exit.DONE
    assert json.loads(capsys.readouterr().out)["study_id"] == "portfolio"


def test_report_takes_a_study_or_all_of_them() -> None:
    for arguments in (["report"], ["report", "prop99", "--all"]):
        answer = CliRunner().invoke(app, arguments)
        assert answer.exit_code == Exit.USAGE
        assert "give a study, or --all" in answer.output


def test_report_all_reaches_the_page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(hiv(), settings)
    monkeypatch.setenv("ADVOCACY_HOME", str(settings.output.parent))
    answer = CliRunner().invoke(app, ["report", "--all", "--out", str(settings.output)])
    assert answer.exit_code == Exit.DONE
    assert answer.output.strip() == str(settings.output / "index.html")

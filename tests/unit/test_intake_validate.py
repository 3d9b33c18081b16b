"""`validate`: every problem of every file in one pass, each once."""

import json
import os
from pathlib import Path

import pytest
import yaml

from intake.mapped import MappedColumn
from intake.problems import Problem
from intake.validate import ValidationReport, validate_study
from tests.intake_world import (
    ENGAGEMENT_HEADER,
    OUTCOME_HEADER,
    PLAN,
    UNIT,
    WORLD,
    engine,
    write_study,
)


def report(folder: Path) -> ValidationReport:
    return validate_study(folder, engine())


def places(problems: tuple[Problem, ...]) -> list[tuple[str, int | None, str | None, str]]:
    return [(p.source_file, p.row, p.column, p.rule) for p in problems]


def test_a_study_without_mistakes_has_no_problem(tmp_path: Path) -> None:
    (write_study(tmp_path, WORLD) / "plan.yaml").write_text(yaml.safe_dump(PLAN))
    found = report(tmp_path)
    assert found.problems == ()
    assert not found.is_rejected
    assert {account.table: account.accepted for account in found.tables} == {
        "initiative": 1,
        "measure": 1,
        "outcome": 1,
        "partner": 1,
        "engagement": 1,
        "unit": 2,
    }
    assert found.mapping.missing == found.mapping.guessed == found.mapping.ignored == ()
    assert MappedColumn("unit.csv", "unit", "name", "name") in found.mapping.matched


def test_twelve_kinds_of_defect_are_told_once_each(tmp_path: Path) -> None:
    planted = {
        "e2,,p1,2001-02-03,,day,meeting,,,": ("payer_id", "missing"),
        "e3,us,p9,2001-02-03,,day,meeting,,,": ("partner_id", "orphan"),
        "e4,us,p1,03.02.2001,,day,meeting,,,": ("start_date", "not_a_date"),
        "e5,us,p1,2001-02-03,2001-02-02,day,meeting,,,": ("end_date", "order"),
        "e6,us,p1,2099-02-03,,day,meeting,,,": ("start_date", "future"),
        "e7,us,p1,1800-02-03,,day,meeting,,,": ("start_date", "before_1900"),
        "e8,us,p1,2001-02-03,,day,meetng,,,": ("activity_type", "not_allowed"),
        "e9,us,p1,2001-02-03,,day,meeting,-5,EUR,": ("amount", "negative"),
        "e10,us,p1,2001-02-03,,day,meeting,five,EUR,": ("amount", "not_a_number"),
        "e11,us,p1,2001-02-03,,day,meeting,5,eur,": ("currency", "not_a_code"),
        "e12,us,p1,2001-02-03,,day,meeting,5,,": ("amount", "needs"),
        "e1,us,p1,2001-02-03,,day,meeting,100.50,EUR,": ("engagement_id", "repeated_row"),
    }
    files = {**WORLD, "engagement.csv": WORLD["engagement.csv"] + "\n".join(planted) + "\n"}
    found = report(write_study(tmp_path, files))
    assert places(found.problems) == [
        ("engagement.csv", row, *place) for row, place in enumerate(planted.values(), 3)
    ]
    assert "did you mean meeting?" in found.problems[6].remedy
    assert not found.is_rejected


def test_repeats_are_grouped_and_json_has_an_entry_for_each(tmp_path: Path) -> None:
    body = "".join(f"delay,north,200{i}-01-01,all,x,,,observed\n" for i in range(3))
    files = {
        "unit.csv": UNIT,
        "measure.csv": WORLD["measure.csv"],
        "outcome.csv": OUTCOME_HEADER + body,
    }
    found = report(write_study(tmp_path, files))
    (problem,) = found.problems
    assert (problem.count, problem.rows) == (3, (2, 3, 4))
    told = json.loads(json.dumps(found.to_json()))
    assert [entry["row"] for entry in told["problems"]] == [2, 3, 4]
    assert set(told["problems"][0]) == {
        "source_file",
        "row",
        "column",
        "rule",
        "message",
        "remedy",
        "outcome",
    }
    assert set(told["mapping"]) == {"matched", "guessed", "ignored", "missing"}
    assert told["tables"][-1]["quarantined"] == 3


def test_one_broken_file_does_not_hide_another(tmp_path: Path) -> None:
    files = {
        "unit.csv": "unit_id,Name,unit_type\nnorth,North\n",
        "initiative.csv": "initiative_id\nscreening\n",
        "measure.csv": WORLD["measure.csv"],
        "outcome.csv": WORLD["outcome.csv"] + "delay,north,2001-01-01,all,x,,,observed\n",
        "engagement.csv": ENGAGEMENT_HEADER + "e1,us,p1,2001-02-03,,day,meeting,x,EUR,\n",
    }
    (tmp_path / "plan.yaml").write_text("effcts: []\n")
    found = report(write_study(tmp_path, files, max_quarantined_share=0.5))
    assert {place[:1] + place[3:] for place in places(found.problems)} == {
        ("plan.yaml", "unknown_key"),
        ("plan.yaml", "missing_key"),
        ("unit.csv", "missing_column"),
        ("unit.csv", "ragged_row"),
        ("initiative.csv", "missing_column"),
        ("outcome.csv", "not_a_number"),
        ("outcome.csv", "duplicate_key"),
        ("engagement.csv", "not_a_number"),
        ("engagement.csv", "max_quarantined_share"),
        ("outcome.csv", "max_quarantined_share"),
    }
    assert found.is_rejected
    assert [(g.source_column, g.column, g.score) for g in found.mapping.guessed] == [
        ("Name", "name", 1.0)
    ]
    assert found.mapping.missing == (MappedColumn("initiative.csv", "initiative", None, "name"),)


def test_outcomes_are_checked_although_their_measures_cannot_be_read(tmp_path: Path) -> None:
    files = {
        "unit.csv": UNIT,
        "measure.csv": "measure_id\ndelay\n",
        "outcome.csv": WORLD["outcome.csv"] + "delay,nowhere,2001-01-01,all,5,,,observed\n",
    }
    found = report(write_study(tmp_path, files))
    assert ("outcome.csv", 3, "unit_id", "orphan") in places(found.problems)
    assert found.tables[-1].accepted == 1


def test_a_broken_study_yaml_is_the_answer(tmp_path: Path) -> None:
    found = report(write_study(tmp_path, {"unit.csv": UNIT}, period="week"))
    assert [place[3] for place in places(found.problems)] == ["value"]
    assert found.tables == ()


def test_a_file_without_a_header_is_left_out_of_the_mapping(tmp_path: Path) -> None:
    found = report(write_study(tmp_path, {"unit.csv": ""}))
    assert [place[3] for place in places(found.problems)] == ["empty_file"]
    assert found.mapping.matched == ()


def test_constants_are_matched_to_no_column_of_the_source(tmp_path: Path) -> None:
    mapping = {"constants": {"unit_type": "region"}, "values": {"name": {"N": "North"}}}
    sources = [{"table": "unit", "path": "unit.csv", "mapping": mapping}]
    files = {"unit.csv": "unit_id,name,colour\nnorth,N,red\n"}
    found = report(write_study(tmp_path, files, sources=sources))
    assert MappedColumn("unit.csv", "unit", None, "unit_type") in found.mapping.matched
    assert found.mapping.ignored == (MappedColumn("unit.csv", "unit", "colour", None),)
    assert [problem.outcome for problem in found.problems] == ["WARN"]


def test_a_word_without_a_likeness_gets_the_list(tmp_path: Path) -> None:
    files = {"unit.csv": "unit_id,name,unit_type\nnorth,North,qqqq\n"}
    (problem,) = report(write_study(tmp_path, files)).problems
    assert problem.remedy.startswith("use one of region, site")


def test_a_folder_in_the_place_of_a_file_is_called_one(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", {"unit.csv": UNIT})
    (folder / "unit.csv").unlink()
    (folder / "unit.csv").mkdir()
    (problem,) = validate_study(folder, engine()).problems
    assert str(problem) == "unit.csv  is a folder · name the file in it"


def test_a_missing_file_does_not_hide_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    sources = [{"table": name, "path": f"{name}.csv"} for name in ("unit", "measure", "partner")]
    files = {"unit.csv": "unit_id,name,unit_type\nnorth,North,town\n", "partner.csv": ""}
    found = report(write_study(tmp_path, files, sources=sources, max_quarantined_share=1))
    assert places(found.problems) == [
        ("measure.csv", None, None, "missing_file"),
        ("partner.csv", None, None, "empty_file"),
        ("unit.csv", 2, "unit_type", "not_allowed"),
    ]
    assert found.problems[0].remedy == "add the file, or remove the source"


def test_a_file_without_the_right_to_read_it_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {
        "unit.csv": UNIT,
        "engagement.csv": ENGAGEMENT_HEADER + "e1,us,p1,x,,day,meeting,,EUR,\n",
    }
    folder = write_study(tmp_path, lines | {"partner.csv": WORLD["partner.csv"]})
    may = os.access
    monkeypatch.setattr(
        "intake.study.os.access",
        lambda path, mode: Path(path).name != "unit.csv" and may(path, mode),
    )
    found = {place[:1] + place[3:] for place in places(report(folder).problems)}
    assert ("unit.csv", "no_rights") in found
    assert ("engagement.csv", "not_a_date") in found


def test_a_file_of_too_many_bad_rows_points_at_them_where_they_are_listed(tmp_path: Path) -> None:
    bad = UNIT + "east,East,town\nwest,West,town\n"
    folder = write_study(tmp_path, {**WORLD, "unit.csv": bad}, max_quarantined_share=0.2)
    found = report(folder).problems
    (limit,) = [problem for problem in found if problem.rule == "max_quarantined_share"]
    assert limit.remedy == "correct its rows, which are listed here"


def test_a_precision_that_a_declared_date_gives_is_not_asked_for(tmp_path: Path) -> None:
    log = (
        "Grant id,payer_id,partner_id,Paid on,activity_type,amount,currency\n"
        "e1,us,p1,31.12.2001,meeting,100.50,EUR\n"
    )
    found = report(write_study(tmp_path, {**WORLD, "engagement.csv": log})).problems
    remedies = {problem.column: problem.remedy for problem in found}
    assert remedies["date_precision"].startswith("declare the format of start_date as proposed")

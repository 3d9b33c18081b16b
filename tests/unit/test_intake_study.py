"""Bad study and plan files end in one clear line each."""

import hashlib
from pathlib import Path

import pytest
import yaml

from intake.digests import input_digests
from intake.problems import Problem, Rejected, nearest
from intake.study import load_plan, load_study, plan_digest, source_path
from tests.intake_world import PLAN, UNIT, WORLD, only_problem, write_study


def refused(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(Rejected) as caught:
        load_study(folder)
    return caught.value.problems


def test_a_study_without_mistakes_is_read(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, WORLD))
    assert [source.table for source in study.sources][:2] == ["unit", "initiative"]


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(tmp_path: Path) -> None:
    write_study(tmp_path, {"unit.csv": UNIT}, small_cel=11)
    (problem,) = refused(tmp_path)
    assert problem.rule == "unknown_key"
    assert problem.column == "small_cel"
    assert "small_cell" in problem.remedy
    lines = (tmp_path / "study.yaml").read_text().splitlines()
    assert problem.row is not None
    assert lines[problem.row - 1].startswith("small_cel:")


def test_every_mistake_in_study_yaml_is_told_at_once(tmp_path: Path) -> None:
    write_study(tmp_path, {"unit.csv": UNIT}, period="week", currency="euro", zzz=1)
    assert {(p.column, p.rule) for p in refused(tmp_path)} == {
        ("period", "value"),
        ("currency", "value"),
        ("zzz", "unknown_key"),
    }


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    write_study(tmp_path, {"unit.csv": UNIT})
    text = (tmp_path / "study.yaml").read_text().replace("currency: EUR\n", "")
    (tmp_path / "study.yaml").write_text(text)
    (problem,) = refused(tmp_path)
    assert (problem.column, problem.rule, problem.remedy) == ("currency", "missing_key", "add it")


def test_a_wrong_mapping_is_one_problem_although_it_could_be_a_preset(tmp_path: Path) -> None:
    source = {"table": "unit", "path": "unit.csv", "mapping": {"colums": {}}}
    write_study(tmp_path, {"unit.csv": UNIT}, sources=[source])
    (problem,) = refused(tmp_path)
    assert problem.column == "sources.0.mapping.colums"
    assert problem.remedy == "did you mean columns?"


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    write_study(tmp_path, {"unit.csv": UNIT})
    with (tmp_path / "study.yaml").open("a") as handle:
        handle.write("period: month\n")
    (problem,) = refused(tmp_path)
    assert (problem.rule, problem.column) == ("duplicate_key", "period")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b"- a list\n", "empty"),
        (b"a: [1\nb: 2\n", "yaml"),
        (b"a: \xff\n", "encoding"),
        (b"#" * 1_100_000, "size"),
        (b"a: !!python/object/apply:os.system [ls]\n", "yaml"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused(
    tmp_path: Path, content: bytes, rule: str
) -> None:
    (tmp_path / "study.yaml").write_bytes(content)
    assert [problem.rule for problem in refused(tmp_path)] == [rule]


def test_a_folder_without_study_yaml_says_so(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path)
    assert str(problem) == "study.yaml  is not there · name a folder that holds study.yaml"


def test_a_missing_file_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    sources = [{"table": "unit", "path": "units.csv"}]
    write_study(tmp_path, {"unit.csv": UNIT}, sources=sources)
    (problem,) = refused(tmp_path)
    assert (problem.source_file, problem.rule) == ("units.csv", "missing_file")
    assert problem.remedy == "did you mean unit.csv?"


@pytest.mark.parametrize(
    "path", ["../unit.csv", "/etc/hosts", "a/../../unit.csv", "C:\\unit.csv", "..\\unit.csv"]
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "unit.csv").write_text(UNIT)
    folder = write_study(
        tmp_path / "study", {"unit.csv": UNIT}, sources=[{"table": "unit", "path": path}]
    )
    assert [problem.rule for problem in refused(folder)] == ["path"]


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text(UNIT)
    folder = write_study(tmp_path / "study", {"unit.csv": UNIT})
    (folder / "unit.csv").unlink()
    (folder / "unit.csv").symlink_to(tmp_path / "outside.csv")
    assert [problem.rule for problem in refused(folder)] == ["path"]
    with pytest.raises(Rejected):
        source_path(folder, load_study(write_study(tmp_path / "b", {"unit.csv": UNIT})).sources[0])


@pytest.mark.parametrize(
    ("source", "rule", "remedy"),
    [
        ({"table": "untt", "path": "unit.csv"}, "unknown_table", "did you mean unit?"),
        ({"table": "zzzzzz", "path": "unit.csv"}, "unknown_table", "use one of initiative"),
        ({"table": "unit", "path": "unit.csv", "mapping": "efpia_po"}, "preset", "write"),
        (
            {"table": "unit", "connection": "postgresql://me:secret@host/db", "query": "q"},
            "connection",
            "environment",
        ),
        ({"table": "unit", "path": "study.yaml"}, "file_type", "save it as CSV"),
        (
            {"table": "unit", "path": "unit.csv", "mapping": {"columns": {"nam": "x"}}},
            "unknown_column",
            "did you mean name?",
        ),
        (
            {"table": "unit", "path": "unit.csv", "mapping": {"constants": {"zzzz": "x"}}},
            "unknown_column",
            "data_dictionary",
        ),
        (
            {
                "table": "unit",
                "path": "unit.csv",
                "mapping": {"columns": {"name": "x"}, "constants": {"name": "y"}},
            },
            "ambiguous",
            "keep one",
        ),
    ],
)
def test_a_source_that_cannot_be_read_is_one_problem(
    tmp_path: Path, source: dict[str, object], rule: str, remedy: str
) -> None:
    write_study(tmp_path, {"unit.csv": UNIT}, sources=[source])
    (problem,) = refused(tmp_path)
    assert problem.rule == rule
    assert remedy in problem.remedy
    assert problem.row is not None


def test_one_file_cannot_be_read_twice_into_one_table(tmp_path: Path) -> None:
    source = {"table": "unit", "path": "unit.csv"}
    write_study(tmp_path, {"unit.csv": UNIT}, sources=[source, source])
    assert [problem.rule for problem in refused(tmp_path)] == ["repeated"]


def test_outcomes_without_units_and_measures_name_both_tables(tmp_path: Path) -> None:
    write_study(tmp_path, {"outcome.csv": WORLD["outcome.csv"]})
    assert [problem.message for problem in refused(tmp_path)] == [
        "outcome needs the table measure",
        "outcome needs the table unit",
    ]


def test_a_source_has_a_path_or_a_connection_not_both(tmp_path: Path) -> None:
    source = {"table": "unit", "path": "unit.csv", "connection": "x"}
    write_study(tmp_path, {"unit.csv": UNIT}, sources=[source])
    (problem,) = refused(tmp_path)
    assert problem.message == "a source needs either path or connection, not both"


def write_plan(folder: Path, plan: object) -> Path:
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan))
    return folder


def test_without_plan_yaml_there_is_no_plan(tmp_path: Path) -> None:
    assert load_plan(tmp_path) is None
    with pytest.raises(Rejected) as caught:
        plan_digest(tmp_path)
    assert only_problem(caught.value).rule == "missing_file"


def test_unknown_keys_in_plan_yaml_are_named_with_the_nearest(tmp_path: Path) -> None:
    effect = {**PLAN["effects"][0], "horizn": [0, 3]}
    write_plan(tmp_path, {"effects": [effect], "analysis": {"alfa": 0.05}})
    with pytest.raises(Rejected) as caught:
        load_plan(tmp_path)
    assert {(p.column, p.remedy) for p in caught.value.problems} == {
        ("effects.0.horizn", "did you mean horizon?"),
        ("analysis.alfa", "did you mean alpha?"),
    }


def test_an_unfamiliar_key_is_refused_without_a_guess(tmp_path: Path) -> None:
    write_plan(tmp_path, {**PLAN, "qqqqqq": 1})
    with pytest.raises(Rejected) as caught:
        load_plan(tmp_path)
    assert only_problem(caught.value).remedy.startswith("remove it")


def test_the_plan_digest_depends_on_meaning_only(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    before = plan_digest(tmp_path)
    text = (tmp_path / "plan.yaml").read_text()
    (tmp_path / "plan.yaml").write_text("# a remark\nanalysis: {alpha: 0.05}\n" + text)
    assert plan_digest(tmp_path) == before
    (tmp_path / "plan.yaml").write_text("analysis: {alpha: 0.1}\n" + text)
    assert plan_digest(tmp_path) != before


def test_input_digests_are_of_bytes_with_relative_names(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {"unit.csv": UNIT, "initiative.csv": WORLD["initiative.csv"]})
    digests = input_digests(folder, load_study(folder))
    assert [digest.path for digest in digests] == ["initiative.csv", "study.yaml", "unit.csv"]
    assert digests[2].sha256 == hashlib.sha256(UNIT.encode()).hexdigest()


def test_a_problem_reads_as_one_line() -> None:
    problem = Problem("a.csv", 7, "amount", "range", "must be positive", "correct it")
    assert str(problem) == "a.csv:7:amount  must be positive · correct it"


def test_a_repeated_problem_lists_its_first_rows() -> None:
    rows = tuple(range(2, 14))
    problem = Problem("a.csv", 2, None, "range", "is wrong", "mend", count=12, rows=rows)
    assert str(problem) == ("a.csv:2  is wrong in 12 rows: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … · mend")


def test_the_nearest_name_ignores_case() -> None:
    assert nearest("Unit_ID", ["unit_id", "name"]) == "unit_id"
    assert nearest("zzz", ["unit_id"]) is None

"""JSON lines: one object a line, no value changed."""

from pathlib import Path
from typing import Any

import pytest

from intake.limits import MAX_COLUMNS, MAX_LINE
from intake.problems import Problem, Rejected
from intake.read import read_raw
from intake.study import load_study
from tests.intake_world import engine, rows, write_study

NORTH = '{"unit_id": "north", "name": "North", "unit_type": "region"}\n'


def study(folder: Path, content: str | bytes, name: str = "unit.jsonl") -> Path:
    return write_study(folder, {name: content}, sources=[{"table": "unit", "path": name}])


def read(folder: Path) -> list[dict[str, Any]]:
    return rows(read_raw(engine(), folder, load_study(folder), "unit"))


def refused(folder: Path) -> Problem:
    with pytest.raises(Rejected) as caught:
        read(folder)
    (problem,) = caught.value.problems
    assert problem.remedy
    return problem


def value(folder: Path, written: str) -> Any:
    """What a value becomes."""
    (row,) = read(study(folder, NORTH.replace('"North"', written)))
    return row["name"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"007"', "007"),
        ("12345678901234567890", "12345678901234567890"),
        ("0.10000000000000000001", "0.10000000000000000001"),
        ("1E5", "1E5"),
        ("-0.0", "-0.0"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', None),
        ('"NA"', "NA"),
        ('"null"', "null"),
        (r'"K\u00f6ln 😀"', "Köln 😀"),
        (r'"\ud83d\ude00"', "😀"),
    ],
)
def test_a_value_becomes_the_text_that_stands_in_the_file(
    tmp_path: Path, written: str, kept: str | None
) -> None:
    assert value(tmp_path, written) == kept


def test_columns_are_the_keys_of_all_objects_and_rows_are_lines(tmp_path: Path) -> None:
    content = NORTH + "\n  \r\n" + '{"name": "B", "unit_id": "b", "unit_type": "site", "x": 1}'
    found = read(study(tmp_path, content.encode("utf-8-sig"), "unit.ndjson"))
    assert [(row["source_row"], row["unit_id"], row["x"]) for row in found] == [
        (1, "north", None),
        (4, "b", "1"),
    ]


BROKEN: dict[str, tuple[str | bytes, str, int | None, str | None]] = {
    "nothing": ("", "empty_file", None, None),
    "only blank lines": ("\n\n", "empty_file", None, None),
    "half an object": (NORTH + '{"unit_id": "b', "json", 2, None),
    "a list": (NORTH + '["b"]', "json", 2, None),
    "two objects": ("{} {}", "json", 1, None),
    "not a number": (NORTH.replace('"North"', "NaN"), "json", 1, None),
    "a key given twice": ('{"unit_id": "a", "unit_id": "b"}', "repeated_key", 1, None),
    "a list as a value": (NORTH + NORTH.replace('"North"', "[1]"), "nested", 2, "name"),
    "an object as a value": (NORTH.replace('"North"', '{"de": "Nord"}'), "nested", 1, "name"),
    "a thousand brackets": (NORTH + "[" * 100_000, "nested", 2, None),
    "another encoding": (
        NORTH.encode() + '{"name": "Köln"}'.encode("latin-1"),
        "encoding",
        2,
        None,
    ),
    "half a character": (NORTH + NORTH.replace("North", r"\ud83d"), "encoding", 2, None),
    "a line of more than 1 MiB": (NORTH.replace("North", "x" * MAX_LINE), "too_long", 1, None),
    "keys that differ by case": (NORTH + NORTH.replace("name", "Name"), "header", 1, None),
    "a missing key": ('{"unit_id": "a", "name": "A"}', "missing_column", 1, "unit_type"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    content, rule, row, column = BROKEN[case]
    problem = refused(study(tmp_path, content))
    assert (problem.rule, problem.row, problem.column) == (rule, row, column)


def test_an_object_of_a_thousand_keys_is_refused(tmp_path: Path) -> None:
    keys = ", ".join(f'"k{i}": 1' for i in range(MAX_COLUMNS + 1))
    assert refused(study(tmp_path, "{" + keys + "}")).rule == "columns"


def test_a_byte_that_is_not_text_is_named_by_its_place(tmp_path: Path) -> None:
    content = NORTH.encode() + b'{"name": "K\xf6ln"}\n'
    assert refused(study(tmp_path, content)).message == "is not utf-8 at byte 11 of the line"

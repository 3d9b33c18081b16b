"""Faults of sources whose cells have types: F06, F07, F14, F15, F25; on two tables each."""

import datetime as dt
import gzip
import resource
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake import limits, xlsx
from intake.problems import Problem, Rejected
from intake.read import read_raw
from intake.study import load_study
from tests.intake_world import PARTNER, UNIT, built, engine, reasons, rows, write_study
from tests.workbooks import MAIN, number, sheet, typed, write_workbook

TABLES = pytest.mark.parametrize("table", ["unit", "partner"])
WORDS = {"unit": "unit_type", "partner": "org_type"}
TWO_GIB = 2 << 30
NIGHT = pa.array([dt.datetime(2001, 4, 1, 4, 30)])
"""In UTC; in New York it is still 31 March."""
DATED = {
    "engagement": ("start_date", ["engagement_id", "payer_id", "partner_id", "activity_type"]),
    "product_event": ("event_date", ["product_id", "event"]),
}


def study(folder: Path, table: str, suffix: str, **format_: Any) -> Path:
    source = {"table": table, "path": f"{table}{suffix}", "mapping": {"format": format_}}
    needed = {"engagement": {"partner.csv": PARTNER, "unit.csv": UNIT}}.get(table, {})
    more = [{"table": name.split(".")[0], "path": name} for name in needed]
    return write_study(folder, needed, sources=[source, *more])


def read(folder: Path, table: str) -> list[dict[str, Any]]:
    return rows(read_raw(engine(), folder, load_study(folder), table))


def refused(folder: Path, table: str) -> Problem:
    with pytest.raises(Rejected) as caught:
        read(folder, table)
    (problem,) = caught.value.problems
    assert problem.remedy
    return problem


def parquet(folder: Path, table: str, columns: dict[str, Any], **format_: Any) -> Path:
    pq.write_table(pa.table(columns), folder / f"{table}.parquet")
    return study(folder, table, ".parquet", **format_)


def columns_of(table: str, **more: Any) -> dict[str, Any]:
    return {f"{table}_id": ["a"], "name": ["A"], WORDS[table]: ["x"], **more}


@pytest.mark.parametrize("table", DATED)
def test_f06_a_serial_number_is_only_a_day_where_the_cell_or_the_study_says_so(
    tmp_path: Path, table: str
) -> None:
    day, words = DATED[table]
    header = [*words, day, *(["date_precision"] if table == "engagement" else [])]
    serial = [number("36892", style) for style in (0, 1)]
    lines = {i: [*words, cell, *["day"] * (len(header) > 4)] for i, cell in enumerate(serial, 2)}
    write_workbook(tmp_path / f"{table}.xlsx", {"S": sheet({1: header, **lines})})
    found = read(study(tmp_path, table, ".xlsx"), table)
    assert [row[day] for row in found] == ["36892", "2001-01-01"]


@TABLES
def test_f07_long_ids_keep_their_digits_and_rounded_ones_are_refused(
    tmp_path: Path, table: str
) -> None:
    key = f"{table}_id"
    exact = columns_of(table) | {key: pa.array([2**63 + 1], pa.uint64())}
    assert read(parquet(tmp_path, table, exact), table)[0][key] == "9223372036854775809"
    whole = columns_of(table) | {key: [7.0]}
    assert read(parquet(tmp_path, table, whole), table)[0][key] == "7"
    rounded = columns_of(table) | {key: [2.0**60]}
    problem = refused(parquet(tmp_path, table, rounded), table)
    assert (problem.rule, problem.column) == ("rounded_id", key)


@TABLES
def test_f14_a_parquet_file_that_unpacks_to_too_much_is_refused_whatever_its_footer_says(
    tmp_path: Path, table: str
) -> None:
    count = 1_000_000
    zeros = pa.array([0] * count, pa.int32())
    texts = {name: ["x" * 300] for name in columns_of(table)}
    path = tmp_path / f"{table}.parquet"
    packed = {k: pa.DictionaryArray.from_arrays(zeros, pa.array(v)) for k, v in texts.items()}
    pq.write_table(pa.table(packed), path)
    footer = pq.read_metadata(path)
    told = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
    assert told < limits.MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(study(tmp_path, table, ".parquet"), table).rule == "too_large"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < TWO_GIB


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workbook of less than 1 MiB whose sheet holds 300 MiB."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.xlsx"
    piece = b" " * limits.MIB
    write_workbook(path, {"S": sheet({})})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            with archive.open(name, "w") as part:
                if name.endswith("sheet1.xml"):
                    part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                    for _ in range(300):
                        part.write(piece)
                    part.write(b"</sheetData></worksheet>")
                else:
                    part.write(content)
    yield path
    path.unlink()


@TABLES
def test_f14_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, table: str, bomb: Path
) -> None:
    (tmp_path / f"{table}.xlsx").write_bytes(bomb.read_bytes())
    assert bomb.stat().st_size < 2 * limits.MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problem = refused(study(tmp_path, table, ".xlsx"), table)
    assert problem.rule == "too_large"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < limits.FREE_BYTES


@TABLES
def test_f14_a_workbook_whose_directory_lies_is_refused(
    tmp_path: Path, table: str, bomb: Path
) -> None:
    data = bytearray(bomb.read_bytes())
    with zipfile.ZipFile(bomb) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    place = data.rindex(struct.pack("<L", size))
    data[place : place + 4] = struct.pack("<L", 1_000)
    (tmp_path / f"{table}.xlsx").write_bytes(bytes(data))
    assert refused(study(tmp_path, table, ".xlsx"), table).rule == "xlsx"


@TABLES
def test_f14_many_cells_that_refer_to_one_long_text_are_refused(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_WORKBOOK_TEXT", 32 * limits.MIB)
    header = [f"{table}_id", "name", WORDS[table]]
    long = ' t="s"><v>0</v>'
    content = sheet({1: header, **{row: [long, long, long] for row in range(2, 600)}})
    text = f"<t>{'x' * 32_000}</t>"
    write_workbook(tmp_path / f"{table}.xlsx", {"S": content}, shared=[text])
    assert refused(study(tmp_path, table, ".xlsx"), table).rule == "too_large"


@TABLES
def test_f14_the_list_of_texts_of_a_workbook_has_a_limit(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.xlsx_parts.MAX_SHARED_STRINGS", 1_000)
    texts = [f"<t>{'x' * 600}</t>"] * 2
    write_workbook(tmp_path / f"{table}.xlsx", {"S": sheet({1: ["a"]})}, shared=texts)
    assert refused(study(tmp_path, table, ".xlsx"), table).rule == "too_large"


@TABLES
def test_f14_the_last_cell_of_a_sheet_is_only_a_cell(tmp_path: Path, table: str) -> None:
    content = sheet({1: [f"{table}_id", "name", WORDS[table]], 1_048_576: []})
    far = content.replace('r="1048576">', 'r="1048576"><c r="XFD1048576"><v>1</v></c>')
    write_workbook(tmp_path / f"{table}.xlsx", {"S": far})
    problem = refused(study(tmp_path, table, ".xlsx"), table)
    assert (problem.rule, problem.row) == ("ragged_row", 1_048_576)


@TABLES
def test_f14_nothing_is_unzipped_unasked(tmp_path: Path, table: str) -> None:
    (tmp_path / f"{table}.csv").write_bytes(gzip.compress(b"name\n" * 1000))
    assert refused(study(tmp_path, table, ".csv"), table).rule == "encoding"
    (tmp_path / f"{table}.csv.gz").write_bytes(gzip.compress(b"name\n" * 1000))
    with pytest.raises(Rejected) as caught:
        load_study(study(tmp_path, table, ".csv.gz"))
    assert [problem.rule for problem in caught.value.problems] == ["file_type"]


@TABLES
@pytest.mark.parametrize(
    ("limit", "columns"), [("MAX_ROWS", {}), ("MAX_COLUMNS", {"b": ["x"], "c": ["y"]})]
)
def test_f14_rows_and_columns_of_a_parquet_file_have_limits(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch, limit: str, columns: dict[str, Any]
) -> None:
    monkeypatch.setattr(f"intake.parquet.{limit}", 0 if limit == "MAX_ROWS" else 4)
    folder = parquet(tmp_path, table, columns_of(table, **columns))
    assert refused(folder, table).rule == "too_large"


@TABLES
def test_f14_staged_rows_and_columns_have_limits(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = f'{{"{table}_id": "a", "name": "A", "{WORDS[table]}": "x"}}\n' * 3
    (tmp_path / f"{table}.jsonl").write_text(lines)
    monkeypatch.setattr("intake.staged.BATCH_ROWS", 1)
    monkeypatch.setattr("intake.staged.MAX_ROWS", 2)
    assert refused(study(tmp_path, table, ".jsonl"), table).rule == "too_large"
    monkeypatch.setattr("intake.staged.MAX_COLUMNS", 2)
    assert refused(study(tmp_path, table, ".jsonl"), table).rule == "too_large"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("engagement", "start_date", True),
        ("engagement", "amount", dt.date(2001, 1, 1)),
        ("engagement", "is_product_linked", 0.5),
        ("unit", "population", dt.time(1, 2)),
        ("partner", "annual_income", False),
    ],
)
def test_f15_a_column_that_became_another_type_is_refused(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    given = [f"{table}_id", "payer_id", "partner_id", "name", "unit_type", "org_type"]
    given += ["start_date", "date_precision", "activity_type"]
    folder = parquet(tmp_path, table, {key: ["2001"] for key in given} | {column: [value]})
    problem = refused(folder, table)
    assert (problem.rule, problem.column) == ("retyped", column)


@TABLES
@pytest.mark.parametrize("cell", [[1, 2], {"de": "A"}, b"\xff"])
def test_f15_a_column_that_is_not_one_text_a_cell_is_refused(
    tmp_path: Path, table: str, cell: object
) -> None:
    problem = refused(parquet(tmp_path, table, columns_of(table) | {"name": [cell]}), table)
    assert (problem.rule, problem.column) == ("parquet", "name")


MOMENTS = {
    "with a zone": NIGHT.cast(pa.timestamp("us", "America/New_York")),
    "in UTC": NIGHT.cast(pa.timestamp("ns", "UTC")),
    "without a zone": NIGHT,
    "in nanoseconds": NIGHT.cast(pa.timestamp("ns")),
    "a day": pa.array([dt.date(2001, 4, 1)]),
}


@pytest.mark.parametrize("table", DATED)
@pytest.mark.parametrize("moment", MOMENTS)
def test_f25_an_instant_is_its_day_in_utc(tmp_path: Path, table: str, moment: str) -> None:
    day, words = DATED[table]
    columns = {name: ["x"] for name in (*words, "date_precision")} | {day: MOMENTS[moment]}
    for style, expected in (("%Y-%m-%d", "2001-04-01"), ("%d.%m.%Y", "01.04.2001")):
        folder = parquet(tmp_path, table, columns, date=style)
        assert [row[day] for row in read(folder, table)] == [expected]


@TABLES
def test_numbers_keep_their_digits(tmp_path: Path, table: str) -> None:
    column = {"unit": "population", "partner": "annual_income"}[table]
    exact = pa.array(["1234567890123.4500"]).cast(pa.decimal128(20, 4))
    for cells, expected in ((exact, "1234567890123,4500"), ([2.5], "2,5"), ([3.0], "3")):
        folder = parquet(tmp_path, table, columns_of(table, **{column: cells}), decimal=",")
        assert read(folder, table)[0][column] == expected


@TABLES
@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_of_a_spreadsheet_is_no_id_and_no_name(
    tmp_path: Path, table: str, error: str
) -> None:
    header = [f"{table}_id", "name", WORDS[table]]
    word = {"unit": "region", "partner": "patient_org"}[table]
    lines = {2: [typed("e", error), "A", word], 3: ["b", typed("e", error), word]}
    write_workbook(tmp_path / f"{table}.xlsx", {"S": sheet({1: header, **lines})})
    found = reasons(built(study(tmp_path, table, ".xlsx"), table))
    assert [(row, column, rule) for row, column, rule, _outcome in found] == [
        (2, header[0], "spreadsheet_error"),
        (3, "name", "spreadsheet_error"),
    ]

"""Text and Parquet as they came, or a clear refusal with the row."""

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.problems import Problem, Rejected
from intake.read import read_raw, source_notes
from intake.study import load_study
from tests.intake_world import UNIT, engine, rows, write_study

HEADER = "unit_id,name,unit_type\n"


def raw(folder: Path, table: str = "unit") -> ibis.Table:
    return read_raw(engine(), folder, load_study(folder), table)


def refused(folder: Path) -> Problem:
    with pytest.raises(Rejected) as caught:
        raw(folder)
    (problem,) = caught.value.problems
    return problem


def unit_study(folder: Path, content: str | bytes, **format_: object) -> Path:
    source = {"table": "unit", "path": "unit.csv", "mapping": {"format": format_}}
    return write_study(folder, {"unit.csv": content}, sources=[source])


def test_every_cell_is_text_as_it_was_typed(tmp_path: Path) -> None:
    folder = unit_study(tmp_path, HEADER + "007,NA,true\n12345678901234567890,null,1.50\n")
    assert [(row["unit_id"], row["name"], row["unit_type"]) for row in rows(raw(folder))] == [
        ("007", "NA", "true"),
        ("12345678901234567890", "null", "1.50"),
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    content = HEADER + 'a,"two\nlines",site\n\nb,B,site\n\n\nc,C,site\n\n'
    assert [row["source_row"] for row in rows(raw(unit_study(tmp_path, content)))] == [2, 4, 7]


def test_the_header_may_stand_in_a_later_row(tmp_path: Path) -> None:
    folder = unit_study(tmp_path, "Export\n\n" + HEADER + "a,A,site\n", header_row=3)
    assert [(row["unit_id"], row["source_row"]) for row in rows(raw(folder))] == [("a", 4)]


def test_empty_cells_are_null_quoted_or_not(tmp_path: Path) -> None:
    folder = unit_study(tmp_path, HEADER + 'a,,""\n')
    assert [(row["name"], row["unit_type"]) for row in rows(raw(folder))] == [(None, None)]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("latin-1", "latin-1"), ("utf-16", "utf-16")],
)
def test_declared_encodings_give_the_same_text(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    folder = unit_study(tmp_path, (HEADER + "a,Köln,site\n").encode(encoding), encoding=declared)
    assert [row["name"] for row in rows(raw(folder))] == ["Köln"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ":", " "])
def test_another_delimiter_is_declared(tmp_path: Path, delimiter: str) -> None:
    content = (HEADER + "a,A,site\n").replace(",", delimiter)
    assert rows(raw(unit_study(tmp_path, content, delimiter=delimiter)))[0]["name"] == "A"


@pytest.mark.parametrize(
    ("quote", "written", "name"),
    [
        ("'", "'O''Neil, A.'", "O'Neil, A."),
        ("'", 'the "A" group', 'the "A" group'),
        ('"', '"the ""A"", group"', 'the "A", group'),
        ("", '"A', '"A'),
        ("", "O'Neil", "O'Neil"),
    ],
)
def test_another_quote_or_none_is_declared(
    tmp_path: Path, quote: str, written: str, name: str
) -> None:
    content = HEADER + f"a,{written},site\n"
    assert rows(raw(unit_study(tmp_path, content, quote=quote)))[0]["name"] == name


@pytest.mark.parametrize(
    "format_", [{"delimiter": ""}, {"delimiter": "||"}, {"delimiter": "\n"}, {"quote": "''"}]
)
def test_a_delimiter_and_a_quote_are_one_sign_each(tmp_path: Path, format_: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        load_study(unit_study(tmp_path, HEADER, **format_))
    with pytest.raises(Rejected) as caught:
        load_study(unit_study(tmp_path, HEADER, delimiter="|", quote="|"))
    assert "same sign as quote" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "rule", "row"),
    [
        (HEADER + "a,A,site\nb,B\n", "ragged_row", 3),
        (HEADER + "a,A,site,9\n", "ragged_row", 2),
        (HEADER + 'a,"x\ny",site\nb,B\n', "ragged_row", 3),
        (HEADER + 'a,A,site\nb,"B,site\n', "quote", 3),
        ('"unit_id,name\n', "quote", 1),
        (HEADER + 'a,A,site\n\nb,"B,site\n', "quote", 4),
        (HEADER + "a,A,site\r\nb,B,site\n", "lines", None),
        (HEADER + f"a,{'x' * 1_100_000},site\n", "quote", 2),
        (HEADER + f"a,{'x' * 600_000},{'y' * 600_000}\n", "too_long", 2),
        ("", "empty_file", None),
        (HEADER, "empty_table", None),
        ("\n", "missing_column", 1),
        ("unit_id,name,unit_type,Name \na,A,site,B\n", "header", 1),
        ("unit_id,name,unit_type,\na,A,site,B\n", "header", 1),
        ("unit_id,name,unit_type,source_row\na,A,site,B\n", "header", 1),
        (HEADER.replace("name", "na\x00me"), "header", 1),
        (HEADER.encode() + b"a,K\xf6ln,site\n", "encoding", None),
        ((HEADER + "a,Köln,site\n").encode("utf-16"), "encoding", None),
    ],
)
def test_a_broken_file_is_refused_with_its_row(
    tmp_path: Path, content: str | bytes, rule: str, row: int | None
) -> None:
    with pytest.raises(Rejected) as caught:
        raw(unit_study(tmp_path, content))
    first = caught.value.problems[0]
    assert (first.source_file, first.rule, first.row) == ("unit.csv", rule, row)
    assert first.remedy


def test_a_wrong_byte_is_named_by_its_offset(tmp_path: Path) -> None:
    problem = refused(unit_study(tmp_path, HEADER.encode() + b"a,K\xf6ln,site\n"))
    assert problem.message == f"is not utf-8 at byte {len(HEADER) + 3}"


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "undefined"])
def test_an_encoding_that_cannot_be_read_is_refused(tmp_path: Path, encoding: str) -> None:
    problem = refused(unit_study(tmp_path, HEADER + "a,A,site\n", encoding=encoding))
    assert problem.rule == "encoding"
    assert encoding in problem.message


def test_a_missing_column_is_named_with_the_nearest_header(tmp_path: Path) -> None:
    problem = refused(unit_study(tmp_path, "unit_id,name,UnitType\na,A,site\n"))
    assert (problem.column, problem.row) == ("unit_type", 1)
    assert problem.remedy.startswith("is it UnitType?")


def test_a_missing_column_without_a_likeness_is_asked_for(tmp_path: Path) -> None:
    problem = refused(unit_study(tmp_path, "unit_id,name,zzz\na,A,site\n"))
    assert problem.remedy == "add the column"


def test_a_header_row_beyond_the_file_is_refused(tmp_path: Path) -> None:
    assert refused(unit_study(tmp_path, HEADER, header_row=9)).message == "has no row 9"


def test_a_thousand_blank_lines_are_too_many(tmp_path: Path) -> None:
    content = HEADER + "\n" * 1_001 + "a,A,site\n"
    assert refused(unit_study(tmp_path, content)).rule == "blank_lines"


def test_columns_nobody_knows_are_noted_and_optional_tables_may_be_empty(tmp_path: Path) -> None:
    files = {
        "unit.csv": "unit_id,name,unit_type,colour\na,A,site,red\n",
        "fx_rate.csv": "currency,to_currency,rate_date,rate\n",
    }
    folder = write_study(tmp_path, files)
    (note,) = source_notes(folder, load_study(folder), "unit")
    assert (note.column, note.outcome) == ("colour", "WARN")
    assert rows(raw(folder, "fx_rate")) == []


def test_a_table_without_a_source_is_empty_with_the_contract_columns(tmp_path: Path) -> None:
    table = raw(write_study(tmp_path, {"unit.csv": UNIT}), "subgroup")
    assert table.columns == ("subgroup_id", "dimension", "level", "source_file", "source_row")
    assert rows(table) == []


def test_a_file_that_vanishes_before_it_is_read_is_missing(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {"unit.csv": UNIT})
    study = load_study(folder)
    (folder / "unit.csv").unlink()
    with pytest.raises(Rejected) as caught:
        read_raw(engine(), folder, study, "unit")
    assert [problem.rule for problem in caught.value.problems] == ["missing_file"]


def test_a_last_line_needs_no_line_end(tmp_path: Path) -> None:
    assert len(rows(raw(unit_study(tmp_path / "a", HEADER + "a,A,site")))) == 1
    assert refused(unit_study(tmp_path / "b", HEADER.strip())).rule == "empty_table"


def test_several_sources_are_stacked_by_name(tmp_path: Path) -> None:
    sources = [{"table": "unit", "path": "a.csv"}, {"table": "unit", "path": "b.csv"}]
    files = {
        "a.csv": HEADER + "a,A,site\n",
        "b.csv": "unit_type,extra,Population,unit_id,name\nsite,x,5,b,B\n",
    }
    found = rows(raw(write_study(tmp_path, files, sources=sources)))
    assert [(row["source_file"], row["unit_id"], row["extra"]) for row in found] == [
        ("a.csv", "a", None),
        ("b.csv", "b", "x"),
    ]


def test_every_broken_source_is_told_at_once(tmp_path: Path) -> None:
    sources = [{"table": "unit", "path": name} for name in ("a.csv", "b.csv", "c.csv")]
    ragged = HEADER + "a,A\n"
    files = {"a.csv": ragged, "b.csv": ragged, "c.csv": HEADER + "c,C,site\n"}
    with pytest.raises(Rejected) as caught:
        raw(write_study(tmp_path, files, sources=sources))
    assert [problem.source_file for problem in caught.value.problems] == ["a.csv", "b.csv"]


def parquet_study(folder: Path, table: pa.Table, **format_: object) -> Path:
    folder.mkdir(exist_ok=True)
    pq.write_table(table, folder / "unit.parquet")
    source = {"table": "unit", "path": "unit.parquet", "mapping": {"format": format_}}
    return write_study(folder, {}, sources=[source])


def typed_cells() -> pa.Table:
    moment = pa.array([1_000, 86_400_000], pa.timestamp("ms"))
    day = pa.array([0, 1], pa.date32())
    return pa.table(
        {
            "unit_id": [7, 8],
            "name": ["NA", None],
            "unit_type": [True, False],
            "share": [0.5, 1.25],
            "day": day,
            "moment": moment,
        }
    )


def test_typed_parquet_cells_become_the_text_the_format_declares(tmp_path: Path) -> None:
    found = rows(raw(parquet_study(tmp_path, typed_cells(), date="%d.%m.%Y", decimal=",")))
    assert [list(row.values())[:6] for row in found] == [
        ["7", "NA", "true", "0,5", "01.01.1970", "01.01.1970"],
        ["8", None, "false", "1,25", "02.01.1970", "02.01.1970"],
    ]
    assert [row["source_row"] for row in found] == [2, 3]


def test_a_parquet_file_with_lists_is_refused(tmp_path: Path) -> None:
    table = pa.table({"unit_id": ["a"], "name": [["A"]], "unit_type": ["site"]})
    problem = refused(parquet_study(tmp_path, table))
    assert (problem.rule, problem.column) == ("parquet", "name")


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    source = {"table": "unit", "path": "unit.parquet"}
    folder = write_study(tmp_path, {"unit.parquet": b"PAR0"}, sources=[source])
    assert refused(folder).rule == "parquet"


def test_a_parquet_file_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    table = pa.table({"unit_id": ["a" * 40], "name": ["A" * 40], "unit_type": ["site"]})
    folder = parquet_study(tmp_path, table)
    data = bytearray((folder / "unit.parquet").read_bytes())
    data[4:40] = b"\xff" * 36
    (folder / "unit.parquet").write_bytes(data)
    assert refused(folder).rule == "parquet"


def test_rows_of_another_year_may_be_left_out_by_a_column_of_the_source(tmp_path: Path) -> None:
    where = {"table": "unit", "path": "unit.csv", "mapping": {"where": {"yaer": ["2001"]}}}
    folder = write_study(tmp_path, {"unit.csv": UNIT}, sources=[where])
    problem = refused(folder)
    assert (problem.column, problem.rule) == ("yaer", "missing_column")

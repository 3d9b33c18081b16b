"""Spreadsheets: what a cell holds becomes text, and what cannot be read is refused."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from intake.problems import Problem, Rejected
from intake.read import read_raw
from intake.study import load_study
from tests.intake_world import engine, rows, write_study
from tests.workbooks import grid, number, sheet, text, typed, write_workbook

HEADER = ["unit_id", "name", "unit_type"]
GRID = "unit_id,name,unit_type\nnorth,North,region\n"


def study(folder: Path, *, table: str = "unit", **format_: Any) -> Path:
    source = {"table": table, "path": f"{table}.xlsx", "mapping": {"format": format_}}
    return write_study(folder, {}, sources=[source])


def read(folder: Path, table: str = "unit") -> list[dict[str, Any]]:
    return rows(read_raw(engine(), folder, load_study(folder), table))


def refused(folder: Path) -> Problem:
    with pytest.raises(Rejected) as caught:
        read(folder)
    (problem,) = caught.value.problems
    assert problem.remedy
    return problem


def cells(folder: Path, *values: str | None, shared: tuple[str, ...] = (), **kept: Any) -> Any:
    """What the name column holds for each of the cells."""
    data = {n: [f"u{n}", value, "region"] for n, value in enumerate(values, start=2)}
    write_workbook(folder / "unit.xlsx", {"Sheet1": sheet({1: HEADER, **data})}, shared=shared)
    return [row["name"] for row in read(study(folder, **kept))]


def test_an_id_keeps_its_zeros_and_a_number_shows_the_digits_of_the_sheet(tmp_path: Path) -> None:
    found = cells(
        tmp_path,
        text("007"),
        number("5.0"),
        number("1.1000000000000001"),
        number("0.30000000000000004"),
        number("12345678901234567890"),
        number("1E-7"),
        number("1e400"),
    )
    assert found == ["007", "5", "1.1", "0.3", "12345678901234567890", "1e-07", "1e400"]


def test_a_decimal_number_is_written_with_the_declared_sign(tmp_path: Path) -> None:
    assert cells(tmp_path, number("1234.5"), decimal=",") == ["1234,5"]


def test_a_cell_with_a_date_format_is_a_day_and_the_time_is_left_out(tmp_path: Path) -> None:
    found = cells(
        tmp_path,
        number("36892", 1),
        number("36892.99", 2),
        number("59", 1),
        number("60", 1),
        number("61", 1),
        number("0.5", 3),
        number("36892", 4),
        number("99999999", 1),
        typed("d", "2001-01-01T10:00:00"),
    )
    days = ["2001-01-01", "2001-01-01", "1900-02-28", "60", "1900-03-01"]
    assert found == [*days, "0.5", "36892", "99999999", "2001-01-01"]


def test_a_date_cell_is_written_as_the_study_declares_its_dates(tmp_path: Path) -> None:
    assert cells(tmp_path, number("36892", 1), date="%d.%m.%Y") == ["01.01.2001"]


def test_days_may_count_from_1904(tmp_path: Path) -> None:
    content = sheet({1: HEADER, 2: ["a", number("0", 1), "region"]})
    write_workbook(tmp_path / "unit.xlsx", {"S": content}, settings=' date1904="1"')
    assert read(study(tmp_path))[0]["name"] == "1904-01-01"


def test_formulas_give_their_cached_value_and_errors_stay_text(tmp_path: Path) -> None:
    found = cells(
        tmp_path,
        typed("str", "North", formula='"Nor"&"th"'),
        typed("n", "3", formula="1+2"),
        typed("e", "#REF!", formula="A1"),
        typed("b", "1"),
        typed("b", "0"),
    )
    assert found == ["North", "3", "#REF!", "true", "false"]


def test_shared_texts_join_their_runs_and_leave_out_how_they_sound(tmp_path: Path) -> None:
    runs = "<r><t>Selbst</t></r><r><rPr><b/></rPr><t>hilfe</t></r>"
    heard = "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh>"
    texts = (runs, heard, "<t>two_x000D_lines</t>", "<t/>")
    found = cells(tmp_path, *(typed("s", str(i)) for i in range(4)), shared=texts)
    assert found == ["Selbsthilfe", "東京", "two\rlines", None]


def test_rows_are_numbered_as_the_sheet_shows_them_and_empty_ones_left_out(tmp_path: Path) -> None:
    content = {3: HEADER, 5: ["a", "A", "site"], 7: [None, text(""), None], 9: ["b", "B", "site"]}
    write_workbook(tmp_path / "unit.xlsx", {"S": sheet({1: ["Export"], **content})})
    found = read(study(tmp_path, header_row=3))
    assert [(row["unit_id"], row["source_row"]) for row in found] == [("a", 5), ("b", 9)]


def test_cells_without_a_place_follow_each_other(tmp_path: Path) -> None:
    line = "".join('<c t="inlineStr"><is><t>{}</t></is></c>' for _ in HEADER)
    body = "".join(f"<row>{line.format(*one)}</row>" for one in (HEADER, ["a", "A", "site"]))
    xml = f"<x:worksheet xmlns:x='urn:x'><x:sheetData>{body}</x:sheetData></x:worksheet>"
    write_workbook(tmp_path / "unit.xlsx", {"S": xml})
    found = read(study(tmp_path))
    assert [(row["unit_id"], row["source_row"]) for row in found] == [("a", 2)]


def test_the_only_visible_sheet_needs_no_name_and_a_hidden_one_is_read_when_named(
    tmp_path: Path,
) -> None:
    hidden = GRID.replace("North", "Hidden")
    write_workbook(tmp_path / "unit.xlsx", {"Old": grid(hidden), "New": grid(GRID)}, hidden=["Old"])
    assert read(study(tmp_path))[0]["name"] == "North"
    assert read(study(tmp_path, sheet="Old"))[0]["name"] == "Hidden"


def test_a_missing_sheet_is_named_with_the_nearest_and_two_visible_need_a_choice(
    tmp_path: Path,
) -> None:
    write_workbook(tmp_path / "unit.xlsx", {"Grants 2021": grid(GRID), "Notes": grid(GRID)})
    problem = refused(study(tmp_path, sheet="grants2021"))
    assert (problem.rule, problem.remedy) == ("sheet", "did you mean Grants 2021?")
    assert refused(study(tmp_path, sheet="xyz")).remedy == "use one of Grants 2021, Notes"
    problem = refused(study(tmp_path))
    assert "Grants 2021, Notes" in problem.remedy


BROKEN: dict[str, tuple[Mapping[int, Any], str, int | None]] = {
    "no rows at all": ({}, "empty_file", 1),
    "nothing in the header row": ({2: HEADER}, "empty_file", 1),
    "no rows below the header": ({1: HEADER}, "empty_table", None),
    "a header without a name": ({1: ["unit_id", None, "name", "unit_type"]}, "header", 1),
    "a header given twice": ({1: [*HEADER, "Name "]}, "header", 1),
    "a cell beyond the header": ({1: HEADER, 3: ["a", "A", "site", "x"]}, "ragged_row", 3),
    "a rounded id": ({1: HEADER, 2: [number("1.2345678901234568E+17")]}, "rounded_id", 2),
    "rows out of order": ({1: HEADER, 3: ["a"], 2: ["b"]}, "xlsx", None),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_sheet_is_refused_with_its_row(tmp_path: Path, case: str) -> None:
    content, rule, row = BROKEN[case]
    write_workbook(tmp_path / "unit.xlsx", {"S": sheet(content)})
    problem = refused(study(tmp_path))
    assert (problem.source_file, problem.rule, problem.row) == ("unit.xlsx", rule, row)


@pytest.mark.parametrize(("place", "row"), [("A2:A4", 2), ("B1:C2", 1), ("C3:D3", 3)])
def test_merged_cells_among_the_rows_are_refused(tmp_path: Path, place: str, row: int) -> None:
    merged = f'<mergeCells><mergeCell ref="{place}"/></mergeCells>'
    content = {1: HEADER, 2: ["a", "A", "site"], 3: ["b", "B", "site"]}
    write_workbook(tmp_path / "unit.xlsx", {"S": sheet(content, merged)})
    problem = refused(study(tmp_path))
    assert (problem.rule, problem.row) == ("merged_cells", row)


def test_merged_cells_of_a_title_do_no_harm(tmp_path: Path) -> None:
    merged = '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="E3:F9"/></mergeCells>'
    content = {1: ["Title"], 2: HEADER, 3: ["a", "A", "site"]}
    write_workbook(tmp_path / "unit.xlsx", {"S": sheet(content, merged)})
    assert len(read(study(tmp_path, header_row=2))) == 1


DAMAGED: dict[str, Mapping[str, str | bytes]] = {
    "no list of sheets": {"xl/workbook.xml": "<workbook/>"},
    "half a sheet": {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r='1'>"},
    "entities": {
        "xl/worksheets/sheet1.xml": "<!DOCTYPE w [<!ENTITY a 'aaaa'>]><worksheet>&a;</worksheet>"
    },
    "no relations": {"xl/_rels/workbook.xml.rels": b"\x00"},
    "a column beyond XFD": {
        "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r='1'><c r='ZZZ1'><v>1</v></c>"
        "</row></sheetData></worksheet>"
    },
    "a row beyond the last": {
        "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r='99999999'/></sheetData>"
        "</worksheet>"
    },
    "a text that is not in the list": {
        "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>7</v></c>"
        "</row></sheetData></worksheet>"
    },
    "a style without a number": {"xl/styles.xml": "<styleSheet><numFmt/></styleSheet>"},
    "a merged block without a place": {
        "xl/worksheets/sheet1.xml": grid(GRID).replace(
            "</sheetData>", "</sheetData><mergeCells><mergeCell/></mergeCells>"
        )
    },
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_workbook_is_refused(tmp_path: Path, case: str) -> None:
    write_workbook(tmp_path / "unit.xlsx", {"S": grid(GRID)}, more=DAMAGED[case])
    assert refused(study(tmp_path)).rule == "xlsx"


def test_what_is_not_a_workbook_is_refused(tmp_path: Path) -> None:
    for content in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0 old or encrypted", b""):
        (tmp_path / "unit.xlsx").write_bytes(content)
        assert refused(study(tmp_path)).rule == "xlsx"
    with zipfile.ZipFile(tmp_path / "unit.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert refused(study(tmp_path)).rule == "xlsx"


def test_a_workbook_with_damaged_bytes_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "unit.xlsx", {"S": grid(GRID)})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset + 30 + len(info.filename)
    path.write_bytes(data[:start] + b"\xff" * 20 + data[start + 20 :])
    assert refused(study(tmp_path)).rule == "xlsx"


def test_a_part_that_is_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "unit.xlsx", {"S": grid(GRID)})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refused(study(tmp_path)).rule == "xlsx"

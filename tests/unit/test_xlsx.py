"""Workbooks that we write can be read, and hold text as text."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from pipelines.xlsx import Column, Sheet, column_name, write_workbook


@pytest.fixture
def book(tmp_path: Path) -> Path:
    rows = [["id", "amount"], ["00712", 1.5], [None, "=1+1 <b> & \x00\t "], ["x" * 40_000, 3]]
    hints = (
        Column(style="text", title="id & more", hint='"quoted" ' * 40, choices="words!$A$2:$A$3"),
        Column(),
    )
    path = tmp_path / "book.xlsx"
    words = Sheet("words", [["w"], ["a"], ["b"]])
    write_workbook(path, [Sheet("a & b", rows, hints), words])
    return path


def test_what_was_written_is_read_again(book: Path) -> None:
    read = CalamineWorkbook.from_path(book)
    assert read.sheet_names == ["a & b", "words"]
    rows = read.get_sheet_by_name("a & b").to_python()
    assert rows[:2] == [["id", "amount"], ["00712", 1.5]]
    assert rows[2] == ["", "=1+1 <b> & \x00\t "]
    assert rows[3] == ["x" * 32_767, 3]


def test_every_part_is_xml_and_a_hint_has_at_most_255_characters(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        parts = {name: parsed(archive.read(name)) for name in archive.namelist()}
    (hint,) = parts["xl/worksheets/sheet1.xml"].findall(".//{*}dataValidation")
    assert len(hint.attrib["prompt"]) == 255
    assert hint.attrib["sqref"] == "A2:A1048576"
    assert hint.findtext("{*}formula1") == "words!$A$2:$A$3"


def parsed(part: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(part)  # noqa: S314 - a part this test wrote


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_workbook(tmp_path / name, [Sheet("s", [["a"], [1]])])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [column_name(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_sheet_ends_where_a_spreadsheet_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.xlsx.MAX_ROWS", 2)
    write_workbook(tmp_path / "b.xlsx", [Sheet("s", [["a"], ["b"], ["c"]])])
    read = CalamineWorkbook.from_path(tmp_path / "b.xlsx")
    assert read.get_sheet_by_name("s").to_python() == [["a"], ["b"]]

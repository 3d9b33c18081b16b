"""For any text: what was written into a source is what is read, whatever kind of file it is."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.problems import Rejected
from intake.read import read_raw
from intake.study import load_study
from tests.intake_world import engine, rows, write_study
from tests.workbooks import sheet, text, write_workbook

HEADER = ["unit_id", "name", "unit_type"]
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
LATIN = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1)
QUICK = settings(deadline=None, max_examples=8)


def names(folder: Path, path: str, **format_: Any) -> list[str]:
    source = {"table": "unit", "path": path, "mapping": {"format": format_}}
    write_study(folder, {}, sources=[source])
    return [row["name"] for row in rows(read_raw(engine(), folder, load_study(folder), "unit"))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@QUICK
@given(cells=st.lists(LATIN, min_size=1, max_size=5), delimiter=st.sampled_from(",;|\t"))
@example(cells=['"', "a\u2019b;c,d|e", "€"], delimiter=";")
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_any_text_comes_back_from_a_csv(
    folder: Path, encoding: str, cells: list[str], delimiter: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([HEADER, *([f"u{i}", cell, "site"] for i, cell in enumerate(cells))])
    (folder / "unit.csv").write_bytes(written.getvalue().encode(encoding))
    assert names(folder, "unit.csv", encoding=encoding, delimiter=delimiter) == cells


@QUICK
@given(cells=st.lists(CELL, min_size=1, max_size=5), is_ascii=st.booleans())
def test_any_text_comes_back_from_json_lines(
    folder: Path, cells: list[str], *, is_ascii: bool
) -> None:
    lines = [
        json.dumps(dict(zip(HEADER, (f"u{i}", cell, "site"), strict=True)), ensure_ascii=is_ascii)
        for i, cell in enumerate(cells)
    ]
    (folder / "unit.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert names(folder, "unit.jsonl") == cells


@QUICK
@given(cells=st.lists(CELL, min_size=1, max_size=5))
@example(cells=["_x000D_ "])
def test_any_text_comes_back_from_a_workbook(folder: Path, cells: list[str]) -> None:
    escaped = [cell.replace("_x", "_x005F_x") for cell in cells]
    lines = {i: [text(f"u{i}"), text(cell), "site"] for i, cell in enumerate(escaped, start=2)}
    write_workbook(folder / "unit.xlsx", {"S": sheet({1: HEADER, **lines})})
    assert names(folder, "unit.xlsx") == cells


@QUICK
@given(data=st.data(), ending=st.sampled_from(["csv", "xlsx", "jsonl", "parquet"]))
def test_a_file_with_any_byte_changed_is_read_or_refused(
    folder: Path, data: st.DataObject, ending: str
) -> None:
    good = {
        "csv": b"unit_id,name,unit_type\na,A,site\n",
        "jsonl": b'{"unit_id": "a", "name": "A", "unit_type": "site"}\n',
        "parquet": b"PAR1" + bytes(60) + b"PAR1",
    }
    if ending == "xlsx":
        content = sheet({1: HEADER, 2: ["a", "A", "site"]})
        good["xlsx"] = write_workbook(folder / "good.xlsx", {"S": content}).read_bytes()
    spoilt = bytearray(good[ending])
    place = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[place] = data.draw(st.integers(0, 255))
    (folder / f"unit.{ending}").write_bytes(bytes(spoilt))
    try:
        told = names(folder, f"unit.{ending}")
    except Rejected as rejected:
        told = [problem.remedy for problem in rejected.problems]
    assert told
    assert all(told)


@QUICK
@given(
    order=st.permutations([*HEADER, "colour", "note"]),
    spoil=st.sampled_from(["nothing", "left out", "renamed", "given twice"]),
    name=st.sampled_from(HEADER),
)
def test_columns_in_any_order_are_read_and_wrong_ones_refused(
    folder: Path, order: list[str], spoil: str, name: str
) -> None:
    header = [column for column in order if (spoil, column) != ("left out", name)]
    row = [column.upper() for column in header]
    if spoil == "renamed":
        header[header.index(name)] = f"{name}_old"
    if spoil == "given twice":
        header[header.index("note")] = name.title()
    (folder / "unit.csv").write_text(f"{','.join(header)}\n{','.join(row)}\n", encoding="utf-8")
    if spoil == "nothing":
        assert names(folder, "unit.csv") == ["NAME"]
        return
    with pytest.raises(Rejected) as caught:
        names(folder, "unit.csv")
    assert {problem.row for problem in caught.value.problems} == {1}
    assert all(problem.remedy for problem in caught.value.problems)

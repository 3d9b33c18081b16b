"""Another reader of workbooks sees the same cells, where it keeps what stands in the file."""

import datetime as dt
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.xlsx import Workbook
from schemas.study import SourceFormat
from tests.workbooks import number, sheet, text, write_workbook

SAFE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-1_000_000, 1_000_000, places=4).map(float),
)
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2100, 12, 31))
CELLS = st.one_of(SAFE, NUMBERS, DAYS)


def written(cell: str | float | dt.date) -> str:
    if isinstance(cell, str):
        return text(cell)
    if isinstance(cell, dt.date):
        return number(str((cell - dt.date(1899, 12, 30)).days), 1)
    return number(repr(cell))


def told(cell: object) -> str:
    """What the peer makes of a cell, as text."""
    if isinstance(cell, float):
        return format(cell, ".15g")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


@settings(deadline=None, max_examples=25)
@given(cells=st.lists(CELLS, min_size=1, max_size=8))
def test_every_cell_is_read_alike(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str | float]
) -> None:
    path = tmp_path_factory.mktemp("peer") / "peer.xlsx"
    write_workbook(path, {"S": sheet({1: [written(cell) for cell in cells]})})
    (peer,) = python_calamine.load_workbook(path).get_sheet_by_name("S").to_python()
    ours = Workbook(Path(path), "peer.xlsx", SourceFormat()).header()
    assert list(ours) == [told(cell) for cell in peer]

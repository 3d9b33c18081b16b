"""XLSX sheets as text: what each cell holds, row by row, in bounded memory."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from intake.limits import MAX_WORKBOOK_TEXT
from intake.problems import Rejected
from intake.staged import NumberedRow, write_rows
from intake.typed_cells import CellText
from intake.xlsx_parts import (
    Attributes,
    Package,
    date_styles,
    find_sheet,
    open_package,
    shared_strings,
    unescaped,
)
from schemas.study import SourceFormat

DAY_ZERO = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
LEAP_BUG = 60
"""Serial number of 29 February 1900, a day that only spreadsheets know."""
LAST_SERIAL = 2_958_465
EXACT = ".15g"
"""A spreadsheet keeps 15 digits of a number."""
MAX_ROW, MAX_COLUMN, MAX_MERGED = 1_048_576, 16_384, 100_000
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
WHOLE = re.compile(r"-?[0-9]+")


class Number(str):
    """A number as the workbook writes it."""

    __slots__ = ()


Value = str | dt.date
SheetRow = tuple[int, dict[int, Value]]
Merged = tuple[int, int, int]
"""First row, last row and first column of a block of merged cells."""


@dataclass(frozen=True)
class Workbook:
    """One sheet of a workbook as a source: where it is, what it is called, how it is written."""

    path: Path
    name: str
    format: SourceFormat

    def header(self) -> tuple[str, ...]:
        """Names in the header row; `Rejected` where there is none."""
        with open_package(self.path, self.name) as package:
            for row, cells in _sheet_rows(package, self.format.sheet):
                if row >= self.format.header_row:
                    return self._names(package, row, cells)
            raise self._no_header(package)

    def write(self, path: Path, header: Sequence[str], styles: Mapping[str, CellText]) -> None:
        """Write the rows below the header as text; rows without any cell are left out."""
        with open_package(self.path, self.name) as package:
            rows = self._rows(package, [(name, styles[name]) for name in header])
            write_rows(path, self.name, header, rows, MAX_WORKBOOK_TEXT)

    def _names(self, package: Package, row: int, cells: Mapping[int, Value]) -> tuple[str, ...]:
        if row > self.format.header_row or not cells:
            raise self._no_header(package)
        plain = CellText(self.format.typed_date)
        return tuple(_text(cells[i], plain) if i in cells else "" for i in range(max(cells) + 1))

    def _no_header(self, package: Package) -> Rejected:
        row = self.format.header_row
        what = f"has nothing in row {row} of the sheet, where the header should be"
        return package.rejected("empty_file", what, "check sheet and header_row", row)

    def _rows(
        self, package: Package, columns: Sequence[tuple[str, CellText]]
    ) -> Iterator[NumberedRow]:
        width, first = len(columns), self.format.header_row
        merged: list[Merged] = []
        for row, cells in _sheet_rows(package, self.format.sheet, merged):
            if row <= first or not cells:
                continue
            if max(cells) >= width:
                what = f"has a cell right of the last of {width} columns"
                raise package.rejected("ragged_row", what, "give it a header, or clear it", row)
            yield (
                row,
                [
                    self._cell(package, row, cells.get(i), style)
                    for i, (_name, style) in enumerate(columns)
                ],
            )
        for row, last, column in merged:
            if last >= first and column < width:
                what = "starts a block of merged cells, of which only the first holds its value"
                remedy = "unmerge the cells and fill each of them"
                raise package.rejected("merged_cells", what, remedy, row)

    @staticmethod
    def _cell(package: Package, row: int, value: Value | None, style: CellText) -> str | None:
        if value is None:
            return None
        text = _text(value, style)
        if style.is_id and isinstance(value, Number) and "e+" in text:
            what = "holds an id as a number of more than 15 digits, which the spreadsheet rounded"
            raise package.rejected("rounded_id", what, "type the ids as text", row)
        return text


def _text(value: Value, style: CellText) -> str:
    if isinstance(value, dt.date):
        return style.day(value)
    if not isinstance(value, Number):
        return value
    return style.number(_plain(value))


def _plain(number: str) -> str:
    """A number in the digits a spreadsheet shows; one beyond a double stays as it is."""
    if WHOLE.fullmatch(number):
        return number
    text = format(float(number), EXACT)
    return number if text in ("inf", "-inf", "nan") else text


@dataclass
class _Reader:
    """What a walk through a sheet keeps between two tags."""

    texts: Sequence[str]
    dates: frozenset[int]
    is_1904: bool
    merged: list[Merged]
    rows: list[SheetRow] = field(default_factory=list)
    row: int = 0
    column: int = -1
    cells: dict[int, Value] = field(default_factory=dict)
    kind: str = "n"
    style: int = 0
    value: str = ""
    is_heard: bool = False

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag opens."""
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "row":
            self._open_row(attributes)
        elif tag == "rPh":
            self.is_heard = True
        elif tag == "mergeCell":
            self._note_merge(attributes.get("ref", ""))

    def end(self, tag: str, text: str) -> None:
        """A tag closes, with the text since the last tag."""
        if tag == "v":
            self.value = text
        elif tag == "c":
            self._close_cell()
        elif tag == "t" and not self.is_heard:
            self.value += text
        elif tag == "row":
            self.rows.append((self.row, self.cells))
        elif tag == "rPh":
            self.is_heard = False

    def _open_row(self, attributes: Attributes) -> None:
        row = int(attributes.get("r", self.row + 1))
        if not self.row < row <= MAX_ROW:
            raise ValueError("row")
        self.row, self.column, self.cells = row, -1, {}

    def _open_cell(self, attributes: Attributes) -> None:
        place = REFERENCE.fullmatch(attributes["r"]) if "r" in attributes else None
        column = _column(place[1]) if place else self.column + 1
        if not self.column < column < MAX_COLUMN:
            raise ValueError("column")
        self.column, self.value = column, ""
        self.kind = attributes.get("t", "n")
        self.style = int(attributes.get("s", "0"))

    def _close_cell(self) -> None:
        if self.value:
            value = self._value()
            if value:
                self.cells[self.column] = value

    def _value(self) -> Value:
        if self.kind == "s":
            return self.texts[int(self.value)]
        if self.kind == "n":
            return self._number()
        if self.kind == "b":
            return "true" if self.value == "1" else "false"
        if self.kind == "d":
            return dt.date.fromisoformat(self.value[:10])
        return unescaped(self.value)

    def _number(self) -> Value:
        if self.style not in self.dates:
            return Number(self.value)
        serial = float(self.value)
        if not 0 + (not self.is_1904) <= serial < LAST_SERIAL + 1:
            return Number(self.value)
        day = int(serial)
        if day == LEAP_BUG and not self.is_1904:
            return Number(self.value)
        early = not self.is_1904 and day < LEAP_BUG
        return DAY_ZERO[self.is_1904] + dt.timedelta(days=day + early)

    def _note_merge(self, place: str) -> None:
        found = RANGE.fullmatch(place)
        if found is None or len(self.merged) == MAX_MERGED:
            raise ValueError("merged")
        self.merged.append((int(found[2]), int(found[4]), _column(found[1])))


def _sheet_rows(
    package: Package, wanted: str | None, merged: list[Merged] | None = None
) -> Iterator[SheetRow]:
    """Rows with their cells by column, from 0; `merged` gets the blocks of merged cells."""
    sheet, is_1904 = find_sheet(package, wanted)
    reader = _Reader(
        shared_strings(package),
        date_styles(package),
        is_1904,
        [] if merged is None else merged,
    )
    for _step in package.steps(sheet.part, reader.start, reader.end):
        yield from reader.rows
        reader.rows.clear()


def _column(letters: str) -> int:
    """Column number of its letters, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1

"""The spreadsheet of docs/how_to/own_data.md: a small study as people keep one, with its defects.

    python data/generators/dirty_spreadsheet.py FILE.xlsx [SHEET!CELL=TEXT ...]

Invented: 24 districts, 16 quarters; a campaign starts in eight of them in 2023 and shortens the
time to diagnosis by two months. `SHEET!CELL=TEXT` corrects a cell. An empty text empties it, in the
first column its row; a text that is a number is written as one.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pipelines.xlsx import Cell, Sheet, column_name, write_workbook

Rows = list[list[Cell]]
DISTRICTS = tuple(f"D{number:02d}" for number in range(1, 25))
STARTS: Mapping[str, str] = {
    **dict.fromkeys(DISTRICTS[:4], "09.01.2023"),
    **dict.fromkeys(DISTRICTS[4:8], "03.07.2023"),
}
QUARTERS = tuple((year, month) for year in range(2021, 2025) for month in (1, 4, 7, 10))
FIRST_EXPOSED: Mapping[str, int] = {"09.01.2023": 8, "03.07.2023": 10}
EFFECT = -2.0
DEFECTS: Mapping[str, Cell] = {
    "Districts!A9": "D07",  # a number used twice: D08 is missing
    "Campaign!B4": "30.02.2023",
    "Campaign!A6": "D5",
    "Delay!D20": "n/a",
    "Delay!D41": "8 months",
    "Delay!D77": 740,
    "Organisations!C4": "Patient organisaton",
    "Grants!F6": "to be confirmed",
    "Grants!F9": -2500,
    "Grants!A11": "G-07",
    "Grants!B12": "O-9",
    "Grants!E14": "Leaflets; ask maria.huber@example.org",
}
"""What is wrong, by sheet and cell; a thirteenth, the sum below the grants, is a row of its own."""


def clean_sheets() -> dict[str, Rows]:
    """The sheets without a defect, header rows included."""
    return {
        "Districts": _districts(),
        "Campaign": [["District", "Start"], *([d, start] for d, start in STARTS.items())],
        "Delay": _delays(),
        "Organisations": _organisations(),
        "Grants": _grants(),
    }


def dirty_sheets(corrections: Mapping[str, str] | None = None) -> dict[str, Rows]:
    """The sheets with their defects, less those that the corrections mend."""
    sheets = clean_sheets()
    for place, cell in DEFECTS.items():
        _put(sheets, place, cell)
    sheets["Grants"].append(["Total", None, None, None, None, 61_500])
    for place, text in (corrections or {}).items():
        _correct(sheets, place, text)
    return sheets


def write_spreadsheet(path: Path, corrections: Mapping[str, str] | None = None) -> None:
    """Write the workbook; the same corrections give the same bytes."""
    sheets = dirty_sheets(corrections)
    write_workbook(path, [Sheet(name, rows) for name, rows in sheets.items()])


def _districts() -> Rows:
    rng = np.random.default_rng(7)
    people = rng.integers(20_000, 90_000, len(DISTRICTS))
    rows = zip(DISTRICTS, people.tolist(), strict=True)
    return [["District", "Name", "Inhabitants"], *([d, f"District {d[1:]}", n] for d, n in rows)]


def _delays() -> Rows:
    rng = np.random.default_rng(11)
    rows: Rows = [["District", "Year", "Month", "Months to diagnosis", "Patients"]]
    for district in DISTRICTS:
        level = rng.normal(12.0, 1.5)
        for quarter, (year, month) in enumerate(QUARTERS):
            is_exposed = quarter >= FIRST_EXPOSED.get(STARTS.get(district, ""), len(QUARTERS))
            delay = level + EFFECT * is_exposed + rng.normal(0.0, 0.5)
            rows.append([district, year, month, round(delay, 1), int(rng.integers(30, 90))])
    return rows


def _organisations() -> Rows:
    kinds = ("Patient organisation", "Patient organisation", "Patient organisation", "Foundation")
    rows = ([f"O-{n}", f"Association {n}", kind] for n, kind in enumerate(kinds, start=1))
    return [["Organisation id", "Organisation", "Type"], *rows]


def _grants() -> Rows:
    rows: Rows = [
        ["Grants to organisations, Swiss francs"],
        [],
        ["Grant id", "Organisation id", "Activity", "Paid on", "Purpose", "Amount"],
    ]
    whats = ("Awareness campaign", "Screening day", "Education grant")
    for n in range(1, 13):
        paid = f"{n:02d}.{n:02d}.{2022 + n % 2}"
        words = ("Posters", "Room and tests", "Training")[n % 3]
        rows.append([f"G-{n:02d}", f"O-{n % 4 + 1}", whats[n % 3], paid, words, 5000 + 250 * n])
    return rows


def _place(place: str) -> tuple[str, int, int]:
    """Sheet, row and column (from 0) of a place such as Grants!F6."""
    found = re.fullmatch(r"(\w+)!([A-Z])(\d+)", place)
    if found is None:
        raise SystemExit(f"{place} is not a sheet and a cell such as Grants!F6")
    letters = [column_name(number) for number in range(26)]
    return found[1], int(found[3]) - 1, letters.index(found[2])


def _put(sheets: dict[str, Rows], place: str, cell: Cell) -> None:
    sheet, row, column = _place(place)
    sheets[sheet][row][column] = cell


def _correct(sheets: dict[str, Rows], place: str, text: str) -> None:
    sheet, row, column = _place(place)
    if not text and column == 0:
        sheets[sheet][row] = []
    else:
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", text)
        _put(sheets, place, float(text) if is_number else text or None)


def main(arguments: Sequence[str]) -> None:
    """Write the workbook that the command line names; say how where it names none."""
    path, *corrections = arguments or [""]
    if not path.endswith(".xlsx"):
        raise SystemExit(__doc__)
    write_spreadsheet(Path(path), dict(text.split("=", 1) for text in corrections))


if __name__ == "__main__":
    main(sys.argv[1:])

"""A small writer of XLSX workbooks: text, numbers, a frozen header, hints beside the cells.

ECMA-376 parts written one after the other, so that memory does not grow with the rows. Text is
written as text: an id keeps its zeros, a formula is never one. Same rows, same bytes.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, TextIO
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | None
Look = Literal["general", "text", "date", "wrapped"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = {"general": 0, "text": 1, "date": 2, "header": 3, "wrapped": 4}
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MAX_TEXT = 32_767
MAX_HINT = 255
MAX_ROWS = 1_048_576
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Column:
    """How a column looks, and what is said and offered when one of its cells is chosen.

    `choices` is a range that holds the allowed words, such as `words!$A$2:$A$9`.
    """

    width: float = 16
    style: Look = "general"
    title: str = ""
    hint: str = ""
    choices: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet; `header_row` rows stay in sight and the last of them is set in bold."""

    name: str
    rows: Iterable[Sequence[Cell]]
    columns: tuple[Column, ...] = ()
    header_row: int = 1


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets to a file; there is at least one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _frame([sheet.name for sheet in sheets]).items():
            archive.writestr(_entry(name), XML + content)
        for number, sheet in enumerate(sheets, start=1):
            entry = _entry(f"xl/worksheets/sheet{number}.xml")
            with archive.open(entry, "w", force_zip64=True) as raw:
                text = TextIOWrapper(raw, encoding="utf-8", newline="")
                _write_sheet(text, sheet)
                text.flush()
                text.detach()


def column_name(place: int) -> str:
    """The letters of a column, from 0: A, B … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(names: Sequence[str]) -> dict[str, str]:
    """The parts around the sheets."""
    numbers = range(1, len(names) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{what}+xml"/>'
        for part, what in [
            ("workbook", "sheet.main"),
            ("styles", "styles"),
            *[(f"worksheets/sheet{n}", "worksheet") for n in numbers],
        ]
    )
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    related = "".join(_related(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    last = len(names) + 1
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{_related(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{related}{_related(last, 'styles', 'styles.xml')}</Relationships>",
        "xl/styles.xml": _styles(),
    }


def _related(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


def _styles() -> str:
    """The five looks of `STYLES`: 49 is text, 164 an ISO date."""
    plain = '<xf numFmtId="{}" fontId="{}" fillId="0" borderId="0" xfId="0"{}/>'
    wrapped = (
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
        '<alignment vertical="top" wrapText="1"/></xf>'
    )
    looks = [(0, 0, ""), (49, 0, ' applyNumberFormat="1"'), (164, 0, ' applyNumberFormat="1"')]
    looks.append((49, 1, ' applyFont="1"'))
    cells = "".join(plain.format(*look) for look in looks) + wrapped
    font = '<sz val="11"/><name val="Calibri"/>'
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
        f'formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font>{font}</font>'
        f'<font><b/>{font}</font></fonts><fills count="2"><fill><patternFill patternType="none"/>'
        '</fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        "<border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        f'</cellStyleXfs><cellXfs count="{len(STYLES)}">{cells}</cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _write_sheet(out: TextIO, sheet: Sheet) -> None:
    out.write(f'{XML}<worksheet xmlns="{MAIN}">{_frozen(sheet.header_row)}')
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{c.width}" style="{STYLES[c.style]}" customWidth="1"/>'
        for n, c in enumerate(sheet.columns, start=1)
    )
    out.write(f"<cols>{columns}</cols><sheetData>" if columns else "<sheetData>")
    for number, row in enumerate(sheet.rows, start=1):
        if number > MAX_ROWS:
            break
        out.write(_row(number, row, sheet))
    out.write(f"</sheetData>{_hints(sheet)}</worksheet>")


def _frozen(rows: int) -> str:
    return (
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{rows}" topLeftCell="A{rows + 1}"'
        ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )


def _row(number: int, row: Sequence[Cell], sheet: Sheet) -> str:
    looks = [STYLES[column.style] for column in sheet.columns]
    if number == sheet.header_row:
        looks = [STYLES["header"]] * len(row)
    looks += [0] * (len(row) - len(looks))
    cells = "".join(
        _cell(f"{column_name(place)}{number}", value, looks[place])
        for place, value in enumerate(row)
        if value not in (None, "")
    )
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Cell, style: int) -> str:
    if isinstance(value, int | float):
        return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'
    text = escape(HIDDEN.sub(_spelled, str(value)[:MAX_TEXT]))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def _spelled(found: re.Match[str]) -> str:
    """A character that XML cannot hold, as the standard spells it."""
    return f"_x{ord(found[0]):04X}_"


def _hints(sheet: Sheet) -> str:
    told = [
        _hint(column_name(place), sheet.header_row + 1, column)
        for place, column in enumerate(sheet.columns)
        if column.hint or column.choices
    ]
    inside = "".join(told)
    return f'<dataValidations count="{len(told)}">{inside}</dataValidations>' if told else ""


def _hint(letters: str, first: int, column: Column) -> str:
    prompt = column.hint if len(column.hint) <= MAX_HINT else column.hint[: MAX_HINT - 2] + " …"
    kind = f' type="list"><formula1>{escape(column.choices)}</formula1>' if column.choices else ">"
    return (
        f'<dataValidation sqref="{letters}{first}:{letters}{MAX_ROWS}" allowBlank="1" '
        f'showInputMessage="1" promptTitle={quoteattr(column.title[:32])} '
        f"prompt={quoteattr(prompt)}{kind}</dataValidation>"
    )

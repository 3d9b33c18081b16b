"""XLSX workbooks written cell by cell, so that a test can say what stands in each part."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = {1: "14", 2: "164", 3: "165", 4: "166"}
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts>'
    '<numFmt numFmtId="164" formatCode="[$-409]dd/mm/yyyy hh:mm;@"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="166" formatCode="0.00 &quot;days&quot;"/>'
    '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
    + "".join(f'<xf numFmtId="{number}"/>' for number in FORMATS.values())
    + "</cellXfs></styleSheet>"
)
"""Cell styles: 0 general, 1 a date, 2 date and time, 3 a duration, 4 a number of days."""


def text(value: str) -> str:
    """A cell that holds text."""
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is>'


def number(value: str, style: int = 0) -> str:
    """A cell that holds a number, a date by its style, or the cached value of a formula."""
    return f' s="{style}"><v>{value}</v>'


def typed(kind: str, value: str, formula: str = "") -> str:
    """A cell of another type: `e` error, `b` boolean, `str` text of a formula, `s` shared."""
    made = f"<f>{escape(formula)}</f>" if formula else ""
    return f' t="{kind}">{made}<v>{escape(value)}</v>'


def sheet(rows: Mapping[int, Sequence[str | None]], after: str = "") -> str:
    """A sheet from its rows by number; a plain string is a text cell, none is no cell."""
    body = "".join(f'<row r="{n}">{_cells(n, cells)}</row>' for n, cells in rows.items())
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{after}</worksheet>'


def grid(content: str, first: int = 1) -> str:
    """A sheet of text cells from lines with commas."""
    lines = enumerate(content.splitlines(), start=first)
    return sheet({n: [text(c) if c else None for c in line.split(",")] for n, line in lines})


def write_workbook(
    path: Path,
    sheets: Mapping[str, str],
    *,
    hidden: Sequence[str] = (),
    shared: Sequence[str] = (),
    settings: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """A workbook from its sheets' XML; `shared` is XML inside `<si>`, `more` replaces parts."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if name in hidden else ''}/>"
        for i, name in enumerate(sheets, start=1)
    )
    kinds = {f"worksheets/sheet{i}.xml": "worksheet" for i in range(1, len(sheets) + 1)}
    kinds |= {"styles.xml": "styles", "sharedStrings.xml": "sharedStrings"}
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for i, (target, kind) in enumerate(kinds.items(), start=1)
    )
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr{settings}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'
        + "".join(f"<si>{one}</si>" for one in shared)
        + "</sst>",
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), start=1)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | dict(more or {})).items():
            archive.writestr(name, content)
    return path


def letters(column: int) -> str:
    """Letters of a column, from 0."""
    first, last = divmod(column, 26)
    return (letters(first - 1) if first else "") + chr(ord("A") + last)


def _cells(row: int, cells: Sequence[str | None]) -> str:
    return "".join(
        f'<c r="{letters(i)}{row}"{cell if cell[:1] in " >" else text(cell)}</c>'
        for i, cell in enumerate(cells)
        if cell is not None
    )

"""`validate --out`: the sources given back, with what is wrong in each row beside it."""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path

import ibis

from intake.problems import PROBLEM, Problem, Rejected
from intake.read import SourceFile, open_source, read_files
from intake.study import file_name
from intake.text import TextFile
from intake.xlsx import Number, Workbook
from pipelines.xlsx import Cell, Column, Sheet, write_workbook
from schemas.study import Study

FORMULA = re.compile("^[=+\\-@\t\r]")
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,' ]\d+)*)%?")
Notes = Mapping[int, str]
Key = tuple[str, str]


def give_back(
    backend: ibis.BaseBackend,
    folder: Path,
    study: Study,
    problems: Mapping[str, Sequence[Problem]],
    out: Path,
) -> list[str]:
    """Write every source that can be read to `out` with a column `_problem`; their names there.

    `problems` are those of each table. A workbook comes back as one, everything else as CSV.
    """
    written = []
    for files in _by_path(folder, study).values():
        notes = {_key(f): _notes(problems.get(f.source.table, ()), f.name) for f in files}
        try:
            written.append(_give_back(backend, files, notes, out))
        except (Rejected, csv.Error, UnicodeError):
            continue
    return written


def neutral(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula; numbers stay as they are."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _by_path(folder: Path, study: Study) -> dict[Path, list[SourceFile]]:
    """The sources that can be opened; a file that fills several tables once."""
    found: dict[Path, list[SourceFile]] = defaultdict(list)
    for source in study.sources:
        try:
            file = open_source(folder, source)
        except Rejected:
            continue
        found[file.path].append(file)
    return found


def _key(file: SourceFile) -> Key:
    """What tells sources of one file apart."""
    return file.source.table, file.name


def _notes(problems: Iterable[Problem], name: str) -> Notes:
    """What to say beside each row of a file."""
    said: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        if problem.source_file != name or problem.row is None:
            continue
        for row in problem.rows or (problem.row,):
            said[row].append(f"{_named(problem)} · {problem.remedy}")
    return {row: "; ".join(texts) for row, texts in said.items()}


def _named(problem: Problem) -> str:
    """What is wrong, with the column where the message does not begin with it."""
    is_named = problem.column is None or problem.message.startswith(problem.column)
    return problem.message if is_named else f"{problem.column}: {problem.message}"


def _joined(notes: Iterable[Notes]) -> Notes:
    said: dict[int, list[str]] = defaultdict(list)
    for some in notes:
        for row, text in some.items():
            said[row].append(text)
    return {row: "; ".join(texts) for row, texts in said.items()}


def _give_back(
    backend: ibis.BaseBackend, files: Sequence[SourceFile], notes: Mapping[Key, Notes], out: Path
) -> str:
    file = files[0]
    if file.kind == "xlsx":
        return _workbook(files, notes, _place(out, file_name(file.source)))
    together = _joined(notes.values())
    if file.kind == "csv":
        return _text(file, together, _place(out, file.name))
    name = file.name if file.kind == "query" else str(Path(file.name).with_suffix(""))
    return _table(backend, file, together, _place(out, f"{name}.csv"))


def _place(out: Path, name: str) -> Path:
    """Where a file goes; an older one of the same name is replaced."""
    path = out / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path


def _text(file: SourceFile, notes: Notes, path: Path) -> str:
    """A text file as it was written: encoding, delimiter, rows above the header, blank lines."""
    source, style = TextFile(file.path, file.name, file.mapping.format), file.mapping.format
    told = notes if style.quote else {r: t.replace(style.delimiter, " ") for r, t in notes.items()}
    old = file.header.index(PROBLEM) if PROBLEM in file.header else None
    rows = (
        _noted(record, old, PROBLEM if row == style.header_row else told.get(row, ""))
        if record and row >= style.header_row
        else record
        for row, record in enumerate(source.records(), start=1)
    )
    return _write(path, rows, source.encoding, style.delimiter, style.quote)


def _noted(record: list[str], old: int | None, note: str) -> list[str]:
    """A row with its note, without the note of an earlier pass."""
    return [*(neutral(text) for place, text in enumerate(record) if place != old), note]


def _table(backend: ibis.BaseBackend, file: SourceFile, notes: Notes, path: Path) -> str:
    """Rows of a source that is not text, as comma-separated values."""
    rows = read_files(backend, file.source.table, [file]).order_by("source_row").to_pyarrow()
    names = [name for name in file.header if name != PROBLEM]
    records = (
        [*(neutral(row[name] or "") for name in names), notes.get(row["source_row"], "")]
        for batch in rows.to_batches()
        for row in batch.to_pylist()
    )
    return _write(path, _headed([*names, PROBLEM], records), "utf-8-sig", ",", '"')


def _headed(header: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield header
    yield from rows


def _write(path: Path, rows: Iterable[list[str]], encoding: str, sign: str, quote: str) -> str:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    raw = os.fdopen(descriptor, "wb")
    try:
        with TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as handle:
            csv.writer(
                handle,
                delimiter=sign,
                quotechar=quote or None,
                quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
                lineterminator="\n",
            ).writerows(rows)
    except BaseException:
        path.unlink()
        raise
    return path.name


def _workbook(files: Sequence[SourceFile], notes: Mapping[Key, Notes], path: Path) -> str:
    """The sheets that are read, each with its own column of problems."""
    by_sheet: dict[str, list[SourceFile]] = defaultdict(list)
    for file in files:
        by_sheet[_book(file).sheet_name()].append(file)
    sheets = [
        _sheet(name, some, _joined(notes[_key(file)] for file in some))
        for name, some in by_sheet.items()
    ]
    path.touch(mode=0o600)
    write_workbook(path, sheets)
    return path.name


def _book(file: SourceFile) -> Workbook:
    return Workbook(file.path, file.name, file.mapping.format)


def _sheet(name: str, files: Sequence[SourceFile], notes: Notes) -> Sheet:
    first, header = files[0].mapping.format.header_row, files[0].header
    old = header.index(PROBLEM) if PROBLEM in header else None
    width = len(header) - (old is not None)
    rows: Iterator[list[Cell]] = (
        [*_cells(record, old, width), PROBLEM if row == first else notes.get(row, "")]
        for row, record in enumerate(_records(_book(files[0])), start=1)
    )
    columns = (*(Column() for _ in range(width)), Column(width=80))
    return Sheet(name, rows, columns, first)


def _records(book: Workbook) -> Iterator[list[object]]:
    """Every row of a sheet from the first, those without a cell as empty lists."""
    last = 0
    for row, cells in book.rows():
        yield from ([] for _ in range(row - last - 1))
        yield [cells.get(column) for column in range(max(cells, default=-1) + 1)]
        last = row


def _cells(record: Sequence[object], old: int | None, width: int) -> list[Cell]:
    """Cells as they are: numbers stay numbers, everything else is text."""
    shown = [_said(value) for place, value in enumerate(record) if place != old]
    return [*shown, *[None] * (width - len(shown))]


def _said(value: object) -> Cell:
    if isinstance(value, Number):
        return value.value()
    return None if value is None else neutral(str(value))

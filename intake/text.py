"""Text files before DuckDB reads them: encoding, header, blank lines, and why a read failed."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from intake.problems import Problem, Rejected
from schemas.study import SourceFormat

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "iso8859-1": "latin-1",
}
"""Python's name of an encoding, and DuckDB's."""
CHUNK_BYTES = 1 << 22
MAX_LINE = 1 << 20
MAX_BLANK_LINES = 1_000
BLANK_MARKS = ("\n\n", "\n\r\n", "\r\r")


@dataclass(frozen=True)
class TextFile:
    """One text source: where it is, what it is called, how it is written."""

    path: Path
    name: str
    format: SourceFormat

    @property
    def duckdb_encoding(self) -> str:
        """DuckDB's name of the declared encoding; `Rejected` where it has none."""
        try:
            found = ENCODINGS.get(codecs.lookup(self.format.encoding).name)
        except LookupError:
            found = None
        if found is None:
            what = f"the declared encoding {self.format.encoding} cannot be read"
            remedy = "save the file as UTF-8, or declare utf-8, utf-16 or latin-1"
            raise Rejected([self.problem("encoding", what, remedy)])
        return found

    @property
    def python_encoding(self) -> str:
        """Python's name of the encoding; a byte order mark is not part of the text."""
        found = codecs.lookup(self.format.encoding).name
        return "utf-8-sig" if ENCODINGS.get(found) == "utf-8" else found

    def problem(
        self,
        rule: str,
        message: str,
        remedy: str,
        row: int | None = None,
        column: str | None = None,
    ) -> Problem:
        """A problem of this file."""
        return Problem(self.name, row, column, rule, message, remedy)

    def records(self) -> Iterator[list[str]]:
        """Records as a spreadsheet shows them, blank lines as empty lists."""
        with self.path.open(encoding=self.python_encoding, newline="") as handle:
            reader = csv.reader(handle, delimiter=self.format.delimiter, strict=True)
            yield from reader


@dataclass(frozen=True)
class TextLayout:
    """What was found: the header, and rows that are blank lines."""

    header: tuple[str, ...]
    blank_rows: tuple[int, ...]


def inspect_text(file: TextFile) -> TextLayout:
    """Header and blank rows of a text file; raises `Rejected` where it cannot be read."""
    _ = file.duckdb_encoding
    if file.path.stat().st_size == 0:
        raise Rejected([file.problem("empty_file", "is empty", "supply the file with its header")])
    has_blank = _scan(file)
    header = _header(file)
    return TextLayout(header, _blank_rows(file) if has_blank else ())


def diagnose(file: TextFile, width: int) -> Problem:
    """Why DuckDB refused the file: the first row that is not a record of `width` fields."""
    try:
        for row, record in enumerate(_limited(file), start=1):
            if row > file.format.header_row and record and len(record) != width:
                what = f"has {len(record)} fields, the header has {width}"
                return file.problem("ragged_row", what, "check delimiters and quotes", row)
    except csv.Error:
        row = _last_row(file) + 1
        what = "a quote is opened and not closed, or text follows a closing quote"
        return file.problem("quote", what, "close the quote, or double it inside text", row)
    what = "lines end in different ways, or a line is longer than 1 MiB"
    return file.problem("lines", what, "save the file again with one kind of line ending")


def _limited(file: TextFile) -> Iterator[list[str]]:
    previous = csv.field_size_limit(MAX_LINE)
    try:
        yield from file.records()
    finally:
        csv.field_size_limit(previous)


def _last_row(file: TextFile) -> int:
    """How many records can be read before the first that cannot."""
    count = 0
    with suppress(csv.Error):
        for _record in _limited(file):
            count += 1
    return count


def _scan(file: TextFile) -> bool:
    """Decode the whole file once; true where two line ends follow each other."""
    decoder = codecs.getincrementaldecoder(file.python_encoding)()
    has_blank, tail, offset = False, "", 0
    with file.path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            text = tail + _decode(file, decoder, chunk, offset)
            has_blank = has_blank or any(mark in text for mark in BLANK_MARKS)
            tail, offset = text[-2:], offset + len(chunk)
    _decode(file, decoder, b"", offset)
    return has_blank


def _decode(file: TextFile, decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int) -> str:
    pending = len(decoder.getstate()[0])
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeError as error:
        start = offset - pending + getattr(error, "start", 0)
        what = f"is not {file.format.encoding} at byte {start}"
        remedy = "declare its encoding under mapping.format, or save it as UTF-8"
        raise Rejected([file.problem("encoding", what, remedy)]) from None


def _header(file: TextFile) -> tuple[str, ...]:
    row = file.format.header_row
    try:
        for number, record in enumerate(_limited(file), start=1):
            if number == row:
                return tuple(record)
    except csv.Error:
        raise Rejected([diagnose(file, 0)]) from None
    raise Rejected([file.problem("empty_file", f"has no row {row}", "check header_row", row)])


def _blank_rows(file: TextFile) -> tuple[int, ...]:
    """Rows that are blank lines between records; those after the last record do not count."""
    blank: list[int] = []
    last = 0
    try:
        for row, record in enumerate(_limited(file), start=1):
            if record:
                last = row
            elif row > file.format.header_row:
                blank.append(row)
    except csv.Error:
        return ()
    inside = tuple(row for row in blank if row < last)
    if len(inside) > MAX_BLANK_LINES:
        what = f"has {len(inside)} blank lines"
        raise Rejected([file.problem("blank_lines", what, "remove them", inside[0])])
    return inside

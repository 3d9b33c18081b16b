"""Text files before DuckDB reads them: encoding, header, blank lines, and why a read failed."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ibis.util import gen_name

from intake.limits import MAX_LINE
from intake.problems import Problem, Rejected
from schemas.study import SourceFormat

NOT_OF_FILES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")
"""Encodings that Python knows and no export is written in."""
MARK = "\ufeff"
"""A byte order mark, where the encoding leaves it in the text."""
CHUNK_BYTES = 1 << 18
MAX_BLANK_LINES = 1_000
LINE_FEEDS = 0x0A0A
BLANK_MARKS = (b"\n\r\n", b"\r\r")


@dataclass(frozen=True)
class TextFile:
    """One text source: where it is, what it is called, how it is written."""

    path: Path
    name: str
    format: SourceFormat

    @property
    def encoding(self) -> str:
        """Python's name of the declared encoding; a byte order mark is not part of the text.

        Raises `Rejected` where there is no such encoding of text.
        """
        try:
            found = codecs.lookup(self.format.encoding)
        except LookupError:
            found = None
        is_text = found is not None and getattr(found, "_is_text_encoding", True)
        if found is None or not is_text or found.name in NOT_OF_FILES:
            what = f"the declared encoding {self.format.encoding} is not known"
            remedy = "declare utf-8, cp1252, iso-8859-15, utf-16 or another by Python's name"
            raise Rejected([self.problem("encoding", what, remedy)])
        return "utf-8-sig" if found.name == "utf-8" else found.name

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

    def in_utf8(self, scratch: Callable[[], Path]) -> Path:
        """The file if it is UTF-8, else a copy in UTF-8 in the scratch folder.

        DuckDB refuses Latin-1 with characters 128 to 159 and UTF-16 with pairs of code units,
        and reads nothing at all from UTF-16 with the high byte first: it is given UTF-8 only.
        """
        encoding = self.encoding
        if encoding in ("utf-8-sig", "ascii"):
            return self.path
        copy = scratch() / f"{gen_name('utf8')}.csv"
        with copy.open("wb") as handle:
            for number, text in enumerate(_chunks(self, encoding)):
                handle.write((text if number else text.removeprefix(MARK)).encode())
        return copy

    def records(self) -> Iterator[list[str]]:
        """Records as a spreadsheet shows them, blank lines as empty lists.

        Raises `csv.Error` at a field above the limit of a line, or a quote out of place.
        """
        previous = csv.field_size_limit(MAX_LINE)
        style = self.format
        try:
            with self.path.open(encoding=self.encoding, newline="") as handle:
                yield from csv.reader(
                    handle,
                    delimiter=style.delimiter,
                    quotechar=style.quote or None,
                    quoting=csv.QUOTE_MINIMAL if style.quote else csv.QUOTE_NONE,
                    strict=True,
                )
        finally:
            csv.field_size_limit(previous)


@dataclass(frozen=True)
class TextLayout:
    """What was found: the header, and rows that are blank lines."""

    header: tuple[str, ...]
    blank_rows: tuple[int, ...]


def inspect_text(file: TextFile) -> TextLayout:
    """Header and blank rows of a text file; raises `Rejected` where it cannot be read."""
    _ = file.encoding
    if file.path.stat().st_size == 0:
        raise Rejected([file.problem("empty_file", "is empty", "supply the file with its header")])
    has_blank = _scan(file)
    header = _header(file)
    return TextLayout(header, _blank_rows(file) if has_blank else ())


def diagnose(file: TextFile, width: int) -> Problem:
    """Why DuckDB refused the file: the first row that is not a record of `width` fields."""
    row = 0
    try:
        for row, record in enumerate(file.records(), start=1):
            if row > file.format.header_row and record and len(record) != width:
                what = f"has {len(record)} fields, the header has {width}"
                return file.problem("ragged_row", what, "check delimiters and quotes", row)
            if sum(len(field.encode()) + 1 for field in record) > MAX_LINE:
                what = "is longer than 1 MiB"
                remedy = "shorten its texts, or close the quote that runs on"
                return file.problem("too_long", what, remedy, row)
    except csv.Error as error:
        return _unreadable_record(file, row + 1, error)
    what = "lines end in different ways"
    return file.problem("lines", what, "save the file again with one kind of line ending")


def _unreadable_record(file: TextFile, row: int, error: csv.Error) -> Problem:
    if "field larger" in str(error):
        what = "a field is longer than 1 MiB, or a quote is opened and not closed"
        return file.problem("quote", what, "close the quote, or shorten the text", row)
    what = "a quote is opened and not closed, or text follows a closing quote"
    return file.problem("quote", what, "close the quote, or double it inside text", row)


def _scan(file: TextFile) -> bool:
    """Decode the whole file once; true where two line ends follow each other."""
    if file.encoding in ("utf-8-sig", "ascii"):
        return _has_blank(_bytes(file))
    return _has_blank(text.encode() for text in _chunks(file, file.encoding))


def _has_blank(chunks: Iterable[bytes]) -> bool:
    """Whether a line of UTF-8 is blank; every chunk is looked at, for its encoding."""
    has_blank, tail = False, b""
    for chunk in chunks:
        text = tail + chunk
        if not has_blank:
            has_blank = _twice(text) or any(mark in text for mark in BLANK_MARKS if b"\r" in text)
        tail = text[-2:]
    return has_blank


def _twice(text: bytes) -> bool:
    """Whether a line feed follows another; several times as fast as a search in the text."""
    places = (0, 1) if len(text) > 2 else (0,)
    pairs = (np.frombuffer(text, np.uint16, (len(text) - i) // 2, offset=i) for i in places)
    return len(text) > 1 and any(bool((found == LINE_FEEDS).any()) for found in pairs)


def _bytes(file: TextFile) -> Iterator[bytes]:
    """The bytes of a file in pieces; those that are not ASCII are decoded to see if they can be."""
    decoder = codecs.getincrementaldecoder(file.encoding.removesuffix("-sig"))()
    offset = 0
    with file.path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            if decoder.getstate()[0] or not chunk.isascii():
                _decode(file, decoder, chunk, offset)
            yield chunk
            offset += len(chunk)
    _decode(file, decoder, b"", offset)


def _chunks(file: TextFile, encoding: str) -> Iterator[str]:
    """The text of a file in pieces; `Rejected` with the place of a byte that is not text."""
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)()
    offset = 0
    with file.path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            yield _decode(file, decoder, chunk, offset)
            offset += len(chunk)
    yield _decode(file, decoder, b"", offset)


def _decode(file: TextFile, decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int) -> str:
    pending = len(decoder.getstate()[0])
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeError as error:
        place = offset - pending + getattr(error, "start", 0)
    what = f"is not {file.format.encoding} at byte {place}"
    remedy = "declare its encoding under mapping.format, or save it as UTF-8"
    raise Rejected([file.problem("encoding", what, remedy)])


def _header(file: TextFile) -> tuple[str, ...]:
    row = file.format.header_row
    try:
        for number, record in enumerate(file.records(), start=1):
            if number == row:
                return (record[0].removeprefix(MARK), *record[1:]) if record else ()
    except csv.Error:
        raise Rejected([diagnose(file, 0)]) from None
    raise Rejected([file.problem("empty_file", f"has no row {row}", "check header_row", row)])


def _blank_rows(file: TextFile) -> tuple[int, ...]:
    """Rows that are blank lines between records; those after the last record do not count."""
    blank: list[int] = []
    last = 0
    with suppress(csv.Error):
        for row, record in enumerate(file.records(), start=1):
            if record:
                last = row
            elif row > file.format.header_row:
                blank.append(row)
    inside = tuple(row for row in blank if row < last)
    if len(inside) > MAX_BLANK_LINES:
        what = f"has {len(inside)} blank lines"
        raise Rejected([file.problem("blank_lines", what, "remove them", inside[0])])
    return inside

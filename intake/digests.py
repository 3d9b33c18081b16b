"""Digests of inputs: of what a file says, and of the part of it that was known on a day."""

import codecs
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import ibis

from intake.accounts import unknown_rows
from intake.checks import NOT_YET_RECORDED
from intake.study import file_name, inline_mapping, input_files, source_name, source_path
from schemas.findings import InputDigest
from schemas.registry import TABLES
from schemas.study import Source, SourceFormat, Study

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".yaml")
LINE_SUFFIXES = (".jsonl",)
"""Files in which a line is a row, whatever is quoted."""
CHUNK_BYTES = 1 << 20
BLOCK_ROWS = 1_000_000


def content_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; of a text file without its byte order mark, its last line ended.

    So a mark changes nothing, and a line that is appended leaves the digest of those before it.
    """
    if path.suffix.lower() not in TEXT_SUFFIXES:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        start = handle.read(len(codecs.BOM_UTF8))
        end = _line_end(start)
        digest.update(b"" if start == codecs.BOM_UTF8 else start)
        last = start or end
        while chunk := handle.read(CHUNK_BYTES):
            digest.update(chunk)
            last = chunk
    digest.update(b"" if last.endswith(end) else end)
    return digest.hexdigest()


def _line_end(start: bytes) -> bytes:
    """The end of a line, as a text file that starts so writes it."""
    if start.startswith(codecs.BOM_UTF16_LE):
        return b"\n\x00"
    return b"\x00\n" if start.startswith(codecs.BOM_UTF16_BE) else b"\n"


def input_digests(
    folder: Path, study: Study, digest_of: Callable[[Path], str] = content_digest
) -> list[InputDigest]:
    """Each input file's digest, by its name relative to the folder."""
    return [InputDigest(path=name, sha256=digest_of(folder / name)) for name in input_files(study)]


def known_inputs(
    folder: Path, study: Study, raw: Mapping[str, ibis.Table], quarantine: Mapping[str, ibis.Table]
) -> list[InputDigest]:
    """Digests of the rows known at the study's clock, for files whose own digest says more.

    Those are text files with rows recorded later, which are left out as if they were not there
    yet; and files of other kinds whose table says when a row was recorded, by their rows as
    text. A file that also fills a table without such a date is known whole.
    """
    found = []
    for name, sources in _grouped(study.sources, file_name).items():
        logs = [TABLES[s.table].meta.recorded_column is not None for s in sources]
        if not all(logs):
            continue
        parts = [
            _known_digest(
                folder,
                same[0],
                raw[same[0].table],
                _later(sheet, [quarantine[source.table] for source in same]),
            )
            for sheet, same in _grouped(sources, source_name).items()
        ]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            found.append(InputDigest(path=name, sha256=_together(known)))
    return found


def _together(digests: Sequence[str]) -> str:
    """One digest of a file that is read in several parts: the sheets of a workbook."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _grouped(
    sources: Iterable[Source], name_of: Callable[[Source], str]
) -> dict[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(name_of(source), []).append(source)
    return found


def _later(name: str, quarantines: Collection[ibis.Table]) -> frozenset[int]:
    """Rows of a file that no table knows of yet."""
    parts = []
    for told in quarantines:
        if not unknown_rows(told)[name]:
            return frozenset()
        rows = told.filter((told.rule == NOT_YET_RECORDED) & (told.source_file == name))
        parts.append(frozenset(rows.source_row.to_pyarrow().to_pylist()))
    return frozenset.intersection(*parts)


def _known_digest(
    folder: Path, source: Source, raw: ibis.Table, later: frozenset[int]
) -> str | None:
    if source.path is not None and Path(source.path).suffix.lower() in TEXT_SUFFIXES:
        path = source_path(folder, source)
        return lines_digest(path, inline_mapping(source).format, later) if later else None
    column = TABLES[source.table].meta.recorded_column or ""
    if inline_mapping(source).columns.get(column, column) not in raw.columns:
        return None
    return rows_digest(raw.filter(raw.source_file == source_name(source)), later)


def lines_digest(path: Path, style: SourceFormat, left_out: Collection[int]) -> str:
    """`content_digest` of a text file without some of its rows, counted as a spreadsheet does."""
    quote = "" if path.suffix.lower() in LINE_SUFFIXES else style.quote
    encoding = _stateless(path, style.encoding)
    digest, row, inside, last = hashlib.sha256(), 0, False, "\n"
    with path.open(encoding=encoding, newline="") as handle:
        for number, line in enumerate(handle):
            is_marked = number == 0 and encoding == "utf-8"
            text = line.removeprefix("\ufeff") if is_marked else line
            row += not inside
            inside ^= bool(quote) and text.count(quote) % 2 == 1
            if row not in left_out:
                digest.update(text.encode(encoding))
                last = text[-1:]
    digest.update(b"" if last == "\n" else "\n".encode(encoding))
    return digest.hexdigest()


def _stateless(path: Path, encoding: str) -> str:
    """The encoding without its mark, so that a part encodes as it does in the whole."""
    name = codecs.lookup(encoding).name
    if name == "utf-16":
        with path.open("rb") as handle:
            return "utf-16-be" if handle.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
    return "utf-8" if name == "utf-8-sig" else name


def rows_digest(raw: ibis.Table, left_out: Collection[int]) -> str:
    """SHA-256 of raw rows as text, in their order, without some of them."""
    names = [name for name in raw.columns if name not in ("source_file", "source_row")]
    cells = ibis.struct({name: raw[name] for name in names}).cast("json").cast("string")
    rows = raw.select("source_row", line=cells)
    last = rows.source_row.max().to_pyarrow().as_py() or 0
    digest = hashlib.sha256("\n".join(names).encode())
    for start in range(0, last + 1, BLOCK_ROWS):
        block = rows.filter((rows.source_row >= start) & (rows.source_row < start + BLOCK_ROWS))
        for row in block.order_by("source_row").to_pyarrow().to_pylist():
            if row["source_row"] not in left_out:
                digest.update(b"\n" + row["line"].encode())
    return digest.hexdigest()

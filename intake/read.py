"""Sources as they came: every cell text, with the file and the row a spreadsheet shows."""

import unicodedata
from collections import Counter, abc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
from ibis.util import gen_name

from intake.database import rows_of
from intake.jsonl import JsonLines
from intake.limits import MAX_LINE
from intake.mapping import needed_columns
from intake.parquet import check_size, parquet_schema, parquet_text, retyped, unreadable
from intake.problems import PROBLEM, Problem, Rejected, nearest
from intake.staged import ROW, scratch_folder, staged_header
from intake.stored import GROUP_ROWS, even, new_file, parquet_writer, row_count, stored_table
from intake.study import inline_mapping, source_name, source_path
from intake.text import TextFile, TextLayout, diagnose, inspect_text
from intake.typed_cells import cell_texts
from intake.xlsx import Workbook
from schemas.registry import SOURCE_COLUMNS, TABLES, TableSpec
from schemas.study import Mapping, Source, Study

KINDS = {".parquet": "parquet", ".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""How files are read by the ending of their name; others are text."""
FILE = "source_file"
BATCH_ROWS = 65_536
NO_TEXT = "\ufffe\uffff"
"""What no file says. With an empty text for null, DuckDB lets a row end in a field too many."""
CONTENT_ERRORS = (duckdb.InvalidInputException, duckdb.ConversionException)


@dataclass(frozen=True)
class SourceFile:
    """One source with its mapping and the header that was found in it.

    `types` are those of a Parquet file; the rows of a query lie in a file of text that was
    staged when the run began.
    """

    source: Source
    path: Path
    name: str
    mapping: Mapping
    header: tuple[str, ...]
    layout: TextLayout | None = None
    types: pa.Schema | None = None

    @property
    def kind(self) -> str:
        """How the source is read: query, csv, parquet, xlsx or jsonl."""
        if self.source.path is None:
            return "query"
        return KINDS.get(self.path.suffix.lower(), "csv")

    def source_column(self, column: str) -> str:
        """The source's own name of one of our columns; of several the first that is missing."""
        names = self.mapping.source_columns(column)
        missing = (name for name in names if name not in self.header)
        return next(missing, names[0] if names else column)


def read_raw(backend: ibis.BaseBackend, folder: Path, study: Study, table: str) -> ibis.Table:
    """All sources of a table as text, in one table held by the backend.

    Columns are the sources' own, with `source_file` and `source_row`; the contract's where the
    study has no source of the table. Raises `Rejected` where a file cannot be read whole.
    """
    files = open_sources(folder, study, table)
    return read_files(backend, table, files) if files else _empty(TABLES[table])


def read_files(backend: ibis.BaseBackend, table: str, files: Sequence[SourceFile]) -> ibis.Table:
    """The rows of opened files of one table; raises `Rejected` where one cannot be read whole.

    They are written as they are read: row by row as the file has them, one file after another.
    """
    path = new_file(backend, f"raw_{table}")
    names = _stacked(file.header for file in files)
    schema = ibis.schema({**dict.fromkeys([*names.values(), FILE], "string"), ROW: "int64"})
    problems: list[Problem] = []
    with parquet_writer(path, schema.to_pyarrow()) as put:
        for file in files:
            try:
                for batch in _batches(backend, file):
                    put(_aligned(batch, names, schema.to_pyarrow()))
            except Rejected as rejected:
                problems += rejected.problems
    if problems:
        raise Rejected(problems)
    whole = stored_table(backend, path)
    _require_rows(whole, TABLES[table], files)
    return whole


def open_sources(folder: Path, study: Study, table: str) -> list[SourceFile]:
    """The sources of a table with their headers checked; raises `Rejected` with every problem."""
    files, problems = [], []
    for source in study.sources:
        if source.table != table:
            continue
        try:
            file = open_source(folder, source)
            problems += header_problems(file)
            files.append(file)
        except Rejected as rejected:
            problems += rejected.problems
    if problems:
        raise Rejected(problems)
    return files


def open_source(folder: Path, source: Source) -> SourceFile:
    """One source with its header; raises `Rejected` where there is none to read."""
    mapping, name = inline_mapping(source), source_name(source)
    if source.path is None:
        rows = rows_of(source)
        return SourceFile(source, rows, name, mapping, staged_header(rows))
    path = source_path(folder, source)
    kind = KINDS.get(path.suffix.lower())
    if kind == "parquet":
        types = parquet_schema(path, name)
        return SourceFile(source, path, name, mapping, tuple(types.names), types=types)
    if kind == "xlsx":
        header = Workbook(path, name, mapping.format).header()
        return SourceFile(source, path, name, mapping, header)
    if kind == "jsonl":
        return SourceFile(source, path, name, mapping, JsonLines(path, name).header())
    layout = inspect_text(TextFile(path, name, mapping.format))
    return SourceFile(source, path, name, mapping, layout.header, layout)


def header_problems(file: SourceFile) -> list[Problem]:
    """Names given twice or not at all, and required columns that are not there."""
    row = file.mapping.format.header_row
    problems = [
        Problem(file.name, row, None, "header", message, "rename the column in the file")
        for message in _bad_names(file.header)
    ]
    missing = [_missing_column(file, column) for column in missing_columns(file)]
    return problems + missing + _retyped_columns(file)


def missing_columns(file: SourceFile) -> list[str]:
    """Columns the mapping or the contract needs and the file does not have."""
    spec = TABLES[file.source.table]
    needed = needed_columns(spec, file.mapping)
    ours = [column for column in needed if file.source_column(column) not in file.header]
    where = [column for column in file.mapping.where if column not in file.header]
    return sorted({*ours, *(column for column in where if not _is_mapped(file, column))})


def unknown_columns(file: SourceFile) -> list[str]:
    """Columns of the file that nothing reads; they are not stored."""
    ours = TABLES[file.source.table].data_columns
    used = {name for column in ours for name in file.mapping.source_columns(column.name)}
    return [name for name in file.header if name not in {*used, *file.mapping.where, PROBLEM}]


def source_notes(folder: Path, study: Study, table: str) -> list[Problem]:
    """Warnings about a table's sources: columns that are not stored.

    A source of which only the first row of each key counts is about something else.
    """
    return [
        Problem(
            file.name,
            file.mapping.format.header_row,
            column,
            "unknown_column",
            f"not a column of {table}; not stored",
            "map it in study.yaml, or leave it",
            "WARN",
        )
        for file in open_sources(folder, study, table)
        if file.mapping.rows == "all"
        for column in unknown_columns(file)
    ]


def _is_mapped(file: SourceFile, column: str) -> bool:
    return file.mapping.columns.get(column) in file.header


def _missing_column(file: SourceFile, column: str) -> Problem:
    wanted = file.source_column(column)
    near = nearest(
        wanted, [name for name in file.header if name not in TABLES[file.source.table].column_names]
    )
    remedy = f"is it {near}? Rename it, or map it in study.yaml" if near else "add the column"
    what = f"the column {wanted} is not in the header"
    row = file.mapping.format.header_row
    return Problem(file.name, row, column, "missing_column", what, remedy)


def _bad_names(header: Sequence[str]) -> list[str]:
    folded = Counter(_folded(name) for name in header)
    found = [f"{count} columns have the same name" for count in folded.values() if count > 1]
    if any(not name.strip() for name in header):
        found.append("a column has no name")
    if any(unicodedata.category(char) == "Cc" for name in header for char in name):
        found.append("a name holds a control character; is the encoding right?")
    if set(SOURCE_COLUMNS) & {_folded(name) for name in header}:
        found.append("source_file and source_row are kept for the row's origin")
    return found


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _retyped_columns(file: SourceFile) -> list[Problem]:
    """Columns of a Parquet file whose type cannot be that of ours."""
    remedy = "write the column with its right type, or as text"
    return [
        Problem(file.name, None, name, "retyped", f"holds {found} for {column.name}", remedy)
        for column in TABLES[file.source.table].data_columns
        for name in file.mapping.source_columns(column.name)
        if file.types is not None and column.name not in file.mapping.derive
        if file.types.get_field_index(name) >= 0
        if (found := retyped(column, file.types.field(name).type))
    ]


def _batches(backend: ibis.BaseBackend, file: SourceFile) -> Iterator[pa.Table]:
    """The rows of a file in its own order, with the row a spreadsheet shows, even in number."""
    cells = _cells(backend, file)
    numbers = _numbers(file)
    with _told(file):
        reader = backend.con.sql(str(backend.compile(cells))).to_arrow_reader(BATCH_ROWS)
        for rows in even(reader, GROUP_ROWS):
            has_own = ROW in rows.column_names
            numbered = rows if has_own else rows.append_column(ROW, numbers(rows.num_rows))
            name = pa.repeat(pa.scalar(file.name), rows.num_rows)
            yield numbered.append_column(FILE, name)


def _cells(backend: ibis.BaseBackend, file: SourceFile) -> ibis.Table:
    """The cells of a file as text, under the file's own names."""
    if file.kind == "csv":
        return _read_text(backend, file)
    if file.kind == "parquet":
        cells = backend.read_parquet(file.path, table_name=gen_name("parquet"))
        texts = cell_texts(file.source.table, file.mapping, file.header)
        with _told(file):
            check_size(cells, file.path, file.name, texts)
        return parquet_text(cells, texts)
    return backend.read_parquet(_staged(backend, file), table_name=gen_name("staged"))


def _numbers(file: SourceFile) -> Callable[[int], pa.Array]:
    """Numbers of the next rows; blank lines are rows that the reader leaves out."""
    first = file.mapping.format.header_row + 1 if file.kind == "csv" else 2
    blank = np.array(() if file.layout is None else file.layout.blank_rows, dtype=np.int64)
    passed = blank - np.arange(len(blank))
    following = first

    def numbers(count: int) -> pa.Array:
        nonlocal following
        rows = np.arange(following, following + count, dtype=np.int64)
        following += count
        return pa.array(rows + np.searchsorted(passed, rows, side="right") if len(blank) else rows)

    return numbers


def _staged(backend: ibis.BaseBackend, file: SourceFile) -> Path:
    """The rows of a source that DuckDB does not read, as a file of text."""
    if file.kind == "query":
        return file.path
    staged = scratch_folder(backend) / f"{gen_name(file.kind)}.parquet"
    if file.kind == "jsonl":
        JsonLines(file.path, file.name).write(staged, file.header)
    else:
        texts = cell_texts(file.source.table, file.mapping, file.header)
        Workbook(file.path, file.name, file.mapping.format).write(staged, file.header, texts)
    return staged


def _read_text(backend: ibis.BaseBackend, file: SourceFile) -> ibis.Table:
    text = TextFile(file.path, file.name, file.mapping.format)
    names = [f"c{i}" for i in range(len(file.header))]
    cells = backend.read_csv(
        text.in_utf8(lambda: scratch_folder(backend)),
        table_name=gen_name("csv"),
        columns=dict.fromkeys(names, "VARCHAR"),
        auto_detect=False,
        header=True,
        skip=file.mapping.format.header_row - 1,
        delim=file.mapping.format.delimiter,
        quote=file.mapping.format.quote,
        escape=file.mapping.format.quote,
        strict_mode=True,
        nullstr=NO_TEXT,
        encoding="utf-8",
        compression="none",
        max_line_size=MAX_LINE,
    )
    filled = [cells[name].nullif("") for name in names]
    return cells.select(**dict(zip(file.header, filled, strict=True)))


@contextmanager
def _told(file: SourceFile | None) -> Iterator[None]:
    """What the engine finds wrong in a file, as `Rejected`."""
    try:
        yield
    except duckdb.Error as error:
        if file is None or not _is_about_content(error):
            raise
        if file.kind != "csv":
            raise Rejected([unreadable(file.name)]) from None
        text = TextFile(file.path, file.name, file.mapping.format)
        raise Rejected([diagnose(text, len(file.header))]) from None


def _is_about_content(error: duckdb.Error) -> bool:
    """Whether the file is at fault: not memory, disk or an interruption.

    DuckDB has no class of its own for damaged Parquet pages.
    """
    return isinstance(error, CONTENT_ERRORS) or type(error) is duckdb.Error


def _stacked(headers: Iterable[Sequence[str]]) -> dict[str, str]:
    """Columns of sources stacked: the first spelling of each name, by its folded one."""
    spelling: dict[str, str] = {}
    for header in headers:
        for name in header:
            spelling.setdefault(name.casefold(), name)
    return spelling


def _aligned(rows: pa.Table, names: abc.Mapping[str, str], schema: pa.Schema) -> pa.Table:
    """Rows of one source in the columns of all; a column that it lacks is null there."""
    own = {name.casefold(): name for name in rows.column_names}
    cells = [
        rows[own[key]] if key in own else pa.nulls(rows.num_rows, pa.string()) for key in names
    ]
    return pa.table([*cells, rows[FILE], rows[ROW]], schema=schema)


def _empty(spec: TableSpec) -> ibis.Table:
    names = [column.name for column in spec.data_columns]
    types = {**dict.fromkeys([*names, "source_file"], "string"), "source_row": "int64"}
    row = ibis.memtable([{"row": 1}])
    return row.select(**{name: ibis.null(kind) for name, kind in types.items()}).limit(0)


def _require_rows(raw: ibis.Table, spec: TableSpec, files: Sequence[SourceFile]) -> None:
    if not spec.meta.rows_expected or row_count(raw):
        return
    remedy = "supply rows, or remove the source from study.yaml"
    raise Rejected(
        [
            Problem(f.name, None, None, "empty_table", "has a header and no rows", remedy)
            for f in files
        ]
    )

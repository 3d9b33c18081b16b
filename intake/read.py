"""Sources as they came: every cell text, with the file and the row a spreadsheet shows."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.util import gen_name

from intake.mapping import needed_columns
from intake.problems import Problem, Rejected, nearest
from intake.study import inline_mapping, source_name, source_path
from intake.text import MAX_LINE, TextFile, TextLayout, diagnose, inspect_text
from schemas.registry import SOURCE_COLUMNS, TABLES, TableSpec
from schemas.study import Mapping, Source, Study

CONTENT_ERRORS = (duckdb.InvalidInputException, duckdb.ConversionException)


@dataclass(frozen=True)
class SourceFile:
    """One source with its mapping and the header that was found in it."""

    source: Source
    path: Path
    name: str
    mapping: Mapping
    header: tuple[str, ...]
    layout: TextLayout | None

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
    if not files:
        return _empty(TABLES[table])
    parts: list[ibis.Table] = []
    problems: list[Problem] = []
    for file in files:
        try:
            parts.append(_stored(backend, table, _read_file(backend, file), file))
        except Rejected as rejected:
            problems += rejected.problems
    if problems:
        raise Rejected(problems)
    whole = parts[0] if len(parts) == 1 else _stored(backend, table, _union(parts))
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
    path = source_path(folder, source)
    mapping, name = inline_mapping(source), source_name(source)
    if path.suffix.lower() == ".parquet":
        return SourceFile(source, path, name, mapping, _parquet_header(path, name), None)
    layout = inspect_text(TextFile(path, name, mapping.format))
    return SourceFile(source, path, name, mapping, layout.header, layout)


def header_problems(file: SourceFile) -> list[Problem]:
    """Names given twice or not at all, and required columns that are not there."""
    row = file.mapping.format.header_row
    problems = [
        Problem(file.name, row, None, "header", message, "rename the column in the file")
        for message in _bad_names(file.header)
    ]
    return problems + [_missing_column(file, column) for column in missing_columns(file)]


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
    return [name for name in file.header if name not in used | set(file.mapping.where)]


def source_notes(folder: Path, study: Study, table: str) -> list[Problem]:
    """Warnings about a table's sources: columns that are not stored."""
    return [
        Problem(
            file.name,
            file.mapping.format.header_row,
            column,
            "unknown_column",
            f"is not a column of {table} and is not stored",
            "map it in study.yaml, or leave it",
            "WARN",
        )
        for file in open_sources(folder, study, table)
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


def _parquet_header(path: Path, name: str) -> tuple[str, ...]:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError):
        raise Rejected([_unreadable(name)]) from None
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        what, remedy = "holds lists or structures", "flatten it to one value a cell"
        raise Rejected([Problem(name, None, nested[0], "parquet", what, remedy)])
    return tuple(schema.names)


def _unreadable(name: str) -> Problem:
    what = "is not a Parquet file that can be read"
    return Problem(name, None, None, "parquet", what, "write the file again")


def _read_file(backend: ibis.BaseBackend, file: SourceFile) -> ibis.Table:
    if file.layout is None:
        cells = backend.read_parquet(file.path, table_name=gen_name("parquet"))
        return _with_origin(_parquet_text(cells, file), file, first_row=2, blank_rows=())
    text = TextFile(file.path, file.name, file.mapping.format)
    names = [f"c{i}" for i in range(len(file.header))]
    cells = backend.read_csv(
        file.path,
        table_name=gen_name("csv"),
        columns=dict.fromkeys(names, "VARCHAR"),
        auto_detect=False,
        header=True,
        skip=file.mapping.format.header_row - 1,
        delim=file.mapping.format.delimiter,
        quote='"',
        escape='"',
        strict_mode=True,
        nullstr="",
        encoding=text.duckdb_encoding,
        compression="none",
        max_line_size=MAX_LINE,
    )
    named = cells.select(**dict(zip(file.header, [cells[name] for name in names], strict=True)))
    return _with_origin(named, file, file.mapping.format.header_row + 1, file.layout.blank_rows)


def _with_origin(
    cells: ibis.Table, file: SourceFile, first_row: int, blank_rows: tuple[int, ...]
) -> ibis.Table:
    """Add file and row; blank lines are rows that the reader leaves out."""
    row = ibis.row_number() + first_row
    numbered = cells.mutate(source_file=ibis.literal(file.name), source_row=row.cast("int64"))
    if blank_rows:
        numbered = numbered.mutate(source_row=_shifted(numbered.source_row, blank_rows))
    return numbered


def _shifted(row: ibis.Value, blank_rows: tuple[int, ...]) -> ibis.Value:
    """Rows counted with the blank lines before them."""
    return sum(
        ((row >= blank - earlier).cast("int64") for earlier, blank in enumerate(blank_rows)), row
    )


def _parquet_text(cells: ibis.Table, file: SourceFile) -> ibis.Table:
    style = file.mapping.format
    return cells.select(
        **{name: _as_text(cells[name], style.typed_date, style.decimal) for name in cells.columns}
    )


def _as_text(column: ibis.Value, date_format: str, decimal: str) -> ibis.Value:
    """A typed cell as the text the source's declared format would have had."""
    kind: dt.DataType = column.type()
    if kind.is_date():
        return column.strftime(date_format)
    if kind.is_timestamp():
        is_day = column == column.truncate("D")
        return ibis.ifelse(is_day, column.strftime(date_format), column.cast("string"))
    if kind.is_floating() or kind.is_decimal():
        return column.cast("string").replace(".", decimal)
    return column.cast("string")


def _stored(
    backend: ibis.BaseBackend, table: str, expr: ibis.Table, file: SourceFile | None = None
) -> ibis.Table:
    """The expression as a table of the backend; a reader's error becomes `Rejected`."""
    try:
        return backend.create_table(gen_name(f"raw_{table}"), expr, temp=True)
    except duckdb.Error as error:
        if file is None or not _is_about_content(error):
            raise
        if file.layout is None:
            raise Rejected([_unreadable(file.name)]) from None
        text = TextFile(file.path, file.name, file.mapping.format)
        raise Rejected([diagnose(text, len(file.header))]) from None


def _is_about_content(error: duckdb.Error) -> bool:
    """Whether the file is at fault: not memory, disk or an interruption.

    DuckDB has no class of its own for damaged Parquet pages.
    """
    return isinstance(error, CONTENT_ERRORS) or type(error) is duckdb.Error


def _union(parts: Sequence[ibis.Table]) -> ibis.Table:
    """Stack sources by column name; a column that one of them lacks is null there."""
    spelling: dict[str, str] = {}
    for part in parts:
        for name in part.columns:
            spelling.setdefault(name.casefold(), name)
    aligned = [_aligned(part, spelling) for part in parts]
    return ibis.union(*aligned)


def _aligned(part: ibis.Table, spelling: dict[str, str]) -> ibis.Table:
    own = {name.casefold(): name for name in part.columns}
    null = ibis.null("string")
    return part.select(
        **{name: part[own[key]] if key in own else null for key, name in spelling.items()}
    )


def _empty(spec: TableSpec) -> ibis.Table:
    names = [column.name for column in spec.data_columns]
    types = {**dict.fromkeys([*names, "source_file"], "string"), "source_row": "int64"}
    row = ibis.memtable([{"row": 1}])
    return row.select(**{name: ibis.null(kind) for name, kind in types.items()}).limit(0)


def _require_rows(raw: ibis.Table, spec: TableSpec, files: Sequence[SourceFile]) -> None:
    if not spec.meta.rows_expected or raw.count().to_pyarrow().as_py():
        return
    remedy = "supply rows, or remove the source from study.yaml"
    raise Rejected(
        [
            Problem(f.name, None, None, "empty_table", "has a header and no rows", remedy)
            for f in files
        ]
    )

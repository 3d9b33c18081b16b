"""Large tables on disk: written once as Parquet, a slice at a time, read where they lie."""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.operations as ops
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.util import gen_name

from intake.staged import scratch_folder
from schemas.registry import SOURCE_COLUMNS

GROUP_ROWS = 131_072
"""Rows of a row group: bytes depend on the rows alone, not on threads or the engine's plan."""
SLICE_ROWS = 393_216
"""Source rows that are held in memory at once."""
BATCH_ROWS = 524_288
"""Rows of a query that are taken at once."""
DICTIONARY_BYTES = 131_072
"""Texts of a column that hardly repeat are soon written without a dictionary."""
NULLS = "null_counts"
"""Under this name a file says of each column how many cells are null."""
FOOTERS = 8
"""So many ends of files are held. Each is megabytes in a cycle: a run seldom looks for those."""
WAITING = 1
Put = Callable[[pa.Table], None]
_FILES: WeakKeyDictionary[ibis.BaseBackend, dict[str, Path]] = WeakKeyDictionary()
"""The file behind each table of an engine: the engine itself does not tell."""
State = tuple[Path, int, int, int]
"""A file as it was: its path, its place on the disk, when it was written, its bytes."""
_TABLES: WeakKeyDictionary[ibis.BaseBackend, dict[State, ibis.Table]] = WeakKeyDictionary()
"""The table of each file in one state."""


@contextmanager
def parquet_writer(path: Path, schema: pa.Schema) -> Iterator[Put]:
    """A function that adds rows to a Parquet file while the engine makes the next ones.

    What fails on the way, such as a full disk, is raised by the next call or at the end. The file
    says how many cells of each column are null, and the least and the most of those that are not
    texts, and of the source's name.
    """
    waiting: deque[Future[None]] = deque()
    with _Writer(path, schema) as writer, ThreadPoolExecutor(max_workers=1) as pool:

        def put(rows: pa.Table) -> None:
            if len(waiting) == WAITING:
                waiting.popleft().result()
            waiting.append(pool.submit(writer.write, rows))

        yield put
        for written in waiting:
            written.result()


class _Writer:
    """A Parquet file of one schema; texts that come as places in a list are written so.

    Readers see plain texts. Each column is written as it came in the first rows.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._nulls = dict.fromkeys(schema.names, 0)
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *failed: object) -> None:
        if self._file is None and not any(failed):
            self.write(self._schema.empty_table())
        if self._file is not None:
            self._file.add_key_value_metadata({NULLS: json.dumps(self._nulls)})
            self._file.close()

    def write(self, rows: pa.Table) -> None:
        """Add rows in groups of their own."""
        if self._file is None:
            self._file = self._opened(rows.schema)
        for name in self._nulls:
            self._nulls[name] += rows[name].null_count
        self._file.write_table(rows.cast(self._file.schema), GROUP_ROWS)

    def _opened(self, found: pa.Schema) -> pq.ParquetWriter:
        came = {field.name: field for field in found if pa.types.is_dictionary(field.type)}
        texts = [field.name for field in self._schema if pa.types.is_string(field.type)]
        return pq.ParquetWriter(
            self._path,
            pa.schema([came.get(field.name, field) for field in self._schema]),
            compression="snappy",
            use_dictionary=texts,
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            write_statistics=[
                name for name in self._schema.names if name not in texts or name in SOURCE_COLUMNS
            ],
            store_decimal_as_integer=True,
            store_schema=False,
        )


def even(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    """The same rows in tables of `size` rows, the last of which may have fewer."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= size:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, size)
            waiting = whole.slice(size).to_batches()
            count -= size
    if count:
        yield pa.Table.from_batches(waiting)


def new_file(backend: ibis.BaseBackend, name: str) -> Path:
    """A path in the engine's scratch folder for a table that `stored_table` will read."""
    return scratch_folder(backend) / f"{gen_name(name)}.parquet"


def stored_table(backend: ibis.BaseBackend, path: Path) -> ibis.Table:
    """The rows of a file of the scratch folder, as a table named for the file."""
    _FILES.setdefault(backend, {})[path.stem] = path
    return backend.read_parquet(path, table_name=path.stem)


def parquet_table(backend: ibis.BaseBackend, path: Path) -> ibis.Table:
    """The rows of any Parquet file that this program wrote, as a table; the same for one file."""
    state = _state(path)
    tables = _TABLES.setdefault(backend, {})
    if state not in tables:
        name = gen_name("parquet")
        _FILES.setdefault(backend, {})[name] = path
        tables[state] = backend.read_parquet(path, table_name=name)
    return tables[state]


def _state(path: Path) -> State:
    found = path.stat()
    return path, found.st_ino, found.st_mtime_ns, found.st_size


def _footer(path: Path) -> pq.FileMetaData:
    """What a file says at its end: it is read once, for it grows with the file."""
    return _footer_of(_state(path))


@lru_cache(maxsize=FOOTERS)
def _footer_of(state: State) -> pq.FileMetaData:
    return pq.read_metadata(state[0])


def file_of(table: ibis.Table) -> Path | None:
    """The file that holds exactly this table; None where it is not known, or no longer there."""
    op = table.op()
    name = op.name if isinstance(op, ops.DatabaseTable) else ""
    path = _FILES.get(table.get_backend(), {}).get(name)
    return path if path is not None and path.is_file() else None


def stored_file(backend: ibis.BaseBackend, table: ibis.Table) -> Path | None:
    """The file of the scratch folder that holds exactly this table; None where there is none."""
    name = getattr(table.op(), "name", None)
    path = scratch_folder(backend) / f"{name}.parquet"
    return path if name is not None and path.is_file() else None


def as_view(backend: ibis.BaseBackend, name: str, rows: ibis.Table) -> ibis.Table:
    """The expression under a name of its own: slices of it need not be compiled anew."""
    with _steps_kept():
        return backend.create_view(gen_name(f"{name}_view"), rows)


def in_steps(rows: ibis.Table) -> pa.Table:
    """The rows of an expression in memory."""
    with _steps_kept():
        found: pa.Table = rows.to_pyarrow()
        return found


def batches_of(rows: ibis.Table) -> pa.RecordBatchReader:
    """The rows of an expression, some at a time; no other query may run until they are taken."""
    backend = rows.get_backend()
    return backend.con.table(as_view(backend, "rows", rows).get_name()).to_arrow_reader(BATCH_ROWS)


def sql_of(backend: ibis.BaseBackend, rows: ibis.Table) -> str:
    """The query of an expression whose inputs are given later, as it is run for each slice."""
    with _steps_kept():
        return str(backend.compile(rows))


@contextmanager
def _steps_kept() -> Iterator[None]:
    """Steps of an expression stay steps of its query: the engine computes each column once."""
    options: Any = ibis.options.sql
    was_fused = options.fuse_selects
    options.fuse_selects = False
    try:
        yield
    finally:
        options.fuse_selects = was_fused


def null_counts(table: ibis.Table) -> dict[str, int]:
    """Of each column of a stored table, how many cells are null; none where that is not known."""
    path = file_of(table)
    if path is None:
        return {}
    told = _footer(path).metadata or {}
    counts: dict[str, int] = json.loads(told.get(NULLS.encode(), "{}"))
    return counts


def row_count(table: ibis.Table) -> int:
    """Rows of a table, as its file tells where it is a file."""
    path = file_of(table)
    if path is not None:
        return int(_footer(path).num_rows)
    return int(table.count().to_pyarrow().as_py())


def rows_per_source(table: ibis.Table) -> Counter[str] | None:
    """Rows of a stored table by `source_file`; None where its file does not tell."""
    path = file_of(table)
    if path is None:
        return None
    found = _footer(path)
    place = found.schema.names.index(SOURCE_COLUMNS[0])
    counts: Counter[str] = Counter()
    for group in (found.row_group(i) for i in range(found.num_row_groups)):
        told = group.column(place).statistics
        if told is None or not told.has_min_max or told.min != told.max or told.null_count:
            return None
        counts[told.min] += group.num_rows
    return counts


@dataclass(frozen=True)
class Slice:
    """Source rows `first` to `last` of one file."""

    source_file: str
    first: int
    last: int

    def chosen(self, rows: ibis.Table) -> ibis.Table:
        """These rows of a table, in any order."""
        return rows.filter(
            rows.source_file == self.source_file, rows.source_row.between(self.first, self.last)
        )

    def of(self, rows: ibis.Table) -> pa.Table:
        """The same in memory."""
        found: pa.Table = self.chosen(rows).to_pyarrow()
        return found

    def among(self, rows: pa.Table) -> pa.Table:
        """These rows of a table in memory."""
        numbers = rows["source_row"].to_numpy()
        is_mine = pc.equal(rows["source_file"], self.source_file).to_numpy()
        inside = (numbers >= self.first) & (numbers <= self.last) & is_mine
        return rows if inside.all() else rows.filter(pa.array(inside))


def rows_from(path: Path, part: Slice, columns: Sequence[str], coded: Sequence[str]) -> pa.Table:
    """A slice of a raw file in the file's order, columns `coded` as places in lists of texts."""
    found = _footer(path)
    with pq.ParquetFile(path, metadata=found, read_dictionary=list(coded)) as file:
        groups = [i for i in range(found.num_row_groups) if _may_hold(found, i, part)]
        rows = file.read_row_groups(groups, list(dict.fromkeys([*columns, *SOURCE_COLUMNS])))
    return part.among(rows)


def left_over(rows: pa.Table, without: np.ndarray) -> pa.Table:
    """Rows of one file without those of these numbers; columns of nulls are not looked through."""
    kept = ~np.isin(rows["source_row"].to_numpy(), without)
    return pa.table([_chosen(cells, kept) for cells in rows.columns], names=rows.column_names)


def _chosen(cells: pa.ChunkedArray, kept: np.ndarray) -> Any:
    if cells.null_count == len(cells):
        return pa.nulls(int(kept.sum()), cells.type)
    return cells.filter(pa.array(kept))


def _may_hold(found: pq.FileMetaData, group: int, part: Slice) -> bool:
    """Whether a row group may have rows of a slice, by the least and the most of its origin."""
    names = found.schema.names
    file, row = (
        found.row_group(group).column(names.index(name)).statistics for name in SOURCE_COLUMNS
    )
    if file is None or row is None or not (file.has_min_max and row.has_min_max):
        return True
    is_near = row.min <= part.last and row.max >= part.first
    return bool(is_near and file.min <= part.source_file <= file.max)


def in_order(rows: pa.Table, kept: pa.ChunkedArray | None = None) -> pa.Table:
    """Rows of one file by their row, those `kept` where not all are; equal rows stay in order."""
    numbers = rows["source_row"].to_numpy()
    chosen = None if kept is None else kept.to_numpy(zero_copy_only=False)
    if (numbers[1:] >= numbers[:-1]).all():
        return rows if chosen is None else rows.filter(chosen)
    places = np.argsort(numbers, kind="stable")
    places = pa.array(places if chosen is None else places[chosen[places]])
    return pa.table([_taken(cells, places) for cells in rows.columns], schema=rows.schema)


def _taken(cells: pa.ChunkedArray, places: pa.Array) -> pa.Array:
    """The cells at these places; a column of nulls is not looked through."""
    if cells.null_count == len(cells):
        return pa.nulls(len(places), cells.type)
    return cells.combine_chunks().take(places)


def slices_of(raw: ibis.Table) -> list[Slice]:
    """All rows of a raw table in slices, by file and row."""
    grouped = raw.group_by("source_file").agg(first=raw.source_row.min(), last=raw.source_row.max())
    return [
        Slice(file["source_file"], first, min(first + SLICE_ROWS - 1, file["last"]))
        for file in grouped.order_by("source_file").to_pyarrow().to_pylist()
        for first in range(file["first"], file["last"] + 1, SLICE_ROWS)
    ]

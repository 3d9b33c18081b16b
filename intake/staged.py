"""Rows of text on their way to the engine: one Parquet file in its scratch folder."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from intake.limits import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, MIB
from intake.problems import Problem, Rejected

ROW = "source_row"
BATCH_ROWS = 16_384
BATCH_CHARS = 8 * MIB
Cells = Sequence[str | None]
NumberedRow = tuple[int, Cells]
"""The row as the source counts it, and its cells."""


def scratch_folder(backend: ibis.BaseBackend) -> Path:
    """The folder where the engine spills, and the only one that reading a source writes to."""
    ((name,),) = backend.raw_sql("SELECT current_setting('temp_directory')").fetchall()
    folder = Path(name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_rows(
    path: Path,
    name: str,
    header: Sequence[str],
    rows: Iterable[NumberedRow],
    max_text: int = MAX_TEXT,
) -> None:
    """Write rows as text columns named by the header, and `source_row`, a batch at a time.

    Raises `Rejected` where the source `name` is above the limits, or a text is not Unicode.
    """
    if len(header) > MAX_COLUMNS:
        raise Rejected([too_large(name, f"{MAX_COLUMNS} columns")])
    schema = pa.schema([*((column, pa.string()) for column in header), (ROW, pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in _batches(name, rows, max_text):
            writer.write_batch(_record_batch(name, schema, batch))


def staged_header(path: Path) -> tuple[str, ...]:
    """The header of a file that `write_rows` made."""
    return tuple(pq.read_schema(path).names[:-1])


def too_large(name: str, limit: str) -> Problem:
    """A source above a limit."""
    remedy = "split it, or give it as CSV or Parquet"
    return Problem(name, None, None, "too_large", f"holds more than {limit}", remedy)


def _batches(name: str, rows: Iterable[NumberedRow], max_text: int) -> Iterator[list[NumberedRow]]:
    batch: list[NumberedRow] = []
    count, chars, total = 0, 0, 0
    for row in rows:
        batch.append(row)
        chars += sum(len(cell) for cell in row[1] if cell)
        if len(batch) < BATCH_ROWS and chars < BATCH_CHARS:
            continue
        count, total = count + len(batch), total + chars
        if count > MAX_ROWS or total > max_text:
            raise Rejected([too_large(name, f"{MAX_ROWS} rows or {max_text >> 20} MiB of text")])
        yield batch
        batch, chars = [], 0
    if batch:
        yield batch


def _record_batch(name: str, schema: pa.Schema, batch: list[NumberedRow]) -> pa.RecordBatch:
    numbers = [number for number, _cells in batch]
    columns = list(zip(*(cells for _number, cells in batch), strict=True))
    with _unicode(name, batch):
        arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.record_batch([*arrays, pa.array(numbers, pa.int64())], schema=schema)


@contextmanager
def _unicode(name: str, batch: list[NumberedRow]) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        row = next(number for number, cells in batch if not _is_unicode(cells))
        what = "holds half of a character that takes two code units"
        problem = Problem(name, row, None, "encoding", what, "type the text again")
        raise Rejected([problem]) from None


def _is_unicode(cells: Cells) -> bool:
    try:
        "".join(cell for cell in cells if cell).encode()
    except UnicodeError:
        return False
    return True

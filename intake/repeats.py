"""Keys that occur more than once, by numbers that stand for them: texts are only hashed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import reduce
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

from intake.staged import scratch_folder
from intake.stored import batches_of
from schemas.registry import SOURCE_COLUMNS

HELD_NUMBERS = 1 << 22
"""So many numbers are held at once, others lie in files: memory does not grow with the rows."""
MAX_PARTS = 1 << 8
"""So many files are open at once, however many rows there are."""
NUMBER = "key_number"
PLACE = "place"
ROW_BITS = 44
"""A place is the source's place in the list above so many bits, and its row in those."""


def maybe_repeated(rows: ibis.Table, key: Sequence[str], most: int) -> ibis.Table | None:
    """Rows whose key may occur more than once: the number of their key does; None where none may.

    There are at most `most` rows.
    """
    numbered = rows.select(**{NUMBER: key_number(rows, key)})
    lines = _lines(numbered, [NUMBER])
    twice = np.unique(_alike(lines, most, scratch_folder(rows.get_backend()))[:, 0])
    if not len(twice):
        return None
    held = ibis.memtable(pa.table({NUMBER: twice}))
    return rows.mutate(**{NUMBER: key_number(rows, key)}).semi_join(held, NUMBER).drop(NUMBER)


def repeated_rows(sources: Mapping[str, ibis.Table], key: Sequence[str], most: int) -> pa.Table:
    """Rows of sources, by their name, whose key may occur more than once in any of them.

    `source_file, source_row` of each; keys and `source_row` are columns of the sources, which
    have at most `most` rows in all.
    """
    numbered = [
        rows.select(**{NUMBER: key_number(rows, key), PLACE: rows.source_row + (place << ROW_BITS)})
        for place, rows in enumerate(sources.values())
    ]
    folder = scratch_folder(next(iter(sources.values())).get_backend())
    lines = (line for rows in numbered for line in _lines(rows, [NUMBER, PLACE]))
    places = _alike(lines, most, folder)[:, 1]
    files = pa.DictionaryArray.from_arrays(places >> ROW_BITS, pa.array(list(sources), pa.string()))
    rows = pa.array(places & ((1 << ROW_BITS) - 1))
    return pa.table([files.dictionary_decode(), rows], names=list(SOURCE_COLUMNS))


def key_number(rows: ibis.Table, key: Sequence[str]) -> Any:
    """A number that is equal for equal keys, and almost never for others."""
    parts = [rows[name].cast("string").fill_null("").hash() for name in key]
    return reduce(
        lambda whole, part: (whole.cast("string") + "/" + part.cast("string")).hash(), parts
    )


def _lines(rows: ibis.Table, names: Sequence[str]) -> Iterator[np.ndarray]:
    """Rows of numbers, a batch at a time: (rows, columns); the first batch has none."""
    yield np.empty((0, len(names)), dtype=np.int64)
    for batch in batches_of(rows):
        yield np.column_stack([batch[name].to_numpy() for name in names])


def _alike(lines: Iterable[np.ndarray], most: int, folder: Path) -> np.ndarray:
    """Lines whose first number is that of another; at most `most` come, in any order.

    Many are taken apart into files, by the last bits of that number.
    """
    count = min(1 << (most // HELD_NUMBERS).bit_length(), MAX_PARTS)
    if count == 1:
        return _twice(np.concatenate(list(lines)))
    with ExitStack() as opened:
        files = [opened.enter_context(TemporaryFile(dir=folder)) for _ in range(count)]
        for batch in lines:
            width, parts = batch.shape[1], (batch[:, 0] & (count - 1)).astype(np.uint16)
            ends = np.cumsum(np.bincount(parts, minlength=count))
            ordered = batch[np.argsort(parts, kind="stable")]
            for file, part in zip(files, np.split(ordered, ends[:-1]), strict=True):
                file.write(part.data)
        found = []
        for file in files:
            file.seek(0)
            found.append(_twice(np.fromfile(file, dtype=np.int64).reshape(-1, width)))
        return np.concatenate(found)


def _twice(lines: np.ndarray) -> np.ndarray:
    """Lines whose first number is that of another one."""
    numbers = pl.Series(np.ascontiguousarray(lines[:, 0]))
    ordered = numbers.sort().to_numpy()
    twice = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]])
    repeated: np.ndarray = lines[numbers.is_in(twice.implode()).to_numpy()]
    return repeated

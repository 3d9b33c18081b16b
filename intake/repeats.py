"""Keys that occur more than once, by numbers that stand for them: texts are only hashed."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

PART_ROWS = 1 << 24
"""So many numbers are held at once: memory does not grow with the rows."""
NUMBER = "key_number"
EMPTY = pa.schema([("source_file", pa.string()), ("source_row", pa.int64())]).empty_table()


def maybe_repeated(rows: ibis.Table, key: Sequence[str], most: int) -> ibis.Table | None:
    """Rows whose key may occur more than once: the number of their key does; None where none may.

    There are at most `most` rows.
    """
    numbered = rows.select(**{NUMBER: key_number(rows, key)})
    count = _part_count(most)
    parts = (_part(numbered, place, count).to_pyarrow()[NUMBER] for place in range(count))
    numbers = np.concatenate([_twice(part.to_numpy()) for part in parts])
    if not len(numbers):
        return None
    held = ibis.memtable(pa.table({NUMBER: numbers}))
    return rows.mutate(**{NUMBER: key_number(rows, key)}).semi_join(held, NUMBER).drop(NUMBER)


def repeated_rows(sources: Mapping[str, ibis.Table], key: Sequence[str], most: int) -> pa.Table:
    """Rows of sources, by their name, whose key may occur more than once in any of them.

    `source_file, source_row` of each; keys and `source_row` are columns of the sources, which
    have at most `most` rows in all.
    """
    numbered = [
        rows.select("source_row", **{NUMBER: key_number(rows, key)}) for rows in sources.values()
    ]
    count = _part_count(most)
    found = [EMPTY]
    for place in range(count):
        parts = [_part(rows, place, count).to_pyarrow() for rows in numbered]
        twice = pl.Series(_twice(np.concatenate([part[NUMBER].to_numpy() for part in parts])))
        for name, part in zip(sources, parts, strict=True):
            is_twice = pl.Series(part[NUMBER]).is_in(twice.implode()).to_arrow()
            rows = part["source_row"].filter(is_twice)
            found.append(pa.table([pa.repeat(name, len(rows)), rows], schema=EMPTY.schema))
    return pa.concat_tables(found)


def key_number(rows: ibis.Table, key: Sequence[str]) -> Any:
    """A number that is equal for equal keys, and almost never for others."""
    parts = [rows[name].cast("string").fill_null("").hash() for name in key]
    return reduce(
        lambda whole, part: (whole.cast("string") + "/" + part.cast("string")).hash(), parts
    )


def _part_count(rows: int) -> int:
    """Into how many parts rows are taken apart, by the last bits of their number."""
    return 1 << (rows // PART_ROWS).bit_length()


def _part(numbered: ibis.Table, place: int, count: int) -> ibis.Table:
    last = numbered[NUMBER] & ibis.literal(count - 1, type="int64")
    return numbered if count == 1 else numbered.filter(last == place)


def _twice(numbers: np.ndarray) -> np.ndarray:
    """Numbers that occur more than once, each once."""
    ordered = pl.Series(numbers).sort().to_numpy()
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])

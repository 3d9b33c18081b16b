"""Keys that occur more than once, by numbers that stand for them: texts are only hashed."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

PART_ROWS = 1 << 24
"""So many numbers are held at once: memory does not grow with the rows."""
NUMBER = "key_number"


def maybe_repeated(rows: ibis.Table, key: Sequence[str]) -> ibis.Table:
    """Rows whose key may occur more than once: the number of their key does."""
    numbers = _repeated_numbers(rows.select(**{NUMBER: key_number(rows, key)}))
    if not len(numbers):
        return rows.limit(0)
    held = ibis.memtable(pa.table({NUMBER: numbers}))
    return rows.mutate(**{NUMBER: key_number(rows, key)}).semi_join(held, NUMBER).drop(NUMBER)


def key_number(rows: ibis.Table, key: Sequence[str]) -> Any:
    """A number that is equal for equal keys, and almost never for others."""
    parts = [rows[name].cast("string").fill_null("").hash() for name in key]
    return reduce(
        lambda whole, part: (whole.cast("string") + "/" + part.cast("string")).hash(), parts
    )


def _repeated_numbers(numbered: ibis.Table) -> np.ndarray:
    """Numbers that more than one row has."""
    count = numbered.count().to_pyarrow().as_py()
    parts = 1 << (count // PART_ROWS).bit_length()
    last = numbered[NUMBER] & ibis.literal(parts - 1, type="int64")
    found = [_twice(numbered if parts == 1 else numbered.filter(last == i)) for i in range(parts)]
    return np.concatenate(found)


def _twice(numbered: ibis.Table) -> np.ndarray:
    numbers = numbered.to_pyarrow()[NUMBER].to_numpy().copy()
    numbers.sort()
    return np.unique(numbers[1:][numbers[1:] == numbers[:-1]])

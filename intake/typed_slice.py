"""Typed rows of a slice: those of the contract, and those that fail a check."""

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa

from intake.checks import FAILURES, IS_BROKEN
from intake.parse import ibis_type
from intake.typed import Build
from schemas.registry import SOURCE_COLUMNS

ORIGINALS = {"source_file": "string", "source_row": "int64", "original": "string"}
MARKS = {"is_kept": "boolean", IS_BROKEN: "boolean", FAILURES: "string"}
ORIGINAL = "original"
"""The column of a row as it came, as text."""


def as_it_came(rows: ibis.Table) -> ibis.Table:
    """Rows of raw as `source_file, source_row, original`."""
    cells = {name: rows[name] for name in rows.columns if name not in SOURCE_COLUMNS}
    return rows.select(*SOURCE_COLUMNS, original=ibis.struct(cells).cast("json").cast("string"))


@dataclass(frozen=True)
class TypedSlice:
    """Rows of a slice in columns of the contract; `broken` are those that fail a check, marked.

    `is_alike` where the key may be that of another row; `original` are those rows and the broken
    ones as they came, where they were at hand.
    """

    rows: pa.Table
    is_sound: np.ndarray
    is_alike: np.ndarray
    broken: pa.Table
    original: pa.Table | None = None

    @classmethod
    def of(cls, marked: pa.Table) -> "TypedSlice":
        """All rows of a slice, each with its marks."""
        is_broken = marked[IS_BROKEN].to_numpy()
        broken = marked.filter(pa.array(is_broken))
        no = np.zeros(marked.num_rows, dtype=bool)
        return cls(marked.drop_columns(list(MARKS)), ~is_broken, no, broken)


def in_contract(build: Build, typed: ibis.Table) -> ibis.Table:
    """Typed rows in the columns of the contract, with their marks."""
    types = {column.name: ibis_type(column) for column in build.spec.columns}
    cast = typed.mutate(**{name: typed[name].cast(kind) for name, kind in types.items()})
    return cast.select(*types, *MARKS)

"""Parquet sources: their columns, how much they unpack to, and their cells as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq

from intake.limits import FREE_BYTES, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, PARQUET_RATIO, is_bomb
from intake.problems import Problem, Rejected
from intake.staged import too_large
from intake.typed_cells import CellText
from schemas.registry import ColumnSpec

EXACT = 2**53
"""Whole numbers up to here are told apart by a double."""
FIXED_BYTES = 8
DATED = ("date", "timestamp")
RETYPED: dict[str, tuple[str, ...]] = {
    "date": ("bool", "float", "time"),
    "money": ("bool", "time", *DATED),
    "number": ("bool", "time", *DATED),
    "count": ("bool", "time", *DATED),
    "flag": ("float", "time", *DATED),
}
"""Types that hold something else than a kind of column asks for."""


def parquet_schema(path: Path, name: str) -> pa.Schema:
    """Names and types of the columns; raises `Rejected` where a cell is not one value."""
    try:
        found = pq.read_metadata(path)
        schema = found.schema.to_arrow_schema()
    except (pa.ArrowException, OSError):
        raise Rejected([unreadable(name)]) from None
    if found.num_rows > MAX_ROWS or len(schema) > MAX_COLUMNS:
        raise Rejected([too_large(name, f"{MAX_ROWS} rows or {MAX_COLUMNS} columns")])
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        what, remedy = "holds lists or structures", "flatten it to one value a cell"
        raise Rejected([Problem(name, None, nested[0], "parquet", what, remedy)])
    binary = [field.name for field in schema if _is_binary(field.type)]
    if binary:
        what, remedy = "holds bytes that are not marked as text", "write the column as text"
        raise Rejected([Problem(name, None, binary[0], "parquet", what, remedy)])
    return schema


def unreadable(name: str) -> Problem:
    """A file that is damaged, or not Parquet."""
    what = "is not a Parquet file that can be read"
    return Problem(name, None, None, "parquet", what, "write the file again")


def retyped(column: ColumnSpec, kind: pa.DataType) -> str | None:
    """What a column of the file holds, where that cannot be what ours asks for."""
    words = {
        "bool": pa.types.is_boolean(kind),
        "float": pa.types.is_floating(kind),
        "time": pa.types.is_time(kind) or pa.types.is_duration(kind),
        "date": pa.types.is_date(kind),
        "timestamp": pa.types.is_timestamp(kind),
    }
    refused = RETYPED.get(column.kind, ())
    return next((word for word, holds in words.items() if holds and word in refused), None)


def check_size(cells: ibis.Table, path: Path, name: str, texts: Mapping[str, CellText]) -> None:
    """Refuse a file that unpacks to too much, counted cell by cell: its footer may lie.

    Raises `Rejected` also where an id is a floating-point number too large to be exact.
    """
    types = cells.schema()
    wide = {key: cells[key].length().sum() for key in types if types[key].is_string()}
    ids = [key for key in types if types[key].is_floating() and texts[key].is_id]
    largest = {f"largest_{i}": cells[key].abs().max() for i, key in enumerate(ids)}
    sizes = {f"size_{i}": size for i, size in enumerate(wide.values())}
    told = cells.aggregate(row_count=cells.count(), **sizes, **largest).to_pyarrow().to_pylist()[0]
    unpacked = sum(told[key] or 0 for key in sizes)
    unpacked += told["row_count"] * FIXED_BYTES * (len(types) - len(wide))
    if unpacked > MAX_TEXT or is_bomb(path.stat().st_size, unpacked, PARQUET_RATIO):
        raise Rejected([too_large(name, f"{PARQUET_RATIO} times its bytes, above {_free()}")])
    for i, key in enumerate(ids):
        if (told[f"largest_{i}"] or 0) > EXACT:
            what = "holds ids as floating-point numbers, of which the last digits are lost"
            raise Rejected([Problem(name, None, key, "rounded_id", what, "write them as text")])


def parquet_text(cells: ibis.Table, texts: Mapping[str, CellText]) -> ibis.Table:
    """Every cell as the text the declared format would have had."""
    return cells.select(**{name: _as_text(cells[name], texts[name]) for name in cells.columns})


def _as_text(column: Any, text: CellText) -> Any:
    """One column as text: of an instant its day in UTC, of a whole number no decimals."""
    if column.type().is_unknown():  # nanoseconds with a time zone
        column = column.cast(dt.Timestamp(timezone="UTC"))
    kind: dt.DataType = column.type()
    if kind.is_date():
        return column.strftime(text.date)
    if kind.is_timestamp():
        return column.date().strftime(text.date)
    if kind.is_decimal():
        return column.cast("string").replace(".", text.decimal)
    if not kind.is_floating():
        return column.cast("string")
    is_whole = (column == column.floor()) & (column.abs() < EXACT)
    whole = ibis.ifelse(is_whole, column, ibis.null(kind)).try_cast("int64").cast("string")
    return whole.fill_null(column.cast("string").replace(".", text.decimal))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _free() -> str:
    return f"{FREE_BYTES >> 20} MiB"

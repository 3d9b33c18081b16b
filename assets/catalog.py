"""Column schemas for the Dagster catalog, read off the models that declare the tables."""

from typing import get_args

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from schemas.effect import ROWS, ListName, effect_estimates, effect_rows
from schemas.findings import Cost, Effect
from schemas.registry import TABLES, ColumnSpec

QUARANTINE = {
    "table_name": "The table that the row was read for.",
    "source_file": "The file it stands in.",
    "source_row": "Its row as a spreadsheet shows it; the header is row 1.",
    "column_name": "The column that broke the rule; empty where several did together.",
    "rule": "The rule.",
    "message": "What is wrong, without what the cell says.",
    "remedy": "What to do.",
    "disposition": "quarantined, superseded or out_of_window.",
    "original": "The row as it came, as JSON.",
}
MEASURED = ("money", "number", "count")
"""Kinds of columns that have a unit; those of the others repeat their type."""
LISTS: dict[str, ListName] = {
    "effect_interval": "intervals",
    "effect_event_study": "event_study",
    "effect_diagnostic": "diagnostics",
}


def core_schema(table: str) -> dg.TableSchema:
    """Columns of a core table: types, units, allowed values."""
    return dg.TableSchema([_core_column(spec) for spec in TABLES[table].columns])


def quarantine_schema() -> dg.TableSchema:
    """Columns of every quarantine table."""
    columns = [dg.TableColumn(name, "string", about) for name, about in QUARANTINE.items()]
    return dg.TableSchema(columns)


def model_schema(model: type[pa.DataFrameModel]) -> dg.TableSchema:
    """Columns of a Pandera model of a small table."""
    columns = model.to_schema().columns
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                str(column.dtype),
                column.description,
                dg.TableColumnConstraints(nullable=column.nullable),
            )
            for name, column in columns.items()
        ]
    )


def effect_schema(name: str) -> dg.TableSchema:
    """Columns of an effect table; descriptions are those of `findings.json`."""
    frame = effect_rows([], LISTS[name]) if name in LISTS else effect_estimates([])
    own = ROWS[LISTS[name]].model_fields if name in LISTS else {}
    fields = {**Cost.model_fields, **Effect.model_fields, **own}
    return dg.TableSchema(
        [
            dg.TableColumn(
                column, _type_name(fields[column].annotation), fields[column].description
            )
            for column in map(str, frame.columns)
        ]
    )


def frame_schema(frame: pd.DataFrame) -> dg.TableSchema:
    """Columns of a table as it is, where no model declares it."""
    columns = [dg.TableColumn(str(name), str(kind)) for name, kind in frame.dtypes.items()]
    return dg.TableSchema(columns)


def _core_column(spec: ColumnSpec) -> dg.TableColumn:
    unit = f" Unit: {spec.unit}." if spec.kind in MEASURED and spec.unit else ""
    allowed = [f"one of {', '.join(spec.allowed)}"] if spec.allowed else []
    limits = dg.TableColumnConstraints(nullable=spec.nullable, other=allowed)
    return dg.TableColumn(spec.name, spec.dtype, f"{spec.description}{unit}", limits)


def _type_name(annotation: object) -> str:
    words = {float: "number", int: "integer", bool: "boolean"}
    kinds = (annotation, *get_args(annotation))
    return next((word for kind, word in words.items() if kind in kinds), "string")

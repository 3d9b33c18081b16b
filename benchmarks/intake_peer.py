"""The usual way: pandas reads everything as text, converts it, and Pandera checks the frame."""

from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from benchmarks.answer import Answer
from benchmarks.intake_runs import started
from schemas.registry import TABLES

DATES = ("start_date", "end_date")
NUMBERS = ("amount", "staff_hours", "participant_count")


def peer(folder: Path) -> Answer:
    """The text as it came, rows that pass, and one row for each rule that a row breaks: Parquet.

    It does not look for personal data or hidden characters, keeps amounts as floating-point
    numbers, and holds no accepted row against its schema a second time.
    """
    clock = started()
    text = pd.read_csv(folder / "engagement.csv", dtype=str, keep_default_na=False)
    text = text.replace("", None)
    text.to_parquet(folder / "peer_raw.parquet")
    typed = _typed(text)
    parents = {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str)[f"{name}_id"]
        for name in ("partner", "initiative", "unit")
    }
    broken = _broken(typed, parents)
    typed[~typed.index.isin(broken["index"])].to_parquet(folder / "peer_core.parquet")
    told = {"column_name": broken["column"].to_numpy(), "rule": broken["check"].to_numpy()}
    aside = text.loc[broken["index"]].assign(**told)
    aside.to_parquet(folder / "peer_quarantine.parquet")
    return clock.answer(float(len(typed) - broken["index"].nunique()))


def _typed(text: pd.DataFrame) -> pd.DataFrame:
    """Cells as types; what cannot be read is null."""
    typed = text.copy()
    for name in DATES:
        typed[name] = pd.to_datetime(text[name], format="%Y-%m-%d", errors="coerce")
    for name in NUMBERS:
        typed[name] = pd.to_numeric(text[name], errors="coerce")
    typed["is_product_linked"] = text["is_product_linked"].map({"true": True, "false": False})
    return typed


def _broken(typed: pd.DataFrame, parents: dict[str, pd.Series]) -> pd.DataFrame:
    """One row per row and rule: `index, column, check`."""
    spec = TABLES["engagement"]
    columns = {}
    for name in typed.columns:
        column = spec.column(name)
        checks = [pa.Check.isin(column.allowed)] if column.allowed else []
        checks += [pa.Check.str_matches(column.pattern)] if column.pattern else []
        checks += [pa.Check.ge(column.minimum)] if column.minimum is not None else []
        if name in (f"{parent}_id" for parent in parents):
            checks.append(pa.Check.isin(parents[name.removesuffix("_id")]))
        columns[name] = pa.Column(checks=checks, nullable=False, unique=name == "engagement_id")
    order = pa.Check(lambda rows: ~(rows["start_date"] > rows["end_date"]), name="order")
    try:
        pa.DataFrameSchema(columns, checks=order).validate(typed, lazy=True)
    except pa.errors.SchemaErrors as errors:
        found: pd.DataFrame = errors.failure_cases[["index", "column", "check"]].dropna(
            subset="index"
        )
        return found
    return pd.DataFrame({"index": [], "column": [], "check": []})

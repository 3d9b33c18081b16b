"""Every indicator of one study, straight from the Parquet files of its core tables."""

import datetime as dt
import time
from pathlib import Path

import ibis
import ibis.backends.duckdb

from benchmarks.answer import Answer
from impact.indicators.measure import measure_indicators
from impact.indicators.tables import IndicatorTables
from schemas.registry import TABLES
from schemas.study import Study

MEMORY, THREADS = "1000MB", 2
"""The engine spills to disk above it."""


def indicators(folder: Path) -> Answer:
    """All indicators; the estimate is the share of advocacy spend of the log."""
    begun, clock = time.process_time(), time.perf_counter()
    backend = ibis.duckdb.connect(
        threads=THREADS, memory_limit=MEMORY, temp_directory=str(folder / "spill")
    )
    backend.raw_sql("SET preserve_insertion_order = false")
    backend.raw_sql("SET enable_progress_bar = false")
    core = {name: backend.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    made = measure_indicators(IndicatorTables(study(), core, frozenset(TABLES)))
    spend = next(row.value for row in made if row.indicator_id == "q1.spend_advocacy")
    elapsed = time.perf_counter() - clock
    return Answer(time.process_time() - begun, estimate=spend, elapsed_seconds=elapsed)


def study() -> Study:
    """Ten years of engagements, every indicator."""
    return Study.model_validate(
        {
            "study_id": "log",
            "title": "A simulated log",
            "period": "year",
            "window": {"start": dt.date(2015, 1, 1), "end": dt.date(2024, 12, 31)},
            "as_of": dt.date(2024, 12, 31),
            "currency": "EUR",
            "sources": [{"table": "engagement", "path": "engagement.parquet"}],
        }
    )

"""Our engine straight from Parquet, by GROUP BY on one thread."""

import time
from pathlib import Path

import ibis

from benchmarks.answer import Answer
from benchmarks.data import PERIODS
from benchmarks.ours_arrays import answer_of
from impact.sufficient.grouped import grouped_moments

MEMORY = "400MB"
"""The engine spills to disk above it."""


def parquet(folder: Path) -> Answer:
    """From one file with a row per unit and period."""
    begun = time.process_time()
    backend = ibis.duckdb.connect(
        threads=1, memory_limit=MEMORY, temp_directory=str(folder / "spill")
    )
    backend.raw_sql("SET preserve_insertion_order = false")
    backend.raw_sql("SET enable_progress_bar = false")
    table = backend.read_parquet(folder / "panel.parquet")
    return answer_of(grouped_moments(table, PERIODS).moments, begun)

"""The floor: read every value once. No program can need less."""

import time
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.answer import Answer


def arrays(folder: Path) -> Answer:
    """Read the arrays and form one mean a period."""
    begun = time.process_time()
    np.load(folder / "outcome.npy").mean(axis=0)
    return Answer(time.process_time() - begun)


def parquet(folder: Path) -> Answer:
    """Read the Parquet file and form one mean a cohort and period."""
    begun = time.process_time()
    connection = duckdb.connect(config={"threads": "1"})
    table = connection.read_parquet(str(folder / "panel.parquet"))
    table.aggregate("cohort, period, avg(outcome), count(unit_id)").fetchall()
    return Answer(time.process_time() - begun)

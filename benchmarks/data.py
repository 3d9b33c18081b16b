"""Simulated panels of a known effect, written once for every program to read."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PERIODS = 20
STARTS = (-1, 6, 8, 10, 12, 14)
EFFECT = 0.3
CHUNK = 50_000
ARRAYS_UNITS = 100_000
PARQUET_UNITS = 1_000_000


def outcomes(rng: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Outcome (units, PERIODS) with unit levels, and the first exposed period or -1."""
    cohort = rng.choice(STARTS, units)
    outcome = rng.standard_normal((units, PERIODS)) + rng.standard_normal((units, 1))
    exposed = (np.arange(PERIODS) >= cohort[:, None]) & (cohort[:, None] >= 0)
    return outcome + EFFECT * exposed, cohort


def write_arrays(folder: Path) -> None:
    """The panel of 100,000 units as two arrays."""
    outcome, cohort = outcomes(np.random.default_rng(1), ARRAYS_UNITS)
    np.save(folder / "outcome.npy", outcome)
    np.save(folder / "cohort.npy", cohort)


def write_parquet(folder: Path) -> None:
    """The panel of a million units as one Parquet file: a row per unit and period."""
    rng = np.random.default_rng(2)
    schema = pa.schema(
        [
            ("unit_id", pa.int64()),
            ("period", pa.int32()),
            ("cohort", pa.int32()),
            ("outcome", pa.float64()),
        ]
    )
    with pq.ParquetWriter(folder / "panel.parquet", schema) as writer:
        for first in range(0, PARQUET_UNITS, CHUNK):
            outcome, cohort = outcomes(rng, CHUNK)
            start = np.repeat(cohort, PERIODS)
            columns = [
                pa.array(np.repeat(np.arange(first, first + CHUNK), PERIODS)),
                pa.array(np.tile(np.arange(PERIODS, dtype=np.int32), CHUNK)),
                pa.array(start, type=pa.int32(), mask=start < 0),
                pa.array(outcome.ravel()),
            ]
            writer.write_table(pa.table(columns, schema=schema))

"""CSV to Parquet three ways: the engine's own copy, this program's intake, pandas with Pandera."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis

from benchmarks.answer import Answer
from intake.accounts import check_limits, contract_violations, count_rows
from intake.core import build_core
from intake.read import read_raw
from intake.stored import parquet_table
from intake.study import load_study
from pipelines.engine import connect
from pipelines.settings import Settings, collect_seldom
from pipelines.storage import write_table
from schemas.findings import RowAccount
from schemas.registry import TABLE_ORDER

THREADS = 2
MEMORY = "1GiB"


@dataclass
class Clock:
    """Seconds of the work alone."""

    cpu: float
    elapsed: float

    def answer(self, estimate: float) -> Answer:
        """What is told of the work, and how many rows came out."""
        return Answer(
            time.process_time() - self.cpu,
            estimate=estimate,
            elapsed_seconds=time.perf_counter() - self.elapsed,
        )


def started() -> Clock:
    """A clock that runs."""
    return Clock(time.process_time(), time.perf_counter())


def floor(folder: Path) -> Answer:
    """DuckDB's own copy of the file: no checks, no rows set aside."""
    clock = started()
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY}) as connection:
        rows = connection.read_csv(str(folder / "engagement.csv"))
        rows.to_parquet(str(folder / "floor.parquet"))
        copied = connection.read_parquet(str(folder / "floor.parquet"))
        return clock.answer(float(copied.aggregate("count(*)").fetchall()[0][0]))


def ours(folder: Path) -> Answer:
    """What a run does: raw, core and quarantine as Parquet, row accounts, the contract."""
    clock = started()
    collect_seldom()
    with _output(folder) as output:
        settings = Settings(threads=THREADS, memory_limit=MEMORY)
        backend = connect([folder, output], settings, output / "spill")
        accounts = run_intake(backend, folder, output)
        backend.disconnect()
        return clock.answer(float(sum(account.accepted for account in accounts)))


def run_intake(backend: ibis.BaseBackend, folder: Path, output: Path) -> list[RowAccount]:
    """Every table of a study to Parquet files in `output`; accounts of the last table.

    Raises:
        RuntimeError: Accepted rows break the contract.
    """
    study = load_study(folder)
    core: dict[str, ibis.Table] = {}
    accounts: list[RowAccount] = []
    named = {source.table for source in study.sources}
    for table in [name for name in TABLE_ORDER if name in named]:
        raw = _kept(
            backend, output / f"raw_{table}.parquet", read_raw(backend, folder, study, table)
        )
        accepted, quarantine = build_core(table, raw, core, study, backend).usable()
        core[table] = _kept(backend, output / f"core_{table}.parquet", accepted)
        aside = _kept(backend, output / f"quarantine_{table}.parquet", quarantine)
        accounts = count_rows(table, raw, core[table], aside)
        check_limits(accounts, study)
        if broken := contract_violations(table, core[table]):
            raise RuntimeError("; ".join(broken))
    return accounts


def _kept(backend: ibis.BaseBackend, path: Path, rows: ibis.Table) -> ibis.Table:
    write_table(backend, path, rows)
    return parquet_table(backend, path)


@contextmanager
def _output(folder: Path) -> Iterator[Path]:
    """A folder for one program's files, removed afterwards."""
    output = folder / "ours"
    output.mkdir(exist_ok=True)
    try:
        yield output
    finally:
        shutil.rmtree(output)

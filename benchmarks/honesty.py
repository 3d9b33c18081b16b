"""`make honesty`: simulate worlds of known truth, judge each, and write docs/honesty.md.

Every cell is kept when it is done, so that a run that was stopped goes on where it stopped; a
change of the code that decides starts all cells anew. Results do not depend on the number of
processes.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from benchmarks.honesty_cell import Cell
from benchmarks.honesty_cells import all_cells
from benchmarks.honesty_page import page, record
from benchmarks.honesty_run import CellCount, run_cell
from schemas.thresholds import Thresholds

ROOT = Path(__file__).parent.parent
DECIDING = (
    "impact/*.py",
    "schemas/thresholds.py",
    "tests/*worlds.py",
    "benchmarks/honesty_[cjr]*.py",
)
"""Files that can change a count."""
LEAST = 20
"""Fewest repetitions of any cell."""


def main() -> None:
    """Run the cells that are asked for and write the table."""
    asked = _arguments()
    cells = [cell for cell in all_cells() if asked.only in cell.name]
    store = asked.keep / _digest()
    store.mkdir(parents=True, exist_ok=True)
    found = {}
    for count in _run(cells, asked.reps, asked.workers, store):
        found[count.name] = count
        print(f"{len(found)}/{len(cells)} {count.name}", flush=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    written = record(cells, found, asked.reps)
    text = json.dumps(written, indent=1, ensure_ascii=False) + "\n"
    (asked.out / "honesty.json").write_text(text, encoding="utf-8")
    (asked.out / "honesty.md").write_text(page(written), encoding="utf-8")


def repetitions_of(cell: Cell, repetitions: int) -> int:
    """Give a cell its share of the repetitions."""
    return max(min(LEAST, repetitions), round(cell.weight * repetitions))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=4000, help="repetitions of a cell")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="cells whose name contains this")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where the table goes")
    parser.add_argument(
        "--keep", type=Path, default=ROOT / "data/output/honesty", help="cells done"
    )
    return parser.parse_args()


def _digest() -> str:
    """Name the state of the code that decides."""
    files = sorted(path for pattern in DECIDING for path in ROOT.glob(pattern))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _run(cells: list[Cell], repetitions: int, workers: int, store: Path) -> Iterator[CellCount]:
    """Give every cell's counts, those kept from before first, the longest of the others next."""
    left = []
    for cell in cells:
        kept = store / f"{cell.name}-{repetitions_of(cell, repetitions)}.json"
        if kept.exists():
            yield CellCount(**json.loads(kept.read_text(encoding="utf-8")))
        else:
            left.append((cell, repetitions_of(cell, repetitions), kept))
    left.sort(key=lambda item: -_effort(item[0]))
    with ProcessPoolExecutor(workers) as pool:
        futures = [pool.submit(_run_and_keep, *item) for item in left]
        for future in as_completed(futures):
            yield future.result()


def _effort(cell: Cell) -> float:
    outcomes = max(1, len(cell.effects)) * (200 if cell.is_few else 1)
    return cell.weight * outcomes * cell.spec.clusters * cell.spec.periods


def _run_and_keep(cell: Cell, repetitions: int, kept: Path) -> CellCount:
    count = run_cell(cell, repetitions, Thresholds())
    part = kept.with_suffix(f".{time.monotonic_ns()}.part")
    part.write_text(json.dumps(asdict(count)), encoding="utf-8")
    part.rename(kept)
    return count


if __name__ == "__main__":
    main()

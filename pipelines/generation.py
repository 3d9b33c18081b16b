"""One generation: the folder that a run writes and never changes once it is published."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import Exit, UserError
from pipelines.files import read_json, sha256_of, write_atomic

LAYERS = ("raw", "core", "quarantine", "panel", "effect")
FINDINGS = "findings.json"
REPORT = "report.html"
RESULTS = "results.duckdb"
RUN = "run.json"
LOCK_NAME = "plan.lock.json"
"""Beside the plan."""
READS_NAME = "outcome_reads.json"
DIGESTS = ".digests.json"
"""Beside the generations of a study."""
RUN_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class StudyOutput:
    """Everything ever written for one study: `data/output/<study>`."""

    folder: Path

    @property
    def runs(self) -> Path:
        """The folder of all generations."""
        return self.folder / "runs"

    @property
    def pointer(self) -> Path:
        """The small file that names the published run."""
        return self.folder / "current"

    def make(self) -> None:
        """Create the folders.

        Raises:
            UserError: They cannot be made or written (exit 73).
        """
        try:
            self.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.runs / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise UserError(
                Exit.PATH_NOT_USABLE,
                f"The output folder {self.folder} cannot be written.",
                error.strerror or type(error).__name__,
                "Give another folder with --out, or make this one writable.",
            ) from error

    def current(self) -> Path | None:
        """The published generation, or None while there is none or the pointer names no run."""
        if not self.pointer.is_file():
            return None
        name = self.pointer.read_text(encoding="ascii", errors="replace").strip()
        if not RUN_NAME.fullmatch(name):
            return None
        folder = self.runs / name
        return folder if folder.is_dir() else None

    def remove_abandoned(self) -> int:
        """Remove generations that no run finished, and say how many; only under the lock."""
        abandoned = [
            path
            for path in self.runs.iterdir()
            if path.is_dir() and path != self.current() and not (path / RUN).is_file()
        ]
        for path in abandoned:
            shutil.rmtree(path)
        return len(abandoned)

    def point_to(self, run_id: str) -> None:
        """Publish a generation: one atomic replacement."""
        write_atomic(self.pointer, f"{run_id}\n".encode())


def make_generation(folder: Path) -> None:
    """Create the folders of a new generation."""
    for name in LAYERS:
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)


def output_digests(folder: Path, digest_of: Callable[[Path], str] = sha256_of) -> dict[str, str]:
    """Digest of every file that the same inputs must reproduce byte for byte."""
    files = [folder / FINDINGS, folder / REPORT, *sorted(folder.glob("*/*.parquet"))]
    return {str(path.relative_to(folder)): digest_of(path) for path in files if path.is_file()}


def run_record(folder: Path) -> dict[str, Any]:
    """The run.json of a generation; empty where the run did not end."""
    return read_json(folder / RUN) or {}

"""What a run leaves: its findings, and where they lie."""

from dataclasses import dataclass
from pathlib import Path

from schemas.findings import Findings


@dataclass(frozen=True)
class Outcome:
    """A published run: its findings and where they lie."""

    study_id: str
    findings: Findings
    folder: Path
    report_path: Path
    was_plan_frozen: bool
    looks: int

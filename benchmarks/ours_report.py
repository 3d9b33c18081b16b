"""Findings to a report: `report.html` of each sample, written again once everything is loaded."""

import time
from pathlib import Path

from benchmarks.answer import Answer
from reports.page import render_report
from reports.words import write_words
from schemas.findings import Findings
from tests.findings_described import described
from tests.findings_extremes import crowd
from tests.findings_samples import hiv, prop99


def one(folder: Path) -> Answer:
    """One state against 38."""
    return _built("one", prop99(), folder)


def trial(folder: Path) -> Answer:
    """An experiment."""
    return _built("trial", hiv(), folder)


def company(folder: Path) -> Answer:
    """Five initiatives and every indicator."""
    return _built("company", described(), folder)


def many(folder: Path) -> Answer:
    """Two hundred effects."""
    return _built("many", crowd(), folder)


def _built(name: str, found: Findings, folder: Path) -> Answer:
    """`elapsed_seconds` of the first report of a process; the estimate is its bytes."""
    findings = write_words(found)
    begun, clock = time.process_time(), time.perf_counter()
    page = render_report(findings).encode()
    elapsed = time.perf_counter() - clock
    used = time.process_time() - begun
    (folder / f"{name}.html").write_bytes(page)
    return Answer(used, estimate=float(len(page)), elapsed_seconds=elapsed)

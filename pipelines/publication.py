"""Publishing: audit a finished generation, then point to it with one atomic replacement."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assets.run import Publication
from pipelines.engine import write_results
from pipelines.errors import Exit, UserError
from pipelines.files import sha256_of, sync_folder, write_json
from pipelines.generation import (
    FINDINGS,
    REPORT,
    RESULTS,
    RUN,
    StudyOutput,
    output_digests,
)
from schemas.registry import TABLE_ORDER

REQUIRED_CHECKS = ("every_row_is_accounted_for", "panel_is_valid")


def publish_generation(
    output: StudyOutput,
    folder: Path,
    record: dict[str, Any],
    expected: Sequence[str],
    digest_of: Callable[[Path], str] = sha256_of,
) -> Publication:
    """Publish the generation in `folder`, or say why not; `digest_of` a file that it holds.

    Raises:
        UserError: A blocking check failed or was never run (exit 1).
    """
    lacking = [name for name in (FINDINGS, REPORT, *expected) if not (folder / name).is_file()]
    digest = sha256_of(folder / FINDINGS) if FINDINGS not in lacking else ""
    if lacking:
        reason = f"Only a complete run is published; {len(lacking)} files of it were not made."
        return Publication(
            is_published=False, reason=reason, digest=digest, report_path=folder / REPORT
        )
    _audit(record)
    write_results(folder, RESULTS)
    write_json(folder / RUN, {**record, "outputs": output_digests(folder, digest_of)})
    _sync(folder)
    output.point_to(folder.name)
    return Publication(is_published=True, reason="", digest=digest, report_path=folder / REPORT)


def _audit(record: dict[str, Any]) -> None:
    required = {*REQUIRED_CHECKS, *(f"core_{table}_is_valid" for table in TABLE_ORDER)}
    passed = {name for name, result in record["checks"].items() if result["passed"]}
    failed = sorted(set(record["checks"]) - passed)
    never_run = sorted(required - set(record["checks"]))
    if failed or never_run:
        raise UserError(
            Exit.DATA_REJECTED,
            "The results were not published.",
            f"Checks failed: {failed or 'none'}; checks never run: {never_run or 'none'}.",
            "Run the whole study again; the last published results are untouched.",
        )


def _sync(folder: Path) -> None:
    """Every byte of the generation is on disk before anything points to it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)

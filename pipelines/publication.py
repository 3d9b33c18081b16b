"""Publishing: audit a finished generation, then point to it with one atomic replacement."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.run import Publication
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


def publish_generation(
    output: StudyOutput, folder: Path, record: dict[str, Any], expected: Sequence[str]
) -> Publication:
    """Publish the generation in `folder`, or say why not.

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
    _write_results(folder)
    write_json(folder / RUN, {**record, "outputs": output_digests(folder)})
    sync_folder(folder)
    output.point_to(folder.name)
    return Publication(is_published=True, reason="", digest=digest, report_path=folder / REPORT)


def _audit(record: dict[str, Any]) -> None:
    required = {"every_row_is_accounted_for", *(f"core_{table}_is_valid" for table in TABLE_ORDER)}
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


def _write_results(folder: Path) -> None:
    """Copy the small tables into one DuckDB file for notebooks and SQL users."""
    path = folder / RESULTS
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for layer in ("panel", "effect"):
            for parquet in sorted((folder / layer).glob("*.parquet")):
                relation = connection.read_parquet(str(parquet))
                relation.create(parquet.stem)

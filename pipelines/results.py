"""Reading what was published: the only way in for notebooks, SQL users and the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb
import pandas as pd

from pipelines.engine import connect_read_only
from pipelines.errors import Exit, UserError
from pipelines.generation import FINDINGS, REPORT, RESULTS, StudyOutput
from pipelines.settings import Settings, run_command
from schemas.findings import Findings


@dataclass(frozen=True)
class Results:
    """One published generation; it stays the same while newer ones are published.

    `connection` holds `panel`, `effect_*` as tables and every raw, core and quarantine table
    as a view. It reads one generation and locks nobody out; close it, or use `with`.
    """

    folder: Path
    findings: Findings
    connection: duckdb.DuckDBPyConnection

    @property
    def report_path(self) -> Path:
        """The report that executives read."""
        return self.folder / REPORT

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name, such as `panel` or `core_outcome`."""
        table: pd.DataFrame = self.connection.table(name).df()
        return table

    def sql(self, query: str) -> pd.DataFrame:
        """The answer to a SQL query."""
        answer: pd.DataFrame = self.connection.sql(query).df()
        return answer


def open_results(study: str, settings: Settings | None = None) -> Results:
    """Open the published results of a study, read-only.

    A run may publish others meanwhile: what is open goes on reading what it opened.

    Raises:
        UserError: Nothing is published for this study (exit 2), or what is cannot be read (5).
    """
    folder = published_folder(study, settings or Settings())
    return Results(folder, published_findings(folder), connect_read_only(folder, RESULTS))


def published_findings(folder: Path) -> Findings:
    """The findings of a published generation.

    Raises:
        UserError: They are not what a run writes (exit 5).
    """
    try:
        return Findings.model_validate_json((folder / FINDINGS).read_bytes())
    except ValueError as error:
        raise UserError(
            Exit.VERIFICATION_FAILED,
            "The published findings cannot be read.",
            f"{FINDINGS} in {folder} is not what a run writes.",
            "Run the study again: advocacy run --fresh; advocacy verify names what was changed.",
        ) from error


def published_folder(study: str, settings: Settings, source: Path | None = None) -> Path:
    """The published generation of a study; `source` is its folder where that is known.

    Raises:
        UserError: Nothing is published for this study (exit 2).
    """
    folder = StudyOutput(settings.output / study).current()
    if folder is None:
        raise UserError(
            Exit.USAGE,
            f"Nothing is published for '{study}'.",
            "It was never run to its end with this output folder.",
            f"Run it: {run_command(source or study, settings)}",
        )
    return folder

"""Reading for `validate`: as much of a table as can be read, with what cannot said beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis

from intake.problems import Problem, Rejected
from intake.read import SourceFile, header_problems, missing_columns, open_source, read_files
from schemas.study import Study

MISSING = "missing_column"
ORIGIN = ("source_file", "source_row")


@dataclass(frozen=True)
class LenientTable:
    """What could be read of a table, `raw` null where nothing could.

    `files` have a header, in whatever state. `absent` are the columns that a file should have and
    does not: they are told once, not for every row.
    """

    raw: ibis.Table | None
    files: tuple[SourceFile, ...]
    absent: Mapping[str, frozenset[str]]
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        """Whether a run could read it too."""
        return not self.problems


def read_leniently(
    backend: ibis.BaseBackend, folder: Path, study: Study, table: str
) -> LenientTable:
    """Every source of a table that can be read; a missing column stops no other check."""
    files: list[SourceFile] = []
    readable: list[SourceFile] = []
    problems: list[Problem] = []
    for source in study.sources:
        if source.table != table:
            continue
        try:
            file = open_source(folder, source)
        except Rejected as rejected:
            problems += rejected.problems
            continue
        found = header_problems(file)
        files.append(file)
        readable += [file] if all(problem.rule == MISSING for problem in found) else []
        problems += found
    raw, more = _read(backend, table, readable)
    absent = {file.name: frozenset(missing_columns(file)) for file in files}
    return LenientTable(raw, tuple(files), absent, (*problems, *more))


def without_absent(quarantine: ibis.Table, absent: Mapping[str, frozenset[str]]) -> ibis.Table:
    """Quarantine without what follows in every row from a column that is not there."""
    for file, columns in absent.items():
        follows = (
            (quarantine.source_file == file)
            & (quarantine.rule == "missing")
            & quarantine.column_name.isin(sorted(columns))
        )
        quarantine = quarantine.filter(~follows) if columns else quarantine
    return quarantine


def _read(
    backend: ibis.BaseBackend, table: str, files: Sequence[SourceFile]
) -> tuple[ibis.Table | None, tuple[Problem, ...]]:
    """The files together, without those that cannot be read."""
    problems: tuple[Problem, ...] = ()
    while files:
        try:
            return read_files(backend, table, files), problems
        except Rejected as rejected:
            problems += rejected.problems
            broken = {problem.source_file for problem in rejected.problems}
            files = [file for file in files if file.name not in broken]
    return None, problems

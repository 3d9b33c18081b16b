"""Which columns of the sources are read, and which are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.problems import Rejected, nearest
from intake.read import SourceFile, missing_columns, open_source, unknown_columns
from schemas.registry import TABLES
from schemas.study import Study


@dataclass(frozen=True)
class MappedColumn:
    """A column of a source file and the column of ours; null where there is none."""

    source_file: str
    table: str
    source_column: str | None
    column: str | None


@dataclass(frozen=True)
class MappingReport:
    """Columns found, guessed, left out and not found; a guess is never applied."""

    matched: tuple[MappedColumn, ...] = ()
    guessed: tuple[MappedColumn, ...] = ()
    ignored: tuple[MappedColumn, ...] = ()
    missing: tuple[MappedColumn, ...] = ()


def mapping_report(folder: Path, study: Study) -> MappingReport:
    """The columns of every source whose header can be read."""
    files = list(_readable(folder, study))
    guessed = [guess for file in files for guess in _guesses(file)]
    taken = {(guess.source_file, guess.column) for guess in guessed}
    return MappingReport(
        matched=tuple(found for file in files for found in _matches(file)),
        guessed=tuple(guessed),
        ignored=tuple(
            MappedColumn(file.name, file.source.table, name, None)
            for file in files
            for name in unknown_columns(file)
        ),
        missing=tuple(
            MappedColumn(file.name, file.source.table, None, name)
            for file in files
            for name in missing_columns(file)
            if (file.name, name) not in taken
        ),
    )


def _readable(folder: Path, study: Study) -> Iterator[SourceFile]:
    for source in study.sources:
        try:
            yield open_source(folder, source)
        except Rejected:
            continue


def _matches(file: SourceFile) -> Iterator[MappedColumn]:
    for column in TABLES[file.source.table].data_columns:
        if column.name in file.mapping.constants:
            yield MappedColumn(file.name, file.source.table, None, column.name)
        elif file.source_column(column.name) in file.header:
            own = file.source_column(column.name)
            yield MappedColumn(file.name, file.source.table, own, column.name)


def _guesses(file: SourceFile) -> Iterator[MappedColumn]:
    free = unknown_columns(file)
    for name in missing_columns(file):
        near = nearest(file.source_column(name), free)
        if near is not None:
            yield MappedColumn(file.name, file.source.table, near, name)

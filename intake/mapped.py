"""Which columns of the sources are read, and which are not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intake.guess import Cells, Guess, guess_columns
from intake.presets import preset_of
from intake.proposals import declared_dates, mapping_lines
from intake.read import SourceFile, missing_columns, unknown_columns
from schemas.registry import TABLES

DATED_BY, PRECISION = "start_date", "date_precision"
"""A declared format of the first says what the second would."""


@dataclass(frozen=True)
class MappedColumn:
    """A column of a source file and the column of ours; null where there is none."""

    source_file: str
    table: str
    source_column: str | None
    column: str | None


@dataclass(frozen=True)
class GuessedColumn(MappedColumn):
    """A proposal, with its score in [0, 1] and the reason for it."""

    score: float
    why: str


@dataclass(frozen=True)
class MappingReport:
    """Columns found, guessed, left out and not found; a guess is never applied.

    `proposals` are the guesses of each source as lines of study.yaml, `presets` the presets in
    use; both by file and table.
    """

    matched: tuple[MappedColumn, ...] = ()
    guessed: tuple[GuessedColumn, ...] = ()
    ignored: tuple[MappedColumn, ...] = ()
    missing: tuple[MappedColumn, ...] = ()
    proposals: Mapping[tuple[str, str], tuple[str, ...]] | None = None
    presets: Mapping[tuple[str, str], str] | None = None

    def __add__(self, other: "MappingReport") -> "MappingReport":
        """Both reports as one."""
        return MappingReport(
            self.matched + other.matched,
            self.guessed + other.guessed,
            self.ignored + other.ignored,
            self.missing + other.missing,
            {**(self.proposals or {}), **(other.proposals or {})},
            {**(self.presets or {}), **(other.presets or {})},
        )


def mapping_report(file: SourceFile, cells: Cells) -> MappingReport:
    """The columns of one source; `cells` are the first filled cells of each of its columns."""
    spec, place = TABLES[file.source.table], (file.name, file.source.table)
    free, missing = unknown_columns(file), missing_columns(file)
    guesses = guess_columns(spec, [n for n in _wanted(file) if n in spec.column_names], free, cells)
    found = {guess.column for guess in guesses}
    if DATED_BY in declared_dates(spec, guesses, cells):
        found.add(PRECISION)
    taken = {guess.source_column for guess in guesses}
    preset = preset_of(file.source)
    lines = mapping_lines(file.source, spec, guesses, cells)
    return MappingReport(
        matched=tuple(_matches(file)),
        guessed=tuple(_guessed(file, guess) for guess in guesses),
        ignored=tuple(_column(file, name, None) for name in free if name not in taken),
        missing=tuple(_column(file, None, name) for name in missing if name not in found),
        proposals={place: lines} if lines else {},
        presets={place: preset} if preset else {},
    )


def _wanted(file: SourceFile) -> list[str]:
    """Columns of ours that the source does not supply; those it must supply first."""
    missing = missing_columns(file)
    constants = file.mapping.constants
    other = [
        column.name
        for column in TABLES[file.source.table].data_columns
        if column.name not in missing and column.name not in constants
        if not _is_supplied(file, column.name)
    ]
    return missing + other


def _is_supplied(file: SourceFile, column: str) -> bool:
    names = file.mapping.source_columns(column)
    return column in file.mapping.derive or any(name in file.header for name in names)


def _matches(file: SourceFile) -> Iterator[MappedColumn]:
    for column in TABLES[file.source.table].data_columns:
        names = file.mapping.source_columns(column.name)
        if not names:
            yield _column(file, None, column.name)
        for name in names:
            if name in file.header:
                yield _column(file, name, column.name)


def _column(file: SourceFile, source_column: str | None, column: str | None) -> MappedColumn:
    return MappedColumn(file.name, file.source.table, source_column, column)


def _guessed(file: SourceFile, guess: Guess) -> GuessedColumn:
    return GuessedColumn(
        file.name, file.source.table, guess.source_column, guess.column, guess.score, guess.why
    )


def filled_cells(rows: Sequence[Mapping[str, object]]) -> dict[str, list[str]]:
    """The filled cells of each column of some rows, without the spaces around them."""
    names = rows[0] if rows else ()
    texts = {name: [str(row[name]).strip() for row in rows if row[name]] for name in names}
    return {name: [text for text in found if text] for name, found in texts.items()}

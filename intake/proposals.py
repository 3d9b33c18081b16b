"""Guessed mappings as lines of study.yaml, to read, correct and paste."""

from collections.abc import Sequence

import yaml

from intake.guess import Cells, Guess
from intake.shapes import date_formats, number_styles
from schemas.registry import TableSpec
from schemas.study import Source

SURE = 0.7
"""A guess below this score is proposed as a comment."""
INDENT = "    "


def mapping_lines(
    source: Source, spec: TableSpec, guesses: Sequence[Guess], cells: Cells
) -> tuple[str, ...]:
    """The source's entry with what was guessed; none where nothing was.

    What the source maps already is not repeated: the lines are added to it.
    """
    if not guesses:
        return ()
    place = f"path: {_scalar(source.path)}" if source.path else "# its connection and query"
    lines = [f"- table: {source.table}", f"  {place}", "  mapping:"]
    style = _format(spec, guesses, cells)
    if style:
        lines.append(f"{INDENT}format: {style}")
    lines.append(f"{INDENT}columns:")
    lines += [_column(guess) for guess in guesses]
    return tuple(lines)


def declared_dates(spec: TableSpec, guesses: Sequence[Guess], cells: Cells) -> dict[str, list[str]]:
    """For each guessed date column, the formats that read all of its cells."""
    found = {
        guess.column: date_formats(cells.get(guess.source_column, ()))
        for guess in guesses
        if spec.column(guess.column).kind == "date"
    }
    return {column: formats for column, formats in found.items() if formats}


def _column(guess: Guess) -> str:
    name = _scalar(guess.source_column)
    if guess.score < SURE:
        return f"{INDENT}  # {guess.column}: {name}  # unsure ({guess.score:.2f}): {guess.why}"
    return f"{INDENT}  {guess.column}: {name}  # {guess.score:.2f}: {guess.why}"


def _format(spec: TableSpec, guesses: Sequence[Guess], cells: Cells) -> str:
    """The keys of `format` in one line: dates by column, signs of numbers; and what is doubtful."""
    dates = declared_dates(spec, guesses, cells)
    keys = []
    if dates:
        written = ", ".join(f'{column}: "{formats[0]}"' for column, formats in dates.items())
        keys.append(f"dates: {{{written}}}")
    decimal, thousands = _signs(spec, guesses, cells)
    keys += [f'decimal: "{decimal}"'] if decimal != "." else []
    keys += [f'thousands: "{thousands}"'] if thousands else []
    return f"{{{', '.join(keys)}}}{_doubts(dates)}" if keys else ""


def _signs(spec: TableSpec, guesses: Sequence[Guess], cells: Cells) -> tuple[str, str]:
    """Decimal sign and thousands separator that read all guessed numbers."""
    numbers = [
        number_styles(cells.get(guess.source_column, ()))
        for guess in guesses
        if spec.column(guess.column).kind in ("money", "number", "count")
    ]
    known = [styles for styles in numbers if styles]
    shared = [style for style in known[0] if all(style in s for s in known)] if known else []
    return shared[0] if shared else (".", "")


def _doubts(dates: dict[str, list[str]]) -> str:
    doubtful = [
        f"{column} could be {' or '.join(formats[1:])} too"
        for column, formats in dates.items()
        if len(formats) > 1
    ]
    return f"  # {'; '.join(doubtful)}: say which" if doubtful else ""


def _scalar(text: str | None) -> str:
    """A text as YAML writes it in one line."""
    dumped: str = yaml.safe_dump(text, allow_unicode=True, width=100_000)
    return dumped.splitlines()[0]

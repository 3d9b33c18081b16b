"""Guessed mappings as lines of study.yaml, to read, correct and paste."""

from collections.abc import Sequence
from typing import Any

import yaml

from intake.guess import Cells, Guess
from intake.presets import preset_of
from intake.shapes import date_formats, number_styles
from schemas.registry import TableSpec
from schemas.study import Mapping, Source

SURE = 0.7
"""A guess below this score is proposed as a comment."""
INDENT = "    "


def mapping_lines(
    source: Source, spec: TableSpec, guesses: Sequence[Guess], cells: Cells
) -> tuple[str, ...]:
    """The source's entry, what it declares and what was guessed; none where nothing was."""
    if not guesses:
        return ()
    place = f"path: {_flow(source.path)}" if source.path else "# its connection and query"
    lines = [f"- table: {source.table}", f"  {place}", "  mapping:"]
    declared = _declared(source)
    if style := _format(declared.pop("format", {}), spec, guesses, cells):
        lines.append(f"{INDENT}format: {style}")
    mapped = declared.pop("columns", {})
    lines += [f"{INDENT}{key}: {_flow(value)}" for key, value in declared.items()]
    lines.append(f"{INDENT}columns:")
    lines += [f"{INDENT}  {ours}: {_flow(theirs)}" for ours, theirs in mapped.items()]
    lines += [_column(guess) for guess in guesses]
    return tuple(lines)


def _declared(source: Source) -> dict[str, Any]:
    """The keys of the source's mapping as study.yaml has them; of a preset its name."""
    if (preset := preset_of(source)) is not None:
        return {"preset": preset}
    own = source.mapping
    return own.model_dump(exclude_unset=True) if isinstance(own, Mapping) else {}


def declared_dates(spec: TableSpec, guesses: Sequence[Guess], cells: Cells) -> dict[str, list[str]]:
    """For each guessed date column, the formats that read all of its cells."""
    found = {
        guess.column: date_formats(cells.get(guess.source_column, ()))
        for guess in guesses
        if spec.column(guess.column).kind == "date"
    }
    return {column: formats for column, formats in found.items() if formats}


def _column(guess: Guess) -> str:
    name = _flow(guess.source_column)
    if guess.score < SURE:
        return f"{INDENT}  # {guess.column}: {name}  # unsure ({guess.score:.2f}): {guess.why}"
    return f"{INDENT}  {guess.column}: {name}  # {guess.score:.2f}: {guess.why}"


def _format(
    declared: dict[str, Any], spec: TableSpec, guesses: Sequence[Guess], cells: Cells
) -> str:
    """The keys of `format` in one line: declared, dates by column, signs of numbers; doubts."""
    dates = declared_dates(spec, guesses, cells)
    keys = [f"{key}: {_flow(value)}" for key, value in declared.items() if key != "dates"]
    known = [f"{column}: {_flow(value)}" for column, value in declared.get("dates", {}).items()]
    guessed = [f'{column}: "{formats[0]}"' for column, formats in dates.items()]
    if known or guessed:
        keys.append(f"dates: {{{', '.join([*known, *guessed])}}}")
    decimal, thousands = _signs(spec, guesses, cells)
    signs = {"decimal": decimal} if decimal != "." else {}
    signs |= {"thousands": thousands} if thousands else {}
    keys += [f'{key}: "{sign}"' for key, sign in signs.items() if key not in declared]
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


def _flow(value: Any) -> str:
    """A value as YAML writes it in one line."""
    dumped: str = yaml.safe_dump(
        value, allow_unicode=True, width=100_000, default_flow_style=True, sort_keys=False
    )
    return dumped.splitlines()[0]

"""Which column of a source could be which of ours: proposals with a score, never applied."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import yaml

from intake.shapes import date_formats, fits, is_unique
from schemas.registry import ColumnSpec, TableSpec

SYNONYMS = Path(__file__).with_name("synonyms.yaml")
SAME, MEANT, PART, LIKE = 1.0, 0.9, 0.3, 0.85
"""Scores of a header: our name, a word for it, holding such a word, spelled like it."""
STEP = 0.0002
"""The first words of a list are the better ones."""
LIKENESS = 0.84
LEAST_REQUIRED, LEAST_OPTIONAL = 0.5, 0.8
"""The least score of a proposal: a column that must be there may be guessed with less."""
BY_SHAPE = 0.4
SHAPED = {
    "date": "the only column of dates",
    "money": "the only column of numbers",
    "code": "the only column of such codes",
}
Cells = Mapping[str, Sequence[str]]
"""For each source column, its first filled cells."""


@dataclass(frozen=True)
class Guess:
    """A column of ours and the source's column it could be read from; the score is in [0, 1]."""

    column: str
    source_column: str
    score: float
    why: str


def guess_columns(
    spec: TableSpec, wanted: Sequence[str], free: Sequence[str], cells: Cells
) -> list[Guess]:
    """The best proposals for the `wanted` columns among the source's `free` ones.

    Each column of either side occurs at most once. Names count most; cells that cannot be of the
    column's kind speak against it.
    """
    candidates = [
        guess
        for name in wanted
        for header in free
        if (guess := _guess(spec, spec.column(name), header, cells)) is not None
    ]
    ranked = sorted(candidates, key=lambda g: (-_rank(spec, g), free.index(g.source_column)))
    chosen: list[Guess] = []
    for guess in ranked:
        taken = {g.column for g in chosen}, {g.source_column for g in chosen}
        if guess.column not in taken[0] and guess.source_column not in taken[1]:
            chosen.append(guess)
    chosen += _by_shape(spec, chosen, wanted, free, cells)
    return sorted(chosen, key=lambda guess: spec.column_names.index(guess.column))


def words(name: str) -> tuple[str, ...]:
    """The words of a header: without case, accents or punctuation; ä and ae are the same."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", apart).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"([aou])e", r"\1", plain)
    return tuple(re.findall(r"[a-z0-9]+", plain))


@cache
def synonyms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The words of each synonym, by column or by table and column."""
    loaded = yaml.safe_load(SYNONYMS.read_text(encoding="utf-8"))
    return {key: tuple(words(str(name)) for name in names) for key, names in loaded.items()}


def _rank(spec: TableSpec, guess: Guess) -> float:
    return guess.score + 0.05 * spec.column(guess.column).is_required


def _guess(spec: TableSpec, column: ColumnSpec, header: str, cells: Cells) -> Guess | None:
    score, why = _name_score(spec, column, words(header))
    if score == 0:
        return None
    score, seen = _shape_score(spec, column, score, cells.get(header, ()))
    least = LEAST_REQUIRED if column.is_required else LEAST_OPTIONAL
    if score < least:
        return None
    return Guess(column.name, header, round(score, 4), why + seen)


def _name_score(spec: TableSpec, column: ColumnSpec, header: tuple[str, ...]) -> tuple[float, str]:
    own = words(column.name)
    if header in (own, (*words(spec.name), *own)):
        return SAME, "the same name"
    names = _names(spec, column)
    scores = []
    if header in names:
        scores.append((MEANT - STEP * names.index(header), "a word for it"))
    for name in (own, *names):
        scores += _partly(header, name)
    return max(scores, default=(0.0, ""))


def _names(spec: TableSpec, column: ColumnSpec) -> tuple[tuple[str, ...], ...]:
    known = synonyms()
    return known.get(f"{spec.name}.{column.name}", ()) + known.get(column.name, ())


def _partly(header: tuple[str, ...], name: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    """Scores of a header that holds a name's words, or is spelled like it."""
    one, other = " ".join(header), " ".join(name)
    if min(len(one), len(other)) < 4:
        return
    if set(name) <= set(header):
        yield PART + 0.5 * len(set(name)) / len(set(header)), "holds a word for it"
    likeness = SequenceMatcher(None, one, other).ratio()
    if likeness >= LIKENESS:
        yield LIKE * likeness, "spelled like a word for it"


def _shape_score(
    spec: TableSpec, column: ColumnSpec, score: float, cells: Sequence[str]
) -> tuple[float, str]:
    fitting = fits(column, cells)
    if fitting is False:
        return 0.4 * score, ""
    if spec.key == (column.name,) and not is_unique(cells):
        return 0.6 * score, ""
    if fitting:
        return min(1.0, score + 0.05), f", and its cells fit{_written(column, cells)}"
    return score, ""


def _written(column: ColumnSpec, cells: Sequence[str]) -> str:
    formats = date_formats(cells) if column.kind == "date" else []
    return f" ({formats[0]})" if formats else ""


def _by_shape(
    spec: TableSpec, chosen: list[Guess], wanted: Sequence[str], free: Sequence[str], cells: Cells
) -> list[Guess]:
    """Where one required column and one free column of a kind are left, they may be a pair."""
    used = {guess.source_column for guess in chosen}
    found = {guess.column for guess in chosen}
    left = [spec.column(name) for name in wanted if name not in found]
    pairs = []
    for kind, why in SHAPED.items():
        ours = [column for column in left if column.kind == kind and column.is_required]
        if len(ours) != 1:
            continue
        theirs = [h for h in free if h not in used and fits(ours[0], cells.get(h, ()))]
        if len(theirs) == 1:
            pairs.append(Guess(ours[0].name, theirs[0], BY_SHAPE, why))
            used.add(theirs[0])
    return pairs

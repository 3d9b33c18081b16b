"""Pairs of names that look alike, each with a score; proposed for review, never merged."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist
from scipy import sparse

from intake.names import name_key, short_key

LEAST_SCORE = 0.75
LEAST_SHARED = 0.3
"""Cosine of three-letter pieces below which a pair is not scored."""
SAME_WORD = 0.9
"""Jaro-Winkler likeness from which two words are spellings of one: soft TF-IDF of Cohen,
Ravikumar and Fienberg (2003), IJCAI workshop on information integration, pages 73-78."""
LEAST_WORD = 4
MAX_NAMES = 20_000
"""Beyond it only names with equal keys are proposed."""
BLOCK = 1_000
PAIRS = 100_000
"""So many pairs are scored at once."""


@dataclass(frozen=True)
class LookAlike:
    """Two names by their places in the list that was given, and how alike they are, in [0, 1]."""

    first: int
    second: int
    score: float


@dataclass(frozen=True)
class _Name:
    """The two forms in which a name is compared."""

    forms: tuple[str, ...]


def look_alikes(names: Sequence[str], least: float = LEAST_SCORE) -> list[LookAlike]:
    """Pairs with a score of at least `least`, best first; names with equal keys have 1.

    The score is the mean of three likenesses of the keys: by edits, by the set of words, and by
    the words they share, each weighted by how rare it is. Words in brackets may be left out.
    Names that each have a number are told apart by it, as branches are, or yearly events.
    """
    by_key: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        by_key.setdefault(name_key(name), []).append(place)
    found = [
        LookAlike(a, b, 1.0) for same in by_key.values() for a, b in itertools.combinations(same, 2)
    ]
    if 1 < len(by_key) <= MAX_NAMES:
        groups = list(by_key.values())
        compared = [_forms(key, [names[i] for i in by_key[key]]) for key in by_key]
        for left, right, score in _scored(compared, least):
            places = itertools.product(groups[left], groups[right])
            found += [LookAlike(min(pair), max(pair), score) for pair in places]
    return sorted(found, key=lambda pair: (-pair.score, pair.first, pair.second))


def _forms(key: str, spellings: Sequence[str]) -> _Name:
    return _Name(tuple(dict.fromkeys([key, *(short_key(name) for name in spellings)])))


def _scored(names: Sequence[_Name], least: float) -> Iterator[tuple[int, int, float]]:
    counts = Counter(word for name in names for word in {w for f in name.forms for w in f.split()})
    rarity = {word: math.log(1 + len(names) / count) for word, count in counts.items()}
    every = _candidates(names)
    for pairs in (every[at : at + PAIRS] for at in range(0, len(every), PAIRS)):
        forms = [list(itertools.product(names[a].forms, names[b].forms)) for a, b in pairs]
        scores = likenesses(list(itertools.chain.from_iterable(forms)), rarity, least)
        starts = np.cumsum([0, *map(len, forms)])[:-1]
        for (left, right), score in zip(pairs, np.maximum.reduceat(scores, starts), strict=True):
            if score >= least:
                yield left, right, round(float(score), 4)


def likenesses(
    pairs: Sequence[tuple[str, str]], rarity: Mapping[str, float], least: float = 0.0
) -> NDArray[np.float64]:
    """Means of the likenesses by edits, by the set of words and by rare words, in [0, 1].

    Rare words count as 0 where even a full likeness by them would not lead to `least`.
    """
    first, second = zip(*(sorted(pair) for pair in pairs), strict=True)
    closed = [[text.replace(" ", "") for text in texts] for texts in (first, second)]
    edits = np.maximum(
        cpdist(*closed, scorer=fuzz.ratio, dtype=np.float64),
        cpdist(first, second, scorer=fuzz.token_sort_ratio, dtype=np.float64),
    )
    words = cpdist(first, second, scorer=fuzz.token_set_ratio, dtype=np.float64)
    letters = edits / 100 + words / 100
    rare = np.zeros(len(pairs))
    for place in np.flatnonzero((letters + 1.0) / 3 >= least):
        rare[place] = _shared(set(first[place].split()), set(second[place].split()), rarity)
    return np.asarray((letters + rare) / 3)


def _shared(first: set[str], second: set[str], rarity: Mapping[str, float]) -> float:
    """Weight of the shared words in that of all words; spellings of one word are shared."""
    same, left, right = first & second, first - second, second - first
    shared = sum(rarity[word] for word in sorted(same))
    total = shared + sum(rarity[word] for word in sorted(left | right))
    for word in sorted(w for w in left if len(w) >= LEAST_WORD):
        near = [(JaroWinkler.similarity(word, o), o) for o in sorted(right) if len(o) >= LEAST_WORD]
        alike, other = max(near, default=(0.0, ""))
        if alike >= SAME_WORD:
            right = right - {other}
            shared += alike * (rarity[word] + rarity[other]) / 2
            total -= min(rarity[word], rarity[other])
    return shared / total


def _candidates(names: Sequence[_Name]) -> list[tuple[int, int]]:
    """Pairs that share enough three-letter pieces, whole or without what is in brackets."""
    owner = np.array([place for place, name in enumerate(names) for _form in name.forms])
    numbers = [tuple(sorted(map(int, re.findall(r"\d+", name.forms[0])))) for name in names]
    pieces = _pieces([form for name in names for form in name.forms])
    found: set[tuple[int, int]] = set()
    for rows, columns in _compared([numbers[place] for place in owner]):
        near = (pieces[rows] @ pieces[columns].T).tocoo()
        is_near = near.data >= LEAST_SHARED
        left, right = owner[rows[near.row[is_near]]], owner[columns[near.col[is_near]]]
        ends = np.minimum(left, right), np.maximum(left, right)
        pairs = np.column_stack(ends)[left != right]
        found.update(zip(*pairs.T.tolist(), strict=True))
    return sorted(found)


def _compared(
    numbers: Sequence[tuple[int, ...]],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Places of forms that are compared, by the numbers in the names they belong to.

    Those without a number are compared with all, those with numbers with their equals.
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, found in enumerate(numbers):
        groups.setdefault(found, []).append(place)
    plain = np.array(groups.pop((), []), dtype=np.intp)
    numbered = np.array([place for group in groups.values() for place in group], dtype=np.intp)
    for start in range(0, len(plain), BLOCK):
        yield plain[start : start + BLOCK], np.concatenate([plain[start:], numbered])
    for group in (np.array(group) for group in groups.values() if len(group) > 1):
        for start in range(0, len(group), BLOCK):
            yield group[start : start + BLOCK], group[start:]


def _pieces(forms: Sequence[str]) -> sparse.csr_array:
    """Rows of unit length: three-letter pieces of each name, weighted by how rare they are."""
    split = [_three(form) for form in forms]
    counts = Counter(piece for pieces in split for piece in set(pieces))
    place = {piece: column for column, piece in enumerate(sorted(counts))}
    rarity = np.array([math.log(1 + len(forms) / counts[piece]) for piece in sorted(counts)])
    columns = np.array([place[piece] for pieces in split for piece in pieces])
    starts = np.cumsum([0, *(len(pieces) for pieces in split)])
    table = sparse.csr_array((rarity[columns], columns, starts), shape=(len(forms), len(place)))
    table.sum_duplicates()
    length = np.sqrt(table.multiply(table).sum(axis=1))
    return sparse.csr_array(sparse.diags_array(1 / length) @ table)


def _three(form: str) -> list[str]:
    text = f"  {form.replace(' ', '')}  "
    return [text[i : i + 3] for i in range(len(text) - 2)]

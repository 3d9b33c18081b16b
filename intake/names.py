"""Names of organisations: a key to compare them by; the name itself is kept as it came."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORD_LISTS = Path(__file__).with_name("legal_forms.yaml")
LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
"""Letters that Unicode does not take apart."""
INSIDE_WORDS = dict.fromkeys(map(ord, ".'`\u00b4\u2018\u2019\u02bc"))
"""Full stops and apostrophes: they part no words."""
ELISION = re.compile("\\b(all|d|dell|l|nell|qu|sull|un)['`\u00b4\u2018\u2019\u02bc]")
"""An article or preposition that French and Italian join to the next word."""
ACCENTS = dict.fromkeys(range(0x300, 0x370))
GLOSS = re.compile(r"\([^()]*\)")
JOINERS = "\u200c\u200d"
"""Zero-width, but spelling in Persian and in the scripts of India."""


@cache
def _phrases(kind: str) -> frozenset[tuple[str, ...]]:
    listed: Any = yaml.safe_load(WORD_LISTS.read_text(encoding="utf-8"))[kind]
    groups = listed.values() if isinstance(listed, dict) else [listed]
    return frozenset(tuple(phrase.split()) for group in groups for phrase in group)


def name_key(name: str) -> str:
    """What two spellings of one name have in common: equal keys are one name to a reader.

    Compatibility forms, case, accents, punctuation, blanks and characters that cannot be seen
    do not count; nor do legal forms at either end, articles at the beginning and connectives.
    """
    words: list[str] = []
    kept = _words(name)
    while kept != words:
        words = kept
        kept = _without(_without(kept, "legal_forms", at_end=True), "articles", at_end=False)
        kept = _without(kept, "legal_forms", at_end=False)
        kept = [word for word in kept if (word,) not in _phrases("connectives")] or kept
    return " ".join(kept) or "".join(_folded(name).split())


def short_key(name: str) -> str:
    """The key without what stands in brackets: a translation, a place, an abbreviation."""
    bare = GLOSS.sub(" ", name)
    return name_key(bare) if _words(bare) else name_key(name)


def has_hidden(name: str) -> bool:
    """Whether a name holds zero-width, bidirectional or other format characters."""
    return any(unicodedata.category(c) == "Cf" and c not in JOINERS for c in name)


def _words(name: str) -> list[str]:
    seen = (c if unicodedata.category(c)[0] in "LNM" else " " for c in _folded(name))
    return "".join(seen).split()


def _folded(name: str) -> str:
    """Without case, accents, compatibility forms and what cannot be seen; its own folded form."""
    folded, before = name, None
    while folded != before:
        before = folded
        lower = unicodedata.normalize("NFKC", folded).casefold()
        seen = "".join(c for c in lower if unicodedata.category(c) != "Cf")
        plain = unicodedata.normalize("NFKD", seen).translate(ACCENTS).translate(LETTERS)
        parted = ELISION.sub(r"\1 ", plain)
        folded = unicodedata.normalize("NFC", parted.translate(INSIDE_WORDS))
    return folded


def _without(words: list[str], kind: str, *, at_end: bool) -> list[str]:
    """Words without the phrases of a kind at one end, as long as a word is left."""
    phrases = _phrases(kind)
    while True:
        sizes = [n for n in range(len(words) - 1, 0, -1) if _end(words, n, at_end) in phrases]
        if not sizes:
            return words
        words = words[: -sizes[0]] if at_end else words[sizes[0] :]


def _end(words: list[str], size: int, at_end: bool) -> tuple[str, ...]:
    return tuple(words[-size:] if at_end else words[:size])

"""What a free-text purpose speaks of: word lists in several languages, matched word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ibis
import yaml

ACCENTED = "äàáâãåāăąçćčďđèéêëēėęěğìíîïīįıłñńňòóôõöøōőŕřśšşșťțùúûüūůűýÿźžż"
PLAIN = "aaaaaaaaacccddeeeeeeeegiiiiiiilnnnoooooooorrssssttuuuuuuuyyzzz"
TWO_LETTERS = {"ß": "ss", "œ": "oe", "æ": "ae"}
UMLAUTS = {"ä": "(?:a|ae)", "ö": "(?:o|oe)", "ü": "(?:u|ue)"}
SIGNALS = (
    "access",
    "adherence",
    "assistance_fund",
    "clinical_service",
    "patients",
    "collective",
    "research",
    "research_first",
)
"""Names of the signals; `research_first`: research is named, nothing collective before it."""
JOINING = "[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]"
"""Marks that stand inside a word: combining accents, soft hyphens, signs without width."""

Text = Any
"""An Ibis string expression; Ibis has no checked types for them."""


@dataclass(frozen=True)
class Signal:
    """One thing a purpose can speak of.

    `words` and `but_not` are regular expressions over `folded` text, in the part of the
    syntax that RE2, Java and Python share; nothing matches an empty `but_not`.
    """

    words: str
    but_not: str

    def is_in(self, text: Text) -> Any:
        """Whether folded text speaks of it; false where there is no text."""
        found = _without(text, self.but_not).re_search(self.words)
        return found.fill_null(ibis.literal(value=False))


@cache
def signals() -> Mapping[str, Signal]:
    """Every signal of `kind_words.yaml` by name."""
    text = files(__package__).joinpath("kind_words.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return {name: _signal(lists) for name, lists in found.items()}


def folded(text: Text) -> Text:
    """Text as lower-case words of a to z and 0 to 9, one blank around each.

    Null stays null. Case, accents (composed or not) and punctuation make no difference.
    """
    plain = text.lower().re_replace(JOINING, "").translate(ACCENTED, PLAIN)
    for letter, letters in TWO_LETTERS.items():
        plain = plain.replace(letter, letters)
    return (ibis.literal(" ") + plain + ibis.literal(" ")).re_replace("[^a-z0-9]+", " ")


def signals_in(text: Text) -> dict[str, Any]:
    """Whether folded text speaks of each of `SIGNALS`."""
    found = signals()
    heard = {name: signal.is_in(text) for name, signal in found.items()}
    first = _is_named_first(text, found["research"], found["collective"])
    return {**heard, "research_first": first}


def _is_named_first(text: Text, signal: Signal, other: Signal) -> Any:
    """Whether folded text speaks of `signal`, and of `other` only later or not at all."""
    rest = _without(_without(text, signal.but_not), other.but_not)
    first = rest.re_extract(f"(?:{signal.words})|(?:{other.words})", 0)
    return first.re_search(signal.words).fill_null(ibis.literal(value=False))


def _without(text: Text, phrases: str) -> Text:
    return text.re_replace(phrases, " ") if phrases else text


def _signal(lists: Mapping[str, str]) -> Signal:
    words = ", ".join(given for name, given in lists.items() if name != "but_not")
    return Signal(_any_of(words), _any_of(lists.get("but_not", "")))


def _any_of(phrases: str) -> str:
    return "|".join(sorted({_expression(part.strip()) for part in phrases.split(",") if part}))


def _expression(phrase: str) -> str:
    """A phrase as a regular expression over folded text, where blanks bound every word.

    Letters before or after the phrase need no sign: that keeps the expression fast.
    """
    text = f" {phrase.lower()} ".removeprefix(" *").removesuffix("* ")
    for letter, either in UMLAUTS.items():
        text = text.replace(letter, either)
    for letter, letters in TWO_LETTERS.items():
        text = text.replace(letter, letters)
    text = text.translate(str.maketrans(ACCENTED, PLAIN))
    return re.sub(r"\*", "[a-z0-9]*", text)

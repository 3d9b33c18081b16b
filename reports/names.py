"""Names from the data, made safe to set in a sentence; escaping is left to the page."""

import re
import unicodedata

ELLIPSIS = "\u2026"
ISOLATE, POP = "\u2068", "\u2069"
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SMALL_WORDS = {
    "a",
    "an",
    "and",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "or",
    "the",
    "to",
    "with",
}
_JOINERS = {"\u200c", "\u200d"}


def clean(name: str) -> str:
    """The name without control, bidi-override and private characters, blanks collapsed."""
    kept = (
        character if character in _JOINERS else _visible(character)
        for character in unicodedata.normalize("NFC", name)
    )
    return " ".join("".join(kept).split()) or "unnamed"


def shorten(name: str, words: int = 12, characters: int = 90) -> str:
    """At most `words` words and `characters` characters, with an ellipsis where it was cut."""
    text = clean(name)
    parts = text.split(" ")
    cut = " ".join(parts[:words])
    if len(cut) > characters:
        cut = _whole_words(cut, characters)
    return isolated(cut if cut == text else _without_loose_end(cut) + ELLIPSIS)


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends with an ellipsis."""
    return text if text.rstrip(POP).endswith(ELLIPSIS) else f"{text}."


def isolated(text: str) -> str:
    """The text in a bidi isolate when any of it runs from right to left."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"{ISOLATE}{text}{POP}"
    return text


def inside(name: str) -> str:
    """The name as it stands inside a sentence: no capital unless the word is an acronym."""
    text = clean(name)
    is_word = len(text) > 1 and text[0].isupper() and text[1].islower()
    return text[0].lower() + text[1:] if is_word else text


def human(identifier: str) -> str:
    """A table's or column's identifier as words."""
    return clean(identifier).replace("_", " ").replace(".", ": ")


def stepped(label: str) -> tuple[float, bool]:
    """What sorts bands of numbers: `Under 40`, `40 to 64`, `65 and over`; other labels are even."""
    number = re.search(r"\d+(?:\.\d+)?", label)
    below = label.lower().startswith(("under ", "below ", "up to ", "<"))
    return (float(number[0]) if number else 0.0, not below)


def listed(parts: list[str], last: str = "and") -> str:
    """Parts joined as in a sentence: a, b and c."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _whole_words(text: str, characters: int) -> str:
    """The text cut between words, or inside the first where that alone is too long."""
    cut = text[: characters + 1].rpartition(" ")[0]
    return cut or text[:characters]


def _without_loose_end(text: str) -> str:
    """The text without punctuation and small words left hanging at its end."""
    parts = text.rstrip(" ,;:-").split(" ")
    while len(parts) > 1 and parts[-1].lower() in _SMALL_WORDS:
        parts.pop()
    return " ".join(parts)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "Z" or character in "\t\n\r":
        return " "
    return "" if category in _DROPPED else character

"""Notes of the run as a reader wants them: one line for all columns or rows alike."""

import re
from dataclasses import dataclass

from reports.names import clean, listed

_NOTE = re.compile(r"(?P<place>\S+)\s{2,}(?P<what>.+?) \u00b7 (?P<remedy>.+)")
SHOWN = 6
"""Places named in one line; the others are told as such."""
OPEN = 3
"""Notes shown before the rest is folded away."""


@dataclass(frozen=True)
class Note:
    """What was found, where, and what to do."""

    what: str
    where: str
    remedy: str


def read_notes(notes: list[str]) -> list[Note]:
    """Notes of the same words in one file are told once, in the order of the first of them."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for note in notes:
        found = _NOTE.fullmatch(note.strip())
        if found is None:
            groups.setdefault((note, "", ""), [])
            continue
        source, _, place = found["place"].rpartition(":")
        groups.setdefault((found["what"], source, found["remedy"]), []).append(place)
    return [
        Note(_sentence(what), _places(source, places), _sentence(remedy))
        for (what, source, remedy), places in groups.items()
    ]


def _places(source: str, places: list[str]) -> str:
    if not places:
        return ""
    shown = [clean(place) for place in places[:SHOWN]]
    return f"{clean(source)}: {listed([*shown, 'others'] if len(places) > SHOWN else shown)}"


def _sentence(text: str) -> str:
    said = clean(text).removeprefix("is ") if text else ""
    return f"{said[:1].upper()}{said[1:].rstrip('.')}." if said else ""

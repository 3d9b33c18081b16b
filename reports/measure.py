"""Widths of text set in SVG, where nothing wraps by itself."""

import re
import unicodedata
from collections.abc import Iterator

from reports.names import ELLIPSIS

TIE = "\u00a0"
"""A space at which no line ends where its words fit on one."""
_WIDTHS = {
    # Advance widths of DejaVu Sans in em, rounded up. It is the widest of the fonts in the
    # page's stack, so that text measured with it fits in the others.
    0.30: "'IJijl",
    0.36: " \u00a0,-./:;\\f|",
    0.41: "!()[]rt",
    0.53: '"*?_`sz',
    0.59: "FLckvxy",
    0.64: "$0123456789EPSTYabdeghnopqu{}",
    0.70: "ABCKRVXZ",
    0.80: "&DGHNOQU",
    0.86: "#+<=>M^w~",
    1.00: "%@Wm\u2026",
}
_WIDTH_OF = {character: width for width, group in _WIDTHS.items() for character in group}
_BOLD = 1.12
_OTHER = 0.70
_WIDE = 1.05


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in the unit of `size`, never less than the browser's in the page's fonts."""
    width = sum(_character_width(character) for character in text)
    return width * size * (_BOLD if bold else 1.0)


def wrap(text: str, size: float, width: float, lines: int) -> list[str]:
    """The text in at most `lines` lines no wider than `width`; an ellipsis where it was cut."""
    wrapped = list(_lines(text, size, width))
    if len(wrapped) <= lines:
        return wrapped
    kept = wrapped[:lines]
    kept[-1] = _cut(kept[-1] + ELLIPSIS, size, width)
    return kept


def _lines(text: str, size: float, width: float) -> Iterator[str]:
    line = ""
    for word in _words(text, size, width):
        for piece in _pieces(word, size, width):
            candidate = f"{line} {piece}".strip()
            if line and text_width(candidate, size) > width:
                yield line
                candidate = piece
            line = candidate
    if line:
        yield line


def _words(text: str, size: float, width: float) -> Iterator[str]:
    """Words, those that are tied together as one where a line holds them."""
    for word in re.split(r"[^\S\u00a0]+", text.strip()):
        if text_width(word, size) > width:
            yield from word.split(TIE)
        else:
            yield word


def _pieces(word: str, size: float, width: float) -> Iterator[str]:
    """The word, broken where it alone is wider than a line."""
    piece = ""
    for character in word:
        if piece and text_width(piece + character, size) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _cut(line: str, size: float, width: float) -> str:
    body = line.rstrip(ELLIPSIS)
    while body and text_width(body + ELLIPSIS, size) > width:
        body = body[:-1]
    return body.rstrip() + ELLIPSIS


def _character_width(character: str) -> float:
    if character in _WIDTH_OF:
        return _WIDTH_OF[character]
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _WIDE
    return _OTHER

"""Widths of text set in SVG, where nothing wraps by itself."""

import unicodedata
from collections.abc import Iterator

from reports.names import ELLIPSIS

_ASCII_WIDTHS = tuple(
    # Advance widths of DejaVu Sans in hundredths of an em, U+0020 to U+007E. It is the widest
    # of the fonts in the page's stack, so that text measured with it fits in the others.
    int(width)
    for width in [
        "32",
        "40",
        "46",
        "84",
        "64",
        "95",
        "78",
        "27",
        "39",
        "39",
        "50",
        "84",
        "32",
        "36",
        "32",
        "34",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "34",
        "34",
        "84",
        "84",
        "84",
        "53",
        "100",
        "68",
        "69",
        "70",
        "77",
        "63",
        "58",
        "77",
        "75",
        "29",
        "29",
        "66",
        "56",
        "86",
        "75",
        "79",
        "60",
        "79",
        "69",
        "63",
        "61",
        "73",
        "68",
        "99",
        "69",
        "61",
        "69",
        "39",
        "34",
        "39",
        "84",
        "50",
        "50",
        "61",
        "63",
        "55",
        "63",
        "62",
        "35",
        "63",
        "63",
        "28",
        "28",
        "58",
        "28",
        "97",
        "63",
        "61",
        "63",
        "63",
        "41",
        "52",
        "39",
        "63",
        "59",
        "82",
        "59",
        "59",
        "52",
        "64",
        "34",
        "64",
        "84",
    ]
)
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
    for word in text.split():
        for piece in _pieces(word, size, width):
            candidate = f"{line} {piece}".strip()
            if line and text_width(candidate, size) > width:
                yield line
                candidate = piece
            line = candidate
    if line:
        yield line


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
    code = ord(character)
    if 32 <= code < 127:
        return _ASCII_WIDTHS[code - 32] / 100
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _WIDE
    return _OTHER

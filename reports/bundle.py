"""What the page carries with it: Plotly's own script, packed, and the hashes that allow it."""

import base64
import hashlib
import json
import lzma
import re
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

from plotly.offline import get_plotlyjs

_HTML_FREE = str.maketrans("<>&", ",.:")
"""The three characters of base 85 that mean something in HTML, and what stands for them."""
_LZMA = [{"id": lzma.FILTER_LZMA1, "preset": 4, "lc": 4, "lp": 0, "pb": 0}]
"""What `unpack.js` reads: context of four bits of the character before, no alignment."""
_STYLE_MADE = re.compile(
    r"""createElement\("style"\)[^'"]{0,40}"[^"]*"[^'"]{0,40}\.textContent='([^'\\]*)'"""
)


PARTS = 2
"""The script is packed in so many parts at the same time."""


class Part(NamedTuple):
    """A part of the script as the page carries it, and its bytes when it is unpacked."""

    code: str
    size: int


@cache
def plotly_script() -> str:
    """The script that the installed plotly package carries."""
    return str(get_plotlyjs())


@cache
def start_packing() -> tuple[Future[Part], ...]:
    """Pack the script beside other work; a program that will write a report calls it early."""
    script = plotly_script().encode()
    size = -(-len(script) // PARTS)
    pool = ThreadPoolExecutor(PARTS)
    parts = [pool.submit(packed, script[at : at + size]) for at in range(0, len(script), size)]
    pool.shutdown(wait=False)
    return tuple(parts)


def packed_plotly() -> list[Part]:
    """The script as the page carries it, about 1.5 MB in all."""
    return [part.result() for part in start_packing()]


@cache
def plotly_styles() -> tuple[str, ...]:
    """The style elements that the script makes: an empty one filled by rule, and given texts."""
    return ("", *_STYLE_MADE.findall(plotly_script()))


def packed(script: bytes) -> Part:
    """Raw LZMA in base 85 (decision 0012); no character means HTML."""
    shrunk = lzma.compress(script, format=lzma.FORMAT_RAW, filters=_LZMA)
    return Part(base64.b85encode(shrunk).decode().translate(_HTML_FREE), len(script))


def csp_hash(text: str) -> str:
    """The source expression that allows exactly this inline text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def content_policy(scripts: list[str], styles: list[str]) -> str:
    """A policy that forbids every outside source and allows only the given inline texts."""
    script_hashes = " ".join(csp_hash(text) for text in scripts) or "'none'"
    style_hashes = " ".join(csp_hash(text) for text in styles)
    return (
        f"default-src 'none'; script-src {script_hashes}; style-src-elem {style_hashes}; "
        "style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )


def safe_json(data: object) -> str:
    """JSON that can stand in a script element: no character there can end it.

    Numbers are held to six significant figures, which no chart can show.
    """
    text = json.dumps(_rounded(data), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _rounded(data: object) -> object:
    if isinstance(data, float):
        return float(f"{data:.6g}")
    if isinstance(data, dict):
        return {key: _rounded(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_rounded(value) for value in data]
    return data

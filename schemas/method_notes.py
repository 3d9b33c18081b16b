"""What each method takes for granted, read from its page in `docs/methods`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from schemas.vocabulary import Method

PAGES: Mapping[Method, str] = {
    "randomised": "randomised.md",
    "group_time_did": "group_time_did.md",
    "synthetic_did": "synthetic_did.md",
    "dose_did": "dose_and_switching.md",
    "switching_did": "dose_and_switching.md",
    "interrupted_series": "interrupted_series.md",
}
PARAGRAPH = re.compile(r"^\*\*Assumptions\.\*\* (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.)])\s+(?=[A-Z])")


def assumptions(folder: Path) -> dict[str, list[str]]:
    """The sentences of the paragraph `**Assumptions.**` of each method's page, by method."""
    pages = {method: folder / name for method, name in PAGES.items()}
    return {method: _sentences(page) for method, page in pages.items() if page.is_file()}


def assumptions_text(folder: Path) -> str:
    """The same as JSON, one line per sentence."""
    return json.dumps(assumptions(folder), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _sentences(page: Path) -> list[str]:
    found = PARAGRAPH.search(page.read_text(encoding="utf-8"))
    return SENTENCE.split(" ".join(found[1].split())) if found else []

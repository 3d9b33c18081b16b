"""Finds the numbers in prose and says which of them the findings do not bear out."""

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import reduce
from html.parser import HTMLParser

from reports.names import clean, human, inside
from schemas.findings import Findings

NUMBER = re.compile(r"(?<![\w.])[\u2212-]?\d[\d,]*(?:\.\d+)?(?! of 4\b)(?=( million)?)(?!\w)")
YEAR = re.compile(r"[12]\d{3}")
DIGEST = re.compile(r"[0-9a-f]{64}")
FIXED = re.compile(r"SHA-256|\b\d of 4\b|95%|90%")
FACTORS = (1.0, 100.0, 0.01)
"""As findings have it, as percentage points, and as money per percentage point."""
PROSE_TAGS = {"h1", "h2", "h3", "p", "li", "dd", "figcaption"}


def unsupported(
    texts: Iterable[str], findings: Findings, derived: Iterable[float] = ()
) -> list[str]:
    """Numbers in the texts that no value of the findings gives after rounding."""
    values = sorted({*_values(findings), *derived})
    words = _names(findings)
    found = []
    for text in texts:
        own = reduce(_without, words, DIGEST.sub(" ", text))
        for match in NUMBER.finditer(FIXED.sub(" ", own)):
            token = match.group(0).replace(",", "").replace("\u2212", "-")
            scale = 1e6 if match.group(1) else 1.0
            if not _is_rounded(token, scale, values):
                found.append(f"{match.group(0)} in: {text}")
    return found


def _without(text: str, name: str) -> str:
    """The text without a name, which is not looked for inside a number."""
    return re.sub(rf"(?<!\d)(?<!\d[.,]){re.escape(name)}(?!\d|[.,]\d)", " ", text)


def counts_of(findings: Findings) -> set[float]:
    """Counts that a reader can make: effects by verdict, points clear of zero, rows held."""
    effects = [effect for effect in findings.effects if effect.role != "negative_control"]
    verdicts = [effect.verdict for effect in effects]
    counts = {float(verdicts.count(verdict)) for verdict in verdicts} | {float(len(effects))}
    counts |= {float(len(findings.indicators)), 0.0}
    held = [row.quarantined for row in findings.row_accounts if row.quarantined]
    counts |= {float(sum(held)), float(len(held))}
    for effect in findings.effects:
        if effect.exposed_count <= 4:
            units = effect.exposed_count + effect.comparison_count
            ways = math.comb(units, effect.exposed_count)
            counts |= {2.0, float(ways), 2 / ways}
        counts |= {float(index) for index in range(len(effect.intervals) + 1)}
        times = [row.event_time for row in effect.event_study]
        counts |= {float(sum(time < 0 for time in times)), float(sum(time >= 0 for time in times))}
        clear = [
            row.event_time
            for row in effect.event_study
            if (row.ci_low or 0.0) > 0 or (row.ci_high or 0.0) < 0
        ]
        counts |= {float(sum(time < 0 for time in clear)), float(sum(time >= 0 for time in clear))}
    return counts


class _Prose(HTMLParser):
    """Collects the text of paragraphs, headings and descriptions."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in PROSE_TAGS:
            self._depth += 1
            self.texts.append("")
        self.texts += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in PROSE_TAGS:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth > 0:
            self.texts[-1] += data


def page_prose(page: str) -> list[str]:
    """Every sentence of the page outside tables and drawings, and every spoken label."""
    parser = _Prose()
    parser.feed(page)
    return [" ".join(text.split()) for text in parser.texts if text.strip()]


def _is_rounded(token: str, scale: float, values: list[float]) -> bool:
    decimals = len(token.partition(".")[2])
    wanted = abs(float(token)) * scale
    reach = (0.5 * 10**-decimals) * scale * 1.0001 + 1e-9
    slack = 10 ** (math.floor(math.log10(wanted)) - 2) * 0.5 if wanted >= 1000 else 0.0
    return any(
        abs(abs(value) * factor - wanted) <= max(reach, slack)
        for value in values
        for factor in FACTORS
    )


def _values(findings: Findings) -> set[float]:
    found = set(_leaves(json.loads(findings.model_dump_json())))
    for date in (findings.data_as_of, findings.window_start, findings.window_end):
        found |= _parts(date)
    return found


def _leaves(node: object) -> Iterator[float]:
    """Numbers, and the years by which indicators are split."""
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _leaves(child)
    elif isinstance(node, str):
        yield from [float(node)] if YEAR.fullmatch(node) else []
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield float(node)


def _parts(date: dt.date) -> set[float]:
    return {float(date.year), float(date.month), float(date.day)}


def _names(findings: Findings) -> list[str]:
    """Texts from the data, longest first; their own digits are the data's, not ours."""
    names = {findings.title, findings.study_id, findings.provenance.code_version, *findings.notes}
    names |= set(findings.provenance.packages.values())
    names |= {note.split(" ")[0].rpartition(":")[0] for note in findings.notes} - {""}
    for row in findings.indicators:
        names |= {clean(row.label), *row.label.split(), row.by.get("partner_id", "")}
    for effect in findings.effects:
        own = (effect.part.level, effect.part.dimension, effect.subgroup_id)
        parts = [*own, *map(human, own)]
        for name in (effect.initiative_name, effect.measure_name, effect.unit_label, *parts):
            names |= {name, inside(name), *name.split()}
    return sorted((name for name in names if any(map(str.isdigit, name))), key=len, reverse=True)

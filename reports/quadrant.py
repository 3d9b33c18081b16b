"""Q1: compliance against evidence in one square, a mark for each initiative and grade."""

import math
from dataclasses import dataclass
from itertools import pairwise

from reports.charts import ChartText
from reports.indicator_rows import is_ok, overall, rows_of
from reports.indicator_tables import Entry
from reports.names import clean, shorten
from reports.numbers import count, money, percent
from reports.palette import NEUTRAL, VERDICT_COLOURS, VERDICT_MARKERS
from reports.phrases import FINDING_WORDS, GRADES
from reports.sources import source_line
from schemas.findings import Findings, Indicator

SHOWN = 12
"""Marks in the chart, those of the most spend; the table has all."""
COMPLIANCE, EVIDENCE = "q1.compliance_complete", "q1.evidence_share"
OBSERVED = {"E3", "E2"}
"""Grades of the upper half: an outcome was observed."""
CORNERS = {
    (True, True): "evidence, and complete compliance in most activities",
    (True, False): "evidence, but most activities lack complete compliance",
    (False, True): "complete compliance in most activities, but no evidence of an outcome",
    (False, False): "no evidence of an outcome, and most activities lack complete compliance",
}
NUMBER = 18.0
"""Room for a mark's number beside it."""
LARGEST = 0.026
"""Radius of the largest mark, as a share of the side."""
SMALLEST = 4.0


@dataclass(frozen=True)
class Mark:
    """One initiative at one grade; `label` is its number in the key below the drawing."""

    label: str
    name: str
    share: float
    grade: str
    spend: float
    words: str
    shape: str
    colour: str


@dataclass(frozen=True)
class QuadrantChart:
    """Marks by share of activities complete and by grade; `whole` is that of all activities."""

    text: ChartText
    rows: tuple[Mark, ...]
    key: tuple[str, ...]
    whole: float


@dataclass(frozen=True)
class Place:
    """Where a mark stands in a square, from its top left corner, and its radius."""

    mark: Mark
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class _Pair:
    name: str
    complete: Indicator
    evidence: Indicator


def build_quadrant_chart(findings: Findings) -> QuadrantChart | None:
    """None where no initiative has both, or all activities together have no share."""
    pairs, whole = _pairs(findings), overall(findings, COMPLIANCE)
    if whole is None or whole.value is None or not pairs:
        return None
    most = sorted(pairs, key=lambda pair: -_spend(pair))[:SHOWN]
    shown = [pair for pair in pairs if pair in most]
    marks = tuple(_mark(pair, str(n)) for n, pair in enumerate(shown, start=1))
    key = tuple(_key(mark, findings.currency) for mark in marks)
    rest = " Others are in the table only." if len(pairs) > len(shown) else ""
    text = ChartText(
        chart_id="quadrant",
        title=_title(pairs),
        how_to_read=(
            "Right: more boxes ticked. Up: stronger evidence of what it did for patients. Larger: "
            f"more advocacy spend. Upright line: all activities.{_beside(marks)}{rest}"
        ),
        source=source_line(findings, COMPLIANCE, EVIDENCE),
        aria_label=(
            f"Compliance against evidence. All activities: {percent(whole.value)} complete. "
            f"{'; '.join(key)}.{rest}"
        ),
    )
    return QuadrantChart(text, marks, key, whole.value)


def _title(pairs: list[_Pair]) -> str:
    """The corner with the most initiatives, and how many of all they are."""
    corners: dict[tuple[bool, bool], set[str]] = {}
    for pair in pairs:
        corners.setdefault(_corner(pair), set()).add(pair.name)
    corner, named = max(corners.items(), key=lambda found: (len(found[1]), found[0]))
    of_all = count(len({pair.name for pair in pairs}), "initiative")
    verb = "has" if len(named) == 1 else "have"
    return f"{len(named)} of {of_all} {verb} {CORNERS[corner]}"


def _corner(pair: _Pair) -> tuple[bool, bool]:
    """Whether there is evidence of an outcome, and whether most activities are complete."""
    return pair.evidence.by["grade"] in OBSERVED, (pair.complete.value or 0.0) > 0.5


def _beside(marks: tuple[Mark, ...]) -> str:
    """Said where two marks are so near that one of them was moved."""
    shares = sorted((mark.grade, mark.share) for mark in marks)
    near = any(a[0] == b[0] and b[1] - a[1] < 2 * LARGEST for a, b in pairwise(shares))
    return " Marks that would cover each other stand side by side." if near else ""


def quadrant_entries(findings: Findings) -> list[Entry]:
    """Each initiative's compliance, and its spend at each grade."""
    pairs = _pairs(findings)
    complete = {pair.name: pair.complete for pair in pairs}
    return [
        *(Entry(f"{name}: complete", row) for name, row in complete.items()),
        *(Entry(f"{pair.name}: {_graded(pair.evidence)}", pair.evidence) for pair in pairs),
    ]


def places(chart: QuadrantChart, side: float) -> list[Place]:
    """Marks in a square of this side; those that would cover each other stand side by side."""
    largest = max((mark.spend for mark in chart.rows), default=0.0) or 1.0
    placed: list[Place] = []
    for mark in sorted(chart.rows, key=lambda mark: (mark.grade, mark.share)):
        radius = max(SMALLEST, LARGEST * side * math.sqrt(mark.spend / largest))
        lanes = _lanes(sum(other.grade == mark.grade for other in chart.rows), side)
        spots = _spots(mark, side, radius, lanes)
        tried = [Place(mark, x, y, radius) for x, y in spots]
        near = [one for one in tried if _is_on_its_side(one, chart.whole, side)]
        clear = (one for one in (*near, *tried) if not any(_covers(one, other) for other in placed))
        placed.append(next(clear, tried[0]))
    return sorted(placed, key=lambda place: int(place.mark.label))


def _lanes(marks: int, side: float) -> list[float]:
    """How far from the middle of a band its marks may stand, for so many of them."""
    height = side / len(GRADES)
    lanes = min(marks, int((height - 4) // (2 * LARGEST * side + 3)))
    ups = [(index - (lanes - 1) / 2) * (height - 4) / lanes for index in range(lanes)]
    return sorted(ups, key=abs)


def _spots(mark: Mark, side: float, radius: float, lanes: list[float]) -> list[tuple[float, float]]:
    """Places in the band of the grade, the nearest to the mark's own share first."""
    middle = side / len(GRADES) * (list(GRADES).index(mark.grade) + 0.5)
    steps = [0.0, *(sign * 4.0 * n for n in range(1, 100) for sign in (-1, 1))]
    left, right = radius + 2, side - radius - NUMBER
    return [
        (min(max(mark.share * side + dx, left), right), middle + dy) for dx in steps for dy in lanes
    ]


def _is_on_its_side(place: Place, whole: float, side: float) -> bool:
    """Whether a mark that was moved is still on its side of both upright lines."""
    own = place.mark.share
    return all((place.x / side > line) == (own > line) for line in (whole, 0.5))


def _covers(one: Place, other: Place) -> bool:
    apart = one.radius + other.radius + 3
    first, second = sorted((one, other), key=lambda place: place.x)
    return abs(one.y - other.y) < max(apart, 14) and second.x - first.x < apart + NUMBER


def _pairs(findings: Findings) -> list[_Pair]:
    """Initiatives with both, from the strongest evidence down, each grade in the plan's order."""
    names = {effect.initiative_id: effect.initiative_name for effect in findings.effects}
    complete = {
        row.by["initiative_id"]: row
        for row in rows_of(findings, COMPLIANCE, "initiative_id")
        if is_ok(row)
    }
    planned = sorted(
        complete, key=lambda own: list(names).index(own) if own in names else len(names)
    )
    graded = [
        row
        for row in findings.indicators
        if row.indicator_id == EVIDENCE and "initiative_id" in row.by and is_ok(row)
    ]
    return [
        _Pair(shorten(names.get(own, clean(own)), 8, 48), complete[own], row)
        for grade in GRADES
        for own in planned
        for row in graded
        if row.by["grade"] == grade and row.by["initiative_id"] == own
    ]


def _mark(pair: _Pair, label: str) -> Mark:
    by = pair.evidence.by
    verdict = FINDING_WORDS[by["finding"]][1] if by.get("finding") in FINDING_WORDS else None
    return Mark(
        label=label,
        name=pair.name,
        share=pair.complete.value or 0.0,
        grade=by["grade"],
        spend=_spend(pair),
        words=_graded(pair.evidence),
        shape=VERDICT_MARKERS[verdict] if verdict else "circle-open",
        colour=VERDICT_COLOURS[verdict] if verdict else NEUTRAL,
    )


def _spend(pair: _Pair) -> float:
    return max(0.0, pair.evidence.numerator or 0.0)


def _graded(row: Indicator) -> str:
    grade = GRADES[row.by["grade"]].rpartition(" (")[0].lower()
    found = FINDING_WORDS.get(row.by.get("finding", ""))
    return f"{grade}, {found[0]}" if found else grade


def _key(mark: Mark, currency: str) -> str:
    spent = money(mark.spend, currency)
    return f"{mark.name}, {spent}: {percent(mark.share)} complete, {mark.words}"

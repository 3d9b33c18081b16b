"""Q1: compliance against evidence, a mark for each initiative and grade."""

import math
from dataclasses import dataclass, replace
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
    (True, True): "an outcome on record, and complete compliance in most activities",
    (True, False): "an outcome on record, but most activities lack complete compliance",
    (False, True): "complete compliance in most activities, but no outcome on record",
    (False, False): "no outcome on record, and most activities lack complete compliance",
}
NUMBER, NUMBER_HEIGHT = 18.0, 12.0
"""Room for a mark's number beside it."""
LARGEST, LARGE = 0.026, 8.0
"""Radius of the largest mark: a share of the width, and not less than this."""
SMALLEST = 4.0
LEAST = 182.0
"""Width of the bands in the narrowest drawing."""


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
    """Where a mark stands, from the top left corner of the bands, and its radius.

    Its number is to its right, and to its left where the drawing ends.
    """

    mark: Mark
    x: float
    y: float
    radius: float
    is_number_left: bool = False


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
            f"more advocacy spend. Solid line: all activities. Dashed: halves.{_above(marks)}{rest}"
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
    return f"{len(named)} of {of_all}: {CORNERS[corner]}"


def _corner(pair: _Pair) -> tuple[bool, bool]:
    """Whether there is evidence of an outcome, and whether most activities are complete."""
    return pair.evidence.by["grade"] in OBSERVED, (pair.complete.value or 0.0) > 0.5


def _above(marks: tuple[Mark, ...]) -> str:
    """Said where marks stand in lanes, in the drawing that has the least room."""
    crowded = any(len(lanes) > 1 for lanes in _lanes(marks, LEAST).values())
    return " Marks that would cover each other stand one above the other." if crowded else ""


def quadrant_entries(findings: Findings) -> list[Entry]:
    """Each initiative's compliance, and its spend at each grade."""
    pairs = _pairs(findings)
    complete = {pair.name: pair.complete for pair in pairs}
    return [
        *(Entry(f"{name}: complete", row) for name, row in complete.items()),
        *(Entry(f"{pair.name}: {_graded(pair.evidence)}", pair.evidence) for pair in pairs),
    ]


def band_edges(chart: QuadrantChart, side: float) -> list[float]:
    """Where the bands of the grades begin and end, from the top down, at this width.

    A band is a quarter of the width high, and higher where its marks need more lanes.
    """
    edges = [0.0]
    for lanes in _lanes(chart.rows, side).values():
        needed = 4.0 + sum(2 * radius + 4.0 for radius in map(_tallest, lanes))
        edges.append(edges[-1] + max(side / len(GRADES), needed))
    return edges


def places(chart: QuadrantChart, side: float) -> list[Place]:
    """Marks at their own shares; those that would cover each other stand in lanes of a band."""
    edges = band_edges(chart, side)
    placed: list[Place] = []
    lanes_of = _lanes(chart.rows, side).values()
    for (top, foot), lanes in zip(pairwise(edges), lanes_of, strict=True):
        room = (foot - top) / max(1, len(lanes))
        for index, lane in enumerate(lanes):
            y = top + room * (index + 0.5)
            placed += [replace(place, y=y) for place in lane]
    return sorted(placed, key=lambda place: int(place.mark.label))


def _lanes(marks: tuple[Mark, ...], side: float) -> dict[str, list[list[Place]]]:
    """The marks of each grade in as few lanes as hold them without one over another."""
    largest = max((mark.spend for mark in marks), default=0.0) or 1.0
    most = max(LARGEST * side, LARGE)
    found: dict[str, list[list[Place]]] = {grade: [] for grade in GRADES}
    for mark in marks:
        x, radius = mark.share * side, max(SMALLEST, most * math.sqrt(mark.spend / largest))
        place = Place(mark, x, 0.0, radius, is_number_left=x + radius + NUMBER > side)
        lanes = found[mark.grade]
        free = (lane for lane in lanes if not any(_covers(place, other) for other in lane))
        lane = next(free, None)
        if lane is None:
            lanes.append([place])
        else:
            lane.append(place)
    return found


def _tallest(lane: list[Place]) -> float:
    return max(NUMBER_HEIGHT / 2, *(place.radius for place in lane))


def _covers(one: Place, other: Place) -> bool:
    left, right = sorted((one, other), key=lambda place: place.x)
    numbers = (not left.is_number_left) + right.is_number_left
    return right.x - left.x < left.radius + right.radius + 3 + NUMBER * numbers


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

"""Findings drawn at random: any verdict with any numbers, names and shares."""

import datetime as dt
import string
from typing import get_args

from hypothesis import strategies as st

from reports.answers import TELLING
from reports.words import write_words
from schemas.findings import (
    CertaintyCap,
    Cost,
    Effect,
    EventTime,
    Findings,
    Indicator,
    Interval,
    Needed,
    Sensitivity,
    SubgroupPart,
)
from schemas.vocabulary import INTERVAL_NAMES, CapReason, Certainty, Reason, Verdict
from tests.findings_described import share
from tests.findings_samples import accounts, findings, spend

TOLD = (
    "q1.evidence_share",
    *(piece.indicator_id for groups in TELLING.values() for group in groups for piece in group),
)

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 4))
maybe = st.none() | numbers
counts = st.integers(0, 3000)
names = st.text(string.ascii_letters + " -<>&'", min_size=0, max_size=60)
any_names = st.text(max_size=300)


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    return [
        Interval(
            name=name,
            status=draw(st.sampled_from(("PASS", "NOT_EVALUATED", "NOT_APPLICABLE"))),
            estimate=draw(maybe),
            low95=draw(maybe),
            high95=draw(maybe),
            low90=draw(maybe),
            high90=draw(maybe),
        )
        for name in INTERVAL_NAMES
    ]


@st.composite
def effects(draw: st.DrawFn, name: st.SearchStrategy[str] = names) -> Effect:
    verdict: Verdict = draw(st.sampled_from(get_args(Verdict)))
    certainty: Certainty = draw(st.sampled_from(get_args(Certainty)))
    return Effect(
        effect_id="e",
        initiative_id="i",
        initiative_name=draw(name),
        measure_id="m",
        measure_name=draw(name),
        unit_label=draw(st.sampled_from(("share of persons", "days", "percent", ""))),
        direction=draw(st.sampled_from(("higher_better", "lower_better"))),
        role=draw(st.sampled_from(("primary", "secondary", "negative_control"))),
        method=None,
        estimate=draw(maybe),
        ci_low=draw(maybe),
        ci_high=draw(maybe),
        robust_low=draw(maybe),
        robust_high=draw(maybe),
        exposed_count=draw(st.integers(0, 5)),
        comparison_count=draw(st.integers(0, 60)),
        period_count=draw(counts),
        missing_share=draw(st.none() | st.floats(0, 1).map(lambda share: round(share, 4))),
        smallest_worthwhile_effect=draw(st.none() | st.floats(0.01, 100)),
        mde=draw(maybe),
        verdict=verdict,
        reasons=draw(st.lists(st.sampled_from(get_args(Reason)), max_size=4, unique=True)),
        missing=draw(st.lists(st.sampled_from(("outcome", "unit.parent_id")), max_size=6)),
        certainty=None if verdict == "not_evaluable" else certainty,
        certainty_caps=[
            CertaintyCap(cap=draw(st.sampled_from(get_args(Certainty))), why=why)
            for why in draw(st.lists(st.sampled_from(get_args(CapReason)), max_size=4))
        ],
        intervals=draw(intervals()),
        needed=Needed(clusters=draw(st.none() | counts), periods=draw(st.none() | counts)),
        sensitivity=Sensitivity(breakdown_slope=draw(maybe)),
        cost=Cost(currency="EUR"),
    )


@st.composite
def told_shares(draw: st.DrawFn) -> list[Indicator]:
    """Any of the shares that the cards tell, each of any size."""
    cases = st.integers(0, 400)
    rows = []
    for name in draw(st.lists(st.sampled_from(TOLD), unique=True)):
        by = {"q3.retention": {"from_year": "2020", "year": "2021"}}.get(name, {})
        by = {"grade": "E3"} if name == "q1.evidence_share" else by
        top, beyond = draw(cases), draw(cases)
        rows.append(share(name, float(top), float(top + beyond + 1), **by))
    return rows


@st.composite
def written(draw: st.DrawFn, name: st.SearchStrategy[str] = names) -> Findings:
    tables = draw(st.dictionaries(st.sampled_from(("engagement", "exposure", "partner")), counts))
    made = draw(st.lists(effects(name=name), max_size=6))
    known = draw(told_shares())
    return write_words(findings(made, indicators=known, row_accounts=accounts(**tables)))


@st.composite
def paths(draw: st.DrawFn) -> list[EventTime]:
    """A path over time with no, some or all intervals."""
    first = draw(st.integers(-6, 2))
    return [
        EventTime(
            event_time=first + index,
            estimate=draw(numbers),
            ci_low=draw(maybe),
            ci_high=draw(maybe),
        )
        for index in range(draw(st.integers(0, 8)))
    ]


@st.composite
def costly(draw: st.DrawFn) -> Effect:
    """An effect, or a subgroup of one, with a path over time and money."""
    amounts = st.none() | st.floats(0, 1e8).map(lambda amount: round(amount, 2))
    level = draw(st.none() | st.sampled_from(("women", "men", "age_65_plus")))
    part = {"subgroup_id": level, "part": SubgroupPart(dimension="group", level=level or "")}
    cost = Cost(
        currency=draw(st.sampled_from(("EUR", "USD"))),
        spend=draw(amounts),
        cost_per_unit=draw(amounts),
        ci_low=draw(amounts),
        ci_high=draw(amounts),
    )
    made: Effect = draw(effects())
    update = {"event_study": draw(paths()), "cost": cost, **(part if level else {})}
    return made.model_copy(update=update)


@st.composite
def whole(draw: st.DrawFn) -> Findings:
    """Everything that a page shows, of any size."""
    rows = draw(st.dictionaries(st.sampled_from(("engagement", "outcome", "unit")), counts))
    kinds = draw(st.lists(st.sampled_from(("advocacy", "support", "unclassified")), unique=True))
    known = [spend(kind, draw(st.floats(0, 1e9))) for kind in kinds]
    result = findings(
        draw(st.lists(costly(), max_size=6)),
        indicators=[*draw(told_shares()), *known],
        row_accounts=accounts(**rows),
        currency="EUR",
        synthetic=draw(st.booleans()),
        period=draw(st.sampled_from(("month", "quarter", "year"))),
        data_as_of=draw(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))),
        notes=draw(st.lists(st.sampled_from(NOTES), unique=True)),
    )
    return write_words(result)


NOTES = [
    "2 rows of engagement are in quarantine.",
    *(f"log.csv:{row}:name  holds a blank \u00b7 remove it" for row in range(3, 12)),
]

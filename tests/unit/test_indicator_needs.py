"""A study without a table says so for exactly the indicators that need it."""

from pathlib import Path

import pytest

from impact.indicators.measure import measure_indicators
from impact.indicators.tables import IndicatorTables
from intake.study import read_study
from schemas.findings import Indicator
from schemas.indicators import INDICATORS

STUDIES = Path(__file__).parents[2] / "data" / "studies"
LOG, LINKED, VOICE = "engagement", "engagement, partner", "patient_input, engagement"
NEEDS = {
    **dict.fromkeys(("q1.spend_advocacy", "q1.spend_support", "q1.spend_unclassified"), LOG),
    **dict.fromkeys(("q1.evidence_share", "q1.compliance_complete", "q3.reciprocity"), LOG),
    "q2.upstream_share": f"{VOICE}, engagement",
    "q2.first_touch_days": f"{VOICE}, product_event",
    "q2.program_coverage": f"{VOICE}, product_event",
    "q2.dissimilarity": f"{VOICE}, subgroup, population_need",
    "q2.participation_ratio": f"{VOICE}, subgroup, population_need",
    "q2.assumption_share": f"decision, {VOICE}",
    **dict.fromkeys(
        (
            "q2.conversion",
            "q2.decided_share",
            "q2.loop_closed",
            "q2.days_to_decision",
            "q2.change_proven",
            "q2.influence_gap",
        ),
        VOICE,
    ),
    "q3.launch_coupling": f"{LINKED}, product_event",
    "q3.trust": "partner_survey",
    "t.disclosure_match": f"{LINKED}, public_disclosure",
    "t.two_sided": "public_disclosure, partner",
    "t.purpose_filled": LINKED,
    "e.reach_ratio": "engagement, population_need",
    "e.spend_per_patient": "engagement, population_need",
}
"""What two studies of outcomes alone lack; every other indicator needs log and partners."""


def told(study: str) -> list[Indicator]:
    """What a study says that has no log: no row of any table is read."""
    settings = read_study(STUDIES / study)
    named = frozenset(source.table for source in settings.sources)
    return measure_indicators(IndicatorTables(settings, {}, named))


def tables_of(reason: str | None) -> set[str]:
    return set((reason or "").removeprefix("needs ").split(", "))


@pytest.mark.parametrize("study", ["prop99", "hiv_incentives"])
def test_a_study_of_outcomes_alone_says_what_each_indicator_needs(study: str) -> None:
    rows = told(study)
    assert [row.indicator_id for row in rows] == list(INDICATORS)
    for row in rows:
        assert (row.status, row.value, row.by) == ("NOT_EVALUATED", None, {})
        assert tables_of(row.reason) == tables_of(NEEDS.get(row.indicator_id, LINKED))


@pytest.mark.parametrize("table", ["engagement", "partner_survey", "decision", "product_event"])
def test_only_indicators_that_need_a_table_miss_it(table: str) -> None:
    settings = read_study(STUDIES / "prop99")
    everything = {name for spec in INDICATORS.values() for name in spec.tables}
    asked = [name for name, spec in INDICATORS.items() if table in spec.tables]
    study = settings.model_copy(update={"indicators": asked})
    rows = measure_indicators(IndicatorTables(study, {}, frozenset(everything - {table})))
    assert {row.indicator_id: row.reason for row in rows} == dict.fromkeys(asked, f"needs {table}")

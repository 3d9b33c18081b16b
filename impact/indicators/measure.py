"""Run the registry: each indicator that a study selects and has the tables for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from impact.indicators import (
    by_partner,
    compliance,
    disclosure,
    equity,
    evidence,
    launches,
    partners,
    relationships,
    spend,
    tenure,
    voice,
)
from impact.indicators.made import not_evaluated
from impact.indicators.payments import Payments
from impact.indicators.placed import Placed
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.indicators import INDICATORS
from schemas.study import Study


@dataclass(frozen=True)
class Context:
    """The tables, and the payments made from them once."""

    tables: IndicatorTables

    @cached_property
    def payments(self) -> Payments:
        """Payments to partners that are not anonymous."""
        return Payments(self.tables)

    @cached_property
    def voice(self) -> voice.Voice:
        """Pieces of advice, support left out."""
        return voice.Voice(self.tables)

    @cached_property
    def disclosed(self) -> disclosure.Disclosed:
        """What payers and partners disclosed."""
        return disclosure.Disclosed(self.tables)

    @cached_property
    def placed(self) -> Placed:
        """Where advocacy money and participants went."""
        return Placed(self.tables)

    @cached_property
    def reach(self) -> equity.Reach:
        """Where advocacy went."""
        return equity.Reach(self.placed)


@dataclass(frozen=True)
class Family:
    """Indicators that need the same tables and are computed together."""

    indicator_ids: tuple[str, ...]
    measure: Callable[[Context], Iterable[Indicator]]


FAMILIES = (
    Family(
        ("q1.spend_advocacy", "q1.spend_support", "q1.spend_unclassified"),
        lambda at: spend.measure_spend(at.tables["engagement"], at.tables.study),
    ),
    Family(("q1.evidence_share",), lambda at: evidence.measure_evidence(at.placed)),
    Family(("q1.compliance_complete",), lambda at: compliance.measure_compliance(at.tables)),
    Family(("q2.upstream_share",), lambda at: voice.measure_phases(at.voice)),
    Family(
        ("q2.first_touch_days", "q2.program_coverage"),
        lambda at: voice.measure_protocol_lock(at.voice),
    ),
    Family(
        ("q2.conversion", "q2.decided_share", "q2.loop_closed", "q2.change_proven"),
        lambda at: voice.measure_decisions(at.voice),
    ),
    Family(("q2.days_to_decision",), lambda at: voice.measure_days(at.voice)),
    Family(("q2.influence_gap",), lambda at: voice.measure_influence(at.voice)),
    Family(
        ("q2.dissimilarity", "q2.participation_ratio"),
        lambda at: voice.measure_representation(at.voice),
    ),
    Family(("q2.assumption_share",), lambda at: voice.measure_assumptions(at.voice)),
    Family(
        (
            "q3.payments",
            "q3.payers",
            "q3.median_payment",
            "q3.retention",
            "q3.pairs",
            "q3.pairs_two_years",
            "q3.pairs_three_years",
            "q3.hhi_recipients",
            "q3.hhi_payers",
            "q3.top10_recipients",
            "q3.top10_payers",
            "q3.single_funder_share",
        ),
        lambda at: relationships.measure_relationships(at.payments),
    ),
    Family(
        ("q3.multi_year_share", "q3.core_share"),
        lambda at: relationships.measure_money_shares(at.payments),
    ),
    Family(("q3.partners",), lambda at: by_partner.measure_partners(at.payments)),
    Family(("q3.dependence",), lambda at: partners.measure_dependence(at.payments)),
    Family(("q3.launch_coupling",), lambda at: launches.measure_launch_coupling(at.payments)),
    Family(("q3.tenure", "q3.transactional_share"), lambda at: tenure.measure_time(at.tables)),
    Family(("q3.reciprocity",), lambda at: partners.measure_reciprocity(at.tables)),
    Family(("q3.trust",), lambda at: partners.measure_trust(at.tables)),
    Family(
        ("t.disclosure_match",),
        lambda at: disclosure.measure_disclosure_match(at.payments, at.disclosed),
    ),
    Family(("t.two_sided",), lambda at: disclosure.measure_two_sided(at.disclosed)),
    Family(("t.purpose_filled",), lambda at: disclosure.measure_purpose(at.payments)),
    Family(("e.reach_ratio",), lambda at: equity.measure_reach(at.reach)),
    Family(("e.spend_per_patient",), lambda at: equity.measure_spend_per_patient(at.reach)),
)


def measure_indicators(tables: IndicatorTables) -> list[Indicator]:
    """Every selected indicator in the order of the registry, its overall row first.

    One that needs a table which the study does not have is NOT_EVALUATED with "needs …"; an
    empty denominator is NOT_EVALUATED too.
    """
    at = Context(tables)
    made = [row for family in FAMILIES for row in _measured(family, at)]
    return [
        _named(row, tables)
        for name in INDICATORS
        if is_selected(name, tables.study)
        for row in made
        if row.indicator_id == name
    ]


def _named(row: Indicator, tables: IndicatorTables) -> Indicator:
    """The row of a subgroup with what its level is called."""
    if "subgroup_id" not in row.by:
        return row
    return row.model_copy(update={"label": tables.levels.get(row.by["subgroup_id"], "")})


def is_selected(indicator_id: str, study: Study) -> bool:
    """Whether the study asks for this indicator."""
    return study.indicators == "all" or indicator_id in study.indicators


def _measured(family: Family, at: Context) -> Iterable[Indicator]:
    asked = [name for name in family.indicator_ids if is_selected(name, at.tables.study)]
    absent = [
        table
        for table in INDICATORS[family.indicator_ids[0]].tables
        if table not in at.tables.named
    ]
    if not asked:
        return ()
    if absent:
        reason = f"needs {', '.join(absent)}"
        return [not_evaluated(name, reason, at.tables.study) for name in asked]
    return family.measure(at)

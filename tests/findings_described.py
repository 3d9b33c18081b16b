"""Findings of a company whose every indicator is known: numbers made by hand."""

from schemas.findings import Effect, Findings, Indicator
from schemas.indicators import INDICATORS
from tests.findings_samples import accounts, findings, portfolio

MONEY = 6_000_000.0


def share(indicator_id: str, top: float, bottom: float, **by: str) -> Indicator:
    """A share of cases, its interval a tenth to both sides and inside [0, 1]."""
    value = top / bottom
    return Indicator(
        indicator_id=indicator_id,
        question=INDICATORS[indicator_id].question,
        by=by,
        value=value,
        numerator=top,
        denominator=bottom,
        n=int(bottom),
        ci_low=max(0.0, value - 0.1),
        ci_high=min(1.0, value + 0.1),
        unit="share",
        status="OK",
    )


def part(indicator_id: str, top: float, bottom: float = MONEY, **by: str) -> Indicator:
    """A share of money, which has no interval."""
    found = share(indicator_id, top, bottom, **by)
    return found.model_copy(update={"ci_low": None, "ci_high": None, "n": 40})


def value(indicator_id: str, number: float, unit: str, **by: str) -> Indicator:
    """A count, a ratio or a median."""
    question = INDICATORS[indicator_id].question
    return Indicator(
        indicator_id=indicator_id,
        question=question,
        by=by,
        value=number,
        n=30,
        unit=unit,
        status="OK",
    )


def lacking(indicator_id: str, reason: str, **by: str) -> Indicator:
    """An indicator without a value."""
    return Indicator(
        indicator_id=indicator_id,
        question=INDICATORS[indicator_id].question,
        by=by,
        unit="share",
        status="NOT_EVALUATED",
        reason=reason,
    )


def _evidence(effects: list[Effect]) -> list[Indicator]:
    name = "q1.evidence_share"
    rows = [
        part(name, 900_000.0, grade="E0"),
        part(name, 0.0, grade="E1"),
        part(name, 300_000.0, grade="E2"),
        part(name, 4_800_000.0, grade="E3"),
    ]
    sums = {"unfavourable": 1.1e6, "favourable": 2.0e6, "little_difference": 0.6e6}
    for finding, amount in (sums | {"inconclusive": 1.1e6}).items():
        rows.append(part(name, amount, grade="E3", finding=finding))
        rows.append(part(name, amount, 7e6, grade="E3", finding=finding, kinds="with_unclear"))
    rows.append(part(name, 1_700_000.0, 7e6, grade="E0", kinds="with_unclear"))
    owners = [effect.initiative_id for effect in effects]
    rows += [part(name, 100_000.0, grade="E3", initiative_id=owner) for owner in owners]
    rows += [part(name, 90_000.0, grade="E0", initiative_id="congress_2024")]
    name = "q1.compliance_complete"
    rows += [share(name, 482.0, 1221.0), share(name, 1112.0, 1187.0, part="agreement")]
    rows += [share(name, 641.0, 1221.0, part="disclosure")]
    rows += [lacking(name, "the denominator is empty", part="fair_market_value")]
    named = [*owners, "congress_2024", "elsewhere"]
    return rows + [
        share(name, 40.0 + 7 * index, 120.0, initiative_id=owner)
        for index, owner in enumerate(named)
    ]


def _voice() -> list[Indicator]:
    rows = [
        share("q2.upstream_share", 34.0, 110.0),
        share("q2.conversion", 50.0, 120.0),
        share("q2.decided_share", 84.0, 120.0),
        share("q2.loop_closed", 26.0, 84.0),
        share("q2.change_proven", 21.0, 50.0),
        share("q2.program_coverage", 3.0, 8.0),
        share("q2.assumption_share", 33.0, 60.0),
        value("q2.days_to_decision", 61.0, "days"),
        value("q2.first_touch_days", -40.0, "days"),
        value("q2.influence_gap", 0.8, "points of 5"),
    ]
    phases = {"discovery": (9, 5, 1), "phase2": (25, 16, 4), "post_market": (44, 30, 9)}
    for phase, (asked, decided, changed) in phases.items():
        rows.append(share("q2.decided_share", decided, asked, lifecycle_phase=phase))
        adopted = max(1.0, decided / 2)
        rows.append(share("q2.change_proven", changed, adopted + changed, lifecycle_phase=phase))
    rows.append(share("q2.decided_share", 2.0, 10.0, lifecycle_phase="launch"))
    for subgroup, ratio in (("women", 0.61), ("men", 1.4)):
        by = {"dimension": "sex", "subgroup_id": subgroup}
        rows.append(value("q2.participation_ratio", ratio, "ratio", **by))
    return rows


def _relationships() -> list[Indicator]:
    return [
        value("q3.payers", 4.0, "payers"),
        *(
            share("q3.retention", kept, seen, from_year=str(year), year=str(year + 1))
            for year, kept, seen in ((2021, 20.0, 31.0), (2022, 25.0, 34.0), (2023, 19.0, 36.0))
        ),
        share("q3.pairs_two_years", 30.0, 44.0),
        share("q3.tenure", 27.0, 40.0, years="2"),
        part("q3.multi_year_share", 2.2e6),
        part("q3.core_share", 0.9e6),
        share("q3.reciprocity", 300.0, 900.0),
        share("q3.reciprocity", 200.0, 1100.0, part="non_monetary"),
        share("q3.transactional_share", 12.0, 44.0),
        share("q3.single_funder_share", 11.0, 24.0),
        share("q3.dependence", 3.0, 20.0),
        *_partners(),
        part("q3.dependence", 62_000.0, 100_000.0, partner_id="rare_voices"),
        part("q3.dependence", 31_000.0, 100_000.0, partner_id="lung_circle"),
        part("q3.launch_coupling", 1.9e6),
        lacking("q3.trust", "needs partner_survey"),
    ]


def of_partner(partner_id: str, label: str, amount: float, **shares: float) -> list[Indicator]:
    """A partner that is told by itself: its money, and some of its components."""
    by = {"partner_id": partner_id}
    rows = [value("q3.partners", amount, "EUR", **by, part="amount")]
    rows += [share("q3.partners", top, 10.0, **by, part=name) for name, top in shares.items()]
    return [row.model_copy(update={"label": label}) for row in rows]


def _partners() -> list[Indicator]:
    return [
        value("q3.partners", 24.0, "partners"),
        value("q3.partners", 21.0, "partners", part="others"),
        *of_partner("lung", "Lung Circle", 2.4e6, retention=9, long=7, core=2, first_step=3),
        *of_partner("rare", "Rare Voices", 1.1e6, retention=5, core=1, dependence=6),
        *of_partner("hidden", "", 0.4e6, retention=4, dependence=12),
    ]


def _fairness() -> list[Indicator]:
    small = "a count of persons is too small to be shown"
    rows = [
        share("t.disclosure_match", 70.0, 90.0),
        share("t.purpose_filled", 800.0, 900.0),
        lacking("t.two_sided", "the denominator is empty"),
        value("e.spend_per_patient", 41.0, "EUR per person"),
        value("e.spend_per_patient", 60.5, "EUR per person", region_code="CH-ZH"),
        value("e.spend_per_patient", 12.25, "EUR per person", region_code="CH-TI"),
        value("e.reach_ratio", 5.2, "ratio", region_code="CH-ZH"),
        lacking("e.reach_ratio", small, region_code="CH-TI"),
    ]
    for subgroup, ratio in (("women", 0.8), ("men", 1.3)):
        by = {"dimension": "sex", "subgroup_id": subgroup}
        rows.append(value("e.reach_ratio", ratio, "ratio", **by))
    return rows


def described() -> Findings:
    """The synthetic company with all its tables."""
    company = portfolio()
    made = [*_evidence(company.effects), *_voice(), *_relationships(), *_fairness()]
    more = accounts(patient_input=120, decision=60, population_need=40)
    rows = {"row_accounts": [*company.row_accounts, *more]}
    return company.model_copy(update={"indicators": [*company.indicators, *made], **rows})


def only(*rows: Indicator) -> Findings:
    """Findings with these indicators and no effect."""
    return findings([], indicators=list(rows))

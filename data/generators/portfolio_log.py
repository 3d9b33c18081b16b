"""The synthetic company's partners and its log of engagements, advocacy and support."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Row = dict[str, Any]
Generator = np.random.Generator

WINDOW_END = pd.Timestamp("2024-12-31")
AS_OF = pd.Timestamp("2025-01-31")
YEARS = (2021, 2022, 2023, 2024)
LOCAL_PARTNERS = 16
NURSE_UNITS = ("c57", "c58", "c59", "c60")
STEPS = {
    "peer_navigators": ("project_grant", 9_000, "Peer navigators, quarterly grant"),
    "referral_portal": ("project_grant", 7_000, "Referral portal, operation"),
    "information_evenings": ("awareness_campaign", 3_500, "Informationsabende für Patienten"),
    "relief_grants": ("core_grant", 5_000, "Subvention de fonctionnement"),
    "decision_aid_pilot": ("education_grant", 1_800, "Decision-aid booklets, pilot"),
}
LIFECYCLE = {"decision_aid_pilot": "post_market", "referral_portal": "launch"}
COLUMNS = (
    "engagement_id",
    "payer_id",
    "partner_id",
    "initiative_id",
    "start_date",
    "end_date",
    "date_precision",
    "activity_type",
    "kind",
    "beneficiary",
    "lifecycle_phase",
    "engagement_level",
    "initiated_by",
    "amount",
    "currency",
    "funding_type",
    "agreement_id",
    "agreement_start",
    "agreement_end",
    "staff_hours",
    "participant_count",
    "is_product_linked",
    "product_id",
    "unit_id",
    "has_written_agreement",
    "approval_date",
    "disclosed_date",
    "disclosure_scheme",
    "reverses_engagement_id",
    "recorded_date",
    "purpose",
)


def partner_table() -> pd.DataFrame:
    """Twenty-six invented partners: local patient organisations and others."""
    local = [
        (f"p{n:02d}", f"Patient Organisation {n:02d} (synthetic)", "patient_org")
        for n in range(1, LOCAL_PARTNERS + 1)
    ]
    others = [
        ("p17", "Umbrella of Patient Organisations (synthetic)", "umbrella"),
        ("p18", "Rare Disease Umbrella (synthetic)", "umbrella"),
        ("p19", "Society of Specialists (synthetic)", "professional_society"),
        ("p20", "Society of Nurses (synthetic)", "professional_society"),
        ("p21", "University Hospital (synthetic)", "hospital"),
        ("p22", "Regional Hospital (synthetic)", "hospital"),
        ("p23", "Patient-Assistance Foundation (synthetic)", "foundation"),
        ("p24", "Agency for Technology Assessment (synthetic)", "public_body"),
        ("p25", "Support Hub Operator (synthetic)", "other"),
        ("p26", "Nursing Service (synthetic)", "other"),
    ]
    table = pd.DataFrame(local + others, columns=["partner_id", "name", "org_type"])
    is_patient = table["org_type"].isin(["patient_org", "umbrella"])
    table["is_anonymous"] = "false"
    table["country_code"] = "DE"
    table["is_patient_governed"] = np.where(is_patient, "true", "false")
    table["is_charity_assistance"] = np.where(table["partner_id"] == "p23", "true", "false")
    return table


def start_dates(
    rng: Generator, cohorts: Mapping[str, NDArray[np.int64]], units: list[str], first_month: str
) -> pd.DataFrame:
    """Date of the first engagement of each exposed pair: `initiative_id, unit_id, start_date`."""
    rows = []
    for initiative_id, cohort in cohorts.items():
        for row in np.flatnonzero(cohort >= 0):
            month = pd.Timestamp(first_month) + pd.DateOffset(months=int(cohort[row]))
            date = month + pd.Timedelta(days=int(rng.integers(1, 20)))
            rows.append((initiative_id, units[row], date.strftime("%Y-%m-%d")))
    return pd.DataFrame(rows, columns=["initiative_id", "unit_id", "start_date"])


def engagement_table(rng: Generator, starts: pd.DataFrame) -> pd.DataFrame:
    """The log, in order of date; ids follow that order."""
    rows = [
        *_initiative_rows(rng, starts),
        *_national_rows(rng),
        *_research_rows(rng),
        *_support_rows(rng),
        *_unclear_rows(rng),
    ]
    table = pd.DataFrame([with_record(rng, row) for row in rows])
    table = table.sort_values("start_date", kind="stable", ignore_index=True)
    table.insert(0, "engagement_id", [f"e{n:05d}" for n in range(1, len(table) + 1)])
    table = _with_reversals(table)
    for column in ("amount", "staff_hours", "participant_count"):
        table[column] = table[column].astype("Int64")
    return table.reindex(columns=list(COLUMNS))


def _initiative_rows(rng: Generator, starts: pd.DataFrame) -> Iterator[Row]:
    """Grants every quarter from the start, and meetings; each names its community."""
    for pair in starts.itertuples(index=False):
        partner = f"p{(int(str(pair.unit_id)[1:]) - 1) % LOCAL_PARTNERS + 1:02d}"
        start = pd.Timestamp(str(pair.start_date))
        common = {
            "partner_id": partner,
            "initiative_id": pair.initiative_id,
            "unit_id": pair.unit_id,
            "agreement_id": f"a_{pair.initiative_id}_{pair.unit_id}",
            "agreement_start": start,
            "agreement_end": start + pd.DateOffset(months=24, days=-1),
            "lifecycle_phase": LIFECYCLE.get(str(pair.initiative_id), "not_product_specific"),
        }
        if pair.initiative_id in {"referral_portal", "relief_grants"}:
            yield _first_talk(rng, common, start)
        for quarter, date in enumerate(pd.date_range(start, WINDOW_END, freq="91D")):
            yield _grant(rng, common, date)
            if quarter % 2 == 1:
                yield _meeting(rng, common, date)


def _first_talk(rng: Generator, common: Row, start: pd.Timestamp) -> Row:
    """A meeting two to four months earlier, below the amount that counts as exposure."""
    date = start - pd.Timedelta(days=int(rng.integers(60, 120)))
    without_agreement = {key: value for key, value in common.items() if "agreement" not in key}
    return _meeting(rng, without_agreement, date)


def _grant(rng: Generator, common: Row, date: pd.Timestamp) -> Row:
    """A payment to a patient organisation; the log leaves three kinds in ten to be derived."""
    activity, size, purpose = STEPS[str(common["initiative_id"])]
    core = activity == "core_grant"
    return common | {
        "start_date": date,
        "end_date": min(date + pd.Timedelta(days=90), WINDOW_END),
        "activity_type": activity,
        "kind": "advocacy" if rng.random() < 0.7 else None,
        "beneficiary": "organisation" if core else "patients_collective",
        "engagement_level": rng.choice(["involve", "collaborate"]),
        "initiated_by": rng.choice(["company", "partner", "joint"], p=[0.5, 0.3, 0.2]),
        "amount": rounded_amount(rng, size),
        "funding_type": "core_unrestricted" if core else "restricted_project",
        "staff_hours": rng.integers(4, 40),
        "participant_count": rng.integers(15, 90),
        "purpose": purpose,
    }


def _meeting(rng: Generator, common: Row, date: pd.Timestamp) -> Row:
    return common | {
        "start_date": date + pd.Timedelta(days=int(rng.integers(0, 10))),
        "activity_type": "meeting",
        "kind": "advocacy",
        "beneficiary": "organisation",
        "engagement_level": "consult",
        "initiated_by": rng.choice(["company", "partner"]),
        "amount": 0,
        "funding_type": "none",
        "staff_hours": rng.integers(2, 12),
        "participant_count": rng.integers(11, 30),
        "purpose": "Meeting",
    }


def _national_rows(rng: Generator) -> Iterator[Row]:
    """Core grants, membership fees, events and campaigns that name no initiative or community."""
    kinds = (
        ("core_grant", 12_000, "organisation", "core_unrestricted", "Yearly core grant"),
        ("membership_fee", 2_500, "organisation", "fee_for_service", "Mitgliedsbeitrag"),
        ("sponsorship_event", 4_000, "patients_collective", "sponsorship", "Patient day"),
        ("policy_campaign", 9_000, "decision_body", "restricted_project", "Campagne nationale"),
    )
    for year in YEARS:
        for number in range(1, 19):
            for activity, size, beneficiary, funding, purpose in kinds:
                if rng.random() < 0.45:
                    yield {
                        "partner_id": f"p{number:02d}",
                        "start_date": day_of(rng, year),
                        "activity_type": activity,
                        "kind": "advocacy" if rng.random() < 0.5 else None,
                        "beneficiary": beneficiary,
                        "lifecycle_phase": "not_product_specific",
                        "engagement_level": "inform",
                        "initiated_by": rng.choice(["partner", "company"]),
                        "amount": rounded_amount(rng, size),
                        "funding_type": funding,
                        "purpose": purpose,
                    }


def _research_rows(rng: Generator) -> Iterator[Row]:
    """Advice on trials and assessments, paid by the hour."""
    phases = ["discovery", "phase1", "phase2", "phase3", "regulatory", "hta_access"]
    for year in YEARS:
        for number in range(24):
            partner = rng.choice(["p17", "p18", "p19", "p20", "p24"])
            given = partner in {"p17", "p18"} or rng.random() < 0.5
            yield {
                "partner_id": partner,
                "start_date": day_of(rng, year),
                "activity_type": ["advisory_board", "protocol_review"][number % 2],
                "kind": "research_engagement" if given else None,
                "beneficiary": "patients_collective",
                "lifecycle_phase": rng.choice(phases),
                "engagement_level": "involve",
                "initiated_by": "company",
                "amount": rounded_amount(rng, 3_000),
                "funding_type": "fee_for_service",
                "staff_hours": rng.integers(6, 30),
                "participant_count": rng.integers(11, 20),
                "is_product_linked": "true",
                "product_id": rng.choice(["product_a", "product_b"]),
                "purpose": "Advice on a trial or an assessment",
            }


def _support_rows(rng: Generator) -> Iterator[Row]:
    """Patient support, month by month; it is never part of advocacy."""
    programs = (
        ("copay_assistance", "p25", 60_000),
        ("free_drug", "p25", 45_000),
        ("hub_service", "p25", 30_000),
        ("nurse_educator", "p26", 25_000),
        ("adherence_program", "p26", 15_000),
        ("travel_support", "p25", 8_000),
    )
    for date in pd.date_range("2021-01-01", WINDOW_END, freq="MS"):
        for activity, partner, size in programs:
            yield _support(rng, (activity, partner, size), date)
        if date.month % 3 == 1:
            yield _charity_donation(rng, date)
            for unit_id in NURSE_UNITS:
                row = _support(rng, ("nurse_educator", "p26", 2_000), date)
                yield row | {"unit_id": unit_id}


def _support(rng: Generator, program: tuple[str, str, int], date: pd.Timestamp) -> Row:
    activity, partner, size = program
    return {
        "partner_id": partner,
        "start_date": date,
        "activity_type": activity,
        "beneficiary": "patient",
        "lifecycle_phase": "post_market",
        "initiated_by": "company",
        "amount": rounded_amount(rng, size),
        "funding_type": "fee_for_service",
        "participant_count": rng.integers(40, 400),
        "is_product_linked": "true",
        "product_id": "product_a",
        "disclosure_scheme": "not_required",
        "purpose": "Patient support program",
    }


def _charity_donation(rng: Generator, date: pd.Timestamp) -> Row:
    return {
        "partner_id": "p23",
        "start_date": date,
        "activity_type": "donation_in_kind",
        "beneficiary": "unknown",
        "initiated_by": "third_party",
        "amount": rounded_amount(rng, 20_000),
        "funding_type": "in_kind",
        "purpose": "Patient-assistance fund",
    }


def _unclear_rows(rng: Generator) -> Iterator[Row]:
    """Clinical services bought at hospitals, and sponsorships that say too little."""
    for year in YEARS:
        for number in range(12):
            yield {
                "partner_id": ["p21", "p22"][number % 2],
                "start_date": day_of(rng, year),
                "activity_type": "screening_campaign",
                "kind": "hybrid",
                "beneficiary": "patients_collective",
                "amount": rounded_amount(rng, 6_000),
                "funding_type": "fee_for_service",
                "purpose": "Screening days",
            }
            yield {
                "partner_id": ["p19", "p20"][number % 2],
                "start_date": day_of(rng, year),
                "activity_type": rng.choice(["sponsorship_other", "other", "unknown"]),
                "beneficiary": "unknown",
                "amount": rounded_amount(rng, 2_500),
                "funding_type": "sponsorship",
                "purpose": rng.choice(["Unterstützung", "Soutien", "Support", ""]),
            }


def day_of(rng: Generator, year: int) -> pd.Timestamp:
    """A day of the year, drawn evenly."""
    return pd.Timestamp(year, 1, 1) + pd.Timedelta(days=int(rng.integers(0, 365)))


def rounded_amount(rng: Generator, size: int) -> int:
    """EUR, in tens, never below half of `size`."""
    return max(size // 2, int(round(size * float(np.exp(0.25 * rng.standard_normal())), -1)))


def with_record(rng: Generator, row: Row) -> Row:
    """What every row of the log carries: payer, currency, and how complete its file is."""
    date: pd.Timestamp = min(row["start_date"], WINDOW_END)
    paid = row["amount"] > 0
    disclosed = pd.Timestamp(date.year + 1, 6, 30)
    approved = date - pd.Timedelta(days=int(rng.integers(-4, 45)))
    return (
        {
            "is_product_linked": "false",
            "disclosure_scheme": "efpia" if paid else "not_required",
        }
        | row
        | {
            "payer_id": "synthetic_company",
            "start_date": date,
            "date_precision": "day",
            "currency": "EUR",
            "has_written_agreement": "true" if rng.random() < 0.94 else "false",
            "approval_date": approved if paid and rng.random() < 0.95 else None,
            "disclosed_date": disclosed if paid and disclosed <= AS_OF else None,
            "recorded_date": min(date + pd.Timedelta(days=int(rng.integers(2, 16))), AS_OF),
        }
    )


def _with_reversals(table: pd.DataFrame) -> pd.DataFrame:
    """Two event sponsorships were paid back a month later."""
    events = table[table["activity_type"] == "sponsorship_event"].iloc[[3, 11]]
    back = events.assign(
        reverses_engagement_id=events["engagement_id"],
        engagement_id=["r00001", "r00002"],
        amount=-events["amount"],
        start_date=events["start_date"] + pd.Timedelta(days=30),
        recorded_date=events["recorded_date"] + pd.Timedelta(days=30),
        purpose="Paid back: event cancelled",
    )
    return pd.concat([table, back], ignore_index=True)

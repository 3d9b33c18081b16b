"""The rest of the synthetic company's dealings: its Swiss affiliate, one-off gifts, a launch.

None of these rows names an initiative or a community: no effect and no cost depends on them.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from data.generators.portfolio_log import (
    COLUMNS,
    WINDOW_END,
    Generator,
    Row,
    day_of,
    rounded_amount,
    with_record,
)

HOME, AFFILIATE = "synthetic_company", "synthetic_company_ch"
AFFILIATE_PARTNERS = tuple(f"p{n:02d}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 17, 18))
ONE_OFF_PARTNERS = tuple(f"p{n:02d}" for n in range(27, 35))
ANONYMOUS = "p35"
DEPENDENT, DEPENDENT_SHARE = "p12", 0.45
CHILDREN = {"p17": ("p01", "p02", "p03", "p04"), "p18": ("p09", "p10", "p11", "p12")}
LAUNCH = pd.Timestamp("2023-03-01")
FAIR_RATE = 150
FX_RATES = {"2021-01-01": 0.92, "2022-01-01": 0.96, "2023-01-01": 1.01, "2024-01-01": 1.06}
"""Euros for one Swiss franc, from each day on."""
ALL_COLUMNS = (*COLUMNS, "fmv_rate", "paid_rate")


def in_euros(amount: float, currency: str, date: pd.Timestamp) -> float:
    """An amount at the latest rate on or before the day."""
    if currency == "EUR":
        return float(amount)
    latest = max(day for day in FX_RATES if pd.Timestamp(day) <= date)
    return float(amount) * FX_RATES[latest]


def more_partners() -> pd.DataFrame:
    """Eight small patient organisations, and a recipient that the log does not name."""
    names = [f"Patient Organisation {n:02d} (synthetic)" for n in range(17, 25)]
    table = pd.DataFrame({"partner_id": ONE_OFF_PARTNERS, "name": names})
    hidden = pd.DataFrame({"partner_id": [ANONYMOUS], "name": ["Unnamed recipient (synthetic)"]})
    both = pd.concat([table, hidden], ignore_index=True)
    return both.assign(
        org_type="patient_org",
        is_anonymous=np.where(both["partner_id"] == ANONYMOUS, "true", "false"),
        country_code="DE",
        is_patient_governed="true",
        is_charity_assistance="false",
    )


def with_income(rng: Generator, partners: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Incomes of most patient organisations, and the umbrellas that some belong to.

    The largest sum of a year from one payer is 3 to 15 % of a partner's income; of one
    partner's, which depends on the company, 45 %.
    """
    paid = log.assign(
        year=log["start_date"].dt.year,
        euros=[
            in_euros(a, c, d)
            for a, c, d in zip(log["amount"], log["currency"], log["start_date"], strict=True)
        ],
    )
    yearly = paid.groupby(["partner_id", "payer_id", "year"])["euros"].sum()
    largest = yearly.groupby("partner_id").max()
    share = pd.Series(rng.uniform(0.03, 0.15, len(partners)), partners["partner_id"])
    share[DEPENDENT] = DEPENDENT_SHARE
    is_group = partners["org_type"].isin(["patient_org", "umbrella"])
    is_dependent = partners["partner_id"] == DEPENDENT
    told = is_group & (partners["partner_id"] != ANONYMOUS)
    told &= is_dependent | (rng.random(len(partners)) < 0.85)
    income = (largest / share).reindex(partners["partner_id"]).round(-2)
    parent = {child: umbrella for umbrella, own in CHILDREN.items() for child in own}
    return partners.assign(
        parent_partner_id=partners["partner_id"].map(parent),
        annual_income=pd.Series(income.to_numpy()).where(told).astype("Int64"),
        income_currency=told.map({True: "EUR", False: None}),
    )


def more_engagements(rng: Generator) -> pd.DataFrame:
    """Further rows of the log, in order of date; ids begin with x."""
    rows = [
        *_affiliate_rows(rng),
        *_one_off_rows(rng),
        *_launch_rows(rng),
        *_late_advice_rows(rng),
        *_unnamed_rows(rng),
    ]
    keys = ("payer_id", "currency")
    kept = [with_record(rng, row) | {key: row[key] for key in keys if key in row} for row in rows]
    table = pd.DataFrame(kept).sort_values("start_date", kind="stable", ignore_index=True)
    table.insert(0, "engagement_id", [f"x{n:05d}" for n in range(1, len(table) + 1)])
    table = table.reindex(columns=list(COLUMNS))
    for column in ("amount", "staff_hours", "participant_count"):
        table[column] = table[column].astype("Int64")
    return table


def complete_log(rng: Generator, log: pd.DataFrame) -> pd.DataFrame:
    """The log with further rows, and hourly rates of advice: one in ten unknown, some too high."""
    more = more_engagements(rng)
    dates = {name: log[name].dtype for name in log if is_datetime64_any_dtype(log[name])}
    whole = pd.concat([log, more.astype(dates)], ignore_index=True)
    is_advice = whole["activity_type"].isin(["advisory_board", "protocol_review"]).to_numpy()
    paid = pd.Series(rng.integers(12, 17, len(whole)) * 10)
    known = is_advice & (rng.random(len(whole)) < 0.9)
    return whole.assign(
        fmv_rate=pd.Series(FAIR_RATE, whole.index).where(is_advice).astype("Int64"),
        paid_rate=paid.where(known).astype("Int64"),
    ).reindex(columns=list(ALL_COLUMNS))


def _affiliate_rows(rng: Generator) -> Iterator[Row]:
    """Core grants of the Swiss affiliate in francs, each year with three chances in four.

    Half of the agreements began years before the window.
    """
    for number, partner in enumerate(AFFILIATE_PARTNERS):
        start = day_of(rng, 2016 + number % 4 if number % 2 else 2021)
        for year in (2021, 2022, 2023, 2024):
            if year > 2021 and rng.random() < 0.25:
                break
            yield {
                "payer_id": AFFILIATE,
                "currency": "CHF",
                "partner_id": partner,
                "start_date": max(day_of(rng, year), start),
                "activity_type": "core_grant",
                "kind": "advocacy",
                "beneficiary": "organisation",
                "lifecycle_phase": "not_product_specific",
                "engagement_level": "involve",
                "initiated_by": "joint",
                "amount": rounded_amount(rng, 8_000),
                "funding_type": "core_unrestricted",
                "agreement_id": f"a_ch_{partner}",
                "agreement_start": start,
                "agreement_end": start + pd.DateOffset(years=9, days=-1),
                "purpose": "Jahresbeitrag",
            }


def _one_off_rows(rng: Generator) -> Iterator[Row]:
    """One sponsored patient day each in 2022, asked for by the partner, and nothing after it."""
    for partner in ONE_OFF_PARTNERS:
        yield {
            "partner_id": partner,
            "start_date": day_of(rng, 2022),
            "activity_type": "sponsorship_event",
            "kind": "advocacy",
            "beneficiary": "patients_collective",
            "lifecycle_phase": "not_product_specific",
            "engagement_level": "inform",
            "initiated_by": "partner",
            "amount": rounded_amount(rng, 2_000),
            "funding_type": "sponsorship",
            "participant_count": rng.integers(20, 120),
            "purpose": "Patient day",
        }


def _launch_rows(rng: Generator) -> Iterator[Row]:
    """Awareness campaigns for product_a: 36 within a year of its launch, 9 long before it.

    Each has an agreement of one year.
    """
    for number in range(45):
        days = int(rng.integers(-360, 360)) if number % 5 else int(rng.integers(-700, -400))
        start = LAUNCH + pd.Timedelta(days=days)
        yield {
            "partner_id": f"p{int(rng.integers(1, 19)):02d}",
            "start_date": start,
            "agreement_start": start,
            "agreement_end": start + pd.DateOffset(years=1, days=-1),
            "activity_type": "awareness_campaign",
            "kind": "advocacy",
            "beneficiary": "patients_collective",
            "lifecycle_phase": "launch",
            "engagement_level": "inform",
            "initiated_by": "company",
            "amount": rounded_amount(rng, 6_000),
            "funding_type": "restricted_project",
            "is_product_linked": "true",
            "product_id": "product_a",
            "purpose": "Awareness month",
        }


def _late_advice_rows(rng: Generator) -> Iterator[Row]:
    """Patients are asked about product_d only after its protocol was fixed."""
    for number in range(6):
        yield {
            "partner_id": ("p17", "p18")[number % 2],
            "start_date": pd.Timestamp("2023-09-01") + pd.Timedelta(days=60 * number),
            "activity_type": "advisory_board",
            "kind": "research_engagement",
            "beneficiary": "patients_collective",
            "lifecycle_phase": "phase3",
            "engagement_level": "consult",
            "initiated_by": "company",
            "amount": rounded_amount(rng, 3_000),
            "funding_type": "fee_for_service",
            "participant_count": rng.integers(11, 20),
            "is_product_linked": "true",
            "product_id": "product_d",
            "purpose": "Advice on a trial",
        }


def _unnamed_rows(rng: Generator) -> Iterator[Row]:
    """Two gifts whose recipient is withheld: no relationship can be told from them."""
    for year in (2021, 2023):
        yield {
            "partner_id": ANONYMOUS,
            "start_date": min(day_of(rng, year), WINDOW_END),
            "activity_type": "core_grant",
            "kind": "advocacy",
            "beneficiary": "organisation",
            "initiated_by": "partner",
            "amount": rounded_amount(rng, 1_000),
            "funding_type": "core_unrestricted",
            "purpose": "Contribution",
        }

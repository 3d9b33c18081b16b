"""Growth of disclosure is not growth of spend, on the real disclosures of 49 companies."""

import datetime as dt
import math
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.indicator_hand import Found

FILE = (
    Path(__file__).parents[3]
    / "shared"
    / "data"
    / "swiss_pharma_po"
    / "swiss_po_payments_2011_2016.csv"
)
YEARS = range(2011, 2016)


@cache
def swiss() -> Found:
    """Named payments of 2011 to 2015, in CHF as given."""
    if not FILE.is_file():
        pytest.skip("the Swiss disclosures are not beside this checkout; see the study's README")
    rows = pd.read_csv(FILE, dtype=str)
    rows = rows[(rows["is_anonymous"] == "False") & rows["year"].isin([str(y) for y in YEARS])]
    partner = rows["payment_receiver_supercluster_ID"]
    log = [
        {
            "engagement_id": uid,
            "payer_id": payer,
            "partner_id": to,
            "start_date": dt.date(int(year), 1, 1),
            "date_precision": "year",
            "kind": "unclassified",
            "amount": float(amount),
        }
        for uid, payer, to, year, amount in zip(
            rows["UID"], rows["company"], partner, rows["year"], rows["amount_CHF"], strict=True
        )
    ]
    partners = [{"partner_id": name} for name in sorted(set(partner))]
    ids = ["q3.payments", "q3.retention"]
    return Found({"engagement": log, "partner": partners}, indicators=ids)


def amount(year: int, **by: str) -> float:
    value = swiss().value("q3.payments", year=str(year), part="amount", **by)
    assert value is not None
    return value


def growth(first: int) -> tuple[float, float]:
    """Money of a year over that of the year before: of all payers, and of those in both."""
    both = f"in {first} and {first + 1}"
    return (
        amount(first + 1) / amount(first),
        amount(first + 1, payers=both) / amount(first, payers=both),
    )


def test_the_years_of_all_payers_are_all_payments() -> None:
    assert sum(swiss().value("q3.payments", year=str(year)) or 0 for year in YEARS) == 1_262
    assert sum(amount(year) for year in YEARS) == pytest.approx(14_665_231.9104)


def test_payers_seen_in_both_years_are_the_payers_that_retention_asks() -> None:
    assert swiss()("q3.retention", from_year="2012", year="2013").n == 119
    both = swiss().value("q3.payments", year="2013", payers="in 2012 and 2013")
    assert both is not None
    assert both < (swiss().value("q3.payments", year="2013") or 0)


def test_disclosed_money_grew_4_5_fold_and_that_of_companies_seen_in_both_years_1_7_fold() -> None:
    steps = [growth(year) for year in YEARS[:-1]]
    assert all(every > same for every, same in steps)
    every, same = (math.prod(step[side] for step in steps) for side in (0, 1))
    assert (round(every, 1), round(same, 1)) == (4.5, 1.7)

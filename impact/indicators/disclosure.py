"""Transparency: the log against public disclosures, and one side's against the other's."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from impact.indicators.currency import to_reporting
from impact.indicators.made import share_of_cases
from impact.indicators.payments import Payments, with_partner
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator

KEYS = ["payer_id", "partner_id", "year"]
TOLERANCE, UNIT = 0.01, 1.0


def measure_disclosure_match(payments: Payments) -> Iterator[Indicator]:
    """Payer-partner-years of the log that the payer's own disclosure gives too."""
    tables = payments.tables
    log = payments.pair_years.groupby(KEYS)["paid"].sum()
    told = _disclosed(tables, "payer")
    discloses = pd.MultiIndex.from_frame(told.reset_index()[["payer_id", "year"]].drop_duplicates())
    places = pd.MultiIndex.from_frame(log.reset_index()[["payer_id", "year"]])
    log = log[places.isin(discloses)]
    matched = int(_agree(log, told.reindex(log.index)).sum())
    yield share_of_cases("t.disclosure_match", matched, len(log), tables.study)


def measure_two_sided(tables: IndicatorTables) -> Iterator[Indicator]:
    """Payer-partner-years on which both sides say the same, where both disclose at all."""
    payer, partner = (_disclosed(tables, side) for side in ("payer", "partner"))
    either = payer.index.union(partner.index)
    frame = either.to_frame(index=False)
    ours = frame.merge(_disclosing(payer, "payer_id"), on=["payer_id", "year"])
    both = ours.merge(_disclosing(partner, "partner_id"), on=["partner_id", "year"])
    asked = pd.MultiIndex.from_frame(both[KEYS])
    agreed = int(_agree(payer.reindex(asked), partner.reindex(asked)).sum())
    yield share_of_cases("t.two_sided", agreed, len(asked), tables.study)


def measure_purpose(payments: Payments) -> Iterator[Indicator]:
    """Payments with a purpose in words."""
    filled, n = (int(payments.pair_years[f"{part}_count"].sum()) for part in ("worded", "payment"))
    yield share_of_cases("t.purpose_filled", filled, n, payments.tables.study)


def _disclosing(sums: pd.Series, side: str) -> pd.DataFrame:
    return sums.reset_index()[[side, "year"]].drop_duplicates()


def _disclosed(tables: IndicatorTables, side: str) -> pd.Series:
    """Sums of one side's disclosures by payer, partner and year; NaN where a rate is unknown."""
    table = tables["public_disclosure"]
    rows = with_partner(tables, table.filter(table.declared_by == side))
    amount = rows.amount.cast("float64")
    found = rows.select(*KEYS, "currency", amount=amount).to_pandas()
    found["date"] = pd.to_datetime(found["year"].astype(str) + "-12-31")
    found["amount"] = to_reporting(found, tables)
    sums: pd.Series = found.groupby(KEYS)["amount"].sum(skipna=False)
    return sums


def _agree(ours: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Whether two sums are equal to 1 % or one unit of the currency; unknown ones are not."""
    one, other = ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
    limit = np.maximum(TOLERANCE * np.maximum(np.abs(one), np.abs(other)), UNIT)
    equal: np.ndarray = np.abs(one - other) <= limit
    return equal

"""Transparency: the log against public disclosures, and one side's against the other's."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pandas as pd

from impact.indicators.currency import to_reporting
from impact.indicators.made import share_of_cases
from impact.indicators.payments import Payments, at_level, with_a_name
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator

KEYS = ["payer_id", "partner_id", "year"]
TOLERANCE, UNIT = 0.01, 1.0


class Disclosed:
    """What each side of one study disclosed."""

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables

    @cached_property
    def sums(self) -> dict[str, pd.Series]:
        """Per side, by payer, partner and year in the reporting currency; NaN: rate unknown."""
        rows = with_a_name(self.tables, self.tables["public_disclosure"])
        amount = rows.amount.cast("float64")
        read = rows.select(*KEYS, "currency", "declared_by", amount=amount).to_pandas()
        found = at_level(self.tables, read)
        found["date"] = pd.to_datetime(found["year"].astype(str) + "-12-31")
        found["amount"] = to_reporting(found, self.tables)
        return {
            side: found[found["declared_by"] == side].groupby(KEYS)["amount"].sum(skipna=False)
            for side in ("payer", "partner")
        }


def measure_disclosure_match(payments: Payments, disclosed: Disclosed) -> Iterator[Indicator]:
    """Payer-partner-years of the log that the payer's own disclosure gives too."""
    tables = payments.tables
    log = payments.pair_years.groupby(KEYS)["paid"].sum()
    told = disclosed.sums["payer"]
    discloses = pd.MultiIndex.from_frame(told.reset_index()[["payer_id", "year"]].drop_duplicates())
    places = pd.MultiIndex.from_frame(log.reset_index()[["payer_id", "year"]])
    log = log[places.isin(discloses)]
    matched = int(_agree(log, told.reindex(log.index)).sum())
    yield share_of_cases("t.disclosure_match", matched, len(log), tables.study)


def measure_two_sided(disclosed: Disclosed) -> Iterator[Indicator]:
    """Payer-partner-years on which both sides say the same, where both disclose at all."""
    payer, partner = disclosed.sums["payer"], disclosed.sums["partner"]
    either = payer.index.union(partner.index)
    frame = either.to_frame(index=False)
    ours = frame.merge(_disclosing(payer, "payer_id"), on=["payer_id", "year"])
    both = ours.merge(_disclosing(partner, "partner_id"), on=["partner_id", "year"])
    asked = pd.MultiIndex.from_frame(both[KEYS])
    agreed = int(_agree(payer.reindex(asked), partner.reindex(asked)).sum())
    yield share_of_cases("t.two_sided", agreed, len(asked), disclosed.tables.study)


def measure_purpose(payments: Payments) -> Iterator[Indicator]:
    """Payments with a purpose in words."""
    n = int(payments.pair_years["payment_count"].sum())
    yield share_of_cases("t.purpose_filled", payments.worded_count, n, payments.tables.study)


def _disclosing(sums: pd.Series, side: str) -> pd.DataFrame:
    return sums.reset_index()[[side, "year"]].drop_duplicates()


def _agree(ours: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Whether two sums are equal to 1 % or one unit of the currency; unknown ones are not."""
    one, other = ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
    limit = np.maximum(TOLERANCE * np.maximum(np.abs(one), np.abs(other)), UNIT)
    equal: np.ndarray = np.abs(one - other) <= limit
    return equal

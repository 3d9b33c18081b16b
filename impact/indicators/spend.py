"""Q1: spend by kind, each apart."""

from typing import Any

import ibis

from impact.allocation import MONEY, money
from schemas.findings import Indicator
from schemas.study import Study
from schemas.vocabulary import SUPPORT_KINDS, Kind

SPEND: dict[str, tuple[Kind, ...]] = {
    "q1.spend_advocacy": ("advocacy",),
    "q1.spend_support": SUPPORT_KINDS,
    "q1.spend_unclassified": ("hybrid", "unclassified"),
}
"""Kinds in each sum; research engagement is shown by its kind, never added to another."""


def measure_spend(engagement: ibis.Table, study: Study) -> list[Indicator]:
    """Spend on advocacy, support and what cannot be classified, in the reporting currency.

    `engagement` is `impact.kind.classify`'s. `value` is the sum of the known amounts,
    reversals subtracted; `n` counts the engagements with a known amount. Advocacy with all
    that is unclassified counted in is a row of its own. NOT_EVALUATED where
    the log is empty or names no amount in the reporting currency.
    """
    totals = _totals(engagement, study)
    made = [_indicator(name, kinds, {}, totals, study) for name, kinds in SPEND.items()]
    if totals.get("research_engagement", (None, 0))[1]:
        by = {"kind": "research_engagement"}
        made.append(_indicator("q1.spend_advocacy", ("research_engagement",), by, totals, study))
    if totals:
        wide = ("advocacy", *SPEND["q1.spend_unclassified"])
        made.append(_indicator("q1.spend_advocacy", wide, {"kinds": "with_unclear"}, totals, study))
    return made


def _totals(engagement: ibis.Table, study: Study) -> dict[str, tuple[float | None, int]]:
    """Per kind: the exact sum and the number of known amounts; `any` counts all rows."""
    rows = engagement.mutate(paid=money(engagement, study))
    sums = rows.group_by("kind").agg(
        total=rows.paid.sum().cast(MONEY).cast("float64"), known=rows.paid.count()
    )
    found: list[dict[str, Any]] = sums.order_by("kind").to_pyarrow().to_pylist()
    return {row["kind"]: (row["total"], int(row["known"])) for row in found}


def _indicator(
    name: str,
    kinds: tuple[Kind, ...],
    by: dict[str, str],
    totals: dict[str, tuple[float | None, int]],
    study: Study,
) -> Indicator:
    mine = [totals[kind] for kind in kinds if kind in totals]
    known = sum(count for _, count in totals.values())
    if known == 0:
        reason = "no amount is known" if totals else "needs engagement"
        return Indicator(
            indicator_id=name,
            question="Q1",
            by=by,
            unit=study.currency,
            status="NOT_EVALUATED",
            reason=reason,
        )
    return Indicator(
        indicator_id=name,
        question="Q1",
        by=by,
        value=sum(total for total, _ in mine if total is not None),
        n=sum(count for _, count in mine),
        unit=study.currency,
        status="OK",
    )

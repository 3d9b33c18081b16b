"""Indicators of METHODS 6 that are computed so far: spend by kind, each apart."""

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
GIVEN_IDS = ("partner_id", "initiative_id", "unit_id")
"""Ids of an engagement that may be empty, but must not point nowhere."""


def measure_spend(engagement: ibis.Table, study: Study) -> list[Indicator]:
    """Spend on advocacy, support and what cannot be classified, in the reporting currency.

    `engagement` is `impact.kind.classify`'s. `value` is the sum of the known amounts,
    reversals subtracted; `n` counts the engagements with a known amount. Advocacy with all
    that is unclassified counted in is the sum of the first and the last. NOT_EVALUATED where
    the log is empty or names no amount in the reporting currency.
    """
    totals = _totals(engagement, study)
    made = [_indicator(name, kinds, {}, totals, study) for name, kinds in SPEND.items()]
    if totals.get("research_engagement", (None, 0))[1]:
        by = {"kind": "research_engagement"}
        made.append(_indicator("q1.spend_advocacy", ("research_engagement",), by, totals, study))
    return made


def orphan_share(engagement: ibis.Table, quarantine: ibis.Table) -> float | None:
    """Share of the log's spend whose given partner, initiative or unit id points nowhere.

    `engagement` holds the accepted rows, `quarantine` the rows set aside, with their original
    text as JSON. Amounts count by size, whatever their sign. None where there is no spend, or
    where the amount of an orphan cannot be read from its text: then nobody knows the share.
    """
    kept = ibis.coalesce(
        engagement.amount_reporting.cast("float64"), engagement.amount.cast("float64")
    )
    accepted = engagement.select(size=kept.abs().cast(MONEY))
    lost = _orphans(quarantine)
    known = accepted.agg(total=accepted.size.sum().cast("float64")).to_pyarrow().to_pylist()[0]
    found = lost.agg(
        total=lost.size.sum().cast("float64"), rows=lost.count(), sized=lost.size.count()
    )
    orphaned = found.to_pyarrow().to_pylist()[0]
    if orphaned["rows"] > orphaned["sized"]:
        return None
    total = (known["total"] or 0.0) + (orphaned["total"] or 0.0)
    return (orphaned["total"] or 0.0) / total if total > 0 else None


def _orphans(quarantine: ibis.Table) -> ibis.Table:
    """One row per engagement that names an unknown partner, initiative or unit: its `size`."""
    rows = quarantine.filter(quarantine.rule == "orphan", quarantine.column_name.isin(GIVEN_IDS))
    rows = rows.select("source_file", "source_row", "original").distinct()
    cells = rows.original.cast("json")
    texts = [cells[name].unwrap_as("string").nullif("") for name in ("amount_reporting", "amount")]
    return rows.mutate(size=ibis.coalesce(*texts).try_cast("float64").abs().cast(MONEY))


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

"""Where the money of each engagement went: its own ids, or shares of several."""

from typing import Any

import ibis

from schemas.study import Study

MONEY = "decimal(38, 6)"
"""Sums of money are exact, so that they do not depend on the number of threads."""


def money(engagement: ibis.Table, study: Study) -> Any:
    """Amount in the reporting currency: as given, or as it is in that currency; else null."""
    in_currency = ibis.ifelse(
        engagement.currency == study.currency, engagement.amount.cast(MONEY), ibis.null(MONEY)
    )
    return ibis.coalesce(engagement.amount_reporting.cast(MONEY), in_currency)


def reach(engagement: ibis.Table, allocation: ibis.Table, study: Study) -> ibis.Table:
    """One row per engagement and place it reached, `share` of it in [0, 1].

    Allocations name initiative and unit where they differ from the engagement's own; what
    they leave over stays with the engagement's own ids. `spend` is the engagement's amount
    times the share, and sums to the amount of the log; `net_amount` is the whole amount
    after reversals, null where unknown.
    """
    counted = with_net_amount(engagement, study)
    parts = allocation.select(
        "engagement_id",
        part_initiative=allocation.initiative_id,
        part_unit=allocation.unit_id,
        share=allocation.share.cast(MONEY).fill_null(ibis.literal(0).cast(MONEY)),
    )
    given = counted.inner_join(parts, "engagement_id")
    given = given.mutate(
        initiative_id=ibis.coalesce(given.part_initiative, given.initiative_id),
        unit_id=ibis.coalesce(given.part_unit, given.unit_id),
    )
    placed = parts.group_by("engagement_id").agg(placed=parts.share.sum())
    left = counted.left_join(placed, "engagement_id")
    share = (ibis.literal(1).cast(MONEY) - left.placed.cast(MONEY)).cast(MONEY)
    left = left.mutate(share=share.fill_null(ibis.literal(1).cast(MONEY)))
    left = left.filter(left.placed.isnull() | (left.share > 0))
    names = [*counted.columns, "share"]
    both = ibis.union(left.select(*names), given.select(*names))
    return both.mutate(spend=(both.paid.cast("float64") * both.share.cast("float64")).cast(MONEY))


def with_net_amount(engagement: ibis.Table, study: Study) -> ibis.Table:
    """Add `paid`, the amount in the reporting currency, and `net_amount` after reversals."""
    paid = engagement.mutate(paid=money(engagement, study))
    undone = paid.filter(paid.reverses_engagement_id.notnull())
    reversals = undone.group_by(original_id=undone.reverses_engagement_id).agg(
        reversed_amount=undone.paid.sum().cast(MONEY)
    )
    joined = paid.left_join(reversals, paid.engagement_id == reversals.original_id)
    taken_back = joined.reversed_amount.fill_null(ibis.literal(0).cast(MONEY))
    return joined.mutate(net_amount=(joined.paid + taken_back).cast(MONEY)).select(
        *paid.columns, "net_amount"
    )

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
    they leave over stays with the engagement's own ids. A reversal takes its money back where
    its payment went: it has the payment's ids and allocations where it names none. `spend` is
    the engagement's amount times the share; the parts of one engagement sum to its amount
    exactly. `net_amount` is the whole amount after reversals, null where unknown.
    """
    counted = with_net_amount(_with_payment_ids(engagement), study)
    parts = _parts(engagement, allocation)
    given = counted.inner_join(parts, "engagement_id")
    given = given.mutate(
        initiative_id=ibis.coalesce(given.part_initiative, given.initiative_id),
        unit_id=ibis.coalesce(given.part_unit, given.unit_id),
        spend=(_portion(given.paid, given.until) - _portion(given.paid, given.before)).cast(MONEY),
    )
    placed = parts.group_by("engagement_id").agg(placed=parts.share.sum().cast(MONEY))
    left = counted.left_join(placed, "engagement_id")
    gone = left.placed.fill_null(ibis.literal(0).cast(MONEY))
    left = left.mutate(
        share=(ibis.literal(1).cast(MONEY) - gone).cast(MONEY),
        spend=(left.paid - _portion(left.paid, gone)).cast(MONEY),
    )
    left = left.filter(left.placed.isnull() | (left.share > 0))
    names = [*counted.columns, "share", "spend"]
    return ibis.union(left.select(*names), given.select(*names))


def _portion(paid: Any, share: Any) -> Any:
    return (paid.cast("float64") * share.cast("float64")).cast(MONEY)


def _parts(engagement: ibis.Table, allocation: ibis.Table) -> ibis.Table:
    """Shares of engagements, with the sum of those `before` each and `until` it.

    Differences of cumulated portions sum to the whole, whatever each is rounded to.
    """
    named = allocation.select(
        "engagement_id",
        part_initiative=allocation.initiative_id,
        part_unit=allocation.unit_id,
        part_subgroup=allocation.subgroup_id,
        share=allocation.share.cast(MONEY).fill_null(ibis.literal(0).cast(MONEY)),
    )
    back = engagement.filter(engagement.reverses_engagement_id.notnull())
    back = back.anti_join(allocation, "engagement_id").select(
        reversal_id="engagement_id", engagement_id="reverses_engagement_id"
    )
    inherited = named.inner_join(back, "engagement_id").drop("engagement_id")
    inherited = inherited.rename(engagement_id="reversal_id").select(*named.columns)
    parts = ibis.union(named, inherited)
    order = [parts.part_initiative, parts.part_unit, parts.part_subgroup]
    running = ibis.window(group_by=parts.engagement_id, order_by=order, preceding=None, following=0)
    parts = parts.mutate(until=parts.share.sum().over(running).cast(MONEY))
    return parts.mutate(before=(parts.until - parts.share).cast(MONEY))


def _with_payment_ids(engagement: ibis.Table) -> ibis.Table:
    """A reversal that names no initiative, or no unit, has those of what it takes back."""
    payments = engagement.select(
        reverses_engagement_id="engagement_id",
        payment_initiative="initiative_id",
        payment_unit="unit_id",
    )
    joined = engagement.left_join(payments, "reverses_engagement_id")
    return joined.mutate(
        initiative_id=ibis.coalesce(joined.initiative_id, joined.payment_initiative),
        unit_id=ibis.coalesce(joined.unit_id, joined.payment_unit),
    ).select(*engagement.columns)


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

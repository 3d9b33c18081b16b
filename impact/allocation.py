"""Where the money of each engagement went: its own ids, or shares of several."""

from collections.abc import Sequence
from typing import Any

import ibis

from schemas.study import Study

MONEY = "decimal(38, 6)"
"""Sums of money are exact, so that they do not depend on the number of threads."""

OWN_IDS = ("initiative_id", "unit_id")
OUTPUTS = ("participant_count", "participant_hours")


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
    back = _reversals(engagement)
    counted = with_net_amount(_with_payment_ids(engagement, back, OWN_IDS), study)
    return _placed(counted, _parts(allocation, back))


def places(engagement: ibis.Table, allocation: ibis.Table, study: Study) -> ibis.Table:
    """`reach` without `net_amount`, for which every engagement would be joined once more.

    A reversal has the participants and hours of its payment where it names none.
    """
    inherited = [name for name in (*OWN_IDS, *OUTPUTS) if name in engagement.columns]
    back = _reversals(engagement)
    counted = _with_payment_ids(engagement, back, inherited)
    return _placed(with_paid(counted, study), _parts(allocation, back))


def whole(engagement: ibis.Table, study: Study) -> ibis.Table:
    """As `places`, with each engagement in one part at its own ids."""
    paid = with_paid(engagement, study)
    return paid.mutate(share=ibis.literal(1).cast(MONEY), spend=paid.paid)


def _placed(counted: ibis.Table, parts: ibis.Table) -> ibis.Table:
    """`counted` by part; one without parts is its own."""
    placed = counted.left_join(parts, "engagement_id")
    portion = _portion(placed.paid, placed.until) - _portion(placed.paid, placed.before)
    is_whole = placed.share.isnull()
    placed = placed.mutate(
        initiative_id=ibis.coalesce(placed.part_initiative, placed.initiative_id),
        unit_id=ibis.coalesce(placed.part_unit, placed.unit_id),
        share=placed.share.fill_null(ibis.literal(1).cast(MONEY)).cast(MONEY),
        spend=ibis.ifelse(is_whole, placed.paid, portion).cast(MONEY),
    )
    return placed.select(*counted.columns, "share", "spend")


def _portion(paid: Any, share: Any) -> Any:
    part = (paid.cast("float64") * share.cast("float64")).cast(MONEY)
    return ibis.ifelse(share == 1, paid, part)


def _reversals(engagement: ibis.Table) -> ibis.Table:
    back = engagement.filter(engagement.reverses_engagement_id.notnull())
    return back.select(reversal_id="engagement_id", payment_id="reverses_engagement_id")


def _parts(allocation: ibis.Table, back: ibis.Table) -> ibis.Table:
    """Shares of engagements, with the sum of those `before` each and `until` it, and the rest.

    Differences of cumulated portions sum to the whole, whatever each is rounded to.
    """
    named = allocation.select(
        "engagement_id",
        part_initiative=allocation.initiative_id,
        part_unit=allocation.unit_id,
        part_subgroup=allocation.subgroup_id,
        share=allocation.share.cast(MONEY).fill_null(ibis.literal(0).cast(MONEY)),
    )
    bare = back.anti_join(allocation, back.reversal_id == allocation.engagement_id)
    inherited = named.inner_join(bare, named.engagement_id == bare.payment_id)
    inherited = inherited.drop("engagement_id").rename(engagement_id="reversal_id")
    inherited = inherited.select(*named.columns)
    parts = ibis.union(named, inherited)
    order = [parts.part_initiative, parts.part_unit, parts.part_subgroup]
    running = ibis.window(group_by=parts.engagement_id, order_by=order, preceding=None, following=0)
    parts = parts.mutate(until=parts.share.sum().over(running).cast(MONEY))
    parts = parts.mutate(before=(parts.until - parts.share).cast(MONEY)).drop("part_subgroup")
    return ibis.union(parts, _rest(parts).select(*parts.columns))


def _rest(parts: ibis.Table) -> ibis.Table:
    """What the parts of an engagement leave over, at its own ids."""
    whole = ibis.literal(1).cast(MONEY)
    left = parts.group_by("engagement_id").agg(before=parts.share.sum().cast(MONEY))
    return left.filter(left.before < 1).mutate(
        part_initiative=ibis.null("string"),
        part_unit=ibis.null("string"),
        share=(whole - left.before).cast(MONEY),
        until=whole,
    )


def _with_payment_ids(engagement: ibis.Table, back: ibis.Table, names: Sequence[str]) -> ibis.Table:
    """A reversal has, of these columns, what it takes back where it names none."""
    payments = engagement.semi_join(back, engagement.engagement_id == back.payment_id)
    payments = payments.select(
        payment_id="engagement_id", **{f"payment_{name}": payments[name] for name in names}
    )
    joined = engagement.left_join(
        payments, engagement.reverses_engagement_id == payments.payment_id
    )
    given = {name: ibis.coalesce(joined[name], joined[f"payment_{name}"]) for name in names}
    return joined.mutate(**given).select(*engagement.columns)


def with_net_amount(engagement: ibis.Table, study: Study) -> ibis.Table:
    """Add `paid`, the amount in the reporting currency, and `net_amount` after reversals."""
    paid = with_paid(engagement, study)
    return less_reversed(paid, paid.filter(paid.reverses_engagement_id.notnull()))


def with_paid(engagement: ibis.Table, study: Study) -> ibis.Table:
    """Add `paid`, the amount in the reporting currency."""
    return engagement.mutate(paid=money(engagement, study))


def less_reversed(paid: ibis.Table, undone: ibis.Table) -> ibis.Table:
    """Add `net_amount`: `paid` after the reversals `undone`."""
    reversals = undone.group_by(original_id=undone.reverses_engagement_id).agg(
        reversed_amount=undone.paid.sum().cast(MONEY)
    )
    joined = paid.left_join(reversals, paid.engagement_id == reversals.original_id)
    taken_back = joined.reversed_amount.fill_null(ibis.literal(0).cast(MONEY))
    return joined.mutate(net_amount=(joined.paid + taken_back).cast(MONEY)).select(
        *paid.columns, "net_amount"
    )

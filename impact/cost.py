"""What an initiative cost, and per unit of outcome where that can be said."""

from dataclasses import dataclass

import ibis

from impact.allocation import MONEY
from schemas.findings import Cost
from schemas.study import Study


@dataclass(frozen=True)
class SignedBounds:
    """An estimate and the robust bounds around it; positive is better for patients."""

    estimate: float
    low: float
    high: float


def advocacy_spend(reached: ibis.Table, initiative: ibis.Table, study: Study) -> ibis.Table:
    """One row per initiative: `initiative_id, spend` in the reporting currency, null if unknown.

    The sum of the advocacy engagements (`impact.allocation.reach`, so shares count and
    reversals subtract); where the log has none with an amount, the initiative's budget in
    that currency. Support spend never enters.
    """
    advocacy = reached.filter(reached.kind == "advocacy", reached.spend.notnull())
    spent = advocacy.group_by("initiative_id").agg(spent=advocacy.spend.sum().cast(MONEY))
    joined = initiative.left_join(spent, "initiative_id")
    planned = ibis.ifelse(
        joined.currency == study.currency, joined.budget.cast("float64"), ibis.null("float64")
    )
    return joined.select(
        "initiative_id", spend=ibis.coalesce(joined.spent.cast("float64"), planned)
    ).order_by("initiative_id")


def cost_of(spend: float | None, currency: str, effect: SignedBounds | None) -> Cost:
    """Spend, and spend per unit of the measure gained, with a Fieller interval.

    Fieller (1954), 10.1111/j.2517-6161.1954.tb00159.x: with a spend that is known exactly,
    the set of ratios spend / effect is bounded only where the effect's interval excludes
    zero, and is then [spend / high, spend / low]. So the ratio is null where the robust
    interval includes zero, where none is claimed, and where the effect is a harm: money has
    bought no improvement then. One unit is one unit of the measure in the exposed units, on
    average over the periods of the estimand.
    """
    if spend is None or spend <= 0 or effect is None or effect.low <= 0:
        return Cost(spend=spend, currency=currency)
    return Cost(
        spend=spend,
        currency=currency,
        cost_per_unit=spend / effect.estimate,
        ci_low=spend / effect.high,
        ci_high=spend / effect.low,
    )

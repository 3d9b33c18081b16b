"""Build the panel: tables in, table out; no files, no Dagster."""

from typing import Any

import ibis

from impact.calendar import period_count, period_index
from schemas.plan import Plan
from schemas.study import Study

EXACT = "decimal(38, 9)"
"""Several rows of one period are summed exactly, whatever the number of threads."""
COLUMNS = {
    "measure_id": "string",
    "unit_id": "string",
    "subgroup_id": "string",
    "period": "int64",
    "outcome": "float64",
    "person_count": "float64",
    "denominator": "float64",
    "is_suppressed": "boolean",
    "lower_bound": "float64",
    "upper_bound": "float64",
}
KEY = ("measure_id", "unit_id", "subgroup_id", "period")


def build_panel(
    outcome: ibis.Table, measure: ibis.Table, unit: ibis.Table, study: Study
) -> ibis.Table:
    """One row per measure, unit, subgroup and period, in order: `schemas.panel.Panel`.

    Several rows of one period become one first: numerators and denominators are summed where
    every observed row has both, else values are averaged. A period with a suppressed row has
    no outcome but the bounds of what it can be, in the measure's unit. Periods outside the
    window and units that the unit table does not know are left out.
    """
    period = period_index(outcome.period_start, study)
    rows = outcome.mutate(period=period).semi_join(unit, "unit_id")
    rows = rows.filter(rows.period.between(0, period_count(study) - 1))
    cells = _cells(rows)
    scales = measure.select("measure_id", scale=measure.scale.cast("float64").fill_null(1.0))
    made = _in_measure_unit(cells.left_join(scales, "measure_id"))
    typed = made.select({name: made[name].cast(kind) for name, kind in COLUMNS.items()})
    return typed.order_by(*KEY)


def exclude(table: ibis.Table, name: str, plan: Plan | None) -> ibis.Table:
    """Rows of the core table `name` that the plan does not exclude."""
    kept = table
    for exclusion in plan.exclusions if plan is not None else []:
        if exclusion.table == name:
            kept = kept.filter(~_matches(kept, exclusion.where))
    return kept


def _matches(table: ibis.Table, where: dict[str, list[str]]) -> Any:
    matched: Any = ibis.literal(value=True)
    for column, values in where.items():
        is_listed = table[column].cast("string").isin(values)
        matched = matched & is_listed.fill_null(ibis.literal(value=False))
    return matched


def _cells(rows: ibis.Table) -> ibis.Table:
    is_observed = rows.status.isin(["observed", "provisional"]) & rows.value.notnull()
    is_ratio = is_observed & rows.numerator.notnull() & rows.denominator.notnull()
    is_hidden = rows.status == "suppressed"
    return rows.group_by(*KEY).agg(
        observed_count=is_observed.sum(),
        ratio_count=is_ratio.sum(),
        suppressed_count=is_hidden.sum(),
        single_value=rows.value.max(where=is_observed),
        value_sum=rows.value.cast(EXACT).sum(where=is_observed).cast("float64"),
        numerator_sum=rows.numerator.cast(EXACT).sum(where=is_observed).cast("float64"),
        lower_sum=rows.lower_bound.cast(EXACT).sum(where=is_hidden).cast("float64"),
        upper_sum=rows.upper_bound.cast(EXACT).sum(where=is_hidden).cast("float64"),
        ratio_denominator=rows.denominator.cast(EXACT).sum(where=is_ratio).cast("float64"),
        denominator=rows.denominator.cast(EXACT).sum(where=is_observed | is_hidden).cast("float64"),
        person_count=rows.person_count.sum(),
    )


def _in_measure_unit(cells: ibis.Table) -> ibis.Table:
    ratio = cells.numerator_sum / cells.ratio_denominator.nullif(0) * cells.scale
    mean = cells.value_sum / cells.observed_count.nullif(0)
    several = ibis.ifelse(cells.ratio_count == cells.observed_count, ratio, mean)
    seen = ibis.ifelse(cells.observed_count == 1, cells.single_value, several)
    is_hidden = cells.suppressed_count > 0
    return cells.mutate(
        outcome=ibis.ifelse(is_hidden, ibis.null("float64"), seen),
        is_suppressed=is_hidden,
        lower_bound=_bound(cells, cells.lower_sum, is_hidden),
        upper_bound=_bound(cells, cells.upper_sum, is_hidden),
    )


def _bound(cells: ibis.Table, hidden: Any, is_hidden: Any) -> Any:
    """The outcome if the hidden numerators took this bound; a count where nothing divides it."""
    numerator = hidden + cells.numerator_sum.fill_null(0.0)
    divided = numerator / ibis.coalesce(cells.denominator.nullif(0), 1.0) * cells.scale
    return ibis.ifelse(is_hidden, divided, ibis.null("float64"))

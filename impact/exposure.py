"""Which unit was exposed from which period: given, or derived from the engagement log."""

from typing import Any

import ibis

from impact.calendar import period_count, period_index
from impact.hierarchy import descent
from impact.kind import FROM_FUND
from schemas.plan import Analysis, ExposureRule, Plan, PlannedEffect
from schemas.study import Study
from schemas.vocabulary import DatePrecision, PeriodLength

COLUMNS = {
    "initiative_id": "string",
    "unit_id": "string",
    "start_period": "int64",
    "end_period": "int64",
    "dose": "float64",
    "assignment": "string",
    "assignment_level": "string",
    "assignment_depth": "int64",
    "block_id": "string",
    "assignment_probability": "float64",
    "anticipated_period": "int64",
    "basis": "string",
}
"""`assignment_depth` is the number of levels above the unit at which exposure was fixed."""
TIMING_COLUMNS = {
    "initiative_id": "string",
    "unit_id": "string",
    "engagement_period": "int64",
    "recorded_lag": "int64",
    "is_precise": "boolean",
}
TOO_COARSE: dict[PeriodLength, tuple[DatePrecision, ...]] = {
    "month": ("year",),
    "quarter": ("year",),
    "year": (),
}
DOSE = "decimal(38, 6)"


def build_plan_exposure(
    exposure: ibis.Table, reached: ibis.Table, unit: ibis.Table, plan: Plan | None, study: Study
) -> ibis.Table:
    """`build_exposure` of every effect of a plan, with its `effect_id`; empty without a plan."""
    effects = plan.effects if plan is not None else []
    made = [
        build_exposure(exposure, reached, unit, effect, study).mutate(
            effect_id=ibis.literal(effect.effect_id)
        )
        for effect in effects
    ]
    names = ["effect_id", *COLUMNS]
    order = ["effect_id", "unit_id", "start_period"]
    return _stacked(made, {"effect_id": "string", **COLUMNS}).select(*names).order_by(*order)


def build_plan_timing(
    reached: ibis.Table, unit: ibis.Table, plan: Plan | None, study: Study
) -> ibis.Table:
    """`first_engagements` of every effect of a plan, with its `effect_id`."""
    effects = plan.effects if plan is not None else []
    made = [
        first_engagements(reached, unit, effect, study).mutate(
            effect_id=ibis.literal(effect.effect_id)
        )
        for effect in effects
    ]
    names = ["effect_id", *TIMING_COLUMNS]
    stacked = _stacked(made, {"effect_id": "string", **TIMING_COLUMNS})
    return stacked.select(*names).order_by("effect_id", "unit_id")


def build_exposure(
    exposure: ibis.Table,
    reached: ibis.Table,
    unit: ibis.Table,
    effect: PlannedEffect,
    study: Study,
) -> ibis.Table:
    """One row per unit and spell of one effect's initiative, in periods; columns `COLUMNS`.

    `reached` is the classified log as `impact.allocation.reach` gives it. Descendants have
    the exposure of their ancestors; where both say something of one period, the nearest
    speaks. A derived exposure is absorbing from the first qualifying engagement.
    """
    if effect.analysis.exposure_from == "engagement":
        return _first_spells(_inherited(_derived_spells(reached, unit, effect, study), unit))
    rows = exposure.filter(exposure.initiative_id == effect.initiative_id)
    return _inherited(_given_spells(rows, study), unit)


def first_engagements(
    reached: ibis.Table, unit: ibis.Table, effect: PlannedEffect, study: Study
) -> ibis.Table:
    """Per unit, the engagement that comes first under the exposure rule: `TIMING_COLUMNS`.

    `recorded_lag` is in periods from its start to its entry in the log, null where unknown;
    `is_precise` is false where its date is known less exactly than the study's periods.
    """
    found = qualifying(reached, effect, study)
    above = descent(unit)
    placed = found.inner_join(above, found.unit_id == above.ancestor_id, rname="below_{name}")
    order = [placed.start_date, placed.recorded_date.asc(nulls_first=False), placed.engagement_id]
    rank = ibis.row_number().over(group_by=placed.below_unit_id, order_by=order)
    first = placed.mutate(rank=rank).filter(ibis._.rank == 0)
    return first.select(
        initiative_id=ibis.literal(effect.initiative_id),
        unit_id=first.below_unit_id,
        engagement_period=first.period,
        recorded_lag=period_index(first.recorded_date, study) - first.period,
        is_precise=~first.date_precision.isin(TOO_COARSE[study.period] or ("never",)),
    )


def qualifying(reached: ibis.Table, effect: PlannedEffect, study: Study) -> ibis.Table:
    """Engagements that expose a unit: of the rule's kinds and amount, not taken back.

    A donation to a charity's patient-assistance fund (K4) never does. An unknown amount
    qualifies only where the rule asks for none.
    """
    rule = effect.analysis.exposure_rule
    rows = reached.filter(
        reached.initiative_id == effect.initiative_id,
        reached.unit_id.notnull(),
        reached.kind.isin(rule.kinds),
        reached.kind_basis.notin(FROM_FUND),
        reached.reverses_engagement_id.isnull(),
    )
    return rows.filter(_is_large_enough(rows, rule)).mutate(
        period=period_index(rows.start_date, study)
    )


def _is_large_enough(rows: ibis.Table, rule: ExposureRule) -> Any:
    if rule.min_amount > 0:
        return (rows.net_amount >= rule.min_amount).fill_null(ibis.literal(value=False))
    is_taken_back = (rows.paid > 0) & (rows.net_amount <= 0)
    return ~is_taken_back.fill_null(ibis.literal(value=False))


def _given_spells(rows: ibis.Table, study: Study) -> ibis.Table:
    start = period_index(rows.start_date, study)
    spells = rows.mutate(start_period=start, last=period_index(rows.end_date, study))
    window = ibis.window(group_by=spells.unit_id, order_by=spells.start_date)
    spells = spells.mutate(following=spells.start_period.lead().over(window) - 1)
    end = ibis.greatest(ibis.coalesce(spells.last, spells.following), spells.start_period)
    is_open = spells.last.isnull() & spells.following.isnull()
    return spells.select(
        "initiative_id",
        "unit_id",
        "start_period",
        end_period=ibis.ifelse(is_open, ibis.null("int64"), end),
        dose=spells.dose.cast("float64"),
        assignment=spells.assignment,
        assignment_level=spells.assignment_level.fill_null("unit"),
        block_id=spells.block_id,
        assignment_probability=spells.assignment_probability.cast("float64"),
        anticipated_period=period_index(spells.anticipated_from, study),
        basis=ibis.literal("table"),
        first_day=spells.start_date,
    )


def _derived_spells(
    reached: ibis.Table, unit: ibis.Table, effect: PlannedEffect, study: Study
) -> ibis.Table:
    """One open spell per unit; the dose is money per period and 1,000 people where known."""
    rows = qualifying(reached, effect, study)
    rows = rows.filter(rows.period < period_count(study))
    kept = _kept_periods(rows.period, effect.analysis, study)
    carried = (rows.net_amount.cast("float64") * rows.share.cast("float64") * kept).cast(DOSE)
    units = rows.group_by("unit_id").agg(
        start_period=rows.period.min(), first_day=rows.start_date.min(), carried=carried.sum()
    )
    people = unit.select("unit_id", thousands=unit.population.cast("float64") / 1000)
    joined = units.left_join(people, "unit_id")
    per_period = joined.carried.cast("float64") / (period_count(study) - joined.start_period)
    dose = per_period / ibis.coalesce(joined.thousands.nullif(0), 1.0)
    basis = effect.analysis.assignment.basis if effect.analysis.assignment else "unknown"
    return joined.select(
        "unit_id",
        "start_period",
        "first_day",
        initiative_id=ibis.literal(effect.initiative_id),
        end_period=ibis.null("int64"),
        dose=dose.nullif(0),
        assignment=ibis.literal(basis),
        assignment_level=ibis.literal("unit"),
        block_id=ibis.null("string"),
        assignment_probability=ibis.null("float64"),
        anticipated_period=ibis.null("int64"),
        basis=ibis.literal("engagement"),
    )


def _kept_periods(period: Any, analysis: Analysis, study: Study) -> Any:
    """Sum over the periods left of the share of a dose that carry-over (adstock) keeps."""
    kept = analysis.exposure_rule.carry_over
    left = (period_count(study) - period).cast("float64")
    return (1 - ibis.literal(kept) ** left) / (1 - kept)


def _inherited(spells: ibis.Table, unit: ibis.Table) -> ibis.Table:
    above = descent(unit)
    rows = spells.inner_join(above, spells.unit_id == above.ancestor_id, rname="below_{name}")
    order = [rows.depth, rows.dose.desc(), rows.first_day]
    rank = ibis.row_number().over(group_by=[rows.below_unit_id, rows.start_period], order_by=order)
    nearest = rows.mutate(rank=rank).filter(ibis._.rank == 0)
    at_parent = ibis.ifelse(nearest.assignment_level == "parent", 1, 0)
    made = nearest.mutate(
        unit_id=nearest.below_unit_id,
        assignment_depth=ibis.greatest(nearest.depth, at_parent),
    )
    return made.select({name: made[name].cast(kind) for name, kind in COLUMNS.items()})


def _first_spells(spells: ibis.Table) -> ibis.Table:
    window = ibis.window(group_by="unit_id", order_by="start_period")
    return spells.mutate(rank=ibis.row_number().over(window)).filter(ibis._.rank == 0).drop("rank")


def _stacked(tables: list[ibis.Table], columns: dict[str, str]) -> ibis.Table:
    if not tables:
        return ibis.memtable({name: [] for name in columns}, schema=ibis.schema(columns))
    return ibis.union(*tables) if len(tables) > 1 else tables[0]

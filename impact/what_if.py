"""Measuring again from the same tables, with one thing changed: for notebooks, never published."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from impact.effect_data import Measure
from impact.engine import measure_effects
from impact.gather import RunFacts, StudyTables
from schemas.findings import Effect
from schemas.panel import Panel
from schemas.plan import Analysis, Plan, PlannedEffect
from schemas.study import Study

EVERYONE = "all"


@dataclass(frozen=True)
class MeasuredFrom:
    """All that the effects of a run were measured from; `facts` are what no table says."""

    study: Study
    plan: Plan
    tables: StudyTables
    facts: RunFacts

    def planned(self, effect_id: str) -> PlannedEffect:
        """The effect as the plan asks it.

        Raises:
            KeyError: The plan has no such effect.
        """
        found = {effect.effect_id: effect for effect in self.plan.effects}
        return found[effect_id]

    def exposed_units(self, effect_id: str) -> list[str]:
        """Units that were ever exposed to the initiative of this effect, sorted."""
        rows = self.tables.exposure[self.tables.exposure["effect_id"] == effect_id]
        return sorted(set(rows.loc[rows["dose"].fillna(1.0) > 0, "unit_id"]))

    def outcomes(self, measure_id: str) -> pd.DataFrame:
        """Outcomes of one measure for everyone: a row per period, a column per unit."""
        panel = self.tables.panel
        rows = panel[(panel["measure_id"] == measure_id) & (panel["subgroup_id"] == EVERYONE)]
        return rows.pivot_table(index="period", columns="unit_id", values="outcome")


def measure_again(base: MeasuredFrom) -> tuple[Effect, ...]:
    """Every effect of the plan, by the same rules as a run."""
    return measure_effects(base.tables, base.plan, base.study, base.facts)


def measure_one(base: MeasuredFrom, effect_id: str) -> Effect:
    """One effect for everyone, still judged in the family of the whole plan."""
    return next(
        effect
        for effect in measure_again(base)
        if effect.effect_id == effect_id and effect.subgroup_id == EVERYONE
    )


def with_asked(base: MeasuredFrom, effect_id: str, **changes: Any) -> MeasuredFrom:
    """The same data, one effect asked otherwise.

    `changes` are keys of the planned effect, such as `smallest_worthwhile_effect`, or of its
    analysis, such as `negative_controls`. As after `advocacy plan amend`, results are
    exploratory and of very low certainty.
    """
    asked = base.planned(effect_id)
    analysis = {key: value for key, value in changes.items() if key in Analysis.model_fields}
    own = {key: value for key, value in changes.items() if key not in analysis}
    given = asked.model_dump() | own
    given["analysis"] = given["analysis"] | analysis
    changed = PlannedEffect.model_validate(given)
    effects = [changed if one.effect_id == effect_id else one for one in base.plan.effects]
    return _amended(base, effects)


def with_question(
    base: MeasuredFrom, like: str, effect_id: str, measure_id: str, worthwhile: float
) -> MeasuredFrom:
    """The same data with one more question: the effect of the initiative of `like` on a measure.

    Exposure and analysis are those of `like`; `worthwhile` is the smallest effect worth having,
    in the measure's unit. Secondary, and exploratory: outcomes were read before it was asked.
    """
    given = {
        "effect_id": effect_id,
        "measure_id": measure_id,
        "role": "secondary",
        "smallest_worthwhile_effect": worthwhile,
    }
    asked = PlannedEffect.model_validate(base.planned(like).model_dump() | given)
    tables = replace(
        base.tables,
        exposure=_with_copy(base.tables.exposure, like, effect_id),
        timing=_with_copy(base.tables.timing, like, effect_id),
    )
    return _amended(replace(base, tables=tables), [*base.plan.effects, asked])


def alone(base: MeasuredFrom, effect_id: str) -> MeasuredFrom:
    """One question of the plan and its negative controls, without the others: quicker.

    It is then judged as a family of one, which can make its verdict less strict.
    """
    kept = [
        effect
        for effect in base.plan.effects
        if effect.effect_id == effect_id or effect.role == "negative_control"
    ]
    return replace(base, plan=base.plan.model_copy(update={"effects": kept, "subgroups": []}))


def with_drift(base: MeasuredFrom, effect_id: str, slope: float) -> MeasuredFrom:
    """The same study, had the exposed units moved by `slope` a period besides, all along.

    `slope` is in the measure's own unit and sign.
    """
    panel = base.tables.panel.copy()
    is_moved = (panel["measure_id"] == base.planned(effect_id).measure_id) & panel["unit_id"].isin(
        base.exposed_units(effect_id)
    )
    moved = panel.loc[is_moved, "outcome"] + slope * panel.loc[is_moved, "period"]
    panel.loc[is_moved, "outcome"] = moved
    return replace(base, tables=replace(base.tables, panel=panel))


def with_measure(base: MeasuredFrom, measure: Measure, rows: pd.DataFrame) -> MeasuredFrom:
    """The same study with a measure of your own.

    `rows`: `unit_id`, `period`, `outcome`, one row per unit and period, for everyone.

    Raises:
        SchemaError: The rows are no panel: a unit and period twice, a text for a number.
    """
    panel = base.tables.panel
    own = rows[["unit_id", "period", "outcome"]].assign(
        measure_id=measure.measure_id, subgroup_id=EVERYONE, is_suppressed=False
    )
    unknown = dict.fromkeys(set(panel.columns) - set(own.columns), math.nan)
    whole = pd.concat([panel, own.assign(**unknown)[list(panel.columns)]], ignore_index=True)
    described = pd.DataFrame([asdict(measure)]).reindex(columns=base.tables.measure.columns)
    tables = replace(
        base.tables,
        panel=Panel.validate(whole),
        measure=pd.concat([base.tables.measure, described], ignore_index=True),
    )
    return replace(base, tables=tables)


def _amended(base: MeasuredFrom, effects: list[PlannedEffect]) -> MeasuredFrom:
    plan = base.plan.model_copy(update={"effects": effects})
    return replace(base, plan=plan, facts=replace(base.facts, is_amended=True))


def _with_copy(rows: pd.DataFrame, effect_id: str, other: str) -> pd.DataFrame:
    """The rows of an effect once more, for another."""
    mine = rows[rows["effect_id"] == effect_id].assign(effect_id=other)
    return pd.concat([rows, mine], ignore_index=True)

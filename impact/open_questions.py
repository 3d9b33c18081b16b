"""Which questions a study left open, and what its own history says of each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.calendar import MONTHS
from impact.design import OPEN, OpenQuestion
from impact.effect_data import EffectTables, Measure, build_effect_data
from impact.gather import StudyTables
from impact.history import read_history
from impact.model import NEVER, EffectData, NotEvaluable
from impact.prepare import find_measure
from impact.roll_out import Ask
from schemas.findings import Effect
from schemas.plan import Plan, PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason

YEARS = (1, 2)
"""Follow-ups tried where a year has several periods."""
YEARLY_FOLLOW_UPS = (4, 8)


def open_questions(
    effects: Sequence[Effect],
    tables: StudyTables,
    plan: Plan,
    study: Study,
    thresholds: Thresholds | None = None,
) -> tuple[OpenQuestion, ...]:
    """Every planned effect with a smallest worthwhile effect that the study did not settle.

    Primary questions that are still open are taken to be asked together again.
    """
    planned = {effect.effect_id: effect for effect in plan.effects}
    left = [
        effect
        for effect in effects
        if effect.subgroup_id == "all"
        and effect.verdict in OPEN
        and effect.smallest_worthwhile_effect is not None
    ]
    size = max(1, sum(effect.role == "primary" for effect in left))
    limits = thresholds or Thresholds()
    return tuple(
        _question(effect, planned[effect.effect_id], tables, study, (size, limits))
        for effect in left
    )


def _question(
    effect: Effect,
    planned: PlannedEffect,
    tables: StudyTables,
    study: Study,
    judged_by: tuple[int, Thresholds],
) -> OpenQuestion:
    size, thresholds = judged_by
    measure = find_measure(tables.measure, planned.measure_id)
    data = _data(planned, measure, tables, study, thresholds)
    length = measure.period or study.period
    follow_ups = tuple(MONTHS["year"] // MONTHS[length] * years for years in YEARS)
    question = OpenQuestion(
        effect=effect,
        ask=None,
        units=(),
        follow_ups=YEARLY_FOLLOW_UPS if length == "year" else follow_ups,
        period=length,
        control_count=len(
            set(planned.analysis.negative_controls) & set(tables.panel["measure_id"])
        ),
    )
    if isinstance(data, NotEvaluable):
        return replace(question, lacking=data)
    history = read_history(data)
    if history is None:
        is_alone = len(data.unit_ids) < 2
        reason: Reason = "TOO_FEW_UNITS" if is_alone else "NO_VARIATION"
        return replace(question, lacking=NotEvaluable((reason,)))
    ask = Ask(
        target=planned.smallest_worthwhile_effect or 0.0,
        history=history,
        donut=data.donut,
        alpha=planned.analysis.alpha,
        family_size=size if planned.role == "primary" else 1,
    )
    rows = tables.unit[tables.unit["unit_id"].isin(data.unit_ids)]
    return replace(
        question,
        ask=ask,
        units=tuple(
            name for name, start in zip(data.unit_ids, data.cohort, strict=True) if start == NEVER
        ),
        knows_neighbours=bool(rows["neighbour_ids"].notna().any()),
    )


def _data(
    planned: PlannedEffect,
    measure: Measure,
    tables: StudyTables,
    study: Study,
    thresholds: Thresholds,
) -> EffectData | NotEvaluable:
    """The effect's data; where its exposure cannot be used, its outcomes alone."""
    panel, exposure = tables.panel, tables.exposure
    is_mine = (panel["measure_id"] == planned.measure_id) & (panel["subgroup_id"] == "all")
    mine = EffectTables(
        panel=panel[is_mine],
        exposure=exposure[exposure["effect_id"] == planned.effect_id],
        unit=tables.unit,
    )
    data = build_effect_data(mine, planned, measure, study, thresholds)
    if isinstance(data, EffectData) or mine.panel["outcome"].isna().all():
        return data
    return _untouched(mine, measure, study, thresholds)


def _untouched(
    tables: EffectTables, measure: Measure, study: Study, thresholds: Thresholds
) -> EffectData:
    """Outcomes of the units without a row of exposure; of all where every unit has one."""
    has_row = tables.panel["unit_id"].isin(tables.exposure["unit_id"])
    panel = tables.panel if has_row.all() else tables.panel[~has_row]
    wide = panel.pivot_table(
        index="unit_id", columns="period", values="outcome", aggfunc="first", dropna=False
    ).sort_index()
    count = len(wide)
    return EffectData(
        unit_ids=tuple(wide.index),
        outcome=wide.to_numpy(dtype=np.float64, na_value=np.nan),
        cohort=np.full(count, NEVER, dtype=np.int64),
        sign=1,
        donut=thresholds.donut(measure.period or study.period),
        block=np.zeros(count, dtype=np.int64),
        probability=np.full(count, np.nan),
        weight=np.ones(count),
    )

"""From an effect's rows to what a site may send, and from several sites to one answer."""

from collections.abc import Sequence

import numpy as np

from impact.callaway_santanna import event_estimates
from impact.effect_data import EffectTables, Measure, build_effect_data
from impact.model import NEVER, FloatArray, NotEvaluable
from impact.selection import selected_units, take_part
from impact.sufficient.effects import GroupTimeEffects, group_time_effects
from impact.sufficient.moments import Moments, merge_moments, moments_of
from schemas.findings import EventTime
from schemas.plan import PlannedEffect
from schemas.site_file import Average, SiteAnswer, SiteCohort, SiteEffect, SiteQuestion
from schemas.study import Study
from schemas.thresholds import Thresholds


def site_effect(
    tables: EffectTables,
    effect: PlannedEffect,
    measure: Measure,
    study: Study,
    thresholds: Thresholds,
) -> SiteEffect | NotEvaluable:
    """Reduce one effect to its statistics: a unit of them is a cluster of the plan, unweighted.

    Clusters that lack a period are left out and counted.
    """
    data = build_effect_data(tables, effect, measure, study, thresholds)
    if isinstance(data, NotEvaluable):
        return data
    is_complete = np.isfinite(data.outcome).all(axis=1)
    if not is_complete.any():
        return NotEvaluable(("NO_OUTCOME",))
    moments = moments_of(data.outcome[is_complete], data.cohort[is_complete])
    question = SiteQuestion(
        effect_id=effect.effect_id,
        measure_id=effect.measure_id,
        comparison=effect.analysis.comparison,
        alpha=data.alpha,
        seed=data.seed,
        periods=_calendar(tables, effect),
    )
    return _recorded(question, moments, int((~is_complete).sum()))


def merge_site_effects(parts: Sequence[SiteEffect]) -> SiteEffect:
    """Pool one effect over sites: equal to the effect of all their clusters together.

    Raises:
        ValueError: Sites differ in what must be shared; the message names it.
    """
    asked = [part.model_dump(include=set(SiteQuestion.model_fields)) for part in parts]
    for name in SiteQuestion.model_fields:
        if any(one[name] != asked[0][name] for one in asked):
            raise ValueError(name)
    moments = merge_moments([site_moments(part) for part in parts])
    left_out = sum(part.incomplete_count for part in parts)
    return _recorded(SiteQuestion.model_validate(asked[0]), moments, left_out)


def site_moments(record: SiteEffect) -> Moments:
    """The statistics of a record, cohorts in order; starts as places among its periods."""
    count = len(record.periods)
    place = {period: at for at, period in enumerate(record.periods)}
    first = [NEVER if one.start is None else place[one.start] for one in record.cohorts]
    order = np.argsort(first)
    cohorts = [record.cohorts[row] for row in order]
    return Moments(
        cohort=np.array(first, dtype=np.int64)[order],
        count=np.array([cohort.count for cohort in cohorts], dtype=np.int64),
        mean=np.array([cohort.mean for cohort in cohorts]),
        cross=np.array([_full(cohort.cross, count) for cohort in cohorts]),
    )


def _full(upper: Sequence[float], count: int) -> FloatArray:
    """The symmetric matrix of an upper triangle."""
    matrix = np.zeros((count, count))
    matrix[np.triu_indices(count)] = upper
    return np.asarray(np.triu(matrix) + np.triu(matrix, 1).T)


def _recorded(question: SiteQuestion, moments: Moments, incomplete: int) -> SiteEffect:
    return SiteEffect(
        **question.model_dump(),
        incomplete_count=incomplete,
        cohorts=_cohorts(moments, question.periods),
        answer=_answer(moments, question),
    )


def _cohorts(moments: Moments, periods: Sequence[int]) -> list[SiteCohort]:
    upper = np.triu_indices(moments.period_count)
    return [
        SiteCohort(
            start=None if start == NEVER else periods[start],
            count=int(moments.count[row]),
            mean=moments.mean[row].tolist(),
            cross=moments.cross[row][upper].tolist(),
        )
        for row, start in enumerate(moments.cohort.tolist())
    ]


def _answer(moments: Moments, question: SiteQuestion) -> SiteAnswer | None:
    found = group_time_effects(moments, question.comparison)
    if found is None:
        return None
    rng = np.random.default_rng(question.seed)
    rows = event_estimates(found.event, "universal", 1 - question.alpha, rng)
    events = [EventTime.model_validate(_without_flat(vars(row))) for row in rows]
    return SiteAnswer(averages=_averages(found), event_study=events)


def _averages(found: GroupTimeEffects) -> list[Average]:
    by = {"event_time": found.event, "group": found.group, "calendar": found.calendar}
    rows = {"simple": (found.simple, found.simple_std_error)}
    rows |= {name: (one.overall, one.overall_std_error) for name, one in by.items()}
    return [
        Average.model_validate({"name": name, "estimate": value, "std_error": error or None})
        for name, (value, error) in rows.items()
    ]


def _without_flat(row: dict[str, object]) -> dict[str, object]:
    """A row whose standard error is zero has none, and no bounds."""
    if row["std_error"]:
        return row
    return {"event_time": row["event_time"], "estimate": row["estimate"]}


def _calendar(tables: EffectTables, effect: PlannedEffect) -> list[int]:
    """Study periods of the columns of the effect's data: those in which any unit was observed.

    A cluster without a gap was observed in every column, so that no column is missing here.
    """
    wanted = selected_units(tables.unit, effect.analysis.units)
    known = wanted if isinstance(wanted, frozenset) else frozenset()
    units = take_part(tables.panel, tables.exposure, tables.unit, known)
    is_seen = tables.panel["unit_id"].isin(units) & tables.panel["outcome"].notna()
    return [int(period) for period in sorted(set(tables.panel.loc[is_seen, "period"]))]

"""What the judgement needs of a study, gathered from core tables: small, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import pandas as pd

from impact.allocation import reach
from impact.calendar import period_count, period_index
from impact.cost import advocacy_spend
from impact.exposure import build_plan_exposure, build_plan_timing
from impact.hierarchy import descent
from schemas.findings import RowAccount
from schemas.plan import Plan
from schemas.study import Study
from schemas.vocabulary import SUPPORT_KINDS


@dataclass(frozen=True)
class StudyTables:
    """The small tables that every effect of a plan is made from.

    `panel`: `schemas.panel.Panel`. `exposure`: `impact.exposure.build_plan_exposure`, for
    review `basis` says where each row came from. `timing`: `build_plan_timing`. `unit`,
    `measure`: core tables. `initiative`: core table with `spend` in the reporting currency.
    `supported`: `unit_id` of units that patient-support spend reached in the window.
    `subgroup`: core table, which dimension and level each subgroup is.
    """

    panel: pd.DataFrame
    exposure: pd.DataFrame
    timing: pd.DataFrame
    unit: pd.DataFrame
    measure: pd.DataFrame
    initiative: pd.DataFrame
    supported: pd.DataFrame
    subgroup: pd.DataFrame


@dataclass(frozen=True)
class RunFacts:
    """What the run knows and the tables do not say.

    `orphan_spend_share` is the share of the log's spend whose given partner, initiative or
    unit id points nowhere; None where it was not computed.
    """

    accounts: tuple[RowAccount, ...]
    is_before_outcomes: bool
    is_amended: bool
    orphan_spend_share: float | None = None


def gather_tables(
    core: Mapping[str, ibis.Table], panel: pd.DataFrame, plan: Plan | None, study: Study
) -> StudyTables:
    """Bring together what the effects need.

    `core` maps table names to core tables: engagement as `impact.kind.classify` gives it,
    engagement_allocation, exposure, unit, measure, initiative, subgroup; absent ones are
    empty tables.
    """
    unit = core["unit"]
    reached = reach(core["engagement"], core["engagement_allocation"], study)
    initiative = core["initiative"].select("initiative_id", "name", "budget", "currency")
    spend = advocacy_spend(reached, initiative, study)
    named = initiative.select("initiative_id", "name").left_join(spend, "initiative_id")
    return StudyTables(
        panel=panel,
        exposure=build_plan_exposure(core["exposure"], reached, unit, plan, study).to_pandas(),
        timing=build_plan_timing(reached, unit, plan, study).to_pandas(),
        unit=unit.to_pandas(),
        measure=core["measure"].to_pandas(),
        initiative=named.select("initiative_id", "name", "spend").to_pandas(),
        supported=_supported_units(reached, unit, study).to_pandas(),
        subgroup=core["subgroup"]
        .select("subgroup_id", "dimension", "level")
        .order_by("subgroup_id")
        .to_pandas(),
    )


def _supported_units(reached: ibis.Table, unit: ibis.Table, study: Study) -> ibis.Table:
    period = period_index(reached.start_date, study)
    rows = reached.mutate(period=period).filter(reached.kind.isin(SUPPORT_KINDS))
    inside = rows.filter(rows.period.between(0, period_count(study) - 1))
    above = descent(unit).select("ancestor_id", below_id="unit_id")
    placed = inside.select("unit_id").inner_join(above, [("unit_id", "ancestor_id")])
    return placed.select(unit_id=placed.below_id).distinct().order_by("unit_id")

"""Effect assets: estimates with their uncertainty, their diagnostics and their verdicts."""

import dagster as dg
import ibis
import pandas as pd

from assets.catalog import effect_schema
from assets.panel import BESIDE
from assets.parts import common, layer
from assets.run import Effects, Indicators, PlanState, RowAccounts, StudyRun
from impact.engine import measure_effects
from impact.gather import RunFacts, StudyTables
from impact.indicators.measure import measure_indicators
from impact.indicators.tables import IndicatorTables
from intake.core import CoreTables
from intake.orphans import orphan_spend_share
from schemas.effect import effect_estimates, effect_rows
from schemas.registry import TABLE_ORDER

DESCRIBED = tuple(name for name in TABLE_ORDER if name not in {"engagement", "outcome"})
"""Core tables that indicators read beside the engagement log with its kinds."""


@dg.asset(
    ins={f"core_{name}": dg.AssetIn(f"core_{name}") for name in DESCRIBED},
    metadata=layer("results"),
    **common("impact", "duckdb"),
)
def indicators(
    study_run: dg.ResourceParam[StudyRun],
    effects: Effects,
    engagement_with_kind: ibis.Table,
    **core: ibis.Table,
) -> Indicators:
    """Every indicator of the three questions, transparency and equity, with its denominator."""
    tables = {name.removeprefix("core_"): table for name, table in core.items()}
    study = study_run.study
    named = frozenset(source.table for source in study.sources)
    known = {**tables, "engagement": engagement_with_kind}
    found = IndicatorTables(study, known, named, tuple(effects.effects))
    return Indicators(indicators=measure_indicators(found))


@dg.asset(
    ins={name: dg.AssetIn(name) for name in ("panel", *(f"panel_{part}" for part in BESIDE))},
    metadata=layer("results"),
    **common("impact", "numpy"),
)
def effects(
    study_run: dg.ResourceParam[StudyRun],
    frozen_plan: PlanState,
    row_accounts: RowAccounts,
    raw_engagement: ibis.Table,
    core_engagement: ibis.Table,
    quarantine_engagement: ibis.Table,
    core_fx_rate: ibis.Table,
    **small: pd.DataFrame,
) -> Effects:
    """Every planned effect: estimate, intervals, diagnostics, verdict and certainty."""
    tables = StudyTables(**{name.removeprefix("panel_"): small[name] for name in small})
    facts = RunFacts(
        accounts=tuple(row_accounts.accounts),
        is_before_outcomes=frozen_plan.is_before_outcomes,
        is_amended=frozen_plan.is_amended,
        orphan_spend_share=orphan_spend_share(
            raw_engagement,
            CoreTables(core_engagement, quarantine_engagement),
            study_run.study,
            core_fx_rate,
        ),
    )
    made = measure_effects(tables, frozen_plan.plan, study_run.study, facts)
    return Effects(effects=list(made))


@dg.asset(metadata=layer("effect", effect_schema("effect_estimate")), **common("impact", "parquet"))
def effect_estimate(effects: Effects) -> pd.DataFrame:
    """One row per effect: estimate, bounds, verdict, certainty."""
    return effect_estimates(effects.effects)


@dg.asset(metadata=layer("effect", effect_schema("effect_interval")), **common("impact", "parquet"))
def effect_interval(effects: Effects) -> pd.DataFrame:
    """One row per effect and way of removing bias."""
    return effect_rows(effects.effects, "intervals")


@dg.asset(
    metadata=layer("effect", effect_schema("effect_event_study")), **common("impact", "parquet")
)
def effect_event_study(effects: Effects) -> pd.DataFrame:
    """One row per effect and event time."""
    return effect_rows(effects.effects, "event_study")


@dg.asset(
    metadata=layer("effect", effect_schema("effect_diagnostic")), **common("impact", "parquet")
)
def effect_diagnostic(effects: Effects) -> pd.DataFrame:
    """One row per effect and diagnostic."""
    return effect_rows(effects.effects, "diagnostics")

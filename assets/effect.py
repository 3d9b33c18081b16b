"""Effect assets: estimates with their uncertainty, their diagnostics and their verdicts."""

import dagster as dg
import ibis
import pandas as pd

from assets.panel import BESIDE
from assets.parts import common, layer
from assets.run import Effects, Indicators, PlanState, RowAccounts, StudyRun
from impact.engine import measure_effects
from impact.gather import RunFacts, StudyTables
from impact.indicators.spend import measure_spend
from intake.orphans import orphan_spend_share
from schemas.effect import effect_estimates, effect_rows


@dg.asset(metadata=layer("results"), **common("impact", "duckdb"))
def indicators(
    study_run: dg.ResourceParam[StudyRun], engagement_with_kind: ibis.Table
) -> Indicators:
    """Spend on advocacy, on support, and on what cannot be told apart: never one sum."""
    return Indicators(indicators=measure_spend(engagement_with_kind, study_run.study))


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
    quarantine_engagement: ibis.Table,
    **small: pd.DataFrame,
) -> Effects:
    """Every planned effect: estimate, intervals, diagnostics, verdict and certainty."""
    tables = StudyTables(**{name.removeprefix("panel_"): small[name] for name in small})
    facts = RunFacts(
        accounts=tuple(row_accounts.accounts),
        is_before_outcomes=frozen_plan.is_before_outcomes,
        is_amended=frozen_plan.is_amended,
        orphan_spend_share=orphan_spend_share(
            raw_engagement, quarantine_engagement, study_run.study
        ),
    )
    made = measure_effects(tables, frozen_plan.plan, study_run.study, facts)
    return Effects(effects=list(made))


@dg.asset(metadata=layer("effect"), **common("impact", "parquet"))
def effect_estimate(effects: Effects) -> pd.DataFrame:
    """One row per effect: estimate, bounds, verdict, certainty."""
    return effect_estimates(effects.effects)


@dg.asset(metadata=layer("effect"), **common("impact", "parquet"))
def effect_interval(effects: Effects) -> pd.DataFrame:
    """One row per effect and way of removing bias."""
    return effect_rows(effects.effects, "intervals")


@dg.asset(metadata=layer("effect"), **common("impact", "parquet"))
def effect_event_study(effects: Effects) -> pd.DataFrame:
    """One row per effect and event time."""
    return effect_rows(effects.effects, "event_study")


@dg.asset(metadata=layer("effect"), **common("impact", "parquet"))
def effect_diagnostic(effects: Effects) -> pd.DataFrame:
    """One row per effect and diagnostic."""
    return effect_rows(effects.effects, "diagnostics")

"""A small world with a known truth: 20 regions, 24 months, one initiative from month 12 on."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from impact.gather import RunFacts, StudyTables, gather_tables
from impact.kind import classify
from impact.panel import build_panel
from schemas.findings import RowAccount
from schemas.plan import Plan
from schemas.study import Study
from tests.core_tables import Row, core

REGIONS = [f"r{number:02d}" for number in range(20)]
EXPOSED = REGIONS[:10]
START = 12
EFFECT = -6.0
"""Days of waiting that the initiative takes away; the noise has a standard deviation of 1."""


def world_study(*tables: str) -> Study:
    """A study of 24 months that names these tables, or all of them."""
    named = tables or ("unit", "initiative", "exposure", "measure", "outcome", "engagement")
    return Study.model_validate(
        {
            "study_id": "small_world",
            "title": "A small world",
            "period": "month",
            "window": {"start": "2020-01-01", "end": "2021-12-31"},
            "as_of": "2022-01-31",
            "currency": "EUR",
            "sources": [{"table": name, "path": f"{name}.csv"} for name in named],
        }
    )


def world_plan(*effects: Row, **analysis: Any) -> Plan:
    """One primary effect on waiting, or the effects given."""
    first = {
        "effect_id": "shorter_wait",
        "initiative_id": "i1",
        "measure_id": "waiting",
        "smallest_worthwhile_effect": 1.0,
    }
    planned = [{**first, **effect} for effect in effects] or [first]
    return Plan.model_validate({"effects": planned, "analysis": analysis})


def month(index: int) -> str:
    """First day of a month of the window."""
    return dt.date(2020 + index // 12, index % 12 + 1, 1).isoformat()


def outcomes(effect: float = EFFECT, measure_id: str = "waiting", seed: int = 1) -> list[Row]:
    """Waiting times: region levels, noise, and the effect in exposed regions."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (len(REGIONS), 24)) + rng.normal(60, 3, (len(REGIONS), 1))
    return [
        {
            "measure_id": measure_id,
            "unit_id": region,
            "period_start": month(index),
            "value": noise[number, index] + effect * (region in EXPOSED and index >= START),
        }
        for number, region in enumerate(REGIONS)
        for index in range(24)
    ]


def engagements() -> list[Row]:
    """A grant in every exposed region in the month in which exposure starts."""
    return [
        {
            "engagement_id": f"e{number}",
            "initiative_id": "i1",
            "unit_id": region,
            "kind": "advocacy",
            "start_date": month(START),
            "recorded_date": month(START),
            "amount": 1000,
        }
        for number, region in enumerate(EXPOSED)
    ]


def world_tables(plan: Plan, **rows: list[Row]) -> StudyTables:
    """The world's tables as an effect needs them; `rows` replaces those of a core table."""
    given: dict[str, list[Row]] = {
        "unit": [{"unit_id": region} for region in REGIONS],
        "exposure": [
            {"initiative_id": "i1", "unit_id": region, "start_date": month(START)}
            for region in EXPOSED
        ],
        "measure": [{"measure_id": name} for name in ("waiting", "other")],
        "initiative": [{"initiative_id": "i1"}],
        "outcome": [*outcomes(), *outcomes(0.0, "other", seed=2)],
        "engagement": engagements(),
        "engagement_allocation": [],
        "subgroup": [],
        **rows,
    }
    tables = {name: core(name, list(table)) for name, table in given.items()}
    tables["engagement"] = classify(tables["engagement"], core("partner"))
    study = world_study()
    panel = build_panel(tables["outcome"], tables["measure"], tables["unit"], study)
    return gather_tables(tables, pd.DataFrame(panel.to_pandas()), plan, study)


def account(table: str, quarantined: int = 0) -> RowAccount:
    """A thousand rows read, some of them in quarantine."""
    return RowAccount(
        table=table,
        source_file=f"{table}.csv",
        read=1000,
        accepted=1000 - quarantined,
        quarantined=quarantined,
        superseded=0,
        out_of_window=0,
    )


FACTS = RunFacts(
    (account("outcome"),), is_before_outcomes=True, is_amended=False, orphan_spend_share=0.0
)

"""A study folder to its effects by the product's own functions, without Dagster or output."""

import tempfile
from pathlib import Path

import ibis

from impact.engine import measure_effects
from impact.gather import RunFacts, gather_tables
from impact.kind import classify
from impact.panel import build_panel
from intake.accounts import count_rows
from intake.core import build_core
from intake.read import read_raw
from intake.study import load_plan, load_study
from schemas.findings import Effect, RowAccount
from schemas.registry import TABLE_ORDER

USED = {
    "engagement",
    "engagement_allocation",
    "exposure",
    "fx_rate",
    "initiative",
    "measure",
    "outcome",
    "partner",
    "subgroup",
    "unit",
}


def effects_of(folder: Path) -> dict[str, Effect]:
    """Every planned effect of the study, judged as a first run with a frozen plan would."""
    with tempfile.TemporaryDirectory() as scratch:
        backend = ibis.duckdb.connect(temp_directory=scratch)
        return _effects(folder, backend)


def _effects(folder: Path, backend: ibis.BaseBackend) -> dict[str, Effect]:
    study, plan = load_study(folder), load_plan(folder)
    core: dict[str, ibis.Table] = {}
    accounts: list[RowAccount] = []
    for name in [table for table in TABLE_ORDER if table in USED]:
        raw = read_raw(backend, folder, study, name)
        built = build_core(name, raw, core, study, backend)
        core[name] = backend.create_table(f"core_{name}", built.accepted)
        if any(source.table == name for source in study.sources):
            accounts += count_rows(name, raw, core[name], built.quarantine)
    core["engagement"] = classify(core["engagement"], core["partner"])
    panel = build_panel(core["outcome"], core["measure"], core["unit"], study).to_pandas()
    facts = RunFacts(accounts=tuple(accounts), is_before_outcomes=True, is_amended=False)
    tables = gather_tables(core, panel, plan, study)
    effects = measure_effects(tables, plan, study, facts)
    return {effect.effect_id: effect for effect in effects if effect.subgroup_id == "all"}

"""From published results back to what they were measured from: for notebooks."""

from pathlib import Path

import ibis
import pandas as pd

from assets.run import PlanState
from impact.engine import build_findings
from impact.gather import RunFacts, StudyTables
from impact.panel import build_panel, exclude
from impact.what_if import MeasuredFrom, measure_again
from intake.core import CoreTables
from intake.orphans import orphan_spend_share
from intake.study import load_study
from pipelines.engine import connect
from pipelines.errors import Exit, UserError
from pipelines.results import Results
from pipelines.settings import Settings, find_study
from reports.words import write_words
from schemas.findings import Findings
from schemas.study import Study

FROZEN_PLAN = "frozen_plan.json"
BESIDE = ("exposure", "timing", "unit", "measure", "initiative", "supported", "subgroup")


def published_tables(folder: Path) -> StudyTables:
    """The small tables that a run's effects were made from."""
    read = {name: pd.read_parquet(folder / "panel" / f"panel_{name}.parquet") for name in BESIDE}
    return StudyTables(panel=pd.read_parquet(folder / "panel" / "panel.parquet"), **read)


def measured_from(results: Results, settings: Settings | None = None) -> MeasuredFrom:
    """All that the effects of these results were measured from, as the run left it.

    Raises:
        UserError: The study has no plan, so nothing was measured (exit 2).
    """
    given = settings or Settings()
    study, state = _study(results, given), _plan_state(results)
    if state.plan is None:
        raise UserError(
            Exit.USAGE,
            f"No effect was measured in '{study.study_id}'.",
            "The study has no plan.yaml, which says what to ask.",
            "Write plan.yaml and run the study again.",
        )
    facts = RunFacts(
        accounts=tuple(results.findings.row_accounts),
        is_before_outcomes=state.is_before_outcomes,
        is_amended=state.is_amended,
        orphan_spend_share=_orphan_share(results, study, given),
    )
    return MeasuredFrom(study, state.plan, published_tables(results.folder), facts)


def rebuild_panel(results: Results, settings: Settings | None = None) -> pd.DataFrame:
    """The panel, built again from the core tables: a row per measure, unit, subgroup, period."""
    given = settings or Settings()
    study, plan = _study(results, given), _plan_state(results).plan
    with _Core(results, given) as core:
        outcome = exclude(core.table("outcome"), "outcome", plan)
        built = build_panel(outcome, core.table("measure"), core.table("unit"), study)
        panel: pd.DataFrame = built.to_pandas()
    return panel


def remeasured(results: Results, base: MeasuredFrom) -> Findings:
    """The findings with effects measured again from `base`, and headline and answers rewritten."""
    found = results.findings
    again = build_findings(
        base.study,
        measure_again(base),
        found.indicators,
        found.row_accounts,
        found.notes,
        found.provenance,
    )
    return write_words(again)


class _Core:
    """The tables of one generation in an engine of their own, closed afterwards."""

    def __init__(self, results: Results, settings: Settings) -> None:
        self._folder = results.folder
        self._backend = connect([results.folder], settings)

    def __enter__(self) -> "_Core":
        return self

    def __exit__(self, *_: object) -> None:
        self._backend.disconnect()

    def table(self, name: str, layer: str = "core") -> ibis.Table:
        return self._backend.read_parquet(self._folder / layer / f"{layer}_{name}.parquet")


def _study(results: Results, settings: Settings) -> Study:
    """The study as its folder describes it, at the clock of the run."""
    study = load_study(find_study(results.findings.study_id, settings))
    return study.model_copy(update={"as_of": results.findings.data_as_of})


def _plan_state(results: Results) -> PlanState:
    return PlanState.model_validate_json((results.folder / FROZEN_PLAN).read_bytes())


def _orphan_share(results: Results, study: Study, settings: Settings) -> float | None:
    with _Core(results, settings) as core:
        log = CoreTables(core.table("engagement"), core.table("engagement", "quarantine"))
        raw, rates = core.table("engagement", "raw"), core.table("fx_rate")
        return orphan_spend_share(raw, log, study, rates)

"""The small world divided over sites, each with a published run of its own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from impact.gather import StudyTables
from intake.study import plan_digest
from pipelines.files import write_json
from pipelines.generation import RUN, StudyOutput, make_generation
from pipelines.settings import Settings
from schemas.plan import Plan
from tests.small_world import world_plan, world_study, world_tables


def part_of(tables: StudyTables, units: Sequence[str]) -> StudyTables:
    """The tables of a site that has only these units."""

    def mine(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["unit_id"].isin(units)]

    return StudyTables(
        panel=mine(tables.panel),
        exposure=mine(tables.exposure),
        timing=mine(tables.timing),
        unit=mine(tables.unit),
        measure=tables.measure,
        initiative=tables.initiative,
        supported=mine(tables.supported),
        subgroup=tables.subgroup,
    )


@cache
def _everyone(plan: str) -> StudyTables:
    return world_tables(Plan.model_validate_json(plan))


def publish_site(
    name: str, units: Sequence[str], settings: Settings, small_cell: int = 5, **analysis: object
) -> Path:
    """A study folder, and what a run of it would have published of the panel."""
    plan = world_plan({}, {"effect_id": "other", "measure_id": "other"}, **analysis)
    study = world_study().model_copy(update={"study_id": name, "small_cell": small_cell})
    folder = settings.studies / name
    folder.mkdir(parents=True)
    for file, model in (("study.yaml", study), ("plan.yaml", plan)):
        given = model.model_dump(mode="json", exclude_defaults=True)
        (folder / file).write_text(yaml.safe_dump(given), encoding="utf-8")
    for source in study.sources:
        (folder / str(source.path)).touch()
    output = StudyOutput(settings.output / name)
    output.make()
    generation = output.runs / "first"
    make_generation(generation)
    tables = part_of(_everyone(plan.model_dump_json()), units)
    for table, frame in (
        ("panel", tables.panel),
        ("panel_exposure", tables.exposure),
        ("panel_unit", tables.unit),
        ("panel_measure", tables.measure),
    ):
        frame.to_parquet(generation / "panel" / f"{table}.parquet", index=False)
    write_json(generation / RUN, {"made_from": {"plan_sha256": plan_digest(folder)}})
    output.point_to("first")
    return folder

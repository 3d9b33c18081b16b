"""A plan by subgroup, from files to the report."""

import csv
from pathlib import Path

import pytest
import yaml

from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from tests.core_tables import Row
from tests.small_world import EXPOSED, REGIONS, START, month, outcomes, world_plan, world_study

TABLES = ("unit", "initiative", "exposure", "measure", "subgroup", "outcome")


def rows_of(effects: dict[str, float]) -> list[Row]:
    """Waiting times of everyone and of each part."""
    return [
        {**row, "subgroup_id": name, "status": "observed"}
        for seed, (name, effect) in enumerate(effects.items())
        for row in outcomes(effect, seed=seed)
    ]


def write_world(folder: Path) -> Path:
    """The small world as a study folder, with an effect that only women have."""
    folder.mkdir(parents=True)
    measure = {"measure_id": "waiting", "name": "Days waited", "unit_label": "days", "scale": 1}
    first = {"initiative_id": "i1", "start_date": month(START), "assignment": "policy"}
    tables: dict[str, list[Row]] = {
        "unit": [{"unit_id": name, "name": name, "unit_type": "region"} for name in REGIONS],
        "initiative": [{"initiative_id": "i1", "name": "Earlier diagnosis"}],
        "exposure": [{**first, "unit_id": name} for name in EXPOSED],
        "measure": [{**measure, "direction": "lower_better", "family": "access"}],
        "subgroup": [
            {"subgroup_id": "women", "dimension": "sex", "level": "female"},
            {"subgroup_id": "men", "dimension": "sex", "level": "male"},
        ],
        "outcome": rows_of({"all": -3.0, "women": -6.0, "men": 0.0}),
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    plan = world_plan().model_copy(update={"subgroups": ["sex"]})
    for name, model in (("study", world_study(*TABLES)), ("plan", plan)):
        text = yaml.safe_dump(model.model_dump(mode="json", exclude_defaults=True))
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_plan_by_subgroup_goes_from_files_to_the_report(settings: Settings) -> None:
    outcome = run_study(write_world(settings.studies / "small_world"), settings)
    found = {effect.subgroup_id: effect for effect in outcome.findings.effects}
    assert list(found) == ["all", "men", "women"]
    assert (found["women"].verdict, found["men"].verdict != "improves") == ("improves", True)
    assert outcome.findings.headline.effect_id == "shorter_wait"
    page = outcome.report_path.read_text(encoding="utf-8")
    assert '<h2 id="subgroups-title">By subgroup</h2>' in page
    assert "the effect differs by sex (p &lt; 0.001)" in page
    with open_results("small_world", settings) as results:
        keys = results.table("effect_estimate")[["effect_id", "subgroup_id"]]
        assert not keys.duplicated().any()
        assert results.table("panel_subgroup")["level"].tolist() == ["male", "female"]

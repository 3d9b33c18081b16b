"""A log with twelve kinds of defect: what a run sets aside is what `validate` tells."""

from pathlib import Path

import pytest

from intake.validate import validate_study
from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from pipelines.xlsx import write_workbook
from tests.intake_world import WORLD, engine, write_study
from tests.unit.test_validate_once import PLANTED, as_csv, as_sheet, planted_rows


def planted(folder: Path, name: str) -> Path:
    """A study whose log has one defect of each kind, as text or as a workbook."""
    files = {"partner.csv": WORLD["partner.csv"], name: as_csv(planted_rows())}
    write_study(folder, files)
    if name.endswith("xlsx"):
        write_workbook(folder / name, [as_sheet(planted_rows())])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["engagement.csv", "engagement.xlsx"])
def test_each_kind_of_defect_is_in_quarantine_once_at_its_cell(
    settings: Settings, name: str
) -> None:
    folder = planted(settings.studies / "small", name)
    told = validate_study(folder, engine()).to_json()["problems"]
    outcome = run_study(folder, settings)
    with open_results("small", settings) as results:
        aside = results.sql("select * from quarantine_engagement order by source_row")
    places = list(zip(aside["source_row"], aside["column_name"], aside["rule"], strict=True))
    assert places == [(row, column, rule) for row, (column, rule, _text) in PLANTED.items()]
    assert places == [(one["row"], one["column"], one["rule"]) for one in told]
    assert set(aside["source_file"]) == {name}
    for row, (_column, _rule, text) in PLANTED.items():
        original = aside.loc[aside["source_row"] == row, "original"].iloc[0]
        assert text in original
    (account,) = [one for one in outcome.findings.row_accounts if one.table == "engagement"]
    assert (account.read, account.accepted, account.quarantined) == (24, 12, 12)

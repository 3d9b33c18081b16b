"""F23: what was recorded after a day changes nothing that a run as of that day says."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.files import read_json
from pipelines.generation import output_digests
from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from tests.intake_world import WORLD, write_study

OUTCOME = "measure_id,unit_id,period_start,subgroup_id,value,status,recorded_date\n"
ENGAGEMENT = (
    "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,amount,currency,"
    "recorded_date\n"
)
KNOWN = {
    **WORLD,
    "outcome.csv": OUTCOME
    + "delay,north,2001-01-01,all,5,observed,2001-02-01\n"
    + "delay,south,2001-01-01,all,4,observed,",
    "engagement.csv": ENGAGEMENT + "e1,us,p1,2001-02-03,day,core_grant,100.50,EUR,2001-02-04\n",
}
LATER = {
    "outcome.csv": "\ndelay,north,2001-01-01,all,9,observed,2002-07-01\n"
    "delay,north,2002-01-01,all,many,observed,2002-08-01\n",
    "engagement.csv": "e1,us,p1,2001-02-03,day,core_grant,999,EUR,2002-07-01\n"
    '"e2\nnew",us,p9,2001-02-03,day,core_grant,1,EUR,2002-07-01\n',
}
THEN = dt.date(2002, 6, 30)
SEES_THE_FILE = ("raw/", "quarantine/")
"""The layers that say what the file holds, not what was known."""


def known_outputs(folder: Path) -> dict[str, str]:
    return {n: d for n, d in output_digests(folder).items() if not n.startswith(SEES_THE_FILE)}


@pytest.mark.slow
def test_a_run_as_of_an_old_day_is_the_same_after_corrections_were_added(
    settings: Settings,
) -> None:
    window = {"start": "2000-01-01", "end": "2002-06-30"}
    folder = write_study(settings.studies / "small", KNOWN, window=window, as_of="2003-01-01")
    before = run_study(folder, settings, THEN)
    for name, text in LATER.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    after = run_study(folder, settings, THEN)
    assert known_outputs(after.folder) == known_outputs(before.folder)
    old, new = (read_json(run.folder / "run.json")["made_from"] for run in (before, after))
    changed = {x["path"] for x, y in zip(old["inputs"], new["inputs"], strict=True) if x != y}
    assert changed == {"outcome.csv", "engagement.csv"}
    with open_results("small", settings) as results:
        later = results.sql("select * from quarantine_outcome")
        assert later["rule"].tolist() == ["not_yet_recorded"] * 2

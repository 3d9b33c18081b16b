"""Names in a whole run: warned about in findings and report, merged only where an alias says so."""

from pathlib import Path

import pytest

from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from tests.intake_world import ENGAGEMENT, WORLD, write_study

OVERRIDE = "\u202e"
PARTNERS = (
    "partner_id,name,org_type\n"
    f"p1,Patients{OVERRIDE} First,patient_org\n"
    "p2,Patients First,patient_org\n"
    "p3,Lungenliga Bern,patient_org\n"
    "p4,Lungen-Liga Bern,patient_org\n"
)
FILES = {
    **WORLD,
    "partner.csv": PARTNERS,
    "engagement.csv": ENGAGEMENT + "e2,us,p2,2001-02-03,,day,meeting,50,EUR,\n",
    "alias.csv": "partner_id,canonical_partner_id\np2,p1\n",
}


@pytest.mark.slow
def test_a_run_says_what_it_saw_in_the_names_and_shows_none(
    settings: Settings,
) -> None:
    folder = write_study(settings.studies / "small", FILES)
    done = run_study(folder, settings)
    rest = "and counted as neither advocacy nor support"
    told = [note.split(" · ")[0] for note in done.findings.notes]
    assert told == [
        "partner.csv:2:name  a character that cannot be seen; the name is shown without it",
        "partner.csv:name  1 pair of names looks alike; none was merged",
        "alias.csv  1 row counts one partner as another; 1 partner stands for more than itself",
        f"engagement:kind  2 engagements are hybrid or unclassified (EUR 150) {rest}",
    ]
    with open_results("small", settings) as results:
        spent = results.sql("select partner_id, amount::double as paid from core_engagement")
        assert spent.to_numpy().tolist() == [["p1", 100.5], ["p1", 50.0]]
        assert (
            results.sql("select name from core_partner")["name"][0] == f"Patients{OVERRIDE} First"
        )
    page = Path(done.report_path).read_text(encoding="utf-8")
    assert "1 pair of names looks alike" in page
    assert OVERRIDE not in page

"""Kinds in a whole run: support is in no sum of advocacy, what is unclear is shown and listed."""

from pathlib import Path

import pytest

from pipelines.results import open_results
from pipelines.run import run_study
from pipelines.settings import Settings
from schemas.findings import Findings
from tests.intake_world import WORLD, write_study

CANARY = "Kanarienvogel"
HEADER = (
    "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,amount,currency,"
    "product_id,purpose\n"
)
ROWS = (
    "campaign,us,p1,2001-02-03,day,policy_campaign,1000,EUR,,\n"
    f"read,us,p1,2001-02-03,day,unknown,200,EUR,,Aufklärung {CANARY}\n"
    "copay,us,p1,2001-02-03,day,copay_assistance,30000,EUR,,Awareness campaign\n"
    "nurse,us,p1,2001-02-03,day,nurse_educator,4000,EUR,brand,\n"
    f"words,us,p1,2001-02-03,day,unknown,500,EUR,,MS nurse {CANARY}\n"
    "vague,us,p1,2001-02-03,day,unknown,60,EUR,,Spende\n"
    "decided,us,p1,2001-02-03,day,unknown,7,EUR,,Spende\n"
)
OVERRIDES = (
    "engagement_id,kind,reason\n"
    f"decided,support_access,{CANARY} was asked\n"
    "nowhere,advocacy,no such engagement\n"
    "vague,charity,no such kind\n"
)


def spend(findings: Findings, name: str, **by: str) -> float | None:
    (found,) = [i for i in findings.indicators if i.indicator_id == name and i.by == by]
    return found.value


@pytest.mark.slow
def test_support_among_advocacy_is_in_no_sum_of_it(settings: Settings) -> None:
    files = {**WORLD, "engagement.csv": HEADER + ROWS, "kind_override.csv": OVERRIDES}
    folder = write_study(settings.studies / "small", files)
    done = run_study(folder, settings)
    assert spend(done.findings, "q1.spend_advocacy") == 1000 + 200
    assert spend(done.findings, "q1.spend_support") == 30000 + 4000 + 7
    assert spend(done.findings, "q1.spend_unclassified") == 500 + 60
    wide = spend(done.findings, "q1.spend_advocacy", kinds="with_unclear")
    assert wide == 1000 + 200 + 500 + 60
    accounts = {account.table: account for account in done.findings.row_accounts}
    assert (accounts["kind_override"].accepted, accounts["kind_override"].quarantined) == (1, 2)
    said = "2 engagements are hybrid or unclassified (EUR 560)"
    assert any(said in note for note in done.findings.notes)
    page = Path(done.report_path).read_text(encoding="utf-8")
    assert said in page
    assert CANARY not in page + done.findings.model_dump_json()
    with open_results("small", settings) as results:
        listed = results.sql("select engagement_id, kind_basis from kinds_for_review")
        assert listed.to_numpy().tolist() == [["words", "K3:text"], ["vague", "K8"]]

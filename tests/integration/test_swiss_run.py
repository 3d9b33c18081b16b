"""Real disclosures through the whole path: what they answer, and what they honestly do not."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipelines.run import run_study
from pipelines.settings import Settings
from schemas.findings import Findings, Indicator
from tests.prose import page_prose

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "data" / "studies" / "swiss_pharma_po"
FILE = ROOT.parent / "shared" / "data" / EXAMPLE.name / "swiss_po_payments_2011_2016.csv"

Run = tuple[Findings, str, pd.DataFrame]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The findings, the page and the log of one run of the committed study."""
    if not FILE.is_file():
        pytest.skip("the Swiss disclosures are not beside this checkout; see the study's README")
    folder = tmp_path_factory.mktemp("swiss")
    studies = folder / "studies" / EXAMPLE.name
    shutil.copytree(EXAMPLE, studies)
    shutil.copy(FILE, studies)
    outcome = run_study(studies, Settings(studies=studies.parent, output=folder / "output"))
    log = pd.read_parquet(outcome.folder / "core" / "core_engagement.parquet")
    page = outcome.report_path.read_text(encoding="utf-8")
    return outcome.findings, page, log


def row(findings: Findings, indicator_id: str, **by: str) -> Indicator:
    (found,) = [i for i in findings.indicators if (i.indicator_id, i.by) == (indicator_id, by)]
    return found


PINNED = [
    ("q3.payments", {}, "1,262"),
    ("q3.payers", {}, "49"),
    ("q3.pairs", {}, "414"),
    ("q3.median_payment", {}, "4,902"),
    ("q3.median_payment", {"quantile": "0.25"}, "1,578"),
    ("q3.median_payment", {"quantile": "0.75"}, "10,000"),
    ("q3.top10_payers", {}, "66.3 %"),
    ("q3.top10_recipients", {}, "59.1 %"),
    ("q3.hhi_recipients", {}, "0.060"),
    ("q3.hhi_payers", {}, "0.072"),
    ("q3.single_funder_share", {}, "64.4 %"),
    ("q3.pairs_two_years", {}, "40.6 %"),
    ("q3.pairs_three_years", {}, "22.5 %"),
    ("q3.retention", {"from_year": "2012", "year": "2013"}, "0.54 (119)"),
    ("q3.retention", {"from_year": "2013", "year": "2014"}, "0.60 (158)"),
    ("q3.retention", {"from_year": "2014", "year": "2015"}, "0.56 (154)"),
]


def printed(found: Indicator) -> str:
    """A value with the digits that the published analysis gives."""
    value = found.value or 0.0
    if found.indicator_id == "q3.retention":
        return f"{value:.2f} ({found.n})"
    if found.unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.3f}" if found.unit == "index" else f"{value:,.0f}"


@pytest.mark.parametrize(("indicator_id", "by", "told"), PINNED)
def test_a_published_number_comes_out_to_its_last_digit(
    run: Run, indicator_id: str, by: dict[str, str], told: str
) -> None:
    assert printed(row(run[0], indicator_id, **by)) == told


def test_relationships_and_transparency_are_answered(run: Run) -> None:
    findings, page, _ = run
    third = findings.questions[2]
    assert (third.id, third.missing) == ("Q3", [])
    assert "not enough data" not in third.answer.lower()
    assert row(findings, "q3.top10_recipients").denominator == pytest.approx(14_665_231.9104)
    purpose = row(findings, "t.purpose_filled")
    assert (purpose.numerator, purpose.denominator) == (1_235, 1_262)
    assert third.answer in page_prose(page)


def test_outcomes_and_the_patient_voice_are_not_answered_for_want_of_data(
    run: Run,
) -> None:
    findings, page, _ = run
    first, second = findings.questions[:2]
    for question in (first, second):
        assert question.answer.startswith("Not enough data")
        assert question.answer in page
    assert {"exposure", "outcome", "measure"} <= set(first.missing)
    assert "patient_input" in second.missing
    voice = [i for i in findings.indicators if i.question == "Q2"]
    assert {i.status for i in voice} == {"NOT_EVALUATED"}
    assert all((i.reason or "").startswith("needs ") for i in voice)


def test_spells_of_months_are_not_told_from_dates_known_to_the_year(
    run: Run,
) -> None:
    for indicator_id in ("q3.tenure", "q3.transactional_share"):
        assert row(run[0], indicator_id).reason == "needs dates to the month"


def test_growth_of_disclosure_is_not_growth_of_spend(run: Run) -> None:
    """More companies disclose each year; retention counts those of both years only."""
    findings, _, log = run
    year = log["start_date"].map(lambda day: day.year)
    payers = log["payer_id"].groupby(year).nunique()
    assert payers[2011] == 10
    assert payers[2015] == 37
    paid = log["amount_reporting"].astype(float)
    both = set(log["payer_id"][year == 2012]) & set(log["payer_id"][year == 2013])
    everyone = paid[year == 2013].sum() / paid[year == 2012].sum()
    same = log["payer_id"].isin(both)
    alike = paid[same & (year == 2013)].sum() / paid[same & (year == 2012)].sum()
    assert everyone > alike + 0.1
    before = log[same & (year == 2012)].groupby(["payer_id", "partner_id"]).ngroups
    assert row(findings, "q3.retention", from_year="2012", year="2013").n == before

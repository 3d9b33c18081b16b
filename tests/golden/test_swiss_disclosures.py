"""Real disclosures through the EFPIA-style preset: the numbers that METHODS pins."""

import shutil
import statistics
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from intake.accounts import contract_violations, count_rows
from intake.core import CoreTables, build_core
from intake.read import read_raw
from intake.study import load_study
from schemas.findings import RowAccount
from tests.intake_world import engine, rows

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "data" / "studies" / "swiss_pharma_po"
DATA = ROOT.parent / "shared" / "data" / "swiss_pharma_po"
FILE = "swiss_po_payments_2011_2016.csv"


@cache
def loaded(folder: Path) -> dict[str, tuple[CoreTables, RowAccount]]:
    """Partner and engagement of the disclosures, with the account of each."""
    study, accepted, found = load_study(folder), {}, {}
    for table in ("partner", "engagement"):
        raw = read_raw(engine(), folder, study, table)
        tables = build_core(table, raw, accepted, study, engine())
        accepted[table] = tables.accepted
        (account,) = count_rows(table, raw, tables.accepted, tables.quarantine)
        found[table] = (tables, account)
    return found


@pytest.fixture(scope="module")
def swiss(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[CoreTables, RowAccount]]:
    """The committed example study with the file that is not committed."""
    if not (DATA / FILE).is_file():
        pytest.skip("the Swiss disclosures are not beside this checkout; see the study's README")
    folder = tmp_path_factory.mktemp("swiss")
    shutil.copy(EXAMPLE / "study.yaml", folder)
    shutil.copy(DATA / FILE, folder)
    return loaded(folder)


Swiss = dict[str, tuple[CoreTables, RowAccount]]


def test_every_row_of_the_disclosures_is_accounted_for(swiss: Swiss) -> None:
    account = swiss["engagement"][1]
    assert (account.read, account.accepted) == (1388, 1262)
    assert (account.out_of_window, account.quarantined) == (118 + 8, 0)
    assert account.is_balanced


def test_payments_name_each_organisation_once(swiss: Swiss) -> None:
    account = swiss["partner"][1]
    assert (account.accepted, account.superseded) == (188, 1262 - 188)
    assert (account.out_of_window, account.quarantined) == (118 + 8, 0)
    assert account.is_balanced


def test_the_payments_are_those_of_the_published_analysis(swiss: Swiss) -> None:
    payments = rows(swiss["engagement"][0].accepted)
    amounts = sorted(payment["amount_reporting"] for payment in payments)
    assert sum(amounts) == Decimal("14665231.9104")
    assert len({payment["payer_id"] for payment in payments}) == 49
    quartiles = statistics.quantiles(amounts, n=4, method="inclusive")
    assert [round(amount) for amount in quartiles] == [1578, 4902, 10_000]


def test_only_the_year_of_a_payment_is_known(swiss: Swiss) -> None:
    payments = rows(swiss["engagement"][0].accepted)
    assert {payment["date_precision"] for payment in payments} == {"year"}
    assert {payment["start_date"].year for payment in payments} == set(range(2011, 2016))
    assert {(payment["start_date"].month, payment["start_date"].day) for payment in payments} == {
        (1, 1)
    }


@pytest.mark.parametrize("table", ["partner", "engagement"])
def test_the_disclosures_keep_the_contract(swiss: Swiss, table: str) -> None:
    assert contract_violations(table, swiss[table][0].accepted) == []


def test_each_payment_goes_to_an_accepted_organisation(swiss: Swiss) -> None:
    known = {partner["partner_id"] for partner in rows(swiss["partner"][0].accepted)}
    paid = {payment["partner_id"] for payment in rows(swiss["engagement"][0].accepted)}
    assert paid == known

"""Money that points nowhere is weighed against all the money of the log."""

from pathlib import Path

import pytest

from intake.core import build_core
from intake.orphans import orphan_spend_share
from intake.read import read_raw
from intake.study import load_study
from tests.intake_world import ENGAGEMENT_HEADER, WORLD, built, engine, write_study

KNOWN = "e1,us,p1,2001-02-03,,day,meeting,60,EUR,\n"
NOWHERE = "e2,us,p9,2001-02-03,,day,meeting,40,EUR,\n"
ABROAD = "e2,us,p9,2001-02-03,,day,meeting,40,USD,\n"
UNPAID = "e3,us,p1,2001-02-03,,day,meeting,,EUR,\n"


RATES = "currency,to_currency,rate_date,rate\nUSD,EUR,2001-01-01,0.5\n"


def share(folder: Path, rows: str) -> float | None:
    files = {"partner.csv": WORLD["partner.csv"], "engagement.csv": ENGAGEMENT_HEADER + rows}
    files["fx_rate.csv"] = RATES
    study = load_study(write_study(folder, files))
    raw = read_raw(engine(), folder, study, "engagement")
    rates = built(folder, "fx_rate").accepted
    parents = {"partner": built(folder, "partner").accepted, "fx_rate": rates}
    core = build_core("engagement", raw, parents, study, engine())
    return orphan_spend_share(raw, core, study, rates)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(KNOWN, 0.0), (KNOWN + NOWHERE, 0.4), (NOWHERE, 1.0), (UNPAID, None), (KNOWN + ABROAD, 0.25)],
    ids=["all known", "two of five", "all lost", "no amount known", "40 dollars are 20 euros"],
)
def test_orphan_money_is_a_share_of_all_money(
    tmp_path: Path, rows: str, expected: float | None
) -> None:
    assert share(tmp_path, rows) == expected

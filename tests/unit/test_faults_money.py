"""F18 to F20: reversals, currencies and joins that must not change a sum."""

from decimal import Decimal
from pathlib import Path

import pytest

from intake.core import CoreTables
from intake.problems import Rejected
from tests.intake_world import INITIATIVE, PARTNER, built, reasons, rows, write_study

HEADER = (
    "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,"
    "amount,currency,amount_reporting,reverses_engagement_id\n"
)
RATES = "currency,to_currency,rate_date,rate\n"


def log(folder: Path, payments: dict[str, str], rates: str | None = None) -> CoreTables:
    """The engagement table of a study in EUR; payments by id: date, precision, money."""
    body = "".join(
        f"{name},us,p1,{date},{precision},meeting,{money}\n"
        for name, (date, precision, money) in (
            (name, payment.split(" ")) for name, payment in payments.items()
        )
    )
    files = {"partner.csv": PARTNER, "engagement.csv": HEADER + body}
    parents = ["partner"]
    if rates is not None:
        files["fx_rate.csv"] = RATES + rates
        parents.append("fx_rate")
    return built(write_study(folder, files), "engagement", *parents)


def reported(tables: CoreTables) -> dict[str, Decimal | None]:
    """The amount of each accepted engagement in the study's currency."""
    return {row["engagement_id"]: row["amount_reporting"] for row in rows(tables.accepted)}


PAYMENTS = {
    "own": "2001-02-03 day 100.50,EUR,,",
    "unknown": "2001-02-03 day ,,,",
    "none": "2001-02-03 day 0,EUR,,",
    "given": "2001-02-03 day 100,USD,77.7,",
    "same_day": "2001-02-03 day 100,USD,,",
    "day_after": "2001-02-04 day 100,USD,,",
    "long_after": "2009-12-31 day 100,USD,,",
    "month": "2001-02-01 month 100,USD,,",
    "year": "2001-01-01 year 100,USD,,",
    "before_the_only": "2001-01-05 day 10,SEK,,",
    "half_up": "2001-02-03 day 1,CZK,,",
    "many_digits": "2001-02-03 day 99999999999.99,CHF,,",
    "too_many_digits": "2001-02-03 day 99999999999999,GBP,,",
}
DATED_RATES = (
    "USD,EUR,2000-12-31,0.5\nUSD,EUR,2001-02-03,0.8\nUSD,EUR,2001-02-04,0.9\n"
    "USD,EUR,2001-02-28,1\nUSD,EUR,2001-12-31,2\nUSD,SEK,2001-02-03,7\n"
    "SEK,EUR,2001-06-30,0.1\nCZK,EUR,2001-01-01,0.00015\nCHF,EUR,2001-01-01,1.09326\n"
    "GBP,EUR,2001-01-01,1000\n"
)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> CoreTables:
    """A log in several currencies, with the rates it needs."""
    return log(tmp_path_factory.mktemp("converted"), PAYMENTS, DATED_RATES)


@pytest.mark.parametrize(
    ("payment", "euros"),
    [("own", "100.5"), ("unknown", None), ("none", "0"), ("given", "77.7")],
)
def test_what_is_known_in_the_reporting_currency_needs_no_rate(
    converted: CoreTables, payment: str, euros: str | None
) -> None:
    assert reported(converted)[payment] == (None if euros is None else Decimal(euros))


@pytest.mark.parametrize(
    ("payment", "euros"), [("same_day", 80), ("day_after", 90), ("long_after", 200)]
)
def test_the_latest_rate_on_or_before_the_date_counts(
    converted: CoreTables, payment: str, euros: int
) -> None:
    assert reported(converted)[payment] == euros


@pytest.mark.parametrize(("payment", "euros"), [("month", 100), ("year", 200)])
def test_a_date_known_to_the_month_or_year_is_taken_at_its_last_day(
    converted: CoreTables, payment: str, euros: int
) -> None:
    assert reported(converted)[payment] == euros


def test_before_the_first_rate_the_only_one_of_the_year_counts(converted: CoreTables) -> None:
    assert reported(converted)["before_the_only"] == 1


@pytest.mark.parametrize(
    ("payment", "euros"), [("half_up", "0.0002"), ("many_digits", "109325999999.9891")]
)
def test_products_are_exact_and_rounded_half_up_to_four_decimals(
    converted: CoreTables, payment: str, euros: str
) -> None:
    assert reported(converted)[payment] == Decimal(euros)


def test_a_product_that_is_no_amount_any_more_is_set_aside(converted: CoreTables) -> None:
    last = len(PAYMENTS) + 1
    assert reasons(converted) == [(last, "amount_reporting", "range", "quarantined")]


def test_a_missing_rate_rejects_the_file_and_names_currency_and_year(tmp_path: Path) -> None:
    payments = {
        "e1": "2001-02-03 day 1,USD,,",
        "e2": "2001-02-03 day 1,SEK,,",
        "e3": "2001-03-04 day 1,SEK,,",
        "e4": "2000-05-05 day 1,USD,,",
    }
    rates = "USD,EUR,2000-06-30,0.5\nUSD,EUR,2000-07-30,0.5\nSEK,USD,2000-01-01,0.5\n"
    with pytest.raises(Rejected) as caught:
        log(tmp_path, payments, rates).usable()
    remedy = "add the rate to fx_rate, or give amount_reporting"
    assert str(caught.value).splitlines() == [
        f"engagement.csv:3:currency  SEK of 2001 has no rate in 2 rows · {remedy}",
        f"engagement.csv:5:currency  USD of 2000 has no rate · {remedy}",
    ]
    assert {problem.outcome for problem in caught.value.problems} == {"REJECT_FILE"}


def test_without_a_table_of_rates_a_foreign_amount_rejects_the_file(tmp_path: Path) -> None:
    (problem,) = log(tmp_path, {"e1": "2001-02-03 day 1,USD,,"}).problems
    assert problem.message == "USD of 2001 has no rate"


def disclosed(folder: Path, years: str, rates: str | None = None) -> CoreTables:
    """Disclosures of 100 USD in these years to a study in EUR whose clock stands in 2010."""
    header = "scheme,declared_by,year,payer_id,partner_id,amount,currency\n"
    body = "".join(f"efpia,payer,{year},us,p1,100,USD\n" for year in years.split())
    files = {"partner.csv": PARTNER, "public_disclosure.csv": header + body}
    parents = ["partner"]
    if rates is not None:
        files["fx_rate.csv"] = RATES + rates
        parents.append("fx_rate")
    return built(write_study(folder, files), "public_disclosure", *parents)


def test_disclosures_that_lack_a_rate_reject_the_file(tmp_path: Path) -> None:
    remedy = "add the rate to fx_rate"
    told = [str(one) for one in disclosed(tmp_path / "a", "2001 2001 2002").problems]
    place = "public_disclosure.csv"
    assert told == [
        f"{place}:2:currency  USD of 2001 has no rate in 2 rows · {remedy}",
        f"{place}:4:currency  USD of 2002 has no rate · {remedy}",
    ]
    found = disclosed(tmp_path / "b", "2001 2002", "USD,EUR,2001-06-30,0.5\n")
    assert found.problems == ()
    assert [row["amount"] for row in rows(found.accepted)] == [100, 100]


def test_many_rates_change_neither_rows_nor_sums(tmp_path: Path) -> None:
    days = [f"2001-02-{day:02}" for day in range(1, 29)]
    rates = "".join(f"USD,EUR,{day},2\nSEK,EUR,{day},3\nUSD,SEK,{day},5\n" for day in days)
    payments = {f"u{day}": f"{day} day 0.0001,USD,," for day in days}
    payments |= {f"s{day}": f"{day} day 0.1,SEK,," for day in days}
    amounts = list(reported(log(tmp_path, payments, rates)).values())
    assert len(amounts) == 56
    assert sum(amount or 0 for amount in amounts) == 28 * (Decimal("0.0002") + Decimal("0.3"))


REVERSALS = {
    "p1": "2001-02-03 day 100,USD,,",
    "back1": "2001-02-03 day -60,USD,,p1",
    "back2": "2002-02-03 day -40,USD,,p1",
    "p2": "2001-02-03 day 100,EUR,,",
    "more1": "2001-02-03 day -60,EUR,,p2",
    "more2": "2001-02-03 day -41,EUR,,p2",
    "p3": "2001-02-03 day 100,EUR,,",
    "plus": "2001-02-03 day 60,EUR,,p3",
    "p4": "2001-02-03 day 100,EUR,,",
    "abroad": "2001-02-03 day -200,USD,,p4",
    "p5": "2001-02-03 day 10,EUR,,",
    "more_abroad": "2001-02-03 day -21,USD,,p5",
    "alone": "2001-02-03 day -5,EUR,,",
    "nowhere": "2001-02-03 day -5,EUR,,p9",
    "p6": "2001-02-03 day ,,,",
    "of_unknown": "2001-02-03 day -5,EUR,,p6",
}


@pytest.fixture(scope="module")
def reversed_log(tmp_path_factory: pytest.TempPathFactory) -> CoreTables:
    """A log with reversals of every kind."""
    return log(tmp_path_factory.mktemp("reversed"), REVERSALS, "USD,EUR,2001-01-01,0.5\n")


def test_reversals_that_are_none_are_set_aside(reversed_log: CoreTables) -> None:
    at = {name: row for row, name in enumerate(REVERSALS, start=2)}
    assert reasons(reversed_log) == [
        (at["more1"], "amount", "reversal", "quarantined"),
        (at["more2"], "amount", "reversal", "quarantined"),
        (at["plus"], "amount", "reversal", "quarantined"),
        (at["more_abroad"], "amount", "reversal", "quarantined"),
        (at["alone"], "amount", "negative", "quarantined"),
        (at["nowhere"], "reverses_engagement_id", "orphan", "quarantined"),
    ]


def test_a_payment_and_its_reversals_net_out(reversed_log: CoreTables) -> None:
    euros = reported(reversed_log)
    assert (euros["p1"], euros["back1"], euros["back2"]) == (50, -30, -20)
    assert (euros["p4"], euros["abroad"]) == (100, -100)


def test_what_takes_back_an_unknown_amount_cannot_be_judged(reversed_log: CoreTables) -> None:
    assert reported(reversed_log)["of_unknown"] == -5


def test_a_budget_is_never_negative(tmp_path: Path) -> None:
    text = INITIATIVE.replace("name\n", "name,budget,currency\n").replace(
        "Screening\n", "Screening,-5,EUR\n"
    )
    found = built(write_study(tmp_path, {"initiative.csv": text}), "initiative")
    assert reasons(found) == [(2, "budget", "range", "quarantined")]

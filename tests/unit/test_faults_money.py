"""F18 to F20: reversals, currencies and joins that must not change a sum."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from intake.core import CoreTables
from intake.problems import Rejected
from tests.intake_world import (
    INITIATIVE,
    PARTNER,
    built,
    reasons,
    rows,
    write_study,
)

HEADER = (
    "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,"
    "amount,currency,amount_reporting,reverses_engagement_id\n"
)
RATES = "currency,to_currency,rate_date,rate\n"


def log(folder: Path, body: str, rates: str | None = None, **settings: Any) -> CoreTables:
    """The engagement table of a log in EUR; each row is `id,date,precision,rest`."""
    files = {"partner.csv": PARTNER, "engagement.csv": HEADER + body}
    parents = ["partner"]
    if rates is not None:
        files["fx_rate.csv"] = RATES + rates
        parents.append("fx_rate")
    return built(write_study(folder, files, **settings), "engagement", *parents)


def paid(name: str, money: str, date: str = "2001-02-03", precision: str = "day") -> str:
    """One payment; `money` is amount, currency, amount_reporting, reversed engagement."""
    return f"{name},us,p1,{date},{precision},meeting,{money}\n"


def reported(tables: CoreTables) -> dict[str, Decimal | None]:
    """The amount of each accepted engagement in the study's currency."""
    return {row["engagement_id"]: row["amount_reporting"] for row in rows(tables.accepted)}


def test_an_amount_in_the_reporting_currency_needs_no_rate(tmp_path: Path) -> None:
    found = log(tmp_path, paid("e1", "100.50,EUR,,") + paid("e2", ",,,") + paid("e3", "0,EUR,,"))
    assert reported(found) == {"e1": Decimal("100.5"), "e2": None, "e3": Decimal(0)}


def test_an_amount_is_converted_by_the_latest_rate_on_or_before_its_date(tmp_path: Path) -> None:
    rates = "USD,EUR,2001-02-01,0.5\nUSD,EUR,2001-02-03,0.8\nUSD,EUR,2001-02-04,9\n"
    assert reported(log(tmp_path, paid("e1", "100,USD,,"), rates)) == {"e1": Decimal(80)}


def test_before_the_first_rate_the_only_one_of_the_year_is_taken(tmp_path: Path) -> None:
    rates = "USD,EUR,2001-06-30,0.9\n"
    assert reported(log(tmp_path, paid("e1", "10,USD,,"), rates)) == {"e1": Decimal(9)}


def test_before_the_first_of_two_rates_of_a_year_there_is_none(tmp_path: Path) -> None:
    rates = "USD,EUR,2001-06-30,0.9\nUSD,EUR,2001-07-30,0.9\n"
    (problem,) = log(tmp_path, paid("e1", "10,USD,,"), rates).problems
    assert (problem.rule, problem.outcome) == ("missing_rate", "REJECT_FILE")


@pytest.mark.parametrize(
    ("precision", "euros"), [("day", Decimal(1)), ("month", Decimal(2)), ("year", Decimal(3))]
)
def test_a_date_known_to_the_month_or_year_is_taken_at_its_last_day(
    tmp_path: Path, precision: str, euros: Decimal
) -> None:
    rates = "USD,EUR,2000-12-31,1\nUSD,EUR,2001-01-31,2\nUSD,EUR,2001-12-31,3\n"
    body = paid("e1", "1,USD,,", "2001-01-01", precision)
    assert reported(log(tmp_path, body, rates)) == {"e1": euros}


def test_an_amount_given_in_the_reporting_currency_is_kept(tmp_path: Path) -> None:
    found = log(tmp_path, paid("e1", "100,USD,77.7,"), "USD,EUR,2001-01-01,0.5\n")
    assert reported(found) == {"e1": Decimal("77.7")}


def test_products_are_exact_and_rounded_half_up_to_four_decimals(tmp_path: Path) -> None:
    rates = "USD,EUR,2001-01-01,0.00015\nSEK,EUR,2001-01-01,1.09326\n"
    body = paid("e1", "1,USD,,") + paid("e2", "99999999999.99,SEK,,")
    assert reported(log(tmp_path, body, rates)) == {
        "e1": Decimal("0.0002"),
        "e2": Decimal("109325999999.9891"),
    }


def test_a_product_that_is_no_amount_any_more_is_set_aside(tmp_path: Path) -> None:
    body = paid("e1", "99999999999999,USD,,")
    found = log(tmp_path, body, "USD,EUR,2001-01-01,1000\n")
    assert reasons(found) == [(2, "amount_reporting", "range", "quarantined")]


def test_a_missing_rate_rejects_the_file_and_names_currency_and_year(tmp_path: Path) -> None:
    body = paid("e1", "1,USD,,") + paid("e2", "1,SEK,,") + paid("e3", "1,SEK,,", "2001-03-04")
    found = log(tmp_path, body, "USD,EUR,2000-01-01,0.5\nSEK,USD,2000-01-01,0.5\n")
    with pytest.raises(Rejected) as caught:
        found.usable()
    assert str(caught.value) == (
        "engagement.csv:3:currency  SEK of 2001 has no rate in 2 rows · "
        "add the rate to fx_rate, or give amount_reporting"
    )


def test_without_a_table_of_rates_a_foreign_amount_rejects_the_file(tmp_path: Path) -> None:
    (problem,) = log(tmp_path, paid("e1", "1,USD,,")).problems
    assert problem.message == "USD of 2001 has no rate"


def test_many_rates_change_neither_rows_nor_sums(tmp_path: Path) -> None:
    days = [f"2001-02-{day:02}" for day in range(1, 29)]
    rates = "".join(f"USD,EUR,{day},2\nSEK,EUR,{day},3\nUSD,SEK,{day},5\n" for day in days)
    body = "".join(paid(f"u{day}", "0.0001,USD,,", day) for day in days)
    body += "".join(paid(f"s{day}", "0.1,SEK,,", day) for day in days)
    found = log(tmp_path, body, rates)
    amounts = list(reported(found).values())
    assert len(amounts) == 56
    assert sum(amount or 0 for amount in amounts) == 28 * (Decimal("0.0002") + Decimal("0.3"))


def test_a_reversal_nets_out_and_is_converted_like_its_payment(tmp_path: Path) -> None:
    body = paid("e1", "100,USD,,") + paid("e2", "-60,USD,,e1") + paid("e3", "-40,USD,,e1")
    found = log(tmp_path, body, "USD,EUR,2001-01-01,0.333\n")
    assert sum(amount or 0 for amount in reported(found).values()) == 0


def test_a_negative_amount_without_a_known_payment_is_set_aside(tmp_path: Path) -> None:
    body = paid("e1", "-5,EUR,,") + paid("e2", "-5,EUR,,e9")
    assert reasons(log(tmp_path, body)) == [
        (2, "amount", "negative", "quarantined"),
        (3, "reverses_engagement_id", "orphan", "quarantined"),
    ]


def test_reversals_larger_than_their_payment_are_set_aside(tmp_path: Path) -> None:
    body = paid("e1", "100,EUR,,") + paid("e2", "-60,EUR,,e1") + paid("e3", "-41,EUR,,e1")
    body += paid("e4", "10,EUR,,") + paid("e5", "-10,EUR,,e4")
    assert reasons(log(tmp_path, body)) == [
        (3, "amount", "reversal", "quarantined"),
        (4, "amount", "reversal", "quarantined"),
    ]


def test_a_reversal_that_adds_money_is_set_aside(tmp_path: Path) -> None:
    body = paid("e1", "100,EUR,,") + paid("e2", "60,EUR,,e1")
    assert reasons(log(tmp_path, body)) == [(3, "amount", "reversal", "quarantined")]


def test_a_reversal_in_another_currency_is_compared_in_the_reporting_one(tmp_path: Path) -> None:
    body = paid("e1", "100,EUR,,") + paid("e2", "-200,USD,,e1") + paid("e3", "10,EUR,,")
    body += paid("e4", "-30,USD,,e3")
    found = log(tmp_path, body, "USD,EUR,2001-01-01,0.5\n")
    assert reasons(found) == [(5, "amount", "reversal", "quarantined")]


def test_a_budget_is_never_negative(tmp_path: Path) -> None:
    text = INITIATIVE.replace("\n", ",budget,currency\n", 1).replace(
        "Screening\n", "Screening,-5,EUR\n"
    )
    found = built(write_study(tmp_path, {"initiative.csv": text}), "initiative")
    assert reasons(found) == [(2, "budget", "range", "quarantined")]

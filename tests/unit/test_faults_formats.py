"""F05, F06, F09, F24: what a source declares is read, and nothing else."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from intake.core import CoreTables
from intake.problems import Rejected
from intake.study import load_study
from tests.intake_world import (
    MEASURE,
    OUTCOME_HEADER,
    PARTNER,
    UNIT,
    built,
    only_problem,
    reasons,
    rows,
    write_study,
)

ENGAGEMENT_HEADER = (
    "engagement_id,payer_id,partner_id,start_date,end_date,date_precision,activity_type,"
    "amount,currency\n"
)


def engagements(folder: Path, body: str, style: dict[str, Any] | None = None) -> CoreTables:
    """The engagement table; `style` is its declared format."""
    files = {"partner.csv": PARTNER, "engagement.csv": ENGAGEMENT_HEADER + body}
    return built(_written(folder, files, style), "engagement", "partner")


def outcomes(folder: Path, body: str, style: dict[str, Any] | None = None) -> CoreTables:
    """The outcome table; `style` is its declared format."""
    files = {"unit.csv": UNIT, "measure.csv": MEASURE, "outcome.csv": OUTCOME_HEADER + body}
    return built(_written(folder, files, style), "outcome", "unit", "measure")


def events(folder: Path, days: list[str], style: dict[str, Any] | None = None) -> CoreTables:
    """The table of product events, which has few columns; `style` is its declared format."""
    body = "".join(f"drug,launch,{day},r{i}\n" for i, day in enumerate(days))
    files = {"product_event.csv": "product_id,event,event_date,region_code\n" + body}
    return built(_written(folder, files, style), "product_event")


def _written(folder: Path, files: dict[str, str], style: dict[str, Any] | None) -> Path:
    sources: list[dict[str, Any]] = [{"table": name.split(".")[0], "path": name} for name in files]
    if style is not None:
        sources[-1]["mapping"] = {"format": style}
    return write_study(folder, files, sources=sources)


def dated(*dates: str) -> str:
    """Engagements that differ by their first day."""
    return "".join(f"e{i},us,p1,{day},,day,meeting,,\n" for i, day in enumerate(dates))


def observed(*dates: str) -> str:
    """Outcomes that differ by their period."""
    return "".join(f"delay,north,{day},all,5,,,observed\n" for day in dates)


def starts(tables: CoreTables, column: str = "start_date") -> list[dt.date]:
    """Accepted dates in the order of the file."""
    return [row[column] for row in rows(tables.accepted)]


def paid(*amounts: str, currency: str = "EUR") -> str:
    """Engagements that differ by their amount, quoted."""
    return "".join(
        f'e{i},us,p1,2001-02-03,,day,meeting,"{amount}",{currency}\n'
        for i, amount in enumerate(amounts)
    )


def amounts_of(tables: CoreTables) -> list[Decimal]:
    """Accepted amounts in the order of the file."""
    return [row["amount"] for row in rows(tables.accepted)]


def refused(tables: CoreTables) -> list[int]:
    """Rows in quarantine."""
    return [reason[0] for reason in reasons(tables)]


def test_slashed_dates_without_a_format_reject_an_engagement_log(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        engagements(tmp_path, dated("03/04/2001", "05.06.2001", "25/12/2001")).usable()
    problem = only_problem(caught.value)
    assert (problem.source_file, problem.row, problem.column) == ("engagement.csv", 2, "start_date")
    assert "day/month/year or month/day/year" in problem.message
    assert "in 2 rows" in problem.message
    assert problem.outcome == "REJECT_FILE"


def test_slashed_dates_without_a_format_reject_outcomes(tmp_path: Path) -> None:
    (problem,) = outcomes(tmp_path, observed("01/02/2001", "01/02/2002")).problems
    assert (problem.column, problem.rule) == ("period_start", "not_a_date")


def test_one_slashed_date_among_iso_dates_is_set_aside(tmp_path: Path) -> None:
    found = events(tmp_path, ["2001-02-03", "2001-02-04", "03/04/2001"])
    assert reasons(found) == [(4, "event_date", "not_a_date", "quarantined")]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("declared", "day"), [("%d/%m/%Y", dt.date(2001, 4, 3)), ("%m/%d/%Y", dt.date(2001, 3, 4))]
)
def test_a_declared_format_decides_what_a_slashed_date_means(
    tmp_path: Path, declared: str, day: dt.date
) -> None:
    found = events(tmp_path, ["03/04/2001", "2001-02-03"], {"date": declared})
    assert starts(found, "event_date") == [day]
    assert refused(found) == [3]
    period = outcomes(tmp_path / "o", observed("03/04/2001"), {"date": declared})
    assert starts(period, "period_start") == [day]


def test_formats_that_read_one_text_as_two_days_cannot_stand_together(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        engagements(tmp_path, dated("03/04/2001"), {"date": ["%d/%m/%Y", "%m/%d/%Y"]})
    assert "read the same text as different days" in only_problem(caught.value).message


def test_a_list_of_formats_names_one_at_least(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        engagements(tmp_path, dated("03/04/2001"), {"date": []})
    assert "name at least one format" in only_problem(caught.value).message


def test_a_format_of_dates_is_text(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        engagements(tmp_path, dated("03/04/2001"), {"date": 5})
    assert caught.value.problems[0].source_file == "study.yaml"


def test_formats_that_cannot_be_confused_are_tried_in_order(tmp_path: Path) -> None:
    style = {"date": ["%d.%m.%Y", "%Y-%m-%d", "%b %Y"]}
    found = events(tmp_path, ["03.04.2001", "2001-05-06", "Jul 2001", "7/2001"], style)
    assert starts(found, "event_date") == [
        dt.date(2001, 4, 3),
        dt.date(2001, 5, 6),
        dt.date(2001, 7, 1),
    ]
    assert refused(found) == [5]


def test_the_format_of_a_start_date_says_how_precise_it_is(tmp_path: Path) -> None:
    files = {"partner.csv": PARTNER}
    files["engagement.csv"] = (
        "engagement_id,payer_id,partner_id,start_date,end_date,activity_type\n"
        "e1,us,p1,2001,2001,meeting\ne2,us,p1,2001-02,2001-02,meeting\n"
        "e3,us,p1,2001-02-03,,meeting\n"
    )
    found = built(
        _written(tmp_path, files, {"date": ["%Y", "%Y-%m", "%Y-%m-%d"]}), "engagement", "partner"
    )
    told = [(row["date_precision"], row["end_date"]) for row in rows(found.accepted)]
    assert told == [
        ("year", dt.date(2001, 12, 31)),
        ("month", dt.date(2001, 2, 28)),
        ("day", None),
    ]


def test_serial_numbers_of_a_spreadsheet_are_dates_only_where_declared(tmp_path: Path) -> None:
    days = ["36925", "36925.75", "59", "2001-02-03"]
    found = events(tmp_path, days, {"dates": {"event_date": "excel_serial"}})
    assert starts(found, "event_date") == [dt.date(2001, 2, 3), dt.date(2001, 2, 3)]
    assert refused(found) == [4, 5]
    assert refused(events(tmp_path / "undeclared", days)) == [2, 3, 4]
    old = outcomes(tmp_path / "mac", observed("35463"), {"date": "excel_serial_1904"})
    assert starts(old, "period_start") == [dt.date(2001, 2, 3)]


def test_amounts_are_read_as_declared(tmp_path: Path) -> None:
    style = {"decimal": ",", "thousands": ".", "currency": ["EUR"], "brackets": True}
    body = paid("1.234,50", "EUR 7", "CHF 7", "1e400", "nan").replace(",EUR\n", ",EUR,\n")
    body += 'e9,us,p1,2001-02-03,,day,meeting,"(1.234,50)",EUR,e0\n'
    files = {"partner.csv": PARTNER}
    files["engagement.csv"] = ENGAGEMENT_HEADER.replace("\n", ",reverses_engagement_id\n") + body
    found = built(_written(tmp_path, files, style), "engagement", "partner")
    assert amounts_of(found) == [Decimal("1234.5"), Decimal(7), Decimal("-1234.5")]
    assert reasons(found) == [(row, "amount", "not_a_number", "quarantined") for row in (4, 5, 6)]


def test_outcomes_are_read_as_declared(tmp_path: Path) -> None:
    cells = ("1.234,5", "(2,5)", "12,5 %", "1e400", "inf")
    body = "".join(
        f'delay,north,200{i}-01-01,all,"{cell}",,,observed\n' for i, cell in enumerate(cells)
    )
    style = {
        "decimal": ",",
        "thousands": ".",
        "numbers": {"value": {"brackets": True, "percent": True}},
    }
    found = outcomes(tmp_path, body, style)
    assert [row["value"] for row in rows(found.accepted)] == [12.345, -0.025, 0.125]
    assert [reason[1:3] for reason in reasons(found)] == [("value", "not_a_number")] * 2


def test_minor_units_of_the_reporting_currency_are_the_studys(tmp_path: Path) -> None:
    files = {"partner.csv": PARTNER}
    files["engagement.csv"] = (
        ENGAGEMENT_HEADER.replace("\n", ",amount_reporting\n")
        + "e1,us,p1,2001-02-03,,day,meeting,1000,JPY,1000\n"
    )
    (row,) = rows(
        built(_written(tmp_path, files, {"money": "minor"}), "engagement", "partner").accepted
    )
    assert (row["amount"], row["amount_reporting"]) == (Decimal(1000), Decimal(10))


def test_nothing_is_empty_but_what_is_declared_so(tmp_path: Path) -> None:
    style = {"nulls": {"amount": ["-", "n/a"], "currency": ["-"]}}
    body = paid("-", "n/a", currency="-")
    assert amounts_of(engagements(tmp_path, body, style)) == [None, None]
    undeclared = outcomes(tmp_path / "u", "delay,north,2001-01-01,all,.,.,.,missing\n")
    assert set(refused(undeclared)) == {2}
    everywhere = outcomes(
        tmp_path / "o", "delay,north,2001-01-01,all,.,.,.,missing\n", {"nulls": ["."]}
    )
    assert [row["value"] for row in rows(everywhere.accepted)] == [None]


def test_percent_is_declared_for_single_columns(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="under numbers"):
        load_study(_written(tmp_path, {"unit.csv": UNIT}, {"percent": True}))


def test_one_sign_cannot_be_two_things(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="same sign as decimal"):
        load_study(_written(tmp_path, {"unit.csv": UNIT}, {"decimal": ",", "thousands": ","}))


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ({"dates": {"start_dat": "%Y"}}, "did you mean start_date?"),
        ({"numbers": {"amont": {}}}, "did you mean amount?"),
        ({"nulls": {"curency": ["-"]}}, "did you mean currency?"),
        ({"date": []}, "at least one format"),
        ({"date": "dd.mm.yyyy"}, "did you mean %d.%m.%Y?"),
    ],
)
def test_a_format_of_no_column_is_refused(tmp_path: Path, style: dict[str, Any], told: str) -> None:
    files = {"partner.csv": PARTNER, "engagement.csv": ENGAGEMENT_HEADER}
    with pytest.raises(Rejected, match=told.replace("?", r"\?")):
        load_study(_written(tmp_path, files, style))


def test_dates_of_another_time_are_set_aside(tmp_path: Path) -> None:
    style = {"date": "%d.%m.%Y"}
    body = dated("01.07.2010", "31.12.1899", "30.06.2010")
    body += "e9,us,p1,03.02.2001,02.02.2001,day,meeting,,\n"
    assert reasons(engagements(tmp_path, body, style)) == [
        (2, "start_date", "future", "quarantined"),
        (3, "start_date", "before_1900", "quarantined"),
        (5, "end_date", "order", "quarantined"),
    ]
    found = outcomes(tmp_path / "o", observed("01.07.2010", "31.12.1899"), style)
    assert [reason[2] for reason in reasons(found)] == ["future", "before_1900"]

"""F16 and F23: a key that comes twice, and a row that is corrected after it was recorded."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from intake.accounts import count_rows, unknown_rows
from intake.core import CoreTables
from intake.read import read_raw
from intake.study import load_study
from schemas.findings import RowAccount
from tests.intake_world import MEASURE, PARTNER, UNIT, built, engine, reasons, rows, write_study

HEADERS = {
    "outcome": "measure_id,unit_id,period_start,subgroup_id,value,status,recorded_date\n",
    "engagement": "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,"
    "amount,currency,recorded_date\n",
}
ROWS = {
    "outcome": "delay,north,2001-01-01,all,{value},observed,{recorded}\n",
    "engagement": "e1,us,p1,2001-02-03,day,meeting,{value},EUR,{recorded}\n",
}
PARENTS = {"outcome": ("measure", "unit"), "engagement": ("partner",)}
NUMBER = {"outcome": "value", "engagement": "amount"}
KEY = {"outcome": "measure_id", "engagement": "engagement_id"}
LOGS = pytest.mark.parametrize(
    "table", ["outcome", pytest.param("engagement", marks=pytest.mark.slow)]
)


def log(folder: Path, table: str, *versions: tuple[str, str], **settings: Any) -> Path:
    """A study whose one log holds one key several times: its value, and the day of recording."""
    body = "".join(ROWS[table].format(value=v, recorded=day) for v, day in versions)
    files = {"unit.csv": UNIT, "measure.csv": MEASURE, "partner.csv": PARTNER}
    return write_study(folder, {**files, f"{table}.csv": HEADERS[table] + body}, **settings)


def read(folder: Path, table: str) -> tuple[CoreTables, RowAccount]:
    tables = built(folder, table, *PARENTS[table])
    raw = read_raw(engine(), folder, load_study(folder), table)
    (account,) = count_rows(table, raw, tables.accepted, tables.quarantine)
    assert account.is_balanced
    return tables, account


def values(tables: CoreTables, table: str) -> list[float]:
    return [float(row[NUMBER[table]]) for row in rows(tables.accepted)]


@LOGS
def test_the_row_recorded_last_counts_and_the_earlier_ones_are_kept_as_superseded(
    tmp_path: Path, table: str
) -> None:
    folder = log(tmp_path, table, ("5", "2002-01-01"), ("7", "2003-01-01"), ("6", "2002-06-01"))
    tables, account = read(folder, table)
    assert values(tables, table) == [7.0]
    assert reasons(tables) == [
        (2, "recorded_date", "corrected", "superseded"),
        (4, "recorded_date", "corrected", "superseded"),
    ]
    assert (account.read, account.accepted, account.superseded) == (3, 1, 2)


@LOGS
def test_a_row_recorded_after_the_clock_is_not_known_yet(tmp_path: Path, table: str) -> None:
    versions = (("5", "2002-01-01"), ("7", "2003-01-01"))
    folder = log(tmp_path, table, *versions, as_of="2002-12-31", window=WINDOW)
    tables, account = read(folder, table)
    assert values(tables, table) == [5.0]
    assert reasons(tables) == [(3, "recorded_date", "not_yet_recorded", "out_of_window")]
    assert (account.read, account.accepted, account.out_of_window) == (1, 1, 0)
    assert dict(unknown_rows(tables.quarantine)) == {f"{table}.csv": 1}


WINDOW = {"start": "2000-01-01", "end": "2002-12-31"}


@LOGS
def test_what_is_wrong_with_a_row_that_is_not_known_yet_is_not_told_yet(
    tmp_path: Path, table: str
) -> None:
    folder = log(
        tmp_path, table, ("5", ""), ("many", "2003-01-01"), as_of="2002-12-31", window=WINDOW
    )
    tables, _account = read(folder, table)
    assert values(tables, table) == [5.0]
    assert [reason[2] for reason in reasons(tables)] == ["not_yet_recorded"]


@LOGS
def test_a_row_without_a_day_of_recording_comes_before_any_with_one(
    tmp_path: Path, table: str
) -> None:
    tables, _account = read(log(tmp_path, table, ("7", "1999-01-01"), ("5", "")), table)
    assert values(tables, table) == [7.0]
    assert reasons(tables) == [(3, "recorded_date", "corrected", "superseded")]


@LOGS
def test_two_contents_recorded_on_one_day_are_both_set_aside(tmp_path: Path, table: str) -> None:
    for day in ("", "2002-01-01"):
        tables, account = read(log(tmp_path / f"d{day}", table, ("5", day), ("6", day)), table)
        assert reasons(tables) == [
            (2, KEY[table], "duplicate_key", "quarantined"),
            (3, KEY[table], "duplicate_key", "quarantined"),
        ]
        assert account.quarantined == 2


@LOGS
def test_the_same_content_recorded_on_one_day_is_counted_once(tmp_path: Path, table: str) -> None:
    tables, account = read(log(tmp_path, table, ("5", ""), ("5.0", "")), table)
    assert values(tables, table) == [5.0]
    assert reasons(tables) == [(3, KEY[table], "repeated_row", "superseded")]
    assert (account.accepted, account.superseded) == (1, 1)


@LOGS
def test_a_correction_settles_an_earlier_clash(tmp_path: Path, table: str) -> None:
    folder = log(tmp_path, table, ("5", ""), ("6", ""), ("7", "2002-01-01"))
    tables, account = read(folder, table)
    assert values(tables, table) == [7.0]
    assert account.superseded == 2


@LOGS
def test_a_correction_that_cannot_be_read_does_not_bring_the_old_value_back(
    tmp_path: Path, table: str
) -> None:
    tables, account = read(log(tmp_path, table, ("5", ""), ("six", "2002-01-01")), table)
    assert values(tables, table) == []
    assert (account.quarantined, account.superseded) == (1, 1)


@LOGS
def test_the_day_of_recording_is_kept(tmp_path: Path, table: str) -> None:
    tables, _account = read(log(tmp_path, table, ("5", "2002-01-01")), table)
    assert [row["recorded_date"] for row in rows(tables.accepted)] == [dt.date(2002, 1, 1)]

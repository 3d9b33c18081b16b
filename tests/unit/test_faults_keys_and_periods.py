"""F16, F17 and F22: keys that come twice, keys of nothing, and periods that had not ended."""

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import pytest

from impact.panel import build_panel
from intake.core import CoreTables
from intake.periods import first_unfinished, period_notes
from intake.study import load_study
from tests.intake_world import MEASURE, PARTNER, UNIT, built, reasons, rows, write_study

UNITS = {"unit.csv": UNIT}
HEADERS = {
    "unit": "unit_id,name,unit_type\n",
    "partner": "partner_id,name,org_type\n",
    "initiative": "initiative_id,name,owner_function\n",
    "subgroup": "subgroup_id,dimension,level\n",
}
FEW = ("unit", "partner")
"""Tables that every change is tried on; the others are slow."""
KEYED = pytest.mark.parametrize(
    "table", [*FEW, *(pytest.param(t, marks=pytest.mark.slow) for t in HEADERS if t not in FEW)]
)
WORD = {"unit": "region", "partner": "patient_org", "initiative": "medical", "subgroup": "female"}


def keyed(folder: Path, table: str, *names: str) -> CoreTables:
    """Rows of one id with these names."""
    body = "".join(f"a,{name},{WORD[table]}\n" for name in names)
    return built(write_study(folder, {f"{table}.csv": HEADERS[table] + body}), table)


@KEYED
def test_f16_the_same_row_again_is_superseded(tmp_path: Path, table: str) -> None:
    tables = keyed(tmp_path, table, "A", "A", "A")
    assert len(rows(tables.accepted)) == 1
    assert reasons(tables) == [(n, f"{table}_id", "repeated_row", "superseded") for n in (3, 4)]


@KEYED
def test_f16_the_same_key_with_other_content_sets_every_row_aside(
    tmp_path: Path, table: str
) -> None:
    tables = keyed(tmp_path, table, "A", "B", "A")
    assert rows(tables.accepted) == []
    assert reasons(tables) == [
        (n, f"{table}_id", "duplicate_key", "quarantined") for n in (2, 3, 4)
    ]


ORPHANS: dict[str, tuple[dict[str, str], str, str, list[str]]] = {
    "engagement": (
        {"partner.csv": PARTNER},
        "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type\n",
        "{key},us,{ref},2001-02-03,day,meeting\n",
        ["partner_id", "p1"],
    ),
    "exposure": (
        {**UNITS, "initiative.csv": "initiative_id,name\nscreening,Screening\n"},
        "initiative_id,unit_id,start_date,assignment\n",
        "screening,{ref},200{key}-01-01,policy\n",
        ["unit_id", "north"],
    ),
    "unit": (
        {},
        "unit_id,name,unit_type,parent_id\n",
        "{key},A,region,{ref}\n",
        ["parent_id", "1"],
    ),
}


@pytest.mark.parametrize("table", list(ORPHANS))
def test_f17_a_key_of_nothing_is_set_aside_and_the_rest_is_kept(tmp_path: Path, table: str) -> None:
    parents, header, row, (column, known) = ORPHANS[table]
    refs = ["", known] if table == "unit" else [known, known]
    body = "".join(row.format(key=n, ref=ref) for n, ref in enumerate([*refs, "nowhere"], start=1))
    folder = write_study(tmp_path, {**parents, f"{table}.csv": header + body})
    tables = built(folder, table, *(name.removesuffix(".csv") for name in parents))
    assert reasons(tables) == [(4, column, "orphan", "quarantined")]
    assert [row["source_row"] for row in rows(tables.accepted)] == [2, 3]


OUTCOME = "measure_id,unit_id,period_start,subgroup_id,value,status\n"


def outcomes(folder: Path, days: list[str], measure: str = MEASURE, **settings: Any) -> CoreTables:
    body = "".join(f"delay,north,{day},all,5,observed\n" for day in days)
    files = {**UNITS, "measure.csv": measure, "outcome.csv": OUTCOME + body}
    return built(write_study(folder, files, **settings), "outcome", "measure", "unit")


def kept(tables: CoreTables) -> list[str]:
    return [str(row["period_start"]) for row in rows(tables.accepted)]


MONTHS = ["2001-10-01", "2001-11-01", "2001-12-01"]


@pytest.mark.parametrize(
    ("period", "end", "whole"),
    [
        ("month", "2001-12-31", 3),
        ("month", "2001-12-30", 2),
        ("quarter", "2001-12-31", 3),
        ("quarter", "2001-12-01", 0),
        ("year", "2001-12-31", 3),
        ("year", "2001-12-15", 0),
    ],
)
def test_f22_a_period_that_ends_after_the_window_is_left_out(
    tmp_path: Path, period: str, end: str, whole: int
) -> None:
    window = {"start": "2001-01-01", "end": end}
    tables = outcomes(tmp_path, MONTHS, period=period, window=window)
    assert kept(tables) == MONTHS[:whole]
    assert {reason[1:] for reason in reasons(tables)} <= {
        ("period_start", "partial_period", "out_of_window")
    }
    notes = period_notes(tables.quarantine)
    assert [note.split("  ")[1].split(":")[0] for note in notes] == (
        [f"{3 - whole} rows are left out"] if whole < 3 else []
    )


def test_f22_a_period_that_ends_after_the_clock_is_left_out(tmp_path: Path) -> None:
    window = {"start": "2001-01-01", "end": "2001-12-31"}
    tables = outcomes(tmp_path, MONTHS[:2], period="month", window=window, as_of="2001-11-20")
    assert kept(tables) == MONTHS[:1]


def test_f22_a_measure_may_have_longer_periods_than_the_study(tmp_path: Path) -> None:
    measure = (
        "measure_id,name,unit_label,direction,family,period\n"
        "delay,Delay,days,lower_better,clinical,quarter\n"
    )
    window = {"start": "2001-01-01", "end": "2001-11-30"}
    days = ["2001-07-01", "2001-10-01"]
    assert kept(outcomes(tmp_path / "a", days, measure, period="month", window=window)) == days[:1]
    assert kept(outcomes(tmp_path / "b", days, period="month", window=window)) == days


@pytest.mark.parametrize(
    ("last", "months", "first"),
    [
        ("2001-12-31", 1, "2002-01-01"),
        ("2001-12-30", 1, "2001-12-01"),
        ("2000-02-28", 1, "2000-02-01"),
        ("2001-05-31", 3, "2001-04-01"),
        ("2001-06-30", 3, "2001-07-01"),
        ("2001-06-30", 12, "2001-01-01"),
    ],
)
def test_f22_the_first_unfinished_period_has_a_day_after_the_last(
    last: str, months: int, first: str
) -> None:
    day = dt.date.fromisoformat
    assert first_unfinished(day(last), months) == day(first)


def test_f22_a_month_without_a_row_is_no_zero_and_shifts_no_other(tmp_path: Path) -> None:
    window = {"start": "2001-01-01", "end": "2001-12-31"}
    days = ["2001-01-01", "2001-02-01", "2001-12-01"]
    tables = outcomes(tmp_path, days, period="month", window=window)
    study = load_study(tmp_path)
    measure, unit = (built(tmp_path, name).accepted for name in ("measure", "unit"))
    panel: ibis.Table = build_panel(tables.accepted, measure, unit, study)
    assert [(row["period"], row["outcome"]) for row in rows(panel)] == [(0, 5), (1, 5), (11, 5)]

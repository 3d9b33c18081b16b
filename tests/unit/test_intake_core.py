"""Text to typed tables: one bad cell never hides another, and no row is lost."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from intake.core import QUARANTINE_COLUMNS, CoreTables
from intake.parse import TYPES
from schemas.registry import TABLES
from tests.intake_world import (
    ENGAGEMENT_HEADER,
    OUTCOME_HEADER,
    UNIT,
    WORLD,
    built,
    reasons,
    rows,
    write_study,
)

UNIT_HEADER = "unit_id,name,unit_type,parent_id,population\n"


def units(folder: Path, body: str) -> CoreTables:
    return built(write_study(folder, {"unit.csv": UNIT_HEADER + body}), "unit")


def outcomes(folder: Path, body: str, measure: str = WORLD["measure.csv"]) -> CoreTables:
    files = {"unit.csv": UNIT, "measure.csv": measure, "outcome.csv": OUTCOME_HEADER + body}
    return built(write_study(folder, files), "outcome", "measure", "unit")


def engagements(folder: Path, body: str, **settings: Any) -> CoreTables:
    files = {"partner.csv": WORLD["partner.csv"], "engagement.csv": ENGAGEMENT_HEADER + body}
    return built(write_study(folder, files, **settings), "engagement", "partner")


def test_accepted_rows_have_the_contract_columns_and_types(tmp_path: Path) -> None:
    tables = built(write_study(tmp_path, WORLD), "engagement", "partner")
    spec = TABLES["engagement"]
    assert tables.accepted.columns == spec.column_names
    types = {name: str(kind) for name, kind in tables.accepted.schema().items()}
    for column in spec.data_columns:
        assert types[column.name] == str(ibis.dtype(TYPES[column.kind]))
    (row,) = rows(tables.accepted)
    assert row["amount"] == Decimal("100.5000")
    assert row["start_date"] == dt.date(2001, 2, 3)
    assert row["end_date"] is None
    assert (row["source_file"], row["source_row"]) == ("engagement.csv", 2)
    assert tables.quarantine.columns == QUARANTINE_COLUMNS
    assert rows(tables.quarantine) == []


def test_every_table_can_be_absent(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {"unit.csv": UNIT})
    for table in set(TABLES) - {"unit"}:
        tables = built(folder, table)
        assert tables.accepted.columns == TABLES[table].column_names
        assert tables.quarantine.columns == QUARANTINE_COLUMNS
        assert rows(tables.accepted) == rows(tables.quarantine) == []


def test_ids_are_kept_as_typed(tmp_path: Path) -> None:
    tables = units(
        tmp_path, "007,NA,region,,\n12345678901234567890,null,region,,\n 7,True,region,,\n"
    )
    assert [(row["unit_id"], row["name"]) for row in rows(tables.accepted)] == [
        ("007", "NA"),
        ("12345678901234567890", "null"),
        (" 7", "True"),
    ]


def test_one_bad_cell_does_not_hide_another(tmp_path: Path) -> None:
    tables = engagements(tmp_path, "e1,,p9,2001-13-01,31/12/2001,week,dinner,12 EUR,euro,\n")
    assert reasons(tables) == [
        (2, "payer_id", "missing", "quarantined"),
        (2, "start_date", "not_a_date", "quarantined"),
        (2, "end_date", "not_a_date", "quarantined"),
        (2, "date_precision", "not_allowed", "quarantined"),
        (2, "activity_type", "not_allowed", "quarantined"),
        (2, "amount", "not_a_number", "quarantined"),
        (2, "currency", "not_a_code", "quarantined"),
        (2, "partner_id", "orphan", "quarantined"),
    ]
    assert rows(tables.accepted) == []


def test_quarantine_keeps_the_row_as_it_came_and_tells_no_value(tmp_path: Path) -> None:
    (row,) = rows(units(tmp_path, "north,North,region,,many\n").quarantine)
    assert json.loads(row["original"]) == {
        "unit_id": "north",
        "name": "North",
        "unit_type": "region",
        "parent_id": None,
        "population": "many",
    }
    assert row["table_name"] == "unit"
    assert "many" not in row["message"] + row["remedy"]


def test_a_number_that_is_not_plain_is_set_aside(tmp_path: Path) -> None:
    cells = ["1,5", "1.000.000", "(500)", "$5", "inf", "nan", "1e400", "0x10", "5-", "--5", "1 0"]
    body = "".join(f'u{i},A,region,,"{cell}"\n' for i, cell in enumerate(cells))
    assert reasons(units(tmp_path, body)) == [
        (row, "population", "not_a_number", "quarantined") for row in range(2, 2 + len(cells))
    ]


def test_a_plain_number_may_have_an_exponent_or_spaces_around(tmp_path: Path) -> None:
    cells = ["1e3", " 5 ", ".5", "+7"]
    body = "".join(f"u{i},A,region,,{cell}\n" for i, cell in enumerate(cells))
    values = [row["population"] for row in rows(units(tmp_path, body).accepted)]
    assert values == [1000.0, 5.0, 0.5, 7.0]


def test_a_cell_of_spaces_is_empty(tmp_path: Path) -> None:
    tables = units(tmp_path, "a,A,region,  ,  \n  ,B,region,,\n")
    assert [row["population"] for row in rows(tables.accepted)] == [None]
    assert reasons(tables) == [(3, "unit_id", "missing", "quarantined")]


def test_counts_are_whole_and_never_cut(tmp_path: Path) -> None:
    header = "condition_code,unit_id,subgroup_id,period_start,prevalent_count\n"
    cells = ["12", "1.9", "12.0", "9" * 20, "-1"]
    body = "".join(f"c{i},north,all,2001-01-01,{cell}\n" for i, cell in enumerate(cells))
    tables = built(write_study(tmp_path, {"population_need.csv": header + body}), "population_need")
    assert [row["prevalent_count"] for row in rows(tables.accepted)] == [12]
    assert [reason[2] for reason in reasons(tables)] == [*["not_a_number"] * 3, "range"]


def test_booleans_are_true_or_false_only(tmp_path: Path) -> None:
    cells = ["true", "False", "TRUE", "1", "yes"]
    body = "".join(f"p{i},P,other,{cell}\n" for i, cell in enumerate(cells))
    header = "partner_id,name,org_type,is_anonymous\n"
    tables = built(write_study(tmp_path, {"partner.csv": header + body}), "partner")
    assert [row["is_anonymous"] for row in rows(tables.accepted)] == [True, False, True]
    assert [reason[:3] for reason in reasons(tables)] == [
        (5, "is_anonymous", "not_a_boolean"),
        (6, "is_anonymous", "not_a_boolean"),
    ]


def test_dates_are_iso_and_between_1900_and_the_clock(tmp_path: Path) -> None:
    cells = {
        "2001-2-3": "not_a_date",
        "03/04/2001": "not_a_date",
        "2001-02-30": "not_a_date",
        "2001-02-03 10:00": "not_a_date",
        "36924": "not_a_date",
        "1899-12-31": "before_1900",
        "2010-07-01": "future",
    }
    body = "".join(f"e{i},us,p1,{cell},,day,meeting,,,\n" for i, cell in enumerate(cells))
    assert reasons(engagements(tmp_path, body)) == [
        (row, "start_date", rule, "quarantined") for row, rule in enumerate(cells.values(), 2)
    ]


def test_the_declared_format_decides_which_month_it_is(tmp_path: Path) -> None:
    mapping = {"format": {"date": "%d/%m/%Y", "decimal": ",", "delimiter": ";"}}
    body = ENGAGEMENT_HEADER.replace(",", ";") + "e1;us;p1;03/04/2001;;day;meeting;1,5;EUR;\n"
    sources = [{"table": "engagement", "path": "engagement.csv", "mapping": mapping}]
    folder = write_study(tmp_path, {"engagement.csv": body}, sources=sources)
    (row,) = rows(built(folder, "engagement").accepted)
    assert row["start_date"] == dt.date(2001, 4, 3)
    assert row["amount"] == Decimal("1.5")


def test_an_engagement_that_breaks_a_rule_is_set_aside(tmp_path: Path) -> None:
    rest = {
        "e2,us,p1,2001-02-03,2001-02-02,day,meeting,,,": ("end_date", "order"),
        "e3,us,p1,2001-02-03,,day,meeting,-5,EUR,": ("amount", "negative"),
        "e4,us,p1,2001-02-03,,day,meeting,5,,": ("amount", "needs"),
        "e5,us,p1,2001-02-03,,day,meeting,5.12345,EUR,": ("amount", "not_a_number"),
        "e6,us,p1,2001-02-03,,day,meeting,-5,EUR,e6": ("reverses_engagement_id", "self_reference"),
        "e7,us,p1,2001-02-03,,day,meeting,-5,EUR,e0": ("reverses_engagement_id", "orphan"),
        "e\u200b8,us,p1,2001-02-03,,day,meeting,,,": ("engagement_id", "control_character"),
        "e\x009,us,p1,2001-02-03,,day,meeting,,,": ("engagement_id", "control_character"),
        f"{'e' * 70_000},us,p1,2001-02-03,,day,meeting,,,": ("engagement_id", "too_long"),
    }
    found = reasons(engagements(tmp_path, "\n".join(rest) + "\n"))
    assert [reason[1:3] for reason in found] == list(rest.values())


def test_a_reversal_of_a_known_engagement_may_be_negative(tmp_path: Path) -> None:
    body = "e1,us,p1,2001-02-03,,day,meeting,5,EUR,\ne2,us,p1,2001-03-03,,day,meeting,-5,EUR,e1\n"
    assert sum(row["amount"] for row in rows(engagements(tmp_path, body).accepted)) == 0


def test_the_same_row_again_is_superseded_and_another_content_is_not(tmp_path: Path) -> None:
    body = "a,A,region,,1\na,A,region,,1.0\nb,B,region,,1\nb,B,region,,2\n"
    tables = units(tmp_path, body)
    assert [row["unit_id"] for row in rows(tables.accepted)] == ["a"]
    assert reasons(tables) == [
        (3, "unit_id", "repeated_row", "superseded"),
        (4, "unit_id", "duplicate_key", "quarantined"),
        (5, "unit_id", "duplicate_key", "quarantined"),
    ]


def test_a_key_with_an_empty_part_is_still_a_key(tmp_path: Path) -> None:
    body = "product_id,event,event_date,region_code\n" + "p,launch,2001-01-01,\n" * 2
    tables = built(write_study(tmp_path, {"product_event.csv": body}), "product_event")
    assert reasons(tables) == [(3, "product_id", "repeated_row", "superseded")]


def test_rows_without_a_key_may_repeat(tmp_path: Path) -> None:
    header = "scheme,declared_by,year,payer_id,partner_id,amount,currency\n"
    body = header + "efpia,payer,2001,us,p1,5,EUR\n" * 2
    tables = built(write_study(tmp_path, {"public_disclosure.csv": body}), "public_disclosure")
    assert len(rows(tables.accepted)) == 2


def test_a_child_of_a_unit_set_aside_is_set_aside_too(tmp_path: Path) -> None:
    body = "top,T,region,,x\nmiddle,M,region,top,\nleaf,L,region,middle,\nfree,F,region,,\n"
    tables = units(tmp_path, body)
    assert [row["unit_id"] for row in rows(tables.accepted)] == ["free"]
    assert [reason[:3] for reason in reasons(tables)] == [
        (2, "population", "not_a_number"),
        (3, "parent_id", "orphan"),
        (4, "parent_id", "orphan"),
    ]


def test_units_that_contain_each_other_are_set_aside(tmp_path: Path) -> None:
    tables = units(tmp_path, "a,A,region,b,\nb,B,region,a,\nc,C,region,c,\n")
    assert [reason[:3] for reason in reasons(tables)] == [
        (2, "parent_id", "orphan"),
        (3, "parent_id", "orphan"),
        (4, "parent_id", "self_reference"),
    ]


def test_an_outcome_of_an_unknown_unit_is_an_orphan(tmp_path: Path) -> None:
    tables = outcomes(tmp_path, "delay,nowhere,2001-01-01,all,5,,,observed\n")
    assert reasons(tables) == [(2, "unit_id", "orphan", "quarantined")]


def test_a_rate_is_numerator_over_denominator_times_scale(tmp_path: Path) -> None:
    measure = (
        "measure_id,name,unit_label,direction,family,scale\n"
        "delay,Delay,per 1000,lower_better,clinical,1000\n"
    )
    body = "delay,north,2001-01-01,all,,3,4,observed\ndelay,north,2002-01-01,all,9,,,observed\n"
    tables = outcomes(tmp_path, body, measure)
    assert [row["value"] for row in rows(tables.accepted)] == [750.0, 9.0]


def test_an_outcome_that_breaks_one_rule_gets_one_reason(tmp_path: Path) -> None:
    rest = {
        "1999-12-31,all,5,,,observed": ("period_start", "out_of_window", "out_of_window"),
        "2010-01-01,all,5,,,observed": ("period_start", "out_of_window", "out_of_window"),
        "2060-01-01,all,5,,,observed": ("period_start", "future", "quarantined"),
        "2001-01-01,all,,,,observed": ("value", "missing", "quarantined"),
        "2002-01-01,all,0,,,suppressed": ("value", "not_empty", "quarantined"),
        "2003-01-01,all,,3,0,observed": ("denominator", "range", "quarantined"),
        "2004-01-01,all,,3,,missing": ("numerator", "needs", "quarantined"),
        "2005-01-01,all,x,,,observed": ("value", "not_a_number", "quarantined"),
    }
    body = "".join(f"delay,north,{text}\n" for text in rest)
    assert [reason[1:] for reason in reasons(outcomes(tmp_path, body))] == list(rest.values())


def test_a_value_beyond_what_its_measure_allows_is_set_aside(tmp_path: Path) -> None:
    measure = (
        "measure_id,name,unit_label,direction,family,valid_min,valid_max\n"
        "delay,Delay,days,lower_better,clinical,0,100\n"
    )
    body = "delay,north,2001-01-01,all,-1,,,observed\ndelay,north,2002-01-01,all,101,,,observed\n"
    assert [reason[2] for reason in reasons(outcomes(tmp_path, body, measure))] == [
        "valid_min",
        "valid_max",
    ]


def test_everyone_needs_no_subgroup_row_and_others_do(tmp_path: Path) -> None:
    files = {
        "unit.csv": UNIT,
        "measure.csv": WORLD["measure.csv"],
        "subgroup.csv": "subgroup_id,dimension,level\nwomen,sex,female\n",
        "outcome.csv": OUTCOME_HEADER
        + "".join(
            f"delay,north,2001-01-01,{name},5,,,observed\n" for name in ("all", "women", "men")
        ),
    }
    tables = built(write_study(tmp_path, files), "outcome", "measure", "unit", "subgroup")
    assert [reason[:3] for reason in reasons(tables)] == [(4, "subgroup_id", "orphan")]


def test_spells_of_one_unit_must_not_overlap(tmp_path: Path) -> None:
    body = (
        "initiative_id,unit_id,start_date,end_date,assignment\n"
        "screening,north,2001-01-01,2002-01-01,policy\n"
        "screening,north,2002-01-01,2003-01-01,policy\n"
        "screening,south,2001-01-01,,policy\n"
        "screening,south,2002-01-01,,policy\n"
    )
    files = {"unit.csv": UNIT, "initiative.csv": WORLD["initiative.csv"], "exposure.csv": body}
    tables = built(write_study(tmp_path, files), "exposure", "unit", "initiative")
    assert [reason[:3] for reason in reasons(tables)] == [
        (2, "end_date", "overlap"),
        (3, "end_date", "overlap"),
    ]


def test_shares_of_one_engagement_sum_to_at_most_one(tmp_path: Path) -> None:
    header = "engagement_id,initiative_id,unit_id,subgroup_id,share\n"
    body = header + "e1,,north,,0.6\ne1,,south,,0.5\n"
    files = {**WORLD, "engagement_allocation.csv": body}
    parents = ("partner", "unit", "engagement")
    tables = built(write_study(tmp_path, files), "engagement_allocation", *parents)
    assert [reason[:3] for reason in reasons(tables)] == [
        (2, "share", "share_sum"),
        (3, "share", "share_sum"),
    ]


def mapped_source() -> dict[str, object]:
    return {
        "table": "engagement",
        "path": "grants.csv",
        "mapping": {
            "format": {"date": "%Y"},
            "columns": {"engagement_id": "Id", "start_date": "Jahr", "activity_type": "Art"},
            "values": {"activity_type": {"Spende": "core_grant"}},
            "constants": {"payer_id": "us", "partner_id": "p1", "date_precision": "year"},
            "where": {"Jahr": ["2001", "2002"], "Anonym": ["False"]},
        },
    }


def test_a_mapping_renames_translates_fills_and_selects(tmp_path: Path) -> None:
    cells = ["1,2001,Spende,False", "2,2001,survey,True", "3,1999,zzz,False", "4,,x,False"]
    body = "\n".join(["Id,Jahr,Art,Anonym", *cells, ""])
    folder = write_study(tmp_path, {"grants.csv": body}, sources=[mapped_source()])
    tables = built(folder, "engagement")
    (row,) = rows(tables.accepted)
    assert (row["engagement_id"], row["activity_type"], row["payer_id"]) == (
        "1",
        "core_grant",
        "us",
    )
    assert row["start_date"] == dt.date(2001, 1, 1)
    assert reasons(tables) == [(n, None, "where", "out_of_window") for n in (3, 4, 5)]


def test_rows_of_two_sources_share_one_key_space(tmp_path: Path) -> None:
    sources = [{"table": "unit", "path": "a.csv"}, {"table": "unit", "path": "b.csv"}]
    files = {"a.csv": UNIT_HEADER + "a,A,region,,\n", "b.csv": UNIT_HEADER + "a,B,region,,\n"}
    tables = built(write_study(tmp_path, files, sources=sources), "unit")
    assert rows(tables.accepted) == []
    assert {row["source_file"] for row in rows(tables.quarantine)} == {"a.csv", "b.csv"}

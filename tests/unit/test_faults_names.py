"""F13 and F26: hidden characters, look-alike names, and partners that an analyst merges."""

from pathlib import Path
from typing import Any

import pytest

from intake.aliases import ALIAS
from intake.core import CoreTables
from intake.name_review import name_notes, name_problems
from intake.problems import Problem
from tests.intake_world import built, reasons, rows, write_study

HIDDEN = {"zero width": "\u200b", "bidi override": "\u202e", "isolate": "\u2066", "mark": "\ufeff"}
HIDDEN_TOLD = "a character that cannot be seen; the name is shown without it"
CHARACTERS = pytest.mark.parametrize("character", list(HIDDEN.values()), ids=list(HIDDEN))
HEADERS = {
    "partner": "partner_id,name,org_type\n",
    "unit": "unit_id,name,unit_type\n",
    "initiative": "initiative_id,name\n",
    "measure": "measure_id,name,unit_label,direction,family\n",
}
REST = {
    "partner": ",patient_org",
    "unit": ",region",
    "initiative": "",
    "measure": ",days,lower_better,clinical",
}
FEW = ("partner", "unit")
"""Tables that every change is tried on; the others are slow."""
NAMED = pytest.mark.parametrize(
    "table", [*FEW, *(pytest.param(t, marks=pytest.mark.slow) for t in HEADERS if t not in FEW)]
)
PARTNERS = HEADERS["partner"] + "".join(
    f"{i},{name},patient_org\n"
    for i, name in [
        ("p1", "Patients First"),
        ("p2", "Patients First e.V."),
        ("p3", "Lungenliga Bern"),
        ("p4", "Lungen-Liga Bern"),
    ]
)
LOG = (
    "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,amount,currency\n"
    "e1,us,p1,2001-02-03,day,core_grant,10,EUR\n"
    "e2,us,p2,2001-02-03,day,core_grant,20,EUR\n"
)
DISCLOSED = (
    "scheme,declared_by,year,payer_id,partner_id,amount,currency\nefpia,payer,2001,us,p2,20,EUR\n"
)


def table_of(folder: Path, table: str, *cells: tuple[str, str]) -> CoreTables:
    body = "".join(f"{identifier},{name}{REST[table]}\n" for identifier, name in cells)
    return built(write_study(folder, {f"{table}.csv": HEADERS[table] + body}), table)


@NAMED
@CHARACTERS
def test_a_character_that_cannot_be_seen_is_refused_in_an_id_and_kept_in_a_name(
    tmp_path: Path, table: str, character: str
) -> None:
    tables = table_of(tmp_path, table, (f"a{character}1", "A"), ("b", f"B{character}B"))
    assert reasons(tables) == [(2, f"{table}_id", "control_character", "quarantined")]
    assert [row["name"] for row in rows(tables.accepted)] == [f"B{character}B"]
    (warned,) = name_problems({table: tables.accepted})
    assert (warned.row, warned.column, warned.outcome) == (3, "name", "WARN")
    assert character not in str(warned)


@NAMED
def test_spellings_that_need_joiners_are_no_fault(tmp_path: Path, table: str) -> None:
    tables = table_of(
        tmp_path, table, ("a", "\u0645\u06cc\u200c\u062e"), ("b", "\u0915\u094d\u200d\u0937")
    )
    assert name_problems({table: tables.accepted}) == []


def world(folder: Path, alias: str | None = None) -> dict[str, CoreTables]:
    """Four partners of two organisations, a log and a register that name them."""
    files = {"partner.csv": PARTNERS, "engagement.csv": LOG, "public_disclosure.csv": DISCLOSED}
    if alias is not None:
        files["alias.csv"] = "partner_id,canonical_partner_id\n" + alias
    write_study(folder, files)
    before = ("partner",) if alias is None else ("partner", ALIAS)
    names = ("partner", "engagement", "public_disclosure", *before[1:])
    return {name: built(folder, name, *(p for p in before if p != name)) for name in names}


def review(tables: dict[str, CoreTables]) -> list[Problem]:
    return name_problems({name: table.accepted for name, table in tables.items()})


def named(tables: CoreTables) -> list[Any]:
    return [row["partner_id"] for row in rows(tables.accepted)]


def test_look_alikes_are_proposed_by_their_rows_and_never_merged(tmp_path: Path) -> None:
    tables = world(tmp_path)
    assert named(tables["engagement"]) == ["p1", "p2"]
    found = review(tables)
    assert [(p.source_file, p.row, p.rule, p.outcome) for p in found] == [
        ("partner.csv", 3, "look_alike", "WARN"),
        ("partner.csv", 5, "look_alike", "WARN"),
    ]
    assert found[0].message == "looks like the name in row 2 (score 1.00)"
    assert not any("Patients" in str(problem) or "Lunge" in str(problem) for problem in found)


def test_an_alias_counts_every_row_of_one_partner_as_another(tmp_path: Path) -> None:
    tables = world(tmp_path, "p2,p1\n")
    assert named(tables["engagement"]) == ["p1", "p1"]
    assert named(tables["public_disclosure"]) == ["p1"]
    assert named(tables["partner"]) == ["p1", "p2", "p3", "p4"]
    assert [problem.row for problem in review(tables)] == [5]


def test_a_partner_that_stands_for_itself_is_not_proposed_again(tmp_path: Path) -> None:
    tables = world(tmp_path, "p1,p1\np2,p2\np3,p3\np4,p3\n")
    assert named(tables["engagement"]) == ["p1", "p2"]
    assert review(tables) == []


def test_an_alias_of_an_alias_or_of_nobody_is_set_aside(tmp_path: Path) -> None:
    tables = world(tmp_path, "p1,p2\np2,p3\np4,p9\np8,p3\n")
    assert [reason[:3] for reason in reasons(tables[ALIAS])] == [
        (2, "canonical_partner_id", "chain"),
        (4, "canonical_partner_id", "orphan"),
        (5, "partner_id", "orphan"),
    ]
    assert named(tables["engagement"]) == ["p1", "p3"]


def test_the_notes_of_a_run_count_and_name_nobody(tmp_path: Path) -> None:
    tables = world(tmp_path, "p2,p1\n")
    partner = table_of(tmp_path / "b", "unit", ("u1", "A\u202eB"), ("u2", "C\u200bD"))
    accepted = {name: table.accepted for name, table in tables.items()}
    notes = name_notes({**accepted, "unit": partner.accepted})
    assert [note.split(" · ")[0] for note in notes] == [
        f"unit.csv:2:name  {HIDDEN_TOLD} in 2 rows: 2, 3",
        "partner.csv:name  1 pair of names looks alike; none was merged",
        "alias.csv  1 row counts one partner as another; 1 partner stands for more than itself",
    ]


def test_anonymous_partners_are_not_compared(tmp_path: Path) -> None:
    body = "partner_id,name,org_type,is_anonymous\n" + "".join(
        f"p{i},Anonymous,patient_org,true\n" for i in range(3)
    )
    tables = built(write_study(tmp_path, {"partner.csv": body}), "partner")
    assert name_problems({"partner": tables.accepted}) == []


def test_partners_of_two_files_are_compared(tmp_path: Path) -> None:
    lists = {
        name: HEADERS["partner"] + f"{name[0]},Same,patient_org\n" for name in ("a.csv", "b.csv")
    }
    sources = [{"table": "partner", "path": name} for name in lists]
    tables = built(write_study(tmp_path, lists, sources=sources), "partner")
    (found,) = name_problems({"partner": tables.accepted})
    assert (found.source_file, found.row) == ("b.csv", 2)
    assert found.message.startswith("looks like the name in row 2 of a.csv")

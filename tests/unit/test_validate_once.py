"""Each defect is told once, where it is, and hides no other."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from intake.validate import ValidationReport, validate_study
from pipelines.xlsx import Sheet, write_workbook
from tests.intake_world import ENGAGEMENT_HEADER, WORLD, engine, write_study

HEADER = ENGAGEMENT_HEADER.strip().split(",")
HEADER = [*HEADER, "participant_count", "is_product_linked", "purpose"]
GOOD = "e{},us,p1,2001-02-03,,day,meeting,100,EUR,,4,true,Meeting in Bern"
PLANTED = {
    3: ("start_date", "not_a_date", "2001-13-45"),
    5: ("amount", "negative", "-100"),
    6: ("amount", "not_a_number", "a hundred"),
    8: ("activity_type", "not_allowed", "meetng"),
    9: ("partner_id", "orphan", "p2"),
    11: ("payer_id", "missing", ""),
    12: ("currency", "not_a_code", "euro"),
    14: ("end_date", "order", "2001-02-02"),
    15: ("participant_count", "range", "-4"),
    17: ("is_product_linked", "not_a_boolean", "perhaps"),
    18: ("start_date", "future", "2031-02-03"),
    20: ("purpose", "personal_email", "ask anna.muster@example.ch"),
}
"""Rows of the sheet, and one cell of each that is wrong in its own way."""


def planted_rows() -> list[list[str]]:
    rows = [HEADER, *(GOOD.format(number).split(",") for number in range(1, 25))]
    for row, (column, _rule, text) in PLANTED.items():
        rows[row - 1][HEADER.index(column)] = text
    return rows


def as_csv(rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in rows) + "\n"


def as_sheet(rows: list[list[str]]) -> Sheet:
    """The rows as an analyst types them: amounts are numbers where they can be."""
    place = HEADER.index("amount")
    typed: list[list[str | float]] = [[*row] for row in rows]
    for row in typed[1:]:
        if row[place] != "a hundred":
            row[place] = float(row[place])
    return Sheet("Grants", typed)


def report(folder: Path) -> ValidationReport:
    return validate_study(folder, engine())


def told(found: ValidationReport) -> list[tuple[str, int | None, str | None, str]]:
    return [(p.source_file, p.row, p.column, p.rule) for p in found.problems]


def validated(folder: Path, files: Mapping[str, str]) -> ValidationReport:
    return report(write_study(folder, {"partner.csv": WORLD["partner.csv"], **files}))


@pytest.fixture(scope="module", params=["engagement.csv", "engagement.xlsx"])
def planted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ValidationReport:
    name, folder = request.param, tmp_path_factory.mktemp("planted")
    files = {"partner.csv": WORLD["partner.csv"], name: as_csv(planted_rows())}
    write_study(folder, files)
    if name.endswith("xlsx"):
        write_workbook(folder / name, [as_sheet(planted_rows())])
    return report(folder)


def test_twelve_kinds_of_defect_are_told_once_each_at_their_cell(planted: ValidationReport) -> None:
    name, found = planted.tables[-1].source_file, planted
    assert told(found) == [(name, row, place[0], place[1]) for row, place in PLANTED.items()]
    (account,) = [one for one in found.tables if one.table == "engagement"]
    assert (account.read, account.accepted, account.quarantined) == (24, 12, 12)
    entries = found.to_json()["problems"]
    assert [(e["row"], e["column"]) for e in entries] == [(r, p[0]) for r, p in PLANTED.items()]


def test_the_first_cells_can_be_shown_but_no_personal_data(planted: ValidationReport) -> None:
    name = planted.tables[-1].source_file
    assert planted.values[(name, 6, "amount")] == "a hundred"
    assert (name, 20, "purpose") not in planted.values
    assert "a hundred" not in str(planted.to_json()) + repr(planted) + str(planted.problems)


def test_two_defects_of_one_row_are_both_told(tmp_path: Path) -> None:
    rows = planted_rows()
    rows[4][HEADER.index("start_date")] = "yesterday"
    found = validated(tmp_path, {"engagement.csv": as_csv(rows)})
    at_five = {(e["column"], e["rule"]) for e in found.to_json()["problems"] if e["row"] == 5}
    assert at_five == {("amount", "negative"), ("start_date", "not_a_date")}


def test_a_missing_column_is_told_once_and_hides_no_cell(tmp_path: Path) -> None:
    place = HEADER.index("payer_id")
    rows = [[cell for at, cell in enumerate(row) if at != place] for row in planted_rows()]
    found = validated(tmp_path, {"engagement.csv": as_csv(rows)})
    others = {row: spot for row, spot in PLANTED.items() if spot[0] != "payer_id"}
    assert told(found) == [
        ("engagement.csv", 1, "payer_id", "missing_column"),
        *(("engagement.csv", row, spot[0], spot[1]) for row, spot in others.items()),
    ]
    assert found.is_rejected


def test_a_rejected_parent_leaves_its_children_checked_for_all_but_the_reference(
    tmp_path: Path,
) -> None:
    partner = "partner_id,name\np1,NA\n"
    files = {"engagement.csv": as_csv(planted_rows()), "partner.csv": partner}
    found = validated(tmp_path, files)
    others = {row: spot for row, spot in PLANTED.items() if spot[1] != "orphan"}
    assert told(found) == [
        ("partner.csv", 1, "org_type", "missing_column"),
        *(("engagement.csv", row, spot[0], spot[1]) for row, spot in others.items()),
    ]


def test_a_file_that_cannot_be_read_does_not_hide_another_of_its_table(tmp_path: Path) -> None:
    sources = [{"table": "partner", "path": name} for name in ("old.csv", "new.csv", "bad.csv")]
    files = {
        "old.csv": "partner_id,name,org_type\np1,One\n",
        "new.csv": "partner_id,name,org_type\np2,Two,club\n",
        "bad.csv": "partner_id,name,Name,org_type\np3,a,b,umbrella\n",
    }
    found = report(write_study(tmp_path, files, sources=sources))
    assert told(found) == [
        ("bad.csv", 1, None, "header"),
        ("old.csv", 2, None, "ragged_row"),
        ("new.csv", 2, "org_type", "not_allowed"),
    ]


def test_a_child_of_a_row_set_aside_is_told_apart_from_an_orphan(tmp_path: Path) -> None:
    partner = WORLD["partner.csv"] + "p2,Two,club\n"
    lines = ["e1,us,p1", "e2,us,p2", "e3,us,p3"]
    body = "".join(f"{line},2001-02-03,,day,meeting,,,\n" for line in lines)
    found = validated(
        tmp_path, {"partner.csv": partner, "engagement.csv": ENGAGEMENT_HEADER + body}
    )
    assert told(found) == [
        ("partner.csv", 3, "org_type", "not_allowed"),
        ("engagement.csv", 4, "partner_id", "orphan"),
        ("engagement.csv", 3, "partner_id", "held_back"),
    ]


def test_a_tree_is_told_from_its_broken_root_and_a_ring_is_a_defect(tmp_path: Path) -> None:
    unit = (
        "unit_id,name,unit_type,parent_id\nroot,Root,realm,\nbranch,Branch,region,root\n"
        "leaf,Leaf,site,branch\nlost,Lost,site,nowhere\nbelow,Below,site,lost\n"
        "ring_a,A,site,ring_b\nring_b,B,site,ring_a\nnorth,North,region,\n"
    )
    found = report(write_study(tmp_path, {"unit.csv": unit}))
    assert told(found) == [
        ("unit.csv", 2, "unit_type", "not_allowed"),
        ("unit.csv", 5, "parent_id", "orphan"),
        ("unit.csv", 3, "parent_id", "held_back"),
    ]
    assert found.problems[1].rows == (5, 7, 8)
    assert found.problems[2].rows == (3, 4, 6)


def test_a_missing_table_is_told_and_its_children_are_read(tmp_path: Path) -> None:
    files = {"unit.csv": WORLD["unit.csv"], "outcome.csv": WORLD["outcome.csv"] + "x,north,,,,,,\n"}
    found = report(write_study(tmp_path, files))
    assert found.problems[0].rule == "needs_table"
    assert ("outcome.csv", 3, "period_start", "missing") in told(found)


def test_what_stops_a_run_comes_first_and_warnings_come_last(tmp_path: Path) -> None:
    rows = [[*row, "x"] for row in planted_rows()]
    rows[0][-1] = "remark"
    folder = write_study(
        tmp_path,
        {"partner.csv": WORLD["partner.csv"], "engagement.csv": as_csv(rows)},
        max_quarantined_share=0.1,
    )
    outcomes = [problem.outcome for problem in report(folder).problems]
    assert outcomes == ["REJECT_FILE", *["QUARANTINE_ROW"] * 12, "WARN"]

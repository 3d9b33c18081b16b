"""F01 to F27: each on two tables at least, from the file to what is said of it."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import ibis
import pytest

from impact.allocation import reach
from impact.cost import advocacy_spend
from impact.kind import classify
from intake.validate import validate_study
from pipelines.run import run_study
from pipelines.settings import Settings
from schemas.findings import Effect
from tests.core_tables import core, frame, study
from tests.faults import Fault
from tests.faults_table import DECLARED, FAULTS
from tests.intake_world import built, engine, rows

EVERY = 13
"""Of the outcomes of the study that is spoilt below, one in so many loses its unit."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.code}-{f.table}")
def test_each_fault_has_its_outcome_and_hides_nothing(tmp_path: Path, fault: Fault) -> None:
    folder = fault.study(tmp_path)
    found = validate_study(folder, engine())
    told = [(e["outcome"], e["rule"], e["row"], e["column"]) for e in found.to_json()["problems"]]
    assert told == list(fault.told)
    assert all(e["message"] and e["remedy"] for e in found.to_json()["problems"])
    if fault.keeps is not None:
        column, expected = fault.keeps
        kept = rows(built(folder, fault.table, *fault.before).accepted)
        assert tuple(row[column] for row in kept) == expected


def spoilt(folder: Path, name: str, of: Callable[[list[list[str]]], None]) -> None:
    """Change the cells of a table of the study; the header stays."""
    path = folder / f"{name}.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    of(cells)
    text = "".join(",".join(row) + "\n" for row in [header.split(","), *cells])
    path.write_text(text, encoding="utf-8")


def in_thousandths(cells: list[list[str]], units: set[str]) -> None:
    for row in cells:
        if row[1] in units and row[2] >= "1985":
            row[4] = str(float(row[4]) * 1000)


def whole_measure(folder: Path) -> None:
    spoilt(folder, "outcome", lambda cells: in_thousandths(cells, {row[1] for row in cells}))


def one_unit(folder: Path) -> None:
    spoilt(folder, "outcome", lambda cells: in_thousandths(cells, {"AL"}))


def lost_outcomes(folder: Path) -> None:
    def lose(cells: list[list[str]]) -> None:
        for row in cells[::EVERY]:
            row[1] = "nowhere"

    spoilt(folder, "outcome", lose)


def lost_money(folder: Path) -> None:
    """Of 200 payments one goes to nobody: half a percent of the rows, 6 % of the money."""
    header = "engagement_id,payer_id,partner_id,start_date,date_precision,activity_type,amount,"
    body = "".join(f"e{n},us,p1,1990-02-03,day,core_grant,94,USD\n" for n in range(199))
    lost = f"e199,us,nowhere,1990-02-03,day,core_grant,{199 * 6},USD\n"
    (folder / "engagement.csv").write_text(header + "currency\n" + body + lost)
    (folder / "partner.csv").write_text("partner_id,name,org_type\np1,A,patient_org\n")
    with (folder / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {table: partner, path: partner.csv}\n")
        file.write("  - {table: engagement, path: engagement.csv}\n")


ABSTAIN: dict[tuple[str, str], tuple[Callable[[Path], None], str]] = {
    ("F17", "outcome"): (lost_outcomes, "quarantined_share"),
    ("F17", "engagement"): (lost_money, "orphan_spend_share"),
    ("F21", "outcome"): (whole_measure, "unit_shift"),
    ("F21", "unit"): (one_unit, "unit_shift"),
}
"""Faults that leave a question without an answer, and the check that says so."""


@pytest.mark.slow
@pytest.mark.parametrize("case", ABSTAIN, ids="-".join)
def test_data_that_cannot_be_trusted_decide_nothing(
    prop99: Path, settings: Settings, case: tuple[str, str]
) -> None:
    spoil, check = ABSTAIN[case]
    spoilt(prop99, "measure", lambda cells: cells[0].__setitem__(slice(6, 8), ["", ""]))
    spoil(prop99)
    (effect,) = run_study(prop99, settings).findings.effects
    assert effect.verdict == "inconclusive"
    assert effect.reasons[0] == "DATA"
    assert failed(effect) == {check}


def failed(effect: Effect) -> set[str]:
    """Which checks of the data failed."""
    ours = {"quarantined_share", "orphan_spend_share", "unit_shift"}
    return {one.name for one in effect.diagnostics if one.name in ours and one.status == "FAIL"}


def spend(override: list[dict[str, str]]) -> float:
    """Advocacy spend of a log with a grant of 100, free drugs of 900 and 50 nobody can place."""
    log = [
        {"engagement_id": "a", "activity_type": "core_grant", "amount": 100},
        {"engagement_id": "b", "activity_type": "free_drug", "amount": 900},
        {"engagement_id": "c", "activity_type": "unknown", "amount": 50},
    ]
    engagement = core("engagement", [{**row, "initiative_id": "i1"} for row in log])
    partner = core("partner", [{"partner_id": "p1", "org_type": "patient_org"}])
    kinds = core("kind_override", [{"reason": "known", **row} for row in override])
    classified: ibis.Table = classify(engagement, partner, kinds)
    reached = reach(classified, core("engagement_allocation"), study())
    found = frame(advocacy_spend(reached, core("initiative", [{"initiative_id": "i1"}]), study()))
    return float(found["spend"].iloc[0])


COUNTED_OUT = {("F27", "engagement"), ("F27", "kind_override")}


def test_f27_support_and_what_is_unknown_are_in_no_sum_of_advocacy() -> None:
    assert spend([]) == 100
    assert spend([{"engagement_id": "c", "kind": "advocacy"}]) == 100 + 50
    assert spend([{"engagement_id": "b", "kind": "unclassified"}]) == 100


def test_every_fault_is_tried_on_two_tables_with_the_outcome_it_must_have() -> None:
    tables: dict[str, set[str]] = defaultdict(set)
    outcomes: dict[str, set[str]] = defaultdict(set)
    for fault in FAULTS:
        tables[fault.code].add(fault.table)
        outcomes[fault.code] |= fault.outcomes
    for word, cases in {"ABSTAIN": ABSTAIN, "COUNTED_OUT": COUNTED_OUT}.items():
        for code, table in cases:
            tables[code].add(table)
            outcomes[code].add(word)
    assert set(outcomes) == {f"F{number:02}" for number in range(1, 28)}
    assert {code: found for code, found in tables.items() if len(found) < 2} == {}
    assert dict(outcomes) == DECLARED

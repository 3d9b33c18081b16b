"""Every row is accounted for, and accepted rows obey the contract."""

from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest
from ibis.util import gen_name
from pandera.config import CONFIG

from intake import accounts as accounts_module
from intake.accounts import check_limits, contract_violations, count_rows
from intake.problems import Rejected
from intake.read import read_raw
from intake.study import load_study
from schemas.findings import RowAccount
from tests.intake_world import UNIT, built, engine, write_study

UNIT_HEADER = "unit_id,name,unit_type,parent_id,population\n"


def account(**counts: int) -> RowAccount:
    zero = dict.fromkeys(("read", "accepted", "quarantined", "superseded", "out_of_window"), 0)
    return RowAccount(table="unit", source_file="unit.csv", **{**zero, **counts})


def test_a_row_counts_once_however_many_rules_it_breaks(tmp_path: Path) -> None:
    body = "a,A,region,,1\na,A,region,,1\nb,B,town,x,many\nc,C,region,,2\n"
    folder = write_study(tmp_path, {"unit.csv": UNIT_HEADER + body})
    raw = read_raw(engine(), folder, load_study(folder), "unit")
    tables = built(folder, "unit")
    (found,) = count_rows("unit", raw, tables.accepted, tables.quarantine)
    assert found == account(read=4, accepted=2, quarantined=1, superseded=1)
    assert found.is_balanced


def test_a_row_out_of_window_and_broken_counts_as_quarantined() -> None:
    origin = {"source_file": ["o.csv"], "source_row": [2]}
    read = ibis.memtable(origin)
    both = {name: cells * 2 for name, cells in origin.items()}
    told = {"rule": ["out_of_window", "range"], "disposition": ["out_of_window", "quarantined"]}
    quarantine = ibis.memtable({**both, **told})
    (found,) = count_rows("outcome", read, read.limit(0), quarantine)
    assert (found.quarantined, found.out_of_window, found.is_balanced) == (1, 0, True)


def test_dispositions_are_counted_alike_whatever_comes_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("intake.stored.BATCH_ROWS", 2048)
    rng = np.random.default_rng(5)
    names = ("quarantined", "superseded", "out_of_window")
    files, rows = rng.choice(["a.csv", "b.csv"], 9_000), rng.integers(2, 6_000, 9_000)
    ranks = rng.choice(3, 9_000, p=[0.2, 0.3, 0.5])
    strongest: dict[tuple[str, int], int] = {}
    for file, row, rank in zip(files.tolist(), rows.tolist(), ranks.tolist(), strict=True):
        strongest[file, row] = min(rank, strongest.get((file, row), rank))
    told = {"rule": ["range"] * 9_000, "disposition": [names[rank] for rank in ranks]}
    aside = {"source_file": files.tolist(), "source_row": rows.tolist(), **told}
    quarantine = engine().create_table(gen_name("aside"), ibis.memtable(aside).to_pyarrow())
    read = quarantine.select("source_file", "source_row").distinct()
    found = count_rows("outcome", read, read.limit(0), quarantine)
    for told_of in found:
        ours = [rank for (file, _row), rank in strongest.items() if file == told_of.source_file]
        assert [getattr(told_of, name) for name in names] == [ours.count(i) for i in range(3)]
        assert told_of.is_balanced
    assert len(found) == 2


def test_each_side_is_counted_from_its_own_table() -> None:
    read = ibis.memtable({"source_file": ["o.csv"] * 3, "source_row": [2, 3, 4]})
    told = {"rule": ["repeated_row"], "disposition": ["superseded"]}
    nothing = ibis.memtable({"source_file": ["o.csv"], "source_row": [9], **told}).limit(0)
    (found,) = count_rows("outcome", read, read.filter(read.source_row < 4), nothing)
    assert (found.read, found.accepted, found.is_balanced) == (3, 2, False)


def refusal(found: RowAccount, share: float, folder: Path) -> str:
    study = load_study(write_study(folder, {"unit.csv": UNIT}, max_quarantined_share=share))
    with pytest.raises(Rejected) as caught:
        check_limits([found], study)
    (problem,) = caught.value.problems
    return problem.rule


def test_an_account_that_does_not_balance_stops_the_run(tmp_path: Path) -> None:
    assert refusal(account(read=3, accepted=2), 0.2, tmp_path) == "row_account"


def test_too_large_a_share_in_quarantine_stops_the_run(tmp_path: Path) -> None:
    many = account(read=10, accepted=7, quarantined=3)
    assert refusal(many, 0.2, tmp_path) == "max_quarantined_share"


def test_up_to_the_declared_share_may_be_in_quarantine(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, {"unit.csv": UNIT}, max_quarantined_share=0.3))
    fine = account(read=10, accepted=7, quarantined=3)
    check_limits([fine, account()], study)
    assert fine.is_balanced


def accepted_units(folder: Path) -> ibis.Table:
    return built(write_study(folder, {"unit.csv": UNIT}), "unit").accepted


def test_accepted_rows_obey_the_contract(tmp_path: Path) -> None:
    assert contract_violations("unit", accepted_units(tmp_path)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"unit_type": ibis.literal("town")}, "unit.unit_type: isin fails in 2 rows"),
        ({"population": ibis.literal(-1.0)}, "unit.population: greater_than_or_equal_to fails"),
        ({"parent_id": ibis._.unit_id}, "unit.Unit: row_rules fails in 2 rows"),
        ({"unit_id": ibis.literal("same")}, "unit: 1 keys (unit_id) occur more than once"),
        ({"name": ibis.null("string")}, "unit.name: not_nullable fails"),
        ({"population": ibis.literal(1)}, "unit.population: dtype"),
    ],
)
def test_a_broken_contract_is_told_by_column_and_rule_without_a_value(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    broken = accepted_units(tmp_path).mutate(**changed)
    found = contract_violations("unit", broken)
    assert found[0].startswith(told)
    assert not any("town" in text or "north" in text for text in found)


def test_columns_in_another_order_are_a_violation(tmp_path: Path) -> None:
    table = accepted_units(tmp_path)
    (told,) = contract_violations("unit", table.select(*reversed(table.columns)))
    assert told == "unit: columns are not those of the contract, in its order"


def test_the_environment_cannot_switch_validation_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CONFIG, "validation_enabled", False)
    table = accepted_units(tmp_path).mutate(unit_type=ibis.literal("town"))
    assert contract_violations("unit", table)


def test_large_tables_are_checked_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_module, "BATCH_ROWS", 1)
    table = accepted_units(tmp_path).mutate(unit_type=ibis.literal("town"))
    assert contract_violations("unit", table) == ["unit.unit_type: isin fails in 2 rows"]


def test_a_table_without_a_key_has_no_repeated_keys(tmp_path: Path) -> None:
    tables = built(write_study(tmp_path, {"unit.csv": UNIT}), "partner_survey")
    assert contract_violations("partner_survey", tables.accepted) == []

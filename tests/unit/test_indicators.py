"""Spend by kind: each apart, unknown amounts not taken for none."""

from typing import Any

import ibis
import pyarrow as pa
import pytest

from impact.indicators import measure_spend, orphan_share
from tests.core_tables import Row, core, study


def spend(rows: list[Row]) -> dict[tuple[str, str], tuple[float | None, int | None, str]]:
    log = core("engagement", [{"engagement_id": str(n), **row} for n, row in enumerate(rows)])
    return {
        (item.indicator_id.removeprefix("q1.spend_"), item.by.get("kind", "")): (
            item.value,
            item.n,
            item.reason or item.status,
        )
        for item in measure_spend(log, study())
    }


def test_each_kind_of_spend_is_summed_apart() -> None:
    found = spend(
        [
            {"kind": "advocacy", "amount": 100},
            {"kind": "advocacy", "amount": -30, "reverses_engagement_id": "0"},
            {"kind": "advocacy"},
            {"kind": "support_access", "amount": 500},
            {"kind": "support_adherence", "amount": 50},
            {"kind": "hybrid", "amount": 7},
            {"kind": "unclassified", "amount": 3},
        ]
    )
    assert found == {
        ("advocacy", ""): (70.0, 2, "OK"),
        ("support", ""): (550.0, 2, "OK"),
        ("unclassified", ""): (10.0, 2, "OK"),
    }


def test_research_engagement_is_shown_by_its_kind() -> None:
    found = spend([{"kind": "research_engagement", "amount": 9}])
    assert found["advocacy", ""] == (0.0, 0, "OK")
    assert found["advocacy", "research_engagement"] == (9.0, 1, "OK")


def test_without_a_log_or_an_amount_spend_is_not_evaluated() -> None:
    assert spend([])["advocacy", ""] == (None, None, "needs engagement")
    assert spend([{"kind": "advocacy"}])["support", ""] == (None, None, "no amount is known")


def quarantine(rows: list[Row]) -> ibis.Table:
    columns: dict[str, Any] = {
        "rule": pa.string(),
        "column_name": pa.string(),
        "source_file": pa.string(),
        "source_row": pa.int64(),
        "original": pa.string(),
    }
    filled = [{"rule": "orphan", "source_file": "log.csv", **row} for row in rows]
    arrays = {name: [row.get(name) for row in filled] for name in columns}
    return ibis.memtable(pa.table(arrays, schema=pa.schema(columns)))


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([], 0.0),
        (
            [
                {"column_name": "unit_id", "source_row": 3, "original": '{"amount": "10"}'},
                {"column_name": "partner_id", "source_row": 3, "original": '{"amount": "10"}'},
            ],
            0.1,
        ),
        (
            [
                {
                    "column_name": "unit_id",
                    "source_row": 3,
                    "original": '{"amount_reporting": "-30", "amount": "8"}',
                }
            ],
            0.25,
        ),
        ([{"column_name": "reverses_engagement_id", "source_row": 3, "original": "{}"}], 0.0),
        ([{"column_name": "unit_id", "source_row": 3, "original": '{"Betrag": "10"}'}], None),
        ([{"column_name": "unit_id", "source_row": 3, "original": '{"amount": "ten"}'}], None),
    ],
)
def test_the_share_of_spend_that_points_nowhere(rows: list[Row], share: float | None) -> None:
    log = core("engagement", [{"engagement_id": "a", "amount": 90}])
    assert orphan_share(log, quarantine(rows)) == share


def test_a_log_without_spend_has_no_share() -> None:
    assert orphan_share(core("engagement"), quarantine([])) is None

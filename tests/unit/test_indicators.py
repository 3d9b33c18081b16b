"""Spend by kind: each apart, unknown amounts not taken for none."""

from impact.indicators.spend import measure_spend
from tests.core_tables import Row, core, study


def spend(rows: list[Row]) -> dict[tuple[str, str], tuple[float | None, int | None, str]]:
    log = core("engagement", [{"engagement_id": str(n), **row} for n, row in enumerate(rows)])
    return {
        (item.indicator_id.removeprefix("q1.spend_"), "".join(item.by.values())): (
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
        ("advocacy", "with_unclear"): (80.0, 4, "OK"),
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

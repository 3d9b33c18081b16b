"""Money is placed where it went, and none is made or lost on the way."""

from decimal import Decimal

from impact.allocation import reach
from tests.core_tables import Row, core, frame, study


def reached(engagements: list[Row], parts: list[Row]) -> list[tuple[str, str, float]]:
    log = core("engagement", [{"kind": "advocacy", **row} for row in engagements])
    found = frame(reach(log, core("engagement_allocation", parts), study()))
    found = found.sort_values(["engagement_id", "unit_id"])
    return [
        (row.engagement_id, row.unit_id, float(row.spend)) for row in found.itertuples(index=False)
    ]


def test_an_engagement_without_allocation_stays_whole() -> None:
    found = reached([{"engagement_id": "e", "unit_id": "north", "amount": 100}], [])
    assert found == [("e", "north", 100.0)]


def test_what_allocations_leave_over_stays_with_the_engagements_own_unit() -> None:
    found = reached(
        [{"engagement_id": "e", "unit_id": "north", "amount": 100}],
        [
            {"engagement_id": "e", "unit_id": "south", "share": 0.3},
            {"engagement_id": "e", "unit_id": "west", "share": 0.2},
        ],
    )
    assert found == [("e", "north", 50.0), ("e", "south", 30.0), ("e", "west", 20.0)]


def test_a_whole_allocation_leaves_nothing_and_an_unknown_share_moves_no_money() -> None:
    found = reached(
        [{"engagement_id": "e", "unit_id": "north", "amount": 100}],
        [
            {"engagement_id": "e", "unit_id": "south", "share": 1.0},
            {"engagement_id": "e", "unit_id": "west"},
        ],
    )
    assert found == [("e", "south", 100.0), ("e", "west", 0.0)]


def test_only_money_in_the_reporting_currency_counts() -> None:
    log = core(
        "engagement",
        [
            {"engagement_id": "a", "amount": 7, "currency": "USD", "amount_reporting": 6},
            {"engagement_id": "b", "amount": 7, "currency": "USD"},
            {"engagement_id": "c", "amount": 7},
        ],
    )
    found = frame(reach(log, core("engagement_allocation"), study()))
    spend = found.sort_values("engagement_id")["spend"].astype("float64")
    assert spend.fillna(-1).tolist() == [6.0, -1.0, 7.0]


def test_a_reversal_lowers_the_net_amount_of_what_it_takes_back() -> None:
    log = core(
        "engagement",
        [
            {"engagement_id": "a", "amount": 100},
            {"engagement_id": "b", "amount": -40, "reverses_engagement_id": "a"},
        ],
    )
    found = frame(reach(log, core("engagement_allocation"), study()))
    net = found.set_index("engagement_id")["net_amount"].astype("float64")
    assert net["a"] == 60.0
    assert found["spend"].astype("float64").sum() == 60.0


def test_the_parts_of_an_amount_sum_to_it_exactly() -> None:
    log = core("engagement", [{"engagement_id": name, "amount": 1} for name in "ef"])
    log = log.mutate(amount=(log.amount.cast("float64") / 100).cast("decimal(18, 4)"))
    thirds = [
        {"engagement_id": engagement, "unit_id": unit, "share": share}
        for engagement, share in (("e", 0.333333), ("f", 0.3333334))
        for unit in ("north", "south", "west")
    ]
    found = frame(reach(log, core("engagement_allocation", thirds), study()))
    spent = found.groupby("engagement_id")["spend"]
    assert spent.sum().to_dict() == dict.fromkeys("ef", Decimal("0.010000"))
    assert spent.count().to_dict() == dict.fromkeys("ef", 4)


def test_a_reversal_takes_money_back_where_it_went() -> None:
    payment = {"engagement_id": "a", "unit_id": "north", "initiative_id": "help", "amount": 90}
    back = {"engagement_id": "b", "amount": -90, "reverses_engagement_id": "a"}
    log = core("engagement", [payment, back])
    third = {"engagement_id": "a", "unit_id": "south", "share": 1 / 3}
    found = frame(reach(log, core("engagement_allocation", [third]), study()))
    assert set(found["initiative_id"]) == {"help"}
    assert found.groupby("unit_id")["spend"].sum().to_dict() == {"north": 0, "south": 0}


def test_a_reversal_with_its_own_place_keeps_it() -> None:
    payment = {"engagement_id": "a", "unit_id": "north", "amount": 90}
    back = {"engagement_id": "b", "unit_id": "west", "amount": -9, "reverses_engagement_id": "a"}
    parts = [
        {"engagement_id": "a", "unit_id": "south", "share": 1.0},
        {"engagement_id": "b", "unit_id": "west", "share": 1.0},
    ]
    found = frame(
        reach(core("engagement", [payment, back]), core("engagement_allocation", parts), study())
    )
    assert {row.unit_id: float(row.spend) for row in found.itertuples()} == {
        "south": 90,
        "west": -9,
    }

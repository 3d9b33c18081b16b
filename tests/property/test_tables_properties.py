"""Joins neither make nor lose rows or money."""

from hypothesis import given, settings
from hypothesis import strategies as st

from impact.allocation import reach
from impact.panel import build_panel
from tests.core_tables import core, frame, study

FEW = settings(max_examples=8, deadline=None)
amounts = st.lists(st.none() | st.integers(-500, 5000), min_size=1, max_size=8)
parts = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5]), max_size=2)


@FEW
@given(amounts, st.lists(parts, min_size=8, max_size=8))
def test_allocation_keeps_the_sum_of_money(
    money: list[int | None], shares: list[list[float]]
) -> None:
    log = [{"engagement_id": f"e{n}", "amount": amount} for n, amount in enumerate(money)]
    placed = [
        {"engagement_id": f"e{n}", "unit_id": f"u{m}", "share": share}
        for n, row in enumerate(shares)
        for m, share in enumerate(row)
    ]
    found = frame(reach(core("engagement", log), core("engagement_allocation", placed), study()))
    spent = sum(float(value) for value in found["spend"] if value is not None)
    assert abs(spent - sum(amount for amount in money if amount is not None)) < 1e-6
    assert set(found["engagement_id"]) == {row["engagement_id"] for row in log}


cells = st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.floats(-1e6, 1e6))


@FEW
@given(st.lists(cells, min_size=1, max_size=30))
def test_the_panel_has_one_row_per_unit_and_period_with_the_mean_of_its_values(
    rows: list[tuple[str, int, float]],
) -> None:
    outcome = [
        {"unit_id": unit, "period_start": f"2020-{month:02d}-01", "value": value}
        for unit, month, value in rows
    ]
    units = core("unit", [{"unit_id": name} for name in "abc"])
    found = frame(build_panel(core("outcome", outcome), core("measure", [{}]), units, study()))
    keys = list(zip(found["unit_id"], found["period"] + 1, strict=True))
    assert keys == sorted({(unit, month) for unit, month, _ in rows})
    for key, mean in zip(keys, found["outcome"], strict=True):
        values = [value for unit, month, value in rows if (unit, month) == key]
        assert abs(mean - sum(values) / len(values)) < 1e-8 + 1e-12 * abs(mean)

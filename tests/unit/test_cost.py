"""Cost per unit is said only where the effect is."""

import pytest

from impact.allocation import reach
from impact.cost import SignedBounds, advocacy_spend, cost_of
from tests.core_tables import core, frame, study


def test_spend_is_the_advocacy_of_the_log_and_support_never_enters() -> None:
    log = core(
        "engagement",
        [
            {"engagement_id": "a", "initiative_id": "i1", "kind": "advocacy", "amount": 100},
            {"engagement_id": "b", "initiative_id": "i1", "kind": "advocacy", "amount": 50},
            {"engagement_id": "c", "initiative_id": "i1", "kind": "support_access", "amount": 900},
            {"engagement_id": "d", "initiative_id": "i2", "kind": "hybrid", "amount": 70},
        ],
    )
    initiatives = core(
        "initiative",
        [
            {"initiative_id": "i1", "budget": 7, "currency": "EUR"},
            {"initiative_id": "i2", "budget": 8, "currency": "EUR"},
            {"initiative_id": "i3", "budget": 9, "currency": "USD"},
            {"initiative_id": "i4"},
        ],
    )
    reached = reach(log, core("engagement_allocation"), study())
    spend = frame(advocacy_spend(reached, initiatives, study())).set_index("initiative_id")
    assert spend["spend"].fillna(-1.0).to_dict() == {"i1": 150.0, "i2": 8.0, "i3": -1, "i4": -1}


def test_cost_per_unit_has_the_bounds_of_the_effect_turned_over() -> None:
    found = cost_of(120.0, "EUR", SignedBounds(4.0, 2.0, 6.0))
    assert (found.cost_per_unit, found.ci_low, found.ci_high) == (30.0, 20.0, 60.0)


@pytest.mark.parametrize(
    ("spend", "effect"),
    [
        (None, SignedBounds(4.0, 2.0, 6.0)),
        (0.0, SignedBounds(4.0, 2.0, 6.0)),
        (120.0, None),
        (120.0, SignedBounds(4.0, -1.0, 9.0)),
        (120.0, SignedBounds(-4.0, -6.0, -2.0)),
    ],
)
def test_no_cost_per_unit_without_spend_or_without_a_gain(
    spend: float | None, effect: SignedBounds | None
) -> None:
    found = cost_of(spend, "EUR", effect)
    assert found.spend == spend
    assert found.cost_per_unit is None
    assert found.ci_high is None

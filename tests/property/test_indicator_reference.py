"""Every indicator against the independent reference, on random studies."""

import math

import pytest

from impact.indicators.measure import measure_indicators
from schemas.findings import Indicator
from schemas.indicators import INDICATORS
from tests.indicator_parts import Expected, Key
from tests.indicator_reference import expected_rows
from tests.indicator_world import World, draw_world

NUMBERS = ("value", "numerator", "denominator", "n", "ci_low", "ci_high")
FAST, SLOW = range(8), range(1_000, 2_000)


def made_rows(world: World) -> dict[Key, Indicator]:
    rows = measure_indicators(world.tables())
    found = {(row.indicator_id, tuple(sorted(row.by.items()))): row for row in rows}
    assert len(found) == len(rows)
    return found


def is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def differences(expected: dict[Key, Expected], made: dict[Key, Indicator]) -> list[str]:
    """Rows that one of the two lacks, and numbers that differ; no value is shown."""
    found = [f"{key} only in one" for key in sorted(expected.keys() ^ made.keys())]
    for key in expected.keys() & made.keys():
        want, row = expected[key], made[key]
        found += [
            f"{key} {name}"
            for name in NUMBERS
            if not is_same(getattr(want, name), getattr(row, name))
        ]
        if (row.status == "OK") != (want.value is not None) or (row.reason is None) != (
            row.status == "OK"
        ):
            found.append(f"{key} status")
    return found


def compare(seed: int) -> set[str]:
    """The indicators that this study evaluates; fails where the two differ."""
    world = draw_world(seed)
    made = made_rows(world)
    assert differences(expected_rows(world.given(), world.named), made) == [], f"seed {seed}"
    return {row.indicator_id for row in made.values() if row.status == "OK"}


def test_every_indicator_is_what_its_definition_says() -> None:
    evaluated = set().union(*(compare(seed) for seed in FAST))
    assert evaluated == set(INDICATORS)


@pytest.mark.slow
def test_every_indicator_is_what_its_definition_says_in_a_thousand_studies() -> None:
    evaluated = set().union(*(compare(seed) for seed in SLOW))
    assert evaluated == set(INDICATORS)

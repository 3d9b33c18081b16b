"""An effect per dose is shown with its dose, whatever the unit of the measure."""

import pytest

from reports.numbers import measured


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("days per 1000 of dose", "+0.25 days per 1000 of dose"),
        ("share of patients per 2 of dose", "+25 percentage points per 2 of dose"),
        ("% per period of exposure", "+0.25 percentage points per period of exposure"),
        ("percent per year", "+0.25 percentage points"),
    ],
)
def test_the_dose_stays_with_the_unit(unit: str, shown: str) -> None:
    assert measured(0.25, unit) == shown

"""Sensitivity to unequal trends: the authors' printed intervals, and moderndid's C-LF hybrid."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.honest_did import (
    EventStudy,
    breakdown_m,
    build_test,
    is_rejected,
    relative_magnitudes,
)
from impact.honest_did_hybrid import HybridTest, none_above
from impact.honest_did_smooth import smoothness
from impact.model import FloatArray

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "relative_magnitudes.json").read_text())
SMOOTHNESS = {
    0.00: (0.0259, 0.0607),
    0.01: (0.0132, 0.0787),
    0.02: (0.00286, 0.0907),
    0.03: (-0.00714, 0.101),
    0.04: (-0.0171, 0.111),
    0.05: (-0.0271, 0.121),
}
"""README of the authors' R package HonestDiD: M and the interval for the first year."""
RELATIVE_MAGNITUDES = {
    0.5: (0.0240, 0.0672),
    1.0: (0.0170, 0.0720),
    1.5: (0.00824, 0.0797),
    2.0: (-0.000916, 0.0881),
}
"""The same for M̄; ends are points of a grid with steps of 0.0004, inside the interval."""


@dataclass(frozen=True)
class GivenFirstStage(HybridTest):
    """The test with moderndid's first-stage critical values: each from 1,000 simulations."""

    simulated: FloatArray

    @property
    def critical(self) -> FloatArray:
        return self.simulated


@cache
def medicaid(weight: tuple[float, ...] = (1.0, 0.0)) -> EventStudy:
    """Insured share in 43 states, 2008 to 2015, of which 22 expanded Medicaid in 2014.

    Two-way fixed effects with errors clustered by state, as the README has it: differences to
    2013 between the arms, with the small-sample factor of the R package fixest.
    """
    table = pd.read_csv(DATA / "medicaid.csv")
    table = table[(table["year"] < 2016) & (table["first_year"] != 2015)]
    table = table.sort_values(["state", "year"])
    outcome = table["insured"].to_numpy().reshape(-1, 8)
    exposed = (table.groupby("state")["first_year"].first() == 2014).to_numpy()
    change = np.delete(outcome - outcome[:, [5]], 5, axis=1)
    covariance = sum(_mean_covariance(change[arm]) for arm in (exposed, ~exposed))
    states, cells, fitted = len(outcome), outcome.size, 7 + 8
    factor = states / (states - 1) * (cells - 1) / (cells - fitted)
    estimate = change[exposed].mean(axis=0) - change[~exposed].mean(axis=0)
    return EventStudy(estimate, factor * covariance, 5, np.array(weight))


def _mean_covariance(change: FloatArray) -> FloatArray:
    away = change - change.mean(axis=0)
    return np.asarray(away.T @ away / len(change) ** 2)


def study_of(case: dict[str, Any]) -> EventStudy:
    estimate, covariance = np.array(case["estimate"]), np.array(case["covariance"])
    return EventStudy(estimate, covariance, case["pre_count"], np.array(case["weight"]))


@pytest.mark.parametrize("m", SMOOTHNESS)
def test_smoothness_intervals_of_the_medicaid_expansion(m: float) -> None:
    """To 1.5e-4, and half a unit of the last digit where only three are printed."""
    found = smoothness(medicaid(), m)
    low, high = SMOOTHNESS[m]
    printed = 5e-4 if high > 0.1 else 0.0
    assert found.ci_low == pytest.approx(low, abs=1.5e-4)
    assert found.ci_high == pytest.approx(high, abs=1.5e-4 + printed)


@pytest.mark.parametrize("m_bar", RELATIVE_MAGNITUDES)
def test_relative_magnitudes_intervals_of_the_medicaid_expansion(m_bar: float) -> None:
    study = medicaid()
    found = relative_magnitudes(study, m_bar)
    low, high = RELATIVE_MAGNITUDES[m_bar]
    step = 40 * np.sqrt(study.covariance[5, 5]) / 999
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high), abs=step)


def test_medicaid_effect_breaks_where_the_printed_interval_reaches_zero() -> None:
    found = breakdown_m(medicaid())
    assert found == pytest.approx(1.946, abs=0.005)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_interval_is_moderndids_to_its_grid_step(case: dict[str, Any]) -> None:
    study = study_of(case)
    own = build_test(study, case["m_bar"], 0.05)
    test = GivenFirstStage(**vars(own), simulated=np.array(case["critical"]))
    (low, high), step = case["interval"], case["step"]
    kept = study.average - np.array([low, high])
    beyond = study.average - np.array([low - step, high + step])
    assert not is_rejected(test, kept).any()
    assert is_rejected(test, beyond).all()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_first_stage_is_moderndids_up_to_its_simulation_error(case: dict[str, Any]) -> None:
    joint = build_test(study_of(case), case["m_bar"], 0.05).joint
    spread = np.sqrt(np.diagonal(joint, axis1=1, axis2=2)[:, :3])
    above = 1 - none_above(np.array(case["critical"]), joint, spread)
    error = np.sqrt(0.005 * 0.995 / 1_000)
    assert above.mean() == pytest.approx(0.005, abs=3 * error)
    assert above.max() < 0.005 + 4 * error


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_exact_first_stage_moves_the_interval_by_little(case: dict[str, Any]) -> None:
    """The simulated first stage of moderndid is worth up to 5 of its grid steps."""
    found = relative_magnitudes(study_of(case), case["m_bar"])
    expected = pytest.approx(case["interval"], abs=5 * case["step"])
    assert [found.ci_low, found.ci_high] == expected

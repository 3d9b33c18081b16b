"""I3, I4, I6 and tau squared: the product against the reference written from the same text."""

from dataclasses import replace

import numpy as np
import pytest

from impact.estimate import decide_only
from impact.model import EffectData, Estimation
from schemas.thresholds import Thresholds
from tests import reference_controls
from tests.effect_arrays import effect_data

QUICK = Thresholds(permutations_drawn=99)


def world(seed: int, missing: float, scatter: float) -> EffectData:
    """Twenty-four clusters, three cohorts, 30 months, twelve controls of several scales."""
    rng = np.random.default_rng(seed)
    cohort = rng.permutation(np.repeat([12, 15, 19, -1], [3, 5, 4, 12]))
    after = (cohort[:, None] >= 0) & (np.arange(30) >= cohort[:, None])
    outcome = rng.standard_normal((24, 30)).cumsum(axis=1) * 0.3
    outcome += rng.standard_normal((24, 30))
    controls = rng.standard_normal((12, 24, 30)) + 0.4 * outcome
    controls += (0.5 + scatter * rng.standard_normal((12, 1, 1))) * after
    controls *= rng.uniform(0.5, 2.0, (12, 1, 1))
    for grid in (outcome, controls):
        grid[rng.random(grid.shape) < missing] = np.nan
    if missing:
        controls[0, 7], controls[1, :5], controls[2, :, :10] = np.nan, np.nan, np.nan
    shared = rng.random(24) < 0.2
    data = effect_data(outcome, cohort, donut=4)
    return replace(data, controls=controls, is_shared=shared)


def estimated(data: EffectData) -> Estimation:
    found = decide_only(data, "group_time_did", QUICK)
    assert isinstance(found, Estimation)
    return found


@pytest.mark.parametrize("missing", [0.0, 0.03])
@pytest.mark.parametrize("scatter", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_calibrated_and_clean_intervals_agree(seed: int, missing: float, scatter: float) -> None:
    data = world(seed, missing, scatter)
    assert data.controls is not None
    assert data.is_shared is not None
    expected = reference_controls.full_evidence(
        data.outcome, data.cohort, 4, data.controls, data.is_shared.astype(np.int64), draws=9
    )
    found = estimated(data)
    close = 1e-12 if missing == 0 else 1e-9
    for interval in (one for one in found.intervals if one.status == "PASS"):
        wanted = expected.intervals[interval.name]
        assert interval.estimate == pytest.approx(wanted.estimate, abs=close)
        assert interval.std_error == pytest.approx(wanted.std_error, abs=close)
        assert interval.df == pytest.approx(wanted.df, rel=1e-9)
        assert interval.bounds(0.95) == pytest.approx(
            wanted.bounds(0.95, expected.widening), abs=1e-9
        )


@pytest.mark.parametrize("scatter", [0.0, 1.0])
def test_tau_squared_and_k_agree(scatter: float) -> None:
    data = world(9, 0.03, scatter)
    assert data.controls is not None
    expected = reference_controls.calibration(data.controls, data.cohort)
    found = estimated(data)
    assert found.control_count == len(expected.estimates) == 10
    assert found.systematic_error is not None
    tau = found.systematic_error / found.scale
    assert tau**2 == pytest.approx(expected.tau_squared, abs=1e-12)
    assert (tau > 0) == (scatter > 0)

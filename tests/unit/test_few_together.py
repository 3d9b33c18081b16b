"""Many panels with few exposed clusters at once: the same tests as one by one."""

from dataclasses import replace

import numpy as np
import pytest

from impact.few_together import estimate_together
from impact.model import NEVER, EffectData, Estimation, NotEvaluable
from impact.synthetic_effect import estimate_synthetic
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered

THRESHOLDS = Thresholds()


def panels(sizes: tuple[int, ...], starts: tuple[int, ...]) -> list[EffectData]:
    rng = np.random.default_rng(5)
    drawn = [staggered(rng, sizes=sizes, starts=starts, periods=14) for _ in range(2)]
    return [effect_data(*arrays) for arrays in drawn]


@pytest.mark.parametrize(("sizes", "starts"), [((1, 1, 9), (8, 10, NEVER)), ((9, 1), (NEVER, 9))])
def test_panels_fitted_together_get_the_tests_they_get_alone(
    sizes: tuple[int, ...], starts: tuple[int, ...]
) -> None:
    data = panels(sizes, starts)
    for one, found in zip(data, estimate_together(data, THRESHOLDS), strict=True):
        alone = estimate_synthetic(one, THRESHOLDS)
        assert isinstance(found, Estimation)
        assert isinstance(alone, Estimation)
        assert found.permutations == alone.permutations
        assert found.anticipation_p == alone.anticipation_p
        assert found.std_error is None
        assert [one.name for one in found.intervals] == [one.name for one in alone.intervals]


def test_one_exposed_unit_has_its_own_fit_as_estimate() -> None:
    data = panels((1, 9), (9, NEVER))
    for one, found in zip(data, estimate_together(data, THRESHOLDS), strict=True):
        alone = estimate_synthetic(one, THRESHOLDS)
        assert isinstance(found, Estimation)
        assert isinstance(alone, Estimation)
        assert found.estimate == pytest.approx(alone.estimate, abs=1e-9)


def test_panels_of_different_arms_and_unusable_ones_keep_their_places() -> None:
    wide, narrow = panels((1, 9), (9, NEVER)), panels((2, 12), (9, NEVER))
    flat = effect_data(np.ones((10, 14)), wide[0].cohort)
    found = estimate_together([wide[0], flat, narrow[0], wide[1]], THRESHOLDS)
    counts = [one.exposed_count for one in found if isinstance(one, Estimation)]
    assert counts == [1, 2, 1]
    assert found[1] == NotEvaluable(("NO_VARIATION",))


def test_one_exposed_unit_with_controls_is_tested_without_what_they_share() -> None:
    rng = np.random.default_rng(6)
    data = panels((1, 11), (9, NEVER))[0]
    controls = rng.standard_normal((10, 12, 14))
    found = estimate_together([replace(data, controls=controls)], THRESHOLDS)[0]
    assert isinstance(found, Estimation)
    assert found.control_count == 10
    names = ["plain", "donut", "trend_robust", "calibrated", "calibrated_twice"]
    assert [one.name for one in found.permutations] == names

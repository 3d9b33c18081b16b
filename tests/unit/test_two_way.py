"""Two-way fixed effects, shown because others report them."""

import numpy as np
import pytest

from impact.model import NEVER
from impact.two_way import two_way_fixed_effects
from tests.effect_arrays import staggered


def test_it_is_the_coefficient_of_a_regression_on_dummies() -> None:
    outcome, cohort = staggered(np.random.default_rng(2), sizes=(3, 4, 5), starts=(4, 6, NEVER))
    outcome[2, 3] = outcome[9, 20] = np.nan
    rows, columns = np.nonzero(np.isfinite(outcome))
    exposed = (cohort[rows] != NEVER) & (columns >= cohort[rows])
    design = np.column_stack([exposed, np.eye(12)[rows], np.eye(24)[columns]])
    expected = np.linalg.lstsq(design, outcome[rows, columns], rcond=None)[0][0]
    found = two_way_fixed_effects(outcome, cohort)
    assert found.estimate == pytest.approx(expected)
    assert found.std_error is not None
    assert found.std_error > 0


def test_it_misses_effects_that_grow() -> None:
    """A growing effect of earlier cohorts is taken for the trend of later ones' comparison."""
    outcome, cohort = staggered(np.random.default_rng(3), sizes=(20, 20), starts=(4, 12))
    since = np.maximum(np.arange(24) - cohort[:, None] + 1, 0)
    found = two_way_fixed_effects(outcome + since, cohort)
    assert found.estimate is not None
    assert found.estimate < 0.5 * since[since > 0].mean()


def test_an_exposure_that_never_varies_has_no_coefficient() -> None:
    found = two_way_fixed_effects(np.arange(12.0).reshape(3, 4), np.array([0, 0, 0]))
    assert (found.estimate, found.std_error) == (None, None)

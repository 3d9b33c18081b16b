"""The product and the independent reference, written from the same text, agree."""

import numpy as np
import pytest

from impact.estimate import estimate
from impact.model import EffectData, Estimation
from schemas.thresholds import Thresholds
from tests import reference


def world(seed: int, missing: float) -> tuple[reference.Floats, reference.Ints]:
    """Twenty-four clusters, three cohorts of unequal size, 30 months."""
    rng = np.random.default_rng(seed)
    cohort = rng.permutation(np.repeat([12, 15, 19, -1], [3, 5, 4, 12]))
    outcome = rng.standard_normal((24, 30)).cumsum(axis=1) * 0.3
    outcome += rng.standard_normal((24, 30))
    outcome[rng.random(outcome.shape) < missing] = np.nan
    return outcome, cohort


def estimated(outcome: reference.Floats, cohort: reference.Ints) -> Estimation:
    """What the product makes of the same arrays."""
    count = len(cohort)
    data = EffectData(
        unit_ids=tuple(f"c{n:02d}" for n in range(count)),
        outcome=outcome,
        cohort=cohort,
        sign=1,
        donut=4,
        block=np.zeros(count, dtype=np.int64),
        probability=np.full(count, np.nan),
        weight=np.ones(count),
    )
    found = estimate(data, "group_time_did", Thresholds())
    assert isinstance(found, Estimation)
    return found


@pytest.mark.parametrize("missing", [0.0, 0.08])
@pytest.mark.parametrize("seed", range(4))
def test_intervals_widening_and_gate_agree(seed: int, missing: float) -> None:
    outcome, cohort = world(seed, missing)
    expected = reference.evidence(outcome, cohort, donut=4, draws=1_999)
    found = estimated(outcome, cohort)
    for interval in found.intervals[:3]:
        wanted = expected.intervals[interval.name]
        assert interval.estimate == pytest.approx(wanted.estimate, abs=1e-12)
        assert interval.std_error == pytest.approx(wanted.std_error, abs=1e-12)
        assert interval.df == pytest.approx(wanted.df, abs=1e-9)
        assert interval.widening == pytest.approx(expected.widening, abs=1e-9)
        assert interval.p_improves == pytest.approx(wanted.p_above(expected.widening), abs=1e-9)
        assert interval.p_harms == pytest.approx(wanted.p_below(expected.widening), abs=1e-9)
    assert found.anticipation_p == pytest.approx(expected.anticipation_p, abs=1e-10)
    assert found.missing_share == pytest.approx(expected.missing_share, abs=1e-12)
    assert found.scale == pytest.approx(expected.scale, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_randomisation_p_agree_within_the_noise_of_the_draws(seed: int) -> None:
    outcome, cohort = world(seed, 0.0)
    expected = reference.evidence(outcome, cohort, donut=4, draws=9_999)
    found = estimated(outcome, cohort)
    assert found.permutations[0].p_improves == pytest.approx(expected.permutation_above, abs=0.025)
    assert found.permutations[0].p_harms == pytest.approx(expected.permutation_below, abs=0.025)


@pytest.mark.parametrize("starts", [(12, 20, 22), (12, 14, 22), (12, 15, 18), (12, 13, 19, 20)])
def test_a_cohort_of_one_is_centred_with_the_cohort_that_starts_nearest(
    starts: tuple[int, ...],
) -> None:
    sizes = [4, *[1] * (len(starts) - 2), 5, 12]
    cohort = np.repeat([*starts, -1], sizes)
    outcome = np.random.default_rng(len(starts)).standard_normal((len(cohort), 30))
    label = np.where(cohort < 0, -1, np.searchsorted(starts, cohort))
    weight = np.array(sizes[:-1]) / sum(sizes[:-1])
    found = estimated(outcome, cohort).intervals[0]
    scalars = reference.functionals(outcome, cohort, "plain", 4)
    wanted = reference.contrast(scalars, label, weight, np.array(starts))
    assert (found.estimate, found.std_error) == pytest.approx((wanted.estimate, wanted.std_error))
    assert found.df == pytest.approx(wanted.df)

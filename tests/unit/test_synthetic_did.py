"""Simplex weights and synthetic DiD of many series at once."""

import numpy as np
import pytest

from impact import synthetic_did as module
from impact.simplex import simplex_weights, sparsify
from impact.synthetic_did import noise_level, synthetic_control, synthetic_did

PRE = np.arange(14) < 10


def factor_panel(seed: int, units: int = 12) -> np.ndarray:
    """Units with two shared factors and little noise, 14 periods."""
    rng = np.random.default_rng(seed)
    loading, factor = rng.random((units, 2)), rng.standard_normal((2, 14)).cumsum(axis=1)
    return loading @ factor * 5 + rng.standard_normal((units, 14)) * 0.3 + 50


def test_weights_are_shares() -> None:
    rng = np.random.default_rng(1)
    matrix, aim = rng.standard_normal((3, 8, 5)), rng.standard_normal((3, 8))
    weight = simplex_weights(matrix, aim, np.full(3, 0.1), np.full(3, 1e-12))
    assert weight.shape == (3, 5)
    assert (weight >= 0).all()
    assert weight.sum(axis=1) == pytest.approx(np.ones(3))


def test_a_mixture_is_found_again() -> None:
    rng = np.random.default_rng(2)
    matrix = rng.standard_normal((1, 40, 4))
    truth = np.array([0.5, 0.5, 0.0, 0.0])
    weight = simplex_weights(matrix, matrix @ truth + 7.0, np.zeros(1), np.full(1, 1e-14))
    assert weight[0] == pytest.approx(truth, abs=1e-3)


def test_no_direction_improves_on_the_weights() -> None:
    """At the optimum every vertex of the simplex is at least as far uphill as where we are."""
    rng = np.random.default_rng(3)
    matrix, aim, ridge = rng.standard_normal((1, 12, 6)), rng.standard_normal((1, 12)), 0.5
    weight = simplex_weights(matrix, aim, np.array([ridge]), np.full(1, 1e-16))[0]
    centred = matrix[0] - matrix[0].mean(axis=0)
    error = centred @ weight - (aim[0] - aim[0].mean())
    gradient = centred.T @ error / 12 + ridge * weight
    assert gradient.min() >= float(gradient @ weight) - 1e-3


def test_a_heavy_ridge_spreads_the_weights_evenly() -> None:
    rng = np.random.default_rng(4)
    matrix, aim = rng.standard_normal((1, 9, 5)), rng.standard_normal((1, 9))
    weight = simplex_weights(matrix, aim, np.array([1e6]), np.full(1, 1e-9))
    assert weight[0] == pytest.approx(np.full(5, 0.2), abs=1e-3)


def test_small_weights_are_dropped() -> None:
    kept = sparsify(np.array([[0.6, 0.15, 0.2, 0.05]]))
    assert kept[0] == pytest.approx([0.75, 0.0, 0.25, 0.0])


def test_many_series_together_are_each_alone() -> None:
    panel = factor_panel(5)
    donors = np.stack([np.delete(panel, one, axis=0) for one in range(4)])
    together = synthetic_did(panel[:4], donors, PRE, ~PRE)
    for one in range(4):
        alone = synthetic_did(panel[one : one + 1], donors[one : one + 1], PRE, ~PRE)
        assert together.effect[one] == pytest.approx(alone.effect[0], abs=1e-9)
        assert together.rmse[one] == pytest.approx(alone.rmse[0], abs=1e-9)


def test_series_are_fitted_in_parts_when_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = factor_panel(6)
    donors = np.broadcast_to(panel[5:], (5, 7, 14))
    whole = synthetic_did(panel[:5], donors, PRE, ~PRE)
    monkeypatch.setattr(module, "CHUNK", 100)
    assert synthetic_did(panel[:5], donors, PRE, ~PRE).effect == pytest.approx(whole.effect)


def test_a_jump_at_the_start_is_the_effect() -> None:
    panel = factor_panel(7)
    target = panel[:1] + 4.0 * ~PRE
    found = synthetic_did(target, panel[None, 1:], PRE, ~PRE)
    assert found.effect[0] == pytest.approx(4.0, abs=1.0)
    assert found.path[0, ~PRE].mean() == pytest.approx(found.effect[0])


def test_unobserved_post_periods_are_left_out() -> None:
    panel = factor_panel(8)
    target = panel[:1].copy()
    target[0, 12] = np.nan
    found = synthetic_did(target, panel[None, 1:], PRE, ~PRE)
    assert found.effect[0] == pytest.approx(found.path[0, [10, 11, 13]].mean())


def test_the_noise_is_the_spread_of_first_differences() -> None:
    before = np.array([[[1.0, 2.0, 4.0], [5.0, 5.0, 6.0]]])
    assert noise_level(before) == pytest.approx([np.std([1.0, 2.0, 0.0, 1.0], ddof=1)])


def test_a_copy_of_a_donor_has_no_synthetic_gap() -> None:
    panel = factor_panel(9)
    assert synthetic_control(panel[3], panel, PRE, ~PRE) == pytest.approx(0.0, abs=0.05)

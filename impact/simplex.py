"""Weights that sum to one: ridge least squares on the simplex, many problems at once.

The published numbers of synthetic difference-in-differences come from the authors' own
Frank-Wolfe iterations with their stopping and sparsifying rules, not from the exact optimum
(which moves California by 0.0016), so these are followed to the letter.
"""

import numpy as np

from impact.model import FloatArray, IntArray

FIRST_PASS = 100
SECOND_PASS = 10_000


def simplex_weights(
    matrix: FloatArray,
    aim: FloatArray,
    ridge: FloatArray,
    least_gain: FloatArray,
    *,
    intercept: bool = True,
) -> FloatArray:
    """Minimise |A w - b|^2 / R + ridge |w|^2 over w >= 0 with sum 1, for B problems: (B, K).

    With an intercept `matrix` (B, R, K) and `aim` (B, R) are centred over R here. A problem
    stops when a step gains no more than `least_gain` (B,). Weights up to a quarter of the
    largest are set to zero after the first hundred steps, which then start anew.
    """
    centred = matrix - intercept * matrix.mean(axis=1, keepdims=True)
    away = aim - intercept * aim.mean(axis=1, keepdims=True)
    rows, size = matrix.shape[1:]
    gram = np.einsum("brk,brl->bkl", centred, centred) / rows
    gram = gram + ridge[:, None, None] * np.eye(size)
    linear = np.einsum("brk,br->bk", centred, away) / rows
    even = np.full((len(matrix), size), 1.0 / size)
    first = _frank_wolfe(gram, linear, even, least_gain, FIRST_PASS)
    return _frank_wolfe(gram, linear, sparsify(first), least_gain, SECOND_PASS)


def sparsify(weight: FloatArray) -> FloatArray:
    """Set weights up to a quarter of the largest to zero; the rest sum to one again."""
    kept = np.where(weight <= weight.max(axis=1, keepdims=True) / 4, 0.0, weight)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


def _frank_wolfe(
    gram: FloatArray, linear: FloatArray, start: FloatArray, least_gain: FloatArray, steps: int
) -> FloatArray:
    """Move towards the best vertex with exact line search until the gain is too small.

    Frank and Wolfe (1956), doi:10.1002/nav.3800030109. The product of `gram` and the weights
    is carried along, so that a step costs O(K) a problem. At least two steps are made.
    """
    weight, product = start.copy(), np.einsum("bkl,bl->bk", gram, start)
    active, done = np.arange(len(start)), start.copy()
    for step in range(steps):
        gain = _one_step((gram, active), linear, weight, product)
        going = (gain > least_gain) | (step == 0)
        if going.all():
            continue
        done[active[~going]] = weight[~going]
        active, weight, product = active[going], weight[going], product[going]
        linear, least_gain = linear[going], least_gain[going]
        if not len(active):
            break
    done[active] = weight
    return done


def _one_step(
    gram: tuple[FloatArray, IntArray], linear: FloatArray, weight: FloatArray, product: FloatArray
) -> FloatArray:
    """Gain in the objective of one step; weights and products are moved in place.

    `gram` is that of all problems with the numbers of those that are still going.
    """
    row, (every, active) = np.arange(len(weight)), gram
    gradient = product - linear
    vertex = gradient.argmin(axis=1)
    slope = gradient[row, vertex] - np.einsum("bk,bk->b", gradient, weight)
    towards = every[active, vertex]
    towards -= product
    bend = towards[row, vertex] - np.einsum("bk,bk->b", towards, weight)
    step = np.divide(-slope, bend, out=np.zeros_like(slope), where=bend > 0)
    step = np.clip(step, 0.0, 1.0)
    gain = -(2 * step * slope + step**2 * bend)
    weight *= (1 - step)[:, None]
    weight[row, vertex] += step
    towards *= step[:, None]
    product += towards
    return np.asarray(gain)

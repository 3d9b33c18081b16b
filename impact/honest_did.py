"""Relative-magnitudes sensitivity of an event study: how much worse than before, M̄.

Rambachan and Roth (2023), doi:10.1093/restud/rdad018: no change of the difference in trends
between two post-periods is larger than M̄ times the largest one between two pre-periods. The
interval inverts the conditional-least-favourable hybrid test of Andrews, Roth and Pakes (2023),
doi:10.1093/restud/rdac092, for each pre-period change and sign, and takes the union.

The test's linear program has, for this restriction, at most four dual solutions that can be
optimal, and they depend on two numbers only: the post-period average and the pre-period change
(derivation in docs/methods/sensitivity.md). So nothing is searched and nothing is simulated:
the least favourable critical value is a sum of bivariate normal probabilities.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.honest_did_hybrid import HybridTest
from impact.model import BoolArray, FloatArray

GRID = 1_001
"""Values of the effect that are tested before the two ends are refined."""
HALVINGS = 30
NOISELESS = 1e-8
"""Share of the largest standard deviation below which a moment has no noise."""
SEARCH = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
"""M̄ tried in turn for the breakdown; an effect that survives the last survives anything."""


@dataclass(frozen=True)
class EventStudy:
    """Event-time coefficients around the reference period, which is left out.

    `estimate` (A + B,) holds A coefficients before the reference and B after, in order of
    time without gaps; `covariance` (A + B, A + B) is theirs. The estimand is `weight` (B,)
    times the B effects.
    """

    estimate: FloatArray
    covariance: FloatArray
    pre_count: int
    weight: FloatArray

    @property
    def average(self) -> float:
        """The estimand's estimate if trends were parallel."""
        return float(self.weight @ self.estimate[self.pre_count :])

    @cached_property
    def average_weight(self) -> FloatArray:
        """What the estimand gives each coefficient (A + B,)."""
        return np.concatenate([np.zeros(self.pre_count), self.weight])

    @cached_property
    def tail_sums(self) -> FloatArray:
        """What a unit of change in each post-period adds to the estimand (B,)."""
        return np.cumsum(self.weight[::-1])[::-1]

    @cached_property
    def changes(self) -> FloatArray:
        """Matrix (A + B, A + B) that gives each period's change; the reference is 0."""
        level = np.insert(np.eye(len(self.estimate)), self.pre_count, 0.0, axis=0)
        return np.diff(level, axis=0)


@dataclass(frozen=True)
class SensitivityInterval:
    """The effects that are not rejected when bias may be as large as `bound`."""

    bound: float
    ci_low: float
    ci_high: float


def relative_magnitudes(
    study: EventStudy, m_bar: float, *, alpha: float = 0.05
) -> SensitivityInterval:
    """Form the C-LF hybrid interval for one M̄, in the outcome's unit; first stage alpha / 10.

    The ends are the outermost effects that are not rejected. The estimate itself never is, so
    the interval is never empty.
    """
    test, half = build_test(study, m_bar, alpha), _reach(study, m_bar)
    away = np.linspace(-half, half, GRID)
    kept = np.flatnonzero(~is_rejected(test, away))
    first, last = kept[0], kept[-1]
    low = _refine(test, away[last], away[min(last + 1, GRID - 1)])
    high = _refine(test, away[first], away[max(first - 1, 0)])
    return SensitivityInterval(m_bar, study.average - low, study.average - high)


def breakdown_m(study: EventStudy, *, alpha: float = 0.05) -> float | None:
    """Find the largest M̄ at which no effect is still rejected, to 1e-4; at most 100.

    None where it is not rejected with parallel trends (M̄ = 0) either.
    """
    if not _excludes_zero(study, 0.0, alpha):
        return None
    low = 0.0
    for high in SEARCH:
        if not _excludes_zero(study, high, alpha):
            return _bisect(study, low, high, alpha)
        low = high
    return low


def _bisect(study: EventStudy, low: float, high: float, alpha: float) -> float:
    while high - low > 1e-4:
        middle = (low + high) / 2
        if _excludes_zero(study, middle, alpha):
            low = middle
        else:
            high = middle
    return low


def _excludes_zero(study: EventStudy, m_bar: float, alpha: float) -> bool:
    test = build_test(study, m_bar, alpha)
    return bool(is_rejected(test, np.array([study.average]))[0])


def is_rejected(test: HybridTest, away: FloatArray) -> BoolArray:
    """Whether every pre-period change and sign rejects the effect, `away` (G,) from the estimate.

    The interval of a union of restrictions is the union of their intervals.
    """
    return np.asarray(test.rejects(away).all(axis=1))


def _reach(study: EventStudy, m_bar: float) -> float:
    """Distance from the estimate beyond which every effect is rejected."""
    before = study.changes[: study.pre_count]
    largest = np.abs(before @ study.estimate).max()
    spread = np.sqrt(np.einsum("ij,jk,ik->i", before, study.covariance, before).max())
    own = np.sqrt(study.average_weight @ study.covariance @ study.average_weight)
    return float(10 * own + m_bar * np.abs(study.tail_sums).sum() * (largest + 10 * spread))


def _refine(test: HybridTest, kept: float, rejected: float) -> float:
    """Halve the step between the outermost effect that is kept and its neighbour."""
    for _ in range(HALVINGS):
        middle = (kept + rejected) / 2
        if is_rejected(test, np.array([middle]))[0]:
            rejected = middle
        else:
            kept = middle
    return float(kept)


def build_test(study: EventStudy, m_bar: float, alpha: float) -> HybridTest:
    """Find the dual solutions that can be optimal, for every pre-period change and sign (2A).

    A moment holds the change b of one post-period within M̄ times the pre-period change c, from
    above or below, and is scaled by its standard deviation. Two solutions add up, over the
    post-periods, the moments that keep the estimand from being smaller or larger; the others
    set the two moments of one period against each other, and only the periods with the
    smallest and the largest sum of standard deviations matter.
    """
    before = study.changes[: study.pre_count]
    signed = np.concatenate([before, -before])
    upper, lower = _spreads(study, signed, m_bar)
    up, down = np.maximum(study.tail_sums, 0.0), np.maximum(-study.tail_sums, 0.0)
    above, below = _positive(upper @ up + lower @ down), _positive(lower @ up + upper @ down)
    pair, run = _positive(upper + lower), np.abs(study.tail_sums).sum()
    none = np.zeros_like(above)
    change = np.stack([run / above, run / below, 2 / pair.min(axis=1), 2 / pair.max(axis=1)], 1)
    both = np.stack([np.broadcast_to(study.average_weight, signed.shape), signed], axis=1)
    return HybridTest(
        on_average=np.stack([1 / above, -1 / below, none, none], axis=1),
        on_change=-m_bar * change,
        change=signed @ study.estimate,
        covariance=both @ study.covariance @ both.transpose(0, 2, 1),
        alpha=alpha,
    )


def _spreads(study: EventStudy, signed: FloatArray, m_bar: float) -> tuple[FloatArray, FloatArray]:
    """Standard deviations of b - M̄ c and of b + M̄ c: restrictions by post-periods (2A, B)."""
    after, shared = study.changes[study.pre_count :], signed @ study.covariance
    own = np.einsum("tj,jk,tk->t", after, study.covariance, after, optimize=True)
    total = own + m_bar**2 * np.einsum("cj,cj->c", shared, signed)[:, None]
    crossed = 2 * m_bar * shared @ after.T
    return np.sqrt(np.maximum(total - crossed, 0.0)), np.sqrt(np.maximum(total + crossed, 0.0))


def _positive(spread: FloatArray) -> FloatArray:
    """Take a moment without noise for one with hardly any; it then decides by its sign alone."""
    return np.asarray(np.maximum(spread, NOISELESS * spread.max(initial=np.finfo(float).tiny)))

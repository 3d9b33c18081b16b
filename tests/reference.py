"""An independent re-implementation of METHODS 3a, written from its text alone: plain numpy.

It imports nothing of the product, so that agreement between the two means something. Outcomes
are (N, T) arrays with NaN where nothing was observed, signed so that positive is better for
patients; `cohort` (N,) is the first exposed period, or -1 for a cluster that is never exposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
INTERVALS = ("plain", "donut", "trend_robust")
BREAKERS = {
    "donut": "ANTICIPATION",
    "trend_robust": "TREND",
    "calibrated": "NEGATIVE_CONTROL",
    "calibrated_twice": "NEGATIVE_CONTROL",
    "far_only": "SPILLOVER",
    "clean": "COMPETING",
}
ALPHA = 0.05
ROUNDING = 1e-12


@dataclass(frozen=True)
class Contrast:
    """Exposed minus comparison: the estimate, its CRV3 standard error and Satterthwaite df.

    `own_widening` replaces the widening of the effect where clusters were left out.
    """

    estimate: float
    std_error: float
    df: float
    own_widening: float | None = None

    def _wide(self, widening: float) -> float:
        return widening if self.own_widening is None or widening == 0 else self.own_widening

    def bounds(self, level: float, widening: float = 0.0) -> tuple[float, float]:
        """Two-sided bounds at `level`, widened on both sides."""
        reach = self._wide(widening) + self.std_error * float(stats.t.ppf((1 + level) / 2, self.df))
        return self.estimate - reach, self.estimate + reach

    def p_above(self, widening: float = 0.0) -> float:
        """One-sided p of "effect <= 0"."""
        return float(stats.t.sf((self.estimate - self._wide(widening)) / self.std_error, self.df))

    def p_below(self, widening: float = 0.0) -> float:
        """One-sided p of "effect >= 0"."""
        return float(stats.t.cdf((self.estimate + self._wide(widening)) / self.std_error, self.df))


@dataclass(frozen=True)
class Evidence:
    """What the verdict of one effect is made from."""

    intervals: dict[str, Contrast]
    widening: float
    anticipation_p: float
    permutation_above: float
    permutation_below: float
    smallest_p: float
    scale: float
    missing_share: float


@dataclass(frozen=True)
class Judgement:
    """The verdict, and why when it is not a claim."""

    verdict: str
    reasons: tuple[str, ...] = field(default=())


def starts_of(cohort: Ints) -> Ints:
    """The cohorts' first exposed periods, in order of time."""
    return np.unique(cohort[cohort >= 0])


def post_count(start: int, periods: int, horizon: tuple[int, int] | None = None) -> int:
    """H_g: at most half of the pre-periods unless the plan gives a horizon."""
    wanted = max(1, start // 2) if horizon is None else horizon[1] + 1
    return min(periods - start, wanted)


def _mean(y: Floats, first: int, last: int) -> Floats:
    """Mean of the observed values in [first, last), per row; NaN where there is none."""
    window = y[:, first:last]
    seen = np.isfinite(window)
    count = seen.sum(axis=1)
    total = np.where(seen, window, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _slope_and_middle(y: Floats, start: int) -> tuple[Floats, Floats]:
    """Per row, over the observed pre-periods: least-squares slope and mean period."""
    slopes, middles = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for row, series in enumerate(y[:, :start]):
        seen = np.flatnonzero(np.isfinite(series))
        if len(seen) > 1:
            middles[row] = seen.mean()
            centred = seen - middles[row]
            slopes[row] = float(centred @ series[seen]) / float(centred @ centred)
    return slopes, middles


def functional(y: Floats, name: str, start: int, post: int, donut: int) -> Floats:
    """F_g of every row: plain, donut, trend_robust, or the anticipation gate's contrast."""
    before = _mean(y, 0, start)
    early = _mean(y, 0, max(0, start - donut))
    after = _mean(y, start, start + post)
    if name == "plain":
        return after - before
    if name == "donut":
        return after - early
    if name == "anticipation":
        return _mean(y, max(0, start - donut), start) - early
    slope, middle = _slope_and_middle(y, start)
    periods = np.where(np.isfinite(y), np.arange(y.shape[1], dtype=float), np.nan)
    return after - before - (_mean(periods, start, start + post) - middle) * slope


def functionals(
    y: Floats, cohort: Ints, name: str, donut: int, horizon: tuple[int, int] | None = None
) -> Floats:
    """F_g(y_j) for every cluster and cohort, (N, G)."""
    columns = [
        functional(y, name, int(start), post_count(int(start), y.shape[1], horizon), donut)
        for start in starts_of(cohort)
    ]
    return np.column_stack(columns)


def strata(sizes: Sequence[int], starts: Sequence[int]) -> list[list[int]]:
    """Cohorts that are centred together: a cohort of one joins the one that starts nearest.

    Of two as near it is the earlier. `starts` are the cohorts' first exposed periods, in order.
    """
    groups: list[list[int]] = [[index] for index in range(len(sizes))]
    while len(groups) > 1:
        single = [group for group in groups if sum(sizes[k] for k in group) == 1]
        if not single:
            break
        (alone,) = single[0]
        others = [k for k in range(len(sizes)) if k != alone]
        near = min(others, key=lambda k: (abs(starts[k] - starts[alone]), starts[k]))
        other = next(group for group in groups if near in group)
        groups.remove(single[0])
        other.append(alone)
    return groups


def contrast(scalars: Floats, label: Ints, weight: Floats, starts: Ints) -> Contrast:
    """The contrast of (N, G) scalars; `label` is the cohort's index, -1 in the comparison."""
    exposed = np.array([scalars[j, g] for j, g in enumerate(label) if g >= 0])
    stratum_of = label[label >= 0]
    comparison = scalars[label < 0] @ weight
    n1, n0 = len(exposed), len(comparison)
    sizes = [int((stratum_of == g).sum()) for g in range(scalars.shape[1])]
    groups = strata(sizes, starts.tolist())
    squares = sum(
        float(members.var(ddof=1)) * len(members)
        for group in groups
        if len(members := exposed[np.isin(stratum_of, group)]) > 1
    )
    v1 = squares / (n1 * (n1 - 1))
    v0 = float(comparison.var(ddof=1)) / (n0 - 1)
    df = (v1 + v0) ** 2 / (v1**2 / (n1 - len(groups)) + v0**2 / (n0 - 1))
    return Contrast(float(exposed.mean() - comparison.mean()), float(np.sqrt(v1 + v0)), df)


def permutation_p(
    scalars: Floats,
    label: Ints,
    weight: Floats,
    starts: Ints,
    *,
    seed: int,
    draws: int = 9_999,
) -> tuple[float, float]:
    """One-sided p of I0's studentised statistic: the cohort labels are dealt again."""
    rng = np.random.default_rng(seed)
    observed = contrast(scalars, label, weight, starts)
    dealt = np.array([rng.permutation(label) for _ in range(draws)])
    drawn = _statistics(scalars, dealt, weight)
    here = observed.estimate / observed.std_error
    above = (1 + int((drawn >= here - 1e-12).sum())) / (draws + 1)
    below = (1 + int((drawn <= here + 1e-12).sum())) / (draws + 1)
    return above, below


def _statistics(scalars: Floats, dealt: Ints, weight: Floats) -> Floats:
    """Estimate over standard error of every dealing, for cohorts of at least two."""
    mixed = scalars @ weight
    n1, n0 = int((dealt[0] >= 0).sum()), int((dealt[0] < 0).sum())
    rest = (dealt < 0).astype(float)
    total, square = rest @ mixed, rest @ mixed**2
    v0 = (square - total**2 / n0) / (n0 - 1) ** 2
    exposed_sum, squares = np.zeros(len(dealt)), np.zeros(len(dealt))
    for g in range(scalars.shape[1]):
        chosen = (dealt == g).astype(float)
        n_g = chosen[0].sum()
        part = chosen @ scalars[:, g]
        exposed_sum += part
        squares += (chosen @ scalars[:, g] ** 2 - part**2 / n_g) * n_g / (n_g - 1)
    v1 = squares / (n1 * (n1 - 1))
    return np.asarray((exposed_sum / n1 - total / n0) / np.sqrt(v1 + v0))


def within_sd(y: Floats, cohort: Ints) -> float:
    """s_y: comparison clusters before the first start, cluster and period means removed."""
    residual = y[cohort < 0, : int(starts_of(cohort)[0])].copy()
    seen = np.isfinite(residual)
    for _ in range(200):
        residual = residual - np.nanmean(residual, axis=1, keepdims=True)
        residual = residual - np.nanmean(residual, axis=0, keepdims=True)
    rows, columns = residual.shape
    freedom = int(seen.sum()) - rows - columns + 1
    return float(np.sqrt(np.nansum(residual**2) / freedom))


def worst_share_shift(share: float) -> float:
    """c(m): the shift, in SD, when exactly the worst share m is missing."""
    if share <= 0:
        return 0.0
    return float(stats.norm.pdf(stats.norm.ppf(share)) / (1 - share))


def missing_share(y: Floats, cohort: Ints, horizon: tuple[int, int] | None = None) -> float:
    """m: the larger of the two arms' missing shares in the post-periods."""
    starts = starts_of(cohort)
    gone, weight = {True: 0.0, False: 0.0}, (cohort >= 0).sum()
    for start in starts:
        window = ~np.isfinite(y[:, start : start + post_count(int(start), y.shape[1], horizon)])
        share = (cohort == start).sum() / weight
        gone[True] += share * float(window[cohort == start].mean())
        gone[False] += share * float(window[cohort < 0].mean())
    return max(gone.values())


def evidence(
    y: Floats,
    cohort: Ints,
    donut: int,
    *,
    horizon: tuple[int, int] | None = None,
    seed: int = 1,
    draws: int = 9_999,
) -> Evidence:
    """All that METHODS 3a asks of one observational effect with five or more exposed."""
    starts = starts_of(cohort)
    label = np.where(cohort < 0, -1, np.searchsorted(starts, cohort))
    weight = np.array([(cohort == start).mean() for start in starts]) / (cohort >= 0).mean()
    made = {
        name: functionals(y, cohort, name, donut, horizon) for name in (*INTERVALS, "anticipation")
    }
    gate = contrast(made["anticipation"], label, weight, starts)
    above, below = permutation_p(made["plain"], label, weight, starts, seed=seed, draws=draws)
    share, scale = missing_share(y, cohort, horizon), within_sd(y, cohort)
    return Evidence(
        intervals={name: contrast(made[name], label, weight, starts) for name in INTERVALS},
        widening=worst_share_shift(share) * scale,
        anticipation_p=2 * float(stats.t.sf(abs(gate.estimate / gate.std_error), gate.df)),
        permutation_above=above,
        permutation_below=below,
        smallest_p=1 / comb(len(y), int((cohort >= 0).sum())),
        scale=scale,
        missing_share=share,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted


def _combined(effect: Evidence, names: Sequence[str], widening: float) -> tuple[float, int]:
    """P of several primaries, and its side: +1 improves, -1 harms."""
    above = max(effect.intervals[name].p_above(widening) for name in names)
    below = max(effect.intervals[name].p_below(widening) for name in names)
    side = 1 if above <= below else -1
    drawn = effect.permutation_above if side > 0 else effect.permutation_below
    return max(min(1.0, 2 * min(above, below)), 2 * drawn), side


def _is_small(effect: Evidence, worthwhile: float, level: float) -> bool:
    bounds = [effect.intervals[name].bounds(level, effect.widening) for name in effect.intervals]
    return all(-worthwhile < low and high < worthwhile for low, high in bounds)


def _claims(effect: Evidence, names: Sequence[str], widening: float, rest: Sequence[float]) -> bool:
    """Whether these intervals alone, beside the family's other P, would have been a claim."""
    own, _ = _combined(effect, names, widening)
    return holm([own, *rest])[0] <= ALPHA + ROUNDING


def _breakers(effect: Evidence, side: int, rest: Sequence[float]) -> tuple[str, ...]:
    """What broke a visible effect, the interval that reaches furthest past zero first."""
    bounds = {n: one.bounds(1 - ALPHA, effect.widening) for n, one in effect.intervals.items()}
    depth = {n: low if side > 0 else -high for n, (low, high) in bounds.items()}
    reasons = ["FRAGILE"]
    for name in sorted(effect.intervals, key=lambda n: depth[n]):
        if not _claims(effect, (name,), 0.0, rest):
            reasons.append(BREAKERS[name])
        elif not _claims(effect, (name,), effect.widening, rest):
            reasons.append("ATTRITION")
    return tuple(dict.fromkeys(reasons))


def _gate(effect: Evidence, family: int) -> str | None:
    if 2 * effect.smallest_p > ALPHA / family:
        return "UNATTAINABLE_P"
    return "ANTICIPATION" if effect.anticipation_p < 0.025 else None


def judge(effects: Sequence[Evidence], worthwhile: Sequence[float]) -> list[Judgement]:
    """The verdicts of a family of primary effects, by the rules of METHODS 3 and 3a.

    An effect that a gate stops cannot be claimed: in Holm's order it stands last.
    """
    tested = [_combined(e, tuple(e.intervals), e.widening) for e in effects]
    gates = [_gate(effect, len(effects)) for effect in effects]
    ranked = [1.0 if gate else p for gate, (p, _) in zip(gates, tested, strict=True)]
    adjusted, found = holm(ranked), []
    for i, effect in enumerate(effects):
        rest = ranked[:i] + ranked[i + 1 :]
        if gate := gates[i]:
            found.append(Judgement("inconclusive", (gate,)))
        elif _is_small(effect, worthwhile[i], 1 - 2 * ALPHA / len(effects)):
            found.append(Judgement("no_meaningful_effect"))
        elif adjusted[i] <= ALPHA + ROUNDING:
            found.append(Judgement("improves" if tested[i][1] > 0 else "harms"))
        elif _claims(effect, ("plain",), 0.0, rest):
            side = _combined(effect, ("plain",), 0.0)[1]
            found.append(Judgement("inconclusive", _breakers(effect, side, rest)))
        else:
            found.append(Judgement("inconclusive", ("IMPRECISE",)))
    return found

"""Simulated worlds of known truth: what the verdict path is proved on (METHODS 4).

A world is drawn from a `Spec`. Outcomes are in SD of one cluster's own fluctuation over time:
every cluster has a level, all share the shocks of a period, and its own errors are AR(1) with
a marginal SD of 1. Higher is better for patients.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.model import NEVER, BoolArray, FloatArray, IntArray

LEVEL = 20.0
"""Mean outcome: far from zero, as shares of patients and days of waiting are."""
Assigned = Literal["random", "need"]
Missing = Literal["none", "random", "worst"]
UnitChange = Literal["none", "measure", "cluster"]


@dataclass(frozen=True)
class Cohort:
    """Clusters that start together: how many, when, and what exposure does to them."""

    clusters: int
    start: int
    effect: float = 0.0


@dataclass(frozen=True)
class Bias:
    """What moves exposed clusters apart from the effect, in SD.

    `trend` is the bias that a linear drift over all periods brings to the headline. `shock`
    hits exposed clusters from their start on, `onset_drift` grows from their start on and
    reaches its value on average over the post window; the negative controls see `seen` of
    the shock, give or take `seen_spread` from control to control. `dip` is added in the last
    `dip_periods` before the start. `displaced` is added to comparison clusters that
    neighbour an exposed one, from the start on. `rival` is what another initiative adds in
    `rival_share` of the exposed clusters.
    """

    trend: float = 0.0
    shock: float = 0.0
    onset_drift: float = 0.0
    seen: float = 1.0
    seen_spread: float = 0.0
    dip: float = 0.0
    dip_periods: int = 0
    displaced: float = 0.0
    rival: float = 0.0
    rival_share: float = 0.0


@dataclass(frozen=True)
class Noise:
    """How outcomes fluctuate: AR(1), tails, unequal clusters, season.

    `tails` are degrees of freedom of t innovations, 0 for normal ones. `unequal` is the SD of
    the log of the clusters' own SD; `exposed_sd` multiplies that of exposed clusters. `season`
    is the amplitude of a yearly wave, with a phase of each cluster's own.
    """

    ar: float = 0.5
    tails: int = 0
    unequal: float = 0.0
    exposed_sd: float = 1.0
    season: float = 0.0


@dataclass(frozen=True)
class Spec:
    """A world before it is drawn.

    `comparison` clusters are never exposed. `growth` makes effects grow: nothing at the start
    and twice the effect at the end of the post window. `back_dated` sets every exposed
    cluster's recorded start where its outcome turned for the better, up to that many periods
    from the true one; `misdated` up to that many, by chance. `neighbours` is the share of
    comparison clusters that neighbour an exposed one.
    """

    cohorts: tuple[Cohort, ...] = (Cohort(20, 24),)
    comparison: int = 20
    periods: int = 36
    controls: int = 24
    noise: Noise = Noise()
    bias: Bias = Bias()
    growth: bool = False
    assigned: Assigned = "random"
    missing: Missing = "none"
    missing_exposed: float = 0.0
    missing_comparison: float = 0.0
    neighbours: float = 0.0
    misdated: int = 0
    back_dated: int = 0
    unit_change: UnitChange = "none"
    donut: int = 6

    @property
    def clusters(self) -> int:
        """All clusters."""
        return self.comparison + sum(cohort.clusters for cohort in self.cohorts)

    @property
    def effect(self) -> float:
        """The average effect over exposed clusters."""
        total = sum(cohort.clusters * cohort.effect for cohort in self.cohorts)
        return total / sum(cohort.clusters for cohort in self.cohorts)

    def with_effect(self, effect: float) -> "Spec":
        """Give every cohort the same effect."""
        return replace(self, cohorts=tuple(replace(c, effect=effect) for c in self.cohorts))


@dataclass(frozen=True)
class World:
    """A world that was drawn: a row per cluster; NaN where nothing was observed.

    `cohort` (N,) is the start as recorded, NEVER for comparison; `log_start` (N,) that of the
    first engagement in the log. `controls` (K, N, T) are negative controls, higher better.
    `is_neighbour` (N,) marks comparison clusters beside an exposed one, `is_reached` (N,)
    clusters that another initiative reached. `effect` is the truth, in SD.
    """

    outcome: FloatArray
    cohort: IntArray
    log_start: IntArray
    controls: FloatArray
    is_neighbour: BoolArray
    is_reached: BoolArray
    effect: float
    donut: int


def post_length(start: int, periods: int) -> int:
    """Length of the default post window (METHODS 2)."""
    return min(periods - start, max(1, start // 2))


def draw_world(spec: Spec, rng: np.random.Generator) -> World:
    """Draw one world; the same generator state gives the same world."""
    sizes = [*(cohort.clusters for cohort in spec.cohorts), spec.comparison]
    order = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.array([*(cohort.start for cohort in spec.cohorts), NEVER])
    noise = _noise(spec, order < len(spec.cohorts), rng)
    if spec.assigned == "need":
        order = _by_need(noise, order, starts)
    truth = starts[order]
    is_neighbour = _neighbours(spec, truth, rng)
    is_reached = _reached(spec, truth, rng)
    outcome = noise + _bias_path(spec, truth, is_neighbour, is_reached)
    outcome += _effect_path(spec, order, truth)
    outcome = _change_unit(spec, outcome, rng)
    return World(
        outcome=_hide(spec, outcome, truth, rng),
        cohort=_recorded(spec, outcome, truth, rng),
        log_start=truth,
        controls=_controls(spec, truth, rng),
        is_neighbour=is_neighbour,
        is_reached=is_reached,
        effect=spec.effect,
        donut=spec.donut,
    )


def draw_family(spec: Spec, effects: tuple[float, ...], rng: np.random.Generator) -> list[World]:
    """Draw several outcomes of the same clusters, correlated 0.5, each with its own effect."""
    alone = [draw_world(spec.with_effect(effect), rng) for effect in effects]
    common = draw_world(spec.with_effect(0.0), rng).outcome
    drawn = []
    for effect, world in zip(effects, alone, strict=True):
        path = effect * _is_exposed(world.log_start, spec.periods)
        mixed = np.sqrt(0.5) * (common + world.outcome - path) + path
        drawn.append(replace(world, outcome=mixed))
    return drawn


def ar1(shape: tuple[int, ...], noise: Noise, rng: np.random.Generator) -> FloatArray:
    """Stationary AR(1) errors with a marginal SD of 1 along the last axis."""
    if noise.tails:
        shocks = rng.standard_t(noise.tails, shape) / np.sqrt(noise.tails / (noise.tails - 2))
    else:
        shocks = rng.standard_normal(shape)
    errors = np.empty(shape)
    errors[..., 0] = shocks[..., 0]
    fresh = np.sqrt(1 - noise.ar**2)
    for period in range(1, shape[-1]):
        errors[..., period] = noise.ar * errors[..., period - 1] + fresh * shocks[..., period]
    return errors


def _noise(spec: Spec, is_exposed: BoolArray, rng: np.random.Generator) -> FloatArray:
    """Levels, common shocks, season and the clusters' own errors (N, T)."""
    count, noise = spec.clusters, spec.noise
    own = np.exp(noise.unequal * rng.standard_normal((count, 1)))
    own = own * np.where(is_exposed, noise.exposed_sd, 1.0)[:, None]
    errors = own * ar1((count, spec.periods), noise, rng)
    period = np.arange(spec.periods)
    phase = 2 * np.pi * (period / 12 + 0.1 * rng.standard_normal((count, 1)))
    shared = rng.standard_normal(spec.periods)
    level = LEVEL + rng.standard_normal((count, 1))
    return np.asarray(level + errors + shared + noise.season * np.sin(phase))


def _by_need(noise: FloatArray, order: IntArray, starts: IntArray) -> IntArray:
    """Give exposure to the clusters that did worst, by their own standard, before the first start.

    Over the last three periods, as a funder would see it.
    """
    first = int(starts[starts != NEVER].min())
    level = noise[:, :first].mean(axis=1)
    recent = noise[:, first - 3 : first].mean(axis=1) - level
    placed = np.empty_like(order)
    placed[np.argsort(recent, kind="stable")] = np.sort(order)
    return placed


def _is_exposed(start: IntArray, periods: int) -> BoolArray:
    return np.asarray((start[:, None] != NEVER) & (np.arange(periods) >= start[:, None]))


def _effect_path(spec: Spec, order: IntArray, start: IntArray) -> FloatArray:
    """What exposure does to each cluster in each period (N, T)."""
    effect = np.array([*(cohort.effect for cohort in spec.cohorts), 0.0])[order][:, None]
    shape = _is_exposed(start, spec.periods).astype(float)
    return np.asarray(effect * (_ramp(spec, start) if spec.growth else shape))


def _ramp(spec: Spec, start: IntArray) -> FloatArray:
    """Grow from the start on, to a mean of 1 over the default post window (N, T)."""
    since = np.arange(spec.periods) - start[:, None] + 1.0
    length = np.array([post_length(int(one), spec.periods) for one in start])[:, None]
    return np.asarray(since / ((length + 1) / 2) * _is_exposed(start, spec.periods))


def _bias_path(
    spec: Spec, start: IntArray, is_neighbour: BoolArray, is_reached: BoolArray
) -> FloatArray:
    """Everything that moves outcomes and is no effect of the exposure (N, T)."""
    bias, periods = spec.bias, np.arange(spec.periods)
    inside = (start != NEVER)[:, None]
    exposed = _is_exposed(start, spec.periods)
    first = int(start[start != NEVER].min())
    before = inside & ~exposed & (periods >= start[:, None] - bias.dip_periods)
    between = (first + post_length(first, spec.periods)) / 2
    path = bias.trend / between * (periods - periods.mean()) * inside
    path = path + bias.shock * exposed + bias.dip * before
    path = path + bias.onset_drift * _ramp(spec, start)
    path = path + bias.displaced * (is_neighbour[:, None] & (periods >= first))
    rival = is_reached[:, None] & inside & (periods >= first)
    return np.asarray(path + bias.rival * rival)


def _neighbours(spec: Spec, start: IntArray, rng: np.random.Generator) -> BoolArray:
    rest = np.flatnonzero(start == NEVER)
    marked = np.zeros(len(start), dtype=bool)
    marked[rng.permutation(rest)[: round(spec.neighbours * len(rest))]] = True
    return marked


def _reached(spec: Spec, start: IntArray, rng: np.random.Generator) -> BoolArray:
    inside = np.flatnonzero(start != NEVER)
    marked = np.zeros(len(start), dtype=bool)
    marked[rng.permutation(inside)[: round(spec.bias.rival_share * len(inside))]] = True
    return marked


def _controls(spec: Spec, start: IntArray, rng: np.random.Generator) -> FloatArray:
    """Negative controls (K, N, T): their own errors, and what they see of the shock."""
    shape = (spec.controls, len(start), spec.periods)
    seen = spec.bias.seen + spec.bias.seen_spread * rng.standard_normal((spec.controls, 1, 1))
    errors = ar1(shape, spec.noise, rng) + rng.standard_normal((spec.controls, 1, spec.periods))
    return np.asarray(errors + seen * spec.bias.shock * _is_exposed(start, spec.periods))


def _change_unit(spec: Spec, outcome: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Let outcomes be recorded in another unit from a date on: twelve times the number."""
    if spec.unit_change == "none":
        return outcome
    changed = outcome.copy()
    date = int(rng.integers(6, spec.periods - 6))
    who = slice(None) if spec.unit_change == "measure" else int(rng.integers(len(outcome)))
    changed[who, date:] *= 12.0
    return changed


def _hide(spec: Spec, outcome: FloatArray, start: IntArray, rng: np.random.Generator) -> FloatArray:
    """Lose a share of each arm's cells: by chance, or the worst outcomes of the exposed arm.

    The worst are lost from the post-periods, relative to the cluster's own pre-period mean.
    """
    seen = outcome.copy()
    shares = {True: spec.missing_exposed, False: spec.missing_comparison}
    for inside, share in shares.items():
        rows = np.flatnonzero((start != NEVER) == inside)
        if spec.missing == "random":
            hidden = rng.random((len(rows), spec.periods)) < share
        elif spec.missing == "worst" and share > 0:
            hidden = _worst(outcome[rows], int(start[start != NEVER].min()), share)
        else:
            continue
        seen[rows] = np.where(hidden, np.nan, outcome[rows])
    return seen


def _worst(outcome: FloatArray, first: int, share: float) -> BoolArray:
    change = outcome - outcome[:, :first].mean(axis=1, keepdims=True)
    change = change - change.mean(axis=0)
    limit = np.quantile(change[:, first:], share)
    return np.asarray((np.arange(outcome.shape[1]) >= first) & (change < limit))


def _recorded(
    spec: Spec, outcome: FloatArray, start: IntArray, rng: np.random.Generator
) -> IntArray:
    """The start as it was written down (N,)."""
    recorded = start.copy()
    for row in np.flatnonzero(start != NEVER):
        if spec.back_dated:
            recorded[row] = _best_turn(outcome[row], int(start[row]), spec.back_dated)
        elif spec.misdated:
            recorded[row] += int(rng.integers(-spec.misdated, spec.misdated + 1))
    return recorded


def _best_turn(series: FloatArray, start: int, reach: int) -> int:
    """The period near the start at which a series turned most for the better."""
    near = range(max(3, start - reach), min(len(series) - 3, start + reach) + 1)
    return max(near, key=lambda turn: series[turn:].mean() - series[:turn].mean())

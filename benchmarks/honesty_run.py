"""Repeat one cell: draw its worlds, judge them, count what was said."""

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from benchmarks.honesty_cell import Cell
from benchmarks.honesty_judge import (
    SEEDS,
    Verdict,
    estimate_all,
    judge,
    outside_controls,
    trial_data,
    world_data,
)
from benchmarks.rivals import RIVALS
from impact.cohorts import Cohorts
from impact.judged import Judged
from impact.model import EffectData, Estimation, IntArray
from impact.sample import build_sample
from impact.verdict import robust_bounds
from impact.windows import with_comparison, within_panel
from schemas.thresholds import Thresholds
from tests.trial_worlds import draw_trial
from tests.worlds import Bias, Cohort, draw_family, draw_world

PILOT = 60
"""Worlds from which a cell's truth is set."""
NOISY = 1_000_003
"""Repetitions of the pilot are numbered from here on, apart from those that are counted."""
BATCH = 50
"""Repetitions that are held in memory at once."""


@dataclass(frozen=True)
class Drawn:
    """One repetition's data: a family of effects with their truths and dates in the log."""

    data: list[EffectData]
    truth: list[float]
    log_start: list[IntArray]


@dataclass(frozen=True)
class CellCount:
    """What was said in the repetitions of a cell.

    `counts` has the verdicts of the first effect, `reason:…`, `certainty:…` of its claims,
    and how often each analysis said "improves"; `truth`, `worthwhile` and `clusters` are what
    the worlds had.
    """

    name: str
    repetitions: int
    truth: float
    worthwhile: float | None
    clusters: int
    counts: dict[str, int]


def run_cell(cell: Cell, repetitions: int, thresholds: Thresholds) -> CellCount:
    """Repeat a cell; the same name and number of repetitions give the same counts."""
    settled = settle(cell, thresholds)
    counts: Counter[str] = Counter()
    for first in range(0, repetitions, BATCH):
        numbers = range(first, min(first + BATCH, repetitions))
        drawn = [draw(settled, number) for number in numbers]
        for one, verdicts in zip(drawn, _judged(settled, drawn, thresholds), strict=True):
            counts.update(_said(settled, one, verdicts))
            if settled.trial is None and not settled.is_few:
                counts.update(_rivals(one.data[0]))
    clusters = settled.spec.clusters if settled.trial is None else settled.trial.units
    return CellCount(
        name=cell.name,
        repetitions=repetitions,
        truth=settled.effect,
        worthwhile=settled.known.worthwhile,
        clusters=clusters,
        counts=dict(sorted(counts.items())),
    )


def draw(cell: Cell, repetition: int) -> Drawn:
    """Draw one repetition of a cell."""
    rng = np.random.default_rng([zlib.crc32(cell.name.encode()), repetition])
    seed = 1 + repetition % SEEDS
    if cell.trial is not None:
        trial = draw_trial(cell.trial, rng)
        return Drawn([trial_data(trial, seed)], [trial.effect], [trial.cohort])
    if cell.effects:
        worlds = draw_family(cell.spec, cell.effects, rng)
    else:
        worlds = [draw_world(cell.spec, rng)]
    data = [world_data(world, cell.known, seed) for world in worlds]
    if cell.elsewhere:
        data = [replace(one, controls=None, outside=outside_controls(one)) for one in data]
    return Drawn(data, [world.effect for world in worlds], [w.log_start for w in worlds])


def _judged(cell: Cell, drawn: list[Drawn], thresholds: Thresholds) -> list[list[Verdict]]:
    """Judge every repetition's family."""
    data = [one for repetition in drawn for one in repetition.data]
    found = estimate_all(data, cell.known, thresholds, is_few=cell.is_few)
    size = len(drawn[0].data)
    return [
        judge(
            [(one, cell.known) for one in repetition.data],
            found[number * size : (number + 1) * size],
            repetition.log_start,
            thresholds,
        )
        for number, repetition in enumerate(drawn)
    ]


def settle(cell: Cell, thresholds: Thresholds) -> Cell:
    """Set what the cell leaves to a pilot: effect, smallest worthwhile effect, or clusters."""
    if cell.pilot == "none":
        return cell
    still = cell if cell.pilot == "needed" else _without_bias(cell)
    drawn = [draw(still, NOISY + i) for i in range(PILOT)]
    seen = [verdicts[0] for verdicts in _judged(still, drawn, thresholds)]
    if cell.pilot == "needed":
        return _as_needed(cell, seen)
    found = [verdict.estimation for verdict in seen if verdict.estimation is not None]
    if cell.pilot == "power":
        effect = cell.factor * float(np.mean([_plain_power(one) for one in found]))
        return replace(cell, spec=cell.spec.with_effect(effect))
    worthwhile = thresholds.power_factor * float(np.mean([_largest(one) for one in found]))
    return replace(
        cell,
        spec=replace(
            cell.spec.with_effect(cell.factor * worthwhile),
            bias=_scaled(cell.spec.bias, worthwhile),
        ),
        known=replace(cell.known, worthwhile=worthwhile),
    )


def _without_bias(cell: Cell) -> Cell:
    return replace(cell, spec=replace(cell.spec.with_effect(0.0), bias=Bias()))


def _scaled(bias: Bias, size: float) -> Bias:
    return replace(bias, trend=bias.trend * size, shock=bias.shock * size, dip=bias.dip * size)


def _plain_power(found: Estimation) -> float:
    """Give the effect that a two-sided 5 % test of I0 finds in nine of ten."""
    plain = found.intervals[0]
    quantiles = stats.t.ppf(0.975, plain.df) + stats.t.ppf(0.9, plain.df)
    return float(quantiles) * plain.std_error


def _largest(found: Estimation) -> float:
    return max(one.std_error for one in found.intervals if one.status == "PASS")


def _as_needed(cell: Cell, seen: list[Verdict]) -> Cell:
    """Draw as many clusters as the verdict asked for on average, the truth being worthwhile."""
    asked = [one.needed.clusters for one in seen if one.needed.clusters is not None]
    arm = round(float(np.mean(asked)) / 2)
    start = cell.spec.cohorts[0].start
    spec = replace(cell.spec, cohorts=(Cohort(arm, start),), comparison=arm)
    return replace(cell, spec=spec.with_effect(cell.known.worthwhile or 0.0))


def _said(cell: Cell, drawn: Drawn, verdicts: list[Verdict]) -> Iterator[str]:
    """Name everything that is counted in one repetition."""
    first, truth = verdicts[0], drawn.truth[0]
    verdict = first.decision.verdict
    yield verdict
    yield from (f"reason:{reason}" for reason in first.decision.reasons)
    if verdict in {"improves", "harms"} and first.grade is not None:
        yield f"certainty:{first.grade.certainty}"
    if _is_wrong_sign(verdict, truth):
        yield "wrong_sign"
    if any(_is_false_improves(v, t) for v, t in zip(verdicts, drawn.truth, strict=True)):
        yield "any_false_improves"
    worthwhile = cell.known.worthwhile
    if verdict == "no_meaningful_effect" and worthwhile and abs(truth) >= worthwhile - 1e-9:
        yield "false_negligible"
    if first.estimation is not None and first.estimation.decided_by == "interval":
        yield from _coverage(first.estimation, truth)


def _is_wrong_sign(verdict: str, truth: float) -> bool:
    return (verdict == "improves" and truth < 0) or (verdict == "harms" and truth > 0)


def _is_false_improves(verdict: Verdict, truth: float) -> bool:
    return verdict.decision.verdict == "improves" and truth <= 0


def _coverage(found: Estimation, truth: float) -> Iterator[str]:
    """Say whether the 95 % intervals, of I0 and of all together, hold the truth."""
    yield "bounded"
    low, high = found.intervals[0].bounds(0.95)
    if low <= truth <= high:
        yield "covered"
    bounds = robust_bounds(found, 0.95)
    if bounds is not None and bounds[0] <= truth <= bounds[1]:
        yield "robust_covered"


def _rivals(data: EffectData) -> Iterator[str]:
    """Name the usual analyses that say "improves" of the same data, at 2.5 % one-sided."""
    sample = build_sample(with_comparison(within_panel(data), 5))
    cohorts = Cohorts(sample.label, tuple(window.start for window in sample.windows))
    judged = Judged(sample, cohorts, data.sign, 1.0, 0.0)
    yield from (f"rival:{name}" for name, rival in RIVALS.items() if rival(judged) <= 0.025)

"""What one verdict costs: 40 clusters, 36 periods, one cohort or three."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.answer import Answer
from impact import functionals
from impact.group_time_did import INTERVALS, estimate_group_time, interval, permute
from impact.judged import Judged, judge_sample
from impact.model import NEVER, EffectData
from impact.panel_verdict import Question, judge_panel
from impact.sample import build_sample
from schemas.thresholds import Thresholds

REPEATS = 20
STARTS, SIZES, PERIODS = (18, 22, 26, NEVER), (7, 7, 6, 20), 36
CONTROLS = 24
QUESTION = Question(smallest_worthwhile_effect=0.5, assignment="staggered")


def verdict_one(folder: Path) -> Answer:
    """The verdict with 24 controls: one cohort of 20, the deals of its randomisation at hand."""
    del folder
    return _judged_each(panel((24, NEVER), (20, 20), CONTROLS))


def verdict_three(folder: Path) -> Answer:
    """The same with three cohorts."""
    del folder
    return _judged_each(panel(controls=CONTROLS))


def verdict_first(folder: Path) -> Answer:
    """The first verdict with three cohorts, for which the 9,999 deals are drawn."""
    del folder
    data = panel(controls=CONTROLS)
    seeds = iter(range(1, REPEATS + 2))
    return _each(lambda: judge_panel(replace(data, seed=next(seeds)), QUESTION, Thresholds()))


def _judged_each(data: EffectData) -> Answer:
    thresholds = Thresholds()
    return _each(lambda: judge_panel(data, QUESTION, thresholds))


def intervals(folder: Path) -> Answer:
    """The intervals without controls, and the anticipation gate."""
    del folder

    def work() -> object:
        judged = _judged()
        judged.contrast(functionals.anticipation)
        return [interval(judged, *named) for named in INTERVALS]

    return _each(work)


def permutation(folder: Path) -> Answer:
    """The randomisation p from 9,999 deals."""
    del folder
    data, judged = panel(), _judged()
    return _each(lambda: permute(data, judged, Thresholds()))


def whole(folder: Path) -> Answer:
    """Everything that is shown of an effect: the above, event study, leave-one-out and the rest."""
    del folder
    data = panel()
    return _each(lambda: estimate_group_time(data, Thresholds()))


def panel(
    starts: tuple[int, ...] = STARTS, sizes: tuple[int, ...] = SIZES, controls: int = 0
) -> EffectData:
    """Clusters with levels of their own and noise of standard deviation 1; controls alike."""
    rng = np.random.default_rng(1)
    cohort = np.repeat(starts, sizes)
    count = len(cohort)
    return EffectData(
        unit_ids=tuple(f"c{number}" for number in range(count)),
        outcome=rng.standard_normal((count, PERIODS)) + rng.standard_normal((count, 1)),
        cohort=cohort,
        sign=1,
        donut=6,
        block=np.zeros(count, dtype=np.int64),
        probability=np.full(count, np.nan),
        weight=np.ones(count),
        controls=rng.standard_normal((controls, count, PERIODS)) if controls else None,
    )


def _judged() -> Judged:
    return judge_sample(build_sample(panel()), 1)


def _each(work: Callable[[], object]) -> Answer:
    """CPU seconds of one call, on average after a first one."""
    work()
    begun = time.process_time()
    for _ in range(REPEATS):
        work()
    return Answer((time.process_time() - begun) / REPEATS)

"""What one verdict costs: 40 clusters, 36 periods, three cohorts."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.answer import Answer
from impact import functionals
from impact.group_time_did import INTERVALS, estimate_group_time, interval, permute
from impact.judged import Judged, judge_sample
from impact.model import NEVER, EffectData
from impact.sample import build_sample
from schemas.thresholds import Thresholds

REPEATS = 20
STARTS, SIZES, PERIODS = (18, 22, 26, NEVER), (7, 7, 6, 20), 36


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


def panel() -> EffectData:
    """Clusters with levels of their own and noise of standard deviation 1."""
    rng = np.random.default_rng(1)
    cohort = np.repeat(STARTS, SIZES)
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

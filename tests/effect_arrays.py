"""Effect data from bare arrays, for tests of the estimators."""

from typing import Any

import numpy as np

from impact.model import NEVER, EffectData, FloatArray, IntArray


def effect_data(outcome: FloatArray, cohort: IntArray, **given: Any) -> EffectData:
    """One row per cluster; everything not given is as plain as it can be."""
    count = len(cohort)
    plain: dict[str, Any] = {
        "unit_ids": tuple(f"c{n:04d}" for n in range(count)),
        "outcome": np.asarray(outcome, dtype=float),
        "cohort": np.asarray(cohort, dtype=np.int64),
        "sign": 1,
        "donut": 1,
        "block": np.zeros(count, dtype=np.int64),
        "probability": np.full(count, np.nan),
        "weight": np.ones(count),
    }
    return EffectData(**{**plain, **given})


def staggered(
    rng: np.random.Generator,
    *,
    sizes: tuple[int, ...] = (6, 5, 7, 14),
    starts: tuple[int, ...] = (10, 14, 17, NEVER),
    periods: int = 24,
    effect: float = 0.0,
) -> tuple[FloatArray, IntArray]:
    """Clusters with their own level, shocks that all share, noise of SD 1, and an effect."""
    cohort = np.repeat(starts, sizes)
    count = len(cohort)
    outcome = rng.standard_normal((count, periods)) + rng.standard_normal((count, 1))
    outcome += rng.standard_normal(periods)
    exposed = (cohort[:, None] != NEVER) & (np.arange(periods) >= cohort[:, None])
    return outcome + effect * exposed, cohort

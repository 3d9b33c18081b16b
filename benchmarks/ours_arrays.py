"""Our engine: every ATT(g, t), all aggregations, a simultaneous band from 20,000 draws."""

import time
from pathlib import Path

import numpy as np

from benchmarks.answer import Answer
from impact.sufficient.band import sup_t
from impact.sufficient.effects import group_time_effects
from impact.sufficient.moments import Moments, moments_of


def arrays(folder: Path) -> Answer:
    """From two arrays."""
    begun = time.process_time()
    outcome, cohort = np.load(folder / "outcome.npy"), np.load(folder / "cohort.npy")
    return answer_of(moments_of(outcome, cohort), begun)


def answer_of(moments: Moments, begun: float) -> Answer:
    """Effects and band from statistics, with the CPU seconds since `begun`.

    Raises:
        ValueError: The panel has no post-exposure cell.
    """
    found = group_time_effects(moments)
    if found is None:
        raise ValueError("the panel has no post-exposure cell")
    sup_t(found.event.covariance, 0.95, np.random.default_rng(1))
    return Answer(time.process_time() - begun, found.simple, found.simple_std_error)

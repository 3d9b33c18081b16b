"""diff-diff: the same effects, with 999 multiplier draws for the band, or analytically."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
from diff_diff import CallawaySantAnna

from benchmarks.answer import Answer

DRAWS = 999


def arrays(folder: Path) -> Answer:
    """With a simultaneous band from 999 draws."""
    begun = time.process_time()
    outcome, cohort = np.load(folder / "outcome.npy"), np.load(folder / "cohort.npy")
    units, periods = outcome.shape
    data = pd.DataFrame(
        {
            "unit_id": np.repeat(np.arange(units), periods),
            "period": np.tile(np.arange(1, periods + 1), units),
            "cohort": np.repeat(np.where(cohort >= 0, cohort + 1, 0), periods),
            "outcome": outcome.ravel(),
        }
    )
    return _fitted(data, DRAWS, begun)


def parquet(folder: Path) -> Answer:
    """Analytical standard errors alone: 999 draws of a million units are not asked of it."""
    begun = time.process_time()
    data = pd.read_parquet(folder / "panel.parquet")
    data["period"] += 1
    data["cohort"] = (data["cohort"] + 1).fillna(0)
    return _fitted(data, 0, begun)


def _fitted(data: pd.DataFrame, draws: int, begun: float) -> Answer:
    estimator = CallawaySantAnna(
        estimation_method="reg", base_period="universal", n_bootstrap=draws, seed=1
    )
    fit = estimator.fit(
        data, outcome="outcome", unit="unit_id", time="period", first_treat="cohort"
    )
    fit.aggregate("event_study")
    simple = fit.aggregate("simple")
    spent = time.process_time() - begun
    return Answer(spent, float(np.ravel(simple.att)[0]), float(np.ravel(simple.se)[0]))

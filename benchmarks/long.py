"""The panel of arrays as other programs want it: a row per unit and period, counted from 1."""

from pathlib import Path

import numpy as np
import pandas as pd


def long_panel(folder: Path) -> pd.DataFrame:
    """Columns unit_id, period, cohort (first exposed period, 0 for never) and outcome."""
    outcome, cohort = np.load(folder / "outcome.npy"), np.load(folder / "cohort.npy")
    units, periods = outcome.shape
    return pd.DataFrame(
        {
            "unit_id": np.repeat(np.arange(units), periods),
            "period": np.tile(np.arange(1, periods + 1), units),
            "cohort": np.repeat(np.where(cohort >= 0, cohort + 1, 0), periods),
            "outcome": outcome.ravel(),
        }
    )

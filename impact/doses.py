"""How much exposure each unit had in each period."""

import numpy as np
import pandas as pd

from impact.model import FloatArray, IntArray


def dose_matrix(
    exposure: pd.DataFrame, units: list[str], periods: IntArray, anticipation: int
) -> FloatArray:
    """Dose of every unit in every period (units, periods); 0 outside its spells.

    A spell without a dose counts 1. Exposure begins `anticipation` periods early, as cohorts
    do. A period that a spell touches is exposed; of two spells in one, the later speaks.
    """
    place = {name: row for row, name in enumerate(units)}
    dose = np.zeros((len(units), len(periods)))
    last = np.append(periods[1:] - 1, np.iinfo(np.int64).max)
    mine = exposure[exposure["unit_id"].isin(units)].sort_values(["unit_id", "start_period"])
    start = pd.to_numeric(mine["start_period"]).to_numpy(dtype=np.float64) - anticipation
    end = pd.to_numeric(mine["end_period"]).to_numpy(dtype=np.float64, na_value=np.inf)
    given = pd.to_numeric(mine["dose"]).to_numpy(dtype=np.float64, na_value=1.0)
    for name, first, until, amount in zip(mine["unit_id"], start, end, given, strict=True):
        touched = (periods <= until) & (last >= first)
        dose[place[name], touched] = amount
    return dose

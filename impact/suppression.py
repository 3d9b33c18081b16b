"""Suppressed cells at both extremes: does what is hidden change the sign of the effect?"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from impact.effect_data import EffectTables
from impact.model import DiagnosticResult, Estimation, NotEvaluable

NAME = "suppressed_extremes"
Estimator = Callable[[EffectTables], Estimation | NotEvaluable]


def check_suppressed(
    tables: EffectTables, found: Estimation, estimator: Estimator
) -> DiagnosticResult:
    """FAIL where the estimate changes its sign when hidden cells take their worst values.

    Suppressed cells count as missing in `found`. The extremes set the exposed units' cells to
    their lower and all others to their upper bounds, and the other way round. `value` is the
    estimate, in the direction of `found`, at the worse of the two. NOT_EVALUATED where a
    cell has no bounds or an extreme cannot be estimated.
    """
    hidden = tables.panel[tables.panel["is_suppressed"]]
    if hidden.empty:
        return DiagnosticResult(NAME, "NOT_APPLICABLE")
    if bool(hidden[["lower_bound", "upper_bound"]].isna().to_numpy().any()):
        return DiagnosticResult(NAME, "NOT_EVALUATED", threshold=0.0)
    results = [estimator(_at_extreme(tables, is_low)) for is_low in (True, False)]
    estimates = [item.estimate for item in results if isinstance(item, Estimation)]
    if len(estimates) < len(results):
        return DiagnosticResult(NAME, "NOT_EVALUATED", threshold=0.0)
    worst = min(float(np.sign(found.estimate)) * estimate for estimate in estimates)
    return DiagnosticResult(NAME, "PASS" if worst > 0 else "FAIL", worst, 0.0)


def _at_extreme(tables: EffectTables, exposed_at_lower: bool) -> EffectTables:
    panel, exposure = tables.panel, tables.exposure
    exposed = exposure.loc[exposure["dose"].fillna(1.0) > 0, "unit_id"]
    at_lower = panel["unit_id"].isin(exposed) == exposed_at_lower
    bound = panel["lower_bound"].where(at_lower, panel["upper_bound"])
    outcome: pd.Series = panel["outcome"].where(~panel["is_suppressed"], bound)
    return replace(tables, panel=panel.assign(outcome=outcome))

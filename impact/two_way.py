"""Two-way fixed effects: shown beside the headline because others report it, never decisive."""

import numpy as np

from impact.model import AlternativeEstimate, FloatArray, IntArray
from impact.widening import two_way_residuals


def two_way_fixed_effects(outcome: FloatArray, cohort: IntArray) -> AlternativeEstimate:
    """Coefficient of "exposed now" with unit and period effects, standard error CR1 by row.

    Biased where effects differ by cohort or grow (Goodman-Bacon 2021,
    doi:10.1016/j.jeconom.2021.03.014). `cohort` (N,) is negative where never exposed.
    """
    period = np.arange(outcome.shape[1])
    exposed = ((cohort[:, None] >= 0) & (period >= cohort[:, None])).astype(float)
    return two_way_coefficient(outcome, exposed)


def two_way_coefficient(
    outcome: FloatArray, exposure: FloatArray, contrast: float = 1.0
) -> AlternativeEstimate:
    """`contrast` times the coefficient of `exposure` (N, T), standard error CR1 by row."""
    regressor = np.nan_to_num(two_way_residuals(np.where(np.isfinite(outcome), exposure, np.nan)))
    response = np.nan_to_num(two_way_residuals(outcome))
    below = float((regressor**2).sum())
    if below <= 1e-12:
        return AlternativeEstimate("two_way_fixed_effects", None)
    beta = float((regressor * response).sum()) / below
    scores = (regressor * (response - beta * regressor)).sum(axis=1)
    factor = len(outcome) / (len(outcome) - 1)
    std_error = float(np.sqrt(factor * (scores**2).sum())) / below
    return AlternativeEstimate("two_way_fixed_effects", contrast * beta, contrast * std_error)

"""What is shown beside an effect per dose: other estimators' answers, none of them decisive."""

import warnings

import numpy as np
import pandas as pd
from diff_diff import ChaisemartinDHaultfoeuille, ContinuousDiD

from impact import functionals
from impact.model import NEVER, AlternativeEstimate, EffectData, FloatArray
from impact.two_way import two_way_coefficient
from impact.windows import build_window

LOWEST_SHARE = 1 / 3


def dose_alternatives(data: EffectData, received: FloatArray) -> tuple[AlternativeEstimate, ...]:
    """Average causal response, and the comparison with the lowest doses; one cohort only."""
    starts = np.unique(data.cohort[data.cohort > 0])
    if len(starts) != 1:
        return ()
    change = functionals.plain(data.outcome, build_window(int(starts[0]), data))
    kept = np.isfinite(change) & ((data.cohort == NEVER) | (received > 0))
    if len(np.unique(received[kept & (received > 0)])) < 3:
        return ()
    return (
        _causal_response(change[kept], received[kept], data.dose_contrast),
        lowest_dose(change[kept], received[kept], data.dose_contrast),
    )


def _causal_response(change: FloatArray, dose: FloatArray, contrast: float) -> AlternativeEstimate:
    """Slope of the effect in the dose among the exposed, through diff-diff's ContinuousDiD.

    It asks for strong parallel trends: units with a lower dose show what those with a higher
    one would have done at that dose.
    """
    count = len(change)
    frame = pd.DataFrame(
        {
            "unit": np.tile(np.arange(count), 2),
            "time": np.repeat([0, 1], count),
            "y": np.concatenate([np.zeros(count), change]),
            "dose": np.tile(dose, 2),
            "first": np.tile((dose > 0).astype(int), 2),
        }
    )
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    fit = ContinuousDiD(degree=1).fit(frame, **columns, dose="dose")
    return AlternativeEstimate(
        "average_causal_response",
        contrast * float(fit.overall_acrt),
        contrast * float(fit.overall_acrt_se),
    )


def lowest_dose(change: FloatArray, dose: FloatArray, contrast: float) -> AlternativeEstimate:
    """Exposed clusters above the lowest third of doses, against that third, per dose."""
    exposed = dose > 0
    edge = np.quantile(dose[exposed], LOWEST_SHARE)
    low, high = exposed & (dose <= edge), exposed & (dose > edge)
    if min(int(low.sum()), int(high.sum())) < 2:
        return AlternativeEstimate("lowest_dose", None)
    factor = contrast / float(dose[high].mean() - dose[low].mean())
    variance = sum(float(change[arm].var(ddof=1)) / int(arm.sum()) for arm in (low, high))
    estimate = float(change[high].mean() - change[low].mean())
    return AlternativeEstimate("lowest_dose", factor * estimate, factor * float(np.sqrt(variance)))


def switching_alternatives(data: EffectData, dose: FloatArray) -> tuple[AlternativeEstimate, ...]:
    """Two-way fixed effects in the dose, and the effect of switching as diff-diff gives it."""
    return (
        dose_two_way(data.outcome, dose, data.dose_contrast),
        instantaneous(data.outcome, dose),
    )


def dose_two_way(outcome: FloatArray, dose: FloatArray, contrast: float) -> AlternativeEstimate:
    """Coefficient of the dose with cluster and period effects, standard error CR1 by cluster.

    Biased where effects differ between clusters or build up (de Chaisemartin and
    D'Haultfoeuille 2020, doi:10.1257/aer.20181169).
    """
    return two_way_coefficient(outcome, dose, contrast)


def instantaneous(outcome: FloatArray, dose: FloatArray) -> AlternativeEstimate:
    """DID_M: the effect in the period of a switch, from diff-diff; for doses of 0 and 1.

    None where the dose takes other values, or no switcher has a stable comparison.
    """
    name = "switchers_first_period"
    if not np.isin(dose, (0.0, 1.0)).all():
        return AlternativeEstimate(name, None)
    rows, columns = np.nonzero(np.isfinite(outcome))
    frame = pd.DataFrame(
        {"unit": rows, "time": columns, "y": outcome[rows, columns], "dose": dose[rows, columns]}
    )
    estimator = ChaisemartinDHaultfoeuille(
        drop_larger_lower=False, placebo=False, twfe_diagnostic=False
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            fit = estimator.fit(frame, outcome="y", unit="unit", time="time", treatment="dose")
    except ValueError:
        return AlternativeEstimate(name, None)
    return AlternativeEstimate(name, float(fit.overall_att), float(fit.overall_se))

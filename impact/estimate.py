"""Choose a method for an effect's data, and estimate with it."""

from impact.group_time_did import estimate_group_time
from impact.model import EffectData, Estimation, NotEvaluable
from impact.support import check_data
from schemas.thresholds import Thresholds
from schemas.vocabulary import Method

ESTIMATORS = {
    "group_time_did": estimate_group_time,
}


def estimate(data: EffectData, method: Method, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate one effect with one method, or say what its data lack."""
    problem = check_data(data)
    if problem:
        return problem
    estimator = ESTIMATORS.get(method)
    return estimator(data, thresholds) if estimator else NotEvaluable(("TOO_FEW_UNITS",))

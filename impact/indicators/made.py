"""Indicators as findings: shares, means and values, and why one could not be computed."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from schemas.findings import Indicator
from schemas.indicators import INDICATORS
from schemas.study import Study

LEVEL = 0.95
QUANTILE = float(stats.norm.ppf(0.5 + LEVEL / 2))
EMPTY = "the denominator is empty"
MAX_COARSE = 0.05
"""Largest share of dates known to the year only with which spells of months are still told."""
COARSE = "needs dates to the month"


def value_of(
    indicator_id: str, value: float, n: int, study: Study, by: Mapping[str, str] | None = None
) -> Indicator:
    """A count, a sum, a median or an index; not a proportion, and without an interval."""
    return Indicator(**_head(indicator_id, study, by), value=float(value), n=n, status="OK")


def share_of_cases(
    indicator_id: str,
    numerator: int,
    denominator: int,
    study: Study,
    by: Mapping[str, str] | None = None,
) -> Indicator:
    """A proportion of cases with its Wilson (1927) interval, doi:10.2307/2276774.

    NOT_EVALUATED where the denominator is empty: never 0 % or 100 % of nothing.
    """
    if denominator == 0:
        return not_evaluated(indicator_id, EMPTY, study, by)
    low, high = wilson(numerator, denominator)
    return Indicator(
        **_head(indicator_id, study, by),
        value=numerator / denominator,
        numerator=float(numerator),
        denominator=float(denominator),
        n=denominator,
        ci_low=low,
        ci_high=high,
        status="OK",
    )


def share_of_sum(
    indicator_id: str,
    numerator: float,
    denominator: float,
    n: int,
    study: Study,
    by: Mapping[str, str] | None = None,
) -> Indicator:
    """A share of money, or a ratio of two shares; no interval, since money is not a sample."""
    if not denominator > 0:
        return not_evaluated(indicator_id, EMPTY, study, by)
    return Indicator(
        **_head(indicator_id, study, by),
        value=numerator / denominator,
        numerator=float(numerator),
        denominator=float(denominator),
        n=n,
        status="OK",
    )


def mean_of(
    indicator_id: str, values: Sequence[float], study: Study, by: Mapping[str, str] | None = None
) -> Indicator:
    """A mean with its Student t interval; a single value, or equal ones, have no interval."""
    if not len(values):
        return not_evaluated(indicator_id, EMPTY, study, by)
    numbers = np.asarray(values, dtype=float)
    mean, n = float(numbers.mean()), len(numbers)
    spread = float(numbers.std(ddof=1)) if n > 1 else 0.0
    half = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1)) * spread / math.sqrt(n) if spread else None
    return Indicator(
        **_head(indicator_id, study, by),
        value=mean,
        n=n,
        ci_low=None if half is None else mean - half,
        ci_high=None if half is None else mean + half,
        status="OK",
    )


def not_evaluated(
    indicator_id: str, reason: str, study: Study, by: Mapping[str, str] | None = None
) -> Indicator:
    """An indicator that could not be computed, with the reason that is shown."""
    return Indicator(**_head(indicator_id, study, by), status="NOT_EVALUATED", reason=reason)


def is_coarse(coarse: float, n: float) -> bool:
    """Whether too many of `n` dates are known to the year only."""
    return coarse > MAX_COARSE * n


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a proportion; `denominator` is above 0."""
    share, square = numerator / denominator, QUANTILE**2 / denominator
    centre = (share + square / 2) / (1 + square)
    half = math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def _head(indicator_id: str, study: Study, by: Mapping[str, str] | None) -> dict[str, object]:
    spec = INDICATORS[indicator_id]
    unit = spec.unit.replace("currency", study.currency)
    return {
        "indicator_id": indicator_id,
        "question": spec.question,
        "by": dict(by or {}),
        "unit": unit,
    }

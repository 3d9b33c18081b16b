"""The registry of indicators: reports, the dictionary and the calculations all read it."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.indicators.equity import EQUITY
from schemas.indicators.q1 import Q1
from schemas.indicators.q2 import Q2
from schemas.indicators.q3 import Q3
from schemas.indicators.spec import IndicatorSpec
from schemas.indicators.transparency import TRANSPARENCY

INDICATORS: Mapping[str, IndicatorSpec] = MappingProxyType(
    {spec.indicator_id: spec for spec in (*Q1, *Q2, *Q3, *TRANSPARENCY, *EQUITY)}
)
"""All indicators by id, in the order of the questions."""

__all__ = ["INDICATORS", "IndicatorSpec"]

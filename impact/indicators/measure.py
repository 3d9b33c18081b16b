"""Run the registry: each indicator that a study selects and has the tables for."""

from collections.abc import Callable, Iterable, Mapping

from impact.indicators.made import not_evaluated
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.indicators import INDICATORS, IndicatorSpec
from schemas.study import Study

Measure = Callable[[IndicatorTables], Iterable[Indicator]]
"""Gives all rows of one indicator: the overall one first."""
MEASURES: Mapping[str, Measure] = {}


def measure_indicators(tables: IndicatorTables) -> list[Indicator]:
    """Every selected indicator in the order of the registry.

    One that needs a table which the study does not have is NOT_EVALUATED with
    "needs …"; an empty denominator is NOT_EVALUATED too.
    """
    return [
        row
        for spec in INDICATORS.values()
        if is_selected(spec, tables.study) and spec.indicator_id in MEASURES
        for row in _measured(spec, tables)
    ]


def is_selected(spec: IndicatorSpec, study: Study) -> bool:
    """Whether the study asks for this indicator."""
    return study.indicators == "all" or spec.indicator_id in study.indicators


def _measured(spec: IndicatorSpec, tables: IndicatorTables) -> list[Indicator]:
    absent = [name for name in spec.tables if name not in tables.named]
    if absent:
        reason = f"needs {', '.join(absent)}"
        return [not_evaluated(spec.indicator_id, reason, tables.study)]
    return list(MEASURES[spec.indicator_id](tables))

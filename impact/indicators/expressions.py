"""Conditions on columns of Ibis tables."""

from typing import Any

import ibis

TWO_YEARS = 730


def is_given(column: Any) -> Any:
    """Whether a cell is filled."""
    return column.notnull()


def is_empty(column: Any) -> Any:
    """Whether a cell is not filled."""
    return column.isnull()


def is_long(rows: ibis.Table) -> Any:
    """Whether the agreement lasts 24 months or more, its last day included; null if unknown.

    Two years have 730 or 731 days: only between those is the calendar asked, which takes longer.
    """
    days = rows.agreement_end.delta(rows.agreement_start, unit="day") + 1
    until = rows.agreement_end + ibis.interval(days=1)
    is_two_years = until >= rows.agreement_start + ibis.interval(months=24)
    return ibis.cases((days > TWO_YEARS, True), (days < TWO_YEARS, False), else_=is_two_years)


def surely(condition: Any) -> Any:
    """A condition that is false where it is unknown."""
    return condition.fill_null(ibis.literal(value=False))

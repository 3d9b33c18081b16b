"""Conditions on columns of Ibis tables."""

from typing import Any

import ibis


def is_given(column: Any) -> Any:
    """Whether a cell is filled."""
    return column.notnull()


def is_empty(column: Any) -> Any:
    """Whether a cell is not filled."""
    return column.isnull()


def is_long(rows: ibis.Table) -> Any:
    """Whether the agreement lasts 24 months or more, its last day included; null if unknown."""
    until = rows.agreement_end + ibis.interval(days=1)
    return until >= rows.agreement_start + ibis.interval(months=24)


def surely(condition: Any) -> Any:
    """A condition that is false where it is unknown."""
    return condition.fill_null(ibis.literal(value=False))

"""From dates to periods: whole time steps since the window's start, from 0."""

import datetime as dt
from typing import Any

from schemas.study import Study
from schemas.vocabulary import PERIOD_MONTHS, PeriodLength

MONTHS = PERIOD_MONTHS


def period_of(date: dt.date, study: Study) -> int:
    """Index of the period that contains `date`; negative before the window."""
    return _serial(date, study.period) - _serial(study.window.start, study.period)


def period_count(study: Study) -> int:
    """Number of periods that the window touches."""
    return period_of(study.window.end, study) + 1


def period_start(period: int, study: Study) -> dt.date:
    """First day of a period."""
    months = MONTHS[study.period]
    serial = (_serial(study.window.start, study.period) + period) * months
    return dt.date(serial // 12, serial % 12 + 1, 1)


def period_index(date: Any, study: Study) -> Any:
    """`period_of` as an Ibis expression over a date column; int64, null where the date is."""
    months = (date.year() * 12 + date.month() - 1).cast("int64")
    serial = (months // MONTHS[study.period]).cast("int64")
    return serial - _serial(study.window.start, study.period)


def _serial(date: dt.date, period: PeriodLength) -> int:
    return (date.year * 12 + date.month - 1) // MONTHS[period]

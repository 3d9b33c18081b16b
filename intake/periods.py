"""Periods that had not ended: their outcomes are part of a whole that nobody knows yet."""

import datetime as dt

import ibis

from intake.checks import Check, Rule
from schemas.study import Study
from schemas.vocabulary import PERIOD_MONTHS

PARTIAL = "partial_period"
RULE = Rule(
    "period_start",
    PARTIAL,
    "the period has not ended by the end of the window, or by as_of",
    "nothing, or end the window on the last day of a period",
    "out_of_window",
)


def unfinished(study: Study, outcome: ibis.Table) -> list[Check]:
    """Outcomes of a period that begins and does not end before the window or the clock does.

    `outcome` has `period_start` and `period`, the length of its measure's own periods or null.
    No check is made where every period is whole.
    """
    last = min(study.window.end, study.as_of)
    length = outcome.period.fill_null(study.period)
    cut = {word: first_unfinished(last, months) for word, months in PERIOD_MONTHS.items()}
    inside = outcome.period_start.between
    return [
        Check(RULE, (length == word) & inside(ibis.literal(start), ibis.literal(last)))
        for word, start in cut.items()
        if start <= last
    ]


def first_unfinished(last: dt.date, months: int) -> dt.date:
    """First day of the first period that has a day after `last`."""
    after = last + dt.timedelta(days=1)
    serial = (after.year * 12 + after.month - 1) // months * months
    return dt.date(serial // 12, serial % 12 + 1, 1)


def period_notes(quarantine: ibis.Table) -> list[str]:
    """How many outcomes of a partial period were left out, per file."""
    rows = quarantine.filter(quarantine.rule == PARTIAL)
    counted = rows.group_by("source_file").agg(row_count=rows.count()).order_by("source_file")
    return [
        f"{row['source_file']}:{RULE.column}  {row['row_count']} rows are left out: {RULE.message}"
        f" · {RULE.remedy}"
        for row in counted.to_pyarrow().to_pylist()
    ]

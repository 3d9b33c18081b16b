"""Sufficient statistics of a panel too large for memory: `GROUP BY`, as Ibis expressions."""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from impact.arrays import NEVER, FloatArray
from impact.sufficient.moments import Moments

MASK = 60
"""Periods that fit into one integer of flags."""


@dataclass(frozen=True)
class GroupedMoments:
    """Moments of the complete units, and how many units were left out for missing periods."""

    moments: Moments
    incomplete_count: int


def grouped_moments(table: ibis.Table, period_count: int) -> GroupedMoments:
    """Reduce a long panel to its sufficient statistics inside the engine.

    `table` has `unit_id`, `period` (0 .. period_count - 1; others are ignored), `cohort` (the
    unit's first exposed period, null if never) and `outcome`; one row per unit and period.
    Outcomes are centred on each period's mean before they are squared. A unit without a
    finite outcome in every period is left out, and counted if it has any. The last digits
    depend on the order of rows: with one thread the result is the same bytes each time.

    Raises:
        ValueError: No unit is complete.
    """
    is_finite = table.outcome.abs() < float("inf")
    rows = table.filter(table.period.between(0, period_count - 1) & is_finite)
    middle = _period_means(rows, period_count)
    found = _sums(_wide(rows, period_count), middle).to_pandas()
    complete = found[found["is_complete"]]
    if complete.empty:
        raise ValueError("no unit is observed in every period; is the number of periods right?")
    left_out = int(found["unit_count"].sum() - complete["unit_count"].sum())
    return GroupedMoments(_moments(complete, middle), left_out)


def _period_means(rows: ibis.Table, period_count: int) -> FloatArray:
    means = rows.group_by("period").agg(middle=rows.outcome.mean()).to_pandas()
    middle = means.set_index("period")["middle"].reindex(range(period_count), fill_value=0.0)
    return np.asarray(middle, dtype=np.float64)


def _wide(rows: ibis.Table, period_count: int) -> ibis.Table:
    """One row per unit: its cohort, its outcomes, and which periods it has."""
    values = {
        _y(t): ibis.ifelse(rows.period == t, rows.outcome, 0.0).sum() for t in range(period_count)
    }
    flags = {
        _flag(first): ibis.ifelse(
            rows.period.between(first, first + MASK - 1),
            ibis.literal(1, "int64") << (rows.period - first).clip(0, MASK).cast("int64"),
            ibis.literal(0, "int64"),
        ).bit_or()
        for first in range(0, period_count, MASK)
    }
    return rows.group_by("unit_id").agg(
        cohort=rows.cohort.max(), row_count=rows.count(), **flags, **values
    )


def _is_complete(wide: ibis.Table, period_count: int) -> ibis.ir.BooleanValue:
    """Every period once: as many rows as periods, and a flag from each."""
    is_complete = wide.row_count == period_count
    for first in range(0, period_count, MASK):
        wanted = (1 << min(MASK, period_count - first)) - 1
        is_complete &= wide[_flag(first)] == wanted
    return is_complete


def _sums(wide: ibis.Table, middle: FloatArray) -> ibis.Table:
    """One row per cohort, complete units apart: units, sums of outcomes and of products.

    Outcomes are taken around `middle` (T,) before they are multiplied.
    """
    period_count = len(middle)
    wide = wide.mutate(**{_y(t): wide[_y(t)] - value for t, value in enumerate(middle.tolist())})
    cohort = wide.cohort.fill_null(NEVER)
    cohort = ibis.ifelse(cohort >= period_count, NEVER, cohort).cast("int64")
    sums = {_y(t): wide[_y(t)].sum() for t in range(period_count)}
    products = {
        _product(t, s): (wide[_y(t)] * wide[_y(s)]).sum()
        for t in range(period_count)
        for s in range(t, period_count)
    }
    keys = {"cohort": cohort, "is_complete": _is_complete(wide, period_count)}
    grouped = wide.group_by(**keys).agg(unit_count=wide.count(), **sums, **products)
    return grouped.order_by("cohort")


def _moments(found: pd.DataFrame, middle: FloatArray) -> Moments:
    period_count = len(middle)
    count = found["unit_count"].to_numpy(dtype=np.int64)
    total = found[[_y(t) for t in range(period_count)]].to_numpy(dtype=np.float64)
    upper = np.triu_indices(period_count)
    names = [_product(int(t), int(s)) for t, s in zip(*upper, strict=True)]
    cross = np.zeros((len(found), period_count, period_count))
    cross[:, upper[0], upper[1]] = found[names].to_numpy(dtype=np.float64)
    cross[:, upper[1], upper[0]] = cross[:, upper[0], upper[1]]
    away = total / count[:, None]
    cross -= count[:, None, None] * away[:, :, None] * away[:, None, :]
    return Moments(found["cohort"].to_numpy(dtype=np.int64), count, middle + away, cross)


def _y(period: int) -> str:
    return f"y_{period}"


def _product(first: int, second: int) -> str:
    return f"yy_{first}_{second}"


def _flag(first: int) -> str:
    return f"seen_{first}"

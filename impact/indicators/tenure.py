"""Q3: how long relationships last, and how many are one-off."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from impact.indicators.expressions import is_empty, is_long, surely
from impact.indicators.made import COARSE, EMPTY, LEVEL, is_coarse, not_evaluated, share_of_cases
from impact.indicators.payments import at_level, with_a_name
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.vocabulary import SUPPORT_KINDS

YEARS = (1, 2, 3, 5)
YEAR_DAYS = 365.25
AT_START = -1
"""Entry of a relationship seen from its start: at risk on day 0, when one-off ones end."""
NOBODY = 1e-12
"""Below it a share is 0: the curve of the library is not quite 0 where others come in later."""


def measure_time(tables: IndicatorTables) -> Iterator[Indicator]:
    """How long pairs stay together, and how many met once and never again."""
    pairs = _pairs(tables)
    if pairs is None:
        for name in ("q3.tenure", "q3.transactional_share"):
            yield not_evaluated(name, COARSE, tables.study)
        return
    yield from _tenure(pairs, tables)
    yield _one_off(pairs, tables)


def _tenure(pairs: pd.DataFrame, tables: IndicatorTables) -> Iterator[Indicator]:
    """Share of pairs still together after so many years."""
    spells = _spells(pairs, tables)
    if spells.empty:
        yield not_evaluated("q3.tenure", EMPTY, tables.study)
        return
    curve = SurvfuncRight(spells["time"], spells["has_ended"], entry=spells["entry"])
    for years in YEARS:
        yield _survival(curve, spells, years, tables)


def _one_off(pairs: pd.DataFrame, tables: IndicatorTables) -> Indicator:
    """Share of pairs that met within 12 months and never again, where that could be seen."""
    first, last = pairs["first"], pairs["last"]
    early = pairs[first <= pd.Timestamp(tables.end) - pd.DateOffset(months=24)]
    is_short = last < first + pd.DateOffset(months=12)
    one_off = early[is_short[early.index] & ~early["has_long"]]
    return share_of_cases("q3.transactional_share", len(one_off), len(early), tables.study)


def _pairs(tables: IndicatorTables) -> pd.DataFrame | None:
    """One row per payer and partner; None where too many dates are known to the year only."""
    rows = tables["engagement"]
    met = rows.filter(is_empty(rows.reverses_engagement_id) & ~rows.kind.isin(SUPPORT_KINDS))
    rows = with_a_name(tables, met)
    long = surely(is_long(rows))
    keys = ["payer_id", "partner_id"]
    pairs = rows.group_by(keys).agg(
        first=rows.start_date.min(),
        last=rows.start_date.max(),
        agreed=rows.agreement_start.min(),
        has_long=long.any(),
        row_count=rows.count(),
        coarse_count=(rows.date_precision == "year").sum(),
    )
    found = pairs.order_by(keys).to_pandas()
    if is_coarse(found["coarse_count"].sum(), found["row_count"].sum()):
        return None
    dates = {name: pd.to_datetime(found[name]) for name in ("first", "last", "agreed")}
    dated = at_level(tables, found.assign(**dates)).groupby(keys, as_index=False)
    sides = {"first": "min", "last": "max", "agreed": "min", "has_long": "any"}
    whole: pd.DataFrame = dated.agg(sides)
    return whole


def _spells(pairs: pd.DataFrame, tables: IndicatorTables) -> pd.DataFrame:
    """Days from start to end of each relationship of known start; `entry` where it came late."""
    start, end = (pd.Timestamp(day) for day in (tables.study.window.start, tables.end))
    has_agreement = pairs["agreed"].notna() & (pairs["agreed"] <= pairs["first"])
    known = pairs[has_agreement | (pairs["first"] >= start + pd.DateOffset(months=12))]
    origin = known[["first", "agreed"]].min(axis=1)
    late = (start - origin).dt.days
    spells = pd.DataFrame(
        {
            "time": (known["last"] - origin).dt.days,
            "entry": late.where(late > 0, AT_START),
            "has_ended": (known["last"] <= end - pd.DateOffset(months=24)).astype(int),
        }
    )
    return spells[spells["time"] > spells["entry"]]


def _survival(
    curve: SurvfuncRight, spells: pd.DataFrame, years: int, tables: IndicatorTables
) -> Indicator:
    day, by, study = years * YEAR_DAYS, {"years": str(years)}, tables.study
    have_all_ended = bool(len(curve.surv_prob)) and curve.surv_prob[-1] < NOBODY
    is_told = spells["time"].max() >= day or have_all_ended
    if not is_told:
        return not_evaluated("q3.tenure", f"no relationship was seen for {years} years", study, by)
    place = int(np.searchsorted(curve.surv_times, day, side="right")) - 1
    share = float(curve.surv_prob[place]) if place >= 0 else 1.0
    share = share if share >= NOBODY else 0.0
    error = float(curve.surv_prob_se[place]) if place >= 0 else 0.0
    low, high = _log_log(share, error)
    return Indicator(
        indicator_id="q3.tenure",
        question="Q3",
        by=by,
        value=share,
        n=len(spells),
        ci_low=low,
        ci_high=high,
        unit="share",
        status="OK",
    )


def _log_log(share: float, error: float) -> tuple[float | None, float | None]:
    """The interval on the scale log(-log S), from Greenwood's standard error."""
    if not 0 < share < 1 or not error > 0:
        return None, None
    quantile = float(stats.norm.ppf(0.5 + LEVEL / 2))
    width = quantile * error / abs(share * np.log(share))
    return float(share ** np.exp(width)), float(share ** np.exp(-width))

"""Interrupted series: what happened to the exposed, with nothing to compare them with."""

from dataclasses import dataclass, replace

import numpy as np

from impact.model import (
    AlternativeEstimate,
    BoolArray,
    DiagnosticResult,
    EffectData,
    Estimation,
    FloatArray,
    Interval,
    NotEvaluable,
)
from impact.segmented import SeriesFit, fit_series
from impact.support import check_variation
from impact.widening import two_way_fit, worst_share_shift
from impact.windows import Window, build_window, within_panel
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName, Status


@dataclass(frozen=True)
class _Line:
    """One cohort's mean series (T,), its share of the exposed clusters, and its windows."""

    values: FloatArray
    share: float
    count: int
    window: Window


@dataclass(frozen=True)
class _Combined:
    """The cohorts' fits as one: errors add up, since nothing says that they are independent."""

    estimate: float
    std_error: float
    df: float


def estimate_series(data: EffectData, thresholds: Thresholds) -> Estimation | NotEvaluable:
    """Estimate the mean effect over the post window from the exposed clusters alone.

    Segmented regression with trend, season and AR(1) errors per cohort; cohorts are
    weighted by their clusters. Comparison clusters, where there are any, are not used. One
    series cannot tell the initiative from anything else that happened: no bound is claimed.
    """
    data = within_panel(data)
    if data.cohort.max() <= 0:
        return NotEvaluable(("TOO_FEW_PRE",))
    lines = _lines(data)
    if not lines:
        return NotEvaluable(("NO_OUTCOME",))
    if min(_observed(line, line.window.pre) for line in lines) < thresholds.pre_periods:
        return NotEvaluable(("TOO_FEW_PRE",))
    if min(_observed(line, line.window.post) for line in lines) == 0:
        return NotEvaluable(("NO_POST",))
    flat = [problem for line in lines if (problem := check_variation(line.values))]
    if flat:
        return flat[0]
    fits = _fits(lines, data.season)
    return _estimation(data, lines, fits) if fits else NotEvaluable(("TOO_FEW_PRE",))


def _lines(data: EffectData) -> tuple[_Line, ...]:
    """Mean series of every cohort that starts after the first period."""
    starts, counts = np.unique(data.cohort[data.cohort > 0], return_counts=True)
    found = []
    for start, count in zip(starts, counts, strict=True):
        rows = data.outcome[data.cohort == start]
        if np.isfinite(rows).any():
            window = build_window(int(start), data)
            found.append(_Line(_level_mean(rows), int(count), int(count), window))
    total = sum(line.count for line in found)
    return tuple(replace(line, share=line.count / total) for line in found)


def _level_mean(rows: FloatArray) -> FloatArray:
    """Mean over clusters per period (T,), clusters' own levels held fixed; NaN if all missing.

    A gap in one cluster then moves nothing: row and period effects are fitted to what is there.
    """
    seen = np.isfinite(rows)
    fitted = two_way_fit(rows[seen.any(axis=1)]).mean(axis=0)
    return np.where(seen.any(axis=0), fitted, np.nan)


def _observed(line: _Line, window: BoolArray) -> int:
    return int((np.isfinite(line.values) & window).sum())


def _fits(lines: tuple[_Line, ...], season: int, *, far: bool = False) -> tuple[SeriesFit, ...]:
    """Every cohort's fit, with the donut left out on request; empty where one has none."""
    found = []
    for line in lines:
        window = replace(line.window, pre=line.window.far) if far else line.window
        fit = fit_series(line.values, window, season)
        if fit is None or fit.std_error <= 0:
            return ()
        found.append(fit)
    return tuple(found)


def _combine(lines: tuple[_Line, ...], fits: tuple[SeriesFit, ...]) -> _Combined:
    shares = np.array([line.share for line in lines])
    return _Combined(
        estimate=float(shares @ [fit.estimate for fit in fits]),
        std_error=float(shares @ [fit.std_error for fit in fits]),
        df=min(fit.df for fit in fits),
    )


def _estimation(
    data: EffectData, lines: tuple[_Line, ...], fits: tuple[SeriesFit, ...]
) -> Estimation:
    headline = _combine(lines, fits)
    missing = float(
        sum(line.share * np.isnan(line.values[line.window.post]).mean() for line in lines)
    )
    scale = max(float(np.nanstd(line.values[line.window.pre], ddof=1)) for line in lines)
    widening = worst_share_shift(missing) * scale
    donut = _fits(lines, data.season, far=True)
    intervals = (
        _interval("plain", data.sign, headline, widening),
        _interval("donut", data.sign, _combine(lines, donut) if donut else None, widening),
        Interval("trend_robust", "NOT_APPLICABLE"),
    )
    return Estimation(
        method="interrupted_series",
        estimand="att",
        estimate=headline.estimate,
        std_error=headline.std_error,
        df=headline.df,
        decided_by="interval",
        intervals=intervals,
        permutations=(),
        exposed_count=sum(line.count for line in lines),
        comparison_count=0,
        pre_count=int(lines[0].window.pre.sum()),
        post_count=max(int(line.window.post.sum()) for line in lines),
        missing_share=missing,
        scale=scale,
        alternatives=_alternatives(lines, fits, headline),
        diagnostics=_diagnostics(fits, data.season),
    )


def _interval(name: IntervalName, sign: int, found: _Combined | None, widening: float) -> Interval:
    if found is None:
        return Interval(name, "NOT_EVALUATED")
    return Interval(name, "PASS", sign * found.estimate, found.std_error, found.df, widening)


def _alternatives(
    lines: tuple[_Line, ...], fits: tuple[SeriesFit, ...], headline: _Combined
) -> tuple[AlternativeEstimate, ...]:
    """The same estimate with another standard error, and the plain difference before and after."""
    newey_west = sum(line.share * fit.newey_west for line, fit in zip(lines, fits, strict=True))
    before_after = sum(
        line.share
        * float(
            np.nanmean(line.values[line.window.post]) - np.nanmean(line.values[line.window.pre])
        )
        for line in lines
    )
    return (
        AlternativeEstimate("newey_west", headline.estimate, newey_west),
        AlternativeEstimate("before_after", before_after),
    )


def _diagnostics(fits: tuple[SeriesFit, ...], season: int) -> tuple[DiagnosticResult, ...]:
    """How strongly neighbouring periods' errors go together, and whether season was removed."""
    removed: Status = "PASS" if all(fit.has_season for fit in fits) else "NOT_EVALUATED"
    return (
        DiagnosticResult("autocorrelation", "PASS", max(fit.correlation for fit in fits)),
        DiagnosticResult("season", removed if season > 1 else "NOT_APPLICABLE"),
    )

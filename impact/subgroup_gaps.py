"""How far apart the levels of a dimension lie before and after, and whether the effect differs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from impact.cohorts import Cohorts
from impact.contrast import cluster_scalars
from impact.functionals import window_mean
from impact.model import NEVER, EffectData, Estimation, FloatArray, Interval
from impact.multiplicity import holm
from impact.prepare import Prepared
from impact.sample import build_sample
from impact.subgroups import Part
from impact.verdict import ONE_SERIES
from impact.windows import with_comparison, within_panel
from schemas.findings import ArmMeans, SubgroupGap
from schemas.thresholds import Thresholds

LEAST = 2
"""Clusters that an arm needs before its mean is shown."""
ARMS = {"exposed": True, "comparison": False}
TIMES = ("before", "after")


@dataclass(frozen=True)
class Difference:
    """One level's effect less the mean of the others', own unit and sign; two-sided p."""

    level: str
    estimate: float
    std_error: float | None
    p_value: float


def compared(parts: Sequence[Part]) -> Sequence[Part]:
    """The levels that are held against the others; with two, one difference says it all."""
    return parts[:1] if len(parts) == 2 else parts


def difference_of(part: Part, found: Estimation | None) -> Difference | None:
    """Test whether a level's effect is that of the others; None where nothing can be claimed.

    `found` is the estimate of `subgroups.against_others`: its plain contrast with the
    jackknife's t, or the permutation test where that decides.
    """
    if found is None or found.method == ONE_SERIES:
        return None
    if found.decided_by == "permutation":
        test = next(test for test in found.permutations if test.name == "plain")
        p_value = min(1.0, 2 * min(test.p_improves, test.p_harms))
    else:
        plain = _plain(found)
        p_value = _two_sided(plain.estimate, plain.std_error, plain.df)
    return Difference(part.level, found.estimate, found.std_error, p_value)


def independent_differences(
    parts: Sequence[Part], prepared: Sequence[Prepared]
) -> tuple[Difference, ...]:
    """The same test where no cluster has two levels, as when persons are the units.

    The levels' estimates are then independent: variances add, degrees of freedom are
    Satterthwaite's. Empty where clusters are shared or a level has no interval.
    """
    found = [one.estimation for one in prepared if one.estimation is not None]
    has_all = len(found) == len(parts) and all(one.decided_by == "interval" for one in found)
    if not has_all or ONE_SERIES in {one.method for one in found} or _share_clusters(prepared):
        return ()
    plain = [_plain(one) for one in found]
    estimate = np.array([one.estimate for one in found])
    error = np.array([one.std_error for one in plain])
    df = np.array([one.df for one in plain])
    return tuple(
        _independent(part, row, estimate, error, df) for row, part in enumerate(compared(parts))
    )


def _independent(
    part: Part, row: int, estimate: FloatArray, error: FloatArray, df: FloatArray
) -> Difference:
    weight = np.full(len(estimate), -1.0 / (len(estimate) - 1))
    weight[row] = 1.0
    shares = (weight * error) ** 2
    variance = float(shares.sum())
    apart = float(weight @ estimate)
    free = variance**2 / float((shares**2 / df).sum())
    return Difference(part.level, apart, variance**0.5, _two_sided(apart, variance**0.5, free))


def _share_clusters(prepared: Sequence[Prepared]) -> bool:
    names = [set(one.data.unit_ids) for one in prepared if isinstance(one.data, EffectData)]
    return sum(len(one) for one in names) > len(set().union(*names))


def _plain(found: Estimation) -> Interval:
    return next(interval for interval in found.intervals if interval.name == "plain")


def _two_sided(estimate: float, std_error: float, df: float) -> float:
    return float(2 * special.stdtr(df, -abs(estimate) / std_error))


def gap_between(
    dimension: str, differences: Sequence[Difference], means: Sequence[ArmMeans]
) -> SubgroupGap:
    """The level that differs most, its p corrected for the number compared (Bonferroni).

    Without any difference: the means alone.
    """
    gap = SubgroupGap(dimension=dimension, gap=_spread(means))
    if not differences:
        return gap
    most = min(differences, key=lambda one: one.p_value)
    told = {
        "apart": most.level,
        "difference": most.estimate,
        "std_error": most.std_error,
        "p_value": min(1.0, len(differences) * most.p_value),
    }
    return gap.model_copy(update=told)


def over_dimensions(gaps: Sequence[SubgroupGap]) -> list[SubgroupGap]:
    """The same gaps with Holm's p over the dimensions; one that was not tested counts with 1."""
    adjusted = holm([1.0 if gap.p_value is None else gap.p_value for gap in gaps])
    return [
        gap if gap.p_value is None else gap.model_copy(update={"p_value": p_value})
        for gap, p_value in zip(gaps, adjusted, strict=True)
    ]


def arm_means(prepared: Sequence[Prepared], thresholds: Thresholds) -> list[ArmMeans]:
    """Each level's means before and after, by arm, in the measure's own unit.

    Over the clusters in which every level was observed, so that levels differ by their
    patients and not by their places; where no cluster has two levels, over each one's own.
    """
    frames = [_cluster_means(one, thresholds) for one in prepared]
    shared = set.intersection(*(set(frame.index) for frame in frames)) if frames else set()
    if shared or (prepared and _share_clusters(prepared)):
        frames = [frame.loc[sorted(shared)] for frame in frames]
    return [_means(frame) for frame in frames]


def _means(frame: pd.DataFrame) -> ArmMeans:
    values: dict[str, float | None] = {}
    for arm, is_exposed in ARMS.items():
        rows = frame[frame["is_exposed"] == is_exposed]
        for time in TIMES:
            seen = rows[time].dropna()
            values[f"{arm}_{time}"] = float(seen.mean()) if len(seen) >= LEAST else None
    return ArmMeans.model_validate(values)


def _spread(means: Sequence[ArmMeans]) -> ArmMeans:
    """Largest less smallest of the levels' means; null where a level has none."""
    told = [one.model_dump() for one in means]
    spread: dict[str, float | None] = {}
    for name in ArmMeans.model_fields:
        known = [one[name] for one in told if one[name] is not None]
        is_whole = len(known) == len(told) and len(known) > 1
        spread[name] = max(known) - min(known) if is_whole else None
    return ArmMeans.model_validate(spread)


def _cluster_means(prepared: Prepared, thresholds: Thresholds) -> pd.DataFrame:
    """One row per cluster of the estimate: arm, mean before, mean after; as the effect's windows.

    A comparison cluster's means are over all cohorts' windows, by the cohorts' shares.
    """
    columns = ["is_exposed", *TIMES]
    if not isinstance(prepared.data, EffectData):
        return pd.DataFrame(columns=columns)
    found = prepared.estimation
    is_trial = found is not None and found.method == "randomised"
    cut = with_comparison(within_panel(prepared.data), thresholds.did_comparison)
    if is_trial and not (cut.cohort > 0).any():
        return _without_history(cut, columns)
    sample = build_sample(cut, all_post=is_trial)
    if not sample.windows or not (sample.label == 0).any():
        return pd.DataFrame(columns=columns)
    cohorts = Cohorts(sample.label, tuple(window.start for window in sample.windows))
    halves = (
        [window_mean(sample.outcome, window.pre) for window in sample.windows],
        [window_mean(sample.outcome, window.post) for window in sample.windows],
    )
    before, after = (cluster_scalars(np.column_stack(half), cohorts) for half in halves)
    made = {"is_exposed": sample.label > 0, "before": before, "after": after}
    return pd.DataFrame(made, index=[cut.unit_ids[row] for row in sample.rows])


def _without_history(data: EffectData, columns: list[str]) -> pd.DataFrame:
    """A trial that was observed after the draw only."""
    after = window_mean(data.outcome, np.ones(data.outcome.shape[1], dtype=bool))
    values = (data.cohort != NEVER, np.full(len(after), np.nan), after)
    made = pd.DataFrame(dict(zip(columns, values, strict=True)), index=list(data.unit_ids))
    return made.dropna(subset=["after"])

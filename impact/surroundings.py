"""What stands around one effect's clusters: negative controls, neighbours, other programs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.calendar import period_count
from impact.contrast import influences
from impact.functionals import plain
from impact.judged import judge_sample
from impact.model import NEVER, BoolArray, EffectData, OutsideControl
from impact.sample import build_sample
from impact.selection import Clusters
from impact.support import check_arms
from impact.windows import with_comparison, within_panel
from schemas.plan import Plan, PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds

FEWEST = 2
"""Clusters that each arm of a control needs."""


@dataclass(frozen=True)
class Surroundings:
    """The rows that an effect's controls and competing exposures come from.

    `panel` holds the control measures' rows, `signs` maps each to +1 where higher is better
    for patients, else -1. `reached` are the units that a competing exposure reached in the
    window. `outside` are controls with an exposure of their own.
    """

    panel: pd.DataFrame
    signs: Mapping[str, int]
    reached: frozenset[str] = frozenset()
    outside: tuple[OutsideControl, ...] = ()


def control_measures(effect: PlannedEffect, panel: pd.DataFrame) -> list[str]:
    """The plan's negative controls that are measures with outcomes, each once, in its order."""
    known = set(panel["measure_id"]) - {effect.measure_id}
    return [name for name in dict.fromkeys(effect.analysis.negative_controls) if name in known]


def control_effects(effect: PlannedEffect, plan: Plan) -> list[PlannedEffect]:
    """The plan's negative controls that are effects of that role, in the plan's order."""
    wanted = set(effect.analysis.negative_controls) - {effect.effect_id}
    return [
        other
        for other in plan.effects
        if other.effect_id in wanted and other.role == "negative_control"
    ]


def competing_units(
    effect: PlannedEffect,
    plan: Plan,
    exposure: pd.DataFrame,
    supported: pd.DataFrame,
    study: Study,
) -> frozenset[str]:
    """Units that support, or another planned initiative on the measure, reached in the window.

    Controls are no programs: a pseudo-exposure reaches nobody.
    """
    rivals = [
        other.effect_id
        for other in plan.effects
        if other.measure_id == effect.measure_id
        and other.initiative_id != effect.initiative_id
        and other.role != "negative_control"
    ]
    rows = exposure[exposure["effect_id"].isin(rivals) & (exposure["dose"].fillna(1.0) > 0)]
    start = pd.to_numeric(rows["start_period"]).astype(float)
    end = pd.to_numeric(rows["end_period"]).astype(float).fillna(np.inf)
    inside: pd.Series = (start < period_count(study)) & (end >= 0)
    return frozenset(rows.loc[inside, "unit_id"]) | frozenset(supported["unit_id"])


def reached_clusters(
    data: EffectData, clusters: Clusters, reached: frozenset[str]
) -> BoolArray | None:
    """Clusters (N,) of which a competing exposure reached any unit; None where it reached none."""
    touched = {clusters.cluster_of.get(name, name) for name in reached}
    found = np.array([name in touched for name in data.unit_ids], dtype=bool)
    return found if found.any() else None


def near_clusters(data: EffectData, clusters: Clusters, unit: pd.DataFrame) -> BoolArray | None:
    """Clusters (N,) next to one that was exposed before them, or of which that is not known.

    Never-exposed ones, and those that serve as comparison until their own start. None where no
    cluster's neighbours are known. Being neighbours goes both ways; clusters are neighbours
    when any of their units are.
    """
    links = _links(unit, clusters)
    if links.keys().isdisjoint(data.unit_ids):
        return None
    starts = np.where(data.cohort == NEVER, np.inf, data.cohort).tolist()
    start = dict(zip(data.unit_ids, starts, strict=True))
    named = _reversed(links)
    unknown = min((begun for name, begun in start.items() if name not in links), default=np.inf)

    def is_near(name: str) -> bool:
        own = start[name]
        if np.isfinite(own) and data.comparison == "never_exposed":
            return False
        beside = links.get(name, set()) | named.get(name, set())
        is_known = name in links or unknown >= own
        return not is_known or any(start.get(other, np.inf) < own for other in beside)

    return np.array([is_near(name) for name in data.unit_ids], dtype=bool)


def _reversed(links: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The clusters that name each cluster as their neighbour."""
    named: dict[str, set[str]] = {}
    for name, others in links.items():
        for other in others:
            named.setdefault(other, set()).add(name)
    return named


def _links(unit: pd.DataFrame, clusters: Clusters) -> dict[str, set[str]]:
    """The clusters next to each cluster whose neighbours are known."""
    links: dict[str, set[str]] = {}
    told = unit[unit["neighbour_ids"].notna()]
    for name, listed in zip(told["unit_id"], told["neighbour_ids"], strict=True):
        own = clusters.cluster_of.get(name, name)
        others = {part.strip() for part in str(listed).split(";")} - {""}
        beside = {clusters.cluster_of.get(other, other) for other in others}
        links.setdefault(own, set()).update(beside - {own})
    return links


def outside_control(data: EffectData, thresholds: Thresholds) -> OutsideControl | None:
    """Estimate a control with an exposure of its own, in units of its own s_k.

    None where it has too few clusters or pre-periods, or does not vary.
    """
    cut = with_comparison(within_panel(data), FEWEST)
    sample = build_sample(cut)
    if check_arms(cut, sample, FEWEST, FEWEST, thresholds.pre_periods):
        return None
    judged = judge_sample(sample, cut.sign)
    found = judged.contrast(plain)
    if found is None or judged.scale == 0:
        return None
    factor = judged.sign / judged.scale
    full = np.nan_to_num(judged.matrix(plain))
    return OutsideControl(
        unit_ids=tuple(cut.unit_ids[row] for row in sample.rows),
        estimate=factor * found.estimate,
        influence=factor * influences(full[None], judged.cohorts)[:, 0],
    )

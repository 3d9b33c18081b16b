"""From the panel to one effect's arrays: a row per cluster, a column per period."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from impact.calendar import MONTHS, period_count
from impact.doses import dose_matrix
from impact.model import NEVER, EffectData, FloatArray, IntArray, NotEvaluable
from impact.selection import Clusters, cluster_units, selected_units, take_part
from impact.surroundings import Surroundings, near_clusters, reached_clusters
from schemas.plan import PlannedEffect
from schemas.study import Study
from schemas.thresholds import Thresholds
from schemas.vocabulary import Direction, PeriodLength

WEIGHT_COLUMNS = {"denominator": "outcome.denominator", "person_count": "outcome.person_count"}


@dataclass(frozen=True)
class Measure:
    """What is measured: where it is good, how often, and whether it stands for something else."""

    measure_id: str
    name: str
    unit_label: str
    direction: Direction
    period: PeriodLength | None = None
    is_proxy: bool = False


@dataclass(frozen=True)
class EffectTables:
    """The rows that one effect is made from.

    `panel`: this measure for everyone (`schemas.panel.Panel`). `exposure`: this effect's rows
    of `impact.exposure.build_plan_exposure`. `unit`: the unit table. `around`: its negative
    controls and the units that competing exposures reached. `covariates`: rows of the measures
    that the plan adjusts for, None where it names none.
    """

    panel: pd.DataFrame
    exposure: pd.DataFrame
    unit: pd.DataFrame
    around: Surroundings | None = None
    covariates: pd.DataFrame | None = None


@dataclass(frozen=True)
class _Grid:
    """Units by periods; `first_period` is the study period of the first column."""

    units: list[str]
    outcome: FloatArray
    periods: IntArray


def build_effect_data(
    tables: EffectTables,
    effect: PlannedEffect,
    measure: Measure,
    study: Study,
    thresholds: Thresholds,
) -> EffectData | NotEvaluable:
    """One effect's data, (clusters, periods), or why there is none.

    Exposure is taken to begin `anticipation` periods early, or at its `anticipated_period`
    where that is earlier still. The partial first period is left out only where nothing is
    anticipated: otherwise it lies after the start that is used. Clusters are means over
    their units, weighted as the plan says; where units of one cluster start at different
    times, those that start first stand for it.
    """
    analysis = effect.analysis
    wanted = selected_units(tables.unit, analysis.units)
    if isinstance(wanted, NotEvaluable):
        return wanted
    units = take_part(tables.panel, tables.exposure, tables.unit, wanted)
    grid = _grid(units, tables.panel, measure, study)
    starts = _starts(tables.exposure, units, analysis.anticipation)
    reason = _why_not(grid, starts)
    if reason is not None:
        return reason
    cohort = _cohorts(units, starts, grid.periods)
    weight = _weights(tables, effect, grid, cohort)
    if isinstance(weight, NotEvaluable):
        return weight
    clusters = cluster_units(units, tables.exposure, tables.unit, analysis.cluster == "parent_id")
    frame = _unit_frame(tables.exposure, units, clusters, cohort, weight)
    data = _clustered(frame, grid, effect, measure, study, thresholds)
    doses = dose_matrix(tables.exposure, units, grid.periods, analysis.anticipation)
    data = replace(data, dose=_of_clusters(doses, frame))
    if tables.covariates is not None:
        layers = covariate_layers(tables.covariates, analysis.covariates, grid, study)
        data = replace(data, covariates=np.array([_of_clusters(one, frame) for one in layers]))
    return _with_surroundings(data, tables, frame, grid, clusters)


def _grid(units: list[str], panel: pd.DataFrame, measure: Measure, study: Study) -> _Grid:
    """Outcomes of the units from the first to the last period in which any was observed.

    A measure that is observed less often than the study's periods keeps its own periods.
    """
    outcome = _wide(panel, units, list(range(period_count(study))))
    seen = np.flatnonzero(np.isfinite(outcome).any(axis=0))
    if seen.size == 0:
        return _Grid(units, outcome[:, :0], np.zeros(0, dtype=np.int64))
    is_rarer = measure.period is not None and MONTHS[measure.period] > MONTHS[study.period]
    periods = seen if is_rarer else np.arange(seen[0], seen[-1] + 1)
    return _Grid(units, outcome[:, periods], periods.astype(np.int64))


def _wide(panel: pd.DataFrame, units: list[str], periods: list[int]) -> FloatArray:
    """Outcomes of one measure (units, periods); NaN where there is no row."""
    return _placed(panel["outcome"], *_places(panel, units, periods), (len(units), len(periods)))


def _places(panel: pd.DataFrame, units: list[str], periods: list[int]) -> tuple[IntArray, IntArray]:
    """The row and the column of each outcome; -1 where it is of no unit or period given."""
    row = pd.Index(units).get_indexer(pd.Index(panel["unit_id"]))
    column = pd.Index(periods).get_indexer(pd.Index(panel["period"].astype(np.int64)))
    return row.astype(np.int64), column.astype(np.int64)


def _placed(
    outcome: pd.Series, row: IntArray, column: IntArray, shape: tuple[int, int]
) -> FloatArray:
    """Outcomes at their places, the first where there are several; NaN elsewhere."""
    value = outcome.to_numpy(dtype=np.float64, na_value=np.nan)
    last_first = np.flatnonzero((row >= 0) & (column >= 0) & ~np.isnan(value))[::-1]
    wide = np.full(shape, np.nan)
    wide[row[last_first], column[last_first]] = value[last_first]
    return wide


def _starts(exposure: pd.DataFrame, units: list[str], anticipation: int) -> pd.Series:
    """First exposed study period of every exposed unit; rows with dose 0 expose nobody."""
    rows = exposure[exposure["unit_id"].isin(units) & (exposure["dose"].fillna(1.0) > 0)]
    begun = pd.to_numeric(rows["start_period"]).astype(float) - anticipation
    announced = pd.to_numeric(rows["anticipated_period"]).astype(float)
    return pd.Series(np.fmin(begun, announced)).groupby(rows["unit_id"]).min()


def _why_not(grid: _Grid, starts: pd.Series) -> NotEvaluable | None:
    if grid.outcome.shape[1] == 0:
        return NotEvaluable(("NO_OUTCOME",))
    if len(starts) == 0 or not (starts <= grid.periods[-1]).any():
        return NotEvaluable(("NO_EXPOSED",) if len(starts) == 0 else ("NO_POST",))
    return None


def _cohorts(units: list[str], starts: pd.Series, periods: IntArray) -> IntArray:
    """Column in which each unit's exposure begins; 0 where it began before, else NEVER."""
    begun = starts.reindex(units).to_numpy(dtype=np.float64)
    column = np.searchsorted(periods, begun, side="right") - 1
    is_exposed = np.isfinite(begun) & (begun <= periods[-1])
    return np.where(is_exposed, np.maximum(column, 0), NEVER).astype(np.int64)


def _weights(
    tables: EffectTables, effect: PlannedEffect, grid: _Grid, cohort: IntArray
) -> FloatArray | NotEvaluable:
    """Weight of every unit, fixed at the last period before the first cohort's start."""
    kind = effect.analysis.weights
    if kind == "none":
        return np.ones(len(grid.units))
    if kind == "population":
        given = tables.unit.set_index("unit_id")["population"].reindex(grid.units)
        lacking = "unit.population"
    else:
        fixed = grid.periods[max(int(cohort[cohort != NEVER].min()) - 1, 0)]
        rows = tables.panel[tables.panel["period"] == fixed].set_index("unit_id")
        given, lacking = rows[kind].reindex(grid.units), WEIGHT_COLUMNS[kind]
    weight = pd.to_numeric(given).to_numpy(dtype=np.float64, na_value=np.nan)
    if not (weight > 0).all():
        return NotEvaluable(("MISSING_TABLE",), (lacking,))
    return weight


def _unit_frame(
    exposure: pd.DataFrame,
    units: list[str],
    clusters: Clusters,
    cohort: IntArray,
    weight: FloatArray,
) -> pd.DataFrame:
    """One row per unit: its cluster, cohort, weight, block and probability of assignment."""
    spells = exposure.sort_values(["unit_id", "start_period"])
    given = spells.groupby("unit_id").head(1).set_index("unit_id").reindex(units)
    frame = pd.DataFrame({"row": np.arange(len(units)), "cohort": cohort, "weight": weight})
    frame["cluster"] = [clusters.cluster_of[name] for name in units]
    frame["block"] = given["block_id"].to_numpy()
    frame["probability"] = pd.to_numeric(given["assignment_probability"]).to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    order = np.where(cohort == NEVER, np.iinfo(np.int64).max, cohort)
    earliest = pd.Series(order).groupby(frame["cluster"]).transform("min")
    is_first: pd.Series = earliest == order
    return frame.loc[is_first]


def _clustered(
    frame: pd.DataFrame,
    grid: _Grid,
    effect: PlannedEffect,
    measure: Measure,
    study: Study,
    thresholds: Thresholds,
) -> EffectData:
    analysis = effect.analysis
    codes, names = pd.factorize(frame["cluster"], sort=True)
    first = frame.groupby("cluster", sort=True).head(1).sort_values("cluster")
    weight = frame["weight"].to_numpy(dtype=np.float64)
    total = np.bincount(codes, weights=weight).astype(np.float64)
    is_partial = analysis.partial_period == "excluded" and analysis.anticipation == 0
    return EffectData(
        unit_ids=tuple(str(name) for name in names),
        outcome=_cluster_means(grid.outcome[frame["row"].to_numpy()], weight, codes),
        cohort=first["cohort"].to_numpy(dtype=np.int64),
        sign=1 if measure.direction == "higher_better" else -1,
        donut=thresholds.donut(measure.period or study.period, analysis.anticipation),
        block=pd.factorize(first["block"], use_na_sentinel=False)[0].astype(np.int64),
        probability=first["probability"].to_numpy(dtype=np.float64),
        weight=np.ones(len(names)) if analysis.weights == "none" else total,
        horizon=analysis.horizon,
        first_event=int(is_partial),
        alpha=analysis.alpha,
        seed=analysis.seed,
        comparison=analysis.comparison,
        season=MONTHS["year"] // MONTHS[measure.period or study.period],
        dose_contrast=analysis.dose_contrast or 1.0,
    )


def _with_surroundings(
    data: EffectData, tables: EffectTables, frame: pd.DataFrame, grid: _Grid, clusters: Clusters
) -> EffectData:
    """Add neighbours, competing exposures and the negative controls, each where it is known."""
    data = replace(data, is_near=near_clusters(data, clusters, tables.unit))
    around = tables.around
    if around is None:
        return data
    return replace(
        data,
        is_shared=reached_clusters(data, clusters, around.reached),
        controls=_controls(around, frame, grid) if around.signs else None,
        outside=around.outside,
    )


def covariate_layers(
    rows: pd.DataFrame, measure_ids: list[str], grid: _Grid, study: Study
) -> list[FloatArray]:
    """Each covariate's last value observed so far, on the grid (units, T)."""
    every = list(range(period_count(study)))
    layers = []
    for measure_id in dict.fromkeys(measure_ids):
        wide = _wide(rows[rows["measure_id"] == measure_id], grid.units, every)
        layers.append(pd.DataFrame(wide).ffill(axis=1).to_numpy()[:, grid.periods])
    return layers


def _of_clusters(values: FloatArray, frame: pd.DataFrame) -> FloatArray:
    """Weighted means of unit rows (units, T) over each cluster's units (N, T)."""
    codes = pd.factorize(frame["cluster"], sort=True)[0]
    weight = frame["weight"].to_numpy(dtype=np.float64)
    return _cluster_means(values[frame["row"].to_numpy()], weight, codes)


def _controls(around: Surroundings, frame: pd.DataFrame, grid: _Grid) -> FloatArray:
    """Every control measure on the effect's clusters and periods (K, N, T), positive better."""
    made = []
    row, column = _places(around.panel, grid.units, grid.periods.tolist())
    measure = around.panel["measure_id"].to_numpy()
    for measure_id, sign in around.signs.items():
        mine = measure == measure_id
        outcome = around.panel["outcome"][mine]
        wide = _placed(outcome, row[mine], column[mine], grid.outcome.shape)
        made.append(sign * _of_clusters(wide, frame))
    return np.array(made)


def _cluster_means(values: FloatArray, weight: FloatArray, codes: IntArray) -> FloatArray:
    """Weighted mean over each cluster's units; missing where under half its weight is observed."""
    is_seen = np.isfinite(values)
    seen = np.where(is_seen, weight[:, None], 0.0)
    shape = (int(codes.max()) + 1, values.shape[1])
    total, weighted = np.zeros(shape), np.zeros(shape)
    np.add.at(total, codes, seen)
    np.add.at(weighted, codes, seen * np.where(is_seen, values, 0.0))
    is_enough = (total > 0) & (2 * total >= np.bincount(codes, weights=weight)[:, None])
    return np.where(is_enough, weighted / np.where(is_enough, total, 1.0), np.nan)

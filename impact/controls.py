"""Negative controls: what they say about the bias that the effect may share (METHODS 3a).

A control is an outcome, or a place, that the initiative cannot have moved; what its estimate
differs from zero by is bias and noise. Controls are signed so that positive is better and
divided by their own s_k, so that a bias is comparable across measures.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from impact import functionals
from impact.cohorts import Cohorts
from impact.contrast import contrast, estimates, influences
from impact.model import BoolArray, EffectData, FloatArray, OutsideControl
from impact.sample import Sample
from impact.widening import within_cluster_sds

LEAST_PRE = 3
"""Pre-periods that a control needs for its scale."""
LEAST_COVERED = 0.95
"""Share of the effect's clusters for which a control needs a value."""


@dataclass(frozen=True)
class Controls:
    """The K usable controls of one sample, in units of their own s_k.

    `scalar` (K', N, G) is of those on the effect's own clusters, `given` (K', N, T) their
    series in their own units and `size` (K',) their s_k; `outside` are those with an exposure
    of their own. `estimate` (K,) holds all e_k, the first K'
    on the effect's own clusters, and `std_error` (K,) their own jackknife standard errors.
    `tau_squared` is the variance of the systematic error, `declared` how many were given.
    """

    given: FloatArray
    size: FloatArray
    scalar: FloatArray
    outside: tuple[OutsideControl, ...]
    estimate: FloatArray
    std_error: FloatArray
    tau_squared: float
    declared: int

    @property
    def count(self) -> int:
        """K."""
        return len(self.estimate)

    @property
    def own_share(self) -> float:
        """Share of the K that are measured on the effect's own clusters."""
        return len(self.scalar) / self.count

    @cached_property
    def mean_scalar(self) -> FloatArray:
        """c-bar (N, G): mean over the controls on the effect's own clusters, 0 without any."""
        if not len(self.scalar):
            return np.zeros(self.scalar.shape[1:])
        return nan_mean(self.scalar)

    @cached_property
    def mean_series(self) -> FloatArray:
        """Mean series (N, T) of the controls on the effect's own clusters."""
        return nan_mean(self.given / self.size[:, None, None])


def build_controls(data: EffectData, sample: Sample, cohorts: Cohorts) -> Controls | None:
    """Bring the controls to the effect's own sample; None where none was declared.

    Not in K: fewer than 3 pre-periods, no variation between them, or no value for 95 % of the
    clusters.
    """
    given = np.empty((0, *data.outcome.shape)) if data.controls is None else data.controls
    declared = len(given) + len(data.outside)
    if declared == 0:
        return None
    if len(sample.rows) < len(data.outcome):
        given = given[:, sample.rows]
    size = _sizes(given, sample)
    given, size = (given, size) if (size > 0).all() else (given[size > 0], size[size > 0])
    scalar = _scalars(given, sample) / size[:, None, None]
    estimate, std_error, is_usable = _estimates(scalar, cohorts)
    scalar = scalar[is_usable]
    outside = data.outside
    away = [item.estimate for item in outside]
    spread = [float(np.sqrt((item.influence**2).sum())) for item in outside]
    every = np.concatenate([estimate[is_usable], away])
    found = Controls(
        given=given if is_usable.all() else given[is_usable],
        size=size[is_usable],
        scalar=scalar,
        outside=outside,
        estimate=every,
        std_error=np.concatenate([std_error[is_usable], spread]),
        tau_squared=0.0,
        declared=declared,
    )
    noise = _noise(found, cohorts, tuple(data.unit_ids[row] for row in sample.rows))
    return _with_tau(found, noise)


def _with_tau(found: Controls, noise: FloatArray) -> Controls:
    """Give tau squared: variance of the e_k beyond that expected from `noise` (K,), se_k^2."""
    if found.count < 2:
        return found
    scatter = float(found.estimate.var(ddof=1))
    expected = float(noise.sum()) / (found.count - 1)
    return replace(found, tau_squared=max(0.0, scatter - expected))


def nan_mean(values: FloatArray) -> FloatArray:
    """Mean over the first axis of what is known; NaN where nothing is."""
    seen = np.isfinite(values)
    if len(values) and seen.all():
        return np.asarray(values.sum(axis=0) / len(values))
    mean = np.full(values.shape[1:], np.nan)
    total, count = np.where(seen, values, 0.0).sum(axis=0), seen.sum(axis=0)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _sizes(given: FloatArray, sample: Sample) -> FloatArray:
    """s_k of every series (K, N, T): (K,), 0 for those without a scale."""
    first = sample.windows[0].start
    pre = given[:, (sample.label == 0) | sample.waiting, :first]
    observed = np.isfinite(pre).any(axis=1).sum(axis=1) >= LEAST_PRE
    return np.where(observed, within_cluster_sds(pre), 0.0)


def _scalars(series: FloatArray, sample: Sample) -> FloatArray:
    """I0 of every control, cluster and cohort (K', N, G)."""
    count, clusters, periods = series.shape
    flat = series.reshape(count * clusters, periods)
    made = functionals.plain_matrix(flat, sample.windows)
    return made.reshape(count, clusters, len(sample.windows))


def _estimates(scalar: FloatArray, cohorts: Cohorts) -> tuple[FloatArray, FloatArray, BoolArray]:
    """e_k and its standard error (K',), and which controls can be used."""
    seen = _seen(scalar, cohorts)
    usable = seen.mean(axis=1) >= LEAST_COVERED
    estimate, variance = estimates(scalar, cohorts), _variances(scalar, cohorts)
    for k in np.flatnonzero(usable & ~seen.all(axis=1)):
        found = contrast(scalar[k], cohorts)
        usable[k] = found is not None
        estimate[k], variance[k] = (found.estimate, found.variance) if found else (0.0, 0.0)
    return estimate, np.sqrt(variance), usable


def _seen(scalar: FloatArray, cohorts: Cohorts) -> BoolArray:
    """Whether every cluster has its scalars for each role it has (K', N)."""
    own = np.arange(1, len(cohorts.starts) + 1) == cohorts.label[:, None]
    return np.asarray((np.isfinite(scalar) | ~(own | cohorts.compared)).all(axis=2))


def _variances(scalar: FloatArray, cohorts: Cohorts) -> FloatArray:
    """Variance of every control's contrast (K',); NaN where a cluster lacks a value."""
    return np.asarray((influences(scalar, cohorts) ** 2).sum(axis=0))


def _noise(found: Controls, cohorts: Cohorts, unit_ids: tuple[str, ...]) -> FloatArray:
    """se_k^2 (K,): expected squared distance of each e_k from the mean of all of them."""
    if found.outside:
        joint = joint_influence(found, cohorts, unit_ids)
        away = joint - joint.mean(axis=1, keepdims=True)
        return np.asarray((away**2).sum(axis=0))
    away = found.scalar - found.mean_scalar
    variance = _variances(away, cohorts)
    for k in np.flatnonzero(np.isnan(variance)):
        each = contrast(away[k], cohorts)
        variance[k] = each.variance if each else 0.0
    return variance


def joint_influence(found: Controls, cohorts: Cohorts, unit_ids: tuple[str, ...]) -> FloatArray:
    """Contribution of every cluster to every e_k (J, K): the effect's clusters come first.

    Clusters that only outside controls have follow in the order of their ids. A control that a
    cluster lacks is taken at the cluster's mean over the other controls.
    """
    others = sorted({name for item in found.outside for name in item.unit_ids} - set(unit_ids))
    position = {name: row for row, name in enumerate((*unit_ids, *others))}
    joint = np.zeros((len(position), found.count))
    full = np.where(np.isfinite(found.scalar), found.scalar, found.mean_scalar)
    joint[: len(unit_ids), : len(full)] = influences(full, cohorts)
    for column, item in enumerate(found.outside, start=len(full)):
        joint[[position[name] for name in item.unit_ids], column] = item.influence
    return joint

"""Controls, I3, I4 and I6 of METHODS 3a, written from its text alone: plain numpy, loops.

Controls are (K, N, T), signed so that positive is better. Nothing of the product is imported.
"""

from dataclasses import dataclass

import numpy as np

from tests import reference
from tests.reference import Contrast, Floats, Ints


@dataclass(frozen=True)
class Calibration:
    """tau squared, the e_k and their mean per cluster and cohort, in units of each s_k."""

    tau_squared: float
    estimates: Floats
    shared: Floats


def cohort_weights(cohort: Ints) -> tuple[Ints, Floats]:
    """Label of every cluster, -1 in the comparison, and w_g."""
    starts = reference.starts_of(cohort)
    label = np.where(cohort < 0, -1, np.searchsorted(starts, cohort))
    weight = np.array([(cohort == start).sum() for start in starts]) / (cohort >= 0).sum()
    return label, weight


def cluster_scalar(row: Floats, label: int, weight: Floats) -> float:
    """x_j: the own cohort's functional, or the w_g mean of all."""
    return float(row[label] if label >= 0 else row @ weight)


def _contrast(scalars: Floats, label: Ints, weight: Floats, starts: Ints) -> Contrast:
    """The contrast over the clusters that have a value."""
    seen = [
        np.isfinite(cluster_scalar(row, int(g), weight))
        for row, g in zip(scalars, label, strict=True)
    ]
    weights = _weights_of(label[seen], len(weight))
    return reference.contrast(scalars[seen], label[seen], weights, starts)


def _weights_of(label: Ints, cohorts: int) -> Floats:
    counts = np.array([(label == g).sum() for g in range(cohorts)], dtype=float)
    return np.asarray(counts / counts.sum())


def calibration(
    controls: Floats, cohort: Ints, horizon: tuple[int, int] | None = None
) -> Calibration:
    """Which controls are in K, and what they show."""
    label, weight = cohort_weights(cohort)
    starts = reference.starts_of(cohort)
    kept = []
    for control in controls:
        seen = np.isfinite(control[:, : int(starts[0])])
        if seen[cohort < 0].any(axis=0).sum() < 3:
            continue
        told = (cohort >= 0) | seen.any(axis=1)
        scaled = control / reference.within_sd(control[told], cohort[told])
        scalars = reference.functionals(scaled, cohort, "plain", 1, horizon)
        own = [cluster_scalar(row, int(g), weight) for row, g in zip(scalars, label, strict=True)]
        if np.isfinite(own).mean() >= 0.95:
            kept.append(scalars)
    made = np.array(kept)
    shared = np.nanmean(made, axis=0)
    each = np.array([_contrast(one, label, weight, starts).estimate for one in made])
    noise = [_contrast(one - shared, label, weight, starts).std_error ** 2 for one in made]
    count = len(each)
    scatter = float(((each - each.mean()) ** 2).sum()) / (count - 1)
    tau_squared = max(0.0, scatter - count / (count - 1) * float(np.mean(noise)))
    return Calibration(tau_squared, each, shared)


def calibrated(
    y: Floats,
    cohort: Ints,
    controls: Floats,
    times: float,
    horizon: tuple[int, int] | None = None,
) -> Contrast:
    """I3 (times = 1) or I4 (times = 2), in the outcome's unit."""
    found = calibration(controls, cohort, horizon)
    label, weight = cohort_weights(cohort)
    scale = reference.within_sd(y, cohort)
    plain = reference.functionals(y / scale, cohort, "plain", 1, horizon)
    own = _contrast(plain - times * found.shared, label, weight, reference.starts_of(cohort))
    count, v = len(found.estimates), own.std_error**2
    extra = found.tau_squared * (1 + times**2 / count)
    df = (v + extra) ** 2 / (v**2 / own.df + extra**2 / (count - 1))
    return Contrast(scale * own.estimate, scale * float(np.sqrt(v + extra)), df)


def without(y: Floats, cohort: Ints, gone: Ints, horizon: tuple[int, int] | None) -> Contrast:
    """I0 of the clusters that stay, with their own widening."""
    stay = ~gone.astype(bool)
    left, kept = y[stay], cohort[stay]
    label, weight = cohort_weights(kept)
    scalars = reference.functionals(left, kept, "plain", 1, horizon)
    found = reference.contrast(scalars, label, weight, reference.starts_of(kept))
    share = reference.missing_share(left, kept, horizon)
    widening = reference.worst_share_shift(share) * reference.within_sd(left, kept)
    return Contrast(found.estimate, found.std_error, found.df, widening)


def full_evidence(
    y: Floats,
    cohort: Ints,
    donut: int,
    controls: Floats,
    reached: Ints | None = None,
    draws: int = 9_999,
) -> reference.Evidence:
    """Evidence with I3 and I4, and with I6 where some clusters were reached."""
    base = reference.evidence(y, cohort, donut, draws=draws)
    more = {
        "calibrated": calibrated(y, cohort, controls, 1.0),
        "calibrated_twice": calibrated(y, cohort, controls, 2.0),
    }
    if reached is not None:
        more["clean"] = without(y, cohort, reached, None)
    return reference.Evidence(**{**vars(base), "intervals": {**base.intervals, **more}})

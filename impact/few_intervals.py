"""Few exposed clusters: what is shown of each way of removing bias, and its permutation test."""

from dataclasses import replace

import numpy as np

from impact import functionals
from impact.calibrated import FACTORS
from impact.contrast import cluster_scalars, with_own_scalars
from impact.controls import Controls
from impact.few_exposed import Draws, Spread, noise_matrix, own_sd, scaled_statistics
from impact.judged import Judged
from impact.left_out import LeftOut, leave_both_out
from impact.model import EffectData, Interval, PermutationTest
from schemas.thresholds import Thresholds
from schemas.vocabulary import IntervalName


def shown_interval(
    judged: Judged, name: IntervalName, functional: functionals.Functional
) -> Interval:
    """Estimate with the spread of the comparison clusters; no bound is claimed from it."""
    matrix = with_own_scalars(judged.matrix(functional), judged.cohorts)
    if not np.isfinite(matrix).all():
        return Interval(name, "NOT_EVALUATED")
    scalar = cluster_scalars(matrix, judged.cohorts)
    exposed = judged.cohorts.label > 0
    n1, n0 = int(exposed.sum()), int((~exposed).sum())
    spread = float(scalar[~exposed].std(ddof=1)) * float(np.sqrt(1 / n1 + 1 / n0))
    if spread <= 0:
        return Interval(name, "NOT_EVALUATED")
    estimate = judged.sign * float(scalar[exposed].mean() - scalar[~exposed].mean())
    return Interval(name, "PASS", estimate, spread, n0 - 1.0, judged.widening)


def permute_functional(
    draws: Draws, name: IntervalName, functional: functionals.Functional, spread: Spread
) -> PermutationTest:
    """Permute a functional of each unit's own series, scaled by the unit's own spread."""
    matrix = with_own_scalars(draws.judged.matrix(functional), draws.judged.cohorts)
    if not np.isfinite(matrix).all():
        return not_permuted(name)
    noise = noise_matrix(draws.judged, spread)
    return draws.test(name, scaled_statistics(draws.judged, matrix, noise))


def not_permuted(name: IntervalName) -> PermutationTest:
    """Stand for a test whose statistic some unit lacks the periods for; p is 1 on both sides."""
    return PermutationTest(
        name, "NOT_EVALUATED", p_improves=1.0, p_harms=1.0, smallest_p=1.0, draws=0, is_exact=False
    )


def shown_calibrated(judged: Judged, thresholds: Thresholds) -> tuple[Interval, ...]:
    """I3 and I4 as shown: I0 of each unit's series without what the controls share; no tau."""
    controls = own_controls(judged, thresholds)
    if controls is None:
        return tuple(Interval(name, "NOT_APPLICABLE") for name, _ in FACTORS)
    return tuple(_in_own_unit(judged, controls, *named) for named in FACTORS)


def permute_calibrated(draws: Draws, thresholds: Thresholds) -> tuple[PermutationTest, ...]:
    """Permutation tests of I3 and I4, scaled by the spread of the same series; none below K."""
    controls = own_controls(draws.judged, thresholds)
    if controls is None:
        return ()
    return tuple(
        permute_functional(
            replace(draws, judged=less_shared(draws.judged, controls, factor)),
            name,
            functionals.plain,
            own_sd,
        )
        for name, factor in FACTORS
    )


def shown_left_out(data: EffectData, judged: Judged) -> tuple[Interval, ...]:
    """I5 and I6 as shown; with few exposed clusters they decide nothing."""
    return tuple(_shown(item) for item in leave_both_out(data, judged, least=1))


def own_controls(judged: Judged, thresholds: Thresholds) -> Controls | None:
    """The controls, where enough live in the effect's own units: each unit needs a series."""
    found = judged.controls
    if found is None or len(found.given) < thresholds.controls_calibration:
        return None
    return found


def less_shared(judged: Judged, controls: Controls, factor: float) -> Judged:
    """The sample with lambda times the controls' mean taken off each series; units of s_y."""
    signed = judged.sign / judged.scale * judged.sample.outcome
    outcome = signed - factor * controls.mean_series
    return replace(
        judged,
        sample=replace(judged.sample, outcome=outcome),
        sign=1,
        scale=1.0,
        widening=judged.widening / judged.scale,
    )


def _in_own_unit(judged: Judged, controls: Controls, name: IntervalName, factor: float) -> Interval:
    found = shown_interval(less_shared(judged, controls, factor), name, functionals.plain)
    return replace(
        found,
        estimate=judged.scale * found.estimate,
        std_error=judged.scale * found.std_error,
        widening=judged.widening,
    )


def _shown(item: LeftOut) -> Interval:
    if not item.applies:
        return Interval(item.name, "NOT_APPLICABLE")
    if item.judged is None:
        return Interval(item.name, "NOT_EVALUATED")
    return shown_interval(item.judged, item.name, functionals.plain)

"""What goes into an estimator and what comes out: frozen dataclasses over plain arrays."""

from dataclasses import dataclass
from typing import Literal

from scipy import special

from impact.arrays import NEVER, BoolArray, FloatArray, IntArray
from schemas.vocabulary import Comparison, IntervalName, Method, Reason, Status

__all__ = [
    "NEVER",
    "AlternativeEstimate",
    "BoolArray",
    "Comparison",
    "DiagnosticResult",
    "EffectData",
    "Estimation",
    "EventEstimate",
    "FloatArray",
    "IntArray",
    "Interval",
    "NotEvaluable",
    "OutsideControl",
    "PermutationTest",
    "TrendSensitivity",
]


@dataclass(frozen=True)
class OutsideControl:
    """A negative control with its own exposure: its estimate, in its own s_k, positive better.

    `influence` (n,) is what each of its clusters contributes: the sum of squares is the
    jackknife variance. `unit_ids` name the clusters, so that those it shares with the effect
    or with another control are known.
    """

    unit_ids: tuple[str, ...]
    estimate: float
    influence: FloatArray


@dataclass(frozen=True)
class EffectData:
    """One effect's data: a row per cluster, in the measure's own unit and sign.

    `outcome` is (N, T) with NaN where nothing was observed; `cohort` (N,) is the first
    exposed period (anticipation already subtracted) or NEVER; `block` (N,) codes strata of a
    randomised design (all 0 when there is one); `probability` (N,) is the given probability
    of assignment, NaN where unknown; `weight` (N,) is 1 unless the plan weights units.
    `sign` is +1 where higher is better for patients, else -1. `donut` is in periods.
    `horizon` is [first, last] event time or None; `first_event` is 1 when the partial first
    period is left out, else 0. `season` is the number of periods in a year.
    `dose` (N, T) is each cluster's dose per period, `dose_contrast` the difference in dose
    that an effect per dose is stated for.

    With `comparison` "not_yet_exposed" a cohort is compared with clusters that start after its
    windows too, not with the never exposed alone. `covariates` (X, N, T) are what the doubly
    robust alternative adjusts for, None where the plan names none.

    `controls` (K, N, T) are negative controls on the same clusters and periods, signed so that
    positive is better, each in its own unit; `outside` those that have an exposure of their
    own. `is_near` (N,) says which clusters neighbour an exposed one or may do so, None where
    no neighbour is known; `is_shared` (N,) which clusters a competing exposure reached, None
    where there is none.
    """

    unit_ids: tuple[str, ...]
    outcome: FloatArray
    cohort: IntArray
    sign: Literal[1, -1]
    donut: int
    block: IntArray
    probability: FloatArray
    weight: FloatArray
    horizon: tuple[int, int] | None = None
    first_event: int = 0
    alpha: float = 0.05
    seed: int = 1
    season: int = 1
    dose: FloatArray | None = None
    dose_contrast: float = 1.0
    controls: FloatArray | None = None
    outside: tuple[OutsideControl, ...] = ()
    is_near: BoolArray | None = None
    is_shared: BoolArray | None = None
    comparison: Comparison = "never_exposed"
    covariates: FloatArray | None = None


@dataclass(frozen=True)
class NotEvaluable:
    """Why no estimate can be made; `missing` names tables or columns."""

    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """One way of removing bias. Signed so that positive is better for patients.

    In the measure's unit. `widening` is B of METHODS 3a: what missing outcomes could hide.
    `bias_variance` is the part E of the squared standard error that comes from the negative
    controls' own scatter; more clusters do not shrink it.
    With status other than PASS the numbers are NaN and mean nothing.
    """

    name: IntervalName
    status: Status
    estimate: float = float("nan")
    std_error: float = float("nan")
    df: float = float("nan")
    widening: float = 0.0
    bias_variance: float = 0.0

    def bounds(self, level: float) -> tuple[float, float]:
        """Two-sided bounds at `level` (0.95, 0.90 …), widened."""
        reach = self.widening + self.std_error * float(special.stdtrit(self.df, (1 + level) / 2))
        return self.estimate - reach, self.estimate + reach

    @property
    def p_improves(self) -> float:
        """One-sided p of "effect <= 0"."""
        return float(special.stdtr(self.df, (self.widening - self.estimate) / self.std_error))

    @property
    def p_harms(self) -> float:
        """One-sided p of "effect >= 0"."""
        return float(special.stdtr(self.df, (self.estimate + self.widening) / self.std_error))


@dataclass(frozen=True)
class PermutationTest:
    """Randomisation inference: one-sided p on each side, and the smallest p the design allows."""

    name: IntervalName
    status: Status
    p_improves: float
    p_harms: float
    smallest_p: float
    draws: int
    is_exact: bool


@dataclass(frozen=True)
class EventEstimate:
    """The effect at one event time, own unit and sign; None where it cannot be computed."""

    event_time: int
    estimate: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    band_low: float | None = None
    band_high: float | None = None


@dataclass(frozen=True)
class AlternativeEstimate:
    """Another estimator's answer, own unit and sign."""

    name: str
    estimate: float | None
    std_error: float | None = None


@dataclass(frozen=True)
class DiagnosticResult:
    """A printed diagnostic; never NaN: None where it could not be computed, with its reason."""

    name: str
    status: Status
    value: float | None = None
    threshold: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class TrendSensitivity:
    """How unlike the arms' trends may be, own unit and sign (Rambachan and Roth 2023).

    `breakdown_m` is the largest M-bar, `breakdown_bend` the largest M, at which the interval
    excludes zero; None where it never does. `straight` are the bounds for M = 0.
    """

    breakdown_m: float | None
    straight: tuple[float, float]
    breakdown_bend: float | None


@dataclass(frozen=True)
class Estimation:
    """What an estimator hands to the judgement.

    `estimate`, `std_error` are in the measure's own unit and sign; `intervals` and
    `permutations` are signed so that positive is better. `decided_by` is "permutation" for
    1-4 exposed clusters (no interval is claimed), else "interval". `anticipation_p` is the
    two-sided p of gate G4b, None where it could not be computed. `cohort_bounds` are each
    cohort's own 95 % bounds (own sign), empty where there is one cohort. `control_count` is K;
    `smallest_arm` the clusters of the smallest arm after I5 and I6 left theirs out;
    `control_breakdown` the multiple of the controls' mean at which I0's claim would fall;
    `waiting_count` are the exposed clusters that are compared with too, before their start;
    `systematic_error` is tau in the measure's unit, None without enough controls.
    """

    method: Method
    estimand: str
    estimate: float
    std_error: float | None
    df: float | None
    decided_by: Literal["interval", "permutation"]
    intervals: tuple[Interval, ...]
    permutations: tuple[PermutationTest, ...]
    exposed_count: int
    comparison_count: int
    pre_count: int
    post_count: int
    missing_share: float
    scale: float
    anticipation_p: float | None = None
    is_observational: bool = True
    cohort_bounds: tuple[tuple[float, float], ...] = ()
    leave_one_out_stable: bool | None = None
    event_study: tuple[EventEstimate, ...] = ()
    alternatives: tuple[AlternativeEstimate, ...] = ()
    diagnostics: tuple[DiagnosticResult, ...] = ()
    slope_breakdown: float | None = None
    control_count: int = 0
    smallest_arm: int | None = None
    control_breakdown: float | None = None
    systematic_error: float | None = None
    waiting_count: int = 0
    trends: TrendSensitivity | None = None

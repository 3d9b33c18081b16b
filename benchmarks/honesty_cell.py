"""A cell of the simulation study: a world, what its study knows, and what it must show."""

from dataclasses import dataclass
from typing import Literal

from benchmarks.honesty_judge import PLAIN, Known
from tests.trial_worlds import TrialSpec
from tests.worlds import Cohort, Spec

Target = Literal[
    "false_claims",
    "wrong_sign",
    "coverage",
    "robust_coverage",
    "false_negligible",
    "negligible",
    "power_short",
    "power_long",
    "power_short_15",
    "power_long_15",
    "near_power_short",
    "near_power_long",
    "few",
    "needed",
    "moderate_none",
    "moderate",
    "family",
    "back_dated",
    "unit_change",
]
Pilot = Literal["none", "power", "negligible", "needed"]
SHORT = Spec()
"""Pre-period twice the post-period: 40 clusters, 24 and 12 periods."""
LONG = Spec(cohorts=(Cohort(20, 30),))
"""Pre-period five times the post-period: 40 clusters, 30 and 6 periods."""
STAGGERED = Spec(cohorts=(Cohort(7, 18), Cohort(7, 22), Cohort(6, 26)), periods=39)
STEP = 0.5
"""An effect of half a SD."""


@dataclass(frozen=True)
class Cell:
    """One world, repeated: its name, its targets, and how its worlds are judged.

    `effects` are the truths of a family of primary effects on the same clusters; empty for
    one effect. With a pilot the truth is set from what a few worlds of the cell show: `power`
    makes the effect `factor` times the one that the plain test finds in nine of ten;
    `negligible` makes the smallest worthwhile effect 3.1 times the largest SE, and the effect
    `factor` times, and every bias as given times, that; `needed` draws as many clusters as
    the verdict asks for at the smallest worthwhile effect. `elsewhere` puts the negative
    controls in clusters of their own. `weight` is the share of the repetitions that the cell
    is given.
    """

    name: str
    group: str
    targets: tuple[Target, ...]
    spec: Spec = SHORT
    known: Known = PLAIN
    trial: TrialSpec | None = None
    effects: tuple[float, ...] = ()
    pilot: Pilot = "none"
    factor: float = 1.0
    elsewhere: bool = False
    is_few: bool = False
    weight: float = 1.0

    @property
    def effect(self) -> float:
        """The truth, in SD; of a family the first."""
        if self.trial is not None:
            return self.trial.effect
        return self.effects[0] if self.effects else self.spec.effect

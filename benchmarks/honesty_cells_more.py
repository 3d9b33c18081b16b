"""Cells of few exposed, of randomised designs, of what was never simulated, of unseen bias."""

from dataclasses import replace

from benchmarks.honesty_cell import LONG, SHORT, Cell, Target
from benchmarks.honesty_judge import Known
from tests.trial_worlds import Design, TrialSpec
from tests.worlds import Bias, Cohort, Noise, Spec


def few_cells() -> list[Cell]:
    """One to four exposed clusters, quiet and three times as noisy as the others."""
    cells = []
    for exposed, comparison in ((1, 39), (2, 10), (2, 30), (4, 36)):
        for label, sd in (("", 1.0), ("_noisy", 3.0)):
            spec = Spec(
                cohorts=(Cohort(exposed, 24),), comparison=comparison, noise=Noise(exposed_sd=sd)
            )
            name = f"few_{exposed}_of_{exposed + comparison}{label}"
            cells.append(_few_cell(name, ("few",), spec))
    strong = Spec(cohorts=(Cohort(4, 24, effect=2.0),), comparison=36)
    trend = Spec(cohorts=(Cohort(4, 24),), comparison=36, bias=Bias(trend=1.0))
    shock = Spec(cohorts=(Cohort(4, 24),), comparison=36, bias=Bias(shock=1.0))
    return [
        *cells,
        _few_cell("few_effect_2", ("wrong_sign",), strong),
        _few_cell("few_trend_1", ("few",), trend),
        _few_cell("few_shock_1_seen", ("few",), shock),
    ]


def _few_cell(name: str, targets: tuple[Target, ...], spec: Spec) -> Cell:
    return Cell(name, "One to four exposed", targets, spec, is_few=True, weight=0.25)


def together_cells() -> list[Cell]:
    """Several outcomes at once, controls that live elsewhere, panels without a comparison arm."""
    group = "Together, elsewhere, never compared"
    rolled = Spec(
        cohorts=tuple(Cohort(10, start) for start in (18, 24, 30, 40)), comparison=0, periods=48
    )
    elsewhere = replace(SHORT, bias=Bias(shock=1.0))
    drifting = replace(rolled, bias=Bias(trend=0.5))
    return [
        Cell("ten_nulls", group, ("family",), effects=(0.0,) * 10, weight=0.25),
        Cell("three_one_true", group, ("family",), effects=(1.0, 0.0, 0.0)),
        Cell("controls_elsewhere_null", group, ("false_claims",), elsewhere=True),
        Cell("controls_elsewhere_shock", group, ("false_claims",), elsewhere, elsewhere=True),
        Cell("no_never_exposed_null", group, ("false_claims", "coverage"), rolled),
        Cell("no_never_exposed_trend", group, ("false_claims",), drifting),
        Cell("no_never_exposed_effect", group, ("wrong_sign",), rolled.with_effect(1.0)),
    ]


def waiting_cells() -> list[Cell]:
    """Few never exposed; cohorts are compared with those that are not yet exposed too."""
    group = "Not yet exposed"
    waves = Spec(
        cohorts=(Cohort(8, 18), Cohort(8, 28), Cohort(8, 44)), comparison=4, periods=60, controls=12
    )
    noisy = replace(waves, noise=Noise(unequal=0.5, exposed_sd=2.0))
    drifting = replace(waves, bias=Bias(trend=0.5))
    shaken = replace(waves, bias=Bias(shock=1.0))
    known = Known(comparison="not_yet_exposed")
    null: tuple[Target, ...] = ("false_claims", "coverage")
    return [
        Cell("not_yet_null", group, null, waves, known),
        Cell("not_yet_null_unequal", group, null, noisy, known),
        Cell("not_yet_effect", group, ("wrong_sign", "coverage"), waves.with_effect(1.0), known),
        Cell("not_yet_trend_0.5", group, ("false_claims", "robust_coverage"), drifting, known),
        Cell("not_yet_shock_1_seen", group, ("false_claims",), shaken, known),
    ]


def randomised_cells() -> list[Cell]:
    """Randomised designs: I0 with its widening decides."""
    group = "Randomised"
    null: tuple[Target, ...] = ("false_claims", "coverage")
    true: tuple[Target, ...] = ("wrong_sign", "coverage")
    known = Known(assignment="randomised")
    trials: dict[Design, float] = {
        "persons": 0.2,
        "clusters": 1.0,
        "blocks": 1.0,
        "pairs": 1.0,
        "roll_out": 1.0,
    }
    cells = []
    for design, effect in trials.items():
        spec = TrialSpec(design)
        cells.append(Cell(f"{design}_null", group, null, known=known, trial=spec))
        strong = replace(spec, effect=effect)
        cells.append(Cell(f"{design}_effect", group, true, known=known, trial=strong))
    missing = TrialSpec("clusters", missing=0.1)
    return [*cells, Cell("clusters_missing", group, ("false_claims",), known=known, trial=missing)]


def unseen_cells() -> list[Cell]:
    """Bias that no probe sees: here the verdict can be fooled, and the table says how often."""
    group = "Unseen bias"
    worlds = {
        "unseen_shock_0.5": replace(SHORT, bias=Bias(shock=0.5, seen=0.0)),
        "unseen_shock_1": replace(SHORT, bias=Bias(shock=1.0, seen=0.0)),
        "unseen_shock_1_long": replace(LONG, bias=Bias(shock=1.0, seen=0.0)),
        "shock_1_seen_0.25": replace(SHORT, bias=Bias(shock=1.0, seen=0.25)),
        "unseen_drift_0.5": replace(SHORT, bias=Bias(onset_drift=0.5, seen=0.0)),
        "unseen_drift_1": replace(SHORT, bias=Bias(onset_drift=1.0, seen=0.0)),
        "unknown_neighbours_1": replace(SHORT, neighbours=0.5, bias=Bias(displaced=-1.0)),
        "unknown_rival_1": replace(SHORT, bias=Bias(rival=1.0, rival_share=0.5)),
        "back_dated_no_log": replace(SHORT, back_dated=8),
        "long_dip_1": replace(SHORT, bias=Bias(dip=-1.0, dip_periods=10)),
    }
    return [Cell(name, group, (), spec) for name, spec in worlds.items()]

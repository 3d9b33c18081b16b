"""The cells of the simulation study: every world that the verdict path is proved on."""

from dataclasses import replace

from benchmarks.honesty_cell import LONG, SHORT, STAGGERED, STEP, Cell, Target
from benchmarks.honesty_cells_more import (
    few_cells,
    randomised_cells,
    together_cells,
    unseen_cells,
    waiting_cells,
)
from benchmarks.honesty_judge import Known
from tests.worlds import Bias, Cohort, Noise, Spec


def all_cells() -> tuple[Cell, ...]:
    """Every cell of the study, in the order of the table."""
    cells = (
        *_clean(),
        *_trends(),
        *_shocks(),
        *_before_start(),
        *_spillover(),
        *_missing(),
        *_shapes(),
        *_worthwhile(),
        *_power(),
        *_certainty(),
        *few_cells(),
        *together_cells(),
        *waiting_cells(),
        *randomised_cells(),
        *unseen_cells(),
    )
    names = [cell.name for cell in cells]
    if len(set(names)) != len(names):
        raise ValueError("every cell must have its own name")
    return cells


def _clean() -> list[Cell]:
    """No bias: the verdict must keep its level and its intervals their coverage."""
    group = "No bias"
    both: tuple[Target, ...] = ("false_claims", "coverage")
    sized = {
        "10": Spec(cohorts=(Cohort(5, 24),), comparison=5),
        "20": Spec(cohorts=(Cohort(10, 24),), comparison=10),
        "40": SHORT,
        "100": Spec(cohorts=(Cohort(50, 24),), comparison=50),
        "200": Spec(cohorts=(Cohort(100, 24),), comparison=100),
    }
    cells = [Cell(f"null_{n}", group, both, spec) for n, spec in sized.items()]
    cells[0] = replace(cells[0], targets=("false_claims",))
    others = {
        "null_24_periods": Spec(cohorts=(Cohort(20, 16),), periods=24),
        "null_60_periods": Spec(cohorts=(Cohort(20, 40),), periods=60),
        "null_long_pre": LONG,
        "null_independent": replace(SHORT, noise=Noise(ar=0.0)),
        "null_persistent": replace(SHORT, noise=Noise(ar=0.8)),
        "null_staggered": STAGGERED,
        "null_unequal_arms": Spec(cohorts=(Cohort(8, 24),), comparison=32),
        "null_no_controls": replace(SHORT, controls=0),
        "null_unequal_clusters": replace(SHORT, noise=Noise(unequal=0.7)),
        "null_heavy_tails": replace(SHORT, noise=Noise(tails=3)),
        "null_season": replace(SHORT, noise=Noise(season=1.0)),
    }
    cells += [Cell(name, group, both, spec) for name, spec in others.items()]
    noisy = Noise(exposed_sd=3.0)
    for exposed in (5, 10):
        spec = Spec(cohorts=(Cohort(exposed, 24),), comparison=40 - exposed, noise=noisy)
        cells.append(Cell(f"null_{exposed}_noisy", group, ("false_claims",), spec))
    return cells


def _trends() -> list[Cell]:
    """A linear drift of exposed clusters that no negative control sees."""
    targets: tuple[Target, ...] = ("false_claims", "robust_coverage")
    cells = []
    for label, base in (("short", SHORT), ("long", LONG)):
        for size in (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, -1.0):
            spec = replace(base, bias=Bias(trend=size))
            cells.append(Cell(f"trend_{label}_{size:g}", "Linear trend", targets, spec))
    many = Spec(cohorts=(Cohort(100, 24),), comparison=100, bias=Bias(trend=0.25))
    cells.append(Cell("trend_200_0.25", "Linear trend", targets, many))
    staggered = replace(STAGGERED, bias=Bias(trend=0.5))
    return [*cells, Cell("trend_staggered_0.5", "Linear trend", targets, staggered)]


def _shocks() -> list[Cell]:
    """A concurrent shock that the negative controls see fully, in part, or at half its size."""
    targets: tuple[Target, ...] = ("false_claims", "robust_coverage")
    cells = []
    for seen in (1.0, 0.75, 0.5):
        for size in (0.25, 0.5, 1.0, 2.0, -1.0):
            spec = replace(SHORT, bias=Bias(shock=size, seen=seen))
            cells.append(Cell(f"shock_{size:g}_seen_{seen:g}", "Shock", targets, spec))
    uneven = replace(SHORT, bias=Bias(shock=1.0, seen=0.75, seen_spread=0.25))
    return [*cells, Cell("shock_1_seen_unevenly", "Shock", targets, uneven)]


def _before_start() -> list[Cell]:
    """Dips before the start, money that follows need, and dates that are not true."""
    targets: tuple[Target, ...] = ("false_claims",)
    cells = []
    for size in (-0.25, -0.5, -1.0, -2.0, 1.0):
        spec = replace(SHORT, bias=Bias(dip=size, dip_periods=6))
        cells.append(Cell(f"dip_{size:g}", "Before the start", targets, spec))
    brief = replace(SHORT, bias=Bias(dip=-1.0, dip_periods=2))
    need = replace(SHORT, assigned="need")
    log = Known(log=True)
    back = replace(SHORT, back_dated=8)
    return [
        *cells,
        Cell("dip_-1_brief", "Before the start", targets, brief),
        Cell("need", "Before the start", targets, need),
        Cell("need_long_pre", "Before the start", targets, replace(LONG, assigned="need")),
        Cell("need_persistent", "Before the start", targets, replace(need, noise=Noise(ar=0.8))),
        Cell("back_dated_log", "Before the start", ("back_dated",), back, log),
        Cell("misdated_null", "Before the start", targets, replace(SHORT, misdated=2)),
        Cell(
            "misdated_effect",
            "Before the start",
            ("wrong_sign",),
            replace(SHORT.with_effect(1.0), misdated=2),
        ),
        Cell(
            "anticipation_effect",
            "Before the start",
            ("wrong_sign",),
            replace(SHORT.with_effect(1.0), bias=Bias(dip=0.5, dip_periods=3)),
        ),
    ]


def _spillover() -> list[Cell]:
    """Displacement onto known neighbours, and another initiative in the same clusters."""
    known = Known(neighbours=True)
    targets: tuple[Target, ...] = ("false_claims", "robust_coverage")
    cells = []
    for size in (-0.25, -0.5, -1.0, -2.0, 1.0):
        spec = replace(SHORT, neighbours=0.5, bias=Bias(displaced=size))
        cells.append(Cell(f"displaced_{size:g}", "Spillover and rivals", targets, spec, known))
    few = replace(SHORT, neighbours=0.3, bias=Bias(displaced=-1.0))
    rival = replace(SHORT, bias=Bias(rival=1.0, rival_share=0.5))
    partly = replace(rival.with_effect(STEP), bias=Bias(rival=0.5, rival_share=0.3))
    rivals = Known(rivals=True)
    return [
        *cells,
        Cell("displaced_-1_few", "Spillover and rivals", targets, few, known),
        Cell("rival_1", "Spillover and rivals", targets, rival, rivals),
        Cell("rival_effect", "Spillover and rivals", ("wrong_sign",), partly, rivals),
    ]


def _missing() -> list[Cell]:
    """Outcomes lost by chance, more in one arm, or the worst of the exposed arm."""
    targets: tuple[Target, ...] = ("false_claims",)
    shapes = {
        "missing_10": Spec(missing="random", missing_exposed=0.1, missing_comparison=0.1),
        "missing_30": Spec(missing="random", missing_exposed=0.3, missing_comparison=0.3),
        "missing_30_exposed": Spec(missing="random", missing_exposed=0.3),
        "missing_worst_5": Spec(missing="worst", missing_exposed=0.05),
        "missing_worst_10": Spec(missing="worst", missing_exposed=0.1),
        "missing_worst_20": Spec(missing="worst", missing_exposed=0.2),
        "missing_worst_30": Spec(missing="worst", missing_exposed=0.3),
        "missing_worst_30_comparison": Spec(missing="worst", missing_comparison=0.3),
    }
    cells = [Cell(name, "Missing outcomes", targets, spec) for name, spec in shapes.items()]
    for share in (10, 30):
        spec = shapes[f"missing_{share}"].with_effect(1.0)
        cells.append(Cell(f"missing_{share}_effect", "Missing outcomes", ("wrong_sign",), spec))
    return cells


def _shapes() -> list[Cell]:
    """Effects of several sizes, effects that differ, cancel or grow, and a change of unit."""
    group = "Effects"
    sized: tuple[Target, ...] = ("wrong_sign", "coverage")
    cells = [
        Cell(f"effect_{size:g}", group, sized, SHORT.with_effect(size))
        for size in (0.25, 0.5, 1.0, -0.5, -1.0)
    ]
    cells.append(Cell("effect_1_long_pre", group, sized, LONG.with_effect(1.0)))
    differ = _staggered_effects(0.0, 0.5, 1.0)
    cells.append(Cell("effects_differ", group, sized, differ))
    cancel = _staggered_effects(0.6, 0.0, -0.7)
    cells.append(Cell("effects_cancel", group, ("false_claims",), cancel))
    grow = replace(SHORT.with_effect(1.0), growth=True)
    cells.append(Cell("effect_grows", group, sized, grow))
    for who in ("measure", "cluster"):
        changed = replace(SHORT, unit_change=who)
        cells.append(Cell(f"unit_change_{who}", group, ("unit_change",), changed))
    return cells


def _staggered_effects(*effects: float) -> Spec:
    pairs = zip(STAGGERED.cohorts, effects, strict=True)
    return replace(STAGGERED, cohorts=tuple(replace(c, effect=e) for c, e in pairs))


def _worthwhile() -> list[Cell]:
    """No meaningful effect: where there is none, at half of the smallest worthwhile, at it."""
    group = "No meaningful effect"
    none: tuple[Target, ...] = ("negligible",)
    false: tuple[Target, ...] = ("false_negligible",)
    cells = [
        Cell("negligible_short", group, none, SHORT, pilot="negligible", factor=0.0),
        Cell("negligible_long", group, none, LONG, pilot="negligible", factor=0.0),
        Cell("half_of_worthwhile", group, ("wrong_sign",), LONG, pilot="negligible", factor=0.5),
    ]
    for label, spec in (("short", SHORT), ("long", LONG)):
        cells.append(Cell(f"worthwhile_{label}", group, false, spec, pilot="negligible"))
    masks = {
        "trend": Bias(trend=-1.0),
        "shock": Bias(shock=-1.0, seen=1.0),
        "half_seen_shock": Bias(shock=-1.0, seen=0.5),
        "dip": Bias(dip=4.0, dip_periods=6),
    }
    for name, bias in masks.items():
        spec = replace(SHORT, bias=bias)
        cells.append(Cell(f"masked_by_{name}", group, false, spec, pilot="negligible"))
    return cells


def _power() -> list[Cell]:
    """Effects that the plain test finds in nine of ten, and 1.5 times as large."""
    group = "Power"
    near = Known(neighbours=True)
    cells = []
    for label, spec in (("short", SHORT), ("long", LONG)):
        plain: Target = "power_short" if label == "short" else "power_long"
        larger: Target = "power_short_15" if label == "short" else "power_long_15"
        close: Target = "near_power_short" if label == "short" else "near_power_long"
        beside = replace(spec, neighbours=0.3)
        cells += [
            Cell(f"power_{label}", group, (plain,), spec, pilot="power"),
            Cell(f"power_{label}_1.5", group, (larger,), spec, pilot="power", factor=1.5),
            Cell(f"power_{label}_near", group, (close,), beside, near, pilot="power"),
        ]
    needed = replace(SHORT, cohorts=(Cohort(15, 24),), comparison=15)
    worthwhile = Known(worthwhile=0.5)
    return [*cells, Cell("needed", group, ("needed",), needed, worthwhile, pilot="needed")]


def _certainty() -> list[Cell]:
    """Moderate certainty: only for an order of assignment that the plan declared."""
    spec = Spec(cohorts=(Cohort(25, 30, effect=1.5),), comparison=35, neighbours=0.3)
    known = Known(neighbours=True)
    declared = replace(known, declared=True)
    group = "Certainty"
    return [
        Cell("strong_undeclared", group, ("moderate_none",), spec, known),
        Cell("strong_declared", group, ("moderate",), spec, declared),
    ]

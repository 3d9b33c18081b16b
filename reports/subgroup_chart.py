"""Effects by subgroup as a chart in rows: one group for each effect and dimension."""

from itertools import groupby

from reports.axes import clipped_limits
from reports.charts import ChartText
from reports.names import human, inside, shorten
from reports.numbers import decimals_for_bounds, display_unit, fixed, number
from reports.palette import VERDICT_COLOURS, VERDICT_MARKERS
from reports.phrases import VERDICT_WORDS
from reports.rows import Row, RowGroup, RowsChart
from reports.sentences import deciding_range
from reports.sources import window
from reports.subgroups import subgroup_effects
from schemas.findings import Effect, Findings

SHOWN = 24
"""Levels in the chart; the table has all."""


def build_subgroups(findings: Findings) -> RowsChart | None:
    """In multiples of the smallest worthwhile effect, right is better; None without an estimate."""
    effects = subgroup_effects(findings)
    if not effects:
        return None
    shown = effects[:SHOWN]
    if not any(_reach(effect) for effect in shown):
        return None
    limits = clipped_limits([_reach(effect) for effect in shown] + [[1.0, -1.0]])
    groups = tuple(
        RowGroup(heading, tuple(_row(effect, limits) for effect in own))
        for heading, own in groupby(shown, key=_heading)
    )
    told = "; ".join(
        f"{_level(effect)}, {_heading(effect)}: {_figures(effect)}, "
        f"{VERDICT_WORDS[effect.verdict].lower()}"
        for effect in effects[:12]
    )
    more = " Other levels are in the table only." if len(effects) > SHOWN else ""
    return RowsChart(
        text=ChartText(
            chart_id="subgroup-effects",
            title=_title(effects),
            how_to_read=(
                "Marker: best estimate; line: its 95% range; grey band: too small to matter. Each "
                "effect is divided by its smallest worthwhile effect and turned so that right is "
                f"better.{more}"
            ),
            source=f"Source: {shorten(findings.title, 24, 140)}, {window(findings)}.",
            aria_label=f"Effects by subgroup. {told}.",
        ),
        groups=groups,
        mark="dot",
        axis="ratio",
        axis_title="Multiples of the smallest worthwhile effect",
        limits=limits,
        reference=0.0,
        band=1.0,
    )


def _title(effects: list[Effect]) -> str:
    words = sorted({VERDICT_WORDS[effect.verdict].lower() for effect in effects})
    if len(words) == 1:
        return f"Every subgroup: {words[0]}"
    return f"Findings by subgroup: {', '.join(words)}"


def _heading(effect: Effect) -> str:
    name, outcome = shorten(effect.initiative_name, 8), shorten(inside(effect.measure_name), 8)
    unit = shorten(display_unit(effect.unit_label).label, 6, 40)
    by = f", by {human(effect.part.dimension)}" if effect.part.dimension else ""
    return f"{name}, {outcome} ({unit}){by}"


def _level(effect: Effect) -> str:
    return human(effect.part.level or effect.subgroup_id)


def _row(effect: Effect, limits: tuple[float, float]) -> Row:
    low, high = limits
    reach = [min(max(end, low), high) for end in _range_ends(effect)]
    estimate = _reach(effect)[:1] if effect.estimate is not None else []
    return Row(
        label=f"{_level(effect)}: {VERDICT_WORDS[effect.verdict].lower()}",
        figures=_figures(effect),
        value=min(max(estimate[0], low), high) if estimate else None,
        low=reach[0] if reach else None,
        high=reach[1] if reach else None,
        shape=VERDICT_MARKERS[effect.verdict],
        colour=VERDICT_COLOURS[effect.verdict],
    )


def _range_ends(effect: Effect) -> list[float]:
    """Both ends of the deciding range on the axis of the chart; none where none is claimed."""
    factor, bounds = _factor(effect), deciding_range(effect)
    return [] if factor is None or bounds is None else sorted(end * factor for end in bounds)


def _factor(effect: Effect) -> float | None:
    if not effect.smallest_worthwhile_effect:
        return None
    sign = 1.0 if effect.direction == "higher_better" else -1.0
    return sign / effect.smallest_worthwhile_effect


def _reach(effect: Effect) -> list[float]:
    """Estimate and ends of the range on the axis of the chart."""
    factor = _factor(effect)
    own = [] if factor is None or effect.estimate is None else [effect.estimate * factor]
    return own + _range_ends(effect)


def _figures(effect: Effect) -> str:
    """The estimate and its range without the unit, which stands in the heading."""
    if effect.estimate is None:
        return "no estimate"
    unit, bounds = display_unit(effect.unit_label), deciding_range(effect)
    value = effect.estimate * unit.factor
    if bounds is None:
        return number(value, signed=True)
    low, high = bounds[0] * unit.factor, bounds[1] * unit.factor
    decimals = decimals_for_bounds(value, low, high)
    return (
        f"{fixed(value, decimals, signed=True)} ({fixed(low, decimals)} to {fixed(high, decimals)})"
    )

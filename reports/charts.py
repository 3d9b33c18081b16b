"""Chart models: what each chart shows, before anything is drawn. SVG and Plotly both read these."""

from dataclasses import dataclass
from typing import Literal

from reports.axes import clipped_limits
from reports.names import listed, shorten
from reports.numbers import count, display_unit, measured, money
from reports.phrases import SPEND_WORDS, VERDICT_WORDS
from reports.sentences import (
    deciding_range,
    estimate_phrase,
    plain_range,
    short_reason,
)
from reports.sources import window
from reports.words import judged_effects, tally
from schemas.findings import Effect, Findings
from schemas.vocabulary import Verdict

BiasState = Literal["stands", "breaks", "no_interval", "not_evaluated", "not_applicable"]
ARIA_ROWS = 12
MUCH = 0.1
"""Unclassified spend above this part of advocacy spend is told beside it."""


@dataclass(frozen=True)
class ChartText:
    """The words around a chart; `chart_id` is made here and never holds data."""

    chart_id: str
    title: str
    how_to_read: str
    source: str
    aria_label: str


@dataclass(frozen=True)
class ForestRow:
    """One effect on the axis of the chart; None where nothing is claimed."""

    name: str
    measure: str
    figures: str
    verdict: Verdict
    estimate: float | None
    low: float | None
    high: float | None
    plain_low: float | None
    plain_high: float | None
    band: float | None


@dataclass(frozen=True)
class ForestChart:
    """All effects in plan order, each with its own band of what is too small to matter."""

    text: ChartText
    rows: tuple[ForestRow, ...]
    axis_title: str
    low_end: str
    high_end: str
    limits: tuple[float, float]


@dataclass(frozen=True)
class EventPoint:
    """The effect at one event time, in display units."""

    event_time: int
    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class EventChart:
    """Effect by time since the start."""

    text: ChartText
    points: tuple[EventPoint, ...]
    band: float | None
    x_title: str
    y_title: str
    is_higher_better: bool
    colour: str
    """Of the effect's finding."""


@dataclass(frozen=True)
class BiasRow:
    """One way of removing bias and whether the finding is still there, in display units."""

    label: str
    removes: str
    state: BiasState
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class BiasChart:
    """Which way of removing bias leaves the finding standing."""

    text: ChartText
    rows: tuple[BiasRow, ...]
    band: float | None
    axis_title: str
    is_higher_better: bool
    words: str
    colour: str
    """Of the effect's finding."""


@dataclass(frozen=True)
class SpendBar:
    """Spend of one kind; kinds are never added."""

    label: str
    amount: float | None
    figures: str


@dataclass(frozen=True)
class SpendChart:
    """Spend by kind, side by side."""

    text: ChartText
    bars: tuple[SpendBar, ...]


def build_forest(findings: Findings) -> ForestChart | None:
    """The forest plot: in the shared unit, else in multiples of the smallest worthwhile effect."""
    effects = judged_effects(findings)
    if not effects:
        return None
    shared = len({(effect.unit_label, effect.direction) for effect in effects}) == 1
    rows = tuple(_forest_row(effect, _factor(effect, shared=shared)) for effect in effects)
    ends = ("worse", "better")
    if shared and effects[0].direction == "lower_better":
        ends = ends[::-1]
    return ForestChart(
        text=_forest_text(findings, effects, rows, shared=shared),
        rows=rows,
        axis_title=_forest_axis(effects[0], shared=shared),
        low_end=ends[0],
        high_end=ends[1],
        limits=clipped_limits([_reach(row) for row in rows]),
    )


def build_spend(findings: Findings) -> SpendChart | None:
    """Advocacy, patient support and unclassified spend, None where none is known."""
    bars = []
    for indicator_id, label in SPEND_WORDS.items():
        for row in findings.indicators:
            if row.indicator_id == indicator_id and not row.by:
                known = row.value if row.status == "OK" else None
                figures = "not evaluated" if known is None else money(known, row.unit)
                bars.append(SpendBar(label, known, figures))
    if all(bar.amount is None for bar in bars):
        return None
    said = "; ".join(f"{bar.label}: {bar.figures}" for bar in bars)
    return SpendChart(
        text=ChartText(
            chart_id="spend-kinds",
            title=_spend_title(bars),
            how_to_read="One bar for each kind of spend. The kinds differ and are never added.",
            source=f"Source: engagement log, {window(findings)}.",
            aria_label=f"Spend by kind, never added together. {said}.",
        ),
        bars=tuple(bars),
    )


def _spend_title(bars: list[SpendBar]) -> str:
    """Advocacy; patient support where there is any, unclassified spend where there is much."""
    kinds = {bar.label: bar for bar in bars[1:]}
    support = kinds.get(SPEND_WORDS["q1.spend_support"])
    unclear = kinds.get(SPEND_WORDS["q1.spend_unclassified"])
    said = [f"{bars[0].label} spend: {bars[0].figures}"]
    if support and support.amount:
        said.append(f"patient support, never added to it: {support.figures}")
    if unclear and (unclear.amount or 0.0) > MUCH * (bars[0].amount or 0.0):
        said.append(f"unclassified: {unclear.figures}")
    return "; ".join(said)


def _forest_text(
    findings: Findings, effects: list[Effect], rows: tuple[ForestRow, ...], *, shared: bool
) -> ChartText:
    side = "Left" if shared and effects[0].direction == "lower_better" else "Right"
    scale = (
        f" {side} is better for patients."
        if shared
        else " Units differ, so every effect is divided by its own smallest "
        "worthwhile effect and turned so that right is better for patients."
    )
    said = "; ".join(
        f"{row.name}: {row.figures}, {VERDICT_WORDS[row.verdict].lower()}"
        for row in rows[:ARIA_ROWS]
    )
    more = f"; {len(rows) - ARIA_ROWS} more in the table" if len(rows) > ARIA_ROWS else ""
    return ChartText(
        chart_id="forest",
        title=_many_title(effects) if len(effects) > 1 else _one_title(effects[0], rows[0]),
        how_to_read=(
            f"Marker: best estimate. {_lines_reading(rows)} Grey band: too small to matter.{scale}"
        ),
        source=(f"Source: {shorten(findings.title, 24, 140)}, {window(findings)}."),
        aria_label=f"Forest plot of {count(len(rows), 'effect')}. {said}{more}.",
    )


def _lines_reading(rows: tuple[ForestRow, ...]) -> str:
    """What the two lines of a row are, where any row has them."""
    if all(row.low is None for row in rows):
        return "No interval is claimed."
    return "Thick line: 95% interval of what was observed. Thin line: the range that decided."


def _many_title(effects: list[Effect]) -> str:
    parts = [f"{number} {VERDICT_WORDS[verdict].lower()}" for verdict, number in tally(effects)]
    if len(parts) > 1:
        return f"{count(len(effects), 'effect')}: {listed(parts)}"
    return f"All {count(len(effects), 'effect')}: {VERDICT_WORDS[effects[0].verdict].lower()}"


def _one_title(effect: Effect, row: ForestRow) -> str:
    """The finding of the only effect with its numbers, or why it has none."""
    told = row.figures if effect.estimate is not None else short_reason(effect)
    return f"{VERDICT_WORDS[effect.verdict]}: {told}" if told else VERDICT_WORDS[effect.verdict]


def _forest_row(effect: Effect, factor: float | None) -> ForestRow:
    bounds = _ordered(deciding_range(effect), factor)
    plain = _ordered(plain_range(effect), factor)
    usable = factor is not None
    return ForestRow(
        name=shorten(effect.initiative_name, 14),
        measure=shorten(effect.measure_name, 14),
        figures=estimate_phrase(effect, 6),
        verdict=effect.verdict,
        estimate=times(effect.estimate, factor) if factor is not None else None,
        low=bounds[0],
        high=bounds[1],
        plain_low=plain[0],
        plain_high=plain[1],
        band=times(effect.smallest_worthwhile_effect, abs(factor)) if usable and factor else None,
    )


def _factor(effect: Effect, *, shared: bool) -> float | None:
    """What turns the estimate into the chart's axis, None where it cannot be placed."""
    if shared:
        return display_unit(effect.unit_label).factor
    if not effect.smallest_worthwhile_effect:
        return None
    sign = 1.0 if effect.direction == "higher_better" else -1.0
    return sign / effect.smallest_worthwhile_effect


def _forest_axis(effect: Effect, *, shared: bool) -> str:
    if shared:
        return shorten(display_unit(effect.unit_label).label, 10, 60)
    return "Multiples of each effect's smallest worthwhile effect"


def _reach(row: ForestRow) -> list[float]:
    values = (row.estimate, row.low, row.high, row.band, row.band and -row.band)
    return [value for value in values if value is not None]


def _ordered(
    bounds: tuple[float, float] | None, factor: float | None
) -> tuple[float | None, float | None]:
    if bounds is None or factor is None:
        return None, None
    low, high = sorted((bounds[0] * factor, bounds[1] * factor))
    return low, high


def times(value: float | None, factor: float) -> float | None:
    """The value in display units, None where it is None."""
    return None if value is None else value * factor


def threshold_text(effect: Effect) -> str:
    """The smallest worthwhile effect for a table cell."""
    if effect.smallest_worthwhile_effect is None:
        return "\u2013"
    return measured(effect.smallest_worthwhile_effect, effect.unit_label, signed=False)

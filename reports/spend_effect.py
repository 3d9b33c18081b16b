"""Spend against effect: what each initiative cost, and how far it moved its outcome."""

from dataclasses import dataclass

from reports.axes import clipped_limits, tick_labels, ticks
from reports.charts import ChartText, ForestChart, build_forest
from reports.names import shorten
from reports.numbers import money
from reports.phrases import VERDICT_WORDS
from reports.sentences import deciding_range
from reports.sources import window
from reports.tables import Table
from reports.words import judged_effects
from schemas.findings import Effect, Findings
from schemas.vocabulary import Verdict

SHOWN = 12
"""Effects in the chart; the table has all."""
APART = 0.06
"""Points closer than this share of the axis are set side by side."""


@dataclass(frozen=True)
class SpendPoint:
    """One effect; `place` is where it stands along the axis of spend, which `spend` may not be."""

    number: int
    name: str
    measure: str
    spend: float
    place: float
    estimate: float
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True)
class SpendEffectChart:
    """Effects by advocacy spend, on the axis of the forest plot."""

    text: ChartText
    points: tuple[SpendPoint, ...]
    key: tuple[str, ...]
    band: float | None
    y_title: str
    ends: tuple[str, str]
    """Words at the foot and at the top of the vertical axis."""
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def build_spend_effect(findings: Findings) -> SpendEffectChart | None:
    """None where no effect has both an estimate on the axis and a known spend."""
    forest = build_forest(findings)
    points = _points(findings, forest) if forest else []
    if not forest or not points:
        return None
    spends = [max(point.spend, point.place) for point in points]
    x_limits = (0.0, 1.06 * (max(spends) or 1.0))
    reaches = [
        [value for value in (point.estimate, point.low, point.high) if value is not None]
        for point in points
    ]
    bands = {row.band for row in forest.rows}
    band = next(iter(bands)) if len(bands) == 1 else None
    y_limits = clipped_limits([*reaches, *([[band, -band]] if band else [])])
    return SpendEffectChart(
        text=_text(findings, points),
        points=tuple(points),
        key=tuple(_key(point, findings.currency) for point in points),
        band=band,
        y_title=forest.axis_title.replace("each effect's", "the"),
        ends=(f"{forest.low_end} for patients", f"{forest.high_end} for patients"),
        x_limits=x_limits,
        y_limits=y_limits,
        x_ticks=tuple((value, money(value, findings.currency)) for value in ticks(*x_limits, 3)),
        y_ticks=tuple(_labelled(ticks(*y_limits, 6))),
    )


def spend_effect_table(findings: Findings) -> Table:
    """Every effect with its spend, also those that the chart cannot place."""
    effects = judged_effects(findings)
    forest = build_forest(findings)
    figures = [row.figures for row in forest.rows] if forest else []
    return Table(
        table_id="spend-effect-table",
        caption="Advocacy spend and effect of each initiative",
        header=("Initiative", "Outcome", "Advocacy spend", "Effect (95% range)", "Finding"),
        rows=tuple(
            (
                shorten(effect.initiative_name, 20, 120),
                shorten(effect.measure_name, 20, 120),
                "not known"
                if effect.cost.spend is None
                else money(effect.cost.spend, effect.cost.currency),
                told,
                VERDICT_WORDS[effect.verdict],
            )
            for effect, told in zip(effects, figures, strict=True)
        ),
        record_header=(
            "effect_id", "spend", "currency",
            "estimate", "range_low", "range_high", "unit", "verdict",
        ),
        records=tuple(
            (
                effect.effect_id,
                effect.cost.spend,
                effect.cost.currency,
                effect.estimate,
                *(deciding_range(effect) or (None, None)),
                effect.unit_label,
                effect.verdict,
            )
            for effect in effects
        ),
        numeric=frozenset({2}),
    )  # fmt: skip


def _points(findings: Findings, forest: ForestChart) -> list[SpendPoint]:
    known = [
        (effect, row, row.estimate, effect.cost.spend)
        for effect, row in zip(judged_effects(findings), forest.rows, strict=True)
        if row.estimate is not None and _is_spent(effect, findings.currency)
    ][:SHOWN]
    places = _apart([spend or 0.0 for *_, spend in known])
    return [
        SpendPoint(
            number=index,
            name=row.name,
            measure=row.measure,
            spend=spend or 0.0,
            place=place,
            estimate=estimate,
            low=row.low,
            high=row.high,
            verdict=effect.verdict,
        )
        for index, ((effect, row, estimate, spend), place) in enumerate(
            zip(known, places, strict=True), start=1
        )
    ]


def _is_spent(effect: Effect, currency: str) -> bool:
    """Amounts of another currency cannot stand on the same axis; a negative one has no place."""
    spend = effect.cost.spend
    return spend is not None and spend >= 0 and effect.cost.currency == currency


def _apart(spends: list[float]) -> list[float]:
    """Places along the axis, in the same order, each clear of the one before it."""
    gap = APART * (max(spends, default=0.0) or 1.0)
    placed: dict[int, float] = {}
    last = -gap
    for index in sorted(range(len(spends)), key=lambda index: spends[index]):
        last = max(spends[index], last + gap)
        placed[index] = last
    return [placed[index] for index in range(len(spends))]


def _text(findings: Findings, points: list[SpendPoint]) -> ChartText:
    effects = judged_effects(findings)
    told = "; ".join(_key(point, findings.currency) for point in points)
    rest = " Other effects are in the table only." if len(effects) > len(points) else ""
    moved = any(point.place != point.spend for point in points)
    beside = " Points that would cover each other stand side by side." if moved else ""
    return ChartText(
        chart_id="spend-effect",
        title=_title(points, findings.currency),
        how_to_read=(
            "Right: more advocacy spend. Lines: the ranges that decided. "
            f"Grey band: too small to matter.{beside}{rest}"
        ),
        source=(f"Source: {shorten(findings.title, 24, 140)}, {window(findings)}."),
        aria_label=f"Advocacy spend against effect. {told}.{rest}",
    )


def _title(points: list[SpendPoint], currency: str) -> str:
    """The ends of the axis of spend, with what came of them."""
    ordered = sorted(points, key=lambda point: point.spend)
    least, most = ordered[0], ordered[-1]
    said = f"Most was spent on {most.name}, {money(most.spend, currency)}: {_word(most)}"
    if least.name == most.name:
        return said
    return f"{said}; least on {least.name}, {money(least.spend, currency)}: {_word(least)}"


def _key(point: SpendPoint, currency: str) -> str:
    return f"{point.name}, {point.measure}: {money(point.spend, currency)}, {_word(point)}"


def _word(point: SpendPoint) -> str:
    return VERDICT_WORDS[point.verdict].lower()


def _labelled(values: list[float]) -> list[tuple[float, str]]:
    return list(zip(values, tick_labels(values), strict=True))

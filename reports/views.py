"""What the page's template reads: every text ready, every drawing already safe markup."""

from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.charts import MUCH, ChartText, build_forest, build_spend
from reports.effect_charts import build_bias, build_event_study
from reports.effect_svg import draw_bias, draw_event_study, draw_spend
from reports.figures import Figure, bias_figure, event_figure, spend_figure
from reports.forest_figure import forest_figure
from reports.forest_svg import MIDDLE, NARROW, WIDE, draw_forest
from reports.indicator_rows import overall
from reports.names import human, sentence, shorten
from reports.numbers import display_unit, money, of_one
from reports.phrases import CERTAINTY_STEPS, QUESTION_TITLES, VERDICT_WORDS
from reports.sensitivity import breaking_sentences
from reports.sentences import (
    cap_sentences,
    certainty_phrase,
    claim,
    direction_phrase,
    estimate_phrase,
    interval_note,
    reason_sentences,
    what_would_change,
)
from reports.spend_effect import build_spend_effect, spend_effect_table
from reports.spend_effect_figure import spend_effect_figure
from reports.spend_effect_svg import draw_spend_effect
from reports.table_views import (
    alternative_table,
    bias_table,
    diagnostic_table,
    event_table,
    facts_of,
    spend_table,
    summary_table,
)
from reports.tables import Table
from reports.words import headline_effect, judged_effects
from schemas.findings import Effect, Findings, QuestionAnswer
from schemas.vocabulary import Certainty

EVIDENCE = {"Q1": "evidence", "Q2": "voice", "Q3": "relationships"}
"""Where each question is answered."""
LINKS = {"untold": "See what is missing", "accounts": "See which data were read"}
SETTINGS = ("wide", "middle", "narrow")
"""Of a drawing that spans the page."""
OPEN_EFFECTS = 8
"""Up to this many effects every section is open; beyond it all are closed alike."""
LIVE_EFFECTS = 100
"""Beyond this many effects every chart is a drawing: the page is large enough without a script."""


@dataclass(frozen=True)
class ChartView:
    """One chart as the page shows it: drawings, a figure, a table.

    Where there are too many of its kind to draw each three times, `wide` is empty, the narrow
    drawing stands at every width, and there is no figure.
    """

    text: ChartText
    wide: Markup
    narrow: Markup
    figure: Figure | None
    table: Table
    key: tuple[str, ...] = ()
    """What the numbers in the drawing stand for, in their order."""
    middle: str = ""
    """For a tablet, where a chart that spans the page would be too small in its wide drawing."""
    is_elastic: bool = False
    """Whether the rows of the figure stand further apart where it is given more height."""


@dataclass(frozen=True)
class EffectView:
    """One effect's section."""

    anchor: str
    name: str
    measure: str
    verdict: str
    word: str
    claim: str
    figures: str
    note: str
    better: str
    certainty: str
    steps: int
    reasons: list[str]
    caps: list[str]
    change: str
    facts: list[tuple[str, str]]
    event: ChartView | None
    no_event: str
    bias: ChartView | None
    bias_words: str
    breaks: list[str]
    tables: list[Table]


@dataclass(frozen=True)
class Fact:
    """One of the facts under the headline."""

    term: str
    value: str
    extra: str = ""
    steps: int | None = None


@dataclass(frozen=True)
class CardView:
    """One question card."""

    id: str
    question: str
    answer: str
    certainty: str
    steps: int | None
    certainty_term: str
    missing: list[str]
    href: str
    link: str


def headline_facts(findings: Findings) -> list[Fact]:
    """What stands under the headline on the first screen."""
    effect = headline_effect(findings)
    if effect is None:
        return _facts_without_effect(findings)
    return [
        Fact("Best estimate", _capital(estimate_phrase(effect)), _which(findings, effect)),
        certainty_fact(effect.certainty),
        Fact("Cost", *spend_texts(effect)),
        Fact("Cost per unit", *unit_cost_texts(effect)),
        Fact("What would change this", what_would_change(effect, findings.period)),
    ]


def _which(findings: Findings, effect: Effect) -> str:
    """Whose figures these are where there are several effects, and what the range is."""
    note = interval_note(effect)
    if len(judged_effects(findings)) == 1:
        return note
    return f"These figures are for {shorten(effect.initiative_name, 8, 48)} only. {note}".rstrip()


def _facts_without_effect(findings: Findings) -> list[Fact]:
    """The same facts where no effect was asked for: the cost is then all advocacy spend."""
    spend = overall(findings, "q1.spend_advocacy")
    known = spend is not None and spend.value is not None
    plan = "" if findings.provenance.plan_sha256 else ", and a plan"
    return [
        Fact("Best estimate", "None", "No effect was estimated."),
        Fact("Certainty", "Not graded"),
        Fact("Cost", money(spend.value, spend.unit), _all_spend(findings, spend.value))
        if spend is not None and spend.value is not None
        else Fact("Cost", "Not known", "No advocacy spend was supplied."),
        Fact("Cost per unit", "Not known" if not known else "Not claimed"),
        Fact("What would change this", f"Supplying the tables named above{plan}."),
    ]


def _all_spend(findings: Findings, advocacy: float) -> str:
    """That it is all advocacy spend, and how much more could not be classified."""
    more = overall(findings, "q1.spend_unclassified")
    if more is None or (more.value or 0.0) <= MUCH * advocacy:
        return "All advocacy spend."
    return f"All advocacy spend; {money(more.value or 0.0, more.unit)} more is unclassified."


def certainty_fact(certainty: Certainty | None) -> Fact:
    """Certainty as dots and words."""
    steps = CERTAINTY_STEPS[certainty] if certainty else None
    return Fact("Certainty", _capital(certainty_phrase(certainty)), steps=steps)


def card_view(answer: QuestionAnswer, anchors: list[str], graded: int = 1) -> CardView:
    """A question card, with a link to its evidence or to what was read.

    Of several graded effects the card has the lowest certainty, and says so.
    """
    own = EVIDENCE[answer.id]
    is_told = own in anchors or (answer.id == "Q1" and not answer.missing)
    beside = "untold" if "untold" in anchors and answer.id != "Q1" else "accounts"
    certainty = answer.certainty
    named = all(human(table) in answer.answer for table in answer.missing)
    return CardView(
        id=answer.id,
        question=QUESTION_TITLES[answer.id],
        answer=answer.answer,
        certainty=f"{certainty_phrase(certainty)}" if certainty else "",
        steps=CERTAINTY_STEPS[certainty] if certainty else None,
        certainty_term="Certainty" if graded < 2 else "Lowest certainty",
        missing=[] if named else answer.missing,
        href=f"#{own if is_told else beside}",
        link="See the evidence" if is_told else LINKS[beside],
    )


def forest_view(findings: Findings) -> ChartView | None:
    """The forest plot with the summary of findings as its table."""
    chart = build_forest(findings)
    if chart is None:
        return None
    wide, middle, narrow = (markup(draw_forest(chart, one)) for one in (WIDE, MIDDLE, NARROW))
    return ChartView(
        chart.text,
        wide,
        narrow,
        forest_figure(chart),
        summary_table(judged_effects(findings), "summary-table", "Summary of findings"),
        middle=middle,
    )


def spend_view(findings: Findings) -> ChartView | None:
    """Spend by kind."""
    chart = build_spend(findings)
    if chart is None:
        return None
    wide, middle, narrow = (markup(draw_spend(chart, setting)) for setting in SETTINGS)
    return ChartView(
        chart.text,
        wide,
        narrow,
        spend_figure(chart),
        spend_table(chart, findings),
        middle=middle,
    )


def spend_effect_view(findings: Findings) -> ChartView | None:
    """Spend against effect, with the key to its numbers."""
    chart = build_spend_effect(findings)
    if chart is None:
        return None
    wide, middle, narrow = (markup(draw_spend_effect(chart, setting)) for setting in SETTINGS)
    return ChartView(
        chart.text,
        wide,
        narrow,
        spend_effect_figure(chart),
        spend_effect_table(findings),
        chart.key,
        middle,
    )


def effect_views(findings: Findings) -> list[EffectView]:
    """One section per effect, in plan order."""
    return [
        _effect_view(effect, index, findings.period)
        for index, effect in enumerate(judged_effects(findings), start=1)
    ]


def drawn_once(view: EffectView) -> EffectView:
    """The section of one of very many effects, each of its charts one drawing for every width."""
    return replace(view, event=_once(view.event), bias=_once(view.bias))


def still(view: ChartView | None) -> ChartView | None:
    """The chart as drawings only."""
    return view and replace(view, figure=None)


def _once(view: ChartView | None) -> ChartView | None:
    return view and replace(view, wide=Markup(""), figure=None)


def other_effects(findings: Findings) -> Table | None:
    """Negative controls; they do not count in the headline."""
    others = [
        effect
        for effect in findings.effects
        if effect.role == "negative_control" and effect.subgroup_id == "all"
    ]
    if not others:
        return None
    return summary_table(others, "others-table", "Negative controls (exploratory)")


def markup(drawing: str) -> Markup:
    """A drawing as what the page takes for safe."""
    return Markup(drawing)  # noqa: S704 - the SVG writer escapes every text


def _effect_view(effect: Effect, index: int, period: str) -> EffectView:
    event, bias = _event_view(effect, index, period), _bias_view(effect, index)
    found = (diagnostic_table(effect, index), alternative_table(effect, index))
    return EffectView(
        anchor=f"effect-{index}",
        name=shorten(effect.initiative_name, 20, 120),
        measure=shorten(effect.measure_name, 12, 90),
        verdict=effect.verdict,
        word=VERDICT_WORDS[effect.verdict],
        claim=sentence(claim(effect, 20, 20)),
        figures=_capital(estimate_phrase(effect)),
        note=interval_note(effect),
        better=direction_phrase(effect),
        certainty=_capital(certainty_phrase(effect.certainty)),
        steps=CERTAINTY_STEPS[effect.certainty] if effect.certainty else 0,
        reasons=reason_sentences(effect),
        caps=cap_sentences(effect),
        change=what_would_change(effect, period),
        facts=facts_of(effect),
        event=event,
        no_event=_no_event(effect),
        bias=bias[0] if bias else None,
        bias_words=bias[1] if bias else "No way of removing bias could be tried.",
        breaks=breaking_sentences(effect, period),
        tables=[table for table in found if table is not None],
    )


def _event_view(effect: Effect, index: int, period: str) -> ChartView | None:
    chart = build_event_study(effect, index, period)
    if chart is None:
        return None
    wide, narrow = (markup(draw_event_study(chart, setting)) for setting in ("wide", "narrow"))
    return ChartView(chart.text, wide, narrow, event_figure(chart), event_table(chart, index))


def _bias_view(effect: Effect, index: int) -> tuple[ChartView, str] | None:
    chart = build_bias(effect, index)
    if chart is None:
        return None
    wide, narrow = (markup(draw_bias(chart, setting)) for setting in ("wide", "narrow"))
    view = ChartView(chart.text, wide, narrow, bias_figure(chart), bias_table(chart, index))
    return view, chart.words


def _no_event(effect: Effect) -> str:
    if effect.period_count == 1:
        return "There is one period of outcomes, so there is no path over time to show."
    return "No path over time could be computed for this effect."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def spend_texts(effect: Effect) -> tuple[str, str]:
    """What the initiative cost, and what that sum is."""
    if effect.cost.spend is None:
        return "Not known", "No advocacy spend or budget was supplied."
    return money(effect.cost.spend, effect.cost.currency), "Advocacy only."


def unit_cost_texts(effect: Effect) -> tuple[str, str]:
    """Cost per unit with its range, or why there is none."""
    cost = effect.cost
    if cost.cost_per_unit is None:
        known = effect.cost.spend is not None
        reason = "The range is not wholly favourable." if known else ""
        return ("Not claimed" if known else "Not known"), reason
    unit = display_unit(effect.unit_label)
    per = f"per {shorten(of_one(unit.label), 5, 40)}"
    text = money(cost.cost_per_unit / unit.factor, cost.currency)
    if cost.ci_low is None or cost.ci_high is None:
        return text, f"{per}."
    low, high = (money(end / unit.factor, cost.currency) for end in (cost.ci_low, cost.ci_high))
    return text, f"{per}; 95% range {low} to {high}."

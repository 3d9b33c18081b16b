"""The page: one HTML file that asks the network for nothing."""

import hashlib
import re
from dataclasses import replace
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.account_chart import account_title, account_words
from reports.bundle import content_policy, packed_plotly, plotly_script, plotly_styles, safe_json
from reports.measure import TIE
from reports.names import clean, human, shorten
from reports.notes import OPEN, read_notes
from reports.numbers import long_date, tied
from reports.sections import SectionView, account_view, section_views, subgroup_view
from reports.subgroups import gap_sentences, subgroup_table
from reports.table_views import account_table, input_table
from reports.tables import csv_link
from reports.views import (
    LIVE_EFFECTS,
    OPEN_EFFECTS,
    CardView,
    ChartView,
    EffectView,
    card_view,
    drawn_once,
    effect_views,
    forest_view,
    headline_facts,
    other_effects,
    spend_effect_view,
    spend_view,
    still,
)
from reports.words import judged_effects
from schemas.findings import Findings

SYNTHETIC_BANNER = "Synthetic example data: no real patients, organisations or spending."
_TIED = re.compile(rf"([^ ]*{TIE}[^ ]*)")
_SPAN = Markup('<span class="tie">{}</span>')
_CELL = Markup("<span>{}</span>")


def findings_digest(findings: Findings) -> str:
    """SHA-256 of the findings as `findings.json` stores them."""
    return hashlib.sha256((findings.model_dump_json(indent=1) + "\n").encode()).hexdigest()


def render_report(findings: Findings, digest: str | None = None) -> str:
    """The whole report; `digest` is that of the published file where the caller has it."""
    digest = digest or findings_digest(findings)
    effects = effect_views(findings)
    is_open, is_live = len(effects) <= OPEN_EFFECTS, len(effects) <= LIVE_EFFECTS
    if not is_open:
        effects = [drawn_once(effect) for effect in effects]
    shown = _charts(findings)
    sections = section_views(findings)
    if not is_live:
        shown = {name: still(view) for name, view in shown.items()}
        sections = [_still_section(section) for section in sections]
    style = page_style(digest)
    script = page_asset("unpack.js") + page_asset("page.js")
    scripts = [script, plotly_script()] if is_live else [script]
    styles = [style, *plotly_styles()] if is_live else [style]
    return page_environment().get_template("report.html").render(
        findings=findings,
        digest=digest,
        policy=content_policy(scripts, styles),
        style=style,
        script=script,
        bundle=packed_plotly() if is_live else [],
        figures=safe_json(_figures(list(shown.values()), effects, sections)),
        title=clean(findings.title),
        short_title=shorten(findings.title, 24, 140),
        banner=SYNTHETIC_BANNER if findings.synthetic else "",
        facts=headline_facts(findings),
        cards=_cards(findings, sections),
        sections=sections,
        effects=effects,
        is_open=is_open,
        others=other_effects(findings),
        subgroup_table=subgroup_table(findings),
        gaps=gap_sentences(findings),
        notes=read_notes(findings.notes),
        notes_open=OPEN,
        is_drawn=any(effect.estimate is not None for effect in judged_effects(findings)),
        account_title=account_title(findings),
        account_words=account_words(findings),
        account_table=account_table(findings),
        inputs=input_table(findings),
        csv=lambda table: csv_link(table, synthetic=findings.synthetic),
        long_date=long_date,
        human=human,
        clean=clean,
        **shown,
    )  # fmt: skip


def _charts(findings: Findings) -> dict[str, ChartView | None]:
    """Charts that stand outside sections, by the name that the template has for them."""
    return {
        "forest": forest_view(findings),
        "spend": spend_view(findings),
        "against": spend_effect_view(findings),
        "subgroups": subgroup_view(findings),
        "accounts": account_view(findings),
    }


def _still_section(section: SectionView) -> SectionView:
    return replace(section, charts=[replace(chart, figure=None) for chart in section.charts])


def _cards(findings: Findings, sections: list[SectionView]) -> list[CardView]:
    anchors = [section.anchor for section in sections]
    graded = sum(effect.certainty is not None for effect in judged_effects(findings))
    return [card_view(answer, anchors, graded) for answer in findings.questions]


def _figures(
    charts: list[ChartView | None], effects: list[EffectView], sections: list[SectionView]
) -> dict[str, object]:
    """Every figure by the id of its chart."""
    views = [*charts, *(effect.event for effect in effects), *(effect.bias for effect in effects)]
    columns = [column for section in sections if section.charts for column in section.columns.pair]
    views += [chart for column in columns for chart in column.charts]
    return {view.text.chart_id: view.figure for view in views if view and view.figure}


def page_style(digest: str) -> str:
    """The style sheet, with the digest that print puts at the foot of every sheet."""
    return page_asset("style.css").replace("FINDINGS_DIGEST", digest)


@cache
def page_asset(name: str) -> str:
    """A file beside the templates, as text."""
    return resources.files("reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def page_environment() -> Environment:
    """Templates that escape every text."""
    environment = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tied"] = tied_markup
    environment.filters["cell"] = cell_markup
    return environment


def tied_markup(text: str) -> Markup:
    """The text, escaped; what is tied ends a line inside only where it is wider than one."""
    pieces = enumerate(_TIED.split(tied(text)))
    return Markup("").join(
        _SPAN.format(piece.replace(TIE, " ")) if index % 2 else escape(piece)
        for index, piece in pieces
    )


def cell_markup(text: str) -> Markup:
    """The same as one element: a cell is a grid on a narrow page, each child a place in it."""
    told = tied_markup(text)
    return _CELL.format(told) if "<" in told else told

"""The page of all studies: every effect a row, no total, the same bytes every time."""

import csv
import io
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from reports.numbers import money
from reports.overview import StudyResult, effect_record, spend_text, study_views, verdict_sentences
from reports.overview_page import overview_digest, render_overview
from reports.overview_strip import draw_strip, strip_limits
from reports.words import judged_effects, write_words
from schemas.findings import Cost, Findings, Indicator
from tests.findings_described import described, portfolio
from tests.findings_extremes import HOSTILE_NAMES, bare_effect, extremes
from tests.findings_samples import empty, findings, hiv, portfolio_effect, prop99, tobacco_effect
from tests.prose import page_prose

LIMIT = 300_000


def result_of(found: Findings, study_id: str = "") -> StudyResult:
    name = study_id or found.study_id
    return StudyResult(name, write_words(found), "ab" * 32, f"{name}/runs/r1/report.html")


def never_run(study_id: str) -> StudyResult:
    return StudyResult(study_id, why="It was never run.", remedy=f"advocacy run {study_id}")


def usual() -> list[StudyResult]:
    """Three real studies, a synthetic one, and one that was never run."""
    real = [result_of(hiv()), result_of(prop99(), "prop99"), result_of(empty(), "swiss")]
    return [*real, result_of(described(), "portfolio"), never_run("waiting")]


class Rows(HTMLParser):
    """Elements with their attributes, and the texts of every table row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._is_open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._is_open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._is_open = False

    def handle_data(self, data: str) -> None:
        if self._is_open:
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def effect_rows(page: str) -> list[list[str]]:
    """Rows of the table of effects, without its head."""
    table = page.split('id="effects-table"')[1].split("</table>", maxsplit=1)[0]
    return [row for row in Rows(table).rows[1:] if len(row) == 6]


def exported(page: str) -> list[dict[str, str]]:
    address = re.search(r'href="(data:text/csv[^"]*)"', page)
    assert address is not None
    text = unquote(address.group(1).split(",", 1)[1].replace("&#39;", "'"))
    return list(csv.DictReader(io.StringIO(text)))


def test_every_effect_has_a_row_with_verdict_range_certainty_spend_and_cost() -> None:
    rows = {row[0]: row[1:] for row in effect_rows(render_overview(usual()))}
    navigation = next(cells for name, cells in rows.items() if name.startswith("Nurse-led"))
    assert navigation[0] == "Favourable"
    assert navigation[1] == "+2.14 percentage points (range 0.90 to 3.30)"
    assert navigation[2].split("○")[-1].strip() == "1 of 4, very low"
    assert navigation[3] == "EUR 410,000"
    assert navigation[4].startswith("EUR 195,000per percentage point; 95% range EUR 140,000")
    assert len(rows) == 1 + 1 + 5
    tobacco = next(cells for name, cells in rows.items() if name.startswith("California"))
    assert tobacco[1].endswith("No range is claimed.")
    assert tobacco[3:] == ["Not known", "Not known"]


def test_a_study_links_to_the_report_of_the_run_that_is_shown() -> None:
    outline = Rows(render_overview(usual()))
    links = [attrs["href"] for attrs in outline.all("a") if "download" not in attrs]
    assert links == [f"{one.href}" for one in usual() if one.findings is not None]
    headings = [row[0] for row in outline.rows if len(row) == 1]
    assert any("data as of 30 June 2025" in heading for heading in headings)


def test_nothing_is_added_over_currencies_kinds_or_studies() -> None:
    two = [result_of(described(), "one"), result_of(described(), "two")]
    page = render_overview(two)
    spend = {row.indicator_id: row.value for row in portfolio().indicators}
    advocacy, support = spend["q1.spend_advocacy"], spend["q1.spend_support"]
    assert advocacy is not None
    assert support is not None
    assert page.count(money(advocacy, "EUR")) == 2
    for total in (advocacy + support, 2 * advocacy, 2 * support):
        assert money(total, "EUR") not in page
    assert "total" in page
    assert [row[0] for row in Rows(page).rows if "otal" in row[0]] == []


def test_advocacy_support_and_unclassified_have_columns_of_their_own() -> None:
    heads = next(row for row in Rows(render_overview(usual())).rows if row[0] == "Study")
    assert heads[1:4] == ["Advocacy", "Patient support (not advocacy)", "Unclassified"]
    assert heads[4:] == ["Advocacy spend evaluated", "Advocacy spend not evaluated"]


def test_spend_that_was_not_evaluated_stands_beside_spend_that_was() -> None:
    view = study_views([result_of(described())])[0]
    assert view.compared.endswith("% with an effect compared")
    assert view.not_compared.endswith("no output or outcome on record")
    bare = study_views([result_of(prop99())])[0]
    assert (bare.compared, bare.not_compared) == ("not known", "not known")
    boxes = Indicator(
        indicator_id="q1.evidence_share",
        question="Q1",
        by={"grade": "E0"},
        value=1.0,
        unit="share",
        status="OK",
    )
    only = study_views([result_of(findings([], indicators=[boxes]))])[0]
    assert only.not_compared == "100% no output or outcome on record"
    assert only.compared == "not known"


def test_real_and_synthetic_effects_are_counted_apart() -> None:
    assert verdict_sentences(usual()) == [
        "3 studies of real data, 2 effects: 1 favourable, 1 unclear.",
        (
            "1 study of synthetic example data, 5 effects: 1 favourable, 1 unfavourable, "
            "1 little or no difference, 2 unclear."
        ),
    ]
    assert verdict_sentences([result_of(empty())]) == ["1 study of real data, 0 effects."]


def test_synthetic_studies_are_marked_on_the_page_and_in_every_row_of_the_export() -> None:
    page = render_overview(usual())
    assert "<title>PARTLY SYNTHETIC: " in page
    assert page.index('class="banner"') < page.index("<header")
    assert page.count('<span class="mark">synthetic</span>') == 3
    marks = {row["study_id"]: row["data"] for row in exported(page)}
    assert marks["portfolio"] == "synthetic example data"
    assert marks["sample"] == "real"
    assert "ynthetic" not in render_overview([result_of(hiv())]).split("<header")[1]


def test_a_study_without_results_is_listed_with_what_to_do() -> None:
    page = render_overview(usual())
    assert "4 studies have published results, 1 has none" in page_prose(page)
    assert "advocacy run waiting" in page
    assert "Studies without published results" not in render_overview([result_of(hiv())])


def test_a_study_without_effects_says_what_is_missing() -> None:
    page = render_overview([result_of(empty())])
    assert "Not enough data to say whether outcomes improved: needs" in page
    assert exported(page) == []


def test_suppressed_cells_stay_suppressed() -> None:
    hidden = Indicator(
        indicator_id="q1.spend_support",
        question="Q1",
        value=None,
        unit="EUR",
        status="NOT_EVALUATED",
        reason="a count of persons is too small to be shown",
    )
    part = tobacco_effect().model_copy(
        update={"subgroup_id": "women", "initiative_name": "A part of few"}
    )
    small = findings([tobacco_effect(), part], indicators=[hidden])
    page = render_overview([result_of(small)])
    assert "too small to be shown" in page
    assert "A part of few" not in page
    assert [row["effect_id"] for row in exported(page)] == ["ca_packs"]
    assert spend_text(small, "q1.spend_advocacy") == "not known"


def test_negative_controls_are_no_rows() -> None:
    control = tobacco_effect().model_copy(update={"role": "negative_control"})
    assert exported(render_overview([result_of(findings([control]))])) == []


def test_the_export_has_the_numbers_unrounded() -> None:
    rows = exported(render_overview([result_of(hiv())]))
    assert float(rows[0]["estimate"]) == 0.4506
    assert (float(rows[0]["range_low"]), float(rows[0]["range_high"])) == (0.3562, 0.5450)
    assert effect_record(hiv(), hiv().effects[0])["advocacy_spend"] is None


@pytest.mark.parametrize("payload", HOSTILE_NAMES)
def test_a_payload_in_every_text_stays_text(payload: str) -> None:
    effect = portfolio_effect(1, payload, payload, "improves", (1.0, 0.2, 0.5, 1.5))
    hostile = effect.model_copy(update={"unit_label": payload, "missing": [payload]})
    found = findings([hostile], title=payload, study_id=payload)
    page = render_overview([result_of(found), never_run(payload)])
    outline = Rows(page)
    assert outline.all("script") == outline.all("img") == []
    assert len(outline.all("style")) == 1
    assert all(not any(key.startswith("on") for key in attrs) for _, attrs in outline.elements)
    for row in exported(page):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())


def test_odd_findings_leave_the_page_standing() -> None:
    nulls = bare_effect(1, "Nothing known", "inconclusive")
    odd = [result_of(extremes(), "odd"), result_of(findings([nulls]), "null")]
    page = render_overview(odd)
    outline = Rows(page)
    assert len(effect_rows(page)) == 60 + 1
    assert page.count("<caption>") == len(outline.all("table"))
    assert all(attrs.get("scope") for attrs in outline.all("th"))
    assert all(attrs.get("data-label") for attrs in outline.all("td"))
    assert "no estimate" in page
    assert len(page.encode()) < LIMIT


def test_the_page_asks_nothing_of_the_network_and_holds_no_script() -> None:
    outline = Rows(render_overview(usual()))
    assert outline.all("script") == outline.all("link") == []
    policy = outline.all("meta")[1]["content"] or ""
    assert policy.startswith("default-src 'none'; script-src 'none';")
    for tag, attrs in outline.elements:
        address = attrs.get("href") or attrs.get("src") or ""
        assert not address.startswith(("http", "//", "file")), tag


def test_the_same_studies_give_the_same_bytes() -> None:
    assert render_overview(usual()) == render_overview(usual())
    assert len(render_overview(usual()).encode()) < LIMIT
    assert overview_digest(usual()) != overview_digest(usual()[1:])


def test_the_drawing_turns_every_effect_so_that_right_is_better() -> None:
    better = portfolio_effect(1, "a", "b", "improves", (3.0, 0.5, 2.0, 4.0))
    lower = better.model_copy(
        update={
            "direction": "lower_better",
            "estimate": -3.0,
            "robust_low": -4.0,
            "robust_high": -2.0,
        }
    )
    limits = strip_limits([better, lower])
    assert draw_strip(better, limits) == draw_strip(lower, limits)
    bare = better.model_copy(update={"smallest_worthwhile_effect": None})
    assert draw_strip(bare, limits) == ""
    wild = better.model_copy(update={"robust_low": -900.0, "robust_high": 900.0})
    crowd = [better] * 4
    assert draw_strip(wild, strip_limits([*crowd, wild])).count("<path") > draw_strip(
        better, strip_limits(crowd)
    ).count("<path")


def test_money_without_effect_or_unclear_has_no_cost_per_unit() -> None:
    harm = portfolio_effect(2, "a", "b", "harms", (3.3, 0.8, 2.0, 4.6))
    view = study_views([result_of(findings([harm]))])[0].rows[0]
    assert (view.unit_cost, view.unit_note) == (
        "Not claimed",
        "The range is not wholly favourable.",
    )
    unknown = harm.model_copy(update={"cost": Cost(currency="EUR")})
    assert study_views([result_of(findings([unknown]))])[0].rows[0].unit_cost == "Not known"
    assert len(judged_effects(findings([harm, unknown]))) == 2

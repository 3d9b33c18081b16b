"""The page: one file, escaped, labelled, the same bytes every time."""

import base64
import csv
import io
import json
import lzma
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from reports.bundle import (
    Part,
    csp_hash,
    packed,
    packed_plotly,
    plotly_script,
    plotly_styles,
    safe_json,
    start_packing,
)
from reports.numbers import tied
from reports.page import cell_markup, findings_digest, render_report, tied_markup
from reports.table_views import alternative_table, diagnostic_table
from reports.tables import Table, csv_text, neutral
from reports.views import headline_facts
from reports.words import write_words
from schemas.findings import Alternative, Cost, Diagnostic, Findings
from tests.findings_extremes import HOSTILE_NAMES, all_samples, bare_effect, crowd, extremes
from tests.findings_samples import (
    findings,
    portfolio,
    portfolio_effect,
    prop99,
    spend,
    tobacco_effect,
)
from tests.prose import counts_of, page_prose, unsupported

LIMIT = 2_200_000
SAMPLES = {name: write_words(result) for name, result in all_samples().items()}
PAGES = {name: render_report(result) for name, result in SAMPLES.items()}


class Outline(HTMLParser):
    """Elements with their attributes, and the text inside scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in self.inline else ""

    def handle_endtag(self, _: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.inline[self._inside].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(params=sorted(PAGES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_page_asks_nothing_of_the_network(name: str) -> None:
    outline = Outline(PAGES[name])
    for tag, attrs in outline.elements:
        for key in ("src", "href", "action", "data", "poster"):
            address = attrs.get(key) or "#"
            assert address.startswith(("#", "data:text/csv")), (tag, address[:60])
        assert not any(key.startswith("on") for key in attrs), tag


def test_the_policy_allows_exactly_the_inline_texts_of_the_page(name: str) -> None:
    outline = Outline(PAGES[name])
    policy = outline.all("meta")[1]["content"] or ""
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src-attr")[0]
    assert csp_hash(outline.inline["script"][-1]) in policy
    assert csp_hash(plotly_script()) in policy
    for text in (outline.inline["style"][0], *plotly_styles()):
        assert csp_hash(text) in policy


def test_a_hostile_name_makes_no_element_of_its_own() -> None:
    outline = Outline(PAGES["extremes"])
    assert len(outline.all("script")) == 3
    assert len(outline.all("style")) == 1
    assert outline.all("img") == []
    assert "{{ 7 * 7 }}" in PAGES["extremes"]
    ids = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-zA-Z0-9-]+", mark or "") for mark in ids)


@pytest.mark.parametrize("payload", HOSTILE_NAMES)
def test_a_payload_in_every_text_field_stays_text(payload: str) -> None:
    effect = portfolio_effect(1, payload, payload, "improves", (1.0, 0.2, 0.5, 1.5))
    hostile = effect.model_copy(
        update={"unit_label": payload, "missing": [payload], "subgroup_id": "all"}
    )
    part = hostile.model_copy(update={"subgroup_id": payload})
    result = findings([hostile, part], title=payload, study_id=payload, notes=[payload])
    page = render_report(write_words(result), digest="0" * 64)
    outline = Outline(page)
    assert len(outline.all("script")) == 3
    assert outline.all("img") == []
    assert all(not any(key.startswith("on") for key in attrs) for _, attrs in outline.elements)


def test_every_table_has_a_caption_and_scoped_headers(name: str) -> None:
    page = PAGES[name]
    outline = Outline(page)
    assert page.count("<caption>") == len(outline.all("table"))
    assert all(attrs.get("scope") in {"col", "row"} for attrs in outline.all("th"))
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        labelled = table.count(' data-label="')
        is_slim = 'class="slim"' in table
        assert labelled == (0 if is_slim else table.count("<td"))
        assert not is_slim or table.count('scope="col"') <= 3


def test_every_chart_has_a_label_and_a_drawing_for_every_width(name: str) -> None:
    outline = Outline(PAGES[name])
    figures = outline.all("figure")
    live = [attrs["data-figure"] for attrs in figures if "data-figure" in attrs]
    models = json.loads(outline.inline["script"][0])
    assert sorted(models) == sorted(mark for mark in live if mark)
    labels = [attrs for attrs in outline.all("div") if attrs.get("role") == "img"]
    assert len(labels) == len(figures)
    assert all(len(attrs["aria-label"] or "") >= 40 for attrs in labels)
    drawn = [attrs["class"] for attrs in outline.all("svg")]
    assert (drawn.count("narrow"), drawn.count("wide")) == (len(figures), len(live))
    in_effects = sum(str(attrs["id"]).startswith(("event-", "bias-")) for attrs in figures)
    is_crowd = "crowd" in str(outline.all("body")[0]["class"])
    assert len(figures) - len(live) == (in_effects if is_crowd else 0)


def test_every_number_in_the_prose_of_the_page_is_in_the_findings(name: str) -> None:
    result = SAMPLES[name]
    texts = page_prose(PAGES[name])
    assert len(texts) > 10
    assert unsupported(texts, result, counts_of(result)) == []


@pytest.mark.parametrize("study", ["prop99", "hiv", "portfolio", "described", "empty"])
def test_a_report_is_one_file_of_at_most_2_2_megabytes(study: str) -> None:
    assert len(PAGES[study].encode()) <= LIMIT


def test_the_same_findings_give_the_same_bytes() -> None:
    start_packing.cache_clear()
    assert render_report(SAMPLES["portfolio"]) == PAGES["portfolio"]


def test_synthetic_data_say_so_everywhere() -> None:
    page = PAGES["portfolio"]
    assert "<title>SYNTHETIC: " in page
    assert page.index('class="banner"') < page.index("<header")
    files = [unquote(link.split(",", 1)[1]) for link in re.findall(r'href="(data:[^"]*)"', page)]
    assert files
    assert all(file.startswith("SYNTHETIC,") for file in files)
    assert "SYNTHETIC" not in PAGES["prop99"]


def test_the_digest_of_the_findings_is_at_the_foot_of_page_and_print() -> None:
    digest = findings_digest(SAMPLES["prop99"])
    assert PAGES["prop99"].count(digest) == 3
    given = render_report(SAMPLES["prop99"], digest="f" * 64)
    assert digest not in given
    assert f'content: "Findings SHA-256 {"f" * 64}"' in given


def test_formulas_in_exports_are_neutralised_and_numbers_are_not() -> None:
    assert neutral('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert neutral(" +1") == "' +1"
    assert neutral(-15.604) == -15.604
    assert neutral(None) == ""
    table = Table("t", "T", ("a",), (), ("@name", "value"), (("-x", -1.5), ("plain", None)))
    rows = list(csv.reader(io.StringIO(csv_text(table, synthetic=False))))
    assert rows == [["'@name", "value"], ["'-x", "-1.5"], ["plain", ""]]


def test_no_export_of_hostile_findings_starts_a_cell_with_a_formula() -> None:
    for link in re.findall(r'href="(data:[^"]*)"', PAGES["extremes"]):
        for row in csv.reader(io.StringIO(unquote(link.split(",", 1)[1].replace("&#39;", "'")))):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r"))
                assert not cell.startswith("-") or float(cell) < 0


def test_the_packed_script_unpacks_to_what_the_policy_allows() -> None:
    assert unpacked(packed(b"alert('<&>')")) == b"alert('<&>')"
    parts = packed_plotly()
    assert len(parts) == 2
    assert b"".join(unpacked(part) for part in parts).decode() == plotly_script()


def unpacked(part: Part) -> bytes:
    """The bytes of a part of the script."""
    assert not set(part.code) & set("<>&\"'")
    shrunk = base64.b85decode(part.code.translate(str.maketrans(",.:", "<>&")))
    way = [{"id": lzma.FILTER_LZMA1, "lc": 4, "lp": 0, "pb": 0}]
    found = lzma.decompress(shrunk, format=lzma.FORMAT_RAW, filters=way)
    assert len(found) == part.size
    return found


def test_json_in_the_page_cannot_end_its_script() -> None:
    text = safe_json({"a": ["</script>", 0.1 + 0.2, (1, None)]})
    assert "<" not in text
    assert json.loads(text) == {"a": ["</script>", 0.3, [1, None]]}


def test_facts_under_the_headline_give_cost_per_unit_only_where_it_is_claimed() -> None:
    def costs(result: Findings) -> list[tuple[str, str]]:
        return [(fact.value, fact.extra) for fact in headline_facts(result)[2:4]]

    assert costs(portfolio()) == [
        ("EUR 410,000", "Advocacy only."),
        ("EUR 195,000", "per percentage point; 95% range EUR 140,000 to EUR 290,000."),
    ]
    assert costs(prop99())[1] == ("Not known", "")
    paid = tobacco_effect().model_copy(update={"cost": Cost(spend=9.0, currency="USD")})
    assert costs(findings([paid]))[1][0] == "Not claimed"
    bare = paid.model_copy(update={"cost": Cost(spend=9.0, currency="USD", cost_per_unit=3.0)})
    assert costs(findings([bare]))[1] == ("USD 3", "per pack per person per year.")


def test_without_an_effect_the_facts_are_the_spend_and_what_is_needed() -> None:
    told = {fact.term: (fact.value, fact.extra) for fact in headline_facts(findings([]))}
    assert told["Certainty"] == ("Not graded", "")
    assert told["Cost"] == ("Not known", "No advocacy spend was supplied.")
    spent = headline_facts(findings([], indicators=[spend("advocacy", 8.6e6)]))
    assert [(fact.value, fact.extra) for fact in spent[2:4]] == [
        ("EUR 8.6 million", "All advocacy spend."),
        ("Not claimed", ""),
    ]


def test_a_number_keeps_the_word_after_it_on_its_line() -> None:
    assert tied("EUR 1.5 million to 2") == "EUR\u00a01.5\u00a0million to 2"
    assert tied("range \u22121.4 to 3.6, 1 better") == (
        "range \u22121.4\u00a0to\u00a03.6, 1\u00a0better"
    )
    assert tied("43 of 180, a drift of 2 points of 5") == (
        "43\u00a0of\u00a0180, a drift of 2\u00a0points of\u00a05"
    )
    assert tied("2 (range 1.4 to 3.6)") == "2 (range\u00a01.4\u00a0to\u00a03.6)"
    assert tied("in need, 1 May 2021 to 31 June 2024.") == (
        "in need, 1\u00a0May\u00a02021 to 31\u00a0June\u00a02024."
    )


def test_what_is_tied_is_one_element_and_stays_text() -> None:
    assert tied_markup("<b> EUR 5 & (range 1.4 to 3.6), p = 0.05") == (
        '&lt;b&gt; <span class="tie">EUR 5</span> &amp; '
        '<span class="tie">(range 1.4 to 3.6),</span> p <span class="tie">= 0.05</span>'
    )
    assert cell_markup("43 of 180 <i>") == (
        '<span><span class="tie">43 of 180</span> &lt;i&gt;</span>'
    )
    assert cell_markup("a < b") == "a &lt; b"


def test_tests_and_estimators_go_by_their_own_names() -> None:
    effect = tobacco_effect().model_copy(
        update={
            "unit_label": "share of persons",
            "alternatives": [
                Alternative(name=name, estimate=0.5, std_error=0.125)
                for name in ("callaway_santanna", "within_block")
            ],
            "diagnostics": [
                Diagnostic(name=name, status="PASS") for name in ("pre_trend_slope", "unit_shift")
            ],
        }
    )
    others, tests = alternative_table(effect, 1), diagnostic_table(effect, 1)
    assert others is not None
    assert tests is not None
    assert [row[0] for row in others.rows] == [
        "Callaway\u2013Sant'Anna",
        "Within block",
    ]
    assert others.caption == "Other estimators, same question (percentage points)"
    assert others.rows[0][1:] == ("+50", "12.5")
    assert others.records[0] == ("callaway_santanna", 0.5, 0.125, "share of persons")
    assert [row[0] for row in tests.rows] == ["Pre-trend, slope", "Unit shift"]


def test_no_empty_axis_is_drawn_where_nothing_was_estimated() -> None:
    page = render_report(write_words(findings([bare_effect(1, "A")])))
    assert 'id="forest"' not in page
    assert 'id="summary-table"' in page


def test_many_effects_are_all_closed_alike_and_few_all_open() -> None:
    assert '<details class="whole">' in PAGES["extremes"]
    assert '<details class="whole" open>' not in PAGES["extremes"]
    assert PAGES["portfolio"].count('<details class="whole" open>') == 5


def test_negative_controls_are_shown_apart() -> None:
    control = tobacco_effect().model_copy(
        update={"effect_id": "placebo", "role": "negative_control"}
    )
    page = render_report(write_words(findings([tobacco_effect(), control])))
    assert "do not count in the headline" in page
    assert len(extremes().effects) == 60


def test_rows_that_are_lost_are_not_called_accounted_for() -> None:
    assert "Every row read is accounted for" in PAGES["prop99"]
    lost = prop99().row_accounts[0].model_copy(update={"read": 40})
    page = render_report(write_words(findings([], row_accounts=[lost])))
    assert "Some rows that were read are not accounted for" in page


def test_two_hundred_effects_have_every_drawing_and_table_and_no_live_chart() -> None:
    page = render_report(write_words(crowd()))
    outline = Outline(page)
    assert len(outline.all("script")) == 1
    assert csp_hash(plotly_script()) not in (outline.all("meta")[1]["content"] or "")
    figures = [str(attrs["id"]) for attrs in outline.all("figure")]
    wanted = {f"{kind}-{n}" for kind in ("event", "bias") for n in range(1, 201)}
    assert wanted < set(figures)
    assert [attrs["class"] for attrs in outline.all("svg")].count("narrow") == len(figures)
    assert len(page.encode()) <= 2 * LIMIT

"""Charts in rows of Q2, Q3, evidence and equity, against indicators made by hand."""

import csv
import io
from collections.abc import Callable

import pytest

from reports.equity_charts import build_open, build_per_patient, build_reach
from reports.evidence_charts import build_boxes, build_evidence
from reports.indicator_rows import basis, shown
from reports.indicator_tables import RowsView, figures_of, indicator_table
from reports.phrases import FINDING_WORDS
from reports.relationship_charts import build_components, build_dependence, build_retention
from reports.rows import Row, RowGroup, RowsChart, slots_of
from reports.rows_figure import rows_figure
from reports.rows_svg import draw_rows
from reports.sections import SECTIONS, Build, chart_view, section_views
from reports.tables import csv_text
from reports.views import card_view
from reports.voice_charts import build_heard, build_voice, build_voice_shares
from reports.words import write_words
from schemas.findings import Findings, Indicator, QuestionAnswer
from tests.findings_described import described, lacking, only, part, share, value
from tests.findings_samples import portfolio, spend

BUILDERS = [build for section in SECTIONS for build in section.builders]


def made(build: Callable[[Findings], RowsView | None], *rows: Indicator) -> RowsView:
    found = build(only(*rows) if rows else described())
    assert found is not None
    return found


def figures(view: RowsView) -> dict[str, str]:
    return {row.label: row.figures for row in view.chart.rows}


@pytest.mark.parametrize("build", BUILDERS)
def test_every_chart_has_a_finding_a_label_a_drawing_and_a_csv(build: Build) -> None:
    made_view = build(described())
    assert made_view is not None
    view = chart_view(made_view, described())
    assert any(character.isdigit() for character in view.text.title)
    assert len(view.text.aria_label) >= 40
    assert any(character.isdigit() for character in view.text.aria_label)
    assert view.text.source.startswith("Source: ")
    assert view.figure["data"]
    rows = list(csv.reader(io.StringIO(csv_text(view.table, synthetic=True))))
    assert len(rows) == 1 + len(view.table.records) > 1
    if isinstance(made_view, RowsView):
        words = [row.label.split()[0] for row in made_view.chart.rows]
        assert all(word in drawing for word in words for drawing in (view.wide, view.narrow))


@pytest.mark.parametrize("build", BUILDERS)
def test_nothing_is_drawn_of_what_is_not_known(build: Build) -> None:
    assert build(only()) is None


def test_evidence_tells_what_was_compared_and_what_unclear_spend_could_make_of_it() -> None:
    view = made(build_evidence)
    assert view.chart.text.title == (
        "80% of advocacy spend was set against a comparison, 15% has no output or outcome on record"
    )
    rows = {row.label: row for row in view.chart.rows}
    assert rows["Effect compared (E3): unfavourable"].figures == "18.3%"
    assert rows["No output or outcome on record (E0)"].beside == pytest.approx(1.7 / 7)
    assert rows["Outputs counted only (E1)"].beside is None
    name = "q1.evidence_share"
    clear = made(build_evidence, part(name, 1, 2, grade="E0"), part(name, 1, 2, grade="E3"))
    assert "diamond" not in clear.chart.text.how_to_read


def test_spend_without_any_comparison_is_one_row_and_not_four_empty_ones() -> None:
    name = "q1.evidence_share"
    rows = [part(name, 0, 2, grade="E3"), part(name, 2, 2, grade="E0")]
    rows += [part(name, 0, 2, grade="E3", finding=finding) for finding in FINDING_WORDS]
    view = made(build_evidence, *rows)
    assert [row.label for row in view.chart.rows] == [
        "Effect compared (E3)",
        "No output or outcome on record (E0)",
    ]


def test_compliance_of_all_activities_is_told_by_part() -> None:
    assert list(figures(made(build_boxes))) == [
        "Everything required",
        "Written agreement",
        "Disclosed",
    ]
    alone = made(build_boxes, share("q1.compliance_complete", 1.0, 4.0))
    assert alone.chart.text.title == "Compliance complete in 25% of activities"


def test_advice_is_counted_asked_decided_changed_by_phase_in_order_of_life() -> None:
    view = made(build_voice)
    assert view.chart.text.title == "Advice: 120 asked, 84 decided, 21 changed"
    assert figures(view) == {
        "Discovery": "9 asked, 5 decided, 1 changed",
        "Phase II": "25 asked, 16 decided, 4 changed",
        "Launch": "10 asked, 2 decided, 0 changed",
        "After launch": "44 asked, 30 decided, 9 changed",
    }
    assert view.chart.rows[0].parts == (9.0, 5.0, 1.0)


def test_shares_and_medians_of_the_patient_voice_keep_their_units() -> None:
    view = made(build_voice_shares)
    assert figures(view)["Decisions without patients"] == "55% (45 to 65)"
    cells = {row[0]: row[1] for row in indicator_table(view, "EUR").rows}
    assert cells["Median days to a decision"] == "61 days"
    assert cells["Influence: company's rating minus partner's"] == "0.8 points of 5"


def test_ratios_stand_around_one_and_small_counts_stay_hidden() -> None:
    heard, reach = made(build_heard), made(build_reach)
    assert (
        heard.chart.text.title
        == "Share of advice as a multiple of the share in need: 0.61 (Women) to 1.40 (Men)"
    )
    assert heard.chart.reference == 1.0
    assert figures(reach)["Ticino"] == "too small to be shown"
    assert reach.chart.limits[1] < 5.2
    assert 'stroke-width="2"/>' in draw_rows(reach.chart, "wide")
    assert rows_figure(reach.chart)["data"][0]["marker"]["symbol"][-1] == "triangle-right"
    hidden = lacking(
        "e.reach_ratio", "a count of persons is too small to be shown", region_code="X"
    )
    assert build_reach(only(hidden)) is None


def test_components_are_told_one_by_one_and_apart_by_what_they_are_signs_of() -> None:
    lasting, passing = made(build_components).chart.groups
    assert [row.shape for row in lasting.rows] == ["circle"] * 7
    assert [row.label for row in passing.rows] == [
        "One-off relationships",
        "Partners with one payer",
        "Partners above a quarter of income from one payer",
        "Money within a year of a launch",
    ]
    rows = [share("q3.single_funder_share", 4.0, 4.0), share("q3.dependence", 1.0, 5.0)]
    own_log = made(build_components, *rows, value("q3.payers", 1.0, "payers"))
    assert [row.label for row in own_log.chart.rows] == [
        "Partners above a quarter of income from one payer"
    ]
    assert own_log.chart.text.title.endswith("one payer: 20%")


def test_retention_is_told_by_year_and_dependence_by_partner() -> None:
    kept = made(build_retention)
    assert (
        kept.chart.text.title
        == "Relationships kept: 64.5% from 2021 to 2022, 52.8% from 2023 to 2024"
    )
    assert [row.label for row in kept.chart.rows] == [
        "2021 to 2022",
        "2022 to 2023",
        "2023 to 2024",
    ]
    depend = made(build_dependence)
    assert figures(depend) == {"rare_voices": "62%", "lung_circle": "31%"}
    named = part("q3.dependence", 6.0, 10.0, partner_id="p1")
    named = named.model_copy(update={"label": "Rare Voices"})
    told = made(build_dependence, share("q3.dependence", 1.0, 2.0), named)
    assert figures(told) == {"Rare Voices": "60%"}
    assert depend.chart.reference == 0.25
    assert depend.entries[0].label == "All partners with a known income"


def test_money_for_each_person_has_its_currency_on_the_axis_too() -> None:
    view = made(build_per_patient)
    assert figures(view)["Zurich"] == "EUR 60.5 per person"
    assert "EUR 20" in rows_figure(view.chart)["layout"]["xaxis"]["ticktext"]


def test_bands_of_age_stand_from_the_youngest() -> None:
    bands = {"a": "40 to 64", "b": "65 and over", "c": "Under 40"}
    rows = [
        value("e.reach_ratio", 0.5, "ratio", dimension=dimension, subgroup_id=own).model_copy(
            update={"label": label}
        )
        for dimension, own, label in (
            *(("sex", name, name) for name in ("Women", "Men")),
            *(("age", own, label) for own, label in bands.items()),
        )
    ]
    view = build_reach(only(*rows))
    assert view is not None
    assert [group.heading for group in view.chart.groups] == ["Sex", "Age"]
    shown = [[row.label for row in group.rows] for group in view.chart.groups]
    assert shown == [["Women", "Men"], ["Under 40", "40 to 64", "65 and over"]]


def test_regions_stand_in_the_order_of_their_names() -> None:
    codes = ("DE-BB", "DE-BE", "FR-IDF", "DE-BY")
    name = "e.spend_per_patient"
    spent = [value(name, 12.0, "EUR per person", region_code=code) for code in codes]
    ratios = [value("e.reach_ratio", 0.5, "ratio", region_code=code) for code in codes]
    findings = only(value(name, 12.0, "EUR per person"), *spent, *ratios)
    for view in (build_per_patient(findings), build_reach(findings)):
        assert view is not None
        labels = [row.label for row in view.chart.rows]
        assert labels == ["Bavaria", "Berlin", "Brandenburg", "Region code FR-IDF"]


def test_transparency_counts_every_kind_and_says_so() -> None:
    assert "Support counts here too." in made(build_open).chart.text.how_to_read


def test_values_are_shown_with_what_they_are_made_from() -> None:
    assert basis(share("q2.conversion", 1.0, 4.0), "EUR") == "1 of 4"
    assert basis(part("q3.core_share", 1e6, 4e6), "EUR") == "EUR 1 million of EUR 4 million"
    ratio = value("e.reach_ratio", 0.5, "ratio").model_copy(
        update={"numerator": 0.2, "denominator": 0.4}
    )
    assert basis(ratio, "EUR") == "20% against 40%"
    spent = value("e.spend_per_patient", 20.0, "EUR per person").model_copy(
        update={"numerator": 2e4, "denominator": 1e3}
    )
    assert basis(spent, "EUR") == "EUR 20,000 for 1,000 persons"
    assert basis(lacking("q3.trust", "needs partner_survey"), "EUR") == ""
    assert shown(lacking("q3.trust", "needs partner_survey")) == "not evaluated"
    assert figures_of(value("q3.pairs", 414.0, "pairs"), "EUR") == "414 pairs"


def test_a_long_figure_stands_below_its_label() -> None:
    row = Row("Somewhere", "a figure in so many words that no label has room on the same line")
    chart = RowsChart(made(build_open).chart.text, (RowGroup("", (row,)),), "dot", "percent", "")
    slot = next(slots_of(chart, 330.0))
    assert slot.figures == ""
    assert len(slot.lines) > 1


def test_sections_say_what_was_not_evaluated_and_why() -> None:
    sections = {section.anchor: section for section in section_views(described())}
    assert list(sections) == ["boxes", "voice", "relationships", "fairness"]
    assert sections["relationships"].absent == [
        ("Needs partner survey", "Trust as partners rate it")
    ]
    assert sections["fairness"].absent == [
        ("Nothing on record to count", "Payer and partner disclose the same")
    ]
    assert section_views(portfolio()) == []
    unknown = spend("advocacy", 1.0).model_copy(
        update={"indicator_id": "q1.of_a_later_version", "status": "NOT_EVALUATED", "value": None}
    )
    several = lacking("q2.assumption_share", "needs decision, patient_input")
    assert section_views(only(several))[0].absent == [
        ("Needs decision and patient input", "Decisions without patients")
    ]
    [untold] = section_views(only(unknown))
    assert untold.anchor == "untold"
    assert untold.absent == [("Not evaluated", "q1.of_a_later_version")]


def test_a_card_leads_to_its_section_where_there_is_one() -> None:
    answers = write_words(described()).questions
    links = [card_view(answer, ["voice"]).href for answer in answers]
    assert links == ["#evidence", "#voice", "#accounts"]
    assert card_view(answers[2], ["untold"]).link == "See what is missing"


def test_a_card_does_not_list_again_what_its_answer_names() -> None:
    lacks = QuestionAnswer(id="Q3", answer="Not enough data: needs partner.", missing=["partner"])
    assert card_view(lacks, []).missing == []
    told = lacks.model_copy(update={"answer": "50% of relationships kept."})
    assert card_view(told, []).missing == ["partner"]


def test_the_certainty_of_several_effects_is_called_the_lowest() -> None:
    graded = QuestionAnswer(id="Q1", answer="1 better, 1 unclear.", certainty="low")
    assert card_view(graded, []).certainty_term == "Certainty"
    assert card_view(graded, [], graded=2).certainty_term == "Lowest certainty"

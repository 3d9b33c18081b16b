"""Spend against effect, effects by subgroup, data accounts, and the notes of a run."""

import re
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from reports.account_chart import account_title, account_words, build_accounts
from reports.charts import build_spend
from reports.effect_charts import build_bias, build_event_study
from reports.notes import read_notes
from reports.page import render_report
from reports.rows_figure import rows_figure
from reports.rows_svg import draw_rows
from reports.sections import account_view, subgroup_view
from reports.spend_effect import APART, SHOWN, build_spend_effect, spend_effect_table
from reports.spend_effect_figure import spend_effect_figure
from reports.spend_effect_svg import draw_spend_effect
from reports.subgroup_chart import build_subgroups
from reports.table_views import bias_table, event_table
from reports.tables import csv_text
from reports.views import headline_facts
from reports.words import write_words
from schemas.findings import Cost, Effect, EventTime, Findings, Interval, RowAccount, SubgroupPart
from tests.findings_described import described
from tests.findings_extremes import suppressed
from tests.findings_samples import (
    empty,
    findings,
    portfolio,
    portfolio_effect,
    prop99,
    spend,
    tobacco_effect,
)


def costing(*spends: float | None, currency: str = "EUR") -> Findings:
    effects = [
        portfolio_effect(1, f"Program {index}", "uptake", "improves", (2.0, 0.5, 1.0, 3.0))
        for index in range(len(spends))
    ]
    made = [
        effect.model_copy(update={"cost": Cost(spend=spend, currency=currency)})
        for effect, spend in zip(effects, spends, strict=True)
    ]
    return findings(made, currency="EUR")


def test_spend_stands_against_the_effect_of_the_forest_plot() -> None:
    chart = build_spend_effect(portfolio())
    assert chart is not None
    assert [point.spend for point in chart.points] == [410_000.0 * n for n in range(1, 6)]
    assert chart.points[1].estimate == pytest.approx(-3.3 / 1.5)
    assert chart.band == 1.0
    assert chart.text.title == (
        "Most was spent on Rare-disease registry co-design, EUR 2.05 million: unclear; "
        "least on Nurse-led navigation with patient groups, EUR 410,000: favourable"
    )
    assert len(chart.key) == len(chart.points)
    assert re.search(r"\d", chart.text.aria_label)


def test_one_initiative_is_not_told_as_both_the_most_and_the_least() -> None:
    chart = build_spend_effect(costing(100.0))
    assert chart is not None
    assert chart.text.title == "Most was spent on Program 0, EUR 100: favourable"


def test_equal_spends_stand_side_by_side_and_keep_their_amounts() -> None:
    chart = build_spend_effect(costing(100.0, 100.0, 100.0))
    assert chart is not None
    assert [point.spend for point in chart.points] == [100.0] * 3
    places = [point.place for point in chart.points]
    assert all(after - before >= APART * 100.0 for before, after in pairwise(places))
    assert chart.x_limits[1] > max(places)


def test_what_has_no_place_on_the_axis_is_in_the_table_only() -> None:
    chart = build_spend_effect(costing(100.0, None, -5.0))
    assert chart is not None
    assert [point.name for point in chart.points] == ["Program 0"]
    assert "Other effects are in the table only." in chart.text.how_to_read
    table = spend_effect_table(costing(100.0, None, -5.0))
    assert [row[2] for row in table.rows] == ["EUR 100", "not known", "EUR \u22125"]
    assert "Program" not in csv_text(table, synthetic=False)


def test_spend_in_another_currency_is_not_put_on_the_axis() -> None:
    assert build_spend_effect(costing(100.0, currency="USD")) is None
    assert build_spend_effect(prop99()) is None
    assert build_spend_effect(empty()) is None


@pytest.mark.parametrize("spends", [(0.0,), (0.0, 0.0)], ids=["one", "two"])
def test_free_work_has_a_place_at_zero(spends: tuple[float, ...]) -> None:
    chart = build_spend_effect(costing(*spends))
    assert chart is not None
    assert chart.points[0].place == 0.0
    assert go.Figure(spend_effect_figure(chart)).data[0].y == (pytest.approx(2.0),)


def test_many_spends_show_as_many_as_can_be_told_apart() -> None:
    chart = build_spend_effect(costing(*(float(n) for n in range(40))))
    assert chart is not None
    assert len(chart.points) == SHOWN
    assert len(spend_effect_table(costing(*(float(n) for n in range(40)))).rows) == 40


@pytest.mark.parametrize("setting", ["wide", "narrow"])
def test_drawing_and_figure_of_spend_show_the_same_points(setting: str) -> None:
    chart = build_spend_effect(portfolio())
    assert chart is not None
    drawn = draw_spend_effect(chart, setting)
    assert drawn.count('font-weight="600"') == len(chart.points)
    figure = go.Figure(spend_effect_figure(chart))
    assert [trace.x[0] for trace in figure.data] == [point.place for point in chart.points]


def part(level: str, estimate: float | None, **update: object) -> Effect:
    effect = portfolio_effect(2, "Navigation", "waiting time", "improves", (-3.0, 0.5, -4.5, -1.5))
    fields = {
        "subgroup_id": level,
        "estimate": estimate,
        "part": SubgroupPart(dimension="age", level=level),
        **update,
    }
    return effect.model_copy(update=fields)


def test_subgroups_stand_under_their_effect_and_dimension_turned_to_better() -> None:
    chart = build_subgroups(findings([tobacco_effect(), part("under_40", -3.0)]))
    assert chart is not None
    [group] = chart.groups
    assert group.heading == "Navigation, waiting time (days), by age"
    [row] = group.rows
    assert (row.label, row.value, row.low, row.high) == ("under 40: favourable", 2.0, 1.0, 3.0)
    assert row.figures == "\u22123.00 (\u22124.50 to \u22121.50)"
    assert chart.text.title == "Every subgroup: favourable"
    assert build_subgroups(portfolio()) is None


def test_suppressed_subgroups_have_a_row_and_no_mark() -> None:
    hidden = {"verdict": "not_evaluable", "reasons": ["NO_OUTCOME"], "robust_low": None}
    hidden |= {"robust_high": None, "ci_low": None, "ci_high": None}
    levels = [part(f"level_{index}", None, **hidden) for index in range(10)]
    unbounded = part("other", -3.0, **{**hidden, "verdict": "inconclusive"})
    unplaced = part("rest", -3.0, smallest_worthwhile_effect=None)
    result = write_words(findings([tobacco_effect(), *levels, unbounded, unplaced]))
    chart = build_subgroups(result)
    assert chart is not None
    assert [row.value for row in chart.rows] == [None] * 10 + [2.0, None]
    assert [row.figures for row in chart.rows[9:11]] == ["no estimate", "\u22123"]
    assert chart.text.title.startswith("Findings by subgroup: ")
    assert "level 9" in draw_rows(chart, "narrow")
    assert "Findings by subgroup" in render_report(result, digest="0" * 64)


def test_one_wild_subgroup_is_cut_at_the_axis() -> None:
    levels = [part(f"level_{index}", -3.0) for index in range(30)]
    wild = part("wild", -900.0, robust_low=-2000.0, robust_high=-1.0)
    chart = build_subgroups(findings([wild, *levels]))
    assert chart is not None
    assert chart.rows[0].value == chart.rows[0].high == chart.limits[1]
    assert len(chart.rows) == 24
    assert "Other levels are in the table only." in chart.text.how_to_read
    view = subgroup_view(findings([wild, *levels]))
    assert view is not None
    assert len(view.table.rows) == 31


@pytest.mark.parametrize(("count", "axes"), [(4, 1), (24, 2)])
def test_many_rows_have_their_axis_at_their_head_too(count: int, axes: int) -> None:
    chart = build_subgroups(findings([part(f"level_{index}", -3.0) for index in range(count)]))
    assert chart is not None
    assert draw_rows(chart, "wide").count(">0</text>") == axes
    notes = [note["text"] for note in rows_figure(chart)["layout"]["annotations"]]
    assert notes.count("0") == axes - 1


def test_the_band_of_rows_is_in_drawing_and_figure() -> None:
    chart = build_subgroups(findings([part("under_40", -3.0)]))
    assert chart is not None
    assert "<rect" in draw_rows(chart, "wide")
    shapes = rows_figure(chart)["layout"]["shapes"]
    assert any(shape.get("fillcolor") for shape in shapes)


def account(table: str, read: int, **lost: int) -> RowAccount:
    rest = {"quarantined": 0, "superseded": 0, "out_of_window": 0} | lost
    return RowAccount(
        table=table,
        source_file=f"{table}.csv",
        read=read,
        accepted=read - sum(lost.values()),
        **rest,
    )


def titled(*rows: RowAccount) -> str:
    chart = build_accounts(findings([], row_accounts=list(rows)))
    assert chart is not None
    return chart.text.title


def test_accounts_say_what_became_of_the_rows() -> None:
    rows = [account("unit", 40), account("outcome", 1000, quarantined=3, superseded=7)]
    chart = build_accounts(findings([], row_accounts=[*rows, account("measure", 0)]))
    assert chart is not None
    assert [row.figures for row in chart.rows] == ["990 of 1,000 rows, 3 quarantined, 7 superseded"]
    assert [row.value for row in chart.rows] == [0.99]
    assert chart.text.how_to_read.endswith("All rows of the other files were accepted.")
    assert build_accounts(findings([], row_accounts=[])) is None
    assert account_view(findings([], row_accounts=[])) is None


def test_files_of_which_every_row_was_accepted_are_told_in_one_sentence() -> None:
    every = findings([], row_accounts=[account("unit", 40), account("outcome", 9)])
    assert build_accounts(every) is None
    assert account_words(every) == "All rows of every file were accepted."
    nothing = findings([], row_accounts=[account("unit", 0)])
    assert (account_title(nothing), account_words(nothing)) == ("No row was read", "")
    page = render_report(write_words(every))
    assert "<summary>Rows of each file</summary>" in page
    assert 'id="account-table"' in page


def test_accounts_name_the_files_with_rows_in_quarantine() -> None:
    held = account("outcome", 50, quarantined=1)
    assert titled(held) == "1 row of outcome.csv is in quarantine"
    assert titled(held, account("unit", 9, quarantined=2)) == "3 rows of 2 files are in quarantine"
    assert titled(account("unit", 9, out_of_window=2)).startswith("No row is in quarantine")


def test_notes_of_the_same_words_in_one_file_are_told_once() -> None:
    words = "not a column of engagement; not stored \u00b7 map it in study.yaml"
    notes = [f"log.csv:1:{name}  {words}" for name in "abcdefgh"]
    told = read_notes([*notes, "One row is late."])
    assert len(told) == 2
    assert told[0].what == "Not a column of engagement; not stored."
    assert told[0].remedy == "Map it in study.yaml."
    assert told[0].where == "log.csv:1: a, b, c, d, e, f and others"
    assert (told[1].what, told[1].where, told[1].remedy) == ("One row is late.", "", "")
    assert read_notes([f"log.csv:1:a  {words}"])[0].where == "log.csv:1: a"


def test_more_than_three_notes_are_folded_away() -> None:
    few, many = (
        render_report(write_words(findings([], notes=[f"Note {n}." for n in range(count)])))
        for count in (3, 4)
    )
    assert "More to read with care" not in few
    assert "More to read with care" in many


def test_ten_hidden_subgroups_have_a_table_and_no_chart() -> None:
    assert build_subgroups(suppressed()) is None
    page = render_report(write_words(suppressed()), digest="0" * 64)
    assert 'id="subgroup-table"' in page
    assert "subgroup-effects" not in page


@pytest.mark.parametrize("result", [portfolio(), described()], ids=["portfolio", "described"])
def test_every_chart_has_a_source_and_a_table_to_download(result: Findings) -> None:
    page = render_report(write_words(result), digest="0" * 64)
    figures = re.findall(r'<figure class="chart" id="([^"]+)"', page)
    assert len(figures) == len(set(figures))
    assert page.count('<figcaption class="source">Source: ') == len(figures)
    links = re.findall(r'download="([^"]+)\.csv"', page)
    assert len(links) == len(set(links)) >= len(figures)
    assert set(links) == set(re.findall(r'<table[^>]* id="([^"]+)"', page))


def test_no_two_elements_of_a_page_share_an_id() -> None:
    page = render_report(write_words(described()), digest="0" * 64)
    ids = re.findall(r'<[a-z0-9]+ [^>]*?\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_numbers_below_each_other_have_the_same_decimals() -> None:
    ways = {"plain": (2.0, 1.25, 3.4), "donut": (2.2456, -0.003, 4.0)}
    intervals = [
        Interval.model_validate(
            {"name": name, "status": "PASS", "estimate": middle, "low95": low, "high95": high}
        )
        for name, (middle, low, high) in ways.items()
    ]
    path = [EventTime(event_time=0, estimate=2.0, ci_low=-0.003, ci_high=12.5)]
    effect = portfolio().effects[0]
    effect = effect.model_copy(update={"intervals": intervals, "event_study": path})
    bias, event = build_bias(effect, 1), build_event_study(effect, 1, "month")
    assert bias is not None
    assert event is not None
    told = [row[2:4] for row in bias_table(bias, 1).rows]
    assert told == [("+2.000", "1.250 to 3.400"), ("+2.246", "\u22120.003 to 4.000")]
    assert event_table(event, 1).rows == (("0", "+2.0", "0.0 to 12.5"),)


def test_much_unclassified_spend_is_told_beside_the_advocacy_spend() -> None:
    kinds = [spend("advocacy", 8e6), spend("support", 0.0), spend("unclassified", 0.9e6)]
    chart = build_spend(findings([], indicators=kinds))
    assert chart is not None
    assert chart.text.title == "Advocacy spend: EUR 8 million; unclassified: EUR 900,000"
    few = [*kinds[:2], spend("unclassified", 0.7e6)]
    chart = build_spend(findings([], indicators=few))
    assert chart is not None
    assert chart.text.title == "Advocacy spend: EUR 8 million"
    told = [headline_facts(findings([], indicators=some))[2].extra for some in (kinds, few)]
    assert told == [
        "All advocacy spend; EUR 900,000 more is unclassified.",
        "All advocacy spend.",
    ]

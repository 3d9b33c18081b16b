"""The charts: what they show, and that both drawings show the same."""

import re
from xml.etree import ElementTree as Xml

import plotly.graph_objects as go
import pytest

from reports.axes import Scale, clipped_limits, limits, roomy_ticks, tick_labels, ticks, whole_ticks
from reports.charts import build_forest, build_spend
from reports.effect_charts import bias_state, bias_words, build_bias, build_event_study
from reports.effect_svg import draw_bias, draw_event_study, draw_spend
from reports.figures import bias_figure, event_figure, spend_figure
from reports.forest_figure import forest_figure
from reports.forest_svg import MIDDLE, NARROW, WIDE, draw_forest, figure_lines
from reports.measure import text_width, wrap
from reports.palette import QUIET
from schemas.findings import Effect, EventTime, Findings, Interval
from schemas.vocabulary import IntervalName
from tests.findings_extremes import all_samples, bare_effect, empty, extremes
from tests.findings_samples import findings, hiv, incentive_effect, portfolio, prop99, spend

SETTINGS = ("wide", "narrow")


def drawings(result: Findings) -> list[str]:
    """Every static drawing of the findings."""
    drawn = []
    forest, spent = build_forest(result), build_spend(result)
    if forest:
        drawn += [draw_forest(forest, layout) for layout in (WIDE, MIDDLE, NARROW)]
    if spent:
        drawn += [draw_spend(spent, setting) for setting in ("middle", *SETTINGS)]
    for index, effect in enumerate(result.effects):
        event, bias = build_event_study(effect, index, result.period), build_bias(effect, index)
        for setting in SETTINGS:
            drawn += [draw_event_study(event, setting)] if event else []
            drawn += [draw_bias(bias, setting)] if bias else []
    return drawn


@pytest.mark.parametrize("name", sorted(all_samples()))
def test_every_drawing_is_sound_xml_and_holds_its_text(name: str) -> None:
    for drawn in drawings(all_samples()[name]):
        root = Xml.fromstring(drawn)  # noqa: S314 - drawn here, not received
        width = float(root.attrib["viewBox"].split()[2])
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            size = float(text.attrib.get("font-size", root.attrib["font-size"]))
            x = float(text.attrib["x"])
            length = text_width(text.text or "", size)
            anchor = text.attrib.get("text-anchor", "start")
            left = x - {"start": 0.0, "middle": length / 2, "end": length}[anchor]
            assert left >= -2, text.text
            assert left + length <= width + 2, text.text


def test_effects_in_different_units_share_an_axis_of_their_smallest_worthwhile_effect() -> None:
    chart = build_forest(portfolio())
    assert chart is not None
    assert chart.axis_title == "Multiples of each effect's smallest worthwhile effect"
    assert [row.band for row in chart.rows] == pytest.approx([1.0] * 5)
    assert chart.rows[1].estimate == pytest.approx(-3.3 / 1.5)
    assert "Units differ" in chart.text.how_to_read
    assert chart.text.how_to_read.endswith("right is better for patients.")
    assert chart.high_end == "better"
    live = [note["text"] for note in forest_figure(chart)["layout"]["annotations"]]
    for words in ("\u2190 worse", "better \u2192"):
        assert words in live
        assert f">{words}<" in draw_forest(chart, WIDE)
        assert f">{words}<" in draw_forest(chart, NARROW)


def test_effects_in_one_unit_keep_it_with_the_band_of_the_threshold() -> None:
    chart = build_forest(prop99())
    assert chart is not None
    row = chart.rows[0]
    assert (row.estimate, row.band, row.low) == (-15.604, 5.0, None)
    assert chart.axis_title == "packs per person per year"
    assert chart.low_end == "better"
    assert chart.text.how_to_read.endswith("Left is better for patients.")


def test_an_effect_without_threshold_is_named_but_not_placed_among_other_units() -> None:
    first, second = portfolio().effects[:2]
    lacking = second.model_copy(update={"smallest_worthwhile_effect": None})
    chart = build_forest(findings([first, lacking]))
    assert chart is not None
    assert chart.rows[1].estimate is None
    assert chart.rows[1].figures.startswith("+3.30 days")


def test_rows_keep_the_order_of_the_plan() -> None:
    chart = build_forest(portfolio())
    assert chart is not None
    assert [row.verdict for row in chart.rows] == [effect.verdict for effect in portfolio().effects]
    assert build_forest(empty()) is None


def test_one_period_has_no_event_study() -> None:
    assert build_event_study(incentive_effect(), 1, "year") is None
    chart = build_event_study(prop99().effects[0], 1, "year")
    assert chart is not None
    assert chart.text.title == (
        "\u22124.6 packs per person per year in the first year after the start, "
        "\u221218.4 in the last"
    )
    assert "No interval is claimed from 1 exposed unit." in chart.text.how_to_read


def test_a_path_with_intervals_says_in_how_many_periods_they_are_clear_of_zero() -> None:
    sizes = {-2: (-0.3, 0.5), -1: (0.1, 0.3), 0: (0.2, 2.0), 1: (-0.1, 2.0), 2: (-3.0, -0.4)}
    path = [
        EventTime(event_time=when, estimate=(low + high) / 2, ci_low=low, ci_high=high)
        for when, (low, high) in sizes.items()
    ]
    effect = portfolio().effects[0].model_copy(update={"event_study": path})
    chart = build_event_study(effect, 1, "month")
    assert chart is not None
    assert chart.text.title == "Clear of zero in 2 of 3 months after the start, in 1 of 2 before it"
    only_after = effect.model_copy(update={"event_study": path[2:]})
    chart = build_event_study(only_after, 1, "month")
    assert chart is not None
    assert chart.text.title == "Clear of zero in 2 of 3 months after the start"


def test_captions_speak_of_no_line_where_no_interval_is_drawn() -> None:
    result = prop99()
    forest, bias = build_forest(result), build_bias(result.effects[0], 1)
    assert forest is not None
    assert bias is not None
    assert "No interval is claimed." in forest.text.how_to_read
    assert "line" not in forest.text.how_to_read
    assert "Hollow squares" in bias.text.how_to_read
    with_lines = build_forest(portfolio())
    assert with_lines is not None
    assert "Thin line: the range that decided." in with_lines.text.how_to_read


def test_a_long_unit_is_cut_in_the_forest_and_the_range_is_not() -> None:
    long = "+0.3 " + "units of a very long name " * 4 + "(range \u22129.0 to 11.0)"
    lines = figure_lines(long, 13, 160)
    assert lines[-1] == "(range\u00a0\u22129.0\u00a0to\u00a011.0)"
    assert lines[1].endswith("\u2026")
    assert figure_lines("+2.0 days (range 1.0 to 3.0)", 13, 400) == [
        "+2.0\u00a0days (range\u00a01.0\u00a0to\u00a03.0)"
    ]


def test_a_path_that_moved_before_the_start_says_so_with_its_widest_point() -> None:
    path = [
        EventTime(event_time=when, estimate=size) for when, size in ((-5, -3.3), (-1, 1), (0, 2))
    ]
    moved = (
        portfolio()
        .effects[0]
        .model_copy(update={"event_study": path, "reasons": ["ANTICIPATION"], "unit_label": "days"})
    )
    chart = build_event_study(moved, 1, "month")
    assert chart is not None
    assert chart.text.title == (
        "Outcomes moved before the start: \u22123.30 days, 5 months ahead of it"
    )


def test_a_finding_stands_where_its_range_keeps_clear_of_zero() -> None:
    effect = portfolio().effects[0]
    way = Interval(name="donut", status="PASS", estimate=2.0, low95=0.5, high95=3.5)
    assert bias_state(way, effect) == "stands"
    assert bias_state(way.model_copy(update={"low95": -0.1}), effect) == "breaks"
    assert bias_state(way.model_copy(update={"low95": None}), effect) == "no_interval"
    assert bias_state(way.model_copy(update={"status": "NOT_EVALUATED"}), effect) == (
        "not_evaluated"
    )
    falls = effect.model_copy(update={"estimate": -2.0})
    assert bias_state(way, falls) == "breaks"


def test_no_meaningful_effect_stands_where_its_range_stays_inside_the_band() -> None:
    effect = portfolio().effects[2]
    way = Interval(name="donut", status="PASS", estimate=0.1, low90=-1.4, high90=1.4)
    assert bias_state(way, effect) == "stands"
    assert bias_state(way.model_copy(update={"high90": 1.6}), effect) == "breaks"
    assert bias_state(way.model_copy(update={"high90": None}), effect) == "no_interval"


def test_ways_of_removing_bias_are_told_in_words() -> None:
    assert bias_words(portfolio().effects[0]) == (
        "It stands under: plain estimate, last periods before the start left out and earlier "
        "trend removed. Not evaluated: negative controls subtracted and negative controls "
        "subtracted twice. Not applicable to this design: neighbours left out and units with "
        "other programs left out."
    )
    assert "No interval is claimed for: plain estimate" in bias_words(prop99().effects[0])
    untried = incentive_effect().model_copy(update={"intervals": []})
    assert build_bias(untried, 1) is None


def bias_title(effect: Effect) -> str:
    chart = build_bias(effect, 1)
    assert chart is not None
    return chart.text.title


def way(name: IntervalName, low: float) -> Interval:
    ends = {"low95": low, "high95": 9.0, "low90": low, "high90": 9.0}
    return Interval.model_validate({"name": name, "status": "PASS", "estimate": 2.0, **ends})


def test_the_title_of_the_bias_chart_says_what_stands_and_what_alone_does_not() -> None:
    effect = portfolio().effects[0]
    ways = [way("plain", 1.0), way("donut", 0.5), way("trend_robust", 0.2)]
    every = effect.model_copy(update={"intervals": ways})
    assert bias_title(every) == "The effect stands under all 3 ways of removing bias"
    one = effect.model_copy(update={"intervals": [*ways[:2], way("trend_robust", -1.0)]})
    assert bias_title(one) == (
        "The effect stands under 2 of 3 ways of removing bias, but not with earlier trend removed"
    )
    untried = Interval(name="calibrated", status="NOT_EVALUATED")
    some = effect.model_copy(update={"intervals": [*ways, untried]})
    assert bias_title(some) == (
        "The effect stands under all 3 ways of removing bias; 1 could not be evaluated"
    )
    none = effect.model_copy(update={"intervals": [way("plain", -1.0), way("donut", -1.0)]})
    assert bias_title(none) == "The effect stands under none of 2 ways of removing bias"
    flat = effect.model_copy(update={"intervals": ways[:1], "verdict": "no_meaningful_effect"})
    assert bias_title(flat) == (
        "Little or no difference does not stand with the plain estimate; no other way applies"
    )


def test_advocacy_and_support_are_never_in_one_total() -> None:
    chart = build_spend(portfolio())
    assert chart is not None
    assert [bar.amount for bar in chart.bars] == [7_900_000.0, 3_200_000.0, 540_000.0]
    everything = sum(bar.amount or 0.0 for bar in chart.bars)
    said = re.sub(r"<[^>]*>", " ", "".join(drawings(portfolio())))
    assert "7.9" in said
    assert f"{everything / 1e6:.1f}" not in said
    unknown = spend("advocacy", 1.0).model_copy(update={"status": "NOT_EVALUATED"})
    beside = build_spend(findings([], indicators=[unknown, spend("support", 2.0)]))
    assert beside is not None
    assert [bar.figures for bar in beside.bars] == ["not evaluated", "EUR 2"]
    assert build_spend(findings([], indicators=[unknown])) is None
    assert build_spend(hiv()) is None


def test_every_chart_speaks_its_numbers() -> None:
    for result in all_samples().values():
        charts = [build_forest(result), build_spend(result)]
        charts += [build_bias(effect, 1) for effect in result.effects]
        charts += [build_event_study(effect, 1, "month") for effect in result.effects]
        for chart in charts:
            if chart is not None:
                assert len(chart.text.aria_label) >= 40
                assert re.search(r"\d", chart.text.aria_label)


def test_plotly_accepts_every_figure_and_shows_the_same_values() -> None:
    result = portfolio()
    forest, spent = build_forest(result), build_spend(result)
    event = build_event_study(result.effects[0], 1, "month")
    bias = build_bias(result.effects[0], 1)
    assert forest is not None
    assert spent is not None
    assert event is not None
    assert bias is not None
    made = [forest_figure(forest), spend_figure(spent), event_figure(event), bias_figure(bias)]
    figures = [go.Figure(model) for model in made]
    markers = [trace.x[0] for trace in figures[0].data if trace.mode == "markers"]
    assert markers == [row.estimate for row in forest.rows]
    assert list(figures[2].data[1].y) == [p.estimate for p in event.points if p.event_time >= 0]
    assert all(trace.type == "bar" for trace in figures[1].data)


@pytest.mark.parametrize(("count", "axes"), [(3, 1), (40, 2)])
def test_a_chart_taller_than_a_screen_has_its_axis_at_its_head_too(count: int, axes: int) -> None:
    effects = portfolio().effects[:1] * count
    chart = build_forest(findings(effects))
    assert chart is not None
    for layout in (WIDE, MIDDLE, NARROW):
        assert draw_forest(chart, layout).count(">0</text>") == axes
    live = forest_figure(chart)
    go.Figure(live)
    assert ("xaxis2" in live["layout"]) == (axes == 2)


def test_what_has_no_estimate_says_so_once() -> None:
    chart = build_forest(findings([bare_effect(1, "A"), *portfolio().effects]))
    assert chart is not None
    for layout in (WIDE, MIDDLE, NARROW):
        assert draw_forest(chart, layout).count("no estimate") == 1


def test_a_row_without_estimate_has_no_zero_line_of_its_own_in_the_narrow_setting() -> None:
    effects = portfolio().effects
    chart, more = build_forest(findings(effects)), build_forest(findings([bare_effect(1, "A")]))
    assert chart is not None
    assert more is not None
    zero = f'stroke="{QUIET}" stroke-width="1.2"'
    assert zero in draw_forest(chart, NARROW)
    assert zero not in draw_forest(more, NARROW)


def test_one_effect_that_cannot_be_evaluated_says_why_and_not_that_it_has_no_estimate() -> None:
    chart = build_forest(findings([bare_effect(1, "A")]))
    assert chart is not None
    assert chart.text.title == "Not evaluable: no outcome was supplied"


def test_hovering_tells_the_time_in_words_and_a_range_with_equal_decimals() -> None:
    chart = build_event_study(portfolio().effects[0], 1, "month")
    assert chart is not None
    first = event_figure(chart)["data"][0]["hovertext"][0]
    number = r"[+\u2212]?\d\.\d\d"
    told = rf"Months since the start: \u221220<br>{number} \({number} to {number}\)"
    assert re.fullmatch(told, first)


def test_a_hollow_marker_of_a_live_chart_covers_what_is_behind_it() -> None:
    chart = build_forest(portfolio())
    event = build_event_study(portfolio().effects[0], 1, "month")
    assert chart is not None
    assert event is not None
    traces = forest_figure(chart)["data"] + event_figure(event)["data"]
    styles = [trace["marker"] for trace in traces if "marker" in trace]
    assert not any(style["symbol"].endswith("-open") for style in styles)
    assert {"#ffffff"} < {style["color"] for style in styles}


def test_names_in_figures_cannot_become_markup() -> None:
    chart = build_forest(extremes())
    assert chart is not None
    texts = [note["text"] for note in forest_figure(chart)["layout"]["annotations"]]
    assert len(texts) > 2 * len(chart.rows)
    assert all("<script" not in text and "<img" not in text for text in texts)


def test_one_wild_row_does_not_flatten_the_others() -> None:
    _, high = clipped_limits([[1.0, -1.0], [2.0], [1.5], [400.0]])
    assert high < 10
    assert clipped_limits([]) == limits([])
    scale = Scale(0.0, 10.0, 0.0, 100.0)
    assert scale.at(50.0) == 100.0
    assert scale.cuts(50.0)


def test_a_range_that_goes_on_ends_in_an_arrow() -> None:
    effects = [
        effect.model_copy(update={"robust_low": -900.0, "robust_high": 900.0})
        if index == 0
        else effect
        for index, effect in enumerate(portfolio().effects)
    ]
    chart = build_forest(findings(effects))
    plain = build_forest(portfolio())
    assert chart is not None
    assert plain is not None
    assert draw_forest(chart, WIDE).count("Z") == draw_forest(plain, WIDE).count("Z") + 2


def test_ticks_are_round_and_labelled_alike() -> None:
    assert ticks(-1.2, 2.1, 6) == [-1.0, 0.0, 1.0, 2.0]
    assert ticks(-1.4, 4.9, 2) == [0.0, 2.0, 4.0]
    assert tick_labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert tick_labels([3.0]) == ["3.00"]
    assert whole_ticks(-3.7, 2.7, 8) == [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0]
    assert limits([]) == (-1.0, 1.0)


def test_text_wraps_within_its_width_and_says_where_it_was_cut() -> None:
    assert wrap("one two three", 10, 45, 5) == ["one two", "three"]
    assert wrap("one (two\u00a0three)", 10, 75, 5) == ["one", "(two\u00a0three)"]
    assert wrap("one (two\u00a0three)", 10, 50, 5) == ["one (two", "three)"]
    lines = wrap("x" * 300, 10, 100, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("\u2026")
    assert all(text_width(line, 10) <= 100 for line in lines)
    assert text_width("\u60a3", 10) > text_width("a", 10)
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("a", 10, bold=True) > text_width("a", 10)


def test_ticks_are_thinned_from_zero_until_their_labels_have_room() -> None:
    values = [-40.0, -20.0, 0.0, 20.0, 40.0, 60.0]
    assert roomy_ticks(values, Scale(-46.0, 66.0, 0.0, 400.0), 12) == values
    assert roomy_ticks(values, Scale(-46.0, 66.0, 0.0, 120.0), 12) == [-40.0, 0.0, 40.0]
    assert 0.0 in roomy_ticks(values, Scale(-46.0, 66.0, 0.0, 20.0), 12)

"""Figures for notebooks: the report's own charts, and lines named at their ends."""

import pandas as pd
import pytest

from reports.notebook_figures import plot_effects, plot_event_study, plot_lines, plot_ways
from tests.findings_samples import empty, portfolio


def test_a_figure_of_the_report_keeps_its_points_and_is_titled_by_its_finding() -> None:
    figure = plot_effects(portfolio())
    assert "5 effects: 1 favourable" in figure.layout.title.text
    assert len(figure.data) > 0
    event = plot_event_study(portfolio(), "effect_2")
    assert sum(len(trace.x) for trace in event.data) == 31
    assert figure.layout.paper_bgcolor == event.layout.paper_bgcolor == "#fff"


def test_a_chart_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(ValueError, match="no such chart"):
        plot_effects(empty())
    with pytest.raises(ValueError, match="nothing"):
        plot_ways(portfolio(), "nothing")


def test_every_line_is_named_at_its_last_known_point() -> None:
    line = pd.Series([1.0, 2.0, float("nan")], index=[0, 1, 2])
    figure = plot_lines(
        {"<b>exposed</b>": line, "others": line * 2},
        "A & B, a title that is so long that it must be set on two lines of their own",
        ("month", "days"),
        band=(-1.0, 1.0),
        start=1.0,
    )
    named = [(note.text, note.x, note.y) for note in figure.layout.annotations]
    assert named == [("&lt;b&gt;exposed&lt;/b&gt;", 1, 2.0), ("others", 1, 4.0)]
    assert "A &amp; B" in figure.layout.title.text
    assert figure.layout.title.text.count("<br>") == 1
    assert len(figure.layout.shapes) == 2


def test_lines_need_neither_band_nor_start() -> None:
    line = pd.Series([1.0, 2.0])
    assert plot_lines({"one": line}, "One", ("x", "y")).layout.shapes == ()

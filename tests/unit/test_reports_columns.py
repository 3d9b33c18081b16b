"""Charts in two columns: kept in order, balanced, the shorter one filled where it pays."""

from dataclasses import replace

from markupsafe import Markup

from reports.charts import ChartText
from reports.columns import STRETCH, Columns, in_columns
from reports.tables import Table
from reports.views import ChartView

ABSENT = [("Needs partner survey", ", ".join(["Trust as partners rate it"] * 30))]


def chart(name: str, height: float, rows: int = 0) -> ChartView:
    """A drawing of this height, and this many rows of numbers."""
    text = ChartText(name, name, "", "", name)
    drawing = Markup(f'<svg viewBox="0 0 475 {height}"></svg>')  # noqa: S704 - no data
    row = ("a", "b", "c")
    table = Table(f"{name}-table", name, row, (row,) * rows, (), ())
    return ChartView(text, drawing, drawing, None, table)


def names(columns: Columns) -> list[list[str]]:
    return [[one.text.chart_id for one in column.charts] for column in columns.pair]


def test_charts_stay_in_their_order_and_are_cut_where_both_columns_are_alike() -> None:
    charts = [chart("a", 300), chart("b", 300), chart("c", 650)]
    columns = in_columns(charts, [])
    assert names(columns) == [["a", "b"], ["c"]]
    assert columns.opened == ""
    assert not columns.has_absent
    assert names(in_columns(charts[::-1], [])) == [["c"], ["b", "a"]]


def test_what_is_missing_stands_below_the_shorter_column() -> None:
    left, right = in_columns([chart("a", 200), chart("b", 500)], ABSENT).pair
    assert (left.has_absent, right.has_absent) == (True, False)
    left, right = in_columns([chart("a", 300)], ABSENT).pair
    assert right.has_absent
    assert not left.has_absent


def test_numbers_are_shown_where_they_fill_much_white_space_and_not_otherwise() -> None:
    three = [chart("a", 300), chart("b", 300), chart("c", 300, rows=7)]
    columns = in_columns(three, [])
    assert (names(columns), columns.opened) == ([["a", "b"], ["c"]], "c")
    assert in_columns([chart("a", 300), chart("b", 350, rows=2)], []).opened == ""


def test_the_numbers_of_one_chart_alone_stand_beside_it() -> None:
    only = chart("a", 300, rows=7)
    assert in_columns([only], []).pair[1].numbers == only.table
    assert in_columns([chart("a", 300, rows=40)], []).pair[1].numbers is None


def test_live_rows_of_the_shorter_column_are_set_further_apart_to_end_with_the_longer_one() -> None:
    low, high = (
        replace(chart(name, height), figure={"layout": {"height": height}}, is_elastic=True)
        for name, height in (("a", 300), ("b", 360))
    )
    [left], [right] = (column.charts for column in in_columns([low, high], []).pair)
    assert left.figure == {"layout": {"height": 300}, "beside": 360}
    assert right.figure == high.figure
    far = replace(high, wide=chart("b", 900).wide)
    [left], _ = (column.charts for column in in_columns([low, far], []).pair)
    assert left.figure is not None
    assert left.figure["beside"] == round(300 * (1 + STRETCH))

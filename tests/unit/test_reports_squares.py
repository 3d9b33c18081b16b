"""The quadrant of compliance and evidence, and the components by partner."""

import re
from itertools import combinations

import pytest

from reports.evidence_charts import build_quadrant
from reports.partner_chart import build_partner_chart, partner_table
from reports.partner_figure import partner_figure
from reports.partner_svg import draw_partners, partner_slots
from reports.quadrant import (
    NUMBER,
    SHOWN,
    QuadrantChart,
    band_edges,
    build_quadrant_chart,
    places,
)
from reports.quadrant_figure import quadrant_figure
from reports.quadrant_svg import draw_quadrant
from reports.relationship_charts import build_partners
from reports.rows_svg import ROWS_WIDTHS
from schemas.findings import Findings, Indicator
from tests.findings_described import described, of_partner, only, part, share, value
from tests.findings_samples import incentive_effect

COMPLETE, EVIDENCE = "q1.compliance_complete", "q1.evidence_share"


def initiative(name: str, complete: float, spend: float, **by: str) -> list[Indicator]:
    return [
        share(COMPLETE, complete, 100.0, initiative_id=name),
        part(EVIDENCE, spend, initiative_id=name, **by),
    ]


def square(*rows: Indicator) -> QuadrantChart:
    chart = build_quadrant_chart(only(share(COMPLETE, 40.0, 100.0), *rows))
    assert chart is not None
    return chart


def test_an_initiative_stands_at_its_compliance_in_the_band_of_its_evidence() -> None:
    chart = square(
        *initiative("a", 90.0, 4e6, grade="E3", finding="unfavourable"),
        *initiative("b", 10.0, 1e6, grade="E0"),
    )
    strong, weak = places(chart, 400.0)
    assert (strong.x, strong.y) == (pytest.approx(360.0), 50.0)
    assert (weak.x, weak.y) == (pytest.approx(40.0), 350.0)
    assert strong.radius == pytest.approx(2 * weak.radius)
    assert chart.key == (
        "a, USD 4 million: 90% complete, effect compared, unfavourable",
        "b, USD 1 million: 10% complete, no output or outcome on record",
    )
    assert chart.text.title == (
        "1 of 2 initiatives: an outcome on record, and complete compliance in most activities"
    )
    assert [mark.shape for mark in chart.rows] == ["triangle-down", "circle-open"]


def test_money_of_one_initiative_at_two_grades_is_two_marks_and_never_summed() -> None:
    rows = initiative("a", 50.0, 3e6, grade="E1")
    chart = square(*rows, part(EVIDENCE, 2e6, initiative_id="a", grade="E0"))
    assert [(mark.grade, mark.spend) for mark in chart.rows] == [("E1", 3e6), ("E0", 2e6)]


@pytest.mark.parametrize("side", [182.0, 382.0])
def test_marks_keep_their_share_and_stand_in_lanes_where_they_would_cover_each_other(
    side: float,
) -> None:
    shares = [50.0] * 5 + [0.0, 100.0, 97.0, 41.0, 39.0, 36.0, 27.0]
    rows = [
        row for n, own in enumerate(shares) for row in initiative(f"i{n:02}", own, 1e6, grade="E2")
    ]
    chart = square(*rows)
    found, edges = places(chart, side), band_edges(chart, side)
    for one, other in combinations(found, 2):
        apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
        assert apart >= one.radius + other.radius
    assert [place.x for place in found] == [pytest.approx(side * own / 100) for own in shares]
    assert all(edges[1] < place.y < edges[2] for place in found)
    assert all(0 < place.x + NUMBER * (-1) ** place.is_number_left < side for place in found)
    assert "stand one above the other" in chart.text.how_to_read


def test_the_marks_of_most_spend_are_drawn_and_all_are_in_the_table() -> None:
    rows = [row for n in range(20) for row in initiative(f"i{n:02}", 50.0, n * 1e5, grade="E1")]
    chart = square(*rows)
    assert [mark.name for mark in chart.rows] == [f"i{n:02}" for n in range(8, 20)]
    assert len(chart.rows) == SHOWN
    assert "Others are in the table only." in chart.text.how_to_read
    view = build_quadrant(only(share(COMPLETE, 40.0, 100.0), *rows))
    assert view is not None
    assert len(view.table.rows) == 2 * 20


def test_no_square_without_initiatives_that_have_both() -> None:
    alone = share(COMPLETE, 1.0, 2.0, initiative_id="a")
    assert build_quadrant_chart(only(share(COMPLETE, 1.0, 2.0), alone)) is None
    assert build_quadrant_chart(only(*initiative("a", 1.0, 2.0, grade="E1"))) is None


def test_drawing_and_figure_of_the_square_show_the_same_marks() -> None:
    result: Findings = described()
    chart = build_quadrant_chart(result)
    assert chart is not None
    numbers = [mark.label for mark in chart.rows]
    for setting in ("wide", "narrow"):
        drawing = draw_quadrant(chart, setting)
        assert re.findall(r'font-weight="600">(\d+)<', drawing) == numbers
        assert "Both" in drawing
    figure = quadrant_figure(chart)
    assert len(figure["data"][0]["x"]) == len(numbers)
    told = [note["text"] for note in figure["layout"]["annotations"]]
    assert [f"<b>{number}</b>" for number in numbers] == told[-len(numbers) :]


def test_partners_stand_with_their_components_and_the_rest_is_a_count() -> None:
    chart = build_partner_chart(described())
    assert chart is not None
    assert [row.label for row in chart.rows] == ["Lung Circle", "Rare Voices", "hidden"]
    assert [column.part for column in chart.columns] == [
        "retention",
        "long",
        "core",
        "first_step",
        "dependence",
    ]
    shown = [cell.figures if cell else None for cell in chart.rows[1].cells]
    assert shown == ["50%", None, "10%", None, "60%"]
    assert chart.text.title == (
        "Most went to Lung Circle, EUR 2.4 million: 90% of its relationships kept from one year "
        "to the next and 70% of its money under agreements of two years or more"
    )
    assert "Not shown: 21 partners with less money." in chart.text.how_to_read


def test_a_component_that_nobody_has_is_no_column() -> None:
    rows = [*of_partner("a", "A", 9.0, core=4), *of_partner("b", "B", 5.0)]
    chart = build_partner_chart(only(*rows))
    assert chart is not None
    assert [column.part for column in chart.columns] == ["core"]
    assert chart.rows[1].cells == (None,)
    assert "B, EUR 5;" not in chart.text.title
    assert "Not shown" not in chart.text.how_to_read
    assert build_partner_chart(only(*of_partner("a", "A", 9.0))) is None
    assert build_partner_chart(only(value("q3.partners", 0.0, "partners"))) is None


def test_every_component_is_in_table_and_csv() -> None:
    table = partner_table(described())
    assert table.rows[2] == ("hidden", "EUR 400,000", "40%", "\u2013", "\u2013", "\u2013", "120%")
    assert len(table.records) == 3 + 4 + 3 + 2


def test_a_share_above_the_whole_ends_with_its_bar_and_keeps_its_figure() -> None:
    chart = build_partner_chart(only(*of_partner("a", "A", 9.0, dependence=25)))
    assert chart is not None
    tracks, bars = partner_figure(chart)["data"]
    assert bars["x"] == tracks["x"]
    assert "250%" in draw_partners(chart, "narrow")


def test_hostile_names_of_partners_stay_text() -> None:
    name = "<b>&\u202e" + "x" * 90
    rows = of_partner("a", name, 9.0, core=4)
    view = build_partners(only(*rows))
    assert view is not None
    for text in (
        view.wide,
        view.narrow,
        *(n["text"] for n in view.figure["layout"]["annotations"]),
    ):
        assert "<b>&" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("setting", ["wide", "narrow"])
def test_a_long_name_of_a_partner_is_whole_and_its_money_below_it(setting: str) -> None:
    name = "Rheumaliga Schweiz & Mitgliederorganisationen der Kantone"
    chart = build_partner_chart(only(*of_partner("a", name, 9.0, core=4)))
    assert chart is not None
    (slot,) = partner_slots(chart, ROWS_WIDTHS[setting])
    lines = slot.lines if slot.figures else slot.lines[:-1]
    assert " ".join(lines) == name
    assert (slot.figures or slot.lines[-1]) == slot.row.figures
    assert draw_partners(chart, setting).count(f">{slot.row.figures}<") == 1
    assert bool(slot.figures) == (setting == "wide")


def test_findings_without_described_relationships_have_neither() -> None:
    bare = only().model_copy(update={"effects": [incentive_effect()]})
    assert build_partners(bare) is None
    assert build_quadrant(bare) is None

"""The section by subgroup, and what would break a claim, against findings made by hand."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.page import render_report
from reports.sensitivity import breaking_sentences
from reports.subgroups import gap_sentences, subgroup_table
from reports.views import other_effects
from reports.words import write_words
from schemas.findings import (
    ArmMeans,
    Diagnostic,
    Effect,
    Findings,
    Sensitivity,
    SubgroupGap,
    SubgroupPart,
)
from tests.findings_samples import findings, portfolio_effect
from tests.prose import counts_of, page_prose, unsupported


def claimed(**sensitivity: float | None) -> Effect:
    effect = portfolio_effect(2, "Navigation", "waiting time", "improves", (-3.3, 0.8, -4.6, -2.0))
    return effect.model_copy(update={"sensitivity": Sensitivity(**sensitivity)})


def everyone(p_value: float | None = 0.012) -> Effect:
    effect = claimed()
    told = {"apart": "female", "difference": -2.14, "std_error": 0.7, "p_value": p_value}
    gap = SubgroupGap(
        dimension="sex",
        gap=ArmMeans(
            exposed_before=4.1, exposed_after=2.3, comparison_before=4.0, comparison_after=4.2
        ),
        **(told if p_value is not None else {}),
    )
    test = Diagnostic(name="interaction.sex", status="FAIL", value=p_value, threshold=0.05)
    return effect.model_copy(update={"gaps": [gap], "diagnostics": [*effect.diagnostics, test]})


def level(name: str, text: str, **update: object) -> Effect:
    means = ArmMeans(exposed_before=61.04, exposed_after=54.97, comparison_before=60.2)
    part = SubgroupPart(dimension="sex", level=text, suppressed_share=0.0125, means=means)
    fields = {"subgroup_id": name, "role": "secondary", "part": part, **update}
    return claimed().model_copy(update=fields)


def by_sex() -> Findings:
    nothing = {"estimate": None, "verdict": "not_evaluable", "reasons": ["NO_OUTCOME"]}
    parts = [level("men", "male", **nothing), level("women", "female")]
    return write_words(findings([everyone(), *parts]))


def test_every_level_has_a_row_and_none_is_counted_elsewhere() -> None:
    result = by_sex()
    table = subgroup_table(result)
    assert table is not None
    assert [row[1] for row in table.rows] == ["sex: male", "sex: female"]
    assert table.rows[0][3] == "no estimate"
    assert table.rows[1][4:] == ("61.0 \u2192 55.0", "60.2 \u2192 \u2013", "1.2%")
    assert other_effects(result) is None
    assert "Of 1 effects" not in result.headline.text
    assert result.questions[0].answer.startswith("Very uncertain: the one effect evaluated")


def test_a_level_of_which_every_cell_is_hidden_says_so() -> None:
    hidden = SubgroupPart(dimension="sex", level="male", suppressed_share=1.0)
    nothing = {"estimate": None, "verdict": "not_evaluable", "reasons": ["NO_OUTCOME"]}
    table = subgroup_table(write_words(findings([level("men", "male", part=hidden, **nothing)])))
    assert table is not None
    assert table.rows[0][2] == "Not evaluable: every cell is too small to be shown"


def test_the_page_has_a_section_by_subgroup_only_where_the_plan_asks_for_one() -> None:
    page = render_report(by_sex())
    assert '<h2 id="subgroups-title">By subgroup</h2>' in page
    assert unsupported(page_prose(page), by_sex(), counts_of(by_sex())) == []
    assert "subgroups-title" not in render_report(write_words(findings([claimed()])))


def test_a_difference_between_levels_is_said_with_its_p_and_the_gaps() -> None:
    assert gap_sentences(by_sex()) == [
        (
            "Navigation, waiting time: the effect differs by sex (p 0.012): "
            "\u22122.14 days for female beside the others. Gap between groups: 4.1 before and "
            "2.3 days after in exposed units; 4 before and 4.2 days after in comparison units."
        )
    ]


def test_no_difference_is_not_called_equality() -> None:
    said = gap_sentences(findings([everyone(0.4)]))[0]
    assert "no difference by sex could be seen (p 0.400)" in said
    untested = gap_sentences(findings([everyone(None)]))[0]
    assert "whether the effect differs by sex could not be tested" in untested


def test_a_claim_is_shown_with_every_bias_that_would_break_it() -> None:
    told = breaking_sentences(
        claimed(
            breakdown_slope=0.21,
            breakdown_control_factor=3.2,
            breakdown_m=1.5,
            straight_low=-4.05,
            straight_high=-1.02,
            breakdown_bend=0.034,
        )
    )
    assert told == [
        "Drift: 0.21 days per period, in one arm alone, would bring the plain range to zero.",
        (
            "Shared shocks: a bias of 3.2 times the mean of the negative controls would bring the "
            "plain range to zero."
        ),
        (
            "Unequal steps: zero is excluded unless the arms moved apart, from one period to the "
            "next, by more than 1.5 times the largest such step before the start."
        ),
        (
            "Unequal trends: had the arms moved apart in a straight line, the range is "
            "\u22124.05 to \u22121.02 days; zero is excluded until the line "
            "bends by 0.034 days per period."
        ),
    ]


def test_what_breaks_at_once_is_said_so_and_what_survives_all_too() -> None:
    weak = breaking_sentences(claimed(straight_low=-2.0, straight_high=1.0))
    assert weak[0].endswith("zero is possible even with equal trends.")
    assert weak[1].endswith("so zero is possible.")
    strong = breaking_sentences(claimed(breakdown_m=100.0))
    assert "even if the arms moved apart" in strong[0]


numbers = st.none() | st.floats(-1e5, 1e5).map(lambda value: round(value, 4))
words = st.text(string.ascii_letters + " <&'", min_size=1, max_size=30)


@st.composite
def divided(draw: st.DrawFn) -> Findings:
    verdict = draw(st.sampled_from(("improves", "harms", "inconclusive", "not_evaluable")))
    told = Sensitivity(**{name: draw(numbers) for name in Sensitivity.model_fields})
    means = ArmMeans(**{name: draw(numbers) for name in ArmMeans.model_fields})
    gap = SubgroupGap(
        dimension=draw(words),
        gap=means,
        apart=draw(words),
        difference=draw(numbers),
        p_value=draw(st.none() | st.floats(0, 1).map(lambda p: round(p, 5))),
    )
    label = draw(st.sampled_from(("share of persons", "days", "")))
    update = {"verdict": verdict, "sensitivity": told, "gaps": [gap], "unit_label": label}
    return findings([claimed().model_copy(update=update)])


@given(divided())
@settings(max_examples=60, deadline=None)
def test_numbers_in_these_sentences_are_the_findings_own(result: Findings) -> None:
    effect = result.effects[0]
    said = [*breaking_sentences(effect), *gap_sentences(result)]
    assert unsupported(said, result, counts_of(result)) == []
    assert breaking_sentences(effect) == [] or effect.verdict in {"improves", "harms"}
    assert all(sentence.endswith(".") for sentence in said)

"""The words of the report, against findings that were made by hand."""

import pytest

from reports.names import clean, human, inside, listed, sentence, shorten
from reports.numbers import (
    count,
    decimals_for,
    decimals_for_bounds,
    display_unit,
    fixed,
    long_date,
    measured,
    money,
    number,
    p_value,
    percent,
    rough,
    roughly,
    value_range,
)
from reports.sentences import (
    cap_sentences,
    claim,
    estimate_phrase,
    interval_note,
    reason_sentences,
    short_reason,
    smallest_p,
    what_would_change,
)
from reports.words import write_words
from schemas.findings import Diagnostic, Effect, Findings, Indicator, Needed, Sensitivity
from schemas.vocabulary import Verdict
from tests.findings_extremes import bare_effect, empty
from tests.findings_samples import (
    accounts,
    findings,
    hiv,
    incentive_effect,
    portfolio,
    prop99,
    tobacco_effect,
)


def answers(result: Findings) -> dict[str, str]:
    return {answer.id: answer.answer for answer in write_words(result).questions}


def test_one_exposed_state_of_39_cannot_be_called_and_the_headline_says_why() -> None:
    headline = write_words(prop99()).headline
    assert headline.text == (
        "We cannot tell whether California's tobacco-control program changes cigarette sales per "
        "person: 38 comparison units are too few to rule out chance."
    )
    assert (headline.verdict, headline.certainty) == ("inconclusive", "very_low")


def test_the_unattainable_p_is_given_as_a_fraction_against_its_limit() -> None:
    assert smallest_p(tobacco_effect()) == ("2/39", "0.051")
    assert reason_sentences(tobacco_effect()) == [
        (
            "With 1 exposed unit and 38 comparison units the smallest possible two-sided p is "
            "2/39 = 0.051 > 0.05, so no result could have ruled out chance."
        )
    ]
    bare = tobacco_effect().model_copy(update={"diagnostics": []})
    assert reason_sentences(bare) == ["There are too few units for any result to rule out chance."]
    alone = tobacco_effect().model_copy(update={"comparison_count": 0})
    assert reason_sentences(alone) == ["There are too few units for any result to rule out chance."]


def test_no_interval_is_claimed_from_one_exposed_unit() -> None:
    assert estimate_phrase(tobacco_effect()) == "\u221215.6 packs per person per year"
    assert interval_note(tobacco_effect()) == (
        "No interval is claimed from 1 exposed unit: the permutation test decides."
    )


def test_a_randomised_share_is_told_in_percentage_points_with_its_range() -> None:
    assert write_words(hiv()).headline.text == (
        "A cash incentive probably improves collecting an HIV test result: "
        "+45.1 percentage points (range 35.6 to 54.5)."
    )
    assert cap_sentences(incentive_effect()) == [
        "At most 3 of 4, moderate: up to 8.2% of outcomes are missing in one arm."
    ]
    assert what_would_change(incentive_effect()) == "Finding the missing outcomes."


def test_several_effects_are_counted_by_verdict_after_the_first_primary() -> None:
    result = write_words(portfolio())
    assert result.headline.effect_id == "effect_1"
    assert result.headline.text.startswith("We are very uncertain whether Nurse-led navigation")
    assert result.headline.text.endswith(
        "Of 5 effects: 1 better, 1 worse, 1 about the same, 2 unclear."
    )
    assert result.questions[0].answer == (
        "Of 5 effects: 1 favourable, 1 unfavourable, 1 little or no difference, 2 unclear."
    )
    assert result.questions[0].certainty == "very_low"


def test_questions_name_the_tables_they_lack() -> None:
    result = {answer.id: answer for answer in write_words(portfolio()).questions}
    assert result["Q2"].answer == "Not enough data: needs patient input and decision."
    assert result["Q2"].missing == ["patient_input", "decision"]
    assert result["Q2"].certainty is None
    assert result["Q3"].answer.startswith("Not evaluated")
    none = {answer.id: answer for answer in write_words(empty()).questions}
    assert (
        none["Q1"].answer
        == "Not enough data: needs exposure, outcome, measure, unit and initiative."
    )
    assert none["Q1"].missing == ["exposure", "outcome", "measure", "unit", "initiative"]
    assert write_words(empty()).headline.text.startswith("Not enough data")


def test_tables_without_a_plan_lack_the_plan() -> None:
    supplied = findings([])
    assert answers(supplied)["Q1"] == "Not enough data: needs plan."


def test_effects_that_could_not_be_evaluated_say_what_is_missing() -> None:
    assert answers(findings([bare_effect(1, "A")]))["Q1"] == "Not enough data: needs outcome."
    nameless = bare_effect(1, "A").model_copy(update={"missing": [], "reasons": ["NO_POST"]})
    assert answers(findings([nameless]))["Q1"] == (
        "Not enough data: no planned effect could be evaluated."
    )
    assert short_reason(bare_effect(1, "A")) == "no outcome was supplied"
    assert reason_sentences(bare_effect(1, "A")) == ["Not supplied: outcome."]
    assert what_would_change(bare_effect(1, "A")) == "Supplying the table outcome."


def test_described_questions_claim_no_cause() -> None:
    row = Indicator(indicator_id="q3.pairs", question="Q3", value=414.0, unit="count", status="OK")
    result = findings([], indicators=[row])
    assert answers(result)["Q3"] == "Described by 1 indicator; no cause is claimed."
    full = findings([], row_accounts=accounts(engagement=9, patient_input=9, decision=9))
    assert answers(full)["Q2"].startswith("Not evaluated")


@pytest.mark.parametrize(
    ("verdict", "lead"),
    [
        ("improves", "Perhaps, for"),
        ("harms", "Perhaps not"),
        ("no_meaningful_effect", "Perhaps not"),
        ("inconclusive", "We cannot tell"),
    ],
)
def test_one_effect_answers_in_the_words_of_its_certainty(verdict: Verdict, lead: str) -> None:
    effect = incentive_effect().model_copy(update={"verdict": verdict, "certainty": "low"})
    assert answers(findings([effect]))["Q1"].startswith(lead)


def test_a_fragile_effect_names_what_broke_it() -> None:
    fragile = portfolio().effects[3]
    assert reason_sentences(fragile) == [
        "An effect is visible, but it does not survive every way of removing bias.",
        "It does not stand once the trend from before the start is removed.",
        "It does not stand once the last periods before the start are left out.",
    ]
    alone = fragile.model_copy(update={"reasons": ["ANTICIPATION"]})
    assert reason_sentences(alone) == ["Outcomes already moved just before the start."]


def test_an_imprecise_effect_says_what_it_could_have_seen_and_what_it_needs() -> None:
    effect = portfolio().effects[4]
    assert "it could detect 2.8 percentage points or more" in reason_sentences(effect)[0]
    assert what_would_change(effect) == (
        "About 410 units in all (now 30 exposed and 30 comparison)."
    )
    floor = Diagnostic(name="systematic_error", status="FAIL", value=0.9, threshold=0.25)
    assert what_would_change(effect.model_copy(update={"diagnostics": [floor]})) == (
        "About 410 units in all (now 30 exposed and 30 comparison). "
        "More units would not shrink the bias that the negative controls show."
    )
    longer = effect.model_copy(update={"needed": Needed(periods=90)})
    assert what_would_change(longer) == "About 90 periods (now 48)."


def change(effect: Effect, **fields: object) -> str:
    return what_would_change(effect.model_copy(update=fields))


def test_what_would_change_an_answer_follows_from_its_weakest_point() -> None:
    assert change(incentive_effect(), certainty_caps=[]) == "A second study that disagrees."
    assert change(tobacco_effect()) == "A second exposed unit, or more comparison units."
    assert change(tobacco_effect(), needed=Needed(clusters=40)) == (
        "At least 40 units in all (now 1 exposed and 38 comparison)."
    )
    assert change(tobacco_effect(), reasons=[]) == "More data of the same kind."
    slope = Sensitivity(breakdown_slope=-0.5)
    assert change(incentive_effect(), sensitivity=slope) == (
        "A hidden drift of 50 percentage points per period would overturn it."
    )
    flat = change(incentive_effect(), sensitivity=slope, verdict="no_meaningful_effect")
    assert flat == "Finding the missing outcomes."


def test_a_bound_that_is_not_zero_does_not_read_as_zero() -> None:
    near = incentive_effect().model_copy(
        update={"unit_label": "days", "estimate": -0.4, "robust_low": -1.12, "robust_high": -0.003}
    )
    assert estimate_phrase(near) == "\u22120.400 days (range \u22121.120 to \u22120.003)"
    assert decimals_for_bounds(1.0, 0.0, 2.0) == 2
    assert decimals_for_bounds(1.0, 1e-9, 2.0) == 2


def test_the_note_on_the_range_says_what_the_range_is() -> None:
    trial = incentive_effect().model_copy(update={"method": "randomised", "missing_share": 0.0})
    assert interval_note(trial) == "The range is the 95% interval."
    near = {"robust_low": 0.05, "smallest_worthwhile_effect": 0.1}
    assert interval_note(trial.model_copy(update=near)) == (
        "The range is the 95% interval. Part of it is too small to matter."
    )
    unclear = trial.model_copy(update=near | {"verdict": "inconclusive"})
    assert interval_note(unclear) == "The range is the 95% interval."
    gaps = interval_note(trial.model_copy(update={"missing_share": 0.1}))
    assert gaps.endswith("widened by what the missing outcomes could hide.")
    observed = interval_note(trial.model_copy(update={"method": "group_time_did"}))
    assert observed.endswith("over every way of removing bias that could be used.")


def test_an_effect_without_numbers_still_reads() -> None:
    effect = bare_effect(1, "Program")
    assert claim(effect) == "The effect of Program on program could not be evaluated"
    assert estimate_phrase(effect) == "no estimate"
    assert interval_note(effect) == ""
    unclear = incentive_effect().model_copy(
        update={"robust_low": None, "ci_low": None, "exposed_count": 40}
    )
    assert interval_note(unclear) == "No interval could be computed."
    said = write_words(findings([unclear])).headline.text
    assert said.endswith("+45.1 percentage points, no interval claimed.")


def test_numbers_keep_three_figures_and_a_true_minus() -> None:
    assert number(-15.604) == "\u221215.6"
    assert number(0.04506, signed=True) == "+0.0451"
    assert number(1234.5) == "1,234"
    assert number(0.0) == "0"
    assert fixed(-0.004, 2) == "0.00"
    assert decimals_for([None, 0.0]) == 0
    assert value_range(0.35, 0.545, "share of persons") == "35.0 to 54.5"
    assert measured(2.0, "days") == "+2 days"
    assert measured(1.0, "percent", signed=False) == "1 percentage point"
    assert measured(-1.0, "points of 100") == "\u22121 point of 100"
    assert measured(1.0, "mmHg") == "+1 mmHg"
    assert p_value(0.0004) == "< 0.001"
    assert [percent(share) for share in (0.08247, 0.5, 1.0, 0.0)] == ["8.2%", "50%", "100%", "0%"]
    assert [percent(share) for share in (0.0004, 0.99968)] == ["0.04%", "99.97%"]
    assert [rough(value) for value in (0.0913, 6.21, 1234.0)] == ["0.091", "6.2", "1,234"]
    assert roughly(-0.0913, "share of persons") == "9.1 percentage points"


def test_units_of_shares_become_percentage_points() -> None:
    assert display_unit("share of persons").factor == 100.0
    assert display_unit("percent of patients").label == "percentage points"
    assert display_unit("packs").label == "packs"
    assert display_unit(" ").label == "units"


def test_money_names_its_currency_and_dates_their_month() -> None:
    assert money(7_900_000, "EUR") == "EUR 7.9 million"
    assert money(410_000, "EUR") == "EUR 410,000"
    assert money(903_668, "EUR") == "EUR 904,000"
    assert money(12.5, "CHF") == "CHF 12.5"
    assert long_date(portfolio().data_as_of) == "30 June 2025"
    assert count(1, "unit") == "1 unit"
    assert count(2, "way", "ways") == "2 ways"


def test_a_name_is_cut_between_words_and_ends_its_sentence_itself() -> None:
    assert shorten("Navigation for everybody", 9, 16) == "Navigation\u2026"
    assert shorten("x" * 30, 9, 16) == "x" * 16 + "\u2026"
    assert sentence("A claim about x\u2026") == "A claim about x\u2026"
    assert sentence("A claim") == "A claim."


def test_names_lose_control_characters_and_keep_their_script() -> None:
    assert clean("a\u202eb\x00\n c") == "ab c"
    assert clean("\u200d") == "\u200d"
    assert clean("\u202e") == "unnamed"
    assert shorten("one two three four", 2) == "one two\u2026"
    assert shorten("navigation with patient groups", 2) == "navigation\u2026"
    assert shorten("x" * 300, 3, 10) == "x" * 10 + "\u2026"
    assert shorten("\u0628\u0631") == "\u2068\u0628\u0631\u2069"
    assert inside("Cigarette sales") == "cigarette sales"
    assert inside("HIV tests") == "HIV tests"
    assert human("unit.parent_id") == "unit: parent id"
    assert listed(["a", "b", "c"], "or") == "a, b or c"

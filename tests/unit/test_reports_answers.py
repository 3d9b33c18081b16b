"""The cards: the most telling shares, in fifteen words, and what is missing by name."""

from reports.answers import needed_tables, telling_shares
from reports.phrases import QUESTION_TITLES
from reports.words import word_count, write_words
from schemas.findings import Findings
from tests.findings_described import described, lacking, only, part, share, value
from tests.findings_samples import accounts, findings, incentive_effect

CAUSAL = ("improv", "wors", "chang", "caus", "effect", "harm", "lead", "increas", "reduc")


def answers(result: Findings) -> dict[str, str]:
    return {answer.id: answer.answer for answer in write_words(result).questions}


def test_verdicts_stand_beside_the_share_of_spend_that_they_cover() -> None:
    assert answers(described())["Q1"] == (
        "1 better, 1 worse, 1 about the same, 2 unclear, on 80% of advocacy spend."
    )
    assert QUESTION_TITLES["Q1"].endswith("or only ticking boxes?")
    covered = part("q1.evidence_share", 1.0, 4.0, grade="E3")
    one = findings([incentive_effect()], indicators=[covered])
    told = "Probably yes, for the one effect evaluated, on 25% of advocacy spend."
    assert answers(one)["Q1"] == told
    assert answers(findings([incentive_effect()]))["Q1"].endswith("the one effect evaluated.")


def test_patient_voice_is_told_in_a_fixed_order_without_a_cause() -> None:
    told = answers(described())["Q2"]
    assert told == (
        "41.7% of advice adopted, 31% of decided advice reported back, "
        "55% of decisions without patients."
    )
    assert word_count(told) == 15
    assert not any(verb in told for verb in CAUSAL)


def test_what_is_not_known_is_left_out_and_the_next_share_opens_the_sentence() -> None:
    some = only(share("q2.loop_closed", 1.0, 4.0), lacking("q2.conversion", "needs patient_input"))
    assert telling_shares(some, "Q2") == "25% of decided advice reported back."
    assert telling_shares(only(), "Q2") == ""


def test_relationships_are_told_by_the_last_year_that_is_known() -> None:
    assert answers(described())["Q3"] == (
        "52.8% of relationships kept into 2024, 15% of partners dependent, "
        "36.7% of money multi-year."
    )
    rows = [
        share("q3.retention", 1.0, 2.0, from_year="2011", year="2012"),
        share("q3.single_funder_share", 3.0, 4.0),
        part("q3.core_share", 1.0, 8.0),
    ]
    told = "50% of relationships kept into 2012, 75% of partners with one payer."
    assert telling_shares(only(*rows, value("q3.payers", 5.0, "payers")), "Q3") == told
    again = [share("q3.pairs_two_years", 1.0, 5.0)]
    assert telling_shares(only(*again), "Q3") == "20% of relationships seen again."


def test_a_log_of_one_payer_does_not_say_that_partners_have_one_payer() -> None:
    rows = [share("q3.single_funder_share", 4.0, 4.0), value("q3.payers", 1.0, "payers")]
    assert telling_shares(only(*rows), "Q3") == ""
    assert write_words(only(*rows)).questions[2].answer == (
        "Described by 2 indicators; no cause is claimed."
    )


def test_missing_tables_are_those_that_the_shares_need() -> None:
    assert needed_tables("Q2") == ("patient_input", "engagement", "decision")
    assert needed_tables("Q3") == ("engagement", "partner")
    log_only = findings([], row_accounts=accounts(engagement=9, patient_input=9))
    assert write_words(log_only).questions[1].answer == "Not enough data: needs decision."
    told = only(share("q2.conversion", 1.0, 2.0)).model_copy(
        update={"row_accounts": accounts(engagement=9, patient_input=9)}
    )
    assert write_words(told).questions[1].missing == ["decision"]

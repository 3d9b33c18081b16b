"""Where the structured fields are silent, the purpose is read; alone it proves no support."""

import re
import unicodedata
from functools import cache
from typing import Any

import ibis
import pytest

from impact.kind import classify
from impact.kind_text import ACCENTED, PLAIN, SIGNALS, folded, signals
from tests.core_tables import core, frame

PARTNERS = [
    {"partner_id": "group", "org_type": "patient_org"},
    {"partner_id": "clinic", "org_type": "hospital"},
    {"partner_id": "pharmacy", "org_type": "other"},
    {"partner_id": "body", "org_type": "public_body"},
]
GROUP, CLINIC, PHARMACY = ({"partner_id": name} for name in ("group", "clinic", "pharmacy"))
ADVOCACY, HYBRID, RESEARCH = ("advocacy", "K6:text"), "hybrid", ("research_engagement", "K7:text")
NOTHING = ("unclassified", "K8")
CASES: list[tuple[dict[str, Any], str | None, tuple[str, str]]] = [
    (GROUP, "Awareness campaign 2015", ADVOCACY),
    (GROUP, "Brustkrebskampagne", ADVOCACY),
    (GROUP, "Aufklaerungsarbeit des Vereins", ADVOCACY),
    (GROUP, "AUFKLA\u0308RUNG", ADVOCACY),
    (GROUP, "Mitglieder\u00adbeitrag", ADVOCACY),
    (GROUP, "Soutien de l\u2019association et journée d\u2019information", ADVOCACY),
    (GROUP, "Congresso annuale e opuscoli", ADVOCACY),
    (GROUP, "Help with insurance premiums", (HYBRID, "K2:text")),
    (GROUP, "Hilfe für bedürftige Patienten", (HYBRID, "K2:text")),
    (GROUP, "don de médicaments", (HYBRID, "K2:text")),
    (GROUP, "MS nurse and patient magazine", (HYBRID, "K3:text")),
    (GROUP, "Unabhängige Anwendungsberatung", (HYBRID, "K3:text")),
    (GROUP, "éducation thérapeutique", (HYBRID, "K3:text")),
    (GROUP, "Härtefallfonds", (HYBRID, "K2:text")),
    (GROUP, "Sozialfonds", (HYBRID, "K4:text")),
    (GROUP, "dépistage", (HYBRID, "K5:text")),
    (GROUP, "Cohort study", RESEARCH),
    (GROUP, "Patientenregister, dann eine Broschüre", RESEARCH),
    (GROUP, "Broschüre zum Patientenregister", ADVOCACY),
    (GROUP, "research award", ADVOCACY),
    (GROUP, "registre national", RESEARCH),
    (GROUP, "Spende", NOTHING),
    (GROUP, "2014", NOTHING),
    (GROUP, "", NOTHING),
    (GROUP, None, NOTHING),
    (GROUP, "Ενημέρωση", NOTHING),
    (GROUP, "Beitrag", NOTHING),
    (CLINIC, "Awareness campaign", NOTHING),
    (CLINIC, "Fortbildung", NOTHING),
    (CLINIC, "HCV cohort study", RESEARCH),
    (CLINIC, "Screening day", (HYBRID, "K5:text")),
    (CLINIC, "Neurodermitis-Schulung", (HYBRID, "K5:text")),
    (CLINIC, "Nurse salary", (HYBRID, "K5:text")),
    (PHARMACY, "copay cards", ("support_access", "K2:text")),
    (PHARMACY, "adherence reminders", ("support_adherence", "K3:text")),
    (PHARMACY, "patient assistance fund", ("support_access", "K2:text")),
    (PHARMACY, "relief fund", ("support_access", "K4:text")),
    (PHARMACY, "Awareness campaign", NOTHING),
    ({"partner_id": "body"}, "copay cards", (HYBRID, "K2:text")),
    ({"partner_id": "unheard_of"}, "copay cards", (HYBRID, "K2:text")),
    ({**PHARMACY, "beneficiary": "organisation"}, "copay cards", (HYBRID, "K2:text")),
    ({**GROUP, "beneficiary": "patient"}, "copay cards", ("support_access", "K2:text")),
    ({**GROUP, "beneficiary": "patient"}, "Awareness campaign", NOTHING),
    ({**GROUP, "beneficiary": "patient"}, "Cohort study", NOTHING),
    ({**GROUP, "activity_type": "nurse_educator"}, "Awareness campaign", NOTHING),
    ({**GROUP, "activity_type": "free_drug"}, "Awareness campaign", ("support_access", "K2")),
    ({**GROUP, "activity_type": "core_grant"}, "copay cards", ("advocacy", "K6")),
    ({**GROUP, "kind": "hybrid"}, "Awareness campaign", ("hybrid", "given")),
]


@cache
def told() -> list[tuple[str, str]]:
    """Kind and basis of every case, in order."""
    rows = [
        {"engagement_id": f"{number:02}", "purpose": purpose, **row}
        for number, (row, purpose, _) in enumerate(CASES)
    ]
    found = frame(classify(core("engagement", rows), core("partner", PARTNERS)))
    found = found.sort_values("engagement_id")
    return list(zip(found["kind"], found["kind_basis"], strict=True))


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_purpose_is_read_where_structure_is_silent(number: int) -> None:
    assert told()[number] == CASES[number][2], CASES[number][1]


def test_no_purpose_alone_makes_money_for_a_patient_organisation_support() -> None:
    bases = {basis for _, basis in told() if basis.endswith(":text")}
    assert bases == {f"K{rule}:text" for rule in range(2, 8)}
    for (row, _, _), (kind, basis) in zip(CASES, told(), strict=True):
        if row == GROUP and basis.endswith(":text"):
            assert kind in {"advocacy", "hybrid", "research_engagement"}


def test_case_accents_and_punctuation_make_no_difference() -> None:
    texts = ibis.memtable(
        {"purpose": ["Straße\u00a0\u2013 Œuvre!", unicodedata.normalize("NFD", "Łódź")]}
    )
    found = frame(texts.select(words=folded(texts.purpose)))["words"].tolist()
    assert found == [" strasse oeuvre ", " lodz "]


def test_every_letter_folds_to_one_plain_letter() -> None:
    assert len(ACCENTED) == len(PLAIN) == len(set(ACCENTED))
    for letter, plain in zip(ACCENTED, PLAIN, strict=True):
        base = unicodedata.normalize("NFD", letter)[0]
        assert base in (plain, letter)


def test_word_lists_hold_folded_words_only() -> None:
    assert (*signals(), "research_first") == SIGNALS
    for signal in signals().values():
        for part in (signal.words, signal.but_not):
            assert re.fullmatch(r"[a-z0-9 |()?:*\[\]-]*", part)
            assert "||" not in part
            assert not part.startswith("|")
            assert not part.endswith("|")

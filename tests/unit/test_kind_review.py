"""Engagements of no clear kind are listed for a person, the most money first, without words."""

from typing import Any

import pytest

from impact.kind import classify
from impact.kind_review import kinds_for_review, review_notes
from tests.core_tables import core, frame, study

LOG = [
    {"engagement_id": "a", "amount": 100, "purpose": "Spende"},
    {"engagement_id": "b", "amount": 900, "purpose": "MS nurse"},
    {"engagement_id": "c", "amount": 5000, "purpose": "Awareness week"},
    {"engagement_id": "d", "amount": None, "purpose": "Projekt"},
    {"engagement_id": "e", "amount": -1000, "purpose": "Projekt"},
    {"engagement_id": "f", "amount": 70, "amount_reporting": 7, "currency": "USD"},
    {"engagement_id": "g", "amount": 9000, "currency": "USD"},
]
PARTNERS = [{"partner_id": "p1", "org_type": "patient_org"}]


def listed(*rows: dict[str, Any]) -> Any:
    return kinds_for_review(classify(core("engagement", rows), core("partner", PARTNERS)), study())


def test_the_most_money_comes_first_and_unknown_amounts_last() -> None:
    found = frame(listed(*LOG))
    assert found["engagement_id"].tolist() == ["e", "b", "a", "f", "d", "g"]
    assert found["paid"].fillna(0).astype(int).tolist() == [-1000, 900, 100, 7, 0, 0]
    assert found["kind_basis"].tolist() == ["K8", "K3:text", "K8", "K8", "K8", "K8"]
    assert set(found["currency"]) == {"EUR"}


def test_no_free_text_is_in_the_list() -> None:
    assert set(listed(*LOG).columns) == {
        *("engagement_id", "partner_id", "activity_type", "kind", "kind_basis"),
        *("paid", "currency", "source_file", "source_row"),
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (LOG[:2], ["2 engagements are hybrid or unclassified (EUR 1,000)"]),
        ([LOG[3]], ["1 engagement is hybrid or unclassified (no known amount)"]),
        ([LOG[2]], []),
    ],
)
def test_the_report_says_how_much_has_no_clear_kind(
    rows: list[dict[str, Any]], expected: list[str]
) -> None:
    place, rest = "engagement:kind  ", " and counted as neither advocacy nor support"
    notes = [note.split(" · ")[0] for note in review_notes(listed(*rows), study())]
    assert notes == [f"{place}{found}{rest}" for found in expected]

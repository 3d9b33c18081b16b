"""Names of organisations: what makes two spellings one, and which pairs are shown to a person."""

import csv
import itertools
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import look_alikes as module
from intake.look_alikes import LookAlike, look_alikes
from intake.names import has_hidden, name_key, short_key

SWISS = (
    Path(__file__).resolve().parents[3]
    / "shared/data/swiss_pharma_po/swiss_po_payments_2011_2016.csv"
)

SAME = [
    ("Verein Lunge Zürich", "Verein Lunge Zu\u0308rich"),
    ("Patients\u00a0First", "patients  first "),
    ("Pa\u200btients First", "Patients First"),
    ("Patients\u202e First", "Patients First"),
    ("AIDS-Hilfe Schweiz", "Aids\u2010Hilfe Schweiz"),
    ("The Patients' Association", "Patients\u2019 Association Ltd."),
    ("\uff30atients First", "Patients First"),
    ("Krebshilfe e.V.", "Krebshilfe e. V."),
    ("Selbsthilfe gGmbH", "SELBSTHILFE GGMBH"),
    ("Association Savoir Patient", "Savoir Patient"),
    ("L'Étoile SARL", "etoile s.a.r.l."),
    ("Fondazione Il Sole ONLUS", "sole"),
    ("Fundación Corazón, S.L.", "Corazon"),
    ("Stichting De Brug", "De Brug"),
    ("Hjerteforeningen A/S", "hjerteforeningen a s"),
    ("Sydänliitto ry", "Sydanliitto"),
    ("Søstre og brødre", "sostre brodre"),
    ("Parents & Children", "Parents and Children"),
    ("Straße", "STRASSE"),
]
DIFFERENT = [
    ("Krebsliga Zürich", "Krebsliga Bern"),
    ("Patients First", "Patients Last"),
    ("AG", "SA"),
    ("The The", "Le Le Le Z"),
    ("糖尿病協会", "心臓協会"),
    ("???", "!!!"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_spellings_of_one_name_have_one_key(first: str, second: str) -> None:
    assert name_key(first) == name_key(second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_other_names_have_other_keys(first: str, second: str) -> None:
    assert name_key(first) != name_key(second)


def test_what_stands_in_brackets_may_be_left_out() -> None:
    assert short_key("Diabetes Zug (Diabetes Association Zug)") == "diabetes zug"
    assert short_key("(only brackets)") == name_key("(only brackets)") == "only brackets"


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key


def test_a_name_with_a_character_that_cannot_be_seen_is_told() -> None:
    assert [has_hidden(f"a{c}b") for c in "\u200b\u202e\u2066\ufeff\u00ad"] == [True] * 5
    assert not has_hidden("Müller & Söhne")
    assert not has_hidden("\u0645\u06cc\u200c\u062e")


def test_equal_keys_score_one_and_the_rest_less() -> None:
    names = ["Patients First", "Savoir Patient", "patients first", "Patients Frist Ltd"]
    found = look_alikes(names)
    assert found[0] == LookAlike(0, 2, 1.0)
    assert {(p.first, p.second) for p in found} == {(0, 2), (0, 3), (2, 3)}
    assert all(0.75 <= p.score < 1 for p in found[1:])


def test_names_that_share_nothing_but_a_frequent_word_do_not_look_alike() -> None:
    names = [f"Association {place}" for place in ("Genf", "Locarno", "Chur", "Sion")]
    assert look_alikes(names) == []
    assert look_alikes([]) == []


def test_names_are_told_apart_by_their_numbers() -> None:
    branches = [f"Lions Club District {number}" for number in range(100, 140)]
    assert look_alikes(branches) == []
    assert look_alikes(["Forum (2019)", "Forum (2020)"]) == []
    years = ["Rare Disease Day 2020", "Rare Disease Day", "Rare Diseases Day 2020", "Day 2021"]
    assert {(pair.first, pair.second) for pair in look_alikes(years)} == {(0, 1), (0, 2), (1, 2)}


def test_beyond_the_limit_only_equal_keys_are_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES", 2)
    names = ["Patients First", "Patients Frist", "PATIENTS FIRST", "Other"]
    assert look_alikes(names) == [LookAlike(0, 2, 1.0)]


WORDS = st.sampled_from(
    ["patients", "first", "frist", "alliance", "bern", "zürich", "e.V.", "(CH)"]
)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=8)


@given(NAMES)
def test_scores_are_shares_and_no_pair_comes_twice(names: list[str]) -> None:
    found = look_alikes(names, least=0.0)
    assert all(0 <= pair.score <= 1 and pair.first < pair.second for pair in found)
    pairs = [(pair.first, pair.second) for pair in found]
    assert len(pairs) == len(set(pairs))


@given(NAMES, st.sampled_from([0.3, 0.5, 0.75, 0.9]))
def test_what_is_left_out_of_the_score_of_unlike_names_changes_no_proposal(
    names: list[str], least: float
) -> None:
    every = look_alikes(names, least=0.0)
    assert look_alikes(names, least=least) == [pair for pair in every if pair.score >= least]


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_names_changes_no_score(names: list[str], rng: random.Random) -> None:
    def scores(given_names: list[str]) -> list[tuple[object, ...]]:
        return sorted(
            (*sorted((given_names[p.first], given_names[p.second])), p.score)
            for p in look_alikes(given_names)
        )

    assert scores(rng.sample(names, len(names))) == scores(names)


def swiss() -> dict[str, tuple[str, str]]:
    """Recipients of 2011 to 2015 that are named: the organisation and the group of each name."""
    if not SWISS.is_file():
        pytest.skip("the Swiss disclosures are not here; docs/methods/names.md says whose they are")
    with SWISS.open(encoding="utf-8", newline="") as handle:
        rows = [
            row
            for row in csv.DictReader(handle)
            if row["is_anonymous"] == "False" and "2011" <= row["year"] <= "2015"
        ]
    ids = ("payment_receiver_cluster_ID", "payment_receiver_supercluster_ID")
    return {row["payment_receiver"]: (row[ids[0]], row[ids[1]]) for row in rows}


def together(names: list[str], group: Callable[[str], str]) -> set[tuple[int, int]]:
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(group(name), []).append(place)
    return {pair for same in groups.values() for pair in itertools.combinations(same, 2)}


def share(part: Iterable[tuple[int, int]], whole: set[tuple[int, int]]) -> float:
    return len(set(part) & whole) / len(set(part))


def test_names_of_real_disclosures_are_found_as_the_methods_page_says() -> None:
    ids = swiss()
    names = sorted(ids)
    one = together(names, lambda name: ids[name][0])
    group = together(names, lambda name: ids[name][1])
    assert [len(names), *(len(set(column)) for column in zip(*ids.values(), strict=True))] == [
        546,
        254,
        188,
    ]
    same_key = together(names, name_key)
    assert (len(same_key), share(same_key, one)) == (83, 1.0)
    proposed = {(pair.first, pair.second) for pair in look_alikes(names)}
    assert share(proposed, one) == pytest.approx(0.922, abs=0.0005)
    assert share(one, proposed) == pytest.approx(0.495, abs=0.0005)
    assert share(proposed, group) == pytest.approx(0.990, abs=0.0005)

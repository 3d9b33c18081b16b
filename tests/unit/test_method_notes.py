"""What each method takes for granted is said once, on its page, and shown from there."""

import json
from pathlib import Path
from typing import get_args

from pipelines.explain import FORMULAS
from schemas.method_notes import assumptions, assumptions_text
from schemas.vocabulary import Method

PAGES = Path(__file__).parents[2] / "docs" / "methods"


def test_every_method_has_a_formula_and_says_what_it_takes_for_granted() -> None:
    found = assumptions(PAGES)
    assert set(found) == set(FORMULAS) == set(get_args(Method))
    for method, sentences in found.items():
        assert sentences, method
        assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
        assert not any("\n" in sentence or "**" in sentence for sentence in sentences)


def test_a_page_without_assumptions_says_none_and_one_that_is_not_there_is_left_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "randomised.md").write_text("# Page\n\nNothing here.\n", encoding="utf-8")
    text = "**Assumptions.** A lot was drawn (by hand). Nobody\npeeked.\n"
    (tmp_path / "synthetic_did.md").write_text(text, encoding="utf-8")
    told = {
        "randomised": [],
        "synthetic_did": ["A lot was drawn (by hand).", "Nobody peeked."],
    }
    assert json.loads(assumptions_text(tmp_path)) == assumptions(tmp_path) == told

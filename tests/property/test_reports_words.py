"""Whatever the findings, the prose keeps its promises."""

from hypothesis import given, settings

from reports.answers import ANSWER_WORDS
from reports.effect_charts import bias_words
from reports.phrases import CLAIMS, UNCLEAR
from reports.sentences import (
    cap_sentences,
    claim,
    estimate_phrase,
    interval_note,
    reason_sentences,
    what_would_change,
)
from reports.words import HEADLINE_WORDS, word_count
from schemas.findings import (
    Effect,
    Findings,
)
from tests.findings_drawn import any_names, effects, written
from tests.prose import counts_of, unsupported

CAUSAL = ("improv", "wors", "chang", "caus", "effect", "harm", "lead", "increas", "reduc")
STRENGTH: tuple[tuple[str, int], ...] = (
    ("very uncertain", 1),
    ("may ", 2),
    ("probably", 3),
)


@given(written(name=any_names))
@settings(max_examples=60, deadline=None)
def test_headline_and_answers_keep_to_their_word_limits(result: Findings) -> None:
    assert word_count(result.headline.text) <= HEADLINE_WORDS
    assert result.headline.text.strip()
    assert [answer.id for answer in result.questions] == ["Q1", "Q2", "Q3"]
    for answer in result.questions:
        assert 0 < word_count(answer.answer) <= ANSWER_WORDS


@given(written())
@settings(max_examples=60, deadline=None)
def test_every_number_in_prose_is_in_the_findings(result: Findings) -> None:
    texts = [result.headline.text, *(answer.answer for answer in result.questions)]
    for effect in result.effects:
        texts += [claim(effect), estimate_phrase(effect), interval_note(effect)]
        texts += [what_would_change(effect), bias_words(effect)]
        texts += [*reason_sentences(effect), *cap_sentences(effect)]
    assert unsupported(texts, result, counts_of(result)) == []


@given(written())
@settings(max_examples=40, deadline=None)
def test_descriptive_questions_use_no_causal_verb(result: Findings) -> None:
    for answer in result.questions[1:]:
        said = answer.answer.lower().replace("no cause is claimed", "")
        assert not any(verb in said for verb in CAUSAL), said
        assert answer.certainty is None


@given(effects())
@settings(max_examples=60, deadline=None)
def test_no_claim_is_stronger_than_its_certainty(effect: Effect) -> None:
    said = claim(effect).lower()
    if effect.verdict in CLAIMS:
        steps = {"very_low": 1, "low": 2, "moderate": 3, "high": 4}[effect.certainty or "very_low"]
        hedges = [level for word, level in STRENGTH if word in said]
        assert min(hedges, default=4) <= steps
    else:
        lead = UNCLEAR.split("{", maxsplit=1)[0].lower()
        assert said.startswith((lead, "the effect of"))
        assert "improves" not in said.replace(effect.initiative_name.lower(), "")


@given(written(name=any_names))
@settings(max_examples=60, deadline=None)
def test_only_primary_and_secondary_effects_reach_the_headline(result: Findings) -> None:
    counted = [effect for effect in result.effects if effect.role != "negative_control"]
    primary = [effect for effect in counted if effect.role == "primary"]
    first = next(iter(primary + counted), None)
    assert result.headline.verdict == (first.verdict if first else None)
    assert result.headline.certainty == (first.certainty if first else None)


@given(written())
@settings(max_examples=60, deadline=None)
def test_a_missing_table_is_named_when_no_effect_was_evaluated(result: Findings) -> None:
    counted = [effect for effect in result.effects if effect.role != "negative_control"]
    answer = result.questions[0]
    if all(effect.verdict == "not_evaluable" for effect in counted):
        assert answer.answer.startswith("Not enough data")
        assert answer.certainty is None
    else:
        assert answer.missing == []

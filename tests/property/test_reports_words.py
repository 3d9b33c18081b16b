"""Whatever the findings, the prose keeps its promises."""

import string
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.answers import TELLING
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
from reports.words import ANSWER_WORDS, HEADLINE_WORDS, word_count, write_words
from schemas.findings import (
    CertaintyCap,
    Cost,
    Effect,
    Findings,
    Indicator,
    Interval,
    Needed,
    Sensitivity,
)
from schemas.vocabulary import INTERVAL_NAMES, CapReason, Certainty, Reason, Verdict
from tests.findings_described import share
from tests.findings_samples import accounts, findings
from tests.prose import counts_of, unsupported

CAUSAL = ("improv", "wors", "chang", "caus", "effect", "harm", "lead", "increas", "reduc")
TOLD = (
    "q1.evidence_share",
    *(piece.indicator_id for groups in TELLING.values() for group in groups for piece in group),
)
STRENGTH: tuple[tuple[str, int], ...] = (
    ("very uncertain", 1),
    ("may ", 2),
    ("probably", 3),
)

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 4))
maybe = st.none() | numbers
counts = st.integers(0, 3000)
names = st.text(string.ascii_letters + " -<>&'", min_size=0, max_size=60)
any_names = st.text(max_size=300)


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    return [
        Interval(
            name=name,
            status=draw(st.sampled_from(("PASS", "NOT_EVALUATED", "NOT_APPLICABLE"))),
            estimate=draw(maybe),
            low95=draw(maybe),
            high95=draw(maybe),
            low90=draw(maybe),
            high90=draw(maybe),
        )
        for name in INTERVAL_NAMES
    ]


@st.composite
def effects(draw: st.DrawFn, name: st.SearchStrategy[str] = names) -> Effect:
    verdict: Verdict = draw(st.sampled_from(get_args(Verdict)))
    certainty: Certainty = draw(st.sampled_from(get_args(Certainty)))
    return Effect(
        effect_id="e",
        initiative_id="i",
        initiative_name=draw(name),
        measure_id="m",
        measure_name=draw(name),
        unit_label=draw(st.sampled_from(("share of persons", "days", "percent", ""))),
        direction=draw(st.sampled_from(("higher_better", "lower_better"))),
        role=draw(st.sampled_from(("primary", "secondary", "negative_control"))),
        method=None,
        estimate=draw(maybe),
        ci_low=draw(maybe),
        ci_high=draw(maybe),
        robust_low=draw(maybe),
        robust_high=draw(maybe),
        exposed_count=draw(st.integers(0, 5)),
        comparison_count=draw(st.integers(0, 60)),
        period_count=draw(counts),
        missing_share=draw(st.none() | st.floats(0, 1).map(lambda share: round(share, 4))),
        smallest_worthwhile_effect=draw(st.none() | st.floats(0.01, 100)),
        mde=draw(maybe),
        verdict=verdict,
        reasons=draw(st.lists(st.sampled_from(get_args(Reason)), max_size=4, unique=True)),
        missing=draw(st.lists(st.sampled_from(("outcome", "unit.parent_id")), max_size=6)),
        certainty=None if verdict == "not_evaluable" else certainty,
        certainty_caps=[
            CertaintyCap(cap=draw(st.sampled_from(get_args(Certainty))), why=why)
            for why in draw(st.lists(st.sampled_from(get_args(CapReason)), max_size=4))
        ],
        intervals=draw(intervals()),
        needed=Needed(clusters=draw(st.none() | counts), periods=draw(st.none() | counts)),
        sensitivity=Sensitivity(breakdown_slope=draw(maybe)),
        cost=Cost(currency="EUR"),
    )


@st.composite
def told_shares(draw: st.DrawFn) -> list[Indicator]:
    """Any of the shares that the cards tell, each of any size."""
    cases = st.integers(0, 400)
    rows = []
    for name in draw(st.lists(st.sampled_from(TOLD), unique=True)):
        by = {"q3.retention": {"from_year": "2020", "year": "2021"}}.get(name, {})
        by = {"grade": "E3"} if name == "q1.evidence_share" else by
        top, beyond = draw(cases), draw(cases)
        rows.append(share(name, float(top), float(top + beyond + 1), **by))
    return rows


@st.composite
def written(draw: st.DrawFn, name: st.SearchStrategy[str] = names) -> Findings:
    tables = draw(st.dictionaries(st.sampled_from(("engagement", "exposure", "partner")), counts))
    made = draw(st.lists(effects(name=name), max_size=6))
    known = draw(told_shares())
    return write_words(findings(made, indicators=known, row_accounts=accounts(**tables)))


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

"""The headline and the three answers, generated from the findings by rules."""

from collections import Counter
from collections.abc import Iterator

from reports.answers import ANSWER_WORDS, needed_tables, telling_shares
from reports.indicator_rows import overall
from reports.names import human, listed, shorten
from reports.numbers import percent
from reports.phrases import CERTAINTY_STEPS, VERDICT_TALLY, VERDICT_WORDS
from reports.sentences import claim, deciding_range, estimate_phrase, short_reason
from schemas.findings import Effect, Findings, Headline, QuestionAnswer
from schemas.vocabulary import VERDICTS, Certainty, Verdict

HEADLINE_WORDS = 30
MISSING_SHOWN = 3
_NAME_WORDS = ((14, 12), (9, 9), (7, 7), (6, 6), (5, 5), (4, 4), (4, 3), (3, 3), (3, 2), (2, 2))

Q1_TABLES = ("exposure", "outcome", "measure", "unit", "initiative")

_ONE_EFFECT: dict[Verdict, dict[Certainty, str]] = {
    "improves": {
        "high": "Yes, for the one effect evaluated.",
        "moderate": "Probably yes, for the one effect evaluated.",
        "low": "Perhaps, for the one effect evaluated.",
        "very_low": "Very uncertain: the one effect evaluated points to better outcomes.",
    },
    "harms": {
        "high": "No: the one effect evaluated is unfavourable.",
        "moderate": "Probably not: the one effect evaluated is unfavourable.",
        "low": "Perhaps not: the one effect evaluated may be unfavourable.",
        "very_low": "Very uncertain: the one effect evaluated points to worse outcomes.",
    },
    "no_meaningful_effect": {
        "high": "No: the one effect evaluated makes little or no difference.",
        "moderate": "Probably not: the one effect evaluated makes little or no difference.",
        "low": "Perhaps not: the one effect evaluated may make little or no difference.",
        "very_low": "Very uncertain: the one effect evaluated points to little or no difference.",
    },
}


def write_words(findings: Findings) -> Findings:
    """The same findings with `headline` (at most 30 words) and `questions` (15 each) filled."""
    return findings.model_copy(
        update={"headline": write_headline(findings), "questions": write_answers(findings)}
    )


def judged_effects(findings: Findings) -> list[Effect]:
    """Effects that count in the headline: no negative controls, no subgroups; plan order."""
    return [
        effect
        for effect in findings.effects
        if effect.role != "negative_control" and effect.subgroup_id == "all"
    ]


def headline_effect(findings: Findings) -> Effect | None:
    """The first primary effect of the plan, else the first that counts."""
    effects = judged_effects(findings)
    primary = [effect for effect in effects if effect.role == "primary"]
    return next(iter(primary + effects), None)


def write_headline(findings: Findings) -> Headline:
    """One verdict of the closed list, the range where one is claimed, then counts by verdict."""
    effect = headline_effect(findings)
    if effect is None:
        needs = _shown(_missing_tables(findings), len(Q1_TABLES))
        return Headline(text=f"Not enough data to say whether outcomes improved: needs {needs}.")
    return Headline(
        text=_fitting_headline(effect, judged_effects(findings)),
        effect_id=effect.effect_id,
        verdict=effect.verdict,
        certainty=effect.certainty,
    )


def write_answers(findings: Findings) -> list[QuestionAnswer]:
    """Q1 to Q3 in order."""
    return [
        _answer_outcomes(findings),
        _answer_described(findings, "Q2"),
        _answer_described(findings, "Q3"),
    ]


def word_count(text: str) -> int:
    """Words separated by blanks."""
    return len(text.split())


def tally(effects: list[Effect]) -> list[tuple[Verdict, int]]:
    """How many effects have each verdict, in the order of the verdicts; zeros left out."""
    counts = Counter(effect.verdict for effect in effects)
    return [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]


def _fitting_headline(effect: Effect, effects: list[Effect]) -> str:
    """The richest wording that fits: counts are dropped last, names are shortened first."""
    counts = _counts(effects)
    for ending in dict.fromkeys((counts, "")):
        for words in _NAME_WORDS:
            text = f"{_first_sentence(effect, *words)}{ending}"
            if word_count(text) <= HEADLINE_WORDS:
                return text
    return f"{claim(effect, 3, 3)}."


def _first_sentence(effect: Effect, name_words: int, measure_words: int) -> str:
    said = claim(effect, name_words, measure_words)
    if effect.verdict in {"inconclusive", "not_evaluable"}:
        reason = short_reason(effect)
        return f"{said}: {reason}." if reason else f"{said}."
    if deciding_range(effect) is None:
        return f"{said}: {estimate_phrase(effect, measure_words)}, no interval claimed."
    return f"{said}: {estimate_phrase(effect, measure_words)}."


def _counts(effects: list[Effect]) -> str:
    if len(effects) < 2:
        return ""
    parts = [f"{number} {VERDICT_TALLY[verdict]}" for verdict, number in tally(effects)]
    return f" Of {len(effects)} effects: {', '.join(parts)}."


def _answer_outcomes(findings: Findings) -> QuestionAnswer:
    effects = judged_effects(findings)
    evaluated = [effect for effect in effects if effect.verdict != "not_evaluable"]
    if not evaluated:
        return _no_outcome_answer(findings, effects)
    certainty = _lowest_certainty(evaluated)
    answer = next(text for text in _wordings(findings, effects) if word_count(text) <= ANSWER_WORDS)
    return QuestionAnswer(id="Q1", answer=answer, certainty=certainty)


def _wordings(findings: Findings, effects: list[Effect]) -> Iterator[str]:
    """The verdicts with the share of spend that they cover, from the fullest wording down."""
    if len(effects) == 1:
        leads = [_one_answer(effects[0]).removesuffix(".")]
    else:
        full = ", ".join(f"{n} {VERDICT_WORDS[verdict].lower()}" for verdict, n in tally(effects))
        short = ", ".join(f"{n} {VERDICT_TALLY[verdict]}" for verdict, n in tally(effects))
        leads = [f"Of {len(effects)} effects: {full}", full, short]
    covered = overall(findings, "q1.evidence_share", grade="E3")
    if covered is not None and covered.value is not None:
        for share in (f"on {percent(covered.value)} of {n}" for n in ("advocacy spend", "spend")):
            yield from (f"{lead}, {share}." for lead in leads)
    yield from (f"{lead}." for lead in leads)


def _one_answer(effect: Effect) -> str:
    if effect.verdict in _ONE_EFFECT:
        return _ONE_EFFECT[effect.verdict][effect.certainty or "very_low"]
    return "We cannot tell: the one effect evaluated is unclear."


def _no_outcome_answer(findings: Findings, effects: list[Effect]) -> QuestionAnswer:
    named = [name for effect in effects for name in effect.missing]
    if effects and not named:
        answer = "Not enough data: no planned effect could be evaluated."
        return QuestionAnswer(id="Q1", answer=answer)
    missing = list(dict.fromkeys(named)) or _missing_tables(findings)
    return _not_enough("Q1", missing)


def _answer_described(findings: Findings, question: str) -> QuestionAnswer:
    """Q2 and Q3 are descriptive: no causal verb, no certainty."""
    found = [row for row in findings.indicators if row.question == question and row.status == "OK"]
    missing = _absent(findings, needed_tables(question))
    told = telling_shares(findings, question)
    if told:
        return _described(question, told, missing)
    if found:
        noun = "indicator" if len(found) == 1 else "indicators"
        answer = f"Described by {len(found)} {noun}; no cause is claimed."
        return _described(question, answer, missing)
    if missing:
        return _not_enough(question, missing)
    return _described(question, "Not evaluated: tables supplied, but no indicator was computed.")


def _described(question: str, answer: str, missing: list[str] | None = None) -> QuestionAnswer:
    given = {"id": question, "answer": answer, "missing": missing or []}
    return QuestionAnswer.model_validate(given)


def _not_enough(question: str, missing: list[str]) -> QuestionAnswer:
    """As many of the missing tables as fifteen words hold."""
    fitting = (
        f"Not enough data: needs {_shown(missing, most)}."
        for most in range(len(missing), MISSING_SHOWN - 1, -1)
    )
    least = f"Not enough data: needs {_shown(missing, MISSING_SHOWN)}."
    answer = next((text for text in fitting if word_count(text) <= ANSWER_WORDS), least)
    return _described(question, answer, missing)


def _shown(missing: list[str], most: int = MISSING_SHOWN) -> str:
    names = [shorten(human(name), 3, 40) for name in missing]
    return listed([*names[:most], "others"] if len(names) > most else names)


def _missing_tables(findings: Findings) -> list[str]:
    return _absent(findings, Q1_TABLES) or ["plan"]


def _absent(findings: Findings, tables: tuple[str, ...]) -> list[str]:
    accepted: Counter[str] = Counter()
    for row in findings.row_accounts:
        accepted[row.table] += row.accepted
    return [table for table in tables if not accepted[table]]


def _lowest_certainty(effects: list[Effect]) -> Certainty | None:
    graded = [effect.certainty for effect in effects if effect.certainty is not None]
    return min(graded, key=lambda certainty: CERTAINTY_STEPS[certainty], default=None)

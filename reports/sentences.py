"""Sentences about one effect, each generated from its fields by rules."""

import math

from reports.names import human, inside, listed, shorten
from reports.numbers import (
    count,
    decimals_for,
    decimals_for_bounds,
    display_unit,
    fixed,
    number,
    p_value,
    percent,
    roughly,
)
from reports.phrases import (
    CAP_REMEDIES,
    CAP_WORDS,
    CERTAINTY_STEPS,
    CERTAINTY_WORDS,
    CHANGE_WORDS,
    CLAIMS,
    FRAGILE_ANTICIPATION,
    NOT_EVALUABLE,
    REASON_WORDS,
    SHORT_REASONS,
    UNCLEAR,
)
from schemas.findings import CertaintyCap, Effect
from schemas.thresholds import Thresholds
from schemas.vocabulary import CERTAINTIES, Certainty, Reason

FEW_EXPOSED = Thresholds().few_exposed


def claim(effect: Effect, name_words: int = 14, measure_words: int = 12) -> str:
    """What the evidence says, in the words its certainty allows; no full stop."""
    names = {
        "x": shorten(effect.initiative_name, name_words),
        "y": shorten(inside(effect.measure_name), measure_words),
    }
    if effect.verdict == "not_evaluable":
        return NOT_EVALUABLE.format(**names)
    if effect.verdict == "inconclusive":
        return UNCLEAR.format(**names)
    return CLAIMS[effect.verdict][effect.certainty or "very_low"].format(**names)


def deciding_range(effect: Effect) -> tuple[float, float] | None:
    """The 95 % bounds that decided: over all ways of removing bias, else of the estimate."""
    if effect.robust_low is not None and effect.robust_high is not None:
        return effect.robust_low, effect.robust_high
    return plain_range(effect)


def plain_range(effect: Effect) -> tuple[float, float] | None:
    """The 95 % interval of the plain estimate, None where none is claimed."""
    if effect.ci_low is not None and effect.ci_high is not None:
        return effect.ci_low, effect.ci_high
    return None


def estimate_phrase(effect: Effect, unit_words: int = 8) -> str:
    """The estimate with its unit and deciding range, as `+2.1 points (range 1.0 to 3.2)`."""
    if effect.estimate is None:
        return "no estimate"
    bounds = deciding_range(effect)
    unit = display_unit(effect.unit_label)
    label = shorten(unit.label, unit_words)
    value = effect.estimate * unit.factor
    if bounds is None:
        return f"{number(value, signed=True)} {label}"
    low, high = bounds[0] * unit.factor, bounds[1] * unit.factor
    decimals = estimate_decimals(effect)
    return (
        f"{fixed(value, decimals, signed=True)} {label} "
        f"(range {fixed(low, decimals)} to {fixed(high, decimals)})"
    )


def estimate_decimals(effect: Effect) -> int:
    """Decimals of the estimate in its display unit, for numbers that stand beside it."""
    factor = display_unit(effect.unit_label).factor
    value, bounds = (effect.estimate or 0.0) * factor, deciding_range(effect)
    if bounds is None:
        return decimals_for([value])
    return decimals_for_bounds(value, bounds[0] * factor, bounds[1] * factor)


def interval_note(effect: Effect) -> str:
    """What the range is, or why there is none."""
    if effect.estimate is None:
        return ""
    if (bounds := deciding_range(effect)) is not None:
        return f"{_range_note(effect)}{_too_small(effect, bounds)}"
    if 0 < effect.exposed_count <= FEW_EXPOSED:
        exposed = count(effect.exposed_count, "exposed unit")
        return f"No interval is claimed from {exposed}: the permutation test decides."
    return "No interval could be computed."


def _too_small(effect: Effect, bounds: tuple[float, float]) -> str:
    """Said of a claimed effect whose range reaches into what would not be worthwhile."""
    worthwhile = effect.smallest_worthwhile_effect
    if effect.verdict not in {"improves", "harms"} or worthwhile is None:
        return ""
    near = min(abs(bound) for bound in bounds)
    return " Part of it is too small to matter." if near < worthwhile else ""


def _range_note(effect: Effect) -> str:
    """In a randomised comparison the plain interval decides; else every way of removing bias."""
    if effect.method != "randomised":
        return "The range holds at 95% over every way of removing bias that could be used."
    if effect.missing_share:
        return "The range is the 95% interval, widened by what the missing outcomes could hide."
    return "The range is the 95% interval."


def certainty_phrase(certainty: Certainty | None) -> str:
    """Certainty as n of 4 with its word."""
    if certainty is None:
        return "not graded"
    return f"{CERTAINTY_STEPS[certainty]} of 4, {CERTAINTY_WORDS[certainty]}"


def smallest_p(effect: Effect) -> tuple[str, str]:
    """The smallest two-sided permutation p the design allows, as a fraction and as a decimal.

    With n1 exposed of n units there are N = C(n, n1) assignments and p cannot go below 2 / N.
    """
    ways = math.comb(effect.exposed_count + effect.comparison_count, effect.exposed_count)
    return f"2/{ways:,}", p_value(2 / ways)


def reason_sentences(effect: Effect) -> list[str]:
    """Every reason in plain words with its figures, one sentence each."""
    return [_sentence(_reason(reason, effect)) for reason in effect.reasons]


def short_reason(effect: Effect) -> str:
    """The first reason in at most ten words, for the headline and the table."""
    if not effect.reasons:
        return ""
    first = effect.reasons[0]
    if first == "UNATTAINABLE_P" and _can_be_counted(effect):
        is_one = effect.comparison_count == 1
        units = count(effect.comparison_count, "comparison unit")
        return f"{units} {'is' if is_one else 'are'} too few to rule out chance"
    if first == "MISSING_TABLE" and effect.missing:
        return f"no {human(effect.missing[0])} was supplied"
    return SHORT_REASONS[first]


def what_would_change(effect: Effect, period: str = "period") -> str:
    """What would change the answer, in one sentence; `period` is the noun of one time step."""
    if effect.needed.clusters is not None or effect.needed.periods is not None:
        return _needed(effect)
    if effect.verdict in {"inconclusive", "not_evaluable"}:
        if effect.reasons[:1] == ["MISSING_TABLE"] and effect.missing:
            noun = "table" if len(effect.missing) == 1 else "tables"
            return f"Supplying the {noun} {listed([human(name) for name in effect.missing])}."
        known = [CHANGE_WORDS[reason] for reason in effect.reasons if reason in CHANGE_WORDS]
        return known[0] if known else "More data of the same kind."
    is_claimed = effect.verdict in {"improves", "harms"}
    if is_claimed and effect.sensitivity.breakdown_slope is not None:
        slope = roughly(effect.sensitivity.breakdown_slope, effect.unit_label)
        return f"A hidden drift of {slope} per {period} would overturn it."
    return _from_caps(effect)


def cap_sentences(effect: Effect) -> list[str]:
    """Every fact that caps certainty, with the step it allows, strictest first."""
    caps = sorted(effect.certainty_caps, key=lambda cap: -CERTAINTIES.index(cap.cap))
    return [_sentence(f"at most {certainty_phrase(cap.cap)}: {_cap(cap, effect)}") for cap in caps]


def evidence_sentence(effect: Effect) -> str:
    """The design and its size."""
    parts = [
        count(effect.exposed_count, "exposed unit"),
        count(effect.comparison_count, "comparison unit"),
        count(effect.period_count, "period")
        + (" before and after the start" if effect.period_count > 1 else ""),
    ]
    return listed(parts)


def direction_phrase(effect: Effect) -> str:
    """Which way is better for patients."""
    return "Higher is better." if effect.direction == "higher_better" else "Lower is better."


def _reason(reason: Reason, effect: Effect) -> str:
    if reason == "UNATTAINABLE_P" and _can_be_counted(effect):
        return _unattainable(effect)
    if reason == "MISSING_TABLE" and effect.missing:
        return f"not supplied: {listed([human(name) for name in effect.missing])}"
    if reason == "ANTICIPATION" and "FRAGILE" in effect.reasons:
        return FRAGILE_ANTICIPATION
    if reason == "IMPRECISE" and effect.mde is not None:
        reach = roughly(effect.mde, effect.unit_label)
        return f"{REASON_WORDS[reason]}; it could detect {reach} or more"
    return REASON_WORDS[reason]


def _can_be_counted(effect: Effect) -> bool:
    """Whether every assignment was possible, and they are few enough to be worth naming."""
    is_gated = any(
        test.name == "attainable_p" and test.status == "FAIL" for test in effect.diagnostics
    )
    return is_gated and 0 < effect.exposed_count <= FEW_EXPOSED and effect.comparison_count > 0


def _unattainable(effect: Effect) -> str:
    fraction, decimal = smallest_p(effect)
    limit = _attainable_limit(effect)
    return (
        f"with {count(effect.exposed_count, 'exposed unit')} and "
        f"{count(effect.comparison_count, 'comparison unit')} the smallest possible two-sided p "
        f"is {fraction} = {decimal}{limit}, so no result could have ruled out chance"
    )


def _attainable_limit(effect: Effect) -> str:
    for test in effect.diagnostics:
        if "attainable" in test.name and test.threshold is not None:
            return f" > {number(test.threshold)}"
    return ""


def _needed(effect: Effect) -> str:
    parts = []
    if effect.needed.clusters is not None:
        parts.append(
            f"{count(effect.needed.clusters, 'unit')} in all (now {effect.exposed_count:,} exposed "
            f"and {effect.comparison_count:,} comparison)"
        )
    if effect.needed.periods is not None:
        parts.append(f"{count(effect.needed.periods, 'period')} (now {effect.period_count:,})")
    lead = "At least" if "UNATTAINABLE_P" in effect.reasons else "About"
    return f"{lead} {listed(parts, 'or')}.{_floor(effect)}"


def _floor(effect: Effect) -> str:
    """What more units would not change, where the negative controls scatter too much."""
    is_reached = any(
        test.name == "systematic_error" and test.status == "FAIL" for test in effect.diagnostics
    )
    told = " More units would not shrink the bias that the negative controls show."
    return told if is_reached and effect.needed.clusters is not None else ""


def _from_caps(effect: Effect) -> str:
    caps = [cap for cap in effect.certainty_caps if cap.cap == effect.certainty]
    if not caps:
        return "A second study that disagrees."
    remedies = listed(list(dict.fromkeys(CAP_REMEDIES[cap.why] for cap in caps)))
    return _sentence(remedies)


def _cap(cap: CertaintyCap, effect: Effect) -> str:
    if cap.why == "MISSING" and effect.missing_share is not None:
        return f"up to {percent(effect.missing_share)} of outcomes are missing in one arm"
    if cap.why == "FEW_CLUSTERS":
        exposed = count(effect.exposed_count, "exposed unit")
        return f"only {exposed} and {count(effect.comparison_count, 'comparison unit')}"
    return CAP_WORDS[cap.why]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."

"""How much bias would break a claim, one sentence for each kind of bias."""

from reports.numbers import display_unit, rough, roughly, value_range
from schemas.findings import Effect

CLAIMED = ("improves", "harms")
LARGEST_M = 100.0
"""Where the search for the breakdown of M-bar ends."""


def breaking_sentences(effect: Effect, period: str = "period") -> list[str]:
    """What would bring a claim to zero; empty where nothing is claimed."""
    if effect.verdict not in CLAIMED:
        return []
    found = (
        _drift(effect, period),
        _controls(effect),
        _magnitudes(effect, period),
        _smoothness(effect, period),
    )
    return [sentence for sentence in found if sentence]


def _drift(effect: Effect, period: str) -> str:
    slope = effect.sensitivity.breakdown_slope
    if slope is None:
        return ""
    drift = roughly(slope, effect.unit_label)
    return f"Drift: {drift} per {period}, in one arm alone, would bring the plain range to zero."


def _controls(effect: Effect) -> str:
    factor = effect.sensitivity.breakdown_control_factor
    if factor is None:
        return ""
    times = rough(abs(factor))
    return (
        f"Shared shocks: a bias of {times} times the mean of the negative controls would bring "
        "the plain range to zero."
    )


def _magnitudes(effect: Effect, period: str) -> str:
    """Whether zero is excluded, of the path that is measured from the last period before."""
    largest = effect.sensitivity.breakdown_m
    if largest is None:
        if effect.sensitivity.straight_low is None:
            return ""
        return (
            f"Unequal steps: measured from the last {period} before the start alone, zero is "
            "possible even with equal trends."
        )
    step = "times the largest such step before the start"
    if largest >= LARGEST_M:
        return (
            f"Unequal steps: zero is excluded even if the arms moved apart, from one {period} to "
            f"the next, by {rough(largest)} {step}."
        )
    return (
        f"Unequal steps: zero is excluded unless the arms moved apart, from one {period} to the "
        f"next, by more than {rough(largest)} {step}."
    )


def _smoothness(effect: Effect, period: str) -> str:
    told = effect.sensitivity
    if told.straight_low is None or told.straight_high is None:
        return ""
    label = display_unit(effect.unit_label).label
    bounds = value_range(told.straight_low, told.straight_high, effect.unit_label)
    lead = f"Unequal trends: had the arms moved apart in a straight line, the range is {bounds}"
    if told.breakdown_bend is None:
        return f"{lead} {label}, so zero is possible."
    bend = roughly(told.breakdown_bend, effect.unit_label)
    return f"{lead} {label}; zero is excluded until the line bends by {bend} per {period}."
